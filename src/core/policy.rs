//! Which offer may be signed, and why the others may not.

use alloy_primitives::{Address, U256};

use super::{
    assets::Asset,
    error::{Code, Error, Retry, Stage},
    json::Json,
    money::Money,
    terms::{Entry, Offer},
    text::{address, text},
};

/// What the page allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The tokens that may be used, in order of preference.
    pub tokens: Vec<Token>,
    /// The only allowed recipients, if given.
    pub pay_to: Option<Vec<Address>>,
}

/// A token, and the most that one purchase may cost in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The token.
    pub asset: &'static Asset,
    /// In its atomic units.
    pub cap: U256,
}

impl Policy {
    /// Picks the offer to pay: the first allowed token in order of preference, and within it the seller's order. An
    /// offer over the cap is skipped if another is below it.
    ///
    /// # Errors
    /// `price_too_high` if only the cap is in the way, otherwise `no_acceptable_offer` with every offer and its reason.
    pub fn choose<J: Json>(&self, entries: &[Entry<J>]) -> Result<Offer, Error> {
        let judged = self.judged(entries);
        let allowed = self.ranked(&judged);
        let affordable = allowed.iter().find(|offer| self.check_cap(offer).is_ok());
        match affordable.or_else(|| allowed.first()) {
            Some(offer) => self.check_cap(offer).map(|()| described(offer, entries)),
            None => Err(self.refusal(entries, &judged)),
        }
    }

    /// The preferred offer at any price, for a quote that only shows the price.
    ///
    /// # Errors
    /// `no_acceptable_offer` with every offer and its reason.
    pub fn prefer<J: Json>(&self, entries: &[Entry<J>]) -> Result<Offer, Error> {
        let judged = self.judged(entries);
        self.ranked(&judged)
            .first()
            .map(|offer| described(offer, entries))
            .ok_or_else(|| self.refusal(entries, &judged))
    }

    /// Each entry's offer, or why it may not be signed. The price is not checked here.
    fn judged<J: Json>(&self, entries: &[Entry<J>]) -> Vec<Result<Offer, String>> {
        let named = self.assets();
        entries.iter().map(|entry| self.judge(entry.offer(&named)?)).collect()
    }

    fn assets(&self) -> Vec<&'static Asset> {
        self.tokens.iter().map(|token| token.asset).collect()
    }

    /// The error that lists each entry with its reason, and tells first that of the entry that comes closest.
    fn refusal<J: Json>(&self, entries: &[Entry<J>], judged: &[Result<Offer, String>]) -> Error {
        let assets = self.assets();
        let (mut closest, mut why) = (None, "it lists none");
        let mut offers = Vec::new();
        for (entry, offer) in entries.iter().zip(judged) {
            let reason = offer.as_ref().err().map_or("", String::as_str);
            let closeness = Some(entry.closeness(&assets));
            if closeness > closest {
                (closest, why) = (closeness, reason);
            }
            offers.push(entry.describe(reason));
        }
        let message = text!("none of the server's offers can be paid: ", why);
        Error::unpaid(Code::NoAcceptableOffer, Stage::Quote, message).retry(Retry::Never).detail("offers", offers)
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
    fn check_cap(&self, offer: &Offer) -> Result<(), Error> {
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

    /// The cap in the token of an offer; `None` if the token is not allowed.
    fn cap(&self, offer: &Offer) -> Option<U256> {
        self.tokens.iter().find(|token| token.asset == offer.asset).map(|token| token.cap)
    }
}

/// The offer, with what its seller says of the request.
fn described<J: Json>(offer: &Offer, entries: &[Entry<J>]) -> Offer {
    let chosen = entries.iter().find(|entry| entry.is_of(offer));
    let schema = chosen.and_then(|entry| entry.schema(entries));
    Offer { schema: schema.map(|schema| J::of(&schema).to_text()), ..offer.clone() }
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
    /// What clients may wrongly believe a token to be called.
    const NAMES: [&str; 3] = ["EURC", "Euro Coin", "Fake"];

    fn naming(name: &str) -> Policy {
        let token = json!({
            "network": "eip155:8453", "address": EURC, "name": name, "version": "2", "symbol": "EURC", "decimals": 6,
            "maxPrice": "1.00",
        });
        Config::read(&json!({"assets": [token]})).unwrap().policy
    }

    const BASE: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
    const PAYEE: &str = "0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96";
    const OTHER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    fn entries(changes: Value) -> Vec<Entry<Value>> {
        let response = HttpResponse { status: 402, body: with(changes).into(), ..HttpResponse::default() };
        terms::read::<Value>(&response).unwrap()
    }

    #[test]
    fn only_a_recipient_on_the_list_is_paid_if_there_is_a_list() {
        for (list, is_allowed) in [
            (json!({}), true),
            (json!({"payTo": [PAYEE]}), true),
            (json!({"payTo": [OTHER, PAYEE]}), true),
            (json!({"payTo": [OTHER]}), false),
            (json!({"payTo": []}), false),
        ] {
            let policy = Config::read(&list).unwrap().policy;
            let (chosen, preferred) = (policy.choose(&entries(json!({}))), policy.prefer(&entries(json!({}))));
            assert_eq!((chosen.is_ok(), preferred.is_ok()), (is_allowed, is_allowed), "{list}");
            for error in chosen.err().into_iter().chain(preferred.err()) {
                assert_eq!(error.code, Code::NoAcceptableOffer);
                let reason = format!("{PAYEE} is not among the allowed recipients");
                assert_eq!(error.message, format!("none of the server's offers can be paid: {reason}"));
                let offer = &Value::of(&error.details)["offers"][0];
                assert_eq!((&offer["reason"], &offer["asset"]), (&json!(reason), &json!(BASE)));
            }
        }
    }

    #[test]
    fn the_reason_of_the_offer_that_comes_closest_is_told_first() {
        let mut terms: Value = serde_json::from_str(terms::tests::DOCUMENTED).unwrap();
        let good = terms["accepts"][0].clone();
        let entry = |changes: Value| {
            let mut entry = good.clone();
            entry.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            entry
        };
        let (other_way, other_chain) = (entry(json!({"scheme": "upto"})), entry(json!({"network": "solana"})));
        let not_allowed = entry(json!({"network": "polygon", "asset": "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"}));
        let closest = entry(json!({"maxAmountRequired": "0"}));
        for (listed, words) in [
            (vec![&other_way, &other_chain], "this way of paying"),
            (vec![&other_chain, &not_allowed], "USDC on Polygon is not among"),
            (vec![&other_chain, &not_allowed, &closest, &closest], "the amount \"0\""),
        ] {
            terms["accepts"] = listed.into_iter().cloned().collect();
            let response =
                HttpResponse { status: 402, body: terms.to_string().as_str().into(), ..HttpResponse::default() };
            let entries = terms::read::<Value>(&response).unwrap();
            let policy = Config::read(&json!({})).unwrap().policy;
            let error = policy.choose(&entries).unwrap_err();
            assert!(error.message.contains(words), "{}", error.message);
        }
    }

    #[test]
    fn a_token_of_another_network_is_refused_by_name() {
        let policy = Config::read(&json!({"networks": ["eip155:137"]})).unwrap().policy;
        let error = policy.choose(&entries(json!({}))).unwrap_err();
        assert!(
            error.message.ends_with("USDC on Base is not among the allowed networks and tokens"),
            "{}",
            error.message
        );
    }

    proptest! {
        /// A price equal to the cap may be paid, and not one unit more.
        #[test]
        fn a_price_is_checked_against_the_cap(cap in 1u64..4_000_000, price in 1u64..4_000_000, at_cap: bool) {
            let price = if at_cap { cap } else { price };
            let written = format!("{}.{:06}", cap / 1_000_000, cap % 1_000_000);
            let policy = Config::read(&json!({"maxPrice": written})).unwrap().policy;
            let entries = entries(json!({"maxAmountRequired": price.to_string()}));
            let chosen = policy.choose(&entries);
            prop_assert_eq!(policy.prefer(&entries).unwrap().amount, U256::from(price), "what is only shown has no cap");
            match chosen {
                Ok(offer) => prop_assert!(offer.amount == U256::from(price) && price <= cap),
                Err(error) => {
                    prop_assert!(price > cap);
                    prop_assert_eq!((error.code, error.retry), (Code::PriceTooHigh, Retry::Never));
                }
            }
        }

        #[test]
        fn a_token_has_the_name_that_this_client_gives_it(
            own in select(&NAMES[..]),
            said in select(&NAMES[..]),
            others in vec(select(&NAMES[..]), 0..4),
        ) {
            let policy = naming(own);
            for other in others {
                naming(other);
            }
            let body = with(json!({"asset": EURC, "extra": {"name": said}}));
            let entries = terms::read::<Value>(&HttpResponse { status: 402, body: body.into(), ..HttpResponse::default() }).unwrap();
            prop_assert_eq!(policy.choose(&entries).map(|offer| offer.asset.name).ok(), (own == said).then_some(own));
            let error = Config::read(&json!({})).unwrap().policy.choose(&entries).unwrap_err();
            prop_assert!(error.message.contains("no asset"), "{}", error.message);
        }
    }
}
