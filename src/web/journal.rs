//! The journal: a store that the facade has at hand, or the page's own. What its one atomic step does is decided here.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsValue, closure::Closure};

use super::{Browser, Js, clock::within, fetch::settle, js::float};
use crate::{
    core::{
        journal::{Change, Put, WRITE_PATIENCE_MS, Written},
        json::Json,
        purchase::Recalled,
    },
    ports::Journal,
};

impl Journal<Js> for Browser {
    async fn recall(&self, id: &str, fresh: bool) -> Result<Recalled<Js>, Js> {
        let held = Js(settle(self.call.recall(id, fresh)).await.map_err(Js)?);
        let record = match held.get("record") {
            Some(reading) => soon(Ok(reading.0)).await?,
            None => JsValue::UNDEFINED,
        };
        Ok(Recalled { record: Some(Js(record)).filter(Json::is_object), is_alone: held.is_true_at("isAlone") })
    }

    async fn read(&self, id: &str) -> Result<Option<Js>, Js> {
        let record = soon(self.call.read(id)).await?;
        Ok(Some(Js(record)).filter(Json::is_object))
    }

    async fn list(&self, since: Option<u64>, limit: Option<u64>) -> Result<Vec<Js>, Js> {
        let records = soon(self.call.list(since.map(float), limit.map(float))).await?;
        Ok(records_of(records))
    }

    async fn update(&self, id: &str, change: Change<Js>) -> Result<Written<Js>, Option<Js>> {
        let (since, relaxed) = (change.since().map(float), change.is_relaxed());
        let written = Rc::new(RefCell::new(None));
        let change = applying(id.into(), change, written.clone());
        let writing = settle(self.call.update(id, since, &change, relaxed));
        within(WRITE_PATIENCE_MS, writing).await.ok_or(None)?.map_err(|thrown| Some(Js(thrown)))?;
        // A store that has not called the change has not written it.
        written.take().ok_or_else(|| Some(Js::null()))
    }
}

/// The change as a function that stores call, also when nobody waits for it any more, and again when a first try has failed.
fn applying(id: String, change: Change<Js>, written: Rc<RefCell<Option<Written<Js>>>>) -> JsValue {
    let apply = move |record: JsValue, since: JsValue| {
        let found = Some(Js(record.clone())).filter(Json::is_object);
        let (put, outcome) = change.apply(&id, found.as_ref(), &records_of(since));
        written.replace(Some(outcome));
        match put {
            Put::Keep => record,
            Put::Record(record) => record.0,
            Put::Remove => JsValue::UNDEFINED,
        }
    };
    Closure::<dyn FnMut(JsValue, JsValue) -> JsValue>::new(apply).into_js_value()
}

/// What a store reads. One that takes longer than a write may does not work.
async fn soon(reading: Result<JsValue, JsValue>) -> Result<JsValue, Js> {
    let read = within(WRITE_PATIENCE_MS, settle(reading)).await;
    let late = || Err(js_sys::Error::new("the storage did not respond in time").into());
    read.unwrap_or_else(late).map_err(Js)
}

fn records_of(list: JsValue) -> Vec<Js> {
    let mut records = Js(list).items().unwrap_or_default();
    records.retain(Json::is_object);
    records
}
