//! The answer 402: what the seller offers, entry by entry.
//!
//! x402 version 1 has everything in the JSON body
//! ([specification](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v1.md), §5.1). One odd entry
//! does not spoil the others: it is kept with the reason why it cannot be paid.

use alloy_primitives::{Address, U256};

use super::{
    assets::{Asset, parse_address},
    error::{Code, Details, Error, Stage},
    http::excerpt,
    json::Json,
    money::parse_atomic,
    text::{number, text},
};

/// Terms that can be signed as they stand. Whether they may be is for the policy to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The pinned token that the offer names.
    pub asset: &'static Asset,
    /// The price, in atomic units.
    pub amount: U256,
    /// Who is paid.
    pub pay_to: Address,
    /// How long the authorization may stay open.
    pub max_timeout_seconds: u64,
    /// The network as the seller writes it, echoed in the payment.
    pub network: String,
}

/// One entry of `accepts`: the seller's own JSON, and what it comes to.
#[derive(Clone, Debug)]
pub struct Entry<J> {
    /// The seller's own JSON, untouched.
    pub raw: J,
    /// The offer, or why it is none.
    pub offer: Result<Offer, String>,
}

/// The shortest window in which a person can sign and a facilitator settle.
const SHORTEST_SECONDS: u64 = 10;
/// More than a century is a mistake.
const LONGEST_SECONDS: u64 = 0xffff_ffff;
/// What version 1 sellers use when they leave the window out.
const DEFAULT_SECONDS: u64 = 60;
/// No seller has more networks than this; what comes after is not read.
const MOST_ENTRIES: usize = 64;

/// Reads the body of a 402.
///
/// # Errors
/// `bad_response` when it is no such body, `no_acceptable_offer` when it is of another version of x402 or empty.
pub fn read<J: Json>(body: &str) -> Result<Vec<Entry<J>>, Error> {
    let document = J::parse(body).filter(Json::is_object);
    let document = document.ok_or_else(|| {
        bad(Code::BadResponse, "the server asked for payment, but its terms are no JSON object", body)
    })?;
    let version = document.get("x402Version").and_then(|v| v.number());
    match version.as_deref() {
        Some("1") => {}
        Some(other) => {
            let message =
                text!("the server asks for payment by version ", other, " of x402; this library pays version 1");
            return Err(bad(Code::NoAcceptableOffer, &message, body));
        }
        None => {
            return Err(bad(
                Code::BadResponse,
                "the server asked for payment, but does not say by which version of x402",
                body,
            ));
        }
    }
    let accepts = document.get("accepts").and_then(|a| a.items());
    let accepts =
        accepts.ok_or_else(|| bad(Code::BadResponse, "the server asked for payment, but lists no offers", body))?;
    Ok(accepts.into_iter().take(MOST_ENTRIES).map(Entry::read).collect())
}

fn bad(code: Code, message: &str, body: &str) -> Error {
    Error::unpaid(code, Stage::Quote, message).detail("body", excerpt(body))
}

impl<J: Json> Entry<J> {
    /// Reads one entry.
    #[must_use]
    pub fn read(raw: J) -> Self {
        let offer = read_offer(&raw);
        Self { raw, offer }
    }

    /// The entry in words, for an error's details.
    #[must_use]
    pub fn describe(&self, reason: &str) -> Details {
        let field = |name: &'static str| (name, bounded(&self.raw.text_at(name).unwrap_or_default()).into());
        Details::of(vec![
            field("scheme"),
            field("network"),
            field("asset"),
            field("maxAmountRequired"),
            field("payTo"),
            ("reason", reason.into()),
        ])
    }
}

fn read_offer<J: Json>(raw: &J) -> Result<Offer, String> {
    let scheme = required(raw, "scheme")?;
    if scheme != "exact" {
        return Err(text!("the scheme is ", quoted(&scheme), ", not exact"));
    }
    let network = required(raw, "network")?;
    let asset = Asset::on(&network).ok_or_else(|| text!("the network ", quoted(&network), " is not known"))?;
    let token = required(raw, "asset")?;
    if parse_address(&token) != Some(asset.address) {
        return Err(text!("the asset ", quoted(&token), " is not ", asset.symbol, " on ", asset.chain.name));
    }
    check_domain(raw, asset)?;
    let amount = required(raw, "maxAmountRequired")?;
    let amount = parse_atomic(&amount)
        .filter(|amount| !amount.is_zero())
        .ok_or_else(|| text!("the amount ", quoted(&amount), " is no whole number of atomic units above 0"))?;
    let pay_to = required(raw, "payTo")?;
    let pay_to = parse_address(&pay_to)
        .filter(|address| !address.is_zero() && *address != asset.address)
        .ok_or_else(|| text!("the recipient ", quoted(&pay_to), " is no usable address"))?;
    Ok(Offer { asset, amount, pay_to, max_timeout_seconds: window(raw)?, network })
}

/// The domain comes from the table; a seller that says otherwise would make the user sign something worthless.
fn check_domain<J: Json>(raw: &J, asset: &Asset) -> Result<(), String> {
    let Some(extra) = raw.get("extra") else {
        return Ok(());
    };
    for (key, pinned) in [("name", asset.name), ("version", asset.version), ("assetTransferMethod", "eip3009")] {
        let Some(value) = extra.get(key) else { continue };
        if value.text().as_deref() != Some(pinned) {
            let said = value.text().unwrap_or_else(|| value.to_text());
            return Err(text!("`extra.", key, "` is ", quoted(&said), ", the token's own is \"", pinned, "\""));
        }
    }
    Ok(())
}

fn window<J: Json>(raw: &J) -> Result<u64, String> {
    if raw.get("maxTimeoutSeconds").is_none() {
        return Ok(DEFAULT_SECONDS);
    }
    raw.whole_at("maxTimeoutSeconds")
        .filter(|seconds| (SHORTEST_SECONDS..=LONGEST_SECONDS).contains(seconds))
        .ok_or_else(|| text!("`maxTimeoutSeconds` is no whole number of at least ", number(SHORTEST_SECONDS)))
}

fn required<J: Json>(raw: &J, key: &str) -> Result<String, String> {
    raw.text_at(key).ok_or_else(|| text!("`", key, "` is missing or no string"))
}

/// A seller's string inside one of our sentences.
fn quoted(text: &str) -> String {
    text!("\"", bounded(text), "\"")
}

/// A seller's string, kept short and free of control characters.
fn bounded(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The documented 402 of the service.
    pub(crate) const DOCUMENTED: &str = include_str!("../../tests/fixtures/payment-required.json");

    /// The documented 402 with some members of its one entry replaced; `null` removes.
    pub(crate) fn with(changes: Value) -> String {
        let mut body: Value = serde_json::from_str(DOCUMENTED).unwrap();
        for (key, value) in changes.entries() {
            body["accepts"][0][key] = value;
        }
        body.to_string()
    }

    fn only(body: &str) -> Result<Offer, String> {
        let mut entries = read::<Value>(body).unwrap();
        assert_eq!(entries.len(), 1);
        entries.remove(0).offer
    }

    #[test]
    fn the_documented_terms_are_an_offer() {
        let offer = only(DOCUMENTED).unwrap();
        assert_eq!(offer.asset.chain.id, 8453);
        assert_eq!(offer.amount, U256::from(1_000_000));
        assert_eq!(offer.pay_to.to_string(), "0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96");
        assert_eq!((offer.max_timeout_seconds, offer.network.as_str()), (60, "base"));
    }

    #[test]
    fn tolerant_where_no_money_is_concerned() {
        for changes in [
            json!({"mimeType": null, "outputSchema": null, "description": 5, "resource": {}}),
            json!({"extra": null, "maxTimeoutSeconds": null}),
            json!({"network": "eip155:8453", "unknown": {"deep": []}}),
        ] {
            assert!(only(&with(changes.clone())).is_ok(), "{changes}");
        }
    }

    #[test]
    fn strict_where_it_is() {
        let two_to_the_256 = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        for (changes, word) in [
            (json!({"scheme": "upto"}), "scheme"),
            (json!({"network": "solana"}), "network"),
            (json!({"network": "eip155:1"}), "network"),
            (json!({"network": "base-sepolia"}), "asset"),
            (json!({"asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e"}), "asset"),
            (json!({"asset": 5}), "asset"),
            (json!({"maxAmountRequired": "1e6"}), "amount"),
            (json!({"maxAmountRequired": "-1"}), "amount"),
            (json!({"maxAmountRequired": "0x10"}), "amount"),
            (json!({"maxAmountRequired": "0"}), "amount"),
            (json!({"maxAmountRequired": two_to_the_256}), "amount"),
            (json!({"maxAmountRequired": 1_000_000}), "maxAmountRequired"),
            (json!({"payTo": "0x13a9"}), "recipient"),
            (json!({"payTo": "0x0000000000000000000000000000000000000000"}), "recipient"),
            (json!({"payTo": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}), "recipient"),
            (json!({"payTo": null}), "payTo"),
            (json!({"extra": {"name": "USDC", "version": "2"}}), "extra.name"),
            (json!({"extra": {"name": "USD Coin", "version": 2}}), "extra.version"),
            (json!({"extra": {"assetTransferMethod": "permit2"}}), "assetTransferMethod"),
            (json!({"maxTimeoutSeconds": 9}), "maxTimeoutSeconds"),
            (json!({"maxTimeoutSeconds": "60"}), "maxTimeoutSeconds"),
            (json!({"maxTimeoutSeconds": 60.5}), "maxTimeoutSeconds"),
        ] {
            let reason = only(&with(changes.clone())).unwrap_err();
            assert!(reason.contains(word), "{changes}: {reason}");
        }
    }

    #[test]
    fn bodies_that_are_no_terms() {
        for (body, code) in [
            ("<html>", Code::BadResponse),
            ("{\"x402Version\":1,\"acce", Code::BadResponse),
            ("[]", Code::BadResponse),
            ("{}", Code::BadResponse),
            ("{\"x402Version\":1}", Code::BadResponse),
            ("{\"x402Version\":1,\"accepts\":{}}", Code::BadResponse),
            ("{\"x402Version\":2,\"accepts\":[]}", Code::NoAcceptableOffer),
        ] {
            assert_eq!(read::<Value>(body).unwrap_err().code, code, "{body}");
        }
    }

    #[test]
    fn words_of_the_server_are_bounded() {
        let reason = only(&with(json!({"scheme": format!("\u{7}{}", "x".repeat(5000))}))).unwrap_err();
        assert!(reason.len() < 200 && !reason.contains('\u{7}'), "{reason}");
    }
}
