//! The journal: a store that the facade has at hand, or the page's own. What its one atomic step does is decided in the core.

use std::rc::Rc;

use wasm_bindgen::{JsValue, closure::Closure};

use super::{Browser, Js, clock::within, fetch::settle, js::float};
use crate::{
    core::{
        journal::{Edit, Put, WRITE_PATIENCE_MS},
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
        records_of(&records).ok_or_else(|| error("the storage did not give a list of purchases"))
    }

    async fn update(&self, edit: &Rc<Edit<Js>>) -> Result<(), Option<Js>> {
        let change = edit.change();
        let (since, relaxed) = (change.since().map(float), change.is_relaxed());
        let writing = settle(self.call.update(edit.id(), since, &applying(edit.clone()), relaxed));
        let settled = within(WRITE_PATIENCE_MS, writing).await.ok_or(None)?;
        settled.map(drop).map_err(|thrown| Some(Js(thrown)))
    }
}

/// The change as a function that stores call: also when nobody waits for it any more, and again when a first try has failed.
fn applying(edit: Rc<Edit<Js>>) -> JsValue {
    let apply = move |record: JsValue, since: JsValue| -> Result<JsValue, JsValue> {
        let found = Some(Js(record.clone())).filter(Json::is_object);
        let put = edit.apply(found, records_of(&since).as_deref()).map_err(|why| error(why).0)?;
        Ok(match put {
            Put::Keep => record,
            Put::Record(record) => record.0,
            Put::Remove => JsValue::UNDEFINED,
        })
    };
    Closure::<dyn FnMut(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(apply).into_js_value()
}

/// What a store reads. One that takes longer than a write may does not work.
async fn soon(reading: Result<JsValue, JsValue>) -> Result<JsValue, Js> {
    let read = within(WRITE_PATIENCE_MS, settle(reading)).await;
    read.map_or_else(|| Err(error("the storage did not respond in time")), |read| read.map_err(Js))
}

/// The records of a list; none where it is no list.
fn records_of(list: &JsValue) -> Option<Vec<Js>> {
    let mut records = Js(list.clone()).items()?;
    records.retain(Json::is_object);
    Some(records)
}

fn error(message: &str) -> Js {
    Js(js_sys::Error::new(message).into())
}
