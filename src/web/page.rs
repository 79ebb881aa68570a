//! The page that called: its callbacks, and whether it aborts.

use std::{cell::RefCell, rc::Rc};

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::{
    Browser, Given, Js,
    bell::{quietly, settle},
    signal::Signal,
};
use crate::{
    core::{failure::Failure, json::Json, notice::Notice, quote::PricedQuote},
    driver::{Listener, Purchase},
    ports::Page,
};

/// The caller, and where its events go.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) signal: Signal,
    on_event: Option<Function>,
    confirm: Option<Function>,
    /// The purchase that the call started, whose events other calls receive as well.
    purchase: RefCell<Option<Rc<Purchase<Js>>>>,
}

impl Caller {
    pub(super) fn of(given: &Given) -> Self {
        Self {
            signal: Signal::of(given.option("signal")),
            on_event: given.callback("onEvent"),
            confirm: given.callback("confirm"),
            purchase: RefCell::new(None),
        }
    }
}

impl Browser {
    /// Starts a purchase, whose events other calls receive as well.
    pub(crate) fn lead(&self, purchase: Rc<Purchase<Js>>) {
        self.caller.purchase.replace(Some(purchase));
    }

    /// Receives events for this call.
    pub(crate) fn listener(&self) -> Listener<Js> {
        let on_event = self.caller.on_event.clone();
        Rc::new(move |notice| tell(on_event.as_ref(), notice))
    }

    /// Whether the page is asked to confirm before the wallet opens.
    pub(crate) const fn confirms(&self) -> bool {
        self.caller.confirm.is_some()
    }
}

/// What the page's function throws is left to the page to handle.
fn tell(on_event: Option<&Function>, notice: &Notice<Js>) {
    if let Some(on_event) = on_event {
        quietly(on_event.call1(&JsValue::UNDEFINED, &Js::of(notice).0));
    }
}

impl Page<Js> for Browser {
    fn notify(&self, notice: &Notice<Js>) {
        let purchase = self.caller.purchase.borrow().clone();
        match purchase {
            Some(purchase) => purchase.send(notice),
            None => tell(self.caller.on_event.as_ref(), notice),
        }
    }

    fn keep_abort_error(&self, given_up: &Failure<Js>) {
        if let Some(purchase) = self.caller.purchase.borrow().as_ref() {
            purchase.set_abort_error(given_up.clone());
        }
    }

    async fn confirm(&self, quote: &PricedQuote<Js>) -> Result<bool, Js> {
        let Some(confirm) = &self.caller.confirm else {
            return Ok(true);
        };
        let answer = settle(confirm.call1(&JsValue::UNDEFINED, &Js::of(quote).0)).await;
        answer.map(|value| value.as_bool() == Some(true)).map_err(Js)
    }

    fn abort_reason(&self) -> Option<Js> {
        self.caller.signal.reason()
    }

    async fn aborted(&self) -> Js {
        self.caller.signal.fired().await
    }
}
