//! What a record is about.

use super::{
    super::{config::Config, json::Json, money::Money, plain::object, request::Request, terms::Offer},
    record::VERSION,
};

/// What is bought, from whom, for how much.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // the fields are those of `TaskRecord` in the public types
pub struct OrderRecord {
    version: u8,
    base_url: String,
    prompt: String,
    created_at: u64,
    /// The id as it was sent.
    seed: String,
    /// The hash of the request: the same id cannot stand for two.
    fingerprint: String,
    price: Option<Money>,
    network: Option<&'static str>,
    /// A token that is not in the table, as JSON text.
    asset: Option<String>,
}

impl OrderRecord {
    /// A request and the offer that it is bought for; none for one that was taken without payment.
    #[must_use]
    pub fn of(request: &Request, config: &Config, offer: Option<&Offer>, now_ms: u64) -> Self {
        Self {
            version: VERSION,
            base_url: config.base_url.as_str().into(),
            prompt: request.prompt().into(),
            created_at: now_ms,
            seed: request.seed().into(),
            fingerprint: request.fingerprint().as_str().into(),
            price: offer.map(|offer| Money::of(offer.asset, offer.amount)),
            network: offer.map(|offer| offer.asset.chain.caip2),
            asset: offer.filter(|offer| !offer.asset.is_pinned()).map(|offer| offer.asset.to_json()),
        }
    }

    /// When it was begun, in milliseconds since the epoch.
    #[must_use]
    pub const fn created_at(&self) -> u64 {
        self.created_at
    }

    /// As it is stored.
    #[must_use]
    pub fn plain<J: Json>(&self) -> J {
        object(|members| {
            members
                .number("version", self.version.into())
                .text("baseUrl", &self.base_url)
                .text("prompt", &self.prompt)
                .number("createdAt", self.created_at)
                .text("seed", &self.seed)
                .text("fingerprint", &self.fingerprint)
                .optional("price", self.price.as_ref().map(Money::plain))
                .optional_text("network", self.network)
                .optional_text("asset", self.asset.as_deref());
        })
    }
}
