//! HTTP by `fetch(url, { method, headers, body })`.
//!
//! Pages wrap `fetch`: monitoring tools, native shells, tests. What all wrappers pass on is a URL string, headers in a
//! plain object, and a body. With some (OpenTelemetry 0.203, Capacitor, wrappers that spread `init.headers`), a
//! `Request` or `Headers` object loses the body or the payment.
//!
//! gloo-net provides the headers, including those of the response. Its sending panics on what pages do to `fetch` (an
//! abort with a reason, a replaced function), and a panic would leave the caller's promise pending for ever: so `fetch`
//! is called here.

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

/// Prices, tasks and refusals are short; bytes beyond this limit are not read.
const LONGEST_ANSWER: u32 = 0x8_0000;
/// A result may contain the video itself.
const LONGEST_RESULT: u32 = 0x1000_0000;

#[wasm_bindgen]
extern "C" {
    /// The browser's `fetch`, or the page's replacement.
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
            Some(watch) => within(request.patience, first(answering, watch.cancelled())).await,
            None => within(request.patience, async { First::One(answering.await) }).await,
        };
        let failure = |is_cancelled| HttpFailure { status: None, cause: None, is_cancelled };
        let answer = match answer {
            Some(First::One(answer)) => answer,
            Some(First::Other(_)) => Err(failure(true)),
            None => Err(failure(false)),
        };
        sending.answer = answer.as_ref().ok().map(Js::of);
        answer
    }
}

/// A request in progress. Dropping this cancels it, so it ends when nobody waits for it any more.
struct Sending<'a> {
    browser: &'a Browser,
    /// `None` for a request that must not be cancelled, such as a payment.
    controller: Option<AbortController>,
    is_look: bool,
    answer: Option<Js>,
    over: Bell,
}

impl<'a> Sending<'a> {
    fn begin(browser: &'a Browser, method: &Method) -> Result<Self, JsValue> {
        let controller = if matches!(method, Method::Pay(_)) { None } else { Some(AbortController::new()?) };
        Ok(Self { browser, controller, is_look: matches!(method, Method::Get), answer: None, over: Bell::new() })
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        if self.is_look {
            self.browser.looked(self.answer.as_ref());
        }
        if let Some(controller) = &self.controller {
            let _ = controller.abort();
        }
    }
}

impl Browser {
    /// Everyone who waits for the task receives the answer to a poll.
    fn looked(&self, answer: Option<&Js>) {
        match (self.watch.get(), &self.task, answer) {
            (Some(watch), ..) => watch.looked(answer),
            (None, Some(task), Some(answer)) => channel::broadcast(task, answer, None),
            _ => {}
        }
    }

    /// Sends the request, and reads what the page's `fetch` returns, if that is a response.
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
        if let Some(controller) = &sending.controller {
            init.set("signal", Js(controller.signal().map_err(thrown)?));
        }
        let response = sending.over.unless(fetch(&request.url, &init.0)).await.map_err(thrown)?;
        let status = Js(response.clone()).whole_at("status").and_then(|status| u16::try_from(status).ok());
        let broken = |cause| HttpFailure { status, cause: Some(Js(cause)), is_cancelled: false };
        let headers = Reflect::get(&response, &"headers".into()).map_err(broken)?;
        let body = text_of(&response, most, &sending.over).await.map_err(broken)?;
        let header = |name: &str| header(&headers, name);
        let answer = status.and_then(|status| HttpResponse::of(status, header, &Js(body.into())));
        answer.ok_or(HttpFailure { status, cause: None, is_cancelled: false })
    }

    /// The body that is sent. The facade makes forms and the base64 of pictures.
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
    HttpFailure { status: None, cause: Some(Js(cause)), is_cancelled: false }
}

/// Reads a response header from the `Headers` object already at hand. gloo-net's `Response` would read that member
/// again, and its getters rely on things that a page's own `fetch` may leave out or throw from.
fn header(headers: &JsValue, name: &str) -> Option<String> {
    if !headers.is_object() || !Reflect::get(headers, &"get".into()).ok()?.is_function() {
        return None;
    }
    let headers = Headers::from_raw(headers.clone().unchecked_into());
    headers.into_raw().get(name).ok().flatten()
}

/// Everything but the body. Follows no redirect, sends no cookies, and bypasses the cache.
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

/// Edge runtimes have neither cookies nor a cache and reject these options; their `Request` does so before anything is
/// sent.
fn is_known(url: &str, init: &Js) -> bool {
    let has_request = Reflect::has(&global(), &"Request".into()).unwrap_or_default();
    !has_request || web_sys::Request::new_with_str_and_init(url, init.0.unchecked_ref()).is_ok()
}

/// The headers as a plain object.
fn headers(method: &Method, body: Option<&Parts<'_>>) -> Result<Object, JsValue> {
    Object::from_entries(&checked_headers(method, body)?.into_raw())
}

/// A form sets its own content type, with the boundary. gloo-net's own `new` and `set` panic where a page's `Headers`
/// throws, and a panic would leave the caller's promise pending for ever; web-sys catches.
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
