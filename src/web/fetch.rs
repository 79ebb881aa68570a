//! HTTP by `fetch`.
//!
//! gloo-net builds the request; it is sent and read by hand, because gloo-net's own sending panics on what pages do to
//! `fetch` (an abort with a reason, a replaced function), and a panic would leave the caller's promise pending for ever.

use gloo_net::http::{Request, RequestBuilder};
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestRedirect, Response};

use super::{Browser, Js};
use crate::{
    core::http::{Answer, HttpFailure, HttpRequest, HttpResponse, Method},
    ports::Http,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(request: &web_sys::Request) -> Result<JsValue, JsValue>;
}

impl Http<Js> for Browser {
    async fn send(&self, request: &HttpRequest) -> Answer<Js> {
        let lost = |status| move |cause| HttpFailure { status, cause: Some(Js(cause)) };
        let calling_off = CallingOff::of(&request.method).map_err(lost(None))?;
        let built = build(request, calling_off.as_ref()).map_err(lost(None))?;
        let response = settle(fetch(&built)).await.map_err(lost(None))?;
        // Pages replace `fetch`; what theirs gives is read as far as it is a response.
        if !response.is_object() {
            return Err(lost(None)(response));
        }
        let response: Response = response.unchecked_into();
        let status = response.status();
        let header = |name| response.headers().get(name).ok().flatten();
        let terms = header("payment-required");
        let receipt = header("payment-response").or_else(|| header("x-payment-response"));
        let reading = self.call.read().map_or_else(
            || response.text().map(JsValue::from),
            |read| read.call2(&JsValue::UNDEFINED, &response, &longest_answer(&request.method).into()),
        );
        let body = settle(reading).await.map_err(lost(Some(status)))?;
        Ok(HttpResponse { status, terms, receipt, body: body.as_string().unwrap_or_default() })
    }
}

/// Prices, tasks and refusals are short; what comes after so many bytes is not read. A result may have its video in it.
const fn longest_answer(method: &Method) -> u32 {
    match method {
        Method::Get => 0x1000_0000,
        Method::Post { .. } | Method::Pay(_) => 0x8_0000,
    }
}

/// Awaits what a call gave, whether it is a promise or not, and whether it threw at once or later.
pub(super) async fn settle(called: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&called?)).await
}

fn build(request: &HttpRequest, calling_off: Option<&CallingOff>) -> Result<web_sys::Request, JsValue> {
    let signal = calling_off.map(|c| c.0.signal());
    let safe = |builder: RequestBuilder| {
        builder
            .redirect(RequestRedirect::Error)
            .credentials(RequestCredentials::Omit)
            .cache(RequestCache::NoStore)
            .abort_signal(signal.as_ref())
    };
    let json = |builder: RequestBuilder| safe(builder).header("content-type", "application/json");
    let built = match &request.method {
        Method::Get => safe(Request::get(&request.url)).build(),
        Method::Post { body } => json(Request::post(&request.url)).body(body.as_str()),
        // The value is base64, so it cannot be what gloo-net panics on.
        Method::Pay(payment) => {
            json(Request::post(&request.url)).header(payment.header_name(), &payment.header).body(payment.body.as_str())
        }
    };
    built.map(web_sys::Request::from).map_err(|_| js_sys::Error::new("the request could not be built").into())
}

/// Calls an unpaid request off when the future that waits for it is dropped.
struct CallingOff(AbortController);

impl CallingOff {
    /// None for a payment: once sent, it must not be called back.
    fn of(method: &Method) -> Result<Option<Self>, JsValue> {
        match method {
            Method::Pay(_) => Ok(None),
            Method::Get | Method::Post { .. } => AbortController::new().map(|controller| Some(Self(controller))),
        }
    }
}

impl Drop for CallingOff {
    fn drop(&mut self) {
        self.0.abort();
    }
}
