//! Which requests are the same, and which calls are one purchase. This includes a small simulation in which calls
//! arrive, connect, are refused and end in any order.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::core::{assets::parse_address, journal::Known, request::Request};

fn request(fields: Value) -> Request {
    Request::read(&fields, "123e4567-e89b-12d3-a456-426614174000".into()).unwrap()
}

fn fingerprint(fields: Value) -> String {
    request(fields).fingerprint().as_str().into()
}

fn identity(fields: Value, options: Value) -> String {
    of_call(request(fields).fingerprint(), &Config::read(&options).unwrap())
}

#[test]
fn a_request_is_what_the_page_gave_and_nothing_else() {
    let plain = || json!({"prompt": "a boat", "extra": {"a": 1, "b": {"c": [1, 2], "d": null}}});
    let same = [
        json!({"prompt": "a boat", "extra": {"b": {"d": null, "c": [1, 2]}, "a": 1}}),
        json!({"prompt": "a boat", "id": "order-7", "extra": {"a": 1, "b": {"c": [1, 2], "d": null}}}),
        json!({"prompt": "a boat", "autoClank": false, "autoEnhance": null, "extra": plain()["extra"]}),
    ];
    for other in same {
        assert_eq!(fingerprint(plain()), fingerprint(other.clone()), "{other}");
    }
    let mut others = vec![
        plain(),
        json!({"prompt": "a boat"}),
        json!({"prompt": "a ship"}),
        json!({"prompt": "a boat", "videoModel": "sora"}),
        json!({"prompt": "a boat", "duration": 8}),
        json!({"prompt": "a boat", "soraVideoId": "sora"}),
        json!({"prompt": "a boat", "autoEnhance": true}),
        json!({"prompt": "a boat", "autoClank": true}),
        json!({"prompt": "a boat", "image": "https://x/1.png"}),
        json!({"prompt": "a boat", "image": "https://x/2.png"}),
        json!({"prompt": "a boat", "extra": {"a": 1, "b": {"c": [2, 1], "d": null}}}),
        json!({"prompt": "a boat", "extra": {"a": "1", "b": {"c": [1, 2], "d": null}}}),
        json!({"prompt": "a boat", "extra": {"imageDigest": "abc"}}),
    ];
    for (kind, digest) in [("image/gif", "abc"), ("image/gif", "abd"), ("image/png", "abc")] {
        others.push(json!({"prompt": "a boat", "image": {"type": kind, "digest": digest, "size": "3"}}));
    }
    let mut known: Vec<String> = others.iter().cloned().map(fingerprint).collect();
    known.sort();
    known.dedup();
    assert_eq!(known.len(), others.len());
    assert_eq!(fingerprint(json!({"prompt": "a boat", "extra": {}})), fingerprint(json!({"prompt": "a boat"})));
}

#[test]
fn deeply_nested_values_are_still_told_apart() {
    let nested = |leaf: &str| (0..200).fold(json!(leaf), |inner, _| json!({"a": inner}));
    let deep = |leaf| fingerprint(json!({"prompt": "a boat", "extra": nested(leaf)}));
    assert_eq!(deep("x"), deep("x"));
    assert_ne!(deep("x"), deep("y"));
}

#[test]
fn members_with_the_same_name_keep_their_order() {
    let named = |names: &[(&str, u8)]| names.iter().map(|(name, at)| ((*name).into(), *at)).collect::<Vec<_>>();
    let sorted = sorted(named(&[("b", 1), ("a", 2), ("c", 3), ("a", 4), ("", 5)]));
    assert_eq!(sorted, named(&[("", 5), ("a", 2), ("a", 4), ("b", 1), ("c", 3)]));
}

#[test]
fn a_call_is_the_request_the_service_and_the_limits() {
    let boat = || json!({"prompt": "a boat"});
    let plain = identity(boat(), json!({}));
    let written_out = json!({
        "baseUrl": "https://eliza.getimagine.club/", "maxPrice": "5", "networks": ["eip155:8453"], "pollInterval": 3000,
        "timeout": null,
    });
    assert_eq!(plain, identity(boat(), written_out), "the same in other words");
    let others = [
        json!({"baseUrl": "https://example.org"}),
        json!({"maxPrice": "5.01"}),
        json!({"networks": ["eip155:8453", "eip155:84532"]}),
        json!({"payTo": ["0x209693Bc6afc0C5328bA36FaF03C514EF312287C"]}),
        json!({"budget": {"amount": "5.00", "per": "day"}}),
        json!({"budget": {"amount": "5.00", "per": "week"}}),
        json!({"budget": {"amount": "5.01", "per": "day"}}),
        json!({"storage": "memory"}),
        json!({"assets": [{
            "network": "eip155:8453", "address": "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42", "name": "EURC", "version": "2",
            "symbol": "EURC", "decimals": 6, "maxPrice": "2.50",
        }]}),
    ];
    let mut known: Vec<String> = others.iter().map(|options| identity(boat(), options.clone())).collect();
    known.extend([plain, identity(json!({"prompt": "a ship"}), json!({}))]);
    known.sort();
    known.dedup();
    assert_eq!(known.len(), others.len() + 2);
}

#[test]
fn records_of_version_1_match_their_requests_by_its_own_rule() {
    // What version 1 stored for `{ prompt: "a boat", id: "id-1" }` when it was sent with `"videoModel":"sora"`.
    let sora = "0xbb9f734b679ae4a95d70ba0eb79be6ce938b42558e34f4c3cf3f54a1c32dc759";
    let first = |body: &str, digest: &str| word(keccak256(text!(body, digest)));
    let boat = r#"{"prompt":"a boat","templateData":{"autoEnhance":false,"autoClank":false},"seed":"id-1"}"#;
    let gif = concat!(
        r#"{"prompt":"a boat","templateData":{"image":"data:image/gif;base64,"#,
        "\0",
        r#"","autoEnhance":false,"autoClank":false},"seed":"id-1"}"#
    );
    let config = Config::read(&json!({})).unwrap();
    let stands = |version: u8, fingerprint: &str, fields: Value| {
        let order = json!({"version": version, "fingerprint": fingerprint, "baseUrl": "https://eliza.getimagine.club"});
        Known::is_of(&json!({"order": order}), &request(fields), &config)
    };
    let plain = || json!({"prompt": "a boat", "id": "id-1"});
    let pictured = |digest: &str, size: &str| {
        let picture = json!({"type": "image/gif", "digest": digest, "size": size});
        json!({"prompt": "a boat", "id": "id-1", "image": picture})
    };
    assert!(stands(1, sora, plain()) && stands(1, &first(boat, ""), plain()));
    assert!(stands(1, sora, json!({"prompt": "a boat", "id": "id-1", "videoModel": "sora"})));
    assert!(stands(1, &first(gif, "1,2,3"), pictured("1,2,3", "43")), "by the digest");
    assert!(stands(1, &first(gif, "43"), pictured("keccak", "43")), "by the size, on a page without cryptography");
    for other in [
        json!({"prompt": "a boat", "id": "id-2"}),
        json!({"prompt": "a ship", "id": "id-1"}),
        json!({"prompt": "a boat", "id": "id-1", "videoModel": "other"}),
        pictured("1,2,3", "43"),
    ] {
        assert!(!stands(1, sora, other.clone()) && !stands(1, &first(boat, ""), other.clone()), "{other}");
    }
    let current = fingerprint(plain());
    assert!(stands(2, &current, plain()) && !stands(1, &current, plain()) && !stands(2, sora, plain()));
    assert!(!stands(2, &current, pictured("1,2,3", "43")));
}

fn account(digit: usize) -> String {
    address(Address::repeat_byte(u8::try_from(digit).unwrap()))
}

/// A call in the notation of these tests: `{ identity, id?, wallet?, account?, named? }`, with a word instead of an account
/// that is not available.
fn party_of(party: &Value) -> Party {
    let account = match party["account"].as_str() {
        Some("unconnected") => Account::Unconnected,
        Some("silent") => Account::Silent,
        text => text.and_then(parse_address).map_or(Account::Unknown, Account::Of),
    };
    let (identity, id) = (party.text_at("identity").unwrap(), party.text_at("id"));
    Party {
        is_named: party.is_true_at("named"),
        ..Party::new(identity, id, Some(&party["wallet"]), None).with(account)
    }
}

fn in_words(account: Account) -> String {
    match account {
        Account::Unknown => panic!("it was asked"),
        Account::Of(account) => address(account),
        Account::Unconnected => "unconnected".into(),
        Account::Silent => "silent".into(),
    }
}

/// How the second call relates to the first; members that are not given are the same for all calls.
fn related(first: Value, second: Value) -> Relation {
    let party = |given: Value| {
        let mut party = json!({"identity": "a"});
        for (key, value) in given.as_object().unwrap() {
            party[key] = value.clone();
        }
        party_of(&party)
    };
    relate(&party(first), &party(second))
}

#[test]
fn two_calls_are_compared_by_their_ids_wallets_and_accounts() {
    use Relation::{Ask, Other, Same};
    let number = |number: u64| json!({"wallet": {"number": number}});
    let name = |name: &str| json!({"wallet": {"name": name}});
    let with = |mut party: Value, key: &str, value: &str| {
        party[key] = value.into();
        party
    };
    let pays = |party: Value, digit| with(party, "account", &account(digit));
    let named = |mut party: Value| {
        party["named"] = true.into();
        party
    };
    for (first, second, relation) in [
        (number(1), number(1), Same),
        (name(""), name(""), Same),
        (name("io.wallet"), name("io.wallet"), Same),
        (json!({"wallet": {"name": "io.wallet", "number": 1}}), number(1), Same),
        (json!({"wallet": {"name": "", "number": 1}}), number(1), Same),
        (number(1), number(2), Ask),
        (name("io.wallet"), number(1), Ask),
        (name("io.wallet"), name("io.other"), Ask),
        (name(""), name("io.wallet"), Ask),
        (json!({}), json!({}), Ask),
        // If both accounts are known, they decide.
        (pays(number(1), 1), pays(number(2), 1), Same),
        // If the page has named neither, the same wallet chooses in the same way, whatever it has listed meanwhile.
        (pays(number(1), 1), pays(number(1), 2), Same),
        (pays(named(number(1)), 1), pays(number(1), 2), Other),
        (pays(number(1), 1), pays(named(number(1)), 2), Other),
        (pays(number(1), 1), number(1), Ask),
        (number(1), pays(number(2), 1), Ask),
        // The answer of the second call's wallet.
        (pays(number(1), 1), with(number(2), "account", "unconnected"), Other),
        (pays(number(1), 1), with(number(1), "account", "unconnected"), Same),
        (number(1), with(number(2), "account", "unconnected"), Ask),
        (pays(number(1), 1), with(number(2), "account", "silent"), Same),
        // An id that the page chose names the purchase.
        (with(number(1), "id", "a"), with(number(1), "id", "b"), Other),
        (with(number(1), "id", "a"), with(number(1), "id", "a"), Same),
        (with(number(1), "id", "a"), number(1), Same),
        (number(1), with(number(1), "id", "a"), Other),
        (with(number(1), "identity", "b"), number(1), Other),
    ] {
        assert_eq!(related(first.clone(), second.clone()), relation, "{first} {second}");
    }
}

#[test]
fn a_wallet_reports_an_account_or_none_or_does_not_answer() {
    for (reply, account) in [
        (json!([account(1), account(2)]), Account::Of(Address::repeat_byte(1))),
        (json!([]), Account::Unconnected),
        (json!(null), Account::Silent),
        (json!([7]), Account::Silent),
        (json!({"code": 4100}), Account::Silent),
    ] {
        let read = Account::answered(&reply, None);
        assert_eq!(read, account);
        let other = Account::answered(&reply, Some(Address::repeat_byte(3)));
        assert_eq!(other, account, "the other call's account is not among them");
    }
}

#[test]
fn of_several_accounts_the_one_of_the_other_call_counts() {
    let both = json!([account(1), account(2)]);
    assert_eq!(Account::answered(&both, Some(Address::repeat_byte(2))), Account::Of(Address::repeat_byte(2)));
}

#[test]
fn a_generated_id_is_fresh_for_one_purchase_at_a_time() {
    let mut drawn = Drawn::new();
    drawn.note("a");
    assert!(drawn.has("a") && drawn.take("a"));
    assert!(!drawn.has("a") && !drawn.take("a"), "the second call looks it up");
    for number in 0..MOST_DRAWN {
        drawn.note(&number.to_string());
    }
    assert!(
        (0..MOST_DRAWN).all(|number| drawn.has(&number.to_string())),
        "none is forgotten before there are too many"
    );
    for number in 0..=MOST_DRAWN {
        drawn.note(&number.to_string());
        assert!(drawn.has(&number.to_string()) && drawn.0.len() <= MOST_DRAWN);
    }
}

/// A call in the simulation: what the facade knows about it.
#[derive(Clone, Debug)]
struct Caller {
    wallet: usize,
    /// The account that the page names.
    payer: Option<usize>,
    party: Value,
    /// The calls that may be the same purchase: those in progress since this one arrived.
    seen: Vec<usize>,
    /// What its wallet answered after that call had connected, if it was not an account.
    answers: Vec<(usize, String)>,
    stands: Stands,
    /// It has joined although its wallet did not report an account.
    is_blind: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Stands {
    /// Waits until that call has connected or ended.
    Waits(usize),
    /// Its wallet is being asked, because of that call.
    Asks(usize),
    Joined(usize),
    Runs,
    Connected,
    Ended,
}

/// Accounts of each wallet; the first is the selected one.
const WALLETS: [[usize; 2]; 3] = [[1, 2], [3, 4], [5, 6]];

struct Pages {
    callers: Vec<Caller>,
    connected: [bool; 3],
    rule: fn(&Party, &Party) -> Relation,
}

impl Pages {
    fn arrive(&mut self, choices: [u8; 4]) {
        let [wallet, wrapping, named, id] = choices.map(usize::from);
        let wallet = wallet % WALLETS.len();
        let payer = (named % 3 == 0).then(|| WALLETS[wallet][named / 3 % 2]);
        let number = match wrapping % 3 {
            0 => json!({"number": wallet}),
            1 => json!({"number": 100 + self.callers.len()}),
            _ => json!({"name": format!("wallet-{wallet}")}),
        };
        let mut party = json!({"identity": (id % 5 == 0).to_string(), "wallet": number});
        if let Some(payer) = payer {
            party["account"] = account(payer).into();
            party["named"] = true.into();
        }
        if id % 4 == 1 {
            party["id"] = (id / 4 % 2).to_string().into();
        }
        let caller = Caller {
            wallet,
            payer,
            party,
            seen: Vec::new(),
            answers: Vec::new(),
            stands: Stands::Ended,
            is_blind: false,
        };
        self.callers.push(caller);
        self.settle(self.callers.len() - 1);
    }

    /// What the facade does at once, whenever more is known about a call.
    fn settle(&mut self, at: usize) {
        let mut seen = self.callers[at].seen.clone();
        let under_way = |other: &usize| matches!(self.callers[*other].stands, Stands::Runs | Stands::Connected);
        seen.extend((0..self.callers.len()).filter(|other| *other != at && under_way(other)));
        // A call that ended before it connected no longer matters.
        seen.retain(|other| under_way(other) || self.callers[*other].party["account"].is_string());
        self.callers[at].seen = seen.clone();
        let this = &self.callers[at];
        let answer = |other| this.answers.iter().find(|(asked, _)| *asked == other).map(|(_, answer)| answer.as_str());
        let relation_to = |other: usize| {
            let mut party = this.party.clone();
            if let Some(answer) = answer(other) {
                party["account"] = answer.into();
            }
            (self.rule)(&party_of(&self.callers[other].party), &party_of(&party))
        };
        let related = |relation| seen.iter().copied().find(|other| relation_to(*other) == relation);
        let stands = match (related(Relation::Same), related(Relation::Ask)) {
            (Some(first), _) => Stands::Joined(first),
            (None, Some(first)) if self.callers[first].stands == Stands::Connected => Stands::Asks(first),
            (None, Some(first)) => Stands::Waits(first),
            (None, None) => Stands::Runs,
        };
        let is_blind = matches!(stands, Stands::Joined(first) if answer(first) == Some("silent"));
        self.callers[at].stands = stands;
        self.callers[at].is_blind = is_blind;
    }

    fn pays_from(&self, caller: usize) -> usize {
        let Caller { wallet, payer, .. } = self.callers[caller];
        payer.unwrap_or(WALLETS[wallet][0])
    }

    fn connect(&mut self, at: usize) {
        if self.callers[at].stands != Stands::Runs {
            return;
        }
        self.connected[self.callers[at].wallet] = true;
        self.callers[at].party["account"] = account(self.pays_from(at)).into();
        self.callers[at].stands = Stands::Connected;
        self.wake(at);
    }

    fn end(&mut self, at: usize) {
        let before = self.callers[at].stands;
        if matches!(before, Stands::Runs | Stands::Connected) {
            if before == Stands::Runs {
                self.callers[at].party["account"] = Value::Null;
            }
            self.callers[at].stands = Stands::Ended;
            self.wake(at);
        }
    }

    /// Calls that waited for that one continue.
    fn wake(&mut self, first: usize) {
        for at in 0..self.callers.len() {
            if self.callers[at].stands == Stands::Waits(first) {
                if self.callers[at].payer.is_some() || self.callers[first].stands == Stands::Ended {
                    self.settle(at);
                } else {
                    self.callers[at].stands = Stands::Asks(first);
                }
            }
        }
    }

    fn reply(&mut self, at: usize, is_silent: bool) {
        let Stands::Asks(first) = self.callers[at].stands else { return };
        let Caller { wallet, payer, .. } = self.callers[at];
        let reply = match (is_silent, self.connected[wallet]) {
            (true, _) => Value::Null,
            (false, false) => json!([]),
            (false, true) => json!(WALLETS[wallet].map(account)),
        };
        match Account::answered(&reply, None) {
            _ if payer.is_some() => {}
            Account::Of(account) => self.callers[at].party["account"] = address(account).into(),
            answer => self.callers[at].answers.push((first, in_words(answer))),
        }
        self.settle(at);
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let members = |at: usize| (&self.callers[at].party["identity"], self.pays_from(at));
        let id = |at: usize| self.callers[at].party["id"].as_str();
        let buying: Vec<usize> =
            (0..self.callers.len()).filter(|at| self.callers[*at].stands == Stands::Connected).collect();
        for (nth, one) in buying.iter().enumerate() {
            for other in &buying[nth + 1..] {
                let is_twice = members(*one) == members(*other) && id(*one) == id(*other);
                prop_assert!(!is_twice, "bought twice: {:?} {:?}", self.callers[*one], self.callers[*other]);
            }
        }
        for (at, caller) in self.callers.iter().enumerate() {
            if let Stands::Joined(first) = caller.stands {
                prop_assert!(members(first) == members(at) || caller.is_blind, "foreign: {:?}", self.callers[first]);
                prop_assert!(id(at).is_none() || id(at) == id(first), "its own id would be lost");
            }
        }
        Ok(())
    }
}

fn play(events: &[(u8, u8, [u8; 4])], rule: fn(&Party, &Party) -> Relation) -> Result<(), TestCaseError> {
    let mut pages = Pages { callers: Vec::new(), connected: [false, true, false], rule };
    for (what, whom, choices) in events {
        let at = usize::from(*whom) % pages.callers.len().max(1);
        match what % 8 {
            _ if pages.callers.is_empty() => pages.arrive(*choices),
            0..=2 => pages.arrive(*choices),
            3 | 4 => pages.connect(at),
            5 => pages.end(at),
            what => pages.reply(at, what == 7 && choices[0] % 4 == 0),
        }
        pages.check()?;
    }
    Ok(())
}

fn events() -> impl Strategy<Value = Vec<(u8, u8, [u8; 4])>> {
    prop::collection::vec(any::<(u8, u8, [u8; 4])>(), 1..40)
}

proptest! {
    /// Whatever objects the calls are given, and in whatever order they arrive, connect and end: a request is never
    /// bought twice at the same time with one account, and a call with another account never joins.
    #[test]
    fn one_click_is_one_purchase(events in events()) {
        play(&events, relate)?;
    }
}

#[test]
fn the_simulation_finds_wrong_rules() {
    use proptest::test_runner::{Config, TestRunner};
    let wrong: [fn(&Party, &Party) -> Relation; 3] = [
        |_, _| Relation::Other,
        |one, other| if one == other { Relation::Same } else { Relation::Other },
        |one, other| if one.identity == other.identity { Relation::Same } else { Relation::Other },
    ];
    for rule in wrong {
        let mut runner = TestRunner::new(Config { cases: 5_000, failure_persistence: None, ..Config::default() });
        assert!(runner.run(&events(), |events| play(&events, rule)).is_err());
    }
}

#[test]
fn an_aborted_call_reports_what_may_have_been_paid() {
    let party = |id: Option<&str>| Party::new("a".into(), id.map(Into::into), None::<&Value>, None);
    let stands = |paid: Paid| Failure::from(Error::unpaid(Code::Aborted, Stage::Payment, "x").paid(paid, Retry::Safe));
    let told = |first: &Party, second: &Party, stands: Option<Failure<Value>>| {
        let failure = first.given_up(second, stands.as_ref(), json!("reason"));
        assert_eq!((failure.error.code, &failure.cause), (Code::Aborted, &Some(json!("reason"))));
        (failure.error.paid, failure.error.retry)
    };
    let (none, one, other) = (party(None), party(Some("1")), party(Some("2")));
    let unknown = (Paid::Unknown, Retry::Resume);
    assert_eq!(told(&none, &none, None), (Paid::No, Retry::Safe));
    assert_eq!(told(&one, &one, None), unknown, "nobody has looked it up yet");
    assert_eq!(told(&one, &one, Some(stands(Paid::No))), (Paid::No, Retry::Safe), "the first has");
    assert_eq!(told(&one, &other, Some(stands(Paid::No))), unknown, "but not that one");
    assert_eq!(told(&one, &none, Some(stands(Paid::No))), (Paid::No, Retry::Safe));
    for paid in [Paid::Yes, Paid::Unknown] {
        assert_eq!(told(&one, &other, Some(stands(paid))).0, paid, "more is known than that");
    }
}

#[test]
fn an_error_before_an_id_was_looked_up_does_not_claim_that_nothing_was_paid() {
    let error = |code| Error::unpaid(code, Stage::Request, "x");
    assert_eq!(unlooked(error(Code::UnsupportedEnvironment), true).paid, Paid::Unknown);
    assert_eq!(unlooked(error(Code::UnsupportedEnvironment), true).retry, Retry::Resume);
    assert_eq!(unlooked(error(Code::UnsupportedEnvironment), false).paid, Paid::No);
    assert_eq!(unlooked(error(Code::InvalidRequest), true).paid, Paid::No, "it can stand for nothing");
    assert_eq!(unlooked(error(Code::Aborted).paid(Paid::Yes, Retry::Resume), true).paid, Paid::Yes);
}

#[test]
fn only_an_id_whose_purchase_ended_unpaid_becomes_fresh_again() {
    for (failed, is_new) in
        [(Some(Paid::No), true), (Some(Paid::Unknown), false), (Some(Paid::Yes), false), (None, false)]
    {
        let mut drawn = Drawn::new();
        drawn.note("id-1");
        assert!(drawn.take("id-1") && !drawn.has("id-1"));
        drawn.give_back("id-1", failed);
        assert_eq!(drawn.has("id-1"), is_new, "{failed:?}");
    }
}
