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
        records_of(&records).ok_or_else(|| error("the storage did not give a list of purchases"))
    }

    async fn update(&self, id: &str, change: Change<Js>) -> Result<Written<Js>, Option<Js>> {
        let (since, relaxed) = (change.since().map(float), change.is_relaxed());
        let applied = Rc::new(RefCell::new(Applied::Waiting));
        let apply = applying(id.into(), change, applied.clone());
        let writing = settle(self.call.update(id, since, &apply, relaxed));
        let settled = within(WRITE_PATIENCE_MS, writing).await.ok_or(None)?;
        match (applied.replace(Applied::Closed), settled) {
            (Applied::Done(_, written), Ok(_)) => Ok(written),
            // A store that has not called the change has not written it.
            (_, Ok(_)) => Err(Some(Js::null())),
            // Whether a store that fails has written nothing is for its next answer to show.
            (Applied::Done(put, written), Err(thrown)) => match self.read(id).await {
                Ok(record) if put.is_shown_by(record.as_ref()) => Ok(written),
                Ok(_) => Err(Some(Js(thrown))),
                Err(_) => Err(None),
            },
            (_, Err(thrown)) => Err(Some(Js(thrown))),
        }
    }
}

/// How far a change has come.
enum Applied {
    /// It has not been called.
    Waiting,
    /// It was called last with this outcome, and what it returned.
    Done(Put<Js>, Written<Js>),
    /// It was reported how it ended: what is called later changes nothing.
    Closed,
}

/// The change as a function that stores call: also when nobody waits for it any more, and again when a first try has failed.
fn applying(id: String, change: Change<Js>, applied: Rc<RefCell<Applied>>) -> JsValue {
    let apply = move |record: JsValue, since: JsValue| -> Result<JsValue, JsValue> {
        if matches!(*applied.borrow(), Applied::Closed) {
            return Ok(record);
        }
        let records = match (change.since(), records_of(&since)) {
            (_, Some(records)) => records,
            (None, None) => Vec::new(),
            // Without them, a budget would count as unspent.
            (Some(_), None) => return Err(error("the storage did not give the purchases of the budget's period").0),
        };
        let found = Some(Js(record.clone())).filter(Json::is_object);
        let (put, outcome) = change.apply(&id, found.as_ref(), &records);
        let next = match &put {
            Put::Keep => record,
            Put::Record(record) => record.0.clone(),
            Put::Remove => JsValue::UNDEFINED,
        };
        applied.replace(Applied::Done(put, outcome));
        Ok(next)
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
