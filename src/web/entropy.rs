//! Randomness from `crypto.getRandomValues`; there is no other source to fall back on.

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use super::Browser;
use crate::ports::Entropy;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn fill(bytes: &mut [u8]) -> Result<(), JsValue>;
}

impl Entropy for Browser {
    fn draw(&self) -> Option<[u8; 32]> {
        let mut bytes = [0; 32];
        fill(&mut bytes).ok()?;
        Some(bytes)
    }
}
