//! Time: the wall clock and timers.

use gloo_timers::future::TimeoutFuture;

use super::Browser;
use crate::ports::Clock;

/// The longest delay of `setTimeout`; longer ones would fire at once.
const LONGEST_MS: u32 = 0x7fff_ffff;

impl Clock for Browser {
    #[allow(clippy::as_conversions)] // whole, positive, and below 2^53 for the next 285,000 years
    fn now(&self) -> u64 {
        js_sys::Date::now() as u64
    }

    async fn sleep(&self, ms: u64) {
        TimeoutFuture::new(u32::try_from(ms).unwrap_or(LONGEST_MS).min(LONGEST_MS)).await;
    }
}
