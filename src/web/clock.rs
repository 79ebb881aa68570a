//! Time: the wall clock, and the timers of gloo-timers. Whatever else of the library waits for a time to come, in the
//! facade, too, waits for one of these; only the discovery of wallets and a hook's debounce have timers of their own.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
};

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::{Browser, Js};
use crate::ports::Clock;

/// The longest delay of `setTimeout`; longer ones would fire at once.
const LONGEST_MS: u32 = 0x7fff_ffff;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(run: &Function, ms: u32) -> Result<JsValue, JsValue>;
    /// A page may have replaced it by a function that throws.
    #[wasm_bindgen(catch, js_namespace = Date, js_name = now)]
    fn date_now() -> Result<f64, JsValue>;
}

/// A timer, which is cleared when it is dropped.
#[derive(Debug)]
pub(super) struct Timer {
    timeout: Option<Timeout>,
    /// Resolves `over`.
    ring: Function,
    over: Promise,
}

impl Timer {
    /// Starts a timer.
    pub(super) fn start(ms: u64) -> Self {
        let ms = u32::try_from(ms).unwrap_or(LONGEST_MS).min(LONGEST_MS);
        let mut ring = JsValue::UNDEFINED;
        let over = Promise::new(&mut |resolve, _| ring = resolve.into());
        let ring: Function = ring.unchecked_into();
        let started = Rc::new(Cell::new(None));
        let (timeout, rung) = (started.clone(), ring.clone());
        let starting = guarded(move || {
            timeout.set(Some(Timeout::new(ms, move || drop(rung.call0(&JsValue::UNDEFINED)))));
        });
        let over = match starting {
            Ok(()) => over,
            // gloo-timers does not say what the page's `setTimeout` has thrown: it is asked once more.
            Err(thrown) => Promise::reject(&set_timeout(&ring, ms).err().unwrap_or(thrown)),
        };
        Self { timeout: started.take(), ring, over }
    }

    /// Resolves when the time is over, or the timer is dropped. Rejects with what the page's `setTimeout` throws.
    pub(super) const fn over(&self) -> &Promise {
        &self.over
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let timeout = self.timeout.take();
        let _ = guarded(move || drop(timeout));
        // What waits for a promise stays in memory until it settles.
        let _ = self.ring.call0(&JsValue::UNDEFINED);
    }
}

/// Does what calls a function that a page may have replaced by one that throws. An error that came through here as it is
/// would leave a caller's promise pending for ever: so JavaScript calls it, and catches.
fn guarded(act: impl FnOnce() + 'static) -> Result<(), JsValue> {
    let act: Function = Closure::once_into_js(act).unchecked_into();
    act.call0(&JsValue::UNDEFINED).map(drop)
}

/// Whichever of two comes first; the one, if both are there.
pub(super) enum First<A, B> {
    One(A),
    Other(B),
}

/// Waits for the first of two, and drops the other.
pub(super) async fn first<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> First<A, B> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|context| match one.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(First::One(outcome)),
        Poll::Pending => other.as_mut().poll(context).map(First::Other),
    })
    .await
}

/// Returns what `work` comes to, or none when it takes longer than that.
pub(super) async fn within<T>(ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let timer = Timer::start(ms);
    match first(work, JsFuture::from(timer.over().clone())).await {
        First::One(outcome) => Some(outcome),
        First::Other(_) => None,
    }
}

impl Clock<Js> for Browser {
    #[expect(clippy::as_conversions)] // whole, positive, and below 2^53 for the next 285,000 years
    fn now(&self) -> u64 {
        date_now().unwrap_or_else(|_| js_sys::Date::new_0().get_time()) as u64
    }

    async fn sleep(&self, ms: u64) -> Result<(), Js> {
        let timer = Timer::start(ms);
        JsFuture::from(timer.over().clone()).await.map(drop).map_err(Js)
    }
}
