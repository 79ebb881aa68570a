//! The conversation with an EIP-1193 provider.

use js_sys::{JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

use super::{Browser, Js, fetch::settle};
use crate::{
    core::{
        json::Json,
        wallet::{Found, Question},
    },
    ports::Wallets,
};

#[wasm_bindgen]
extern "C" {
    /// Called as a plain function that may throw: an `async` import would hang on a wallet that throws at once.
    #[derive(Clone, Debug)]
    pub(crate) type Provider;
    #[wasm_bindgen(method, catch)]
    fn request(this: &Provider, arguments: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;
}

impl Provider {
    /// The provider in what a page passes as `wallet`: the provider itself (or a viem client), or the `provider` of an
    /// EIP-6963 detail.
    pub(crate) fn of(wallet: &JsValue) -> Option<Self> {
        let inner = || Reflect::get(wallet, &"provider".into()).unwrap_or_default();
        let wallet = if can_request(wallet) { wallet.clone() } else { Some(inner()).filter(can_request)? };
        Some(wallet.unchecked_into())
    }
}

fn can_request(value: &JsValue) -> bool {
    Reflect::get(value, &"request".into()).is_ok_and(|request| request.is_function())
}

impl Browser {
    /// The facade's list of wallets; it finds them without WebAssembly, so that a page can show them at once.
    async fn announced(&self, wanted: Option<&str>) -> Vec<Js> {
        let Some(find) = self.call.find() else {
            return Vec::new();
        };
        let found = settle(find.call1(&JsValue::UNDEFINED, &wanted.into())).await;
        found.ok().and_then(|list| Js(list).items()).unwrap_or_default()
    }
}

fn read(wallet: &Js) -> Option<(Found, Provider)> {
    let provider = Provider::of(&wallet.0)?;
    Some((Found { name: wallet.text_at("name")?, rdns: wallet.text_at("rdns") }, provider))
}

impl Wallets<Js> for Browser {
    async fn find(&self, wanted: Option<&str>) -> Vec<Found> {
        let (found, providers) = match &self.chosen {
            Some(provider) => (vec![Found { name: "the chosen wallet".into(), rdns: None }], vec![provider.clone()]),
            None => self.announced(wanted).await.iter().filter_map(read).unzip(),
        };
        self.providers.replace(providers);
        found
    }

    async fn ask(&self, wallet: usize, question: &Question) -> Result<Js, Js> {
        let provider = self.providers.borrow().get(wallet).cloned();
        let asked = match (provider, self.call.connect()) {
            (Some(provider), Some(connect)) if *question == Question::connect() => {
                connect.call1(&JsValue::UNDEFINED, &provider)
            }
            (Some(provider), _) => arguments(question).and_then(|arguments| provider.request(&arguments, &once()?)),
            (None, _) => Err(JsValue::from("the wallet is gone")),
        };
        settle(asked).await.map(Js).map_err(Js)
    }
}

/// viem's clients repeat a failed request by themselves, prompt and all, unless told not to; other providers read one
/// argument.
fn once() -> Result<JsValue, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"retryCount".into(), &0.into())?;
    Ok(options.into())
}

fn arguments(question: &Question) -> Result<JsValue, JsValue> {
    let arguments = Object::new();
    Reflect::set(&arguments, &"method".into(), &question.method.into())?;
    if let Some(params) = &question.params {
        Reflect::set(&arguments, &"params".into(), &JSON::parse(params)?)?;
    }
    Ok(arguments.into())
}
