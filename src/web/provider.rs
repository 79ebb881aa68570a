//! An EIP-1193 provider: how it is asked, and what its events say meanwhile.

use std::{cell::RefCell, future::pending, rc::Rc};

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

use super::{
    Js,
    bell::{Bell, quietly},
    clock::{First, Timer, first},
    js::error,
};
use crate::core::{
    json::Json,
    wallet::{Overheard, Question, read_session},
};

/// How often a session is looked at while a question is open.
const SESSION_LOOK_MS: u64 = 250;

/// "Disconnected" ([EIP-1193](https://eips.ethereum.org/EIPS/eip-1193#provider-errors)).
const DISCONNECTED: u64 = 4900;

#[wasm_bindgen]
extern "C" {
    /// An EIP-1193 provider, or a client of viem.
    #[derive(Clone, Debug)]
    pub(super) type Provider;
    #[wasm_bindgen(method, catch)]
    fn request(this: &Provider, question: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = request)]
    fn request_with(this: &Provider, question: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn on(this: &Provider, event: &str, hear: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = removeListener)]
    fn remove_listener(this: &Provider, event: &str, hear: &JsValue) -> Result<JsValue, JsValue>;
}

impl Provider {
    /// The provider in what is passed as `wallet`: itself, or the `provider` of an EIP-6963 detail. The facade finds it
    /// in connectors, clients and signers.
    pub(super) fn of(wallet: &Js) -> Option<Self> {
        let asks = |value: &JsValue| has(value, "request");
        let found = Some(wallet.0.clone()).filter(asks).or_else(|| member(&wallet.0, "provider").filter(asks))?;
        Some(found.unchecked_into())
    }

    /// The answer, or what the wallet's events say instead of one; `undefined` once `over` has rung.
    pub(super) async fn answer(self, question: Question, over: Rc<Bell>) -> Result<JsValue, JsValue> {
        let answer = over.unless(self.ask(&question));
        let news = News::of(self, question);
        let answer = match first(answer, news.heard()).await {
            First::One(answer) => answer,
            First::Other(heard) => heard,
        };
        answer
            .map_err(|thrown| if thrown.is_null_or_undefined() { error("the wallet gave no reason").0 } else { thrown })
    }

    /// A provider takes one argument; to WalletConnect's and Reown's, a second one means something else. Only clients
    /// of viem get one, which tells them not to repeat a failed request and its prompt.
    fn ask(&self, question: &Question) -> Result<JsValue, JsValue> {
        let mut asked = Js::object();
        asked.set("method", Js::of(question.method));
        if let Some(params) = question.params.as_deref().and_then(Js::parse) {
            asked.set("params", params);
        }
        if !self.is_viems() {
            return self.request(&asked.0);
        }
        let mut once = Js::object();
        once.set("retryCount", Js::whole(0));
        self.request_with(&asked.0, &once.0)
    }

    /// Whether it is a client of viem, which has `extend` and a `transport`, or a transport, whose `config` has a
    /// `retryCount`.
    fn is_viems(&self) -> bool {
        let is_client = has(self, "extend") && member(self, "transport").is_some_and(|transport| transport.is_object());
        let config = Js(self.into()).get("config");
        is_client || config.and_then(|config| config.get("retryCount")?.as_number()).is_some()
    }
}

/// A member of any value; `None` if reading it throws.
fn member(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok()
}

/// Whether it has a method. One that is missing is not called: the error would be costly, with every question.
fn has(provider: &JsValue, method: &str) -> bool {
    member(provider, method).is_some_and(|method| method.is_function())
}

fn disconnected() -> JsValue {
    let mut gone = error("the wallet disconnected");
    gone.set("code", Js::whole(DISCONNECTED));
    gone.0
}

/// What the wallet's events say while a question is open.
struct News {
    provider: Provider,
    /// By event. JavaScript owns them, since a wallet may call one after it was removed, or never remove it.
    listeners: Vec<(&'static str, JsValue)>,
    /// The topic of the session in which the question was asked, where the provider has sessions.
    session: Option<String>,
    heard: Rc<(Bell, RefCell<Option<Overheard<Js>>>)>,
}

impl News {
    fn of(provider: Provider, question: Question) -> Self {
        let heard = Rc::new((Bell::new(), RefCell::new(None)));
        let events: &[_] = if has(&provider, "on") { &["disconnect", "accountsChanged"] } else { &[] };
        let listen = |event: &&'static str| {
            let event = *event;
            let (heard, question) = (heard.clone(), question.clone());
            let hear = move |told: JsValue| {
                if let Some(said) = question.overheard(event, &Js(told)) {
                    heard.1.borrow_mut().get_or_insert(said);
                    heard.0.ring();
                }
            };
            let hear = Closure::<dyn FnMut(JsValue)>::new(hear).into_js_value();
            quietly(provider.on(event, &hear));
            (event, hear)
        };
        let listeners = events.iter().map(listen).collect();
        let session = read_session(&Js((&provider).into()));
        Self { provider, listeners, session, heard }
    }

    async fn heard(&self) -> Result<JsValue, JsValue> {
        let (bell, said) = &*self.heard;
        let _ = first(bell.rung(), self.parted()).await;
        match said.borrow_mut().take() {
            Some(Overheard::Connected(accounts)) => Ok(accounts.0),
            Some(Overheard::Gone(Some(why))) => Err(why.0),
            _ => Err(disconnected()),
        }
    }

    /// Resolves once the session is over. If the page itself ends it, WalletConnect's providers emit no event and never
    /// answer the open question.
    async fn parted(&self) {
        let Some(topic) = &self.session else { return pending().await };
        let provider = Js((&self.provider).into());
        // A single miss may come while the provider replaces the session.
        let mut misses = 0u8;
        while misses < 2 {
            misses = if read_session(&provider).as_ref() == Some(topic) { 0 } else { misses.saturating_add(1) };
            // A page may have replaced `setTimeout` by a function that throws.
            if Timer::start(SESSION_LOOK_MS).over().await.is_err() {
                return pending().await;
            }
        }
    }
}

impl Drop for News {
    fn drop(&mut self) {
        if self.listeners.is_empty() || !has(&self.provider, "removeListener") {
            return;
        }
        for (event, hear) in &self.listeners {
            quietly(self.provider.remove_listener(event, hear));
        }
    }
}
