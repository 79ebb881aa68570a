//! What the page sets: where, on which networks, to whom and up to how much.

use super::{
    assets::{Asset, parse_address},
    budget::Budget,
    error::Error,
    http::BaseUrl,
    json::Json,
    money::parse_units,
    policy::Policy,
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
    /// `invalid_request` with the name of the option. A limit that this version cannot keep is refused, never ignored.
    pub fn read<J: Json>(options: &J) -> Result<Self, Error> {
        if options.get("assets").is_some() {
            return Err(Error::invalid("`assets` is not known to this version; remove it"));
        }
        Ok(Self {
            base_url: base_url(options)?,
            policy: Policy { networks: networks(options)?, pay_to: pay_to(options)?, cap: cap(options)? },
            budget: options.get("budget").as_ref().map(Budget::read).transpose()?,
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

fn networks<J: Json>(options: &J) -> Result<Vec<&'static Asset>, Error> {
    let named = strings(options, "networks")?.unwrap_or_else(|| vec![DEFAULT_NETWORK.into()]);
    if named.is_empty() {
        return Err(Error::invalid("`networks` is empty: nothing could ever be paid"));
    }
    let known = |name: &String| {
        let asset = Asset::on(name).filter(|a| a.chain.caip2 == name);
        asset.ok_or_else(|| {
            Error::invalid(text!("this version knows no USDC on the network `", name, "`; Base is eip155:8453"))
        })
    };
    named.iter().map(known).collect()
}

fn pay_to<J: Json>(options: &J) -> Result<Option<Vec<alloy_primitives::Address>>, Error> {
    let Some(named) = strings(options, "payTo")? else {
        return Ok(None);
    };
    let parsed: Option<Vec<_>> = named.iter().map(|a| parse_address(a)).collect();
    parsed.map(Some).ok_or_else(|| Error::invalid("`payTo` takes addresses: 0x and 40 hex digits each"))
}

fn cap<J: Json>(options: &J) -> Result<String, Error> {
    let given = options.get("maxPrice").map_or(Some(DEFAULT_CAP.into()), |v| v.text());
    let decimal = given.filter(|text| parse_units(text, 6).is_some());
    decimal.ok_or_else(|| Error::invalid("`maxPrice` takes a decimal string of USDC such as \"5.00\""))
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
    let items: Option<Vec<String>> = value.items().and_then(|items| items.iter().map(Json::text).collect());
    items.map(Some).ok_or_else(|| Error::invalid(text!("`", key, "` takes a list of strings")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::{Code, Paid};
    use serde_json::{Value, json};

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let config = Config::read(&json!({})).unwrap();
        assert_eq!(config.base_url.create(), "https://eliza.getimagine.club/generation/create");
        assert_eq!(config.policy.networks.iter().map(|a| a.chain.id).collect::<Vec<_>>(), [8453]);
        assert_eq!((config.policy.cap.as_str(), config.policy.pay_to), ("5.00", None));
        assert_eq!((config.poll_interval, config.timeout), (15_000, Some(1_200_000)));
    }

    #[test]
    fn no_timeout_and_zero_are_different() {
        assert_eq!(Config::read(&json!({"timeout": "none"})).unwrap().timeout, None);
        assert_eq!(Config::read(&json!({"timeout": 0})).unwrap().timeout, Some(0));
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
