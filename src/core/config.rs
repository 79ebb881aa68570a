//! The page's configuration: which service, which networks, whom to pay and how much at most.

use alloy_primitives::{Address, U256};

use super::{
    assets::{Asset, parse_own_address},
    budget::Budget,
    dialect::Shape,
    error::Error,
    http::BaseUrl,
    json::Json,
    money::parse_units,
    names::check_options,
    policy::{Policy, Token},
    text::{number, text},
};

const DEFAULT_BASE_URL: &str = "https://eliza.getimagine.club";
const DEFAULT_NETWORK: &str = "eip155:8453";
const DEFAULT_CAP: &str = "5.00";
const DEFAULT_INTERVAL_MS: u64 = 15_000;
const SHORTEST_INTERVAL_MS: u64 = 2_000;
const DEFAULT_TIMEOUT_MS: u64 = 20 * 60 * 1000;
const DEFAULT_STORAGE: &str = "indexeddb";

/// Limits of a client that no call can lift or widen.
const HELD: [&str; 4] = ["networks", "assets", "payTo", "budget"];

/// Options for which `null` could mean "any" as well as "nothing at all", so it is rejected.
const NEVER_NULL: [&str; 7] = ["maxPrice", "payTo", "payer", "networks", "assets", "budget", "storage"];

/// A checked configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The service's address.
    pub base_url: BaseUrl,
    /// What may be signed.
    pub policy: Policy,
    /// The only account to pay from, if the page names one.
    pub payer: Option<Address>,
    /// Whether the signature of a smart account that is not deployed is sent to a seller who may deploy it.
    pub sends_undeployed: bool,
    /// Whether the seller's own description of the request is not held against it.
    pub ignores_schema: bool,
    /// What all purchases may cost together.
    pub budget: Option<Budget>,
    /// Milliseconds between two polls.
    pub poll_interval: u64,
    /// Maximum wait in milliseconds; `None` for no limit.
    pub timeout: Option<u64>,
    /// Whether requests are sent as forms from the start.
    pub form: bool,
    /// Where the service has the parameters of a request.
    pub shape: Shape,
    /// Where purchases are kept, as the page names it.
    pub storage: String,
}

impl Config {
    /// Reads the options of a call: one object, or the list of those that apply to it, the client's first. Later ones
    /// override earlier ones, but cannot lift their limits. `origin` is that of the page, to which a `baseUrl` that is
    /// a path belongs.
    ///
    /// # Errors
    /// `invalid_request` with the name of the option.
    pub fn read_on<J: Json>(origin: Option<&str>, given: &J) -> Result<Self, Error> {
        let layers = given.items().unwrap_or_else(|| vec![given.clone()]);
        for layer in &layers {
            check_options(layer)?;
            check_nulls(layer)?;
        }
        Self::of(origin, &merged(&layers)?)
    }

    /// Reads the options of a call where there is no page.
    ///
    /// # Errors
    /// Those of [`Config::read_on`].
    #[cfg(any(test, fuzzing))]
    pub fn read<J: Json>(given: &J) -> Result<Self, Error> {
        Self::read_on(None, given)
    }

    fn of<J: Json>(origin: Option<&str>, options: &J) -> Result<Self, Error> {
        let budget = options.get("budget").as_ref().map(Budget::read).transpose()?;
        if budget.is_some() && options.get("assets").is_some() {
            return Err(Error::invalid("`budget` counts USDC alone, so it does not go together with `assets`"));
        }
        check_keep(options)?;
        has_word(options, "http", "private")?;
        Ok(Self {
            base_url: base_url(origin, options)?,
            policy: Policy { tokens: tokens(options)?, pay_to: pay_to(options)? },
            payer: payer(options)?,
            sends_undeployed: has_word(options, "undeployed", "send")?,
            ignores_schema: has_word(options, "schema", "ignore")?,
            budget,
            poll_interval: poll_interval(options)?,
            timeout: timeout(options)?,
            form: form(options)?,
            shape: shape(options)?,
            storage: storage(options),
        })
    }
}

fn check_nulls<J: Json>(options: &J) -> Result<(), Error> {
    match NEVER_NULL.iter().find(|name| options.is_null_at(name)) {
        Some(name) => Err(Error::invalid(text!("`", name, "` is null: give a value, or leave it out"))),
        None => Ok(()),
    }
}

/// Merges all objects into one. `null` counts as absent, except for `timeout`.
fn merged<J: Json>(layers: &[J]) -> Result<J, Error> {
    let mut all = J::object();
    for layer in layers {
        let has_budget = all.get("budget").is_some();
        for (name, value) in layer.entries() {
            if has_budget && name == "storage" && value.as_text() != Some(storage(&all)) {
                let message = "the client's `budget` is counted in its own `storage`: a call cannot take another one";
                return Err(Error::invalid(message));
            }
            let is_held = HELD.contains(&name.as_str()) && all.get(&name).is_some();
            let is_given = name == "timeout" || !layer.is_null_at(&name);
            if is_given && !is_held {
                all.set(&name, value);
            }
        }
    }
    Ok(all)
}

/// Where purchases are kept. The facade, which opens the storage, decides which values are valid.
fn storage<J: Json>(options: &J) -> String {
    options.text_at("storage").unwrap_or_else(|| DEFAULT_STORAGE.into())
}

/// The service's address: as text, as a `URL` object, or as a path of the page's own origin.
fn base_url<J: Json>(origin: Option<&str>, options: &J) -> Result<BaseUrl, Error> {
    let given = options.get("baseUrl").map(|given| given.get("href").unwrap_or(given));
    let text = given.map_or(Some(DEFAULT_BASE_URL.into()), |given| given.as_text()).unwrap_or_default();
    let is_path = text.starts_with('/') && !text.starts_with("//");
    let address = match (is_path, origin) {
        (true, None) => {
            let message = "`baseUrl` is a path of a page's origin, and there is no page here: give the whole address";
            return Err(Error::invalid(message));
        }
        (true, Some(origin)) => text!(origin, text),
        (false, _) => text,
    };
    let url = BaseUrl::parse(&address).ok_or_else(|| {
        Error::invalid(
            "`baseUrl` takes an https address (http only on this machine), or a path such as \"/api/imagine\" on a page \
             whose own origin is one",
        )
    })?;
    if url.is_private_http() && !has_word(options, "http", "private")? {
        return Err(Error::invalid(
            "`baseUrl` is http on a private network, where payments are sent unencrypted: in development, allow it by \
             `http: \"private\"`",
        ));
    }
    Ok(url)
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
        for token in &named {
            if token.asset.chain.caip2 == network {
                tokens.push(*token);
            }
        }
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

fn payer<J: Json>(options: &J) -> Result<Option<Address>, Error> {
    let Some(given) = options.get("payer") else { return Ok(None) };
    let wrong = || Error::invalid("`payer` takes an address: 0x and 40 hex digits, with the right checksum or none");
    given.as_text().as_deref().and_then(parse_own_address).map(Some).ok_or_else(wrong)
}

fn pay_to<J: Json>(options: &J) -> Result<Option<Vec<Address>>, Error> {
    let Some(named) = strings(options, "payTo")? else {
        return Ok(None);
    };
    let mut addresses = Vec::new();
    for name in &named {
        let wrong =
            || Error::invalid("`payTo` takes addresses: 0x and 40 hex digits each, with the right checksum or none");
        addresses.push(parse_own_address(name).ok_or_else(wrong)?);
    }
    Ok(Some(addresses))
}

fn cap<J: Json>(options: &J, asset: &Asset, default: Option<&str>) -> Result<U256, Error> {
    let given = options.get("maxPrice").map_or(default.map(Into::into), |v| v.as_text());
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
    if options.is_null_at("timeout") {
        return Ok(None);
    }
    Ok(Some(milliseconds(options, "timeout")?.unwrap_or(DEFAULT_TIMEOUT_MS)))
}

/// Whether an option has the only value that it takes.
fn has_word<J: Json>(options: &J, name: &str, word: &str) -> Result<bool, Error> {
    match options.get(name).map(|value| value.as_text()) {
        None => Ok(false),
        Some(Some(said)) if said == word => Ok(true),
        Some(_) => Err(Error::invalid(text!("`", name, "` takes \"", word, "\""))),
    }
}

fn form<J: Json>(options: &J) -> Result<bool, Error> {
    match options.get("upload").map(|upload| upload.as_text()) {
        None => Ok(false),
        Some(Some(how)) if how == "json" || how == "form" => Ok(how == "form"),
        Some(_) => Err(Error::invalid("`upload` takes \"json\" or \"form\"")),
    }
}

/// Whether the video is kept is the facade's business: the option only has to be a boolean.
fn check_keep<J: Json>(options: &J) -> Result<(), Error> {
    match options.get("keep").map(|keep| keep.as_boolean()) {
        Some(None) => Err(Error::invalid("`keep` takes true or false")),
        _ => Ok(()),
    }
}

/// The dialect of the service, by its name. ClawdVine takes no forms.
fn shape<J: Json>(options: &J) -> Result<Shape, Error> {
    let named = options.get("dialect").map(|dialect| dialect.as_text().unwrap_or_default());
    match named.as_deref() {
        None | Some("imagine") => Ok(Shape::Object),
        Some("clawdvine") if form(options)? => {
            Err(Error::invalid("the dialect \"clawdvine\" has no forms: leave `upload` out"))
        }
        Some("clawdvine") => Ok(Shape::Flat),
        Some(_) => Err(Error::invalid("`dialect` takes \"imagine\" or \"clawdvine\"")),
    }
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
        texts.push(item.as_text().ok_or_else(wrong)?);
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
    use proptest::{prelude::*, sample::select};
    use serde_json::{Value, json};

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let config = Config::read(&json!({})).unwrap();
        assert_eq!(config.base_url.create(), "https://eliza.getimagine.club/generation/create");
        assert_eq!(config.policy.tokens, [Token { asset: &ASSETS[0], cap: U256::from(5_000_000) }]);
        assert_eq!(config.policy.pay_to, None);
        assert_eq!((config.poll_interval, config.timeout, config.form), (15_000, Some(1_200_000), false));
    }

    #[test]
    fn a_picture_is_sent_as_a_form_only_if_the_page_says_so() {
        for (upload, is_form) in [(json!("form"), true), (json!("json"), false), (Value::Null, false)] {
            assert_eq!(Config::read(&json!({"upload": upload})).unwrap().form, is_form, "{upload}");
        }
    }

    #[test]
    fn a_video_may_be_kept_or_not() {
        for keep in [json!(true), json!(false), Value::Null] {
            assert_eq!(Config::read(&json!({"keep": keep})).unwrap(), Config::read(&json!({})).unwrap(), "{keep}");
        }
    }

    #[test]
    fn the_shortest_poll_interval_is_two_seconds() {
        assert_eq!(Config::read(&json!({"pollInterval": 2_000})).unwrap().poll_interval, 2_000);
        assert!(Config::read(&json!({"pollInterval": 1_999})).is_err());
    }

    #[test]
    fn no_timeout_and_zero_are_different() {
        assert_eq!(Config::read(&json!({"timeout": null})).unwrap().timeout, None);
        assert_eq!(Config::read(&json!([{"timeout": 5}, {"timeout": null}])).unwrap().timeout, None);
        assert_eq!(Config::read(&json!([{"timeout": null}, {}])).unwrap().timeout, None);
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

    fn address(origin: Option<&str>, options: Value) -> Option<String> {
        Config::read_on(origin, &options).ok().map(|config| config.base_url.as_str().into())
    }

    #[test]
    fn a_path_belongs_to_the_origin_of_the_page() {
        let on = |origin, path: &str| address(Some(origin), json!({ "baseUrl": path }));
        for (origin, path, expected) in [
            ("https://my.app", "/api/imagine", "https://my.app/api/imagine"),
            ("https://my.app:8443", "/", "https://my.app:8443"),
            ("http://localhost:3000", "/api/", "http://localhost:3000/api"),
        ] {
            assert_eq!(on(origin, path).as_deref(), Some(expected));
        }
        for (origin, path) in [
            ("https://my.app", "//evil.org/api"),
            ("https://my.app", "/\\evil.org"),
            ("https://my.app", "/api?to=x"),
            ("https://my.app", "/@evil.org"),
            ("https://my.app", "api/imagine"),
            ("https://my.app", "./api"),
            ("http://my.app", "/api"),
            ("capacitor://localhost", "/api"),
            ("http://192.168.1.20:3000", "/api"),
            ("null", "/api"),
            ("", "/api"),
        ] {
            assert_eq!(on(origin, path), None, "{origin} {path}");
        }
        assert_eq!(on("http://example.org", "https://other.org").as_deref(), Some("https://other.org"));
        assert_eq!(on("https://my.app", "").as_deref(), None, "an empty text is no path");
    }

    #[test]
    fn an_address_may_be_a_url_object() {
        let url = json!({"href": "https://example.org/api/"});
        assert_eq!(address(None, json!({ "baseUrl": url })).as_deref(), Some("https://example.org/api"));
    }

    #[test]
    fn http_on_a_private_network_has_to_be_allowed() {
        let here = "http://192.168.1.20:4021";
        let allowed = json!([{"http": "private"}, {"baseUrl": here}]);
        assert_eq!(address(None, allowed).as_deref(), Some(here));
        assert_eq!(address(Some(here), json!({"baseUrl": "/x", "http": "private"})), Some(format!("{here}/x")));
        assert_eq!(address(None, json!({ "baseUrl": here })), None);
    }

    #[test]
    fn bad_options_are_refused_by_name() {
        for (options, word) in [
            (json!({"baseUrl": "http://example.org"}), "baseUrl"),
            (json!({"baseUrl": 5}), "baseUrl"),
            (json!({"baseUrl": {}}), "baseUrl"),
            (json!({"baseUrl": {"href": "http://example.org"}}), "baseUrl"),
            (json!({"baseUrl": "/api"}), "no page"),
            (json!({"baseUrl": "api"}), "baseUrl"),
            (json!({"baseUrl": "http://192.168.1.20"}), "`http:"),
            (json!([{"http": "private"}, {"baseUrl": "http://example.org"}]), "baseUrl"),
            (json!({"http": "any"}), "`http`"),
            (json!({"http": true}), "`http`"),
            (json!({"networks": []}), "networks"),
            (json!({"networks": "eip155:8453"}), "networks"),
            (json!({"networks": ["base"]}), "base"),
            (json!({"networks": ["eip155:2"]}), "eip155:2"),
            (json!({"payTo": ["0x12"]}), "payTo"),
            (json!({"payer": "0x12"}), "payer"),
            (json!({"undeployed": "deploy"}), "undeployed"),
            (json!({"undeployed": true}), "undeployed"),
            (json!({"schema": "check"}), "schema"),
            (json!({"schema": false}), "schema"),
            (json!({"dialect": "sora"}), "dialect"),
            (json!({"dialect": 1}), "dialect"),
            (json!({"dialect": "clawdvine", "upload": "form"}), "upload"),
            (json!({"payer": [PAYEE]}), "payer"),
            (json!({"maxPrice": "abc"}), "maxPrice"),
            (json!({"maxPrice": "-1"}), "maxPrice"),
            (json!({"maxPrice": "1e3"}), "maxPrice"),
            (json!({"maxPrice": ""}), "maxPrice"),
            (json!({"maxPrice": 5}), "maxPrice"),
            (json!({"pollInterval": 1999}), "pollInterval"),
            (json!({"pollInterval": "15000"}), "pollInterval"),
            (json!({"timeout": -1}), "timeout"),
            (json!({"timeout": "none"}), "timeout"),
            (json!({"upload": "xml"}), "upload"),
            (json!({"upload": true}), "upload"),
            (json!({"keep": "yes"}), "keep"),
            (json!({"keep": 1}), "keep"),
            (json!([{"keep": true}, {"keep": {}}]), "keep"),
            (json!({"budget": {}}), "budget"),
            (json!({"maxprice": "0.10"}), "`maxPrice`"),
            (json!([{}, {"maxprice": "0.10"}]), "`maxPrice`"),
            (json!([{"payto": [PAYEE]}, {}]), "`payTo`"),
            (json!({"payTo": ["0x209693bC6afc0C5328bA36FaF03C514EF312287C"]}), "checksum"),
        ] {
            let error = Config::read::<Value>(&options).unwrap_err();
            assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{options}");
            assert!(error.message.contains(word), "{}", error.message);
        }
    }

    const PAYEE: &str = "0x209693Bc6afc0C5328bA36FaF03C514EF312287C";
    const OTHER: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

    #[test]
    fn null_is_refused_for_limits_and_means_left_out_elsewhere() {
        for name in NEVER_NULL {
            for layers in [json!({name: null}), json!([{name: null}, {}]), json!([{}, {name: null}])] {
                let error = Config::read::<Value>(&layers).unwrap_err();
                assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{layers}");
                assert!(error.message.contains(&format!("`{name}` is null")), "{}", error.message);
            }
        }
        let bound = json!({"baseUrl": "https://one.example", "pollInterval": 5_000, "upload": "form"});
        let call = json!({"baseUrl": null, "pollInterval": null, "upload": null, "signal": null, "wallet": null});
        assert_eq!(Config::read(&json!([bound, call])).unwrap(), Config::read(&bound).unwrap());
        assert_eq!(Config::read(&call).unwrap(), Config::read(&json!({})).unwrap());
    }

    #[test]
    fn the_budget_of_a_client_is_counted_in_its_own_storage() {
        let budget = json!({"amount": "5", "per": "day"});
        for (layers, is_refused) in [
            (json!([{"budget": budget}, {"storage": "memory"}]), true),
            (json!([{"budget": budget}, {"storage": "indexeddb"}]), false),
            (json!([{"budget": budget, "storage": "memory"}, {"storage": "memory"}]), false),
            (json!([{"budget": budget, "storage": "memory"}, {"storage": "indexeddb"}]), true),
            (json!([{"budget": budget}, {"budget": {"amount": "9", "per": "day"}, "storage": "memory"}]), true),
            (json!([{"storage": "memory"}, {"budget": budget}]), false),
            (json!([{}, {"budget": budget, "storage": "memory"}]), false),
            (json!([{}, {"budget": budget}, {"storage": "memory"}]), true),
        ] {
            let refusal = Config::read::<Value>(&layers).err().map(|error| error.message.clone());
            assert_eq!(refusal.is_some_and(|message| message.contains("`storage`")), is_refused, "{layers}");
        }
    }

    /// A value of each option, never the default.
    fn some(name: &str, second: bool) -> Value {
        let pick = |one: Value, other: Value| if second { other } else { one };
        match name {
            "networks" => pick(json!(["eip155:8453", "eip155:1"]), json!(["eip155:1", "eip155:137", "eip155:8453"])),
            "payTo" => pick(json!([PAYEE]), json!([OTHER, PAYEE])),
            "assets" => pick(json!([token(json!({}))]), json!([token(json!({"maxPrice": "900.00"}))])),
            "maxPrice" => pick(json!("0.10"), json!("9.00")),
            "baseUrl" => pick(json!("https://one.example"), json!("https://two.example")),
            "upload" => pick(json!("form"), json!("json")),
            _ => pick(json!(3_000), json!(4_000)),
        }
    }

    const MERGED: [&str; 8] =
        ["networks", "payTo", "assets", "maxPrice", "baseUrl", "upload", "pollInterval", "timeout"];

    fn options(names: &[&str], second: bool) -> Value {
        names.iter().map(|name| ((*name).into(), some(name, second))).collect::<serde_json::Map<_, _>>().into()
    }

    proptest! {
        /// Whatever a path is made of, the service is asked at the page's own origin, or not at all.
        #[test]
        fn a_path_leads_to_no_other_origin(path in "/[a-z0-9/@:?#%&.\\\\ ~_-]{0,30}") {
            if let Some(url) = address(Some("https://my.app"), json!({ "baseUrl": path })) {
                prop_assert!(url == "https://my.app" || url.starts_with("https://my.app/"), "{}", url);
                prop_assert!(!path.starts_with("//"));
            }
        }

        /// A client's limits hold whatever a call says; for everything else the call's option counts, then the
        /// client's.
        #[test]
        fn a_call_lifts_no_limit_of_its_client(
            bound in prop::sample::subsequence(&MERGED[..], 0..=8),
            called in prop::sample::subsequence(&MERGED[..], 0..=8),
        ) {
            let (client, call) = (options(&bound, false), options(&called, true));
            let config = Config::read(&json!([client, call])).unwrap();
            let mut expected = call.clone();
            for (name, value) in client.as_object().unwrap() {
                if ["networks", "payTo", "assets"].contains(&name.as_str()) || call.get(name).is_none() {
                    expected[name] = value.clone();
                }
            }
            prop_assert_eq!(&config, &Config::read(&expected).unwrap());
            let later = Config::read(&json!([client, call, {}, options(&["payTo"], true)])).unwrap();
            if bound.contains(&"payTo") {
                prop_assert_eq!(later.policy.pay_to, config.policy.pay_to, "nor does a third");
            }
        }

        #[test]
        fn no_call_changes_the_budget_of_its_client(
            cents in 1u64..10_000,
            per in select(&["hour", "day", "week"][..]),
        ) {
            let client = json!({"budget": {"amount": format!("0.{cents:04}"), "per": per}});
            let call = json!({"budget": {"amount": "999999", "per": "hour"}});
            let alone = Config::read(&client).unwrap().budget;
            prop_assert!(alone.is_some());
            prop_assert_eq!(Config::read(&json!([client, call])).unwrap().budget, alone);
        }
    }
}
