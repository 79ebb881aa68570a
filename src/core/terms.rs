//! The 402 response: what the seller offers, entry by entry.
//!
//! [Version 1](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v1.md) of x402 has its terms in the
//! JSON body, [version 2](https://github.com/coinbase/x402/blob/main/specs/x402-specification-v2.md) in the header
//! `PAYMENT-REQUIRED`, which many sellers forget to expose, or leave out in favour of the body. So both are read, the
//! header first, and all terms come from one of them. One odd entry does not spoil the others: it is kept with the
//! reason why it cannot be paid.

use std::rc::Rc;

use alloy_primitives::{Address, U256, keccak256};

use super::{
    assets::{Asset, parse_address},
    error::{Code, Details, Error, Retry, Stage},
    http::HttpResponse,
    json::{self, Json, ObjectWriter},
    money::parse_atomic,
    place,
    reason::Refusal,
    schema::{Described, Schema},
    scheme::Scheme,
    text::{keep, number, text, word},
};

/// A version of x402.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Terms in the body, payment in `X-PAYMENT`.
    One,
    /// Terms in `PAYMENT-REQUIRED` or the body, payment in `PAYMENT-SIGNATURE`.
    Two,
}

impl Version {
    /// Reads the version's number, which examples of the specification write as text.
    #[must_use]
    pub fn read<J: Json>(number: &J) -> Option<Self> {
        match number.as_number().or_else(|| number.as_text())?.as_str() {
            "1" => Some(Self::One),
            "2" => Some(Self::Two),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn digit(self) -> u8 {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}

/// Terms that can be signed as they are. The policy decides whether they may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How it is paid.
    pub scheme: Scheme,
    /// The token that the offer names: a built-in one, or one of the page's own.
    pub asset: &'static Asset,
    /// The price, in atomic units.
    pub amount: U256,
    /// Who is paid.
    pub pay_to: Address,
    /// How long the authorization may be valid.
    pub max_timeout_seconds: u64,
    /// What the seller wants back.
    pub echo: Echo,
    /// What the seller says of the request, as JSON text that [`Schema::reread`] reads.
    pub schema: Option<String>,
}

/// What a payment returns to the seller, in the seller's own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo {
    /// The version in which the terms were written.
    pub version: Version,
    /// The network as the seller writes it.
    pub network: String,
    /// The chosen entry, as JSON text.
    pub accepted: String,
    /// The `resource` of version 2, as JSON text.
    pub resource: Option<String>,
    /// The `extensions` of version 2, as JSON text.
    pub extensions: Option<String>,
    /// The hash of the whole response. Not sent back; kept to recognise an identical response.
    pub demand: Option<String>,
}

impl Echo {
    /// The terms reduced to this entry, as JSON text that [`reread`] reads.
    #[must_use]
    pub fn terms(&self) -> String {
        ObjectWriter::default()
            .raw("x402Version", &number(self.version.digit().into()))
            .raw("accepts", &text!("[", self.accepted, "]"))
            .optional_raw("resource", self.resource.as_deref())
            .optional_raw("extensions", self.extensions.as_deref())
            .optional("demand", self.demand.as_deref())
            .finish()
    }
}

/// One entry of `accepts`: the seller's own JSON, and its context.
#[derive(Clone, Debug)]
pub struct Entry<J> {
    raw: J,
    frame: Rc<Frame<J>>,
}

/// The shortest window in which a person can sign and a facilitator can settle.
const SHORTEST_SECONDS: u64 = 10;
/// More than a century is a mistake.
const LONGEST_SECONDS: u64 = 0xffff_ffff;
/// What version 1 sellers mean when they leave the window out.
const DEFAULT_SECONDS: u64 = 60;
/// No seller has more networks than this; further entries are not read.
const MOST_ENTRIES: usize = 32;

/// Many times the size of real terms.
const LONGEST_HEADER: usize = 0x1_0000;
const LONGEST_BODY: usize = 0x4_0000;
/// The size limit of what version 2 wants back. In base64, with the payment itself, more would not fit into the 16 KiB
/// that servers accept.
const LONGEST_ECHO: usize = 0x2c00;

/// Reads a 402.
///
/// # Errors
/// `bad_response` if there are no terms in it, `no_acceptable_offer` if they list no offer.
pub fn read<J: Json>(response: &HttpResponse<J>) -> Result<Vec<Entry<J>>, Error> {
    let document = document(response);
    match document.and_then(|terms| read_document(&terms, Some(demand(response)))) {
        Some(entries) if !entries.is_empty() => Ok(entries),
        Some(_) => Err(unusable(response, Code::NoAcceptableOffer, "the server asked for payment, but lists no offer")
            .retry(Retry::Never)
            .detail("offers", Vec::<Details>::new())),
        None => Err(unusable(
            response,
            Code::BadResponse,
            place::pick(
                "the server asked for payment, but shows this page no terms (version 2 of x402 has them in the header \
                 `PAYMENT-REQUIRED`, which the server's CORS must expose, or use `imagine-x402/proxy`)",
                "the server asked for payment, but shows no terms (version 2 of x402 has them in the header \
                 `PAYMENT-REQUIRED`)",
            ),
        )),
    }
}

fn unusable<J: Json>(response: &HttpResponse<J>, code: Code, what: &str) -> Error {
    Refusal::read(response).error(code, Stage::Quote, what)
}

/// The content of a 402 as one hash: a paid request that gets the same one was not seen to be paid.
#[must_use]
pub fn demand<J>(response: &HttpResponse<J>) -> String {
    word(keccak256(text!(response.terms.as_deref().unwrap_or_default(), "\n", response.body.text)))
}

fn document<J: Json>(response: &HttpResponse<J>) -> Option<J> {
    let announced = response.terms.as_ref().filter(|header| header.len() <= LONGEST_HEADER);
    let announced = announced.and_then(|header| J::parse(header)).filter(is_terms);
    let body = Some(&response.body).filter(|body| body.text.len() <= LONGEST_BODY);
    announced.or_else(|| body?.json.clone())
}

/// Reads terms that [`Echo::terms`] wrote.
#[must_use]
pub fn reread<J: Json>(terms: &str) -> Option<Vec<Entry<J>>> {
    let terms = J::parse(terms)?;
    let demand = terms.text_at("demand");
    read_document(&terms, demand)
}

/// Whether the header has terms: otherwise the body may.
fn is_terms<J: Json>(document: &J) -> bool {
    document.get("accepts").is_some()
}

fn read_document<J: Json>(document: &J, demand: Option<String>) -> Option<Vec<Entry<J>>> {
    let (said, accepts) = (document.get("x402Version")?, document.get("accepts")?.items()?);
    let version = Version::read(&said);
    let part = |key| document.get(key).filter(|_| version == Some(Version::Two)).map(|part| part.to_text());
    let (resource, extensions) = (part("resource"), part("extensions"));
    let bazaar = document.get("extensions").and_then(|extensions| extensions.get("bazaar"));
    let version = version.ok_or_else(|| text!("it is of x402 version ", bounded(&said.to_text()), ", not 1 or 2"));
    let frame = Rc::new(Frame { version, resource, extensions, demand, bazaar });
    let mut entries = Vec::new();
    for raw in accepts.into_iter().take(MOST_ENTRIES) {
        entries.push(Entry { raw, frame: frame.clone() });
    }
    Some(entries)
}

/// The context of the entries.
#[derive(Debug)]
struct Frame<J> {
    /// Or why it is none, in words.
    version: Result<Version, String>,
    resource: Option<String>,
    extensions: Option<String>,
    demand: Option<String>,
    /// The member `extensions.bazaar`, which sellers of either version may have.
    bazaar: Option<J>,
}

impl<J: Json> Entry<J> {
    /// The offer, for a page that names these tokens besides the built-in ones.
    ///
    /// # Errors
    /// Why it cannot be paid, in words.
    pub fn offer(&self, named: &[&'static Asset]) -> Result<Offer, String> {
        read_offer(&self.raw, &self.frame, named)
    }

    /// Whether that offer was read from it.
    #[must_use]
    pub fn is_of(&self, offer: &Offer) -> bool {
        self.raw.to_text() == offer.echo.accepted
    }

    /// What the seller says of the request, in this entry or else in another of all.
    #[must_use]
    pub fn schema(&self, all: &[Self]) -> Option<Schema<J>> {
        // Most sellers say the same in each entry.
        let said = |entry: &Self| entry.raw.get("outputSchema").map(|said| said.to_text());
        let own = said(self);
        let others = all.iter().filter(|other| said(other) != own).map(|other| other.raw.clone()).collect();
        let is_newer = self.frame.version == Ok(Version::Two);
        Schema::read(&Described { chosen: self.raw.clone(), others, bazaar: self.frame.bazaar.clone(), is_newer })
    }

    /// How close it comes to an offer that can be paid, for a page with these tokens: the reason of the closest one
    /// says most.
    #[must_use]
    pub fn closeness(&self, tokens: &[&'static Asset]) -> usize {
        let token = token_of(&self.raw, tokens);
        let is_known = self.raw.text_at("scheme").is_some_and(|scheme| Scheme::read(&scheme).is_some());
        let is_allowed = token.is_some_and(|token| tokens.contains(&token));
        [is_known, token.is_some(), is_allowed].into_iter().map(usize::from).sum()
    }

    /// The entry as text, for an error's details.
    #[must_use]
    pub fn describe(&self, reason: &str) -> Details {
        describe(&self.raw, reason)
    }
}

impl Offer {
    /// The error for an offer that turns out to be unusable once the payer is known.
    #[must_use]
    pub fn refuse<J: Json>(&self, reason: &str) -> Error {
        let described = J::parse(&self.echo.accepted).map(|raw| describe(&raw, reason));
        Error::unpaid(Code::NoAcceptableOffer, Stage::Wallet, text!(reason, "; nothing was paid"))
            .retry(Retry::Never)
            .detail("offers", described.into_iter().collect::<Vec<_>>())
    }
}

fn describe<J: Json>(raw: &J, reason: &str) -> Details {
    let field = |name: &'static str| (name, bounded(&raw.text_at(name).unwrap_or_default()).into());
    Details::of(vec![
        field("scheme"),
        field("network"),
        field("asset"),
        ("amount", bounded(&amount_text(raw).unwrap_or_default()).into()),
        field("payTo"),
        ("reason", reason.into()),
    ])
}

fn read_offer<J: Json>(raw: &J, frame: &Frame<J>, named: &[&'static Asset]) -> Result<Offer, String> {
    let version = frame.version.clone()?;
    let scheme = required(raw, "scheme")?;
    let scheme = Scheme::read(&scheme).ok_or_else(|| unsupported(&scheme))?;
    let network = required(raw, "network")?;
    let token = required(raw, "asset")?;
    let asset = token_of(raw, named);
    let asset =
        asset.ok_or_else(|| text!("no asset ", quoted(&token), " is known on the network ", quoted(&network)))?;
    check_extra(raw, scheme, asset)?;
    let written = amount_text(raw)?;
    // Neither 0 nor leading zeros, which some languages read as octal.
    let amount = parse_atomic(&written)
        .filter(|_| !written.starts_with('0'))
        .ok_or_else(|| text!("the amount ", quoted(&written), " must be a whole number of atomic units above 0"))?;
    let pay_to = required(raw, "payTo")?;
    let pay_to = parse_address(&pay_to)
        .filter(|address| !address.is_zero() && *address != asset.address)
        .ok_or_else(|| text!("the recipient ", quoted(&pay_to), " is no usable address"))?;
    let accepted = raw.to_text();
    let Frame { resource, extensions, demand, .. } = frame;
    let parts = [Some(&accepted), resource.as_ref(), extensions.as_ref()];
    let echoed: usize = parts.into_iter().flatten().fold(0, |sum, part| sum.saturating_add(json::ascii(part).len()));
    if accepted == "null" || (version == Version::Two && echoed > LONGEST_ECHO) {
        return Err("what the seller wants to see again is too long, or nested too deeply, for a header".into());
    }
    let (resource, extensions, demand) = (resource.clone(), extensions.clone(), demand.clone());
    let echo = Echo { version, network, accepted, resource, extensions, demand };
    Ok(Offer { scheme, asset, amount, pay_to, max_timeout_seconds: window(raw)?, echo, schema: None })
}

/// Version 1 calls it `maxAmountRequired`, version 2 `amount`, and some sellers mix them. If both are present, they
/// must agree.
fn amount_text<J: Json>(raw: &J) -> Result<String, String> {
    const NAMES: [&str; 2] = ["amount", "maxAmountRequired"];
    match NAMES.map(|name| raw.get(name).is_some()) {
        [true, false] => required(raw, NAMES[0]),
        [false, true] => required(raw, NAMES[1]),
        _ => {
            let (one, other) = (required(raw, NAMES[0])?, required(raw, NAMES[1])?);
            if one == other { Ok(one) } else { Err("`amount` and `maxAmountRequired` differ".into()) }
        }
    }
}

/// A way of paying that this library does not have.
fn unsupported(way: &str) -> String {
    text!("this way of paying is not supported: ", quoted(way))
}

/// The token that an entry names.
fn token_of<J: Json>(raw: &J, named: &[&'static Asset]) -> Option<&'static Asset> {
    let address = parse_address(&raw.text_at("asset")?)?;
    Asset::among(named, &raw.text_at("network")?, address)
}

/// The members of `extra` that choose another way of paying, such as `permit2` or `erc7710`.
const WAYS: [&str; 1] = ["assetTransferMethod"];
/// The name that Circle's Gateway has in `extra`
/// ([x402](https://developers.circle.com/gateway/nanopayments/concepts/x402)).
const GATEWAY: &str = "GatewayWalletBatched";
/// The contract whose signature it is.
const VERIFIER: &str = "verifyingContract";

/// What is signed comes from the table, never from the seller, whose own statement may only agree.
fn check_extra<J: Json>(raw: &J, scheme: Scheme, asset: &Asset) -> Result<(), String> {
    let Some(extra) = raw.get("extra") else {
        return Ok(());
    };
    for (key, pinned) in scheme.extra(asset) {
        let Some(value) = extra.get(key) else { continue };
        // The version is a number in some examples of the specification.
        let said = value.as_text().or_else(|| value.as_number()).unwrap_or_else(|| value.to_text());
        if said == pinned {
            continue;
        }
        if WAYS.contains(&key) || said == GATEWAY {
            return Err(unsupported(&said));
        }
        return Err(text!("`extra.", key, "` is ", quoted(&said), ", the token's own is \"", pinned, "\""));
    }
    match extra.get(VERIFIER).map(|contract| contract.as_text().as_deref().and_then(parse_address)) {
        Some(verifier) if verifier != Some(asset.address) => {
            Err(text!("`extra.", VERIFIER, "` is another contract than the token"))
        }
        _ => Ok(()),
    }
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

/// A seller's text inside one of our sentences.
fn quoted(text: &str) -> String {
    text!("\"", bounded(text), "\"")
}

/// A seller's text, shortened and reduced to letters, digits and signs that can neither be invisible nor be markup.
fn bounded(text: &str) -> String {
    keep(text, 100, |c| matches!(c, ' '..='~') && !matches!(c, '<' | '>'))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::core::{authorization::Authorization, payment::Payment};
    use alloy_primitives::B256;
    use serde_json::{Value, json};

    /// The documented 402 of the service.
    pub(crate) const DOCUMENTED: &str = include_str!("../../tests/fixtures/payment-required.json");

    /// The documented 402 with some members of its only entry replaced; `null` removes a member.
    pub(crate) fn with(changes: Value) -> String {
        let mut body: Value = serde_json::from_str(DOCUMENTED).unwrap();
        for (key, value) in changes.entries() {
            body["accepts"][0][key] = value;
        }
        body.to_string()
    }

    /// A version 1 offer for that many atomic units, with a window of that many seconds.
    pub(crate) fn offer(asset: &'static Asset, atomic: u64, seconds: u64) -> Offer {
        Offer {
            scheme: Scheme::Exact,
            asset,
            amount: U256::from(atomic),
            pay_to: "0x209693Bc6afc0C5328bA36FaF03C514EF312287C".parse().unwrap(),
            max_timeout_seconds: seconds,
            echo: Echo {
                version: Version::One,
                network: asset.chain.x402_name.unwrap_or_default().into(),
                accepted: "{}".into(),
                resource: None,
                extensions: None,
                demand: None,
            },
            schema: None,
        }
    }

    fn answered(body: &str) -> HttpResponse<Value> {
        HttpResponse { status: 402, body: body.into(), ..HttpResponse::default() }
    }

    fn only(body: &str) -> Result<Offer, String> {
        let mut entries = read::<Value>(&answered(body)).unwrap();
        assert_eq!(entries.len(), 1);
        entries.remove(0).offer(&[])
    }

    #[test]
    fn the_documented_terms_are_an_offer() {
        let offer = only(DOCUMENTED).unwrap();
        assert_eq!(offer.asset.chain.id, 8453);
        assert_eq!(offer.amount, U256::from(1_000_000));
        assert_eq!(offer.pay_to.to_string(), "0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96");
        assert_eq!((offer.max_timeout_seconds, offer.echo.network.as_str()), (60, "base"));
    }

    #[test]
    fn deviations_that_do_not_concern_money_are_tolerated() {
        for changes in [
            json!({"mimeType": null, "outputSchema": null, "description": 5, "resource": {}}),
            json!({"extra": null, "maxTimeoutSeconds": null}),
            json!({"network": "eip155:8453", "unknown": {"deep": []}}),
            json!({"extra": {"name": "USD Coin", "version": 2}}),
            json!({"extra": {"verifyingContract": "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"}}),
        ] {
            assert!(only(&with(changes.clone())).is_ok(), "{changes}");
        }
    }

    #[test]
    fn deviations_that_concern_money_are_refused() {
        let two_to_the_256 = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        for (changes, word) in [
            (json!({"scheme": "upto"}), "this way of paying is not supported: \"upto\""),
            (json!({"network": "solana"}), "network"),
            (json!({"network": "eip155:2"}), "network"),
            (json!({"network": "base-sepolia"}), "asset"),
            (json!({"asset": "0x036CbD53842c5426634e7929541eC2318f3dCF7e"}), "asset"),
            (json!({"asset": 5}), "asset"),
            (json!({"maxAmountRequired": "1e6"}), "amount"),
            (json!({"maxAmountRequired": "-1"}), "amount"),
            (json!({"maxAmountRequired": "0x10"}), "amount"),
            (json!({"maxAmountRequired": "0"}), "amount"),
            (json!({"maxAmountRequired": "01000000"}), "amount"),
            (json!({"maxAmountRequired": two_to_the_256}), "amount"),
            (json!({"maxAmountRequired": 1_000_000}), "maxAmountRequired"),
            (json!({"payTo": "0x13a9"}), "recipient"),
            (json!({"payTo": "0x0000000000000000000000000000000000000000"}), "recipient"),
            (json!({"payTo": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}), "recipient"),
            (json!({"payTo": null}), "payTo"),
            (json!({"extra": {"name": "USDC", "version": "2"}}), "extra.name"),
            (json!({"extra": {"name": "USD Coin", "version": 1}}), "extra.version"),
            (json!({"extra": {"assetTransferMethod": "permit2"}}), "this way of paying is not supported: \"permit2\""),
            (json!({"extra": {"assetTransferMethod": "erc7710"}}), "this way of paying is not supported: \"erc7710\""),
            (json!({"extra": {"name": "GatewayWalletBatched", "version": "1"}}), "this way of paying is not supported"),
            (json!({"scheme": "batch-settlement"}), "this way of paying is not supported: \"batch-settlement\""),
            (
                json!({"extra": {"verifyingContract": "0x036CbD53842c5426634e7929541eC2318f3dCF7e"}}),
                "verifyingContract",
            ),
            (json!({"extra": {"verifyingContract": 5}}), "verifyingContract"),
            (json!({"maxTimeoutSeconds": 9}), "maxTimeoutSeconds"),
            (json!({"maxTimeoutSeconds": "60"}), "maxTimeoutSeconds"),
            (json!({"maxTimeoutSeconds": 60.5}), "maxTimeoutSeconds"),
        ] {
            let reason = only(&with(changes.clone())).unwrap_err();
            assert!(reason.contains(word), "{changes}: {reason}");
        }
    }

    #[test]
    fn offers_beyond_the_first_32_are_not_read() {
        let mut terms: Value = serde_json::from_str(DOCUMENTED).unwrap();
        for (listed, read) in [(32, 32), (33, 32), (100, 32)] {
            terms["accepts"] = vec![terms["accepts"][0].clone(); listed].into();
            assert_eq!(super::read::<Value>(&answered(&terms.to_string())).unwrap().len(), read);
        }
    }

    #[test]
    fn a_window_is_between_ten_seconds_and_a_century() {
        let window = |seconds: Value| only(&with(json!({"maxTimeoutSeconds": seconds}))).map(|o| o.max_timeout_seconds);
        for seconds in [10, 60, 0xffff_ffff_u64] {
            assert_eq!(window(json!(seconds)), Ok(seconds));
        }
        assert_eq!(window(Value::Null), Ok(60), "left out");
        for wrong in [json!(9), json!(0), json!(0x1_0000_0000_u64), json!(-60), json!([])] {
            assert!(window(wrong.clone()).unwrap_err().contains("maxTimeoutSeconds"), "{wrong}");
        }
    }

    fn announced(terms: &Value, body: &str) -> HttpResponse<Value> {
        HttpResponse { terms: Some(terms.to_string()), ..answered(body) }
    }

    /// The documented terms as a version 2 seller sends them.
    fn second() -> Value {
        let first: Value = serde_json::from_str(DOCUMENTED).unwrap();
        let mut entry = first["accepts"][0].clone();
        entry["network"] = "eip155:8453".into();
        entry["amount"] = entry["maxAmountRequired"].take();
        json!({"x402Version": 2, "resource": {"url": "https://x/y"}, "accepts": [entry], "extensions": {"bazaar": {}}})
    }

    #[test]
    fn version_2_is_read_from_the_header_and_from_the_body() {
        for response in [announced(&second(), "{}"), announced(&second(), DOCUMENTED), answered(&second().to_string())]
        {
            let offer = read::<Value>(&response).unwrap().remove(0).offer(&[]).unwrap();
            assert_eq!((offer.amount, offer.asset.chain.id), (U256::from(1_000_000), 8453));
            let Echo { version, accepted, resource, extensions, .. } = &offer.echo;
            let parse = |text: &str| Value::parse(text).unwrap();
            assert_eq!((*version, parse(accepted)), (Version::Two, second()["accepts"][0].clone()), "word for word");
            assert_eq!(resource.as_deref().map(parse), Some(second()["resource"].clone()));
            assert_eq!(extensions.as_deref().map(parse), Some(second()["extensions"].clone()));
            assert_eq!(reread::<Value>(&offer.echo.terms()).unwrap().remove(0).offer(&[]).unwrap(), offer);
        }
    }

    #[test]
    fn a_version_in_quotes_is_that_version() {
        for (version, read) in [("1", Version::One), ("2", Version::Two)] {
            let terms = json!({"x402Version": version, "accepts": second()["accepts"]});
            assert_eq!(only(&terms.to_string()).unwrap().echo.version, read);
        }
    }

    #[test]
    fn without_terms_in_the_header_the_body_is_read() {
        for header in [
            "",
            "%%%",
            "{}",
            "[]",
            &json!({"x402Version": 2, "accepts": [], "_": "A".repeat(LONGEST_HEADER)}).to_string(),
        ] {
            let response = HttpResponse { terms: Some(header.into()), ..answered(DOCUMENTED) };
            assert_eq!(
                read::<Value>(&response).unwrap()[0].offer(&[]).unwrap().echo.version,
                Version::One,
                "{header:.9}"
            );
        }
        let first: Value = serde_json::from_str(DOCUMENTED).unwrap();
        let offer = read::<Value>(&announced(&first, "{}")).unwrap().remove(0).offer(&[]).unwrap();
        assert_eq!(offer.echo.version, Version::One, "version 1 in the header of version 2");
        let long = format!("{}{}", DOCUMENTED, " ".repeat(LONGEST_BODY));
        assert_eq!(read::<Value>(&answered(&long)).unwrap_err().code, Code::BadResponse);
    }

    #[test]
    fn terms_of_a_common_length_are_read_wherever_they_are() {
        let filled = |length: usize, mut terms: Value| {
            terms["_"] = "".into();
            terms["_"] = "A".repeat(length - terms.to_string().len()).into();
            terms
        };
        let version = |response: &HttpResponse<Value>| {
            read::<Value>(response).ok().map(|entries| entries[0].offer(&[]).unwrap().echo.version)
        };
        let first: Value = serde_json::from_str(DOCUMENTED).unwrap();
        assert_eq!(version(&announced(&filled(65_536, second()), DOCUMENTED)), Some(Version::Two));
        assert_eq!(version(&announced(&filled(65_537, second()), DOCUMENTED)), Some(Version::One));
        assert_eq!(version(&answered(&filled(262_144, first.clone()).to_string())), Some(Version::One));
        assert_eq!(version(&answered(&filled(262_145, first).to_string())), None);
    }

    #[test]
    fn the_hybrid_of_both_versions_is_an_offer() {
        let hybrid = json!({"x402Version": 2, "accepts": [
            {"scheme": "exact", "network": "eip155:8453", "maxAmountRequired": "1200000", "maxTimeoutSeconds": 300,
             "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "payTo": "0x1a1E1b82Da7E91E9567a40b0f952748b586389F9"},
            {"scheme": "exact", "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "maxAmountRequired": "1200000",
             "asset": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "payTo": "8bsg"},
        ]});
        let entries = read::<Value>(&answered(&hybrid.to_string())).unwrap();
        let offer = entries[0].offer(&[]).unwrap();
        assert_eq!((offer.amount, offer.echo.version), (U256::from(1_200_000), Version::Two));
        assert!(entries[1].offer(&[]).unwrap_err().contains("network"));
    }

    #[test]
    fn two_amounts_must_agree() {
        assert_eq!(only(&with(json!({"amount": "1000000"}))).unwrap().amount, U256::from(1_000_000));
        for changes in [json!({"amount": "1"}), json!({"amount": 1_000_000}), json!({"amount": ["1000000"]})] {
            assert!(only(&with(changes.clone())).unwrap_err().contains("amount"), "{changes}");
        }
        assert!(only(&with(json!({"maxAmountRequired": null}))).unwrap_err().contains("amount"));
    }

    #[test]
    fn bodies_without_terms_are_refused() {
        for (body, code) in [
            ("<html>", Code::BadResponse),
            ("{\"x402Version\":1,\"acce", Code::BadResponse),
            ("[]", Code::BadResponse),
            ("{}", Code::BadResponse),
            ("{\"x402Version\":1}", Code::BadResponse),
            ("{\"x402Version\":1,\"accepts\":{}}", Code::BadResponse),
            ("{\"x402Version\":2}", Code::BadResponse),
            ("{\"accepts\":[]}", Code::BadResponse),
            ("{\"x402Version\":1,\"accepts\":[]}", Code::NoAcceptableOffer),
            ("{\"x402Version\":3,\"accepts\":[]}", Code::NoAcceptableOffer),
        ] {
            assert_eq!(read::<Value>(&answered(body)).unwrap_err().code, code, "{body}");
        }
    }

    #[test]
    fn offers_of_another_version_are_listed_with_that_reason() {
        for version in [json!(3), json!("3"), json!({"major": 2})] {
            let mut terms = second();
            terms["x402Version"] = version.clone();
            let entries = read::<Value>(&answered(&terms.to_string())).unwrap();
            let reason = entries[0].offer(&[]).unwrap_err();
            assert!(reason.contains("version") && entries.len() == 1, "{version}: {reason}");
            assert_eq!(entries[0].describe(&reason).get("network"), Some(&"eip155:8453".into()), "{version}");
        }
    }

    #[test]
    fn a_402_without_terms_reports_the_servers_reason() {
        let error = read::<Value>(&answered("{\"error\":\"売り切れました\"}")).unwrap_err();
        assert!(error.message.ends_with(": \"売り切れました\""), "{}", error.message);
        assert_eq!(error.details.get("reason"), Some(&"売り切れました".into()));
        let terms = json!({"x402Version": 2, "accepts": [], "error": "sold out"});
        let error = read::<Value>(&announced(&terms, "{}")).unwrap_err();
        assert_eq!((error.code, error.retry), (Code::NoAcceptableOffer, Retry::Never));
        assert!(error.message.ends_with(": \"sold out\""), "{}", error.message);
    }

    #[test]
    fn an_offer_whose_echo_does_not_fit_a_header_is_refused() {
        let long = |letters: usize| {
            let mut terms = second();
            terms["extensions"]["bazaar"] = "x".repeat(letters).into();
            read::<Value>(&answered(&terms.to_string())).unwrap().remove(0).offer(&[])
        };
        assert!(long(4_000).is_ok());
        assert!(long(12_000).unwrap_err().contains("too long"));
        assert!(only(&with(json!({"outputSchema": "x".repeat(12_000)}))).is_ok(), "version 1 echoes nothing");
    }

    #[test]
    fn an_echo_may_be_as_long_as_the_header_allows() {
        let long = |letters: usize| {
            let mut terms = second();
            terms["extensions"] = "x".repeat(letters).into();
            let offer = read::<Value>(&answered(&terms.to_string())).unwrap().remove(0).offer(&[])?;
            let Echo { accepted, resource, extensions, .. } = offer.echo;
            Ok::<usize, String>(accepted.len() + resource.unwrap().len() + extensions.unwrap().len())
        };
        let mut offer = only(DOCUMENTED).unwrap();
        offer.echo = Echo { version: Version::Two, accepted: "x".repeat(LONGEST_ECHO), ..offer.echo };
        let authorization = Authorization::stamp(&offer, offer.pay_to, B256::ZERO, 1_740_672_089_000);
        let signature = "ab".repeat(65);
        let header = Payment::of::<Value>(&offer.echo, &authorization, &signature, "id-1", "{}").header;
        assert!((15 * 1024..=16 * 1024).contains(&header.len()), "{} bytes: servers take 16 KiB", header.len());
        let others = long(0).unwrap();
        assert_eq!(long(LONGEST_ECHO - others), Ok(LONGEST_ECHO));
        assert!(long(LONGEST_ECHO - others + 1).unwrap_err().contains("too long"));
    }

    #[test]
    fn a_response_is_recognised_by_its_terms_and_its_body() {
        let (one, other) = (answered(DOCUMENTED), announced(&second(), DOCUMENTED));
        assert_eq!(demand(&one), word(keccak256(format!("\n{DOCUMENTED}"))));
        assert_ne!(demand(&one), demand(&other));
        assert_ne!(demand(&one), demand(&answered("{}")));
        for response in [one, other] {
            let offer = read::<Value>(&response).unwrap().remove(0).offer(&[]).unwrap();
            assert_eq!(offer.echo.demand, Some(demand(&response)));
            assert_eq!(reread::<Value>(&offer.echo.terms()).unwrap().remove(0).offer(&[]).unwrap(), offer);
        }
    }

    #[test]
    fn an_offer_that_is_refused_later_is_described() {
        let error = only(DOCUMENTED).unwrap().refuse::<Value>("not this one");
        assert_eq!((error.code, error.retry), (Code::NoAcceptableOffer, Retry::Never));
        assert_eq!(error.message, "not this one; nothing was paid");
        let expected = json!([{
            "scheme": "exact", "network": "base", "asset": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "amount": "1000000", "payTo": "0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96", "reason": "not this one",
        }]);
        assert_eq!(Value::of(&error.details)["offers"], expected);
    }

    #[test]
    fn text_of_the_server_is_bounded() {
        let quoted = |scheme: &str| only(&with(json!({"scheme": scheme}))).unwrap_err();
        assert_eq!(quoted("<b>up\u{202e}to</b>é ~"), "this way of paying is not supported: \"bupto/b ~\"");
        let reason = only(&with(json!({"scheme": format!("\u{7}{}", "x".repeat(5000))}))).unwrap_err();
        assert!(reason.len() < 200 && !reason.contains('\u{7}'), "{reason}");
    }
}
