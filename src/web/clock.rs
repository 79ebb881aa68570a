//! Time: the wall clock, and gloo-timers' timers. Only wallet discovery (which loads no WebAssembly), the loading
//! itself and one React hook's debounce have timers of their own.

use std::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    rc::Rc,
    task::Poll,
};

use gloo_timers::callback::Timeout;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

use super::{Browser, Js, bell::Bell};
use crate::ports::Clock;

/// Maximum `setTimeout` delay; longer ones would fire at once.
const LONGEST_MS: u32 = 0x7fff_ffff;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(run: &Function, ms: u32) -> Result<JsValue, JsValue>;
    /// A page may have replaced it with a function that throws or returns anything.
    #[wasm_bindgen(catch, js_namespace = Date, js_name = now)]
    fn date_now() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = Date)]
    type Moment;
    #[wasm_bindgen(constructor, catch, js_class = "Date")]
    fn new() -> Result<Moment, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getTime)]
    fn time(this: &Moment) -> Result<JsValue, JsValue>;
}

/// A timer, which is cleared when it is dropped.
#[derive(Debug)]
pub(super) struct Timer {
    timeout: Option<Timeout>,
    bell: Bell,
    /// What the page's `setTimeout` threw.
    thrown: Option<JsValue>,
}

impl Timer {
    /// Starts a timer.
    pub(super) fn start(ms: u64) -> Self {
        let ms = u32::try_from(ms).unwrap_or(LONGEST_MS).min(LONGEST_MS);
        let bell = Bell::new();
        let started = Rc::new(Cell::new(None));
        let (timeout, ring) = (started.clone(), bell.ringer().clone());
        let starting = guarded(move || {
            timeout.set(Some(Timeout::new(ms, move || drop(ring.call0(&JsValue::UNDEFINED)))));
        });
        // gloo-timers does not report what the page's `setTimeout` threw, so it is called once more.
        let thrown = starting.err().map(|thrown| set_timeout(bell.ringer(), ms).err().unwrap_or(thrown));
        Self { timeout: started.take(), bell, thrown }
    }

    /// Resolves when the time is over. `Err` is what the page's `setTimeout` throws.
    pub(super) async fn over(&self) -> Result<(), JsValue> {
        match &self.thrown {
            Some(thrown) => Err(thrown.clone()),
            None => self.bell.rung().await.map(drop),
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let timeout = self.timeout.take();
        let _ = guarded(move || drop(timeout));
    }
}

/// Runs code that calls functions which a page may have replaced with ones that throw. A JavaScript error that unwinds
/// through Rust would leave a caller's promise pending for ever, so JavaScript makes the call and catches the error.
fn guarded(act: impl FnOnce() + 'static) -> Result<(), JsValue> {
    let act: Function = Closure::once_into_js(act).unchecked_into();
    act.call0(&JsValue::UNDEFINED).map(drop)
}

/// The first of two futures to finish; the left one if both are ready.
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

/// Returns the outcome of `work`, or `None` if it takes longer than that.
pub(super) async fn within<T>(ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let timer = Timer::start(ms);
    match first(work, timer.over()).await {
        First::One(outcome) => Some(outcome),
        First::Other(_) => None,
    }
}

/// Milliseconds since the epoch; 0, at which nothing is signed, if the page leaves no working clock.
#[expect(clippy::as_conversions)] // whole, positive, and below 2^53 for the next 285,000 years
pub(super) fn now() -> u64 {
    let time = date_now().ok().and_then(|now| now.as_f64());
    let now = time.or_else(|| Moment::new().and_then(|moment| moment.time()).ok()?.as_f64());
    now.unwrap_or_default() as u64
}

impl Clock<Js> for Browser {
    fn now(&self) -> u64 {
        now()
    }

    async fn sleep(&self, ms: u64) -> Result<(), Js> {
        Timer::start(ms).over().await.map_err(Js)
    }
}
