//! The payment header of x402, and the receipt for it.

use std::rc::Rc;

use alloy_primitives::keccak256;
use serde::Serialize;

use super::{
    authorization::Authorization,
    base64,
    json::{self, Json, ObjectWriter},
    money::Money,
    named::named,
    terms::{Echo, Version},
    text::{self, text},
};

/// The extension by which a server recognises a resent payment
/// ([specification](https://github.com/coinbase/x402/blob/main/specs/extensions/payment_identifier.md)).
const IDENTIFIER: &str = "payment-identifier";

/// What is sent to pay: the same bytes every time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The version of x402, which determines the header's name.
    pub version: Version,
    /// The value of the header.
    pub header: String,
    /// The body of the request that it pays for.
    pub body: String,
    /// The hash of the 402 that it answers: if the seller sends the same 402 again, it has not seen the payment.
    pub demand: Option<String>,
}

impl Payment {
    /// A signed authorization in the format of the seller's version: padded base64 of JSON, in ASCII, since some
    /// sellers decode it as Latin-1 and not as UTF-8. What the seller wants back is returned word for word. `signature`
    /// is hex, `id` that of the request.
    #[must_use]
    pub fn of<J: Json>(echo: &Echo, authorization: &Authorization, signature: &str, id: &str, body: &str) -> Self {
        let scheme = authorization.scheme();
        let payload = scheme.payload(authorization.transfer(), signature);
        let mut payment = ObjectWriter::default();
        payment
            .raw("x402Version", &text::number(echo.version.digit().into()))
            // Version 2 only has both in `accepted`, but thirdweb's server (5.121.6) looks for them here; others ignore
            // them.
            .text("scheme", &scheme.name())
            .text("network", &echo.network);
        if echo.version == Version::Two {
            let extensions =
                echo.extensions.as_deref().map(|e| J::parse(e).map_or_else(|| e.into(), |e| identified(&e, id)));
            payment
                .optional_raw("resource", echo.resource.as_deref())
                .raw("accepted", &echo.accepted)
                .optional_raw("extensions", extensions.as_deref());
        }
        let json = json::ascii(&payment.raw("payload", &payload).finish());
        let header = base64::encode(json.as_bytes());
        Self { version: echo.version, header, body: body.into(), demand: echo.demand.clone() }
    }

    /// The name of the header.
    #[must_use]
    pub const fn header_name(&self) -> &'static str {
        match self.version {
            Version::One => "x-payment",
            Version::Two => "payment-signature",
        }
    }
}

/// The extensions as the server announced them, with the identifier filled in where it asks for one: 16 to 128 letters,
/// digits, `-` and `_`, the same for the same request.
fn identified<J: Json>(extensions: &J, id: &str) -> String {
    let Some(extension) = extensions.get(IDENTIFIER) else { return extensions.to_text() };
    let id = json::string(&text!("pay_", text::hex(&keccak256(id).0)));
    let info = extension.get("info").map_or_else(|| text!("{\"id\":", id, "}"), |info| put(&info, "id", &id));
    put(extensions, IDENTIFIER, &put(&extension, "info", &info))
}

/// An object as JSON text, with that member set.
fn put<J: Json>(object: &J, key: &str, json: &str) -> String {
    let others = object.entries().into_iter().filter(|(name, _)| name != key);
    let mut writer = ObjectWriter::default();
    for (name, value) in others {
        writer.raw(&name, &value.to_text());
    }
    writer.raw(key, json).finish()
}

/// What was paid, as far as known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs)] // the fields are those of `Receipt` in the public types
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

named! {
    /// How the settlement is known.
    pub enum Settled {
        /// The server reports it.
        Server,
        /// The logs of the transaction show the transfer.
        Chain,
        /// The server accepted the payment without a receipt, and the transaction has not been found.
        Unknown,
    }
}

/// A receipt: newly made, or stored earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(missing_docs)]
pub enum HeldReceipt<J> {
    New(Rc<Receipt>),
    Kept(J),
}

impl Receipt {
    /// The receipt of an accepted payment. `header` is the server's own receipt, which CORS may hide, so it is never
    /// required.
    #[must_use]
    pub fn claimed<J: Json>(authorization: &Authorization, task_id: &str, header: Option<&str>, now_ms: u64) -> Self {
        let settlement = header.and_then(J::parse).filter(|s| s.is_true_at("success"));
        let transaction = settlement.and_then(|s| s.text_at("transaction")).filter(|hash| is_hash(hash));
        let settled = if transaction.is_some() { Settled::Server } else { Settled::Unknown };
        Self::of(authorization, task_id, settled, transaction, now_ms)
    }

    /// The receipt of a payment that the token reports as taken, with the transaction whose logs show the transfer, if
    /// it was found.
    #[must_use]
    pub fn proven(authorization: &Authorization, task_id: &str, transaction: Option<String>, now_ms: u64) -> Self {
        let settled = if transaction.is_some() { Settled::Chain } else { Settled::Unknown };
        Self::of(authorization, task_id, settled, transaction, now_ms)
    }

    fn of(
        authorization: &Authorization,
        task_id: &str,
        settled: Settled,
        transaction: Option<String>,
        now_ms: u64,
    ) -> Self {
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
            explorer_url: transaction
                .as_ref()
                .filter(|_| !asset.chain.explorer.is_empty())
                .map(|hash| text!(asset.chain.explorer, "/tx/", hash)),
            transaction,
            settled,
            at: now_ms,
        }
    }
}

fn is_hash(text: &str) -> bool {
    text::read_exactly::<32>(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        assets::ASSETS,
        scheme::Scheme,
        signature::{Signature, read_bytes},
        terms::{self, tests::offer},
    };
    use alloy_primitives::{B256, address};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    // What the official clients (@x402/evm 2.27.0 for version 1, x402-fetch 1.2.0) sign and send for these terms, with
    // the clock stopped at 1740672089 s. Our `validAfter` is 0, so only the other parts can be compared byte for byte.
    fn authorization() -> Authorization {
        let offer = offer(&ASSETS[0], 1_200_000, 300);
        let nonce: [u8; 32] = core::array::from_fn(|i| u8::try_from(i).unwrap() + 1);
        Authorization::stamp(
            &offer,
            address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
            B256::from(nonce),
            1_740_672_089_999,
        )
    }

    /// The digest and signature of @x402/evm 2.27.0 for version 2, which also uses `validAfter` 0.
    const DIGEST: &str = "0x8391d20fbabfe4d9bf20bb69b77e68db5ff43e61dd62f415d6cebbb1727722b8";
    const SIGNATURE: &str = "0x6837d349c8947d5063ea7def18b41739c6e5f3f868318458ae86242fd400eb0717aacdf94fe1ce9d9486ba8da2f4e3ee5b33201115431c04fa6d5d5877a7c0401c";

    fn decoded(header: &str) -> Value {
        serde_json::from_slice(&base64::decode(header).unwrap()).unwrap()
    }

    fn signed(echo: &Echo) -> (&'static str, Value) {
        let payment = Payment::of::<Value>(echo, &authorization(), SIGNATURE, "id-1", "{}");
        (payment.header_name(), decoded(&payment.header))
    }

    fn payload() -> Value {
        json!({
            "signature": SIGNATURE,
            "authorization": {
                "from": "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "to": "0x209693Bc6afc0C5328bA36FaF03C514EF312287C",
                "value": "1200000", "validAfter": "0", "validBefore": "1740672389",
                "nonce": "0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
            },
        })
    }

    /// Adds what version 2 payments contain beyond the specification.
    fn name_the_offer(payment: &mut Value, network: &str) {
        payment["scheme"] = "exact".into();
        payment["network"] = network.into();
    }

    #[test]
    fn the_payment_is_what_the_official_client_sends() {
        assert_eq!(authorization().digest().to_string(), DIGEST);
        let one = offer(&ASSETS[0], 1_200_000, 300).echo;
        let expected = json!({"x402Version": 1, "scheme": "exact", "network": "base", "payload": payload()});
        assert_eq!(signed(&one), ("x-payment", expected));

        let (accepted, resource) =
            (json!({"z": 1, "amount": "1200000", "a": null}), json!({"url": "https://x/create"}));
        let two =
            Echo { version: Version::Two, accepted: accepted.to_string(), resource: Some(resource.to_string()), ..one };
        let mut expected = json!({"x402Version": 2, "resource": resource, "accepted": accepted, "payload": payload()});
        name_the_offer(&mut expected, "base");
        assert_eq!(signed(&two), ("payment-signature", expected));
        assert_eq!(signed(&Echo { resource: None, ..two }).1.get("resource"), None);
    }

    proptest! {
        #[test]
        fn what_the_seller_wants_back_is_returned_in_any_script(texts in prop::array::uniform3(".{0,40}")) {
            let [note, url, extension] = texts;
            let (accepted, resource) = (json!({"amount": "1", "note": note}), json!({"url": url}));
            let extensions = json!({"note": extension});
            let two = Echo {
                version: Version::Two,
                accepted: accepted.to_string(),
                resource: Some(resource.to_string()),
                extensions: Some(extensions.to_string()),
                ..offer(&ASSETS[0], 1_200_000, 300).echo
            };
            let (_, given) = signed(&two);
            prop_assert_eq!((&given["accepted"], &given["resource"]), (&accepted, &resource));
            prop_assert_eq!(&given["extensions"], &extensions);
        }
    }

    #[test]
    fn extensions_are_returned_with_the_identifier_filled_in() {
        let echoed = |extensions: Value| {
            let two = Echo {
                version: Version::Two,
                extensions: Some(extensions.to_string()),
                ..offer(&ASSETS[0], 1_200_000, 300).echo
            };
            signed(&two).1["extensions"].clone()
        };
        let bazaar = json!({"info": {"input": {"deep": [1, 2]}}, "schema": {}});
        assert_eq!(echoed(json!({"bazaar": bazaar})), json!({"bazaar": bazaar}));
        let both = json!({"bazaar": bazaar, "payment-identifier": {"info": {"required": true}, "schema": {"a": 1}}});
        let mut given = echoed(both.clone());
        let id = given["payment-identifier"]["info"].as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(given, both, "nothing else is changed");
        let id = id.as_str().unwrap();
        assert!((16..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{id}");
        assert_eq!(echoed(both)["payment-identifier"]["info"]["id"], id, "the same for the same request");
        assert_eq!(echoed(json!({"payment-identifier": {}}))["payment-identifier"]["info"]["id"], id);
    }

    /// The specification's own example of a header, decoded.
    fn published(name: &str) -> Value {
        let vectors: Value = serde_json::from_str(include_str!("../../tests/vectors/transport.json")).unwrap();
        decoded(vectors[name].as_str().unwrap())
    }

    #[test]
    fn the_published_examples_are_read_and_written() {
        for (terms, payment) in [(None, "X-PAYMENT"), (Some("PAYMENT-REQUIRED"), "PAYMENT-SIGNATURE")] {
            let mut expected = published(payment);
            let message = &expected["payload"]["authorization"];
            let authorization = Authorization::read(Scheme::Exact, &ASSETS[1], message).unwrap();
            let text = expected["payload"]["signature"].as_str().unwrap();
            let signature = Signature::read(&read_bytes(text).unwrap()).unwrap();
            assert_eq!(signature.signer(&authorization.digest()), Some(authorization.transfer().from), "it is genuine");
            let echo = match terms {
                Some(name) => {
                    let offer =
                        terms::reread::<Value>(&published(name).to_string()).unwrap().remove(0).offer(&[]).unwrap();
                    assert_eq!(
                        (offer.amount, offer.pay_to),
                        (authorization.transfer().value, authorization.transfer().to)
                    );
                    offer.echo
                }
                None => offer(&ASSETS[1], 10_000, 60).echo,
            };
            name_the_offer(&mut expected, &echo.network);
            let written = Payment::of::<Value>(&echo, &authorization, &signature.to_hex(), "id-1", "{}");
            assert_eq!(decoded(&written.header), expected, "{payment}");
            assert_eq!(written.header_name(), payment.to_lowercase());
        }
        for name in ["X-PAYMENT-RESPONSE", "PAYMENT-RESPONSE"] {
            let header = published(name).to_string();
            let receipt = Receipt::claimed::<Value>(&authorization(), "t1", Some(&header), 7);
            assert_eq!((receipt.settled, receipt.transaction.map(|t| t.len())), (Settled::Server, Some(66)), "{name}");
        }
    }

    #[test]
    fn receipts_are_made_with_and_without_the_servers_header() {
        let hash = format!("0x{}", "ab".repeat(32));
        let encode = |value: Value| value.to_string();
        let receipt = |header: Option<String>| Receipt::claimed::<Value>(&authorization(), "t1", header.as_deref(), 7);
        let full = receipt(Some(encode(json!({"success": true, "transaction": hash, "network": "base"}))));
        assert_eq!((full.settled, full.transaction.as_deref()), (Settled::Server, Some(hash.as_str())));
        assert_eq!(full.explorer_url, Some(format!("https://basescan.org/tx/{hash}")));
        assert_eq!(full.amount.amount, "1.20");
        for header in [
            None,
            Some("%%%".into()),
            Some(encode(json!({"success": false, "transaction": hash}))),
            Some(encode(json!({"success": true}))),
            Some(encode(json!({"success": true, "transaction": ""}))),
            Some(encode(json!({"success": true, "transaction": null}))),
            Some(encode(json!({"success": true, "transaction": "pending"}))),
            Some(encode(json!({"success": true, "transaction": "javascript:alert(1)"}))),
            Some(encode(json!([]))),
        ] {
            let receipt = receipt(header.clone());
            assert_eq!((receipt.settled, receipt.transaction), (Settled::Unknown, None), "{header:?}");
        }
    }
}
