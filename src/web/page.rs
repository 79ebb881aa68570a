//! The page that called: its callbacks, and whether it gives up.

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::{Browser, Given, Js, bell::settle, js::thrown, signal::Signal};
use crate::{
    core::{failure::Failure, json::Json, notice::Notice, quote::Quote},
    ports::Page,
};

/// Who has called, and hears of it.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) signal: Signal,
    on_event: Option<Function>,
    confirm: Option<Function>,
    stands: Option<Function>,
}

impl Caller {
    pub(super) fn of(given: &Given) -> Self {
        Self {
            signal: Signal::of(given.option("signal")),
            on_event: given.callback("onEvent"),
            confirm: given.callback("confirm"),
            stands: given.by_page("stands"),
        }
    }
}

impl Browser {
    /// Whether the page is asked before the wallet opens.
    pub(crate) const fn confirms(&self) -> bool {
        self.caller.confirm.is_some()
    }
}

/// Calls a function of the page. What it throws is the page's own affair.
fn tell(function: Option<&Function>, told: impl FnOnce() -> JsValue) {
    if let Some(function) = function {
        let _ = function.call1(&JsValue::UNDEFINED, &told());
    }
}

impl Page<Js> for Browser {
    fn notify(&self, notice: &Notice<Js>) {
        tell(self.caller.on_event.as_ref(), || Js::of(notice).0);
    }

    fn stands(&self, given_up: &Failure<Js>) {
        tell(self.caller.stands.as_ref(), || thrown(given_up));
    }

    async fn confirm(&self, quote: &Quote<Js>) -> Result<bool, Js> {
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
