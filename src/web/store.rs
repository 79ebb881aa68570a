//! Where purchases are kept: one of the facade's stores, or the page's own.

use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    Js,
    bell::{quietly, settle},
    js::float,
    locks::{self, WebLock},
    turns::{self, Turn},
};
use crate::core::{json::Json, text::text};

#[wasm_bindgen]
extern "C" {
    /// A `Store`. The facade's stores have no `hold`, but `tabs: true` where other tabs see the same records.
    #[derive(Clone, Debug)]
    pub(super) type Store;
    #[wasm_bindgen(method, catch)]
    fn hold(this: &Store, id: &str, signal: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn read(this: &Store, id: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn list(this: &Store, filter: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn update(
        this: &Store,
        id: &str,
        since: Option<f64>,
        change: &JsValue,
        durability: &str,
    ) -> Result<JsValue, JsValue>;
}

/// A lock on one purchase, until it is dropped.
#[derive(Debug)]
pub(super) struct Hold {
    /// The lock is exclusive in other tabs, too.
    pub(super) is_alone: bool,
    _kept: Kept,
}

#[derive(Debug)]
enum Kept {
    /// By this page's queue, and a Web Lock if the browser has them.
    Own { _turn: Turn, _lock: Option<WebLock> },
    /// What the page's own store returned: `{ release, everywhere }`.
    Pages(StoreHold),
}

#[wasm_bindgen]
extern "C" {
    #[derive(Debug)]
    type StoreHold;
    #[wasm_bindgen(method, catch)]
    fn release(this: &StoreHold) -> Result<JsValue, JsValue>;
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Self::Pages(hold) = self {
            quietly(hold.release());
        }
    }
}

impl Store {
    /// The matching records, newest first: those of purchases begun at or after `since`, up to the limit.
    pub(super) fn list_since(&self, since: Option<u64>, limit: Option<u64>) -> Result<JsValue, JsValue> {
        let mut filter = Js::object();
        for (name, bound) in [("since", since), ("limit", limit)] {
            if let Some(bound) = bound {
                filter.set(name, Js::whole(bound));
            }
        }
        self.list(&filter.0)
    }

    /// Locks a purchase, once it is free. The page's own store is given the caller's signal.
    pub(super) async fn take_hold(&self, id: &str, signal: &JsValue) -> Result<Hold, JsValue> {
        if Js(self.into()).get("hold").is_some_and(|hold| hold.0.is_function()) {
            let held = settle(self.hold(id, signal)).await?;
            let is_alone = Js(held.clone()).is_true_at("everywhere");
            return Ok(Hold { is_alone, _kept: Kept::Pages(held.unchecked_into()) });
        }
        let is_shared = Js(self.into()).is_true_at("tabs");
        let turn = turns::take(if is_shared { id.into() } else { text!("memory/", id) }).await;
        let lock = if is_shared { locks::take(&text!("imagine-x402/", id)).await.ok() } else { None };
        Ok(Hold { is_alone: lock.is_some() || !is_shared, _kept: Kept::Own { _turn: turn, _lock: lock } })
    }
}

/// A bound in milliseconds, in the form that a store takes.
pub(super) fn bound(ms: Option<u64>) -> Option<f64> {
    ms.map(float)
}
