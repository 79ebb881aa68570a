//! HTTP by `fetch`.
//!
//! gloo-net has the headers. Its builder takes every address apart and together again, with what formats text: 2 KB, compressed. Its sending panics on
//! what pages do to `fetch` (an abort with a reason, a replaced function), and a panic would leave the caller's promise pending for ever: the facade
//! sends the request with its body and reads the answer.

use gloo_net::http::Headers;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::{Browser, Js, js::float};
use crate::{
    core::http::{Answer, HttpFailure, HttpRequest, Method, read_answer},
    ports::Http,
};

/// Prices, tasks and refusals are short; what comes after so many bytes is not read.
const LONGEST_ANSWER: u32 = 0x8_0000;
/// A result may have its video in it.
const LONGEST_RESULT: u32 = 0x1000_0000;

impl Http<Js> for Browser {
    async fn send(&self, request: &HttpRequest) -> Answer<Js> {
        let lost = |cause| HttpFailure { status: None, cause: Some(Js(cause)), is_called_off: false };
        let built = build(request).map_err(lost)?;
        let (most, body, final_word) = match &request.method {
            Method::Get => (LONGEST_RESULT, None, false),
            Method::Post { body } => (LONGEST_ANSWER, Some(body.as_str()), false),
            Method::Pay(payment) => (LONGEST_ANSWER, Some(payment.body.as_str()), true),
        };
        let sent = self.call.send(&built, body, most, float(request.patience), final_word);
        read_answer(&Js(settle(sent).await.map_err(lost)?))
    }
}

/// Awaits what a call gave, whether it is a promise or not, and whether it threw at once or later.
pub(super) async fn settle(called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&called?)).await
}

/// No redirect is followed. Edge runtimes, which have neither cookies nor a cache, know nothing of the rest.
fn build(request: &HttpRequest) -> Result<web_sys::Request, JsValue> {
    let made = |init| web_sys::Request::new_with_str_and_init(&request.url, &init);
    let strict = begin(&request.method, RequestRedirect::Error);
    strict.set_credentials(RequestCredentials::Omit);
    strict.set_cache(RequestCache::NoStore);
    made(strict).or_else(|_| made(begin(&request.method, RequestRedirect::Manual)))
}

fn begin(method: &Method, redirect: RequestRedirect) -> RequestInit {
    let init = RequestInit::new();
    init.set_method(if matches!(method, Method::Get) { "GET" } else { "POST" });
    init.set_redirect(redirect);
    if let Method::Pay(payment) = method {
        let headers = Headers::new();
        // The value is base64, so it cannot be what gloo-net panics on.
        headers.set(payment.header_name(), &payment.header);
        init.set_headers(&headers.into_raw());
    }
    init
}
