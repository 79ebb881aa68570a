//! What was bought, as it is stored in a record.

use serde::Serialize;

use super::{
    super::{config::Config, money::Money, request::Request, terms::Offer},
    record::VERSION,
};

/// What is bought, from whom, for how much.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderRecord {
    version: u8,
    base_url: String,
    prompt: String,
    created_at: u64,
    /// The id as it was sent.
    seed: String,
    /// The hash of the request: one id cannot stand for two requests.
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<&'static str>,
    /// A token that is not in the table, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
}

impl OrderRecord {
    /// A request and the offer that is paid; no offer if it was accepted without payment.
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
}
