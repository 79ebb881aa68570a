//! The browser's side of the ports, one file a port.

mod call;
mod clock;
mod entropy;
mod fetch;
mod journal;
mod js;
mod memory;
mod page;
#[cfg(probe)]
mod probe;
mod rests;
mod wallet;

pub(crate) use call::Call;
use call::Sending;
pub(crate) use js::{Js, thrown};

/// The browser as one call of the library sees it.
pub(crate) struct Browser {
    call: Call,
}

impl Browser {
    pub(crate) fn new(call: &Call) -> Self {
        Self { call: call.clone() }
    }
}
