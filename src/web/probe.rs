//! The browser's half of `tests/json`: in a build of its own, never in one that is shipped.
#![expect(unreachable_pub)] // wasm-bindgen exports what is `pub`

use wasm_bindgen::prelude::wasm_bindgen;

use super::Js;
use crate::core::json;

/// What every method of `Json` makes of a text.
#[wasm_bindgen]
pub fn probe(text: &str) -> String {
    json::probe::probe::<Js>(text)
}
