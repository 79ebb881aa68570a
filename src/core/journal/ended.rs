//! How the task of a purchase ended.

use super::{
    super::{json::Json, task::TaskStatus},
    result,
};

/// The status of a task that the service does not know.
const NOT_FOUND: &str = "not_found";

/// How a task ended.
#[derive(Clone, Debug)]
pub struct Ended<J> {
    /// `completed` or `failed`; or `not_found`, which is not final: the service may still find the task again.
    pub status: String,
    /// The result.
    pub result: Option<J>,
    /// When the service reported it, in milliseconds since the epoch.
    pub heard_at: u64,
}

impl<J: Json> Ended<J> {
    /// How a task ended according to its status; `None` if it goes on, or may.
    #[must_use]
    pub fn of(status: &TaskStatus<J>, heard_at: u64) -> Option<Self> {
        let (word, result) = match status {
            TaskStatus::Completed { task_id, result, .. } => ("completed", Some(result.lasting(task_id))),
            TaskStatus::Failed { .. } => ("failed", None),
            _ => return None,
        };
        Some(Self { status: word.into(), result, heard_at })
    }

    /// The service does not know the task any more.
    #[must_use]
    pub fn not_found(heard_at: u64) -> Self {
        Self { status: NOT_FOUND.into(), result: None, heard_at }
    }

    /// The service may still find the task again.
    pub(super) fn ends_nothing(&self) -> bool {
        self.status == NOT_FOUND
    }
}

/// Whether this end says more than the one in the record: a result with a file stays.
pub(super) fn is_better<J: Json>(ended: &Ended<J>, record: &J) -> bool {
    let has_file = |result: Option<J>| result.as_ref().is_some_and(result::shows_something);
    match ended.result.as_ref().and_then(result::kept) {
        Some(result) => has_file(Some(result)) || !has_file(record.get("result")),
        None => false,
    }
}
