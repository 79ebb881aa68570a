//! Waiting for a task: looks, and rests between them, until it is finished or the wait is too long.
//!
//! Deadlines are wall-clock times, never counted ticks: after a long sleep the task is looked at once more before the
//! wait is called too long. Errors in between never lose the task. What another tab hears of the task counts as heard here.

use std::ops::ControlFlow;

use super::{
    accepted::AcceptedTask,
    config::Config,
    error::{Code, Error, Paid, Retry, Stage},
    failure::Failure,
    http::{Answer, HttpFailure, HttpResponse, is_task_id},
    http_request::{HttpRequest, Method},
    journal,
    json::Json,
    machine::{self, Machine},
    notice::Notice,
    pace::{Pace, Presence, Why},
    task::TaskStatus,
    text::text,
};

/// How long an answer is waited for.
const PATIENCE_MS: u64 = 20_000;
/// How long at the end of the wait.
const LAST_LOOK_MS: u64 = 2_000;
/// A fresh task may not be known everywhere yet.
const FRESH_MS: u64 = 60_000;
/// Consecutive answers that there is no such task before the wait gives up: a single one may be a proxy's.
const ABSENCES: u32 = 3;

/// What to do next. Each state is used up by its outcome.
#[derive(Debug)]
pub enum Step<J> {
    /// Read what the journal has of a purchase of that id.
    Read(String, Box<Locating>),
    /// Let the time pass until then, or until something happens.
    Rest(u64, Waiting<J>),
    /// Ask the server, unless the look is called off.
    Look(HttpRequest, Looking<J>),
    /// It is over; of a wait, the task is completed.
    Done(Result<TaskStatus<J>, Failure<J>>),
}

/// A step, and what the page is told before it.
pub type Next<J> = machine::Next<Step<J>, J>;

/// Waiting for what the journal has of a task that is known by an id alone.
#[derive(Clone, Debug)]
pub struct Locating {
    id: String,
    config: Config,
}

/// Begins to look once at a task: by the service's id, or that of a purchase in the journal, which may have been bought elsewhere.
#[must_use]
pub fn locate<J: Json>(id: String, config: Config) -> Step<J> {
    Step::Read(id.clone(), Box::new(Locating { id, config }))
}

impl Locating {
    /// The record, where there is one: whoever cannot read the journal may still know the task.
    #[must_use]
    pub fn located<J: Json>(self, record: Option<J>, now: u64) -> Next<J> {
        let Self { id, mut config } = self;
        let task_id = match record.as_ref().and_then(journal::whereabouts) {
            Some((task_id, base_url)) => {
                config.base_url = base_url;
                task_id
            }
            None => id,
        };
        look(&task_id, config, now).unwrap_or_else(|error| Step::Done(Err(error.into()))).into()
    }
}

/// Waiting between two looks.
#[derive(Clone, Debug)]
pub struct Waiting<J>(Box<Watch<J>>);

/// Waiting for an answer, since then.
#[derive(Clone, Debug)]
pub struct Looking<J>(Box<Watch<J>>, u64);

#[derive(Clone, Debug)]
struct Watch<J> {
    task: AcceptedTask<J>,
    config: Config,
    /// There is one look, whatever it shows.
    is_single: bool,
    started: u64,
    pace: Pace,
    presence: Presence,
    /// Why the page was told that the looks come rarely.
    paused: Option<Why>,
    /// Looks in a row that found no such task.
    absences: u32,
    /// What was made, as the journal has it: for a service that has forgotten the task, or is away.
    kept: Option<J>,
}

/// Begins to wait. `seed` is any number. With the result that the journal has kept of a finished task, there is one look at once.
#[must_use]
pub fn watch<J: Json>(task: AcceptedTask<J>, kept: Option<J>, config: Config, seed: u64, now: u64) -> Next<J> {
    let mut watch = Watch::new(task, config, false, seed, now);
    watch.kept = kept;
    if watch.kept.is_some() { watch.look(PATIENCE_MS, now).into() } else { watch.rest(Vec::new(), now) }
}

/// Looks at a task once. What goes wrong says nothing about money: whether the task was paid is not known here.
///
/// # Errors
/// `invalid_request` when the id could not be a task's.
pub fn look<J: Json>(task_id: &str, config: Config, now: u64) -> Result<Step<J>, Error> {
    if !is_task_id(task_id) {
        return Err(Error::invalid("a task id has 1 to 128 visible characters, and is neither `.` nor `..`"));
    }
    let task = AcceptedTask { task_id: task_id.into(), receipt: None, paid: Paid::No, settlement: None };
    Ok(Watch::new(task, config, true, 0, now).look(PATIENCE_MS, now))
}

impl<J: Json> Machine<J> for Step<J> {
    type Outcome = TaskStatus<J>;

    fn ended(self) -> ControlFlow<Result<TaskStatus<J>, Failure<J>>, Self> {
        match self {
            Self::Done(outcome) => ControlFlow::Break(outcome),
            step => ControlFlow::Continue(step),
        }
    }

    fn given_up(&self) -> Option<Failure<J>> {
        match self {
            Self::Rest(_, Waiting(watch)) | Self::Look(_, Looking(watch, _)) => Some(watch.abandoned()),
            Self::Read(..) => Some(given_up().into()),
            Self::Done(_) => None,
        }
    }
}

/// How a rest has ended.
#[derive(Clone, Debug)]
pub struct Woken<J> {
    /// How the page stands.
    pub presence: Presence,
    /// The time has come.
    pub is_due: bool,
    /// What another tab was answered about the task, for [`HttpResponse::read`].
    pub heard: Option<J>,
}

impl<J: Json> Waiting<J> {
    /// The rest is over.
    #[must_use]
    pub fn woke(self, woken: Woken<J>, now: u64) -> Next<J> {
        let mut watch = self.0;
        watch.presence = woken.presence;
        if let Some(response) = woken.heard.and_then(|heard| HttpResponse::read(&heard)) {
            return Looking(watch, now).answered(Ok(response), now);
        }
        if !woken.is_due {
            return watch.rest(Vec::new(), now);
        }
        if watch.left(now) == Some(0) && watch.pace.is_kept(now) {
            return watch.looked(Vec::new(), now);
        }
        // At the deadline there is one more look, for a moment, unless the server has asked for none.
        let patience = watch.left(now).map_or(PATIENCE_MS, |left| left.clamp(LAST_LOOK_MS, PATIENCE_MS));
        watch.look(patience, now).into()
    }

    /// The page or the browser threw instead of resting. To ask again at once would never end.
    #[must_use]
    pub fn broke(self, thrown: J) -> Next<J> {
        let message = text!(
            "this page cannot wait any longer, since the browser or the page threw an error; task ",
            self.0.task.task_id,
            " goes on: `resume()` takes it up"
        );
        let failure = self.0.task.failure(Code::UnsupportedEnvironment, Retry::Resume, message);
        Step::Done(Err(Failure { cause: Some(thrown), ..failure })).into()
    }
}

impl<J: Json> Looking<J> {
    /// An answer came, or none.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        let Self(mut watch, asked_at) = self;
        let retry_after = answer.as_ref().ok().and_then(|response| response.retry_after.as_deref());
        if let Some(retry_after) = retry_after {
            watch.pace.keep_quiet(retry_after, now);
        }
        if let Some(result) = watch.kept.clone().filter(|result| is_worse::<J>(&answer, result)) {
            let task_id = watch.task.task_id;
            return Step::Done(Ok(TaskStatus::Kept { task_id, progress: 100, result })).into();
        }
        match answer {
            Ok(response) => match TaskStatus::read(&response, &watch.task.task_id) {
                Ok(status) if watch.is_single => Step::Done(Ok(status)).into(),
                Ok(status) => watch.heard(status, now),
                Err(error) if watch.is_single => Step::Done(Err(error.into())).into(),
                Err(error) => watch.missed(error.message.clone(), asked_at, now),
            },
            Err(HttpFailure { cause, .. }) if watch.is_single => {
                let error = look_error(Code::Network, "the server could not be reached; try again");
                Step::Done(Err(Failure { cause, ..error.into() })).into()
            }
            // The page is left, and may come back as it is, or another tab has heard of the task.
            Err(HttpFailure { is_called_off: true, .. }) => {
                watch.pace.called_off(now);
                watch.rest(Vec::new(), now)
            }
            Err(_) => watch.missed("the server could not be reached".into(), asked_at, now),
        }
    }
}

/// Whether the result that the journal has kept is better than an answer. What came as bytes is not in it: then only a service
/// that has forgotten the task has less.
fn is_worse<J: Json>(answer: &Answer<J>, kept: &J) -> bool {
    let status = answer.as_ref().ok().and_then(|response| TaskStatus::<J>::read(response, "").ok());
    match status {
        Some(TaskStatus::Completed { .. }) => false,
        Some(TaskStatus::NotFound { .. }) => true,
        _ => journal::shows_something(kept),
    }
}

impl<J: Json> Watch<J> {
    fn new(task: AcceptedTask<J>, config: Config, is_single: bool, seed: u64, now: u64) -> Box<Self> {
        let accepted_at = task.receipt.as_ref().and_then(|receipt| receipt.whole_at("at"));
        let pace = Pace::new(config.poll_interval, accepted_at, seed, now);
        let presence = Presence::default();
        Box::new(Self { task, config, is_single, started: now, pace, presence, paused: None, absences: 0, kept: None })
    }

    fn look(self: Box<Self>, patience: u64, now: u64) -> Step<J> {
        let url = self.config.base_url.status(&self.task.task_id);
        Step::Look(HttpRequest { url, method: Method::Get, patience }, Looking(self, now))
    }

    fn heard(mut self: Box<Self>, status: TaskStatus<J>, now: u64) -> Next<J> {
        let absent = matches!(status, TaskStatus::NotFound { .. });
        self.absences = if absent { self.absences.saturating_add(1) } else { 0 };
        self.pace.heard(status.progress(), now);
        let notices = vec![Notice::Status { status: status.clone(), heard_at: now }];
        let outcome = match status {
            completed @ TaskStatus::Completed { .. } => Ok(completed),
            TaskStatus::Failed { error, .. } => Err(self.failed(&error)),
            TaskStatus::NotFound { .. }
                if self.absences >= ABSENCES && now >= self.started.saturating_add(FRESH_MS) =>
            {
                let message = "the service no longer has this task; contact it with the receipt";
                Err(self.task.failure(Code::TaskNotFound, Retry::Resume, message))
            }
            _ => return self.looked(notices, now),
        };
        Next { notices, step: Step::Done(outcome) }
    }

    fn abandoned(&self) -> Failure<J> {
        if self.is_single {
            return given_up().into();
        }
        let message = text!("the wait was aborted; the job goes on as task ", self.task.task_id);
        self.task.failure(Code::Aborted, Retry::Resume, message)
    }

    fn failed(&self, reason: &str) -> Failure<J> {
        let retry = if self.task.paid == Paid::No { Retry::Safe } else { Retry::PaysAgain };
        let failure = self.task.failure(Code::GenerationFailed, retry, text!("the generation failed: ", reason));
        Failure { error: failure.error.detail("reason", reason), ..failure }
    }

    fn missed(mut self: Box<Self>, reason: String, asked_at: u64, now: u64) -> Next<J> {
        let attempt = self.pace.missed(asked_at, now);
        let in_ms = self.due().saturating_sub(now);
        self.looked(vec![Notice::Retrying { attempt, in_ms, reason }], now)
    }

    /// The time until the deadline.
    fn left(&self, now: u64) -> Option<u64> {
        self.config.timeout.map(|timeout| self.started.saturating_add(timeout).saturating_sub(now))
    }

    /// When the next look is due: at the deadline, if not before.
    fn due(&self) -> u64 {
        let due = self.pace.due(&self.presence);
        self.config.timeout.map_or(due, |timeout| due.min(self.started.saturating_add(timeout)))
    }

    /// Goes on after a look, unless it was the one at the deadline.
    fn looked(self: Box<Self>, notices: Vec<Notice<J>>, now: u64) -> Next<J> {
        if self.left(now) != Some(0) {
            return self.rest(notices, now);
        }
        let message = text!("the task ", self.task.task_id, " was not finished in time; it goes on, look at it later");
        let failure = self.task.failure(Code::WaitTimeout, Retry::Resume, message);
        Next { notices, step: Step::Done(Err(failure)) }
    }

    fn rest(mut self: Box<Self>, mut notices: Vec<Notice<J>>, now: u64) -> Next<J> {
        notices.extend(self.pause(now));
        let until = self.due();
        Next { notices, step: Step::Rest(until, Waiting(self)) }
    }

    /// What the page is told when the looks begin to come rarely, and when they come often again.
    const fn pause(&mut self, now: u64) -> Option<Notice<J>> {
        let away = self.presence.away(now);
        match (self.paused, away) {
            (None, Some(why)) => {
                self.paused = away;
                Some(Notice::Paused { why })
            }
            (Some(why), None) => {
                self.paused = None;
                Some(Notice::Resumed { why })
            }
            _ => None,
        }
    }
}

/// What the caller of one look is told when it gives up.
fn given_up() -> Error {
    look_error(Code::Aborted, "aborted; the task goes on")
}

/// An error of one look: it moves no money, and whether the task was paid is not known to it.
#[must_use]
fn look_error(code: Code, message: &str) -> Error {
    Error::unpaid(code, Stage::Wait, message).paid(Paid::Unknown, Retry::Safe)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const MINUTE: u64 = 60_000;

    fn config(timeout: Option<u64>) -> Config {
        Config::read(&json!({"timeout": timeout})).unwrap()
    }

    fn accepted(paid: Paid) -> AcceptedTask<Value> {
        AcceptedTask { task_id: "t1".into(), receipt: None, paid, settlement: None }
    }

    fn begin(timeout: Option<u64>) -> Next<Value> {
        watch(accepted(Paid::No), None, config(timeout), 7, 0)
    }

    /// A rest that ended so: `{ hiddenSince?, returnedAt?, offline?, frozen?, due?, heard? }`.
    pub(in crate::core) fn woken(told: &Value) -> Woken<Value> {
        let presence = Presence {
            hidden_since: told.whole_at("hiddenSince"),
            returned_at: told.whole_at("returnedAt").unwrap_or_default(),
            is_offline: told.is_true_at("offline"),
            is_frozen: told.is_true_at("frozen"),
        };
        Woken { presence, is_due: told.is_true_at("due"), heard: Json::get(told, "heard") }
    }

    fn answer(status: u16, body: &Value) -> Answer<Value> {
        Ok(HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() })
    }

    fn lost(is_called_off: bool) -> Answer<Value> {
        Err(HttpFailure { status: None, cause: None, is_called_off })
    }

    fn queued() -> Answer<Value> {
        answer(202, &json!({"status": "queued"}))
    }

    fn rest(step: Step<Value>) -> (u64, Waiting<Value>) {
        let Step::Rest(until, waiting) = step else { panic!("{step:?}") };
        (until, waiting)
    }

    /// The time of the next look, and the look.
    fn look(next: Next<Value>) -> (u64, Looking<Value>) {
        let (until, waiting) = rest(next.step);
        let Step::Look(request, looking) = waiting.woke(woken(&json!({"due": true})), until).step else { panic!() };
        assert_eq!(request.url, "https://eliza.getimagine.club/generation/t1/status");
        (until, looking)
    }

    fn done(next: Next<Value>) -> Result<TaskStatus<Value>, Error> {
        let Step::Done(outcome) = next.step else { panic!("{:?}", next.step) };
        outcome.map_err(|f| f.error)
    }

    fn told(next: &Next<Value>) -> Vec<Value> {
        next.notices.iter().map(|notice| Value::of(&notice)).collect()
    }

    #[test]
    fn a_deadline_brings_no_look_that_the_server_has_asked_to_be_spared() {
        let busy = HttpResponse::<Value> { status: 429, retry_after: Some("60".into()), ..HttpResponse::default() };
        for (answer, is_looked_at) in [(busy, false), (HttpResponse { status: 500, ..HttpResponse::default() }, true)] {
            let watching = watch(accepted(Paid::Yes), None, config(Some(20_000)), 7, 0);
            let Step::Rest(until, waiting) = watching.step else { panic!() };
            let Step::Look(_, looking) = waiting.woke(woken(&json!({"due": true})), until).step else { panic!() };
            let Step::Rest(mut until, mut waiting) = looking.answered(Ok(answer.clone()), until).step else { panic!() };
            while until < 20_000 {
                let Step::Look(_, looking) = waiting.woke(woken(&json!({"due": true})), until).step else { panic!() };
                let Step::Rest(later, next) = looking.answered(Ok(answer.clone()), until).step else { panic!() };
                (until, waiting) = (later, next);
            }
            assert_eq!(until, 20_000, "the deadline");
            match waiting.woke(woken(&json!({"due": true})), until).step {
                Step::Look(..) => assert!(is_looked_at),
                Step::Done(Err(failure)) => assert_eq!((failure.error.code, is_looked_at), (Code::WaitTimeout, false)),
                step => panic!("{step:?}"),
            }
        }
    }

    #[test]
    fn a_late_look_comes_before_the_timeout() {
        let (until, looking) = look(begin(Some(3_000)));
        assert_eq!(until, 3_000);
        let late = 9_000_000;
        let finished = looking.clone().answered(answer(200, &json!({"status": "completed", "result": {}})), late);
        assert!(done(finished).is_ok());
        assert_eq!(done(looking.clone().answered(queued(), late)).unwrap_err().code, Code::WaitTimeout);
        let missed = looking.answered(lost(false), late);
        assert_eq!(done(missed).unwrap_err().code, Code::WaitTimeout);
    }

    #[test]
    fn a_page_that_slept_past_the_timeout_looks_before_it_gives_up() {
        let (at, looking) = look(begin(Some(10 * MINUTE)));
        let (_, waiting) = rest(looking.answered(queued(), at).step);
        let next = waiting.woke(woken(&json!({"returnedAt": 90 * MINUTE})), 90 * MINUTE);
        let (_, looking) = look(next);
        assert_eq!(done(looking.answered(queued(), 90 * MINUTE)).unwrap_err().code, Code::WaitTimeout);
    }

    #[test]
    fn who_gives_up_is_told_what_is_known_of_the_money() {
        for paid in [Paid::No, Paid::Yes, Paid::Unknown] {
            let begin = || watch(accepted(paid), None, config(None), 7, 0);
            let (_, waiting) = rest(begin().step);
            let resting = Step::Rest(0, waiting).given_up().unwrap().error;
            let Step::Look(request, looking) = rest(begin().step).1.woke(woken(&json!({"due": true})), MINUTE).step
            else {
                panic!()
            };
            let looking = Step::Look(request, looking).given_up().unwrap().error;
            for error in [resting, looking] {
                assert_eq!((error.code, error.paid, error.retry), (Code::Aborted, paid, Retry::Resume));
                assert_eq!(error.task_id.as_deref(), Some("t1"));
            }
        }
        let single = super::look::<Value>("t1", config(None), 0).unwrap();
        let error = single.given_up().unwrap().error;
        assert_eq!((error.code, error.paid), (Code::Aborted, Paid::Unknown), "a look knows of no payment");
    }

    #[test]
    fn a_rest_that_breaks_ends_the_wait_with_its_task_and_cause() {
        let (_, waiting) = rest(begin(None).step);
        let Step::Done(Err(failure)) = waiting.broke(json!("no timers")).step else { panic!() };
        let Failure { error, cause, .. } = failure;
        assert_eq!((error.code, error.retry), (Code::UnsupportedEnvironment, Retry::Resume));
        assert_eq!((error.task_id.as_deref(), cause), (Some("t1"), Some(json!("no timers"))));
    }

    #[test]
    fn a_wait_that_fails_says_what_was_paid_for_it() {
        let ways: [(Answer<Value>, Code, Retry); 3] = [
            (answer(500, &json!({"status": "failed", "error": "no luck"})), Code::GenerationFailed, Retry::PaysAgain),
            (queued(), Code::WaitTimeout, Retry::Resume),
            (lost(false), Code::WaitTimeout, Retry::Resume),
        ];
        for (said, code, retry) in ways {
            for paid in [Paid::Yes, Paid::No, Paid::Unknown] {
                let receipt = (paid != Paid::No).then(|| json!({"nonce": "0x07"}));
                let task = AcceptedTask { receipt: receipt.clone(), ..accepted(paid) };
                let (_, looking) = look(watch(task, None, config(Some(3_000)), 7, 0));
                let Step::Done(Err(failure)) = looking.answered(said.clone(), 3_000).step else { panic!() };
                let retry = if (code, paid) == (Code::GenerationFailed, Paid::No) { Retry::Safe } else { retry };
                assert_eq!((failure.error.code, failure.error.paid, failure.error.retry), (code, paid, retry));
                assert_eq!(failure.receipt.map(|proof| Value::of(&proof)), receipt);
                assert_eq!(failure.error.task_id.as_deref(), Some("t1"));
            }
        }
    }

    #[test]
    fn a_task_may_be_unknown_at_first_only() {
        let not_found = || answer(404, &json!({"status": "not_found"}));
        let (_, looking) = look(begin(None));
        let (_, looking) = look(looking.answered(not_found(), FRESH_MS - 1));
        let (_, looking) = look(looking.answered(not_found(), FRESH_MS));
        assert_eq!(done(looking.answered(not_found(), FRESH_MS)).unwrap_err().code, Code::TaskNotFound);
    }

    #[test]
    fn one_absence_is_no_loss() {
        let not_found = || answer(404, &json!(null));
        let (_, mut looking) = look(begin(None));
        for _ in 0..5 {
            looking = look(looking.answered(not_found(), FRESH_MS)).1;
            looking = look(looking.answered(not_found(), FRESH_MS)).1;
            looking = look(looking.answered(queued(), FRESH_MS)).1;
        }
    }

    #[test]
    fn no_time_at_all_is_one_look() {
        let (until, looking) = look(begin(Some(0)));
        assert_eq!(until, 0);
        assert_eq!(done(looking.answered(queued(), 0)).unwrap_err().code, Code::WaitTimeout);
    }

    #[test]
    fn an_unanswered_look_ends_by_itself() {
        for (timeout, at, patience) in
            [(None, 5_000, PATIENCE_MS), (Some(9_000), 5_000, 4_000), (Some(5_000), 5_000, LAST_LOOK_MS)]
        {
            let (_, waiting) = rest(begin(timeout).step);
            let Step::Look(request, _) = waiting.woke(woken(&json!({"due": true})), at).step else { panic!() };
            assert_eq!(request.patience, patience, "{timeout:?}");
        }
    }

    #[test]
    fn errors_are_told_with_the_time_until_the_next_try() {
        let (at, looking) = look(begin(None));
        let next = looking.answered(answer(502, &json!(null)), at);
        let [retrying] = &told(&next)[..] else { panic!() };
        let (until, _) = rest(next.step);
        assert_eq!((&retrying["type"], &retrying["attempt"]), (&json!("retrying"), &json!(1)));
        assert_eq!(retrying["inMs"], until - at);
    }

    #[test]
    fn one_look_is_one_look_whatever_it_shows() {
        let look = |answer| {
            let Step::Look(request, looking) = super::look("t1", config(None), 0).unwrap() else { panic!() };
            assert_eq!(request.patience, PATIENCE_MS);
            done(looking.answered(answer, 0))
        };
        assert!(matches!(look(queued()), Ok(TaskStatus::Queued { .. })));
        assert!(matches!(
            look(answer(500, &json!({"status": "failed", "error": "no"}))),
            Ok(TaskStatus::Failed { .. })
        ));
        for (answer, code) in [
            (answer(502, &json!("<html>")), Code::Http),
            (answer(200, &json!([])), Code::BadResponse),
            (lost(false), Code::Network),
        ] {
            let error = look(answer).unwrap_err();
            assert_eq!((error.code, error.paid, error.retry), (code, Paid::Unknown, Retry::Safe));
        }
        let thrown = Err(HttpFailure { status: None, cause: Some(json!("no network")), is_called_off: false });
        let looking = super::look::<Value>("t1", config(None), 0).unwrap();
        let Step::Look(_, looking) = looking else { panic!("at once") };
        let Step::Done(failed) = looking.answered(thrown, 0).step else { panic!("one look") };
        assert_eq!(failed.unwrap_err().cause, Some(json!("no network")));
        assert_eq!(super::look::<Value>("..", config(None), 0).unwrap_err().code, Code::InvalidRequest);
    }

    #[test]
    fn what_the_journal_has_kept_is_shown_where_the_service_has_nothing() {
        let kept = json!({"video": {"url": "https://x/v.mp4"}, "heardAt": 5});
        let look = |answer: Answer<Value>| {
            let begun = watch(accepted(Paid::Yes), Some(kept.clone()), config(None), 7, 0);
            let Step::Look(_, looking) = begun.step else { panic!("at once") };
            done(looking.answered(answer, 0)).unwrap()
        };
        let gone = answer(404, &json!({"status": "not_found"}));
        let odd = answer(200, &json!({"status": "archived"}));
        for answer in [gone, odd, answer(502, &json!("<html>")), queued(), lost(false), lost(true)] {
            let TaskStatus::Kept { task_id, progress: 100, result } = look(answer) else { panic!() };
            assert_eq!((task_id.as_str(), &result), ("t1", &kept));
        }
        let fresh = json!({"status": "completed", "result": {}});
        let bytes_alone = json!({"text": "a boat", "heardAt": 5});
        let begun = watch(accepted(Paid::Yes), Some(bytes_alone), config(None), 7, 0);
        let Step::Look(_, looking) = begun.step else { panic!("at once") };
        let gone = done(looking.answered(answer(404, &json!({"status": "not_found"})), 0)).unwrap();
        assert!(matches!(gone, TaskStatus::Kept { .. }), "what is left is better than nothing");
        assert!(matches!(look(answer(200, &fresh)), TaskStatus::Completed { .. }), "its own answer is newer");
    }

    #[test]
    fn what_another_tab_hears_is_heard_here() {
        let (_, waiting) = rest(begin(None).step);
        let heard = |status: u16, body: Value| json!({"heard": {"status": status, "body": body.to_string()}});
        let next = waiting.clone().woke(woken(&heard(202, json!({"status": "processing", "progress": 30}))), 3_000);
        assert_eq!(told(&next)[0]["status"]["progress"], 30);
        assert!(rest(next.step).0 > 3_000 + 10_000, "it is no time to look again");
        assert!(done(waiting.clone().woke(woken(&heard(200, json!({"status": "completed"}))), 3_000)).is_ok());
        let failed = waiting.clone().woke(woken(&heard(500, json!({"status": "failed", "error": "no"}))), 3_000);
        assert_eq!(done(failed).unwrap_err().code, Code::GenerationFailed);
        for nonsense in [
            json!({"heard": 1}),
            json!({"heard": {"status": -1, "body": ""}}),
            json!({"heard": {"status": 200}}),
            json!(null),
        ] {
            assert!(matches!(waiting.clone().woke(woken(&nonsense), 3_000).step, Step::Rest(..)), "{nonsense}");
        }
    }

    #[test]
    fn a_page_is_told_once_when_the_looks_come_rarely_and_when_they_are_back() {
        let (_, waiting) = rest(begin(None).step);
        let mut waiting = waiting;
        let mut said = Vec::new();
        for (now, presence) in [
            (1_000, json!({"offline": true})),
            (2_000, json!({"offline": true, "hiddenSince": 2_000})),
            (3_000, json!({"returnedAt": 3_000})),
            (4_000, json!({"hiddenSince": 4_000})),
            (4_000 + 5 * MINUTE, json!({"hiddenSince": 4_000})),
            (4_000 + 6 * MINUTE, json!({"hiddenSince": 4_000, "frozen": true})),
            (4_000 + 7 * MINUTE, json!({"returnedAt": 4_000 + 7 * MINUTE})),
            (4_000 + 8 * MINUTE, json!({"hiddenSince": 4_000 + 8 * MINUTE, "frozen": true})),
        ] {
            let next = waiting.woke(woken(&presence), now);
            said.extend(told(&next));
            waiting = rest(next.step).1;
        }
        let event = |kind: &str, why: &str| json!({"type": kind, "why": why});
        assert_eq!(
            said,
            [
                event("paused", "offline"),
                event("resumed", "offline"),
                event("paused", "hidden"),
                event("resumed", "hidden"),
                event("paused", "frozen")
            ]
        );
    }

    #[test]
    fn a_look_that_was_called_off_is_no_error() {
        let (at, looking) = look(begin(None));
        let next = looking.answered(lost(true), at + 100);
        assert!(next.notices.is_empty());
        let (until, waiting) = rest(next.step);
        assert!(until > at + 2_000, "the page that is left is quiet");
        let (again, _) = look(waiting.woke(woken(&json!({"returnedAt": at + 1_000})), at + 1_000));
        assert_eq!(again, at + 1_000, "the page that returns looks at once");
    }

    proptest! {
        /// Whatever the server answers and the page does, the wait ends by its deadline, never before a look at it, and the end is told once.
        #[test]
        fn every_wait_ends(events in prop::collection::vec((0u8..9, 0u64..2_000_000), 0..200), timeout in 0u64..2_000_000) {
            let mut now = 0;
            let mut next = begin(Some(timeout));
            let mut events = events.into_iter();
            let mut looked_at = None;
            loop {
                next = match next.step {
                    Step::Read(..) => panic!("a wait knows its task"),
                    Step::Rest(until, waiting) => {
                        prop_assert!(until <= timeout, "{until}");
                        match events.next() {
                            Some((0, wait)) => {
                                now += wait;
                                waiting.woke(woken(&json!({"returnedAt": now})), now)
                            }
                            Some((1, wait)) => {
                                now += wait;
                                waiting.woke(woken(&json!({"hiddenSince": now, "frozen": wait % 2 == 0, "offline": wait % 3 == 0})), now)
                            }
                            Some((2, wait)) => {
                                now += wait;
                                looked_at = Some(now);
                                waiting.woke(woken(&json!({"heard": {"status": 202, "body": "{\"status\": \"queued\"}"}})), now)
                            }
                            _ => {
                                now = now.max(until);
                                waiting.woke(woken(&json!({"due": true})), now)
                            }
                        }
                    }
                    Step::Look(request, looking) => {
                        prop_assert!(request.patience <= PATIENCE_MS);
                        looked_at = Some(now);
                        match events.next() {
                            Some((0, _)) => looking.answered(queued(), now),
                            Some((1, _)) => looking.answered(answer(202, &json!({"status": "processing", "progress": 5})), now),
                            Some((2, _)) => looking.answered(answer(200, &json!({"status": "novel"})), now),
                            Some((3, _)) => looking.answered(answer(502, &json!("<html>")), now),
                            Some((4, _)) => looking.answered(answer(404, &json!({"status": "not_found"})), now),
                            Some((5, _)) => looking.answered(lost(true), now),
                            _ => looking.answered(lost(false), now),
                        }
                    }
                    Step::Done(outcome) => {
                        let code = outcome.unwrap_err().error.code;
                        prop_assert!(matches!(code, Code::WaitTimeout | Code::TaskNotFound), "{code:?}");
                        prop_assert!(code != Code::WaitTimeout || looked_at >= Some(timeout), "{looked_at:?}");
                        break;
                    }
                };
            }
        }
    }
}
