//! The whole surface towards JavaScript: five functions over plain values. The facade in `js/` is its only caller.
#![allow(unreachable_pub)] // wasm-bindgen exports what is `pub`

use std::{future::Future, pin::Pin};

use js_sys::Promise;
use serde::Serialize;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;

use crate::{
    core::{
        assets::parse_address,
        config::Config,
        error::{Code, Error, Failure, Retry, Stage},
        image,
        json::Json,
        payment::Proof,
        poll::{self, AcceptedTask},
        purchase::{self, Order},
        request::{Request, uuid},
    },
    driver,
    ports::{Clock, Entropy},
    web::{Browser, Call, Js, out, thrown},
};

/// Asks for the price. Resolves with a quote, without the request that the facade adds.
#[wasm_bindgen]
pub fn quote(call: Call) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let order = order(&browser, &call)?;
        driver::quote(&browser, order).await.map(|quote| out(&quote))
    })
}

/// Buys. Resolves with the accepted task.
#[wasm_bindgen]
pub fn submit(call: Call) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let order = order(&browser, &call)?;
        let id = String::from(order.request.id());
        let quote = Js(call.quote());
        let begun = if quote.0.is_object() { order.begin_with(&quote, browser.now()) } else { order.begin() };
        driver::purchase(&browser, begun).await.map(|task| out(&Submitted { id, task }))
    })
}

/// Waits for a task that [`submit`] gave. Resolves with the server's answer, of which the facade makes a generation.
#[wasm_bindgen]
pub fn watch(call: Call) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let task = AcceptedTask::read(&Js(call.task()))?;
        let config = Config::read(&Js(call.options())).map_err(|error| task.own(error))?;
        let begun = poll::watch(task, config, browser.now());
        driver::watch(&browser, begun.into()).await.map(|answer| answer.0)
    })
}

/// Looks at a task once.
#[wasm_bindgen]
pub fn status(call: Call, task_id: String) -> Promise {
    promise(async move {
        let config = Config::read(&Js(call.options()))?;
        driver::status(&Browser::new(&call), &task_id, &config).await.map(|status| out(&status))
    })
}

/// Takes up the purchase of that id from the journal. Resolves with the accepted task. Never signs.
#[wasm_bindgen]
pub fn resume(call: Call, id: String) -> Promise {
    promise(async move {
        let begun = purchase::resume(id.clone());
        driver::purchase(&Browser::new(&call), begun).await.map(|task| out(&Submitted { id, task }))
    })
}

/// Boxed first, so that what makes a promise of a future is compiled once.
fn promise(work: impl Future<Output = Result<JsValue, Failure<Js>>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(work);
    future_to_promise(async move { work.await.map_err(thrown) })
}

#[derive(Serialize)]
struct Submitted {
    id: String,
    task: AcceptedTask<Proof<Js>>,
}

/// Reads everything that the caller gave, before anything is sent anywhere.
fn order(browser: &Browser, call: &Call) -> Result<Order, Error> {
    let config = Config::read(&Js(call.options()))?;
    let image = call.image().map(|bytes| image::data_url(&bytes.to_vec())).transpose()?;
    let request = Request::read(&Js(call.request()), image, fresh_id(browser)?)?;
    let payer = Js(call.payer()).text().as_deref().and_then(parse_address);
    Ok(Order { request, config, confirm: call.confirm().is_some(), payer })
}

fn fresh_id(browser: &Browser) -> Result<String, Error> {
    let message = "this browser gives no secure random numbers, without which no payment is safe";
    let no_random = || Error::unpaid(Code::UnsupportedEnvironment, Stage::Request, message).retry(Retry::Never);
    browser.draw().map(uuid).ok_or_else(no_random)
}
