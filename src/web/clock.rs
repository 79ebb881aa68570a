//! Time: the wall clock and timers.

use gloo_timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::Browser;
use crate::ports::Clock;

/// The longest delay of `setTimeout`; longer ones would fire at once.
const LONGEST_MS: u32 = 0x7fff_ffff;

impl Clock for Browser {
    #[expect(clippy::as_conversions)] // whole, positive, and below 2^53 for the next 285,000 years
    fn now(&self) -> u64 {
        js_sys::Date::now() as u64
    }

    async fn sleep(&self, ms: u64) {
        let ms = u32::try_from(ms).unwrap_or(LONGEST_MS).min(LONGEST_MS);
        let mut timer = None;
        let over = Promise::new(&mut |resolve, _| {
            timer = Some(Timeout::new(ms, move || drop(resolve.call0(&JsValue::UNDEFINED))));
        });
        let _ = JsFuture::from(over).await;
    }
}
