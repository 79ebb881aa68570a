//! The journal: kept by the facade, which has IndexedDB and Web Locks at hand.

use super::{Browser, Js, fetch::settle, js::said};
use crate::{core::journal::Entry, ports::Journal};

impl Journal<Js> for Browser {
    async fn recall(&self, id: &str, fresh: bool) -> Result<Option<Js>, Js> {
        let record = settle(self.call.recall(id, fresh)).await.map_err(Js)?;
        Ok(record.is_object().then_some(Js(record)))
    }

    async fn write(&self, id: &str, entry: &Entry) -> Result<Js, Option<Js>> {
        said(settle(self.call.write(id, entry.plain::<Js>().0)).await)
    }
}
