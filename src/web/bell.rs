//! A promise that is resolved from Rust.

use std::pin::Pin;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// Rings once, at the latest when it is dropped: whatever awaits a promise stays in memory until it settles.
#[derive(Debug)]
pub(super) struct Bell {
    ring: Function,
    rung: Promise,
}

impl Bell {
    pub(super) fn new() -> Self {
        let mut ring = JsValue::UNDEFINED;
        let rung = Promise::new(&mut |resolve, _| ring = resolve.into());
        Self { ring: ring.unchecked_into(), rung }
    }

    pub(super) fn ring(&self) {
        let _ = self.ring.call0(&JsValue::UNDEFINED);
    }

    /// A JavaScript function that rings the bell.
    pub(super) const fn ringer(&self) -> &Function {
        &self.ring
    }

    /// A promise that resolves once the bell has rung.
    pub(super) fn promise(&self) -> Promise {
        self.rung.clone()
    }

    /// Resolves once it has rung.
    pub(super) fn rung(&self) -> JsFuture {
        JsFuture::from(self.rung.clone())
    }

    /// Resolves with what a call returned (a promise or a plain value; a throw or a rejection is an error), or with
    /// `undefined` once this rings. Then nothing of a promise that never settles stays in memory.
    pub(super) fn unless(&self, called: Result<JsValue, JsValue>) -> JsFuture {
        JsFuture::from(Promise::race(&Array::of2(&promise_of(called), &self.rung)))
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.ring();
    }
}

/// A promise of what a call returned, whether a plain value, a promise, a throw or a rejection. It is one of our own: a
/// page's promise may throw when awaited, and a JavaScript error that unwinds through Rust would leave a caller's
/// promise pending for ever.
pub(super) fn promise_of(called: Result<JsValue, JsValue>) -> Promise {
    match called {
        Ok(given) => Promise::new(&mut |resolve, _| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &given);
        }),
        Err(thrown) => Promise::reject(&thrown),
    }
}

/// Boxes a future as one common type, so that it is compiled once instead of at every place that awaits it.
pub(super) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Starts work that goes on whether or not anyone waits for it. Returns a promise of its outcome.
pub(super) fn begin(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let work: Work<'static, _> = Box::pin(work);
    future_to_promise(work)
}

/// Awaits what a call returned.
pub(super) fn settle(called: Result<JsValue, JsValue>) -> JsFuture {
    JsFuture::from(promise_of(called))
}

/// Ignores the outcome of a call, success or failure.
pub(super) fn quietly(called: Result<JsValue, JsValue>) {
    if let Ok(given) = called
        && given.is_object()
    {
        drop(settle(Ok(given)));
    }
}
