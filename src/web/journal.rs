//! The journal: kept by the facade, which has IndexedDB and Web Locks at hand.

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::{Browser, Js, fetch::settle, js::out};
use crate::{core::journal::Entry, ports::Journal};

impl Journal<Js> for Browser {
    async fn recall(&self, id: &str) -> Result<Option<Js>, Js> {
        let record = call(self.call.recall(), &id.into(), &JsValue::UNDEFINED).await?;
        Ok(record.0.is_object().then_some(record))
    }

    async fn write(&self, id: &str, entry: &Entry) -> Result<Js, Js> {
        call(self.call.write(), &id.into(), &out(entry)).await
    }
}

async fn call(function: Option<Function>, id: &JsValue, entry: &JsValue) -> Result<Js, Js> {
    let function = function.ok_or(Js(JsValue::UNDEFINED))?;
    settle(function.call2(&JsValue::UNDEFINED, id, entry)).await.map(Js).map_err(Js)
}
