//! The body that is sent for a core request, and the text of a response. Pictures and videos stay with the engine.

use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    Js,
    bell::{Bell, quietly},
};
use crate::core::json::Json;

#[wasm_bindgen]
extern "C" {
    /// A `Response`, or what a page's own `fetch` returns instead.
    type Answered;
    #[wasm_bindgen(method, catch)]
    fn text(this: &Answered) -> Result<JsValue, JsValue>;

    type Readable;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn reader(this: &Readable) -> Result<Reader, JsValue>;

    type Reader;
    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = TextDecoder)]
    type Decoder;
    #[wasm_bindgen(constructor, catch, js_class = "TextDecoder")]
    fn new() -> Result<Decoder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decode(this: &Decoder, bytes: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;
}

/// How much of the size limit a chunk uses up: all of it if its length is unknown. Empty chunks must not go on for
/// ever.
fn cost_of(bytes: &Js, most: u32) -> u32 {
    match bytes.whole_at("length").and_then(|length| u32::try_from(length).ok()) {
        Some(0) => most / 0x1000,
        length => length.unwrap_or(most),
    }
}

/// Reads the text of a response. Text beyond the size limit is cut off, and the rest is not downloaded.
pub(super) async fn text_of(response: &JsValue, most: u32, over: &Bell) -> Result<JsString, JsValue> {
    let Some(body) = Js(response.clone()).get("body") else {
        return over.unless(response.unchecked_ref::<Answered>().text()).await.map(JsValue::unchecked_into);
    };
    let (reader, decoder) = (body.0.unchecked_ref::<Readable>().reader()?, Decoder::new()?);
    let mut more = Js::bare();
    more.set("stream", Js::of(&true));
    let (mut text, mut left) = (JsString::from(""), most);
    loop {
        let read = Js(over.unless(reader.read()).await?);
        let bytes = read.get("value").filter(|_| !read.is_true_at("done"));
        match bytes.map(|bytes| (left.checked_sub(cost_of(&bytes, most)), bytes)) {
            Some((Some(rest), bytes)) => {
                left = rest;
                text = text.concat(&decoder.decode(&bytes.0, &more.0)?);
            }
            _ => {
                quietly(reader.cancel());
                return Ok(text.concat(&decoder.decode(&JsValue::UNDEFINED, &JsValue::UNDEFINED)?));
            }
        }
    }
}
