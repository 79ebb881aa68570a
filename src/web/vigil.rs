//! The rests between looks. The facade hears the page's events and the other tabs.

use wasm_bindgen::JsValue;

use super::{Browser, Js, fetch::settle, js::float};
use crate::ports::Vigil;

impl Vigil<Js> for Browser {
    async fn rest(&self, until: u64) -> Js {
        // The facade's function never throws.
        Js(settle(self.call.rest(float(until))).await.unwrap_or(JsValue::UNDEFINED))
    }
}
