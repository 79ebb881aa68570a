//! Waiting for a task: status requests and rests between them, until it is finished or the wait times out. Each status
//! request is called a *look* here.
//!
//! Deadlines are wall-clock times, never counted ticks: after a long sleep the task is polled once more before the wait
//! times out. Errors in between never lose the task. An answer that another tab gets counts here as well.

use std::ops::ControlFlow;

use super::{
    accepted::AcceptedTask,
    config::Config,
    error::{Code, Error, Paid, Retry, Stage},
    failure::Failure,
    http::{Answer, HttpFailure, HttpResponse, is_task_id},
    http_request::{HttpRequest, Method},
    journal::{self, Change, Ended},
    json::Json,
    machine::{self, Machine},
    notice::Notice,
    pace::{Pace, Presence, Why},
    place,
    task::TaskStatus,
    text::text,
};

/// Timeout of a look.
const PATIENCE_MS: u64 = 20_000;
/// Timeout of the look at the deadline.
const LAST_LOOK_MS: u64 = 2_000;
/// For this long after acceptance, the service may not know the task everywhere yet.
const FRESH_MS: u64 = 60_000;
/// Consecutive "no such task" answers before the wait gives up: a single one may come from a proxy.
const ABSENCES: u32 = 3;

/// What to do next. Each state is consumed by its outcome.
#[derive(Debug)]
pub enum Step<J> {
    /// Read the journal's record of the purchase of that id.
    Read(String, Box<Locating>),
    /// Rest until that time, or until something happens.
    Rest(u64, Waiting<J>),
    /// Send a status request, unless it is cancelled.
    Look(HttpRequest, Looking<J>),
    /// Write how the task ended into the record of that purchase.
    Write(String, Box<Change<J>>, Noting<J>),
    /// The end. A wait that succeeds ends with a completed task.
    Done(Result<TaskStatus<J>, Failure<J>>),
}

/// A step, and the events that the page gets before it.
pub type Next<J> = machine::Next<Step<J>, J>;

/// Waiting for the record of a task that is only known by an id.
#[derive(Clone, Debug)]
pub struct Locating {
    id: String,
    config: Config,
}

/// Starts one look at a task: by the service's id, or that of a purchase in the journal, which may have been bought
/// from another service.
#[must_use]
pub fn locate<J: Json>(id: String, config: Config) -> Step<J> {
    Step::Read(id.clone(), Box::new(Locating { id, config }))
}

impl Locating {
    /// The record, if there is one. Without a readable journal, the service may still know the id.
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

/// Waiting for the answer to a look, and when it began.
#[derive(Clone, Debug)]
pub struct Looking<J>(Box<Watch<J>>, u64);

/// Waiting for the journal to store how the task ended.
#[derive(Debug)]
pub struct Noting<J>(Result<TaskStatus<J>, Failure<J>>);

#[derive(Clone, Debug)]
struct Watch<J> {
    /// The id of the purchase, if known.
    id: Option<String>,
    task: AcceptedTask<J>,
    config: Config,
    /// There is only one look, whatever its answer.
    is_single: bool,
    started: u64,
    pace: Pace,
    presence: Presence,
    /// Why the page was told that polling is slow.
    paused: Option<Why>,
    /// Consecutive looks that found no such task.
    absences: u32,
    /// The result from the journal, in case the service has forgotten the task or is unavailable.
    kept: Option<J>,
}

/// Starts to wait for the task of the purchase of that id. `seed` is any number. If the journal has the result of the
/// finished task, the first look comes at once.
#[must_use]
pub fn watch<J: Json>(
    id: String,
    task: AcceptedTask<J>,
    kept: Option<J>,
    config: Config,
    seed: u64,
    now: u64,
) -> Next<J> {
    let mut watch = Watch::new(Some(id), task, config, false, seed, now);
    watch.kept = kept;
    if watch.kept.is_some() { watch.look(PATIENCE_MS, now).into() } else { watch.rest(Vec::new(), now) }
}

/// Looks at a task once. An error says nothing about money: whether the task was paid is not known here.
///
/// # Errors
/// `invalid_request` if the id cannot be a task's.
pub fn look<J: Json>(task_id: &str, config: Config, now: u64) -> Result<Step<J>, Error> {
    if !is_task_id(task_id) {
        return Err(Error::invalid("a task id has 1 to 128 visible characters, and is neither `.` nor `..`"));
    }
    let task = AcceptedTask { task_id: task_id.into(), receipt: None, paid: Paid::No, settlement: None };
    Ok(Watch::new(None, task, config, true, 0, now).look(PATIENCE_MS, now))
}

/// Looks once at the task of the purchase of that id, like [`look`].
#[must_use]
pub fn refresh<J: Json>(id: String, task: AcceptedTask<J>, config: Config, now: u64) -> Step<J> {
    Watch::new(Some(id), task, config, true, 0, now).look(PATIENCE_MS, now)
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
            Self::Write(..) | Self::Done(_) => None,
        }
    }
}

/// How a rest ended.
#[derive(Clone, Debug)]
pub struct Woken<J> {
    /// The state of the page.
    pub presence: Presence,
    /// The time is up.
    pub is_due: bool,
    /// The response that another tab got about the task, for [`HttpResponse::read`].
    pub answer: Option<J>,
}

impl<J: Json> Waiting<J> {
    /// The rest is over.
    #[must_use]
    pub fn woke(self, woken: Woken<J>, now: u64) -> Next<J> {
        let mut watch = self.0;
        watch.presence = woken.presence;
        if let Some(response) = woken.answer.and_then(|answer| HttpResponse::read(&answer)) {
            return Looking(watch, now).answered(Ok(response), now);
        }
        if !woken.is_due {
            return watch.rest(Vec::new(), now);
        }
        if watch.left(now) == Some(0) && watch.pace.must_wait(now) {
            return watch.looked(Vec::new(), now);
        }
        // At the deadline there is one more look, for a moment, unless the server has asked for none.
        let patience = watch.left(now).map_or(PATIENCE_MS, |left| left.clamp(LAST_LOOK_MS, PATIENCE_MS));
        watch.look(patience, now).into()
    }

    /// The page or the browser threw instead of resting. Trying again at once would loop for ever.
    #[must_use]
    pub fn broke(self, thrown: J) -> Next<J> {
        let message = text!(
            place::here(),
            " cannot wait any longer, since ",
            place::pick("the browser or the page", "something in it"),
            " threw an error; task ",
            self.0.task.task_id,
            " goes on: `resume()` takes it up"
        );
        let failure = self.0.task.failure(Code::UnsupportedEnvironment, Retry::Resume, message);
        Step::Done(Err(Failure { cause: Some(thrown), ..failure })).into()
    }
}

impl<J: Json> Looking<J> {
    /// The look was answered, or failed.
    #[must_use]
    pub fn answered(self, answer: Answer<J>, now: u64) -> Next<J> {
        let Self(mut watch, asked_at) = self;
        let retry_after = answer.as_ref().ok().and_then(|response| response.retry_after.as_deref());
        if let Some(retry_after) = retry_after {
            watch.pace.obey_retry_after(retry_after, now);
        }
        if let Some(result) = watch.kept.clone().filter(|result| is_worse::<J>(&answer, result)) {
            let task_id = watch.task.task_id;
            return Step::Done(Ok(TaskStatus::Kept { task_id, progress: 100, result })).into();
        }
        match answer {
            Ok(response) => match TaskStatus::read(&response, &watch.task.task_id) {
                Ok(status) if watch.is_single => watch.over(Ended::of(&status, now), Ok(status)).into(),
                Ok(status) => watch.received(status, now),
                Err(error) if watch.is_single => Step::Done(Err(error.into())).into(),
                Err(error) => watch.missed(error.message.clone(), asked_at, now),
            },
            Err(HttpFailure { cause, .. }) if watch.is_single => {
                let error = look_error(Code::Network, "the server could not be reached; try again");
                Step::Done(Err(Failure { cause, ..error.into() })).into()
            }
            // The page was left (and may be restored later), or another tab has an answer.
            Err(HttpFailure { is_cancelled: true, .. }) => {
                watch.pace.cancelled(now);
                watch.rest(Vec::new(), now)
            }
            Err(_) => watch.missed("the server could not be reached".into(), asked_at, now),
        }
    }
}

impl<J: Json> Noting<J> {
    /// Reports how the task ended, whether or not it could be written.
    #[must_use]
    pub fn written(self) -> Next<J> {
        Step::Done(self.0).into()
    }
}

/// Whether the journal's result is better than this answer. It does not contain inline bytes: a result without a file
/// is only better if the service has forgotten the task.
fn is_worse<J: Json>(answer: &Answer<J>, kept: &J) -> bool {
    let status = answer.as_ref().ok().and_then(|response| TaskStatus::<J>::read(response, "").ok());
    match status {
        Some(TaskStatus::Completed { .. }) => false,
        Some(TaskStatus::NotFound { .. }) => true,
        _ => journal::shows_something(kept),
    }
}

impl<J: Json> Watch<J> {
    fn new(
        id: Option<String>,
        task: AcceptedTask<J>,
        config: Config,
        is_single: bool,
        seed: u64,
        now: u64,
    ) -> Box<Self> {
        let accepted_at = task.receipt.as_ref().and_then(|receipt| receipt.whole_at("at"));
        let pace = Pace::new(config.poll_interval, accepted_at, seed, now);
        let presence = Presence::default();
        Box::new(Self {
            id,
            task,
            config,
            is_single,
            started: now,
            pace,
            presence,
            paused: None,
            absences: 0,
            kept: None,
        })
    }

    fn look(self: Box<Self>, patience: u64, now: u64) -> Step<J> {
        let url = self.config.base_url.status(&self.task.task_id);
        Step::Look(HttpRequest { url, method: Method::Get, patience }, Looking(self, now))
    }

    fn received(mut self: Box<Self>, status: TaskStatus<J>, now: u64) -> Next<J> {
        let absent = matches!(status, TaskStatus::NotFound { .. });
        self.absences = if absent { self.absences.saturating_add(1) } else { 0 };
        self.pace.answered(status.progress(), now);
        let notices = vec![Notice::Status { status: status.clone(), heard_at: now }];
        let mut ended = Ended::of(&status, now);
        let outcome = match status {
            completed @ TaskStatus::Completed { .. } => Ok(completed),
            TaskStatus::Failed { error, .. } => Err(self.failed(&error)),
            TaskStatus::NotFound { .. }
                if self.absences >= ABSENCES && now >= self.started.saturating_add(FRESH_MS) =>
            {
                let message = "the service no longer has this task; contact it with the receipt";
                ended = Some(Ended::not_found(now));
                Err(self.task.failure(Code::TaskNotFound, Retry::Resume, message))
            }
            _ => return self.looked(notices, now),
        };
        Next { notices, step: self.over(ended, outcome) }
    }

    /// The end. How the task ended is written first, if it has ended and its purchase is known.
    fn over(self, ended: Option<Ended<J>>, outcome: Result<TaskStatus<J>, Failure<J>>) -> Step<J> {
        match (self.id, ended) {
            (Some(id), Some(ended)) => {
                Step::Write(id, Box::new(Change::Finish { task: self.task, ended }), Noting(outcome))
            }
            _ => Step::Done(outcome),
        }
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

    /// When the next look is due: at the deadline, if not earlier.
    fn due(&self) -> u64 {
        let due = self.pace.due(&self.presence);
        self.config.timeout.map_or(due, |timeout| due.min(self.started.saturating_add(timeout)))
    }

    /// Continues after a look, unless it was the one at the deadline.
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

    /// The event when polling slows down, and when it is back to normal.
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

/// The error when the caller of one look aborts.
fn given_up() -> Error {
    look_error(Code::Aborted, "aborted; the task goes on")
}

/// An error of one look, which moves no money and does not know whether the task was paid.
#[must_use]
fn look_error(code: Code, message: &str) -> Error {
    Error::unpaid(code, Stage::Wait, message).paid(Paid::Unknown, Retry::Safe)
}

#[cfg(test)]
pub(super) mod tests;
