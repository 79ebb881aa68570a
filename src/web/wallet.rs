//! The conversation of one call with its wallets. The core decides what is asked, and what the answers mean.

use std::{cell::RefCell, rc::Rc};

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{
    Browser, Given, Js,
    bell::{Bell, Work, settle},
    clock::within,
    connecting::Seat,
    js::error,
    provider::Provider,
};
use crate::{
    core::{
        json::Json,
        wallet::{Question, Reply},
    },
    ports::Wallets,
};

/// The wallets of a call, and the questions that are open.
#[derive(Debug)]
pub(super) struct Conversation {
    chosen: Option<Provider>,
    /// The page's functions that find the usable wallets if none was chosen, and all wallets.
    find: Option<Function>,
    find_others: Option<Function>,
    found: RefCell<Vec<Provider>>,
    seat: RefCell<Option<Seat>>,
    over: Rc<Bell>,
}

impl Conversation {
    pub(super) fn of(given: &Given) -> Self {
        Self {
            chosen: given.option("wallet").as_ref().and_then(Provider::of),
            find: given.by_page("findWallets"),
            find_others: given.by_page("findOthers"),
            found: RefCell::new(Vec::new()),
            seat: RefCell::new(None),
            over: Rc::new(Bell::new()),
        }
    }

    /// A promise of the accounts that the wallet has connected to this page.
    async fn connected(&self, provider: &Provider) -> Result<JsValue, JsValue> {
        let accounts = self.seat.borrow_mut().get_or_insert_with(|| Seat::at(provider)).accounts();
        JsFuture::from(accounts).await
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.over.ring();
    }
}

/// The providers that a function of the page's finds.
async fn found_by(find: Option<&Function>) -> Vec<Provider> {
    let Some(find) = find else { return Vec::new() };
    let list = settle(find.call0(&JsValue::UNDEFINED)).await.unwrap_or_default();
    Js(list).items().unwrap_or_default().into_iter().map(|provider| provider.0.unchecked_into()).collect()
}

impl Wallets<Js> for Browser {
    fn invite(&self) {
        let Conversation { chosen, seat, .. } = &self.conversation;
        if let Some(provider) = chosen {
            seat.borrow_mut().get_or_insert_with(|| Seat::at(provider));
        }
    }

    async fn find(&self) -> usize {
        let Conversation { chosen, find, found, .. } = &self.conversation;
        let providers = match chosen {
            Some(provider) => vec![provider.clone()],
            None => found_by(find.as_ref()).await,
        };
        found.replace(providers);
        found.borrow().len()
    }

    async fn find_others(&self) -> usize {
        let Conversation { find_others, found, .. } = &self.conversation;
        let others = found_by(find_others.as_ref()).await;
        let mut all = found.borrow_mut();
        for other in others {
            if !all.iter().any(|known| JsValue::from(known) == JsValue::from(&other)) {
                all.push(other);
            }
        }
        all.len()
    }

    async fn ask(&self, wallet: usize, question: &Question) -> Reply<Js> {
        let asking: Work<'_, _> = Box::pin(self.question(wallet, question));
        asking.await
    }
}

impl Browser {
    async fn question(&self, wallet: usize, question: &Question) -> Reply<Js> {
        let provider = self.conversation.found.borrow().get(wallet).cloned();
        let provider = provider.ok_or_else(|| Some(error("the wallet is gone")))?;
        let reply = if question.is_connect() {
            within(question.patience, self.conversation.connected(&provider)).await
        } else {
            within(question.patience, provider.answer(question.clone(), self.conversation.over.clone())).await
        };
        reply.map_or(Err(None), |answer| answer.map(Js).map_err(|thrown| Some(Js(thrown))))
    }
}
