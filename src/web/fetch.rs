//! HTTP by `fetch(url, { method, headers, body })`.
//!
//! Pages wrap `fetch`: monitoring tools, native shells, tests. What all of them pass on is an address as text, headers in a plain object and a body; a
//! `Request`, or a `Headers`, loses its body or the payment with some (OpenTelemetry 0.203, Capacitor, wrappers that spread `init.headers`).
//!
//! gloo-net has the headers, those of the response as well. Its sending panics on what pages do to `fetch` (an abort with a reason, a
//! replaced function), and a panic would leave the caller's promise pending for ever: so `fetch` is called here.

use gloo_net::http::Headers;
use js_sys::{Object, Reflect, global};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{
    Browser, Js,
    bell::{Bell, Work, settle},
    body::text_of,
    channel,
    clock::{First, first, within},
    js::error,
};
use crate::{
    core::{
        http::{Answer, HttpFailure, HttpResponse},
        http_request::{HttpRequest, Method},
        json::Json,
        request::Parts,
    },
    ports::Http,
};

/// Prices, tasks and refusals are short; what comes after so many bytes is not read.
const LONGEST_ANSWER: u32 = 0x8_0000;
/// A result may have its video in it.
const LONGEST_RESULT: u32 = 0x1000_0000;

#[wasm_bindgen]
extern "C" {
    /// The browser's, or what the page has put in its place.
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &JsValue) -> Result<JsValue, JsValue>;

    #[derive(Clone, Debug)]
    type AbortController;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AbortController, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn signal(this: &AbortController) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn abort(this: &AbortController) -> Result<(), JsValue>;
}

impl Http<Js> for Browser {
    async fn send(&self, request: &HttpRequest) -> Answer<Js> {
        let exchanging: Work<'_, _> = Box::pin(self.exchange(request));
        exchanging.await
    }
}

impl Browser {
    async fn exchange(&self, request: &HttpRequest) -> Answer<Js> {
        let mut sending = Sending::begin(self, &request.method).map_err(thrown)?;
        let answering = self.answer(request, &sending);
        let answer = match self.watch.get() {
            Some(watch) => within(request.patience, first(answering, watch.called_off())).await,
            None => within(request.patience, async { First::One(answering.await) }).await,
        };
        let failure = |is_called_off| HttpFailure { status: None, cause: None, is_called_off };
        let answer = match answer {
            Some(First::One(answer)) => answer,
            Some(First::Other(_)) => Err(failure(true)),
            None => Err(failure(false)),
        };
        sending.answer = answer.as_ref().ok().map(Js::of);
        answer
    }
}

/// A request that is under way. It ends when this is dropped: also when nobody waits for it any more.
struct Sending<'a> {
    browser: &'a Browser,
    /// What is final, as a payment is, has none.
    calling_off: Option<AbortController>,
    is_look: bool,
    answer: Option<Js>,
    over: Bell,
}

impl<'a> Sending<'a> {
    fn begin(browser: &'a Browser, method: &Method) -> Result<Self, JsValue> {
        let calling_off = if matches!(method, Method::Pay(_)) { None } else { Some(AbortController::new()?) };
        Ok(Self { browser, calling_off, is_look: matches!(method, Method::Get), answer: None, over: Bell::new() })
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        if self.is_look {
            self.browser.looked(self.answer.as_ref());
        }
        if let Some(calling_off) = &self.calling_off {
            let _ = calling_off.abort();
        }
    }
}

impl Browser {
    /// All who wait for the task hear what a look at it is answered.
    fn looked(&self, answer: Option<&Js>) {
        match (self.watch.get(), &self.task, answer) {
            (Some(watch), ..) => watch.looked(answer),
            (None, Some(task), Some(answer)) => channel::tell(task, answer, None),
            _ => {}
        }
    }

    /// Sends, and reads what the page's `fetch` gives, as far as it is a response.
    async fn answer(&self, request: &HttpRequest, sending: &Sending<'_>) -> Answer<Js> {
        let (most, body) = match &request.method {
            Method::Get => (LONGEST_RESULT, None),
            Method::Post { body } => (LONGEST_ANSWER, Some(Parts::of(body))),
            Method::Pay(payment) => (LONGEST_ANSWER, Some(Parts::of(&payment.body))),
        };
        let mut init = init(request, body.as_ref()).map_err(thrown)?;
        if let Some(body) = &body {
            init.set("body", self.composed(body).await.map_err(thrown)?);
        }
        if let Some(calling_off) = &sending.calling_off {
            init.set("signal", Js(calling_off.signal().map_err(thrown)?));
        }
        let response = sending.over.unless(fetch(&request.url, &init.0)).await.map_err(thrown)?;
        let status = Js(response.clone()).whole_at("status").and_then(|status| u16::try_from(status).ok());
        let broken = |cause| HttpFailure { status, cause: Some(Js(cause)), is_called_off: false };
        let headers = Reflect::get(&response, &"headers".into()).map_err(broken)?;
        let body = text_of(&response, most, &sending.over).await.map_err(broken)?;
        let header = |name: &str| header(&headers, name);
        let answer = status.and_then(|status| HttpResponse::of(status, header, &Js(body.into())));
        answer.ok_or(HttpFailure { status, cause: None, is_called_off: false })
    }

    /// What is sent for a body. Forms, and the base64 of pictures, are the facade's to make.
    async fn composed(&self, parts: &Parts<'_>) -> Result<Js, JsValue> {
        if !parts.is_form && parts.after.is_none() {
            return Ok(Js::of(parts.before));
        }
        let Some(compose) = &self.compose else { return Err(error("the picture is gone").0) };
        let picture = self.lease.picture().map_or(JsValue::UNDEFINED, |picture| picture.0);
        settle(compose.call2(&JsValue::UNDEFINED, &Js::of(parts).0, &picture)).await.map(Js)
    }
}

const fn thrown(cause: JsValue) -> HttpFailure<Js> {
    HttpFailure { status: None, cause: Some(Js(cause)), is_called_off: false }
}

/// A header of a response, by its `Headers` as they were found. gloo-net's `Response` would read that member once more, and its getters rely on what a
/// page's own `fetch` may leave out, or throw.
fn header(headers: &JsValue, name: &str) -> Option<String> {
    if !headers.is_object() || !Reflect::get(headers, &"get".into()).ok()?.is_function() {
        return None;
    }
    let headers = Headers::from_raw(headers.clone().unchecked_into());
    headers.into_raw().get(name).ok().flatten()
}

/// All but the body. No redirect is followed; nothing is sent of cookies, or taken from a cache.
fn init(request: &HttpRequest, body: Option<&Parts<'_>>) -> Result<Js, JsValue> {
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
fn headers(method: &Method, body: Option<&Parts<'_>>) -> Result<Object, JsValue> {
    Object::from_entries(&checked_headers(method, body)?.into_raw())
}

/// A form names its own type, with its boundary. gloo-net's own `new` and `set` panic where a page's `Headers` throws, and a panic would leave the
/// caller's promise pending for ever: web-sys catches.
fn checked_headers(method: &Method, body: Option<&Parts<'_>>) -> Result<Headers, JsValue> {
    let headers = web_sys::Headers::new()?;
    if body.is_some_and(|body| !body.is_form) {
        headers.set("content-type", "application/json")?;
    }
    if let Method::Pay(payment) = method {
        headers.set(payment.header_name(), &payment.header)?;
    }
    Ok(Headers::from_raw(headers))
}
