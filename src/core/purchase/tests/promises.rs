//! The promises in random courses of events: responses, losses, delays, crashes and returns in any order.

use proptest::prelude::*;

use super::{
    table::is_listed,
    world::{Ended, Node, Seller, World, decoded},
    *,
};

fn terms() -> impl Strategy<Value = String> {
    let amount = prop_oneof![3 => (1u64..4_000_000).prop_map(|n| json!(n.to_string())), 1 => Just(json!("1e6")), 1 => Just(json!(5))];
    let pay_to = prop_oneof![
        2 => Just("0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96"),
        1 => Just("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ];
    let network = prop_oneof![4 => Just("base"), 1 => Just("base-sepolia"), 1 => Just("polygon")];
    (amount, pay_to, network, 5u64..5000, any::<bool>()).prop_map(|(amount, pay_to, network, seconds, is_second)| {
        let first = with(
            json!({"maxAmountRequired": amount, "payTo": pay_to, "network": network, "maxTimeoutSeconds": seconds}),
        );
        if is_second { second(&first) } else { first }
    })
}

fn options() -> impl Strategy<Value = Value> {
    let caps = prop_oneof![Just("5.00"), Just("1.5"), Just("0.000001")];
    (any::<bool>(), caps, any::<bool>()).prop_map(|(is_pinned, cap, confirm)| {
        let mut options = json!({"maxPrice": cap, "confirm": confirm});
        if is_pinned {
            options["payTo"] = json!(["0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96"]);
        }
        options
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn promises_hold_over_every_course(
        options in options(),
        terms in terms(),
        seller in any::<bool>().prop_map(|knows_seed| Seller { knows_seed }),
        skew in prop_oneof![4 => Just(0), 1 => -86_000_000i64..86_000_000, 1 => -400_000i64..60_000],
        own in own_node(),
        others in prop::collection::vec(other_node(), 0..3),
        choices in prop::collection::vec(any::<u8>(), 120),
    ) {
        let mut world = World::new(&options, &terms, seller, choices);
        world.skew = skew;
        world.nodes = std::iter::once(own).chain(others).collect();
        for _ in 0..4 {
            let before = world.taken.len();
            let ended = world.play(order(&options).begin());
            check_signatures(&world)?;
            let known = match ended {
                Ended::Outcome(Ok(task)) => {
                    check_task(&task, &world)?;
                    break;
                }
                Ended::Outcome(Err(error)) | Ended::GivenUp(error) => Some(error),
                Ended::Crashed => None,
            };
            // A seller that holds a payment uses it, as long as it can.
            world.settle_what_is_held();
            if let Some(error) = known {
                check_paid(&error, before, &world)?;
            }
            world.now += 100_000;
        }
        prop_assert!(world.taken.len() <= 1, "paid twice: {:?}", world.taken);
        check_nothing_is_lost(world)?;
    }
}

/// The node of the wallet that pays: it is honest, if it answers, and its block may be behind or ahead of the chain.
fn own_node() -> impl Strategy<Value = Node> {
    let ahead = prop_oneof![4 => Just(0), 1 => -2_000i64..2_000];
    (ahead, prop::bool::weighted(0.1), prop::bool::weighted(0.1), any::<bool>()).prop_map(
        |(ahead, is_silent, is_elsewhere, lists_payer)| Node {
            ahead,
            is_silent,
            is_elsewhere,
            lists_payer,
            ..Node::default()
        },
    )
}

/// Another node on the page, which reports anything about the payment, at any time.
fn other_node() -> impl Strategy<Value = Node> {
    let ahead = prop_oneof![-2_000i64..2_000, Just(90_000), Just(-90_000)];
    (ahead, any::<bool>(), any::<bool>(), prop::option::of(any::<bool>())).prop_map(
        |(ahead, is_silent, is_elsewhere, claims)| Node { ahead, is_silent, is_elsewhere, claims, lists_payer: false },
    )
}

/// The number of courses, from proptest's own environment variable. `npm run test:more` plays five times as many.
pub(super) fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000)
}

/// Promises 1, 2 and 4: what is signed is what was quoted, within the cap, to an allowed recipient; what is sent is
/// what was signed, and another payment is made only when the previous one is dead.
fn check_signatures(world: &World) -> Result<(), TestCaseError> {
    let options = &world.options;
    for typed in &world.signs {
        let (message, quote) = (&typed["message"], world.quoted.as_ref().unwrap());
        let value: U256 = message["value"].as_str().unwrap().parse().unwrap();
        prop_assert!(value <= parse_units(options["maxPrice"].as_str().unwrap(), 6).unwrap());
        prop_assert_eq!(&message["value"], &quote["price"]["atomic"]);
        prop_assert_eq!(&message["to"], &quote["payTo"]);
        prop_assert_eq!(&message["from"], &json!(PAYER.to_string()));
        prop_assert_eq!(&typed["domain"]["verifyingContract"], "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
        prop_assert_eq!(&typed["domain"]["chainId"], 8453);
        prop_assert!(options["payTo"].is_null() || options["payTo"][0] == message["to"]);
    }
    for header in &world.pays {
        let authorization = &decoded(header)["payload"]["authorization"];
        prop_assert!(world.signs.iter().any(|typed| &typed["message"] == authorization), "sent what was never signed");
    }
    Ok(())
}

fn check_task(task: &AcceptedTask<HeldReceipt<Value>>, world: &World) -> Result<(), TestCaseError> {
    let receipt = task.receipt.as_ref().map(|receipt| Value::of(&receipt));
    match receipt {
        Some(receipt) if receipt["settled"] == "chain" => {
            prop_assert_eq!(&json!(world.taken), &json!([receipt["nonce"]]))
        }
        Some(_) => {}
        None => prop_assert!(world.taken.is_empty(), "a task without a receipt was paid"),
    }
    Ok(())
}

/// Promise 5: `no` is certain, and so is `yes`. And the README describes the error as it is.
fn check_paid(error: &Error, before: usize, world: &World) -> Result<(), TestCaseError> {
    prop_assert!(is_listed(error), "{:?}", error);
    match error.paid {
        Paid::No => {
            prop_assert_eq!(world.taken.len(), before, "{:?}", error);
            let is_kept = world.journal.get("id-1").is_some_and(|record| record["step"] == "signed");
            prop_assert!(!is_kept || world.is_closed(), "a payment that may yet be taken: {:?}", error);
        }
        Paid::Yes => prop_assert_eq!(world.taken.len(), 1, "{:?}", error),
        Paid::Unknown => prop_assert_eq!(error.retry, Retry::Resume, "{:?}", error),
    }
    Ok(())
}

/// Promise 7: what was paid is found again by any later call.
fn check_nothing_is_lost(mut world: World) -> Result<(), TestCaseError> {
    if world.taken.is_empty() {
        return Ok(());
    }
    world.heal();
    world.now += 3_700_000;
    let step = world.journal["id-1"]["step"].clone();
    prop_assert!(step == "signed" || step == "accepted", "{}", step);
    match world.play(order(&world.options.clone()).begin()) {
        Ended::Outcome(Ok(task)) => prop_assert!(task.receipt.is_some()),
        Ended::Outcome(Err(error)) => {
            prop_assert!(!world.knows_task(), "lost: {:?}", error);
            prop_assert_eq!(error.retry, Retry::Resume);
        }
        Ended::GivenUp(_) | Ended::Crashed => prop_assert!(false, "nothing goes wrong any more"),
    }
    prop_assert_eq!(world.taken.len(), 1);
    Ok(())
}

/// The same terms in version 2.
fn second(first: &str) -> String {
    let mut terms: Value = serde_json::from_str(first).unwrap();
    terms["x402Version"] = 2.into();
    terms["accepts"][0]["amount"] = terms["accepts"][0]["maxAmountRequired"].take();
    terms.to_string()
}

/// Any JSON, as deep as sellers send it.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i16>().prop_map(|eighths| json!(f64::from(eighths) / 8.0)), // which every parser reads the same
        "[0-9]{1,90}".prop_map(Value::from),
        "0x[0-9a-fA-F]{0,64}".prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{0,8}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases() / 10))]

    /// Promise 2, whatever the server sends: however odd the terms, the visitor is only shown terms that the policy
    /// allows, word for word.
    #[test]
    fn no_terms_break_the_policy(
        terms in terms(),
        members in prop::collection::vec((
            prop::sample::select(vec![
                "/x402Version", "/accepts", "/accepts/0", "/accepts/0/scheme", "/accepts/0/network", "/accepts/0/amount",
                "/accepts/0/maxAmountRequired", "/accepts/0/asset", "/accepts/0/payTo", "/accepts/0/maxTimeoutSeconds",
                "/accepts/0/extra", "/accepts/0/extra/name", "/accepts/0/extra/version", "/resource", "/extensions",
            ]),
            any_json(),
        ), 0..4),
        options in options(),
    ) {
        let mut terms: Value = serde_json::from_str(&terms).unwrap();
        for (pointer, value) in members {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            match terms.pointer_mut(parent) {
                Some(Value::Object(parent)) => drop(parent.insert(key.into(), value)),
                Some(Value::Array(parent)) if !parent.is_empty() => parent[0] = value,
                _ => {}
            }
        }
        let next = probing(&options).answered::<Value>(answer(402, &terms), NOW);
        let Step::FindWallets(Finding::Payer(choosing)) = next.step else { return Ok(()) };
        let (offer, quote, entry) = (&choosing.deal.offer, &choosing.quote, &terms["accepts"][0]);
        prop_assert!(offer.amount <= parse_units(options["maxPrice"].as_str().unwrap(), 6).unwrap());
        for name in ["amount", "maxAmountRequired"] {
            prop_assert!(entry[name].is_null() || entry[name] == json!(offer.amount.to_string()).as_str().unwrap());
        }
        prop_assert_eq!(quote.network, "eip155:8453");
        prop_assert_eq!(entry["asset"].as_str().unwrap().to_lowercase(), offer.asset.address.to_string().to_lowercase());
        prop_assert_eq!(entry["payTo"].as_str().unwrap().parse::<Address>().unwrap(), offer.pay_to);
        prop_assert!(options["payTo"].is_null() || json!([offer.pay_to.to_string()]) == options["payTo"]);
        // Word for word, except for numbers beyond 2^53, which JavaScript changes.
        prop_assert_eq!(&offer.echo.accepted, &entry.to_text());
    }

    /// Promise 6, whatever the server sends: no response to the unpaid request causes a panic, and terms that cannot be
    /// paid do not lead to a wallet.
    #[test]
    fn no_response_causes_a_panic_or_opens_a_wallet_without_terms(
        status in prop_oneof![3 => Just(402u16), 1 => Just(202), 1 => Just(200), 1 => 400u16..600, 1 => any::<u16>()],
        body in prop_oneof![
            1 => ".*",
            1 => any_json().prop_map(|json| json.to_string()),
            1 => any_json().prop_map(|task| json!({"taskId": task}).to_string()),
            3 => unpayable(),
        ],
        terms in prop::option::weighted(0.2, unpayable()),
    ) {
        let given = HttpResponse { status, body: body.into(), terms, ..HttpResponse::default() };
        let next = probing(&json!({})).answered::<Value>(Ok(given), NOW);
        match next.step {
            Step::Done(Err(failure)) => prop_assert_eq!(failure.error.paid, Paid::No),
            Step::Write(_, change, _) => prop_assert!(status == 202 && signed_record(&change)["taskId"].is_string()),
            Step::Send(_, Sent::Probing(_)) => prop_assert!((400..500).contains(&status), "asked again after {}", status),
            _ => prop_assert!(false, "an answer that cannot be paid went further"),
        }
    }
}

/// Terms of either version that are good except for one member, which is missing or different; or cut off.
fn unpayable() -> impl Strategy<Value = String> {
    let needed = ["scheme", "network", "asset", "payTo", "amount"];
    let odd = (prop::sample::select(vec!["scheme", "network", "asset"]), any_json().prop_map(Some));
    let missing = prop::sample::select(needed.to_vec()).prop_map(|name| (name, None));
    let change = prop_oneof![odd, missing];
    let cut = prop::option::weighted(0.1, any::<prop::sample::Index>());
    (any::<bool>(), change, cut).prop_map(|(is_second, (name, value), cut)| {
        let terms = if is_second { second(DOCUMENTED) } else { DOCUMENTED.into() };
        let mut terms: Value = serde_json::from_str(&terms).unwrap();
        let name = if name == "amount" && !is_second { "maxAmountRequired" } else { name };
        let entry = terms["accepts"][0].as_object_mut().unwrap();
        assert!(entry.remove(name).is_some(), "good terms have {name}");
        entry.extend(value.map(|value| (name.into(), value)));
        let text = terms.to_string();
        let end = cut.map_or(text.len(), |at| at.index(text.len()));
        text.chars().take(end).collect()
    })
}
