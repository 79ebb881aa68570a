//! The one argument of every call of the facade.
#![allow(unreachable_pub)] // it stands in the signatures that wasm-bindgen exports

use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    /// What the call is about, and the page that called. Every member may be absent.
    #[derive(Clone, Debug)]
    pub type Call;
    /// A `GenerateRequest`.
    #[wasm_bindgen(method, getter)]
    pub fn request(this: &Call) -> JsValue;
    /// The bytes of an image that was not given as text.
    #[wasm_bindgen(method, getter)]
    pub fn image(this: &Call) -> Option<Uint8Array>;
    /// A quote to pay.
    #[wasm_bindgen(method, getter)]
    pub fn quote(this: &Call) -> JsValue;
    /// A task to wait for.
    #[wasm_bindgen(method, getter)]
    pub fn task(this: &Call) -> JsValue;
    /// The options of the call over those of the client.
    #[wasm_bindgen(method, getter)]
    pub fn options(this: &Call) -> JsValue;
    /// The only account to pay from.
    #[wasm_bindgen(method, getter)]
    pub fn payer(this: &Call) -> JsValue;
    /// Has the chosen wallet ask the visitor to connect: `() => void`.
    #[wasm_bindgen(method, getter)]
    pub fn invite(this: &Call) -> Option<Function>;
    /// Finds the wallets that will do: `() => Promise<Eip1193Provider[]>`.
    #[wasm_bindgen(method, getter)]
    pub fn find(this: &Call) -> Option<Function>;
    /// Asks the wallet at that place of the list: `(place, method, params?) => Promise<unknown>`, `params` as JSON text.
    #[wasm_bindgen(method, getter)]
    pub fn ask(this: &Call) -> Option<Function>;
    /// The text of an answer, cut off after so many bytes: `(response, most) => Promise<string>`.
    #[wasm_bindgen(method, getter)]
    pub fn read(this: &Call) -> Option<Function>;
    /// Takes hold of a purchase and reads what is remembered of it: `(id) => Promise<object | undefined>`.
    #[wasm_bindgen(method, getter)]
    pub fn recall(this: &Call) -> Option<Function>;
    /// Remembers, for good: `(id, entry) => Promise<object[]>`, all records as they stood before.
    #[wasm_bindgen(method, getter)]
    pub fn write(this: &Call) -> Option<Function>;
    /// Takes every notice; never throws.
    #[wasm_bindgen(method, getter)]
    pub fn notify(this: &Call) -> Option<Function>;
    /// Asked before the wallet opens.
    #[wasm_bindgen(method, getter)]
    pub fn confirm(this: &Call) -> Option<Function>;
    /// Fires when the caller gives up.
    #[wasm_bindgen(method, getter)]
    pub fn signal(this: &Call) -> Option<AbortSignal>;
}
