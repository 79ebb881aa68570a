//! The wallets of the page. The facade has their objects at hand; here they are places of a list.

use wasm_bindgen::JsValue;

use super::{Browser, Js, clock::within, fetch::settle};
use crate::{
    core::{
        json::Json,
        text::read_number,
        wallet::{Question, Reply},
    },
    ports::Wallets,
};

impl Wallets<Js> for Browser {
    fn invite(&self) {
        // The facade's function never throws.
        let _ = self.call.invite();
    }

    async fn find(&self) -> usize {
        counted(settle(self.call.find()).await)
    }

    async fn find_others(&self) -> usize {
        counted(settle(self.call.find_others()).await)
    }

    async fn ask(&self, wallet: usize, question: &Question) -> Reply<Js> {
        let asked = self.call.ask(wallet, question.method, question.params.as_deref());
        let reply = within(question.patience, settle(asked)).await;
        reply.map_or(Err(None), |answer| answer.map(Js).map_err(|thrown| Some(Js(thrown))))
    }
}

fn counted(found: Result<JsValue, JsValue>) -> usize {
    found.ok().and_then(|count| read_number(&Js(count).as_number()?)?.try_into().ok()).unwrap_or_default()
}
