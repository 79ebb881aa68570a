//! Which offer may be signed, and why the others may not.

use alloy_primitives::{Address, U256};

use super::{
    assets::Asset,
    error::{Code, Details, Error, Retry, Stage},
    json::Json,
    money::Money,
    terms::{Entry, Offer},
    text::{address, text},
};

/// What the page allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What may be paid with, in order of preference.
    pub tokens: Vec<Token>,
    /// The only recipients, when given.
    pub pay_to: Option<Vec<Address>>,
}

/// A token, and the most of it that one purchase may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub asset: &'static Asset,
    /// In its atomic units.
    pub cap: U256,
}

impl Policy {
    /// Picks the offer to pay: the first allowed token in order of preference, and within it the seller's order.
    /// An offer over the cap is passed over while another is under it.
    ///
    /// # Errors
    /// `price_too_high` when only the cap stands in the way, `no_acceptable_offer` with every offer and its reason otherwise.
    pub fn choose<J: Json>(&self, entries: &[Entry<J>]) -> Result<Offer, Error> {
        let allowed = self.allowed(entries)?;
        let affordable = allowed.iter().find(|offer| self.check_cap(offer).is_ok());
        match affordable.or_else(|| allowed.first()) {
            Some(offer) => self.check_cap(offer).map(|()| (*offer).clone()),
            None => Err(refusal(self, entries)),
        }
    }

    /// The preferred offer whatever it costs, for a quote that only shows the price.
    ///
    /// # Errors
    /// `no_acceptable_offer` with every offer and its reason.
    pub fn prefer<J: Json>(&self, entries: &[Entry<J>]) -> Result<Offer, Error> {
        self.allowed(entries)?.first().map(|offer| (*offer).clone()).ok_or_else(|| refusal(self, entries))
    }

    fn allowed<'a, J: Json>(&self, entries: &'a [Entry<J>]) -> Result<Vec<&'a Offer>, Error> {
        let mut picks = Vec::new();
        for token in &self.tokens {
            let here = entries.iter().filter_map(|entry| self.judge(entry).ok());
            picks.extend(here.filter(|offer| offer.asset == token.asset));
        }
        if picks.is_empty() { Err(refusal(self, entries)) } else { Ok(picks) }
    }

    fn judge<'a, J>(&self, entry: &'a Entry<J>) -> Result<&'a Offer, String> {
        let offer = entry.offer.as_ref().map_err(Clone::clone)?;
        if self.cap(offer).is_none() {
            let Asset { chain, symbol, .. } = offer.asset;
            return Err(text!(symbol, " on ", chain.name, " is not among the allowed networks and tokens"));
        }
        match &self.pay_to {
            Some(allowed) if !allowed.contains(&offer.pay_to) => {
                Err(text!(address(offer.pay_to), " is not among the allowed recipients"))
            }
            _ => Ok(offer),
        }
    }

    /// Checks the price of an offer.
    ///
    /// # Errors
    /// `price_too_high` with `{price, cap}`.
    pub fn check_cap(&self, offer: &Offer) -> Result<(), Error> {
        let cap = self.cap(offer).unwrap_or_default();
        if offer.amount <= cap {
            return Ok(());
        }
        let price = Money::of(offer.asset, offer.amount);
        let cap = Money::of(offer.asset, cap).amount;
        let message = text!(
            "the server asks for ",
            price.amount,
            " ",
            price.symbol,
            ", the limit is ",
            cap,
            "; raise `maxPrice` to accept"
        );
        Err(Error::unpaid(Code::PriceTooHigh, Stage::Quote, message)
            .retry(Retry::Never)
            .detail("price", price.amount)
            .detail("cap", cap))
    }

    /// The most that may be paid in the token of an offer; none when it may not be paid with.
    fn cap(&self, offer: &Offer) -> Option<U256> {
        self.tokens.iter().find(|token| token.asset == offer.asset).map(|token| token.cap)
    }
}

fn refusal<J: Json>(policy: &Policy, entries: &[Entry<J>]) -> Error {
    let reasons: Vec<String> = entries.iter().map(|e| policy.judge(e).err().unwrap_or_default()).collect();
    let why = reasons.first().map_or("it lists none", String::as_str);
    let message = text!("none of the server's offers can be paid: ", why);
    let offers: Vec<Details> = entries.iter().zip(&reasons).map(|(entry, reason)| entry.describe(reason)).collect();
    Error::unpaid(Code::NoAcceptableOffer, Stage::Quote, message).retry(Retry::Never).detail("offers", offers)
}
