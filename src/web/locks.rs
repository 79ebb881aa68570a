//! Web Locks, through bindings of our own: web-sys has them behind a flag for unstable APIs. A browser may lack them,
//! deny them to the page, or throw.

use std::rc::Rc;

use js_sys::{Reflect, global};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

use super::{
    Js,
    bell::{Bell, settle},
    clock::{First, first},
    js::error,
};
use crate::core::json::Json;

#[wasm_bindgen]
extern "C" {
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &JsValue, held: &JsValue) -> Result<JsValue, JsValue>;
}

/// A lock that no other page of the origin holds, until it is dropped.
#[derive(Debug)]
pub(super) struct WebLock {
    _release: Bell,
}

/// Takes a lock as soon as it is free.
pub(super) async fn take(name: &str) -> Result<WebLock, JsValue> {
    request(name, false).await?.ok_or_else(|| error("the lock was not given").0)
}

/// Takes a lock if it is free.
pub(super) async fn try_take(name: &str) -> Result<Option<WebLock>, JsValue> {
    request(name, true).await
}

/// The lock lasts as long as the promise that its callback returns. A lock that is granted when nobody waits for it any
/// more is released at once.
async fn request(name: &str, if_available: bool) -> Result<Option<WebLock>, JsValue> {
    let navigator = Reflect::get(&global(), &"navigator".into())?;
    let locks: LockManager = Reflect::get(&navigator, &"locks".into())?.unchecked_into();
    // Members of `Object.prototype` must not become options of ours.
    let mut options = Js::bare();
    options.set("ifAvailable", Js::of(&if_available));
    let (given, release) = (Rc::new(Bell::new()), Bell::new());
    let held = {
        let (given, released) = (given.clone(), release.promise());
        move |lock: JsValue| {
            if lock.is_null() {
                return JsValue::UNDEFINED;
            }
            given.ring();
            released.clone().into()
        }
    };
    let held = Closure::<dyn FnMut(JsValue) -> JsValue>::new(held).into_js_value();
    let asked = settle(locks.request(name, &options.0, &held));
    match first(given.rung(), asked).await {
        First::One(_) => Ok(Some(WebLock { _release: release })),
        First::Other(ended) => ended.map(|_| None),
    }
}
