//! The journal on a storage that may be slow, fail, or be the page's own. The core decides what its one atomic step
//! does.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    Browser, Js,
    bell::{Work, settle},
    clock::within,
    js::error,
    lease::records_of,
};
use crate::{
    core::{
        journal::{Edit, WRITE_PATIENCE_MS},
        json::Json,
        purchase::Recalled,
    },
    ports::Journal,
};

impl Journal<Js> for Browser {
    async fn recall(&self, id: &str, fresh: bool) -> Result<Recalled<Js>, Js> {
        let recalling: Work<'_, _> = Box::pin(self.take_hold(id, fresh));
        recalling.await
    }

    async fn read(&self, id: &str) -> Result<Option<Js>, Js> {
        let record = soon(self.lease.store().read(id)).await?;
        Ok(Some(Js(record)).filter(Json::is_object))
    }

    async fn list(&self, since: Option<u64>, limit: Option<u64>) -> Result<Vec<Js>, Js> {
        let records = soon(self.lease.store().list_since(since, limit)).await?;
        records_of(&records).ok_or_else(|| error("the storage did not give a list of purchases"))
    }

    async fn update(&self, edit: &Rc<Edit<Js>>) -> Result<(), Option<Js>> {
        let writing: Work<'_, _> = Box::pin(within(WRITE_PATIENCE_MS, JsFuture::from(self.lease.write(edit))));
        let settled = writing.await.ok_or(None)?;
        settled.map(drop).map_err(|thrown| Some(Js(thrown)))
    }
}

impl Browser {
    async fn take_hold(&self, id: &str, fresh: bool) -> Result<Recalled<Js>, Js> {
        let (holding, recalling) = self.lease.recall(id);
        if fresh {
            return Ok(Recalled { record: None, is_alone: false });
        }
        let is_alone = JsFuture::from(holding).await.map_err(Js)?.is_truthy();
        let record = soon(Ok(recalling.into())).await?;
        Ok(Recalled { record: Some(Js(record)).filter(Json::is_object), is_alone })
    }
}

/// Reads from a store. A read that takes longer than the time allowed for a write counts as failed.
async fn soon(reading: Result<JsValue, JsValue>) -> Result<JsValue, Js> {
    let reading: Work<'_, _> = Box::pin(within(WRITE_PATIENCE_MS, settle(reading)));
    let read = reading.await;
    read.map_or_else(|| Err(error("the storage did not respond in time")), |read| read.map_err(Js))
}
