//! The payment header of x402 version 1, and what comes back for it.

use serde::Serialize;

use super::{
    authorization::Authorization,
    base64,
    json::{Json, ObjectWriter},
    money::Money,
    signature::Signature,
    text::{self, text},
};

/// The value of `X-PAYMENT`: padded base64 of UTF-8 JSON
/// ([specification](https://github.com/coinbase/x402/blob/main/specs/transports-v1/http.md)).
/// `network` is the one of the chosen offer, as the seller writes it.
#[must_use]
pub fn header(network: &str, authorization: &Authorization, signature: &Signature) -> String {
    let payload = ObjectWriter::default()
        .text("signature", &signature.to_hex())
        .raw("authorization", &authorization.transfer().to_json())
        .finish();
    let payment = ObjectWriter::default()
        .raw("x402Version", "1")
        .text("scheme", "exact")
        .text("network", network)
        .raw("payload", &payload)
        .finish();
    base64::encode(payment.as_bytes())
}

/// What is sent to pay: the same bytes whenever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The `X-PAYMENT` header.
    pub header: String,
    /// The request that it pays.
    pub body: String,
}

/// What was paid, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are those of `Receipt` in the public types
pub struct Receipt {
    pub task_id: String,
    pub amount: Money,
    pub network: &'static str,
    pub asset: String,
    pub payer: String,
    pub pay_to: String,
    pub nonce: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explorer_url: Option<String>,
    pub settled: Settled,
    pub at: u64,
}

/// How the settlement is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// The server says so.
    Server,
    /// The token contract says so.
    Chain,
    /// The server took the payment and showed no receipt.
    Unknown,
}

/// A receipt: made now, or kept from before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Proof<J> {
    New(Box<Receipt>),
    Kept(J),
}

impl Receipt {
    /// The receipt of an accepted payment. `header` is `X-PAYMENT-RESPONSE`, which CORS may hide: it is never required.
    #[must_use]
    pub fn claimed<J: Json>(authorization: &Authorization, task_id: &str, header: Option<&str>, now_ms: u64) -> Self {
        let settlement =
            header.and_then(decode::<J>).filter(|s| s.get("success").and_then(|v| v.boolean()) == Some(true));
        let transaction = settlement.as_ref().and_then(|s| s.text_at("transaction"));
        let settled = if settlement.is_some() { Settled::Server } else { Settled::Unknown };
        Self::of(authorization, task_id, settled, transaction, now_ms)
    }

    /// The receipt of a payment of which the token says that it was taken.
    #[must_use]
    pub fn proven(authorization: &Authorization, task_id: &str, transaction: Option<String>, now_ms: u64) -> Self {
        Self::of(authorization, task_id, Settled::Chain, transaction, now_ms)
    }

    fn of(
        authorization: &Authorization,
        task_id: &str,
        settled: Settled,
        transaction: Option<String>,
        now_ms: u64,
    ) -> Self {
        let transaction = transaction.filter(|t| is_hash(t));
        let asset = authorization.asset();
        let transfer = authorization.transfer();
        Self {
            task_id: task_id.into(),
            amount: authorization.amount(),
            network: asset.chain.caip2,
            asset: text::address(asset.address),
            payer: text::address(transfer.from),
            pay_to: text::address(transfer.to),
            nonce: text::word(transfer.nonce),
            explorer_url: transaction.as_ref().map(|hash| text!(asset.chain.explorer, "/tx/", hash)),
            transaction,
            settled,
            at: now_ms,
        }
    }
}

fn decode<J: Json>(header: &str) -> Option<J> {
    let bytes = base64::decode(header)?;
    J::parse(&String::from_utf8(bytes).ok()?)
}

fn is_hash(text: &str) -> bool {
    text.strip_prefix("0x").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, terms::Offer};
    use alloy_primitives::{B256, U256, address};
    use serde_json::{Value, json};

    // What the official clients (@x402/evm 2.27.0 for version 1, x402-fetch 1.2.0) sign and send for these terms, with the
    // clock stopped at 1740672089 s. Our `validAfter` is 0, so only the parts without it can be compared byte for byte.
    fn authorization() -> Authorization {
        let offer = Offer {
            asset: &ASSETS[0],
            amount: U256::from(1_200_000),
            pay_to: address!("0x209693Bc6afc0C5328bA36FaF03C514EF312287C"),
            max_timeout_seconds: 300,
            network: "base".into(),
        };
        let nonce: [u8; 32] = core::array::from_fn(|i| u8::try_from(i).unwrap() + 1);
        Authorization::stamp(
            &offer,
            address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            B256::from(nonce),
            1_740_672_089_999,
        )
    }

    /// The digest and signature that @x402/evm 2.27.0 makes for version 2, where it, too, has `validAfter` 0.
    const DIGEST: &str = "0x8391d20fbabfe4d9bf20bb69b77e68db5ff43e61dd62f415d6cebbb1727722b8";
    const SIGNATURE: &str = "0x6837d349c8947d5063ea7def18b41739c6e5f3f868318458ae86242fd400eb0717aacdf94fe1ce9d9486ba8da2f4e3ee5b33201115431c04fa6d5d5877a7c0401c";

    #[test]
    fn the_payment_is_what_the_official_client_sends() {
        let authorization = authorization();
        assert_eq!(authorization.digest().to_string(), DIGEST);
        let header = header("base", &authorization, &Signature::parse(SIGNATURE).unwrap());
        assert_eq!(
            decode::<Value>(&header).unwrap(),
            json!({
                "x402Version": 1, "scheme": "exact", "network": "base",
                "payload": {
                    "signature": SIGNATURE,
                    "authorization": {
                        "from": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "to": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
                        "value": "1200000", "validAfter": "0", "validBefore": "1740672389",
                        "nonce": "0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
                    },
                },
            })
        );
    }

    #[test]
    fn receipts_come_with_and_without_the_servers_word() {
        let hash = format!("0x{}", "ab".repeat(32));
        let encode = |value: Value| base64::encode(value.to_string().as_bytes());
        let receipt = |header: Option<String>| Receipt::claimed::<Value>(&authorization(), "t1", header.as_deref(), 7);
        let full = receipt(Some(encode(json!({"success": true, "transaction": hash, "network": "base"}))));
        assert_eq!((full.settled, full.transaction.as_deref()), (Settled::Server, Some(hash.as_str())));
        assert_eq!(full.explorer_url, Some(format!("https://basescan.org/tx/{hash}")));
        assert_eq!(full.amount.amount, "1.20");
        let odd = receipt(Some(encode(json!({"success": true, "transaction": "javascript:alert(1)"}))));
        assert_eq!((odd.settled, odd.transaction, odd.explorer_url), (Settled::Server, None, None));
        for header in [
            None,
            Some("%%%".into()),
            Some(encode(json!({"success": false, "transaction": hash}))),
            Some(encode(json!([]))),
        ] {
            let receipt = receipt(header.clone());
            assert_eq!((receipt.settled, receipt.transaction), (Settled::Unknown, None), "{header:?}");
        }
    }
}
