//! The rests between looks. The facade hears the page's events and the other tabs.

use super::{Browser, Js, fetch::settle, js::float};
use crate::ports::Vigil;

impl Vigil<Js> for Browser {
    async fn rest(&self, until: u64) -> Result<Js, Js> {
        settle(self.call.rest(float(until))).await.map(Js).map_err(Js)
    }
}
