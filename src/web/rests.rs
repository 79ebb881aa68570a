//! The rests between the polls of a task. Page events and other tabs end them early; the time is kept here.

use super::{Browser, Js, bell::Work, clock::within};
use crate::{
    core::poll::Woken,
    ports::{Clock, Rests},
};

/// How long to wait for another tab's poll. Its answer should come, but is not relied on: that tab may be asleep.
const TURN_MS: u64 = 2_000;
/// How long to wait for Web Locks. If they do not respond, the tab polls anyway.
const LOCK_MS: u64 = 8_000;

impl Rests<Js> for Browser {
    async fn rest(&self, until: u64) -> Result<Woken<Js>, Js> {
        let resting: Work<'_, _> = Box::pin(self.rest_until(until));
        resting.await
    }
}

impl Browser {
    async fn rest_until(&self, until: u64) -> Result<Woken<Js>, Js> {
        let watch = self.watch();
        watch.pause(until.saturating_sub(self.now())).await.map_err(Js)?;
        if within(LOCK_MS, watch.take_turn()).await == Some(false) {
            watch.pause(TURN_MS).await.map_err(Js)?;
        }
        Ok(watch.woken())
    }
}
