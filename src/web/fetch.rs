//! HTTP by `fetch(url, { method, headers, body })`.
//!
//! Pages wrap `fetch`: monitoring tools, native shells, tests. What all of them pass on is an address as text, headers in a plain object and a body; a
//! `Request`, or a `Headers`, loses its body or the payment with some (OpenTelemetry 0.203, Capacitor, wrappers that spread `init.headers`).
//!
//! gloo-net has the headers, and reads those of the response. Its sending panics on what pages do to `fetch` (an abort with a reason, a
//! replaced function), and a panic would leave the caller's promise pending for ever: the facade calls `fetch`, and reads the body, which may be
//! a video and stays with the engine.

use gloo_net::http::{Headers, Response};
use js_sys::{Object, Promise, Reflect, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{
    Browser, Js, Sending,
    clock::{First, first, within},
};
use crate::{
    core::{
        http::{Answer, HttpFailure, HttpResponse},
        http_request::{HttpRequest, Method},
        json::Json,
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
        let (most, body, final_word) = match &request.method {
            Method::Get => (LONGEST_RESULT, None, false),
            Method::Post { body } => (LONGEST_ANSWER, Some(body.as_str()), false),
            Method::Pay(payment) => (LONGEST_ANSWER, Some(payment.body.as_str()), true),
        };
        let sent = init(request, body).and_then(|init| self.call.send(&request.url, &init.0, body, final_word));
        let mut under_way = UnderWay(sent.map_err(thrown)?, JsValue::UNDEFINED);
        let called_off = settle(Ok(under_way.0.called_off()));
        let answering = first(self.answer(under_way.0.response(), most), called_off);
        let answer = match within(request.patience, answering).await {
            Some(First::One(answer)) => answer,
            Some(First::Other(_)) => Err(HttpFailure { status: None, cause: None, is_called_off: true }),
            None => Err(HttpFailure { status: None, cause: None, is_called_off: false }),
        };
        under_way.1 = answer.as_ref().map_or(JsValue::UNDEFINED, |answer| Js::of(answer).0);
        answer
    }
}

/// A request, and the answer to it. It ends when this is dropped: also when nobody waits for it any more.
struct UnderWay(Sending, JsValue);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let _ = self.0.end(self.1.clone());
    }
}

impl Browser {
    /// Reads what the page's `fetch` gives, as far as it is a response.
    async fn answer(&self, response: JsValue, most: u32) -> Answer<Js> {
        let response = settle(Ok(response)).await.map_err(thrown)?;
        let status = Js(response.clone()).whole_at("status").and_then(|status| u16::try_from(status).ok());
        let broken = |cause| HttpFailure { status, cause: Some(Js(cause)), is_called_off: false };
        let headers = Reflect::get(&response, &"headers".into()).map_err(broken)?;
        let body = settle(self.call.read_body(&response, most)).await.map_err(broken)?;
        let header = |name: &str| header(&response, &headers, name);
        let answer = status.and_then(|status| HttpResponse::of(status, header, &Js(body)));
        answer.ok_or(HttpFailure { status, cause: None, is_called_off: false })
    }
}

const fn thrown(cause: JsValue) -> HttpFailure<Js> {
    HttpFailure { status: None, cause: Some(Js(cause)), is_called_off: false }
}

/// A header of a response by gloo-net, whose getters rely on members that a page's own `fetch` may leave out.
fn header(response: &JsValue, headers: &JsValue, name: &str) -> Option<String> {
    if !headers.is_object() || !Reflect::get(headers, &"get".into()).ok()?.is_function() {
        return None;
    }
    let response = Response::from(response.clone().unchecked_into::<web_sys::Response>());
    response.headers().into_raw().get(name).ok().flatten()
}

/// Awaits what a call gave, whether it is a promise or not, and whether it threw at once or later.
pub(super) fn settle(called: Result<JsValue, JsValue>) -> JsFuture {
    let promise = called.map_or_else(|thrown| Promise::reject(&thrown), |given| Promise::resolve(&given));
    JsFuture::from(promise)
}

/// All but the body. No redirect is followed; nothing is sent of cookies, or taken from a cache.
fn init(request: &HttpRequest, body: Option<&str>) -> Result<Js, JsValue> {
    let method = if matches!(request.method, Method::Get) { "GET" } else { "POST" };
    let headers = headers(&request.method, body)?;
    let begin = |redirect| {
        let mut init = Js::object();
        init.set("method", Js::of(method));
        init.set("headers", Js(headers.clone().into()));
        init.set("redirect", Js::of(redirect));
        init
    };
    let mut strict: Js = begin("error");
    strict.set("credentials", Js::of("omit"));
    strict.set("cache", Js::of("no-store"));
    Ok(if is_known(&request.url, &strict) { strict } else { begin("manual") })
}

/// Edge runtimes, which have neither cookies nor a cache, refuse these words: `Request` does so before anything is sent.
fn is_known(url: &str, init: &Js) -> bool {
    let has_request = Reflect::has(&global(), &"Request".into()).unwrap_or_default();
    !has_request || web_sys::Request::new_with_str_and_init(url, init.0.unchecked_ref()).is_ok()
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
