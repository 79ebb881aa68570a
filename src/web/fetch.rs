//! HTTP by `fetch(url, { method, headers, body })`.
//!
//! Pages wrap `fetch`: monitoring tools, native shells, tests. What all of them pass on is an address as text, headers in a plain object and a body; a
//! `Request`, or a `Headers`, loses its body or the payment with some (OpenTelemetry 0.203, Capacitor, wrappers that spread `init.headers`).
//!
//! gloo-net has the headers. Its sending panics on what pages do to `fetch` (an abort with a reason, a replaced function), and a panic would leave the
//! caller's promise pending for ever: the facade sends the request with its body and reads the answer.

use gloo_net::http::Headers;
use js_sys::{Object, Promise, Reflect, global};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestCredentials, RequestInit, RequestRedirect};

use super::{Browser, Js, js::float};
use crate::{
    core::{
        http::{Answer, HttpFailure, HttpRequest, Method, read_answer},
        request::is_form,
    },
    ports::Http,
};

/// Prices, tasks and refusals are short; what comes after so many bytes is not read.
const LONGEST_ANSWER: u32 = 0x8_0000;
/// A result may have its video in it.
const LONGEST_RESULT: u32 = 0x1000_0000;

impl Http<Js> for Browser {
    async fn send(&self, request: &HttpRequest) -> Answer<Js> {
        let lost = |cause| HttpFailure { status: None, cause: Some(Js(cause)), is_called_off: false };
        let (most, body, final_word) = match &request.method {
            Method::Get => (LONGEST_RESULT, None, false),
            Method::Post { body } => (LONGEST_ANSWER, Some(body.as_str()), false),
            Method::Pay(payment) => (LONGEST_ANSWER, Some(payment.body.as_str()), true),
        };
        let init = init(request, body).map_err(lost)?;
        let sent = self.call.send(&request.url, &init, body, most, float(request.patience), final_word);
        read_answer(&Js(settle(sent).await.map_err(lost)?))
    }
}

/// Awaits what a call gave, whether it is a promise or not, and whether it threw at once or later.
pub(super) async fn settle(called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&called?)).await
}

/// All but the body. No redirect is followed; nothing is sent of cookies, or taken from a cache.
fn init(request: &HttpRequest, body: Option<&str>) -> Result<RequestInit, JsValue> {
    let headers = headers(&request.method, body)?;
    let strict = begin(&request.method, &headers, RequestRedirect::Error);
    strict.set_credentials(RequestCredentials::Omit);
    strict.set_cache(RequestCache::NoStore);
    Ok(if is_known(&request.url, &strict) { strict } else { begin(&request.method, &headers, RequestRedirect::Manual) })
}

/// Edge runtimes, which have neither cookies nor a cache, refuse these words: `Request` does so before anything is sent.
fn is_known(url: &str, init: &RequestInit) -> bool {
    let has_request = Reflect::has(&global(), &"Request".into()).unwrap_or_default();
    !has_request || web_sys::Request::new_with_str_and_init(url, init).is_ok()
}

fn begin(method: &Method, headers: &Object, redirect: RequestRedirect) -> RequestInit {
    let init = RequestInit::new();
    init.set_method(if matches!(method, Method::Get) { "GET" } else { "POST" });
    init.set_headers(headers);
    init.set_redirect(redirect);
    init
}

/// A plain object of the headers.
fn headers(method: &Method, body: Option<&str>) -> Result<Object, JsValue> {
    Object::from_entries(&checked_headers(method, body)?.into_raw())
}

/// A form names its own type, with its boundary. gloo-net's own `new` and `set` panic where a page's `Headers` throws, and a panic would leave the
/// caller's promise pending for ever: web-sys catches.
fn checked_headers(method: &Method, body: Option<&str>) -> Result<Headers, JsValue> {
    let headers = web_sys::Headers::new()?;
    if body.is_some_and(|body| !is_form(body)) {
        headers.set("content-type", "application/json")?;
    }
    if let Method::Pay(payment) = method {
        headers.set(payment.header_name(), &payment.header)?;
    }
    Ok(Headers::from_raw(headers))
}
