//! Waiting for a task: when to look again, and when to stop.
//!
//! Deadlines are wall-clock times, never counted ticks: after a long sleep the task is looked at once more before the
//! wait is called too long. Errors in between never lose the task.

use serde::Serialize;

use super::{
    config::Config,
    error::{Code, Error, Failure, Paid, Retry, Stage},
    http::{Answer, HttpRequest, Method, is_task_id},
    json::Json,
    notice::Notice,
    payment::Proof,
    task::TaskStatus,
    text::text,
};

/// A task is rarely done sooner, and the first look shows that it is known.
const FIRST_LOOK_MS: u64 = 5_000;
/// How long an answer is waited for.
const PATIENCE_MS: u64 = 20_000;
/// How long at the end of the wait.
const LAST_LOOK_MS: u64 = 2_000;
/// The longest pause after errors.
const LONGEST_BACKOFF_MS: u64 = 30_000;
/// A fresh task may not be known everywhere yet.
const FRESH_MS: u64 = 60_000;
/// So many looks in a row must say that there is no such task: one may be a proxy's.
const ABSENCES: u32 = 3;

/// A task that the server has accepted, with the receipt as it is at hand: fresh, or from JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedTask<R> {
    /// The server's id.
    pub task_id: String,
    /// What was paid; `None` for a task that was accepted without payment.
    pub receipt: Option<R>,
}

impl<J: Json> AcceptedTask<J> {
    /// Takes a task back that has been to JavaScript.
    ///
    /// # Errors
    /// `invalid_request` when it is none.
    pub fn read(value: &J) -> Result<Self, Error> {
        let task_id = value.text_at("taskId").filter(|id| is_task_id(id));
        let task_id = task_id.ok_or_else(|| Error::invalid("this is no task of `submit()`"))?;
        Ok(Self { task_id, receipt: value.get("receipt") })
    }

    /// Money moved if there is a receipt: nothing else leads to an accepted task.
    const fn paid(&self) -> Paid {
        if self.receipt.is_some() { Paid::Yes } else { Paid::No }
    }

    fn failure(&self, code: Code, retry: Retry, message: impl Into<String>) -> Failure<J> {
        let failure = self.own(Error::unpaid(code, Stage::Wait, message));
        Failure { error: failure.error.retry(retry), ..failure }
    }

    /// The same error, which now knows of the task and its payment.
    #[must_use]
    pub fn own(&self, error: Error) -> Failure<J> {
        let error = error.paid(self.paid(), Retry::Resume).about(Some(self.task_id.clone()));
        Failure { error, cause: None, receipt: self.receipt.clone().map(Proof::Kept) }
    }
}

/// What to do next. Each state is used up by its outcome.
#[derive(Debug)]
pub enum Step<J> {
    /// Let so many milliseconds pass.
    Sleep(u64, Waiting<J>),
    /// Ask the server.
    Look(HttpRequest, Looking<J>),
    /// It is over; the server's answer, when it is finished.
    Done(Result<J, Failure<J>>),
}

/// A step, and what the page is told before it.
#[derive(Debug)]
pub struct Next<J> {
    /// Told first, in order.
    pub notices: Vec<Notice<J>>,
    /// Done then.
    pub step: Step<J>,
}

/// Waiting between two looks.
#[derive(Clone, Debug)]
pub struct Waiting<J>(Watch<J>);

/// Waiting for an answer.
#[derive(Clone, Debug)]
pub struct Looking<J>(Watch<J>);

#[derive(Clone, Debug)]
struct Watch<J> {
    task: AcceptedTask<J>,
    config: Config,
    started: u64,
    /// Looks in a row that failed.
    failures: u32,
    /// Looks in a row that found no such task.
    absences: u32,
    /// Whether there was a look at all.
    looked: bool,
    /// The highest progress heard: it never goes back.
    progress: Option<u64>,
}

/// Begins to wait.
#[must_use]
pub fn watch<J: Json>(task: AcceptedTask<J>, config: Config, now: u64) -> Step<J> {
    let first = config.poll_interval.min(FIRST_LOOK_MS);
    let watch = Watch { task, config, started: now, failures: 0, absences: 0, looked: false, progress: None };
    watch.sleep(first, now)
}

impl<J> From<Step<J>> for Next<J> {
    fn from(step: Step<J>) -> Self {
        Self { notices: Vec::new(), step }
    }
}

impl<J: Json> Step<J> {
    /// What the caller is told when it stops waiting.
    #[must_use]
    pub fn abandoned(&self) -> Failure<J> {
        match self {
            Self::Sleep(_, Waiting(watch)) | Self::Look(_, Looking(watch)) => watch.abandoned(),
            Self::Done(_) => Error::unpaid(Code::Aborted, Stage::Wait, "aborted").into(),
        }
    }
}

impl<J: Json> Waiting<J> {
    /// The time has passed.
    #[must_use]
    pub fn woke(self, now: u64) -> Step<J> {
        let url = self.0.config.base_url.status(&self.0.task.task_id);
        // At the deadline there is one more look, for a moment.
        let patience = self.0.left(now).map_or(PATIENCE_MS, |left| left.clamp(LAST_LOOK_MS, PATIENCE_MS));
        Step::Look(HttpRequest { url, method: Method::Get, patience }, Looking(self.0))
    }
}

impl<J: Json> Looking<J> {
    /// An answer came, or none.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        let watch = self.0;
        match answer {
            Ok(response) => match TaskStatus::read(&response, &watch.task.task_id) {
                Ok(status) => watch.heard(status, now),
                Err(error) => watch.missed(error.message.clone(), now),
            },
            Err(_) => watch.missed("the server could not be reached".into(), now),
        }
    }
}

impl<J: Json> Watch<J> {
    fn heard(mut self, mut status: TaskStatus<J>, now: u64) -> Next<J> {
        self.failures = 0;
        self.looked = true;
        let absent = matches!(status, TaskStatus::NotFound { .. });
        self.absences = if absent { self.absences.saturating_add(1) } else { 0 };
        if let Some(progress) = status.progress_mut() {
            self.progress = self.progress.max(*progress);
            *progress = self.progress;
        }
        let notices = vec![Notice::Status { status: status.clone(), heard_at: now }];
        let step = match status {
            TaskStatus::Completed { raw, .. } => Step::Done(Ok(raw)),
            TaskStatus::Failed { error, .. } => Step::Done(Err(self.failed(&error))),
            TaskStatus::NotFound { .. }
                if self.absences >= ABSENCES && now >= self.started.saturating_add(FRESH_MS) =>
            {
                let message = "the server does not know the task any more; send it the receipt";
                Step::Done(Err(self.task.failure(Code::TaskNotFound, Retry::Resume, message)))
            }
            _ => self.sleep_until_next_look(now),
        };
        Next { notices, step }
    }

    fn abandoned(&self) -> Failure<J> {
        let message = text!("the wait was aborted; the job goes on as task ", self.task.task_id);
        self.task.failure(Code::Aborted, Retry::Resume, message)
    }

    fn failed(&self, reason: &str) -> Failure<J> {
        let retry = if self.task.receipt.is_some() { Retry::PaysAgain } else { Retry::Safe };
        let failure = self.task.failure(Code::GenerationFailed, retry, text!("the generation failed: ", reason));
        Failure { error: failure.error.detail("reason", reason), ..failure }
    }

    fn missed(mut self, reason: String, now: u64) -> Next<J> {
        self.failures = self.failures.saturating_add(1);
        self.looked = true;
        let pause = 1000u64.saturating_mul(2u64.saturating_pow(self.failures)).min(LONGEST_BACKOFF_MS);
        let attempt = self.failures;
        let step = self.sleep(pause, now);
        let notices = match &step {
            Step::Sleep(in_ms, _) => vec![Notice::Retrying { attempt, in_ms: *in_ms, reason }],
            _ => Vec::new(),
        };
        Next { notices, step }
    }

    fn sleep_until_next_look(self, now: u64) -> Step<J> {
        let interval = self.config.poll_interval;
        self.sleep(interval, now)
    }

    /// The time until the deadline.
    fn left(&self, now: u64) -> Option<u64> {
        self.config.timeout.map(|timeout| self.started.saturating_add(timeout).saturating_sub(now))
    }

    /// Sleeps, but not past the deadline; at the deadline the wait is over.
    fn sleep(self, pause: u64, now: u64) -> Step<J> {
        match self.left(now) {
            Some(0) if self.looked => {
                let message =
                    text!("the task ", self.task.task_id, " was not finished in time; it goes on, look at it later");
                Step::Done(Err(self.task.failure(Code::WaitTimeout, Retry::Resume, message)))
            }
            Some(left) => Step::Sleep(pause.min(left), Waiting(self)),
            None => Step::Sleep(pause, Waiting(self)),
        }
    }
}

/// The request of one look at a task.
///
/// # Errors
/// `invalid_request` when the id could not be a task's.
pub fn look(task_id: &str, config: &Config) -> Result<HttpRequest, Error> {
    if !is_task_id(task_id) {
        return Err(Error::invalid("a task id has 1 to 128 letters, digits, `-`, `_`, `.` and `:`"));
    }
    Ok(HttpRequest { url: config.base_url.status(task_id), method: Method::Get, patience: PATIENCE_MS })
}

/// What comes of one look.
///
/// # Errors
/// `network`, `http` or `bad_response`. The look itself moved no money; whether the task was paid is not known here.
pub fn seen<J: Json>(task_id: &str, answer: Answer<J>) -> Result<TaskStatus<J>, Failure<J>> {
    match answer {
        Ok(response) => Ok(TaskStatus::read(&response, task_id)?),
        Err(failure) => {
            let error = look_error(Code::Network, "the server could not be reached; try again");
            Err(Failure { cause: failure.cause, ..Failure::from(error) })
        }
    }
}

/// An error of one look: it moves no money, and whether the task was paid is not known to it.
#[must_use]
pub fn look_error(code: Code, message: &str) -> Error {
    Error::unpaid(code, Stage::Wait, message).paid(Paid::Unknown, Retry::Safe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::http::{HttpFailure, HttpResponse};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const INTERVAL: u64 = 15_000;

    fn config(timeout: Option<u64>) -> Config {
        let options = timeout.map_or(json!({"timeout": "none"}), |ms| json!({"timeout": ms}));
        Config::read(&options).unwrap()
    }

    fn task() -> AcceptedTask<Value> {
        AcceptedTask { task_id: "t1".into(), receipt: None }
    }

    fn answer(status: u16, body: &Value) -> Answer<Value> {
        Ok(HttpResponse { status, body: body.to_string(), ..HttpResponse::default() })
    }

    fn wake(step: Step<Value>) -> (u64, Looking<Value>) {
        let Step::Sleep(ms, waiting) = step else { panic!("{step:?}") };
        let Step::Look(request, looking) = waiting.woke(0) else { panic!() };
        assert_eq!(request.url, "https://eliza.getimagine.club/generation/t1/status");
        (ms, looking)
    }

    fn done(step: Step<Value>) -> Result<Value, Error> {
        let Step::Done(outcome) = step else { panic!("{step:?}") };
        outcome.map_err(|f| f.error)
    }

    #[test]
    fn looks_after_five_seconds_and_then_at_the_interval() {
        let (first, looking) = wake(watch(task(), config(None), 0));
        let (second, _) = wake(looking.answered(answer(202, &json!({"status": "queued"})), 5_000).step);
        assert_eq!((first, second), (FIRST_LOOK_MS, INTERVAL));
    }

    #[test]
    fn errors_back_off_and_are_forgotten() {
        let (_, mut looking) = wake(watch(task(), config(None), 0));
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let next = looking.answered(Err(HttpFailure { status: None, cause: None }), 0);
            assert!(matches!(next.notices[..], [Notice::Retrying { .. }]));
            let (ms, again) = wake(next.step);
            pauses.push(ms);
            looking = again;
        }
        assert_eq!(pauses, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        let (_, looking) = wake(looking.answered(answer(202, &json!({"status": "queued"})), 0).step);
        let (ms, _) = wake(looking.answered(answer(502, &json!(null)), 0).step);
        assert_eq!(ms, 2_000);
    }

    #[test]
    fn a_late_look_comes_before_the_timeout() {
        let (ms, looking) = wake(watch(task(), config(Some(3_000)), 0));
        assert_eq!(ms, 3_000);
        let finished = looking.clone().answered(answer(200, &json!({"status": "completed", "result": {}})), 9_000_000);
        assert!(done(finished.step).is_ok());
        let running = looking.answered(answer(202, &json!({"status": "queued"})), 9_000_000);
        assert_eq!(done(running.step).unwrap_err().code, Code::WaitTimeout);
    }

    #[test]
    fn a_task_may_be_unknown_at_first_only() {
        let not_found = || answer(404, &json!({"status": "not_found"}));
        let (_, looking) = wake(watch(task(), config(None), 0));
        let (_, looking) = wake(looking.answered(not_found(), FRESH_MS - 1).step);
        let (_, looking) = wake(looking.answered(not_found(), FRESH_MS).step);
        assert_eq!(done(looking.answered(not_found(), FRESH_MS).step).unwrap_err().code, Code::TaskNotFound);
    }

    #[test]
    fn one_absence_is_no_loss() {
        let not_found = || answer(404, &json!(null));
        let (_, mut looking) = wake(watch(task(), config(None), 0));
        for _ in 0..5 {
            looking = wake(looking.answered(not_found(), FRESH_MS).step).1;
            looking = wake(looking.answered(not_found(), FRESH_MS).step).1;
            looking = wake(looking.answered(answer(202, &json!({"status": "queued"})), FRESH_MS).step).1;
        }
    }

    #[test]
    fn no_time_at_all_is_one_look() {
        let (ms, looking) = wake(watch(task(), config(Some(0)), 0));
        assert_eq!(ms, 0);
        let running = looking.answered(answer(202, &json!({"status": "queued"})), 0);
        assert_eq!(done(running.step).unwrap_err().code, Code::WaitTimeout);
    }

    #[test]
    fn an_unanswered_look_ends_by_itself() {
        for (timeout, patience) in [(None, PATIENCE_MS), (Some(9_000), 4_000), (Some(5_000), LAST_LOOK_MS)] {
            let Step::Sleep(ms, waiting) = watch::<Value>(task(), config(timeout), 0) else { panic!() };
            let Step::Look(request, _) = waiting.woke(ms) else { panic!() };
            assert_eq!(request.patience, patience, "{timeout:?}");
        }
    }

    #[test]
    fn progress_never_goes_back() {
        let (_, mut looking) = wake(watch(task(), config(None), 0));
        let mut heard = Vec::new();
        for progress in [json!(10), json!(40), json!(null), json!(20), json!(70)] {
            let next = looking.answered(answer(202, &json!({"status": "processing", "progress": progress})), 0);
            let Notice::Status { status: TaskStatus::Processing { progress, .. }, .. } = &next.notices[0] else {
                panic!()
            };
            heard.push(*progress);
            looking = wake(next.step).1;
        }
        assert_eq!(heard, [Some(10), Some(40), Some(40), Some(40), Some(70)]);
    }

    proptest! {
        /// Whatever the server answers, each pause is bounded, the wait ends by its deadline, and the end is told once.
        #[test]
        fn every_wait_ends(answers in prop::collection::vec(0u8..6, 0..200), timeout in 0u64..2_000_000) {
            let mut now = 0;
            let mut step = watch::<Value>(task(), config(Some(timeout)), now);
            let mut answers = answers.into_iter();
            loop {
                step = match step {
                    Step::Sleep(ms, waiting) => {
                        prop_assert!(ms <= LONGEST_BACKOFF_MS);
                        now += ms;
                        prop_assert!(now <= timeout);
                        waiting.woke(now)
                    }
                    Step::Look(_, looking) => looking.answered(match answers.next() {
                        Some(0) => answer(202, &json!({"status": "queued"})),
                        Some(1) => answer(202, &json!({"status": "processing", "progress": 5})),
                        Some(2) => answer(200, &json!({"status": "novel"})),
                        Some(3) => answer(502, &json!("<html>")),
                        Some(4) => answer(404, &json!({"status": "not_found"})),
                        _ => Err(HttpFailure { status: None, cause: None }),
                    }, now).step,
                    Step::Done(outcome) => {
                        let code = outcome.unwrap_err().error.code;
                        prop_assert!(matches!(code, Code::WaitTimeout | Code::TaskNotFound), "{code:?}");
                        break;
                    }
                };
            }
        }
    }
}
