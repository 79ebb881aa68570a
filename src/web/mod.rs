//! The browser's implementation of the ports, on browser APIs that may each be missing or throw.

use std::cell::OnceCell;

use js_sys::Function;

mod bell;
mod body;
mod channel;
mod clock;
mod connecting;
mod entropy;
mod fetch;
mod given;
mod journal;
mod js;
mod lease;
mod listener;
mod locks;
mod memory;
mod page;
#[cfg(probe)]
mod probe;
mod provider;
mod rests;
mod signal;
mod standing;
mod store;
mod turns;
mod wallet;
mod watch;

pub(crate) use given::{Given, Wanted};
pub(crate) use js::{Js, thrown};
use lease::Lease;
use page::Caller;
use wallet::Conversation;
use watch::Watch;

/// The browser as one call of the library uses it; dropped when the call ends.
pub(crate) struct Browser {
    caller: Caller,
    conversation: Conversation,
    lease: Lease,
    /// The page's function that makes the body to send if there is a picture.
    compose: Option<Function>,
    /// The task that is waited for or polled, by the name it has in every tab.
    task: Option<String>,
    watch: OnceCell<Watch>,
}

impl Browser {
    /// For a call with these arguments.
    pub(crate) fn new(given: &Given) -> Self {
        let caller = Caller::of(given);
        let lease = Lease::of(given, caller.signal.value());
        let compose = given.by_page("compose");
        Self { caller, conversation: Conversation::of(given), lease, compose, task: None, watch: OnceCell::new() }
    }

    /// For a call about a task of the purchase of that id.
    pub(crate) fn watching(given: &Given, id: String) -> Self {
        Self { task: Some(id), ..Self::new(given) }
    }

    /// The wait for the task, from the first rest on.
    fn watch(&self) -> &Watch {
        self.watch.get_or_init(|| Watch::of(self.task.as_deref().unwrap_or_default()))
    }

    /// The id of the purchase that the call holds.
    pub(crate) fn held_id(&self) -> String {
        self.lease.id()
    }
}
