//! The wallets of the page. The facade has their objects at hand; here they are places of a list.

use wasm_bindgen::JsValue;

use super::{Browser, Js, fetch::settle};
use crate::{
    core::{json::Json, wallet::Question},
    ports::Wallets,
};

impl Wallets<Js> for Browser {
    fn invite(&self) {
        if let Some(invite) = self.call.invite() {
            // The facade's function never throws.
            let _ = invite.call0(&JsValue::UNDEFINED);
        }
    }

    async fn find(&self) -> usize {
        let Some(find) = self.call.find() else {
            return 0;
        };
        let found = settle(find.call0(&JsValue::UNDEFINED)).await;
        found.ok().and_then(|list| Js(list).items()).map_or(0, |list| list.len())
    }

    async fn ask(&self, wallet: usize, question: &Question) -> Result<Js, Js> {
        let ask = self.call.ask().ok_or(Js(JsValue::UNDEFINED))?;
        let params = question.params.as_deref().map(JsValue::from);
        let asked = ask.call3(&JsValue::UNDEFINED, &wallet.into(), &question.method.into(), &params.into());
        settle(asked).await.map(Js).map_err(Js)
    }
}
