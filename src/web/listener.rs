//! Listens to events of the page or the browser.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// An `EventTarget`, or a page's replacement for one.
    #[derive(Clone, Debug)]
    type Target;
    #[wasm_bindgen(method, catch, js_name = addEventListener)]
    fn add(this: &Target, name: &str, run: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeEventListener)]
    fn remove(this: &Target, name: &str, run: &Function) -> Result<(), JsValue>;
}

/// Listens until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    target: Target,
    name: &'static str,
    run: Function,
}

impl Listener {
    /// Starts listening, unless the target has no listeners.
    pub(super) fn to(target: &JsValue, name: &'static str, run: &Function) -> Option<Self> {
        let target: Target = target.clone().unchecked_into();
        target.add(name, run).ok()?;
        Some(Self { target, name, run: run.clone() })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove(self.name, &self.run);
    }
}
