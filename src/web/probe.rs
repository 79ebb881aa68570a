//! The browser's half of `tests/json`: only in a build of its own, never in a shipped one.
#![expect(unreachable_pub)] // wasm-bindgen exports what is `pub`

use wasm_bindgen::prelude::wasm_bindgen;

use super::Js;
use crate::core::json;

/// The result of every `Json` method on a text.
#[wasm_bindgen]
pub fn probe(text: &str) -> String {
    json::probe::probe::<Js>(text)
}
