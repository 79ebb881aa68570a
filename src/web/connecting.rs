//! Prompts to connect. Calls at the same time share one, since wallets refuse a second.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    bell::{Bell, begin},
    provider::Provider,
};
use crate::core::wallet::Question;

thread_local! {
    /// The open prompts.
    static OPEN: RefCell<Vec<Rc<Connecting>>> = const { RefCell::new(Vec::new()) };
}

/// A prompt to connect, and how many calls wait for it.
#[derive(Debug)]
struct Connecting {
    provider: Provider,
    accounts: Promise,
    callers: Cell<u32>,
    over: Rc<Bell>,
}

impl Connecting {
    fn begin(provider: &Provider) -> Rc<Self> {
        let over = Rc::new(Bell::new());
        let accounts = begin(provider.clone().answer(Question::connect(), over.clone()));
        let open = Rc::new(Self { provider: provider.clone(), accounts, callers: Cell::new(0), over });
        OPEN.with_borrow_mut(|all| all.push(open.clone()));
        let answered = open.clone();
        let _ = begin(async move {
            let _ = JsFuture::from(answered.accounts.clone()).await;
            answered.close();
            Ok(JsValue::UNDEFINED)
        });
        open
    }

    fn close(&self) {
        let closed: Vec<_> =
            OPEN.with_borrow_mut(|all| all.extract_if(.., |open| std::ptr::eq(&**open, self)).collect());
        drop(closed);
        self.over.ring();
    }
}

/// A call's share of a prompt to connect. When the last one is dropped, the prompt is forgotten here; from then on,
/// only the wallet itself knows that it is still open.
#[derive(Debug)]
pub(super) struct Seat(Rc<Connecting>);

impl Seat {
    /// Joins the open prompt of that wallet, or opens one.
    pub(super) fn at(provider: &Provider) -> Self {
        let is_its = |open: &&Rc<Connecting>| JsValue::from(&open.provider) == JsValue::from(provider);
        let open = OPEN.with_borrow(|all| all.iter().find(is_its).cloned());
        let open = open.unwrap_or_else(|| Connecting::begin(provider));
        open.callers.update(|callers| callers.saturating_add(1));
        Self(open)
    }

    /// A promise of the accounts.
    pub(super) fn accounts(&self) -> Promise {
        self.0.accounts.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.callers.update(|callers| callers.saturating_sub(1));
        if self.0.callers.get() == 0 {
            self.0.close();
        }
    }
}
