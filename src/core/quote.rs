//! The price of a request, as it crosses to JavaScript and back.

use serde::Serialize;

use super::{
    assets::Asset,
    config::Config,
    error::{Error, Paid},
    json::Json,
    money::Money,
    request::Request,
    terms::{Entry, Offer},
    text::{address, decimal},
};

/// What a purchase would cost, and who would be paid.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are those of `Quote` in the public types
pub struct Quote<J> {
    /// The idempotency id of the request that was quoted.
    pub id: String,
    pub price: Money,
    pub network: &'static str,
    pub asset: String,
    pub pay_to: String,
    #[serde(rename = "x402Version")]
    pub x402_version: u8,
    pub max_timeout_seconds: u64,
    pub quoted_at: u64,
    /// Where it was asked, and where alone it is good.
    pub base_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<TaskRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<J>,
    /// The seller's own offer, untouched: what [`reopen`] reads again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<J>,
}

/// A task that the server took without asking for payment.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are those of `TaskRecord` in the public types
pub struct TaskRecord {
    pub id: String,
    pub task_id: String,
    pub base_url: String,
    pub prompt: String,
    pub created_at: u64,
    pub step: &'static str,
    pub paid: Paid,
}

impl<J: Json> Quote<J> {
    /// The quote of an offer.
    #[must_use]
    pub fn of(request: &Request, config: &Config, offer: &Offer, raw: J, now_ms: u64) -> Self {
        Self {
            id: request.id().into(),
            price: Money::of(offer.asset, offer.amount),
            network: offer.asset.chain.caip2,
            asset: address(offer.asset.address),
            pay_to: address(offer.pay_to),
            x402_version: 1,
            max_timeout_seconds: offer.max_timeout_seconds,
            quoted_at: now_ms,
            base_url: config.base_url.as_str().into(),
            accepted: None,
            output_schema: raw.get("outputSchema"),
            offer: Some(raw),
        }
    }

    /// The quote of a request that the server took without asking for payment: it costs nothing.
    #[must_use]
    pub fn free(request: &Request, config: &Config, task_id: String, now_ms: u64) -> Self {
        let asset: Option<&&Asset> = config.policy.networks.first();
        let asset = asset.copied().unwrap_or(&super::assets::ASSETS[0]);
        Self {
            id: request.id().into(),
            price: Money::of(asset, alloy_primitives::U256::ZERO),
            network: asset.chain.caip2,
            asset: address(asset.address),
            pay_to: address(alloy_primitives::Address::ZERO),
            x402_version: 1,
            max_timeout_seconds: 0,
            quoted_at: now_ms,
            base_url: config.base_url.as_str().into(),
            accepted: Some(TaskRecord {
                id: request.id().into(),
                task_id,
                base_url: config.base_url.as_str().into(),
                prompt: request.prompt().into(),
                created_at: now_ms,
                step: "accepted",
                paid: Paid::No,
            }),
            output_schema: None,
            offer: None,
        }
    }
}

/// Takes a quote back from JavaScript: reads the seller's own offer again, holds it against the policy of this call and
/// against what the quote shows, so that what was shown is what is signed, and the seller that named the price is paid.
///
/// # Errors
/// `invalid_request` when it is no quote of ours or was changed, otherwise what the policy says.
pub fn reopen<J: Json>(quote: &J, config: &Config) -> Result<(Offer, J), Error> {
    let raw = quote.get("offer").ok_or_else(|| Error::invalid("this is no quote of `quote()`: ask for a new one"))?;
    let (offer, raw) = config.policy.choose(&[Entry::read(raw)])?;
    if quote.text_at("baseUrl").as_deref() != Some(config.base_url.as_str()) {
        return Err(Error::invalid("this quote is from another service: ask for a new one at this `baseUrl`"));
    }
    let shown = |key: &str| quote.text_at(key).unwrap_or_default();
    let same = quote.get("price").and_then(|p| p.text_at("atomic")) == Some(decimal(offer.amount))
        && shown("network") == offer.asset.chain.caip2
        && shown("asset") == address(offer.asset.address)
        && shown("payTo") == address(offer.pay_to);
    if same {
        Ok((offer, raw))
    } else {
        Err(Error::invalid("this quote was changed since `quote()` gave it: ask for a new one"))
    }
}
