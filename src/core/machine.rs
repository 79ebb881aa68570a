//! What the machines of the core have in common: each is a chain of states without I/O, which the driver takes step by step.

use std::ops::ControlFlow;

use super::{failure::Failure, notice::Notice};

/// A step of a machine, and what the page is told before it.
#[derive(Debug)]
pub struct Next<S, J> {
    /// Told first, in order.
    pub notices: Vec<Notice<J>>,
    /// Done then.
    pub step: S,
}

impl<S, J> From<S> for Next<S, J> {
    fn from(step: S) -> Self {
        Self { notices: Vec::new(), step }
    }
}

impl<S, J> Next<S, J> {
    /// A step of which the page is told first.
    pub fn after(notice: Notice<J>, step: S) -> Self {
        Self { notices: vec![notice], step }
    }
}

/// A machine at one of its steps.
pub trait Machine<J>: Sized {
    /// What it comes to when nothing fails.
    type Outcome;

    /// Breaks with what the machine has come to, or continues with its step.
    fn ended(self) -> ControlFlow<Result<Self::Outcome, Failure<J>>, Self>;

    /// The error of a caller that gives up before this step or in the middle of it; none where nobody can, or it is too late.
    fn given_up(&self) -> Option<Failure<J>>;
}
