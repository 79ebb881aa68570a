//! The whole surface towards JavaScript: a few functions over plain values. The facade in `js/` is its only caller.
#![expect(unreachable_pub)] // wasm-bindgen exports what is `pub`

use std::{cell::RefCell, future::Future, pin::Pin};

use alloy_primitives::keccak256;
use js_sys::Promise;
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use crate::{
    core::{
        accepted::AcceptedTask,
        assets::{parse_address, parse_own_address},
        clock::Clocks,
        config::Config,
        error::{Code, Error, Paid, Retry, Stage},
        failure::Failure,
        identity::{self, Drawn, Identified, Party},
        journal::{Ended, Filter, Owner},
        json::Json,
        poll,
        purchase::Order,
        quote::drew,
        request::{Dialect, Request},
        settlement::{self, Settlement},
        text::{read_number, word},
        uuid,
    },
    driver,
    ports::{Clock, Entropy},
    web::{Browser, Call, Js, thrown},
};

thread_local! {
    /// What each wallet has shown of the clocks of chains, for the life of the page. The facade numbers the wallets.
    static CLOCKS: RefCell<Vec<(u64, Clocks)>> = const { RefCell::new(Vec::new()) };
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn::new()) };
}

fn drawn<T>(act: impl FnOnce(&mut Drawn) -> T) -> T {
    DRAWN.with(|drawn| act(&mut drawn.borrow_mut()))
}

/// Asks for the price. Resolves with a quote, without the request that the facade adds.
#[wasm_bindgen]
pub fn quote(call: Call) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let order = order(&browser, &call)?;
        learn_clock(&call, &order.config);
        let is_fresh = order.request.is_fresh();
        let quote = driver::quote(&browser, order).await?;
        if is_fresh {
            drawn(|drawn| drawn.note(&quote.id));
        }
        Ok(Js::of(&quote).0)
    })
}

/// Buys. Resolves with the accepted task.
#[wasm_bindgen]
pub fn submit(call: Call) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let mut order = order(&browser, &call)?;
        let id = String::from(order.request.id());
        let was_drawn = drawn(|drawn| drawn.take(&id));
        if was_drawn {
            order.request = order.request.fresh();
        }
        let quote = Js(call.quote());
        let begun = if quote.0.is_object() { order.begin_with(&quote, browser.now()) } else { order.begin() };
        let outcome = driver::purchase(&browser, begun).await;
        if was_drawn && outcome.as_ref().is_err_and(|failure| failure.error.paid == Paid::No) {
            drawn(|drawn| drawn.note(&id));
        }
        outcome.map(|task| Js::of(&task).0)
    })
}

/// What a purchase is about. Resolves with a party without its wallet, for [`relate`].
#[wasm_bindgen]
pub fn identify(call: Call) -> Promise {
    promise(async move {
        let Order { request, config, .. } = order(&Browser::new(&call), &call)?;
        let id = request.id();
        let is_drawn = request.is_drawn() || drew(&Js(call.quote()), id) || drawn(|drawn| drawn.has(id));
        let identity = identity::of_call(request.fingerprint(), &config);
        Ok(Js::of(&Identified { identity, id: (!is_drawn).then(|| id.into()) }).0)
    })
}

/// How a purchase relates to one that is under way: `same`, `other` or `ask`.
#[wasm_bindgen]
pub fn relate(first: JsValue, second: JsValue) -> JsValue {
    identity::relate(&Party::read(&Js(first)), &Party::read(&Js(second))).name().into()
}

/// Whether nothing was ever bought under that id: this page drew it, and has sent no payment for it.
#[wasm_bindgen]
pub fn fresh(id: &str) -> bool {
    drawn(|drawn| drawn.has(id))
}

/// Asks the only wallet for the account that it has connected, for a party: resolves with that, or with a word. `other` is
/// that of the call that it is compared with.
#[wasm_bindgen]
pub fn account(call: Call, other: Option<String>) -> Promise {
    promise(async move {
        let other = other.as_deref().and_then(parse_address);
        Ok(driver::account::<Js, _>(&Browser::new(&call), other).await.in_words().into())
    })
}

/// The keccak-256 of bytes as hex, for pages without `crypto.subtle`.
#[wasm_bindgen]
pub fn keccak(bytes: &[u8]) -> JsValue {
    word(keccak256(bytes)).into()
}

/// Waits for a task that [`submit`] gave, or looks once at one that is known by its id alone. Resolves with its status.
#[wasm_bindgen]
pub fn watch(call: Call) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let (task, config) = (Js(call.task()), Config::read(&Js(call.options())));
        let begun = match task.as_text() {
            Some(id) => poll::locate(id, config?).into(),
            None if task.is_true_at("once") => {
                poll::look(&AcceptedTask::read(&task)?.task_id, config?, browser.now())?.into()
            }
            None => {
                let (task, kept) = (AcceptedTask::read(&task)?, task.get("result"));
                let config = config.map_err(|error| task.own(error))?;
                poll::watch(task, kept, config, seed(&browser), browser.now())
            }
        };
        driver::watch(&browser, begun).await.map(|status| Js::of(&status).0)
    })
}

/// Takes up a purchase from the journal: that of this id or task, or else the one that most needs it. Resolves with
/// `{ id, baseUrl?, task }`, or with nothing. Never signs.
#[wasm_bindgen]
pub fn resume(call: Call, id: Option<String>) -> Promise {
    promise(async move {
        Config::read(&Js(call.options()))?;
        let resumed = driver::take_up(&Browser::new(&call), id.as_deref()).await?;
        Ok(resumed.map_or(JsValue::UNDEFINED, |resumed| Js::of(&resumed).0))
    })
}

/// Lists the purchases that the journal has.
#[wasm_bindgen]
pub fn tasks(call: Call) -> Promise {
    promise(async move {
        let filter = Filter::read(&Js(call.filter()))?;
        driver::tasks::<Js, _>(&Browser::new(&call), filter).await.map(|tasks| tasks.0)
    })
}

/// Has a purchase forgotten.
#[wasm_bindgen]
pub fn forget(call: Call, id: String) -> Promise {
    promise(async move { driver::forget::<Js, _>(&Browser::new(&call), &id).await.map(|()| JsValue::UNDEFINED) })
}

/// Counts what is spent of the budget of the options. Resolves with `null` where there is none.
#[wasm_bindgen]
pub fn budget(call: Call) -> Promise {
    promise(async move {
        let config = Config::read(&Js(call.options()))?;
        let state = driver::budget::<Js, _>(&Browser::new(&call), &config).await?;
        Ok(state.map_or(JsValue::NULL, |state| Js::of(&state).0))
    })
}

/// Notes how the task of a purchase has ended; of what is not in the journal, nothing.
#[wasm_bindgen]
pub fn finish(call: Call, id: String) -> Promise {
    promise(async move {
        let browser = Browser::new(&call);
        let (task, ended) = (AcceptedTask::read(&Js(call.task()))?, Js(call.ended()));
        let status = ended.text_at("status").unwrap_or_default();
        let ended = Ended { status, result: ended.get("result"), heard_at: browser.now() };
        driver::finish(&browser, &id, task, ended).await;
        Ok(JsValue::UNDEFINED)
    })
}

/// Reads a balance of the first token of the options: of the account named as `payer`, or of the one that the wallet has connected.
#[wasm_bindgen]
pub fn balance(call: Call) -> Promise {
    promise(async move {
        let config = Config::read(&Js(call.options()))?;
        let asset = config.policy.tokens.first().map(|token| token.asset);
        let asset = asset.ok_or_else(|| Error::invalid("`networks` is empty"))?;
        let invalid = || Error::invalid("`address` takes 0x and 40 hex digits, with the right checksum or none");
        let payer = Js(call.payer());
        let owner = match payer.as_text() {
            None if payer.0.is_undefined() => None,
            text => Some(text.as_deref().and_then(parse_own_address).ok_or_else(invalid)?),
        };
        learn_clock(&call, &config);
        driver::balance(&Browser::new(&call), asset, owner).await.map(|money| Js::of(&money).0)
    })
}

/// Looks for the transaction of a task that was accepted without one, in the background. Resolves with the receipt that names
/// it, or with nothing when it cannot be found.
#[wasm_bindgen]
pub fn settle(call: Call, id: String) -> Promise {
    promise(async move {
        let given = Js(call.task());
        let settlement = given.get("settlement").as_ref().and_then(Settlement::read);
        let Some((settlement, task_id)) = settlement.zip(given.text_at("taskId")) else {
            return Ok(JsValue::UNDEFINED);
        };
        let receipt = driver::settle(&Browser::new(&call), settlement::begin(settlement, id, task_id)).await;
        Ok(receipt.map_or(JsValue::UNDEFINED, |receipt| Js::of(&receipt).0))
    })
}

/// The clocks that the wallet of a call has shown; none where it is not known yet which wallet that is.
fn clocks(call: &Call) -> Clocks {
    let Some(number) = Js(call.wallet()).as_number().as_deref().and_then(read_number) else { return Clocks::default() };
    CLOCKS.with_borrow_mut(|known| {
        if let Some((_, clocks)) = known.iter().find(|(other, _)| *other == number) {
            return clocks.clone();
        }
        let clocks = Clocks::default();
        known.push((number, clocks.clone()));
        clocks
    })
}

/// Reads the time of the chain once, as early as a wallet is at hand, so that a click need not wait for it.
fn learn_clock(call: &Call, config: &Config) {
    let clocks = clocks(call);
    if !config.policy.tokens.iter().all(|token| clocks.knows(token.asset.chain.id)) {
        let browser = Browser::new(call);
        spawn_local(async move { driver::learn_clock(&browser, &clocks).await });
    }
}

/// Boxed first, so that what makes a promise of a future is compiled once.
fn promise(work: impl Future<Output = Result<JsValue, Failure<Js>>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(work);
    future_to_promise(async move { work.await.map_err(|failure| thrown(&failure)) })
}

/// Reads everything that the caller gave, before anything is sent anywhere.
fn order(browser: &Browser, call: &Call) -> Result<Order, Error> {
    let config = Config::read(&Js(call.options()))?;
    let mut request = Request::read(&Js(call.request()), fresh_id(browser)?)?;
    request.speak(Dialect { form: config.form, ..request.dialect() });
    let payer = Js(call.payer()).as_text().as_deref().and_then(parse_address);
    let clocks = clocks(call);
    let owner = Owner { token: fresh_id(browser)?, is_alone: false };
    Ok(Order { request, config, confirm: call.confirm().is_some(), payer, clocks, owner })
}

/// Any number, no secret: the time will do.
fn seed(browser: &Browser) -> u64 {
    let random = browser.draw().and_then(|bytes| bytes.first_chunk().copied());
    random.map_or_else(|| browser.now(), u64::from_le_bytes)
}

fn fresh_id(browser: &Browser) -> Result<String, Error> {
    let message =
        "this browser gives no secure random numbers (`crypto.getRandomValues`), without which no payment is safe";
    let no_random = || Error::unpaid(Code::UnsupportedEnvironment, Stage::Request, message).retry(Retry::Never);
    browser.draw().map(uuid::random).ok_or_else(no_random)
}
