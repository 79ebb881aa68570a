//! The public functions of the crate, under their own names, and what the facade in `js/` needs besides.
//!
//! `options` is one object, or the list of objects that apply to a call, the client's first; [`Given`] reads them.
//! `page` has what only the facade can supply. A page that calls the crate directly can leave it out; it then has a
//! single `storage`, since only the facade tells several apart. Every function rejects with a plain object that has the
//! members of `ImagineError`.
#![expect(unreachable_pub)] // wasm-bindgen exports what is `pub`

use std::{cell::RefCell, future::Future, pin::Pin, rc::Rc};

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
        dialect::Dialect,
        error::{Error, Stage},
        failure::Failure,
        identity::{self, Drawn, Party},
        journal::{Filter, Owner},
        json::Json,
        media,
        payment::HeldReceipt,
        poll,
        purchase::Order,
        quote::drew,
        request::Request,
        settlement::{self, Settlement},
        text::{read_number, word},
        uuid,
    },
    driver::{self, UnderWay},
    ports::{Clock, Entropy},
    web::{Browser, Given, Js, Wanted, thrown},
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "import type { AcceptedTask, AnyCoreQuote, BudgetState, CoreOptions, CoreRequest, CoreStatus, Money, Page, \
                     Quoted, Receipt, Resumed, TaskFilter, TaskRecord } from '../../js/core.js'";

thread_local! {
    /// The chain clocks that each wallet has shown, kept for the life of the page. The facade numbers the wallets.
    static CLOCKS: RefCell<Vec<(u64, Clocks)>> = const { RefCell::new(Vec::new()) };
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn::new()) };
    static UNDER_WAY: Rc<UnderWay<Js>> = Rc::new(UnderWay::default());
}

fn drawn<T>(act: impl FnOnce(&mut Drawn) -> T) -> T {
    DRAWN.with(|drawn| act(&mut drawn.borrow_mut()))
}

/// Requests the price. Resolves with a quote, to which the facade adds the request.
#[wasm_bindgen(unchecked_return_type = "Promise<AnyCoreQuote>")]
pub fn quote(
    #[wasm_bindgen(unchecked_param_type = "CoreRequest")] request: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Page")] page: JsValue,
) -> Promise {
    let (given, wanted) = (Given::new(options, page), Wanted::read(request));
    promise(async move {
        let browser = Browser::new(&given);
        let order = order(&browser, &given, &wanted?.request)?;
        learn_clock(&given, &order.config);
        let is_fresh = order.request.is_fresh();
        let quote = driver::quote(&browser, order).await?;
        if is_fresh {
            drawn(|drawn| drawn.note(quote.id()));
        }
        Ok(Js::of(&quote).0)
    })
}

/// Buys, and waits for the result. Resolves with the status of the task.
#[wasm_bindgen(unchecked_return_type = "Promise<CoreStatus>")]
pub fn generate(
    #[wasm_bindgen(unchecked_param_type = "CoreRequest | Quoted")] wanted: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Page")] page: JsValue,
) -> Promise {
    let (given, wanted) = (Given::new(options, page), Wanted::read(wanted));
    promise(async move {
        let task = buy(&given, &wanted?).await?;
        let id = task.text_at("id").unwrap_or_default();
        wait_for(&given, id, &task).await
    })
}

/// Buys, or joins a call that buys the same. Resolves with the accepted task: the same object for all calls that
/// joined.
#[wasm_bindgen(unchecked_return_type = "Promise<AcceptedTask>")]
pub fn submit(
    #[wasm_bindgen(unchecked_param_type = "CoreRequest | Quoted")] wanted: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Page")] page: JsValue,
) -> Promise {
    let (given, wanted) = (Given::new(options, page), Wanted::read(wanted));
    promise(async move { buy(&given, &wanted?).await.map(|task| task.0) })
}

/// Waits for a task that [`submit`] or [`resume`] returned; `id` is that of its purchase. Resolves with its status once
/// completed.
#[wasm_bindgen(unchecked_return_type = "Promise<CoreStatus>")]
pub fn wait(
    #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
    #[wasm_bindgen(unchecked_param_type = "AcceptedTask")] task: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
) -> Promise {
    let given = Given::new(options, JsValue::UNDEFINED);
    promise(async move { wait_for(&given, id_of(&id)?, &Js(task)).await })
}

/// Polls once a task that [`submit`] or [`resume`] returned; `id` is that of its purchase. Resolves with its status.
#[wasm_bindgen(unchecked_return_type = "Promise<CoreStatus>")]
pub fn refresh(
    #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
    #[wasm_bindgen(unchecked_param_type = "AcceptedTask")] task: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
) -> Promise {
    let given = Given::new(options, JsValue::UNDEFINED);
    promise(async move {
        let id = id_of(&id)?;
        let browser = Browser::watching(&given, id.clone());
        let looking = poll::refresh(id, AcceptedTask::read(&Js(task))?, given.config()?, browser.now());
        driver::watch(&browser, looking.into()).await.map(|status| Js::of(&status).0)
    })
}

/// Polls once the task of that id, or the task of the purchase of that id. Resolves with its status.
#[wasm_bindgen(unchecked_return_type = "Promise<CoreStatus>")]
pub fn status(
    #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
) -> Promise {
    let given = Given::new(options, JsValue::UNDEFINED);
    promise(async move {
        let locating = poll::locate(id_of(&id)?, given.config()?);
        driver::watch(&Browser::new(&given), locating.into()).await.map(|status| Js::of(&status).0)
    })
}

/// Whether nothing was ever bought under that id: this page generated it and has sent no payment for it.
#[wasm_bindgen]
pub fn fresh(id: &str) -> bool {
    drawn(|drawn| drawn.has(id))
}

/// The keccak-256 of bytes as hex, for pages without `crypto.subtle`.
#[wasm_bindgen(unchecked_return_type = "string")]
pub fn keccak(bytes: &[u8]) -> JsValue {
    word(keccak256(bytes)).into()
}

/// Returns the media type that a file's first bytes show.
#[wasm_bindgen(unchecked_return_type = "string | undefined")]
pub fn sniff(head: &[u8]) -> JsValue {
    media::sniff(head).into()
}

/// Resumes a purchase from the journal: the one with this id or task id, or else the one that most needs it. Resolves
/// with `{ id, baseUrl?, task }`, or `undefined` if there is none. Never signs.
#[wasm_bindgen(unchecked_return_type = "Promise<Resumed | undefined>")]
pub fn resume(
    #[wasm_bindgen(unchecked_optional_param_type = "string")] id: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Page")] page: JsValue,
) -> Promise {
    let given = Given::new(options, page);
    promise(async move {
        given.config()?;
        let id = if id.is_null_or_undefined() { None } else { Some(id_of(&id)?) };
        let resumed = driver::take_up(&Browser::new(&given), id.as_deref()).await?;
        Ok(resumed.map_or(JsValue::UNDEFINED, |resumed| Js::of(&resumed).0))
    })
}

/// Lists the purchases in the journal.
#[wasm_bindgen(unchecked_return_type = "Promise<TaskRecord[]>")]
pub fn tasks(
    #[wasm_bindgen(unchecked_param_type = "Partial<TaskFilter>")] filter: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
) -> Promise {
    let given = Given::new(options, JsValue::UNDEFINED);
    promise(async move {
        let filter = Filter::read(&Js(filter))?;
        driver::tasks::<Js, _>(&Browser::new(&given), filter).await.map(|tasks| tasks.0)
    })
}

/// Removes a purchase from the journal.
#[wasm_bindgen(unchecked_return_type = "Promise<void>")]
pub fn forget(
    #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
) -> Promise {
    let given = Given::new(options, JsValue::UNDEFINED);
    promise(
        async move { driver::forget::<Js, _>(&Browser::new(&given), &id_of(&id)?).await.map(|()| JsValue::UNDEFINED) },
    )
}

/// Returns how much of the configured budget is spent. Resolves with `null` if there is no budget.
#[wasm_bindgen(unchecked_return_type = "Promise<BudgetState | null>")]
pub fn budget(#[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue) -> Promise {
    let given = Given::new(options, JsValue::UNDEFINED);
    promise(async move {
        let state = driver::budget::<Js, _>(&Browser::new(&given), &given.config()?).await?;
        Ok(state.map_or(JsValue::NULL, |state| Js::of(&state).0))
    })
}

/// Reads a balance of the first configured token: that of the account `payer`, or else of the account that the wallet
/// has connected.
#[wasm_bindgen(unchecked_return_type = "Promise<Money>")]
pub fn balance(
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Page")] page: JsValue,
) -> Promise {
    let given = Given::new(options, page);
    promise(async move {
        let config = given.config()?;
        let asset = config.policy.tokens.first().map(|token| token.asset);
        let asset = asset.ok_or_else(|| Error::invalid("`networks` is empty"))?;
        let invalid = || Error::invalid("`address` takes 0x and 40 hex digits, with the right checksum or none");
        let of_wallet = || given.of_page("payer").filter(|_| config.payer.is_none());
        let owner = match given.of_page("address").or_else(of_wallet) {
            None => config.payer,
            Some(payer) => Some(payer.as_text().as_deref().and_then(parse_own_address).ok_or_else(invalid)?),
        };
        learn_clock(&given, &config);
        driver::balance(&Browser::new(&given), asset, owner).await.map(|money| Js::of(&money).0)
    })
}

/// Searches in the background for the transaction of a task that was accepted without one. Resolves with the receipt
/// that names it, or `undefined` if it cannot be found.
#[wasm_bindgen(unchecked_return_type = "Promise<Receipt | undefined>")]
pub fn settle(
    #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
    #[wasm_bindgen(unchecked_param_type = "AcceptedTask")] task: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "CoreOptions")] options: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Page")] page: JsValue,
) -> Promise {
    let given = Given::new(options, page);
    promise(async move {
        let task = Js(task);
        let settlement = task.get("settlement").as_ref().and_then(Settlement::read);
        let Some((settlement, task_id)) = settlement.zip(task.text_at("taskId")) else {
            return Ok(JsValue::UNDEFINED);
        };
        let receipt = driver::settle(&Browser::new(&given), settlement::begin(settlement, id_of(&id)?, task_id)).await;
        Ok(receipt.map_or(JsValue::UNDEFINED, |receipt| Js::of(&receipt).0))
    })
}

/// Buys, or joins a call that buys the same. Returns the accepted task with the id of its purchase.
async fn buy(given: &Given, Wanted { request, quote }: &Wanted) -> Result<Js, Failure<Js>> {
    let browser = Browser::new(given);
    let own_id = request.text_at("id").filter(|id| !drawn(|drawn| drawn.has(id)));
    let order = order(&browser, given, request).map_err(|error| identity::unlooked(error, own_id.is_some()))?;
    let party = party(given, &order, quote.as_ref());
    let begin = async |purchase, id: Option<String>| {
        browser.lead(purchase);
        let mut order = order.clone();
        if let Some(id) = id {
            order.request = order.request.under(id);
        }
        let mut task = Js::of(&purchase_of(&browser, order, quote.as_ref()).await?);
        task.set("id", Js::of(&browser.held_id()));
        Ok(task)
    };
    UNDER_WAY.with(Rc::clone).buy(&browser, party, browser.listener(), begin).await
}

async fn purchase_of(
    browser: &Browser,
    mut order: Order,
    quote: Option<&Js>,
) -> Result<AcceptedTask<HeldReceipt<Js>>, Failure<Js>> {
    let id = String::from(order.request.id());
    let was_drawn = drawn(|drawn| drawn.take(&id));
    if was_drawn {
        order.request = order.request.fresh();
    }
    let begun = match quote {
        Some(quote) => order.begin_with(quote, browser.now()),
        None => order.begin(),
    };
    let outcome = driver::purchase(browser, begun).await;
    if was_drawn {
        drawn(|drawn| drawn.give_back(&id, outcome.as_ref().err().map(|failure| failure.error.paid)));
    }
    outcome
}

/// What tells this call from others.
fn party(given: &Given, order: &Order, quote: Option<&Js>) -> Party {
    let id = order.request.id();
    let is_quoted = quote.is_some_and(|quote| drew(quote, id));
    let is_drawn = order.request.is_drawn() || is_quoted || drawn(|drawn| drawn.has(id));
    let identity = identity::of_call(order.request.fingerprint(), &order.config);
    Party::new(identity, (!is_drawn).then(|| id.into()), given.of_page("walletTag").as_ref(), order.payer)
}

async fn wait_for(given: &Given, id: String, task: &Js) -> Result<JsValue, Failure<Js>> {
    let browser = Browser::watching(given, id.clone());
    let (config, kept, task) = (given.config(), task.get("result"), AcceptedTask::read(task)?);
    let config = config.map_err(|error| task.own(error))?;
    let waiting = poll::watch(id, task, kept, config, seed(&browser), browser.now());
    driver::watch(&browser, waiting).await.map(|status| Js::of(&status).0)
}

/// The clocks that this call's wallet has shown; empty while the wallet is not known.
fn clocks(given: &Given) -> Clocks {
    let number = given.of_page("walletNumber").and_then(|number| read_number(&number.as_number()?));
    let Some(number) = number else { return Clocks::default() };
    CLOCKS.with_borrow_mut(|known| {
        if let Some((_, clocks)) = known.iter().find(|(other, _)| *other == number) {
            return clocks.clone();
        }
        let clocks = Clocks::default();
        known.push((number, clocks.clone()));
        clocks
    })
}

/// Reads the chain's time once, as soon as there is a wallet, so that a click need not wait for it.
fn learn_clock(given: &Given, config: &Config) {
    let clocks = clocks(given);
    if !config.policy.tokens.iter().all(|token| clocks.knows(token.asset.chain.id)) {
        let browser = Browser::new(given);
        spawn_local(async move { driver::learn_clock(&browser, &clocks).await });
    }
}

/// Boxed first, so that the conversion into a promise is compiled only once.
fn promise(work: impl Future<Output = Result<JsValue, Failure<Js>>> + 'static) -> Promise {
    let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(work);
    future_to_promise(async move { work.await.map_err(|failure| thrown(&failure)) })
}

/// Reads all arguments before anything is sent.
fn order(browser: &Browser, given: &Given, wanted: &Js) -> Result<Order, Error> {
    let config = given.config()?;
    let mut request = Request::read(wanted, fresh_id(browser)?)?;
    request.speak(Dialect { form: config.form, shape: config.shape, ..request.dialect() });
    request.check_dialect()?;
    let payer = match (config.payer, given.of_page("payer")) {
        (None, Some(of_wallet)) => Some(of_wallet.as_text().as_deref().and_then(parse_address).ok_or_else(no_account)?),
        (named, _) => named,
    };
    let clocks = clocks(given);
    let owner = Owner { token: fresh_id(browser)?, is_alone: false };
    Ok(Order { request, config, confirm: browser.confirms(), payer, clocks, owner })
}

fn no_account() -> Error {
    Error::invalid("the account of the client or signer in `wallet` is no address: name it as `payer`")
}

fn id_of(id: &JsValue) -> Result<String, Error> {
    id.as_string().ok_or_else(|| Error::invalid("an id is text"))
}

/// Any number will do; it need not be secret. The time is one.
fn seed(browser: &Browser) -> u64 {
    let random = browser.draw().and_then(|bytes| bytes.first_chunk().copied());
    random.map_or_else(|| browser.now(), u64::from_le_bytes)
}

fn fresh_id(browser: &Browser) -> Result<String, Error> {
    browser.draw().map(uuid::random).ok_or_else(|| Error::no_randomness(Stage::Request))
}
