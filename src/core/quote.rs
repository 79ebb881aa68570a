//! The price of a request, in the form that crosses to JavaScript and back.

use std::ops::Not;

use alloy_primitives::U256;
use serde::Serialize;

use super::{
    assets::ASSETS,
    config::Config,
    dialect::{Dialect, Shape},
    error::{Details, Error, Paid},
    json::Json,
    money::Money,
    request::Request,
    schema::Schema,
    task_record::TaskRecord,
    terms::{self, Offer},
    text::{address, decimal, text},
};

/// The outcome of a price request.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Quote<J> {
    /// The service wants a payment.
    Priced(PricedQuote<J>),
    /// The service accepted the request without payment.
    Free(FreeQuote<J>),
}

/// What a purchase would cost, and who would be paid.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs)] // the fields are those of `PricedQuote` in the public types
pub struct PricedQuote<J> {
    /// The id of the request that was quoted.
    pub id: String,
    pub price: Money,
    pub network: &'static str,
    pub asset: String,
    pub pay_to: String,
    pub x402_version: u8,
    pub max_timeout_seconds: u64,
    pub quoted_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema<J>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Details>,
    /// What [`reopen`] reads back.
    pub seal: Seal,
}

/// A task that the service accepted without payment. There is nothing to pay, and no recipient.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs)] // the fields are those of `FreeQuote` in the public types
pub struct FreeQuote<J> {
    /// The id of the request that was accepted.
    pub id: String,
    /// Zero, in the preferred token.
    pub price: Money,
    pub quoted_at: u64,
    pub accepted: TaskRecord<J>,
}

/// What a quote is valid for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seal {
    /// The service that was asked.
    base_url: String,
    /// The hash of the request that was quoted.
    body: String,
    /// The hash of its body, as it was sent.
    #[serde(skip_serializing_if = "String::is_empty")]
    sent: String,
    /// Set if the service does not know the field `seed`.
    #[serde(skip_serializing_if = "Not::not")]
    seedless: bool,
    /// Set if the service takes a form.
    #[serde(skip_serializing_if = "Not::not")]
    form: bool,
    /// Where the service has the parameters, unless it is the usual place.
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<Shape>,
    /// The id, if the library generated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn: Option<String>,
    /// The seller's own terms reduced to this offer, as JSON text.
    terms: String,
    /// What it says of the request, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
}

impl<J> Quote<J> {
    /// The id of the request.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Priced(quote) => &quote.id,
            Self::Free(quote) => &quote.id,
        }
    }
}

impl<J: Json> PricedQuote<J> {
    /// The quote of an offer.
    #[must_use]
    pub fn of(request: &Request, config: &Config, offer: &Offer, now_ms: u64) -> Self {
        let schema = offer.schema.as_deref().and_then(J::parse).map(Schema::reread);
        Self {
            id: request.id().into(),
            price: Money::of(offer.asset, offer.amount),
            network: offer.asset.chain.caip2,
            asset: address(offer.asset.address),
            pay_to: address(offer.pay_to),
            x402_version: offer.echo.version.digit(),
            max_timeout_seconds: offer.max_timeout_seconds,
            quoted_at: now_ms,
            output_schema: J::parse(&offer.echo.accepted).and_then(|raw| raw.get("outputSchema")),
            models: schema.as_ref().map(Schema::models).unwrap_or_default(),
            problems: problems(schema.as_ref(), request, config),
            schema,
            seal: Seal {
                base_url: config.base_url.as_str().into(),
                body: request.fingerprint().as_str().into(),
                sent: request.wording(),
                seedless: !request.dialect().seed,
                form: request.dialect().form,
                shape: Some(request.dialect().shape).filter(|shape| *shape != Shape::Object),
                drawn: request.is_drawn().then(|| request.id().into()),
                terms: offer.echo.terms(),
                schema: offer.schema.clone(),
            },
        }
    }
}

impl<J: Json> FreeQuote<J> {
    /// The quote of a request that was accepted without payment as this task.
    #[must_use]
    pub fn of(request: &Request, config: &Config, task_id: String, now_ms: u64) -> Self {
        let asset = config.policy.tokens.first().map_or(&ASSETS[0], |token| token.asset);
        Self {
            id: request.id().into(),
            price: Money::of(asset, U256::ZERO),
            quoted_at: now_ms,
            accepted: TaskRecord {
                id: Some(J::of(request.id())),
                base_url: config.base_url.as_str().into(),
                prompt: request.prompt().into(),
                created_at: now_ms,
                step: "accepted".into(),
                paid: Paid::No,
                task_id: Some(J::of(&task_id)),
                price: None,
                receipt: None,
                status: None,
                result: None,
            },
        }
    }
}

/// What the seller's own words rule out in the request, unless the page overrules them.
fn problems<J: Json>(schema: Option<&Schema<J>>, request: &Request, config: &Config) -> Vec<Details> {
    let schema = schema.filter(|_| !config.ignores_schema);
    let is_flat = request.dialect().shape == Shape::Flat;
    schema.map(|schema| schema.problems(&request.parameters(), is_flat)).unwrap_or_default()
}

/// Whether the quote says that the library generated that id for it.
#[must_use]
pub fn drew<J: Json>(quote: &J, id: &str) -> bool {
    quote.get("seal").and_then(|seal| seal.text_at("drawn")).as_deref() == Some(id)
}

/// Takes a quote back from JavaScript: reads the seller's own offer again, and checks it against the policy of this
/// call and against what the quote shows. So exactly what was shown is signed, for the request and the seller that were
/// quoted. Returns the offer, and the dialect in which the seller takes the request.
///
/// # Errors
/// `invalid_request` if it is not one of our quotes or was changed, otherwise the error of the policy.
pub fn reopen<J: Json>(quote: &J, request: &Request, config: &Config) -> Result<(Offer, Dialect), Error> {
    let stale = |why: &str| Error::invalid(text!(why, ": ask for a new one"));
    let seal = quote.get("seal").ok_or_else(|| stale("this is no quote of `quote()`"))?;
    let entries = seal.text_at("terms").and_then(|terms| terms::reread::<J>(&terms));
    let entries = entries.ok_or_else(|| stale("this is no quote of `quote()`"))?;
    if seal.text_at("baseUrl").as_deref() != Some(config.base_url.as_str()) {
        return Err(stale("this quote is from another `baseUrl`"));
    }
    let quoted = seal.text_at("body").unwrap_or_default();
    if quoted != request.fingerprint().as_str() {
        let is_earlier = request.fingerprint().was(&quoted);
        let why = if is_earlier {
            "this quote was made by an earlier version"
        } else {
            "the request was changed since it was quoted"
        };
        return Err(stale(why));
    }
    let mut offer = config.policy.choose(&entries)?;
    offer.schema = seal.text_at("schema").or(offer.schema);
    let shown = |key: &str| quote.text_at(key).unwrap_or_default();
    let same = quote.get("price").and_then(|p| p.text_at("atomic")) == Some(decimal(offer.amount))
        && shown("network") == offer.asset.chain.caip2
        && shown("asset") == address(offer.asset.address)
        && shown("payTo") == address(offer.pay_to);
    if same {
        let shape = seal.text_at("shape").map_or(Some(Shape::Object), |shape| Shape::read(&shape));
        let Some(shape) = shape else { return Err(stale("this quote was changed since `quote()` gave it")) };
        let dialect = Dialect { seed: seal.get("seedless").is_none(), form: seal.is_true_at("form"), shape };
        let mut spoken = request.clone();
        spoken.speak(dialect);
        // Quotes of earlier versions do not say how it was sent.
        if seal.text_at("sent").is_some_and(|sent| sent != spoken.wording()) {
            return Err(stale("the request would be sent in other words than it was priced in"));
        }
        Ok((offer, dialect))
    } else {
        Err(stale("this quote was changed since `quote()` gave it"))
    }
}
