//! What the page sets: where, on which networks, to whom and up to how much.

use alloy_primitives::U256;

use super::{
    assets::{Asset, parse_address},
    budget::Budget,
    error::Error,
    http::BaseUrl,
    json::Json,
    money::parse_units,
    policy::{Policy, Token},
    text::{number, text},
};

const DEFAULT_BASE_URL: &str = "https://eliza.getimagine.club";
const DEFAULT_NETWORK: &str = "eip155:8453";
const DEFAULT_CAP: &str = "5.00";
const DEFAULT_INTERVAL_MS: u64 = 15_000;
const SHORTEST_INTERVAL_MS: u64 = 2_000;
const DEFAULT_TIMEOUT_MS: u64 = 20 * 60 * 1000;

/// A checked configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The service.
    pub base_url: BaseUrl,
    /// What may be signed.
    pub policy: Policy,
    /// What all purchases may cost together.
    pub budget: Option<Budget>,
    /// Milliseconds between two looks at a task.
    pub poll_interval: u64,
    /// Milliseconds of waiting; `None` is no limit.
    pub timeout: Option<u64>,
}

impl Config {
    /// Reads the options of a call. `timeout: "none"` stands for JavaScript's `null`.
    ///
    /// # Errors
    /// `invalid_request` with the name of the option.
    pub fn read<J: Json>(options: &J) -> Result<Self, Error> {
        let budget = options.get("budget").as_ref().map(Budget::read).transpose()?;
        if budget.is_some() && options.get("assets").is_some() {
            return Err(Error::invalid("`budget` counts USDC alone, so it does not go together with `assets`"));
        }
        Ok(Self {
            base_url: base_url(options)?,
            policy: Policy { tokens: tokens(options)?, pay_to: pay_to(options)? },
            budget,
            poll_interval: poll_interval(options)?,
            timeout: timeout(options)?,
        })
    }
}

fn base_url<J: Json>(options: &J) -> Result<BaseUrl, Error> {
    let given = options.get("baseUrl").map_or(Some(DEFAULT_BASE_URL.into()), |v| v.text());
    let parsed = given.as_deref().and_then(BaseUrl::parse);
    parsed.ok_or_else(|| Error::invalid("`baseUrl` takes an https address (http only on this machine)"))
}

/// The tokens of every network, in order of preference: its USDC first, then those that the page names.
fn tokens<J: Json>(options: &J) -> Result<Vec<Token>, Error> {
    let networks = strings(options, "networks")?.unwrap_or_else(|| vec![DEFAULT_NETWORK.into()]);
    let named = assets(options)?;
    let mut tokens = Vec::new();
    for network in &networks {
        let before = tokens.len();
        if let Some(asset) = Asset::on(network).filter(|a| a.chain.caip2 == network) {
            tokens.push(Token { asset, cap: cap(options, asset, Some(DEFAULT_CAP))? });
        }
        tokens.extend(named.iter().filter(|token| token.asset.chain.caip2 == network));
        if tokens.len() == before {
            let message = text!("this version knows no USDC on the network `", network, "`; Base is eip155:8453");
            return Err(Error::invalid(message));
        }
    }
    match named.iter().find(|token| !tokens.contains(token)) {
        Some(Token { asset, .. }) => Err(Error::invalid(text!(
            "`assets`: ",
            asset.chain.caip2,
            " of ",
            asset.symbol,
            " is not among `networks`"
        ))),
        None if tokens.is_empty() => Err(Error::invalid("`networks` is empty: nothing could ever be paid")),
        None => Ok(tokens),
    }
}

fn assets<J: Json>(options: &J) -> Result<Vec<Token>, Error> {
    let Some(list) = options.get("assets") else { return Ok(Vec::new()) };
    let mut tokens = Vec::new();
    for item in list.items().ok_or_else(|| Error::invalid("`assets` takes a list of tokens"))? {
        let asset = Asset::read(&item).map_err(|member| {
            Error::invalid(text!(
                "`assets`: `",
                member,
                "` is missing or wrong. A token, other than the built-in USDC, is { network: \"eip155:8453\", address: \"0x…\", \
                 name, version, symbol, decimals: 6, maxPrice: \"5.00\" }"
            ))
        })?;
        tokens.push(Token { asset, cap: cap(&item, asset, None)? });
    }
    Ok(tokens)
}

fn pay_to<J: Json>(options: &J) -> Result<Option<Vec<alloy_primitives::Address>>, Error> {
    let Some(named) = strings(options, "payTo")? else {
        return Ok(None);
    };
    let mut addresses = Vec::new();
    for name in &named {
        let address = parse_address(name);
        addresses.push(address.ok_or_else(|| Error::invalid("`payTo` takes addresses: 0x and 40 hex digits each"))?);
    }
    Ok(Some(addresses))
}

fn cap<J: Json>(options: &J, asset: &Asset, default: Option<&str>) -> Result<U256, Error> {
    let given = options.get("maxPrice").map_or(default.map(Into::into), |v| v.text());
    let cap = given.and_then(|text| parse_units(&text, asset.decimals));
    cap.ok_or_else(|| Error::invalid(text!("`maxPrice` takes a decimal string of ", asset.symbol, " such as \"5.00\"")))
}

fn poll_interval<J: Json>(options: &J) -> Result<u64, Error> {
    let ms = milliseconds(options, "pollInterval")?.unwrap_or(DEFAULT_INTERVAL_MS);
    if ms < SHORTEST_INTERVAL_MS {
        return Err(Error::invalid(text!("`pollInterval` is at least ", number(SHORTEST_INTERVAL_MS), " ms")));
    }
    Ok(ms)
}

fn timeout<J: Json>(options: &J) -> Result<Option<u64>, Error> {
    if options.text_at("timeout").as_deref() == Some("none") {
        return Ok(None);
    }
    Ok(Some(milliseconds(options, "timeout")?.unwrap_or(DEFAULT_TIMEOUT_MS)))
}

fn milliseconds<J: Json>(options: &J, key: &str) -> Result<Option<u64>, Error> {
    if options.get(key).is_none() {
        return Ok(None);
    }
    let ms = options.whole_at(key);
    ms.map(Some).ok_or_else(|| Error::invalid(text!("`", key, "` takes a whole number of milliseconds")))
}

fn strings<J: Json>(options: &J, key: &str) -> Result<Option<Vec<String>>, Error> {
    let Some(value) = options.get(key) else {
        return Ok(None);
    };
    let wrong = || Error::invalid(text!("`", key, "` takes a list of strings"));
    let mut texts = Vec::new();
    for item in value.items().ok_or_else(wrong)? {
        texts.push(item.text().ok_or_else(wrong)?);
    }
    Ok(Some(texts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        assets::ASSETS,
        error::{Code, Paid},
        money::format_units,
    };
    use serde_json::{Value, json};

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let config = Config::read(&json!({})).unwrap();
        assert_eq!(config.base_url.create(), "https://eliza.getimagine.club/generation/create");
        assert_eq!(config.policy.tokens, [Token { asset: &ASSETS[0], cap: U256::from(5_000_000) }]);
        assert_eq!(config.policy.pay_to, None);
        assert_eq!((config.poll_interval, config.timeout), (15_000, Some(1_200_000)));
    }

    #[test]
    fn no_timeout_and_zero_are_different() {
        assert_eq!(Config::read(&json!({"timeout": "none"})).unwrap().timeout, None);
        assert_eq!(Config::read(&json!({"timeout": 0})).unwrap().timeout, Some(0));
    }

    fn token(changes: Value) -> Value {
        let mut token = json!({
            "network": "eip155:8453", "address": "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42", "name": "EURC", "version": "2",
            "symbol": "EURC", "decimals": 6, "maxPrice": "2.50",
        });
        for (key, value) in changes.entries() {
            token[key] = value;
        }
        token
    }

    #[test]
    fn tokens_besides_usdc_have_a_cap_of_their_own() {
        let far = json!({"network": "eip155:988", "decimals": 18, "maxPrice": "0.5"});
        let options = json!({"networks": ["eip155:988", "eip155:8453"], "maxPrice": "1", "assets": [token(json!({})), token(far)]});
        let tokens = Config::read(&options).unwrap().policy.tokens;
        let said: Vec<_> =
            tokens.iter().map(|t| (t.asset.chain.id, t.asset.symbol, format_units(t.cap, t.asset.decimals))).collect();
        assert_eq!(said, [(988, "EURC", "0.50".into()), (8453, "USDC", "1.00".into()), (8453, "EURC", "2.50".into())]);
        let again = Config::read(&options).unwrap().policy.tokens;
        for (one, other) in tokens.iter().zip(again) {
            assert!(std::ptr::eq(one.asset, other.asset), "known once");
            assert_eq!(one.asset.is_pinned(), one.asset.symbol == "USDC");
        }
    }

    #[test]
    fn a_token_that_cannot_be_one_is_refused_by_member() {
        for (changes, word) in [
            (json!({"network": "base"}), "`network`"),
            (json!({"network": "eip155:08453"}), "`network`"),
            (json!({"network": "eip155:1"}), "`networks`"),
            (json!({"address": "0x12"}), "`address`"),
            (json!({"address": "0x0000000000000000000000000000000000000000"}), "`address`"),
            (json!({"address": "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"}), "`address`"),
            (json!({"name": ""}), "`name`"),
            (json!({"version": 2}), "`version`"),
            (json!({"symbol": null}), "`symbol`"),
            (json!({"decimals": 37}), "`decimals`"),
            (json!({"decimals": "6"}), "`decimals`"),
            (json!({"maxPrice": null}), "maxPrice"),
            (json!({"maxPrice": "1.0000001"}), "maxPrice"),
        ] {
            let error = Config::read::<Value>(&json!({"assets": [token(changes.clone())]})).unwrap_err();
            assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{changes}");
            assert!(error.message.contains(word), "{}", error.message);
        }
        for options in [json!({"assets": {}}), json!({"assets": [], "budget": {"amount": "5", "per": "day"}})] {
            assert!(Config::read::<Value>(&options).unwrap_err().message.contains("assets"), "{options}");
        }
    }

    #[test]
    fn bad_options_are_refused_by_name() {
        for (options, word) in [
            (json!({"baseUrl": "http://example.org"}), "baseUrl"),
            (json!({"baseUrl": 5}), "baseUrl"),
            (json!({"networks": []}), "networks"),
            (json!({"networks": "eip155:8453"}), "networks"),
            (json!({"networks": ["base"]}), "base"),
            (json!({"networks": ["eip155:2"]}), "eip155:2"),
            (json!({"payTo": ["0x12"]}), "payTo"),
            (json!({"maxPrice": "abc"}), "maxPrice"),
            (json!({"maxPrice": "-1"}), "maxPrice"),
            (json!({"maxPrice": "1e3"}), "maxPrice"),
            (json!({"maxPrice": ""}), "maxPrice"),
            (json!({"maxPrice": 5}), "maxPrice"),
            (json!({"pollInterval": 1999}), "pollInterval"),
            (json!({"pollInterval": "15000"}), "pollInterval"),
            (json!({"timeout": -1}), "timeout"),
            (json!({"budget": {}}), "budget"),
        ] {
            let error = Config::read::<Value>(&options).unwrap_err();
            assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{options}");
            assert!(error.message.contains(word), "{}", error.message);
        }
    }
}
