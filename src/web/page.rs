//! The page that called: its callbacks, and whether it gives up.

use std::future::pending;

use wasm_bindgen::JsValue;

use super::{Browser, Js, fetch::settle, js::thrown};
use crate::{
    core::{failure::Failure, json::Json, notice::Notice, quote::Quote},
    ports::Page,
};

impl Page<Js> for Browser {
    fn notify(&self, notice: &Notice<Js>) {
        // The facade's function reports what a page's callback throws; it never throws itself.
        let _ = self.call.notify(Js::of(notice).0);
    }

    fn stands(&self, given_up: &Failure<Js>) {
        // A call that nobody can join has no such function.
        let _ = self.call.stands(thrown(given_up));
    }

    async fn confirm(&self, quote: &Quote<Js>) -> Result<bool, Js> {
        let Some(confirm) = self.call.confirm() else {
            return Ok(true);
        };
        let answer = settle(confirm.call1(&JsValue::UNDEFINED, &Js::of(quote).0)).await;
        answer.map(|value| value.as_bool() == Some(true)).map_err(Js)
    }

    fn abort_reason(&self) -> Option<Js> {
        self.call.abort_reason().ok().filter(|reason| !reason.is_undefined()).map(Js)
    }

    async fn aborted(&self) -> Js {
        match settle(Ok(self.call.aborted())).await {
            Ok(reason) => Js(reason),
            Err(_) => pending().await,
        }
    }
}
