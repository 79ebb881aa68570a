//! What the core's state machines have in common: each is a chain of states without I/O, which the driver runs step by
//! step.

use std::ops::ControlFlow;

use super::{failure::Failure, notice::Notice};

/// A step of a machine, and the events that the page gets before it.
#[derive(Debug)]
pub struct Next<S, J> {
    /// Sent to the page first, in order.
    pub notices: Vec<Notice<J>>,
    /// Performed then.
    pub step: S,
}

impl<S, J> From<S> for Next<S, J> {
    fn from(step: S) -> Self {
        Self { notices: Vec::new(), step }
    }
}

impl<S, J> Next<S, J> {
    /// A step with an event before it.
    pub fn after(notice: Notice<J>, step: S) -> Self {
        Self { notices: vec![notice], step }
    }
}

/// A machine at one of its steps.
pub trait Machine<J>: Sized {
    /// The result when nothing fails.
    type Outcome;

    /// Breaks with the result of the machine, or continues with its step.
    fn ended(self) -> ControlFlow<Result<Self::Outcome, Failure<J>>, Self>;

    /// The error for a caller that aborts before or during this step; `None` if it cannot be aborted, or it is too
    /// late.
    fn given_up(&self) -> Option<Failure<J>>;
}
