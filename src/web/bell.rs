//! A promise that is resolved from here.

use std::pin::Pin;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// Rings once, at the latest when it is dropped: what waits for a promise stays in memory until it settles.
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

    /// The function that rings it, for whoever calls a function.
    pub(super) const fn rope(&self) -> &Function {
        &self.ring
    }

    /// A promise that resolves once it has rung, for whoever waits for a promise.
    pub(super) fn promise(&self) -> Promise {
        self.rung.clone()
    }

    /// Resolves once it has rung.
    pub(super) fn rung(&self) -> JsFuture {
        JsFuture::from(self.rung.clone())
    }

    /// What a call gave, whether it is a promise or not, and whether it threw at once or later; or `undefined` once this rings. Of a promise that
    /// never settles nothing stays in memory then.
    pub(super) fn unless(&self, called: Result<JsValue, JsValue>) -> JsFuture {
        JsFuture::from(Promise::race(&Array::of2(&promise_of(called), &self.rung)))
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.ring();
    }
}

/// A promise of what a call gave, whether it is a promise or not, and whether it threw at once or later. One of ours: a page's own may throw where it is
/// waited for, and an error that came through here as it is would leave a caller's promise pending for ever.
pub(super) fn promise_of(called: Result<JsValue, JsValue>) -> Promise {
    match called {
        Ok(given) => Promise::new(&mut |resolve, _| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &given);
        }),
        Err(thrown) => Promise::reject(&thrown),
    }
}

/// Some work as one kind of future, which is compiled once instead of into every place that awaits it.
pub(super) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Begins what goes on whether somebody waits for it or not. A promise of what it comes to.
pub(super) fn begin(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let work: Work<'static, _> = Box::pin(work);
    future_to_promise(work)
}

/// Awaits what a call gave.
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
