//! Randomness of `crypto.getRandomValues`; there is no other source to fall back on.

use js_sys::{Reflect, global};
use wasm_bindgen::JsCast;
use web_sys::Crypto;

use super::Browser;
use crate::ports::Entropy;

impl Entropy for Browser {
    fn draw(&self) -> Option<[u8; 32]> {
        let crypto = Reflect::get(&global(), &"crypto".into()).ok().filter(|c| c.is_object())?;
        let mut bytes = [0; 32];
        crypto.unchecked_into::<Crypto>().get_random_values_with_u8_array(&mut bytes).ok()?;
        Some(bytes)
    }
}
