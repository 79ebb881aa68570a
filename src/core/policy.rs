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
        let judged = self.judged(entries);
        let allowed = self.ranked(&judged);
        let affordable = allowed.iter().find(|offer| self.check_cap(offer).is_ok());
        match affordable.or_else(|| allowed.first()) {
            Some(offer) => self.check_cap(offer).map(|()| (*offer).clone()),
            None => Err(refusal(entries, &judged)),
        }
    }

    /// The preferred offer whatever it costs, for a quote that only shows the price.
    ///
    /// # Errors
    /// `no_acceptable_offer` with every offer and its reason.
    pub fn prefer<J: Json>(&self, entries: &[Entry<J>]) -> Result<Offer, Error> {
        let judged = self.judged(entries);
        self.ranked(&judged).first().map(|offer| (*offer).clone()).ok_or_else(|| refusal(entries, &judged))
    }

    /// Each entry's offer, or why it may not be signed. What it costs is not judged here.
    fn judged<J: Json>(&self, entries: &[Entry<J>]) -> Vec<Result<Offer, String>> {
        let named: Vec<_> = self.tokens.iter().map(|token| token.asset).collect();
        entries.iter().map(|entry| self.judge(entry.offer(&named)?)).collect()
    }

    /// The offers that may be signed, in order of preference.
    fn ranked<'a>(&self, judged: &'a [Result<Offer, String>]) -> Vec<&'a Offer> {
        let mut ranked = Vec::new();
        for token in &self.tokens {
            for offer in judged.iter().flatten() {
                if offer.asset == token.asset {
                    ranked.push(offer);
                }
            }
        }
        ranked
    }

    fn judge(&self, offer: Offer) -> Result<Offer, String> {
        if self.cap(&offer).is_none() {
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

fn refusal<J: Json>(entries: &[Entry<J>], judged: &[Result<Offer, String>]) -> Error {
    let reasons = judged.iter().map(|offer| offer.as_ref().err().map_or("", String::as_str));
    let why = reasons.clone().next().unwrap_or("it lists none");
    let message = text!("none of the server's offers can be paid: ", why);
    let offers: Vec<Details> = entries.iter().zip(reasons).map(|(entry, reason)| entry.describe(reason)).collect();
    Error::unpaid(Code::NoAcceptableOffer, Stage::Quote, message).retry(Retry::Never).detail("offers", offers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        config::Config,
        http::HttpResponse,
        terms::{self, tests::with},
    };
    use proptest::{collection::vec, prelude::*, sample::select};
    use serde_json::{Value, json};

    const EURC: &str = "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42";
    /// What clients may believe a token to be called.
    const NAMES: [&str; 3] = ["EURC", "Euro Coin", "Fake"];

    fn naming(name: &str) -> Policy {
        let token = json!({
            "network": "eip155:8453", "address": EURC, "name": name, "version": "2", "symbol": "EURC", "decimals": 6,
            "maxPrice": "1.00",
        });
        Config::read(&json!({"assets": [token]})).unwrap().policy
    }

    proptest! {
        #[test]
        fn a_token_is_what_this_client_calls_it_whatever_others_do(
            own in select(&NAMES[..]),
            said in select(&NAMES[..]),
            others in vec(select(&NAMES[..]), 0..4),
        ) {
            let policy = naming(own);
            for other in others {
                naming(other);
            }
            let body = with(json!({"asset": EURC, "extra": {"name": said}}));
            let entries = terms::read::<Value>(&HttpResponse { status: 402, body, ..HttpResponse::default() }).unwrap();
            prop_assert_eq!(policy.choose(&entries).map(|offer| offer.asset.name).ok(), (own == said).then_some(own));
            let error = Config::read(&json!({})).unwrap().policy.choose(&entries).unwrap_err();
            prop_assert!(error.message.contains("no asset"), "{}", error.message);
        }
    }
}
