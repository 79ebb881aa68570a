//! The browser's side of the ports, one file a port.

mod call;
mod clock;
mod entropy;
mod fetch;
mod journal;
mod js;
mod listener;
mod memory;
mod page;
mod wallet;

use std::cell::RefCell;

pub(crate) use call::Call;
pub(crate) use js::{Js, out, thrown};
pub(crate) use wallet::Provider;

/// The browser as one call of the library sees it.
pub(crate) struct Browser {
    call: Call,
    /// The provider that the caller chose, if it chose one.
    chosen: Option<Provider>,
    /// The providers found, at the places that the core knows them by.
    providers: RefCell<Vec<Provider>>,
}

impl Browser {
    pub(crate) fn new(call: &Call) -> Self {
        Self { call: call.clone(), chosen: Provider::of(&call.wallet()), providers: RefCell::default() }
    }
}
