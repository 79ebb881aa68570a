//! The rests between the looks at a task. The page's events and other tabs wake; the time is kept here.

use super::{
    Browser, Js,
    clock::{Timer, within},
    fetch::settle,
};
use crate::ports::{Clock, Rests};

/// How long to wait for another tab's look. Its answer should come, but is not relied on: that tab may sleep.
const TURN_MS: u64 = 2_000;
/// How long to wait for Web Locks. Those that do not answer keep nobody from looking.
const LOCK_MS: u64 = 8_000;

impl Rests<Js> for Browser {
    async fn rest(&self, until: u64) -> Result<Js, Js> {
        self.pause(until.saturating_sub(self.now())).await?;
        if let Some(has_turn) = within(LOCK_MS, settle(self.call.take_turn())).await
            && has_turn.map_err(Js)?.as_bool() != Some(true)
        {
            self.pause(TURN_MS).await?;
        }
        self.call.told().map(Js).map_err(Js)
    }
}

impl Browser {
    /// Lets the time pass, unless something happens.
    async fn pause(&self, ms: u64) -> Result<(), Js> {
        let timer = Timer::start(ms);
        settle(self.call.pause(timer.over())).await.map(drop).map_err(Js)
    }
}
