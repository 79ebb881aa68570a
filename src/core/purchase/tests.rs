//! The promises of a purchase, over more courses of events than any browser would meet.

use alloy_primitives::{Address, B256, U256, address, hex, keccak256};
use k256::ecdsa::SigningKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::core::{
    base64,
    error::{Paid, Retry},
    http::HttpFailure,
    money::parse_units,
    payment::Receipt,
    terms::tests::{DOCUMENTED, with},
    wallet::{Found, Reply},
};

const NOW: u64 = 1_740_672_089_000;
const TASK: &str = "123e4567-e89b-12d3-a456-426614174000";
const PAYER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
/// The first key of every development chain; worthless.
const KEY: [u8; 32] = hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

fn order(options: &Value) -> Order {
    let request = Request::read(&json!({"prompt": "a boat"}), None, "id-1".into()).unwrap();
    let config = Config::read(options).unwrap();
    Order { request, config, confirm: options["confirm"] == true, wallet: None }
}

fn answer(status: u16, body: impl ToString) -> Answer<Value> {
    Ok(HttpResponse { status, receipt: None, body: body.to_string() })
}

fn lost(status: Option<u16>) -> Answer<Value> {
    Err(HttpFailure { status, cause: Some(json!("lost")) })
}

/// What a wallet answers that signs with `key` exactly what it is shown.
fn sign_with(key: [u8; 32], question: &Question) -> Value {
    let params = Value::parse(question.params.as_ref().unwrap()).unwrap();
    let typed: Value = Value::parse(params[1].as_str().unwrap()).unwrap();
    let (signature, id) =
        SigningKey::from_slice(&key).unwrap().sign_prehash_recoverable(digest(&typed).as_slice()).unwrap();
    json!(format!("0x{}{:02x}", hex::encode(signature.to_bytes()), 27 + id.to_byte()))
}

/// The EIP-712 digest of typed data as a wallet computes it: from the document alone, by the types that it lists.
fn digest(typed: &Value) -> B256 {
    let hash = |name: &str, object: &Value| {
        let fields = typed["types"][name].as_array().unwrap();
        let list: Vec<String> =
            fields.iter().map(|f| format!("{} {}", f["type"].as_str().unwrap(), f["name"].as_str().unwrap())).collect();
        let mut words = keccak256(format!("{name}({})", list.join(","))).to_vec();
        for field in fields {
            let value = &object[field["name"].as_str().unwrap()];
            let text = value.as_str().map_or_else(|| value.to_string(), String::from);
            words.extend(match field["type"].as_str().unwrap() {
                "string" => keccak256(text),
                "address" => text.parse::<Address>().unwrap().into_word(),
                "bytes32" => text.parse().unwrap(),
                _ => text.parse::<U256>().unwrap().into(),
            });
        }
        keccak256(words)
    };
    let domain = hash("EIP712Domain", &typed["domain"]);
    let message = hash(typed["primaryType"].as_str().unwrap(), &typed["message"]);
    keccak256([&[0x19, 0x01], domain.as_slice(), message.as_slice()].concat())
}

/// One course of events: each number picks an outcome of the step that is next.
struct Course {
    choices: Vec<u8>,
    next: usize,
}

impl Course {
    /// Nine times of ten the course goes on as it should, so that courses reach the end.
    fn pick(&mut self, outcomes: usize) -> usize {
        let choice = self.choices.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        if choice < 200 { 0 } else { usize::from(choice) % outcomes }
    }
}

#[derive(Default)]
struct Record {
    quoted: Option<Value>,
    signs: Vec<Value>,
    pays: Vec<String>,
    probes: usize,
    steps: usize,
}

/// Plays a course to its end, or until it is aborted in the step of that number.
fn play(
    options: &Value,
    terms: &str,
    mut course: Course,
    abort_at: usize,
) -> (Record, Result<AcceptedTask<Receipt>, Error>) {
    let mut record = Record::default();
    let mut now = NOW;
    let mut next = order(options).begin::<Value>();
    loop {
        record.steps += 1;
        assert!(record.steps < 30, "a purchase ends");
        for notice in &next.notices {
            if let Notice::Quoted { quote } = notice {
                record.quoted = Some(serde_json::to_value(quote).unwrap());
            }
        }
        if record.steps == abort_at && !matches!(next.step, Step::Done(_)) {
            let error = next.step.abandoned();
            if let Step::Pay(request, _) = &next.step {
                record.pays.push(payment(request));
            }
            return (record, Err(error));
        }
        now += 1000;
        next = match next.step {
            Step::Probe(request, state) => {
                record.probes += 1;
                assert!(matches!(request.method, Method::Post { .. }));
                let answers = [
                    answer(402, terms),
                    answer(202, json!({"taskId": TASK})),
                    answer(402, "{"),
                    answer(500, "<html>"),
                    lost(None),
                ];
                state.answered(answers[course.pick(5)].clone(), now)
            }
            Step::FindWallets(state) => {
                let wallet = Found { name: "W".into(), rdns: Some("org.w".into()) };
                state.found(&vec![wallet; [1, 0, 2][course.pick(3)]])
            }
            Step::Ask(_, question, state) => {
                let outcome = course.pick(6);
                state.answered(talk(&question, outcome))
            }
            Step::Confirm(_, state) => {
                state.answered([Ok(true), Ok(false), Err(json!("thrown"))][course.pick(3)].clone())
            }
            Step::DrawNonce(state) => state.drawn([Some([7; 32]), None][course.pick(2)], now),
            Step::Sign(_, question, state) => {
                let params = Value::parse(question.params.as_ref().unwrap()).unwrap();
                record.signs.push(Value::parse(params[1].as_str().unwrap()).unwrap());
                let good = sign_with(KEY, &question);
                let bad =
                    [json!("0x"), json!(null), sign_with([9; 32], &question), json!(format!("0x{}", "00".repeat(200)))];
                match course.pick(7) {
                    0 => state.answered(Ok(good), now),
                    1 => state.answered(Err(Some(json!({"code": 4001}))), now),
                    2 => state.answered(Ok(good), now + 3_600_000),
                    other => state.answered(Ok(bad[other - 3].clone()), now),
                }
            }
            Step::Pay(request, state) => {
                record.pays.push(payment(&request));
                let answers = [
                    answer(202, json!({"taskId": TASK})),
                    answer(402, terms),
                    answer(500, "<html>"),
                    answer(202, "{\"task"),
                    answer(200, json!({"taskId": TASK})),
                    answer(202, json!({"taskId": "../../"})),
                    lost(None),
                    lost(Some(202)),
                ];
                state.answered(answers[course.pick(8)].clone(), now)
            }
            Step::Done(outcome) => return (record, outcome.map_err(|f| f.error)),
        };
    }
}

fn payment(request: &HttpRequest) -> String {
    let Method::Pay { payment, .. } = &request.method else { panic!("{request:?}") };
    payment.clone()
}

fn talk(question: &Question, outcome: usize) -> Reply<Value> {
    let good = match question.method {
        "eth_accounts" | "eth_requestAccounts" => json!([PAYER.to_string().to_lowercase()]),
        "eth_chainId" => json!("0x2105"),
        "eth_call" => json!(format!("0x{:064x}", 9_000_000)),
        _ => Value::Null,
    };
    match outcome {
        0 => Ok(good),
        1 => Err(Some(json!({"code": 4001, "message": "User rejected the request."}))),
        2 => Err([Some(json!({"code": 4902})), None][usize::from(question.patience.is_some())].clone()),
        3 => Ok(json!([])),
        4 => Ok(json!("0x1")),
        _ => Ok(json!(format!("0x{:064x}", 5))),
    }
}

fn terms() -> impl Strategy<Value = String> {
    let amount = prop_oneof![3 => (1u64..4_000_000).prop_map(|n| json!(n.to_string())), 1 => Just(json!("1e6")), 1 => Just(json!(5))];
    let pay_to = prop_oneof![
        2 => Just("0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96"),
        1 => Just("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    ];
    let network = prop_oneof![4 => Just("base"), 1 => Just("base-sepolia"), 1 => Just("polygon")];
    (amount, pay_to, network, 5u64..5000).prop_map(|(amount, pay_to, network, seconds)| {
        with(json!({"maxAmountRequired": amount, "payTo": pay_to, "network": network, "maxTimeoutSeconds": seconds}))
    })
}

fn options() -> impl Strategy<Value = Value> {
    let pins = prop_oneof![Just(json!(null)), Just(json!(["0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96"]))];
    let caps = prop_oneof![Just("5.00"), Just("1.5"), Just("0.000001")];
    (pins, caps, any::<bool>())
        .prop_map(|(pay_to, cap, confirm)| json!({"payTo": pay_to, "maxPrice": cap, "confirm": confirm}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn promises_hold_over_every_course(
        options in options(),
        terms in terms(),
        choices in prop::collection::vec(any::<u8>(), 20),
        abort_at in prop_oneof![3 => Just(usize::MAX), 1 => 1usize..14],
    ) {
        let (record, outcome) = play(&options, &terms, Course { choices, next: 0 }, abort_at);

        // Promise 1: one authorization a purchase.
        prop_assert!(record.probes <= 1 && record.signs.len() <= 1 && record.pays.len() <= record.signs.len());

        // Promise 2: what is signed is what was quoted, within the cap, to an allowed recipient.
        for typed in &record.signs {
            let (message, quote) = (&typed["message"], record.quoted.as_ref().unwrap());
            let value: U256 = message["value"].as_str().unwrap().parse().unwrap();
            prop_assert!(value <= parse_units(options["maxPrice"].as_str().unwrap(), 6).unwrap());
            prop_assert_eq!(&message["value"], &quote["price"]["atomic"]);
            prop_assert_eq!(&message["to"], &quote["payTo"]);
            prop_assert_eq!(&message["from"], &json!(PAYER.to_string()));
            prop_assert_eq!(&typed["domain"]["verifyingContract"], "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
            prop_assert_eq!(&typed["domain"]["chainId"], 8453);
            prop_assert!(options["payTo"].is_null() || options["payTo"][0] == message["to"]);
            let valid_before: u64 = message["validBefore"].as_str().unwrap().parse().unwrap();
            prop_assert!(valid_before <= NOW / 1000 + 30 + 600);
        }

        // What is sent is what was signed, signed by the payer.
        for header in &record.pays {
            let payment = Value::parse(&String::from_utf8(base64::decode(header).unwrap()).unwrap()).unwrap();
            prop_assert_eq!(&payment["payload"]["authorization"], &record.signs[0]["message"]);
            let signature = crate::core::signature::Signature::parse(payment["payload"]["signature"].as_str().unwrap()).unwrap();
            prop_assert_eq!(signature.signer(&digest(&record.signs[0])), Some(PAYER));
        }

        // `paid` is true: certain before the payment has left, uncertain after it unless there is a task.
        match outcome {
            Ok(task) => prop_assert_eq!(task.receipt.is_some(), record.pays.len() == 1),
            Err(error) if record.pays.is_empty() => {
                prop_assert_eq!(error.paid, Paid::No, "{:?}", error);
                prop_assert!(matches!(error.retry, Retry::Safe | Retry::Never));
            }
            Err(error) => {
                prop_assert_eq!((error.paid, error.retry), (Paid::Unknown, Retry::Resume), "{:?}", error);
                prop_assert!(matches!(error.code, Code::PaymentUnknown | Code::Aborted));
                for known in ["id", "nonce", "payer", "payTo", "amount", "asset", "network", "validBefore"] {
                    prop_assert!(error.details.get(known).is_some(), "{}", known);
                }
            }
        }
    }

    /// Promise 6, where the server has its say: whatever it answers to the unpaid request, nothing panics and nothing is
    /// signed unless the terms can be paid.
    #[test]
    fn no_answer_leads_astray(status in any::<u16>(), body in ".*") {
        let Step::Probe(_, probing) = order(&json!({})).begin::<Value>().step else { panic!() };
        let next = probing.answered(answer(status, body), NOW);
        let is_over = matches!(next.step, Step::Done(_));
        prop_assert!(is_over);
    }
}

fn only_good() -> Course {
    Course { choices: Vec::new(), next: 0 }
}

#[test]
fn the_straight_course_pays_once() {
    let (record, outcome) = play(&json!({"confirm": true}), DOCUMENTED, only_good(), usize::MAX);
    let task = outcome.unwrap();
    let receipt = task.receipt.unwrap();
    assert_eq!((task.task_id.as_str(), receipt.amount.amount.as_str()), (TASK, "1.00"));
    assert_eq!((record.probes, record.signs.len(), record.pays.len()), (1, 1, 1));
    assert_eq!(record.signs[0]["message"]["validAfter"], "0");
    assert_eq!(receipt.nonce, format!("0x{}", "07".repeat(32)));
}

#[test]
fn an_abort_says_whether_the_payment_had_left() {
    let stages: Vec<_> = (1..12)
        .map_while(|step| play(&json!({"confirm": true}), DOCUMENTED, only_good(), step).1.err())
        .map(|error| (error.code, error.stage, error.paid))
        .collect();
    assert_eq!(stages.first(), Some(&(Code::Aborted, Stage::Quote, Paid::No)));
    assert_eq!(stages.last(), Some(&(Code::Aborted, Stage::Payment, Paid::Unknown)));
    assert_eq!(stages.iter().filter(|(_, _, paid)| *paid != Paid::No).count(), 1);
}

#[test]
fn a_step_that_was_not_begun_has_moved_nothing() {
    let mut next = order(&json!({})).begin::<Value>();
    loop {
        let error = next.step.not_begun();
        assert_eq!((error.code, error.paid), (Code::Aborted, Paid::No));
        next = match next.step {
            Step::Probe(_, state) => state.answered(answer(402, DOCUMENTED), NOW),
            Step::FindWallets(state) => state.found(&[Found { name: "W".into(), rdns: None }]),
            Step::Ask(_, question, state) => state.answered(talk(&question, 0)),
            Step::DrawNonce(state) => state.drawn(Some([7; 32]), NOW),
            Step::Sign(_, question, state) => state.answered(Ok(sign_with(KEY, &question)), NOW),
            Step::Pay(..) => break,
            step => panic!("{step:?}"),
        };
    }
}

/// Drives a fresh order to its conversation with the wallet, which answers by `reply`.
fn converse(reply: impl Fn(&Question, usize) -> Reply<Value>) -> (Vec<&'static str>, Step<Value>) {
    let Step::Probe(_, probing) = order(&json!({})).begin::<Value>().step else { panic!() };
    let Step::FindWallets(choosing) = probing.answered(answer(402, DOCUMENTED), NOW).step else { panic!() };
    let mut step = choosing.found(&[Found { name: "W".into(), rdns: None }]).step;
    let mut asked = Vec::new();
    while let Step::Ask(_, question, state) = step {
        asked.push(question.method);
        step = state.answered(reply(&question, asked.len())).step;
    }
    (asked, step)
}

fn ended(step: Step<Value>) -> Error {
    let Step::Done(Err(failure)) = step else { panic!("{step:?}") };
    failure.error
}

#[test]
fn a_wallet_on_another_chain_is_switched_and_asked_again() {
    let elsewhere = |until: usize| {
        move |q: &Question, n: usize| if q.method == "eth_chainId" && n < until { Ok(json!("0x1")) } else { talk(q, 0) }
    };
    let (asked, step) = converse(elsewhere(3));
    assert_eq!(asked, ["eth_accounts", "eth_chainId", "wallet_switchEthereumChain", "eth_chainId", "eth_call"]);
    assert!(matches!(step, Step::DrawNonce(_)));
    let (_, stays) = converse(elsewhere(99));
    assert_eq!(ended(stays).code, Code::WrongNetwork);
}

#[test]
fn a_wallet_without_the_chain_is_asked_to_add_it() {
    let (asked, step) = converse(|q, n| match q.method {
        "eth_chainId" if n < 3 => Ok(json!("0x1")),
        "wallet_switchEthereumChain" => Err(Some(json!({"code": 4902}))),
        _ => talk(q, 0),
    });
    assert_eq!(asked[2..5], ["wallet_switchEthereumChain", "wallet_addEthereumChain", "eth_chainId"]);
    assert!(matches!(step, Step::DrawNonce(_)));
}

#[test]
fn the_connection_is_asked_for_only_when_there_is_none() {
    for first in [Ok(json!([])), Err(Some(json!({"code": 4100}))), Err(None)] {
        let (asked, _) = converse(|q, _| if q.method == "eth_accounts" { first.clone() } else { talk(q, 0) });
        assert_eq!(asked[..2], ["eth_accounts", "eth_requestAccounts"]);
    }
    let (_, empty) = converse(|q, _| if q.method.ends_with("ccounts") { Ok(json!([])) } else { talk(q, 0) });
    assert_eq!(ended(empty).code, Code::WalletLocked);
}

#[test]
fn too_little_money_is_told_before_the_wallet_opens() {
    let (_, step) =
        converse(|q, _| if q.method == "eth_call" { Ok(json!(format!("0x{:064x}", 400_000))) } else { talk(q, 0) });
    let error = ended(step);
    assert_eq!(error.code, Code::InsufficientFunds);
    for (name, value) in [("have", "0.40"), ("need", "1.00"), ("address", &PAYER.to_string())] {
        assert_eq!(error.details.get(name), Some(&value.into()), "{name}");
    }
    for unreadable in [Ok(json!("0x")), Err(Some(json!({"code": -32601}))), Err(None)] {
        let (_, step) = converse(|q, _| if q.method == "eth_call" { unreadable.clone() } else { talk(q, 0) });
        assert!(matches!(step, Step::DrawNonce(_)), "a wallet that cannot read the balance may still pay");
    }
}

/// A quote of the documented terms, as it comes back from a page.
fn quoted(options: &Value) -> Value {
    serde_json::to_value(order(options).quote::<Value>(answer(402, DOCUMENTED), NOW).unwrap()).unwrap()
}

#[test]
fn a_quote_is_paid_as_it_was_shown_or_not_at_all() {
    let begun = order(&json!({})).begin_with(&quoted(&json!({})), NOW);
    assert!(matches!(begun.step, Step::FindWallets(_)));
    for (pointer, value) in [
        ("/price/atomic", json!("1")),
        ("/payTo", json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")),
        ("/network", json!("eip155:84532")),
        ("/asset", json!("0x036CbD53842c5426634e7929541eC2318f3dCF7e")),
        ("/seal/baseUrl", json!("https://another.example")),
        ("/seal/body", json!("0x00")),
        ("/seal/offer/payTo", json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")),
        ("/seal/offer/maxAmountRequired", json!("2000000")),
    ] {
        let mut quote = quoted(&json!({}));
        *quote.pointer_mut(pointer).unwrap() = value;
        let error = ended(order(&json!({})).begin_with(&quote, NOW).step);
        assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{pointer}");
    }
    assert_eq!(ended(order(&json!({})).begin_with(&json!({}), NOW).step).code, Code::InvalidRequest);
}

#[test]
fn a_quote_shows_the_price_and_the_purchase_keeps_the_cap() {
    let quote = quoted(&json!({"maxPrice": "0.50"}));
    assert_eq!(quote["price"]["amount"], "1.00");
    let error = ended(order(&json!({"maxPrice": "0.50"})).begin_with(&quote, NOW).step);
    assert_eq!(error.code, Code::PriceTooHigh);
    assert_eq!((error.details.get("price"), error.details.get("cap")), (Some(&"1.00".into()), Some(&"0.50".into())));
}

#[test]
fn a_request_that_was_taken_without_payment_is_kept() {
    let quote = order(&json!({})).quote::<Value>(answer(202, json!({"taskId": TASK})), NOW).unwrap();
    let record = quote.accepted.unwrap();
    assert_eq!((record.task_id.as_str(), record.id.as_str(), record.prompt.as_str()), (TASK, "id-1", "a boat"));
    assert_eq!(quote.price.amount, "0.00");
}

#[test]
fn offers_are_chosen_by_the_order_of_networks_and_refused_with_reasons() {
    let mut body: Value = serde_json::from_str(DOCUMENTED).unwrap();
    let base = body["accepts"][0].clone();
    let mut sepolia = base.clone();
    sepolia["network"] = "base-sepolia".into();
    sepolia["asset"] = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".into();
    sepolia["extra"]["name"] = "USDC".into();
    let mut dear = base.clone();
    dear["maxAmountRequired"] = "9000000".into();
    body["accepts"] = json!([dear, sepolia, base]);
    let first = |networks: Value| {
        let options = json!({"networks": networks});
        let Step::Probe(_, probing) = order(&options).begin::<Value>().step else { panic!() };
        let next = probing.answered(answer(402, &body), NOW);
        let Step::FindWallets(choosing) = next.step else { return Err(ended(next.step)) };
        Ok((choosing.quote.network, choosing.quote.price.amount.clone()))
    };
    assert_eq!(first(json!(["eip155:8453"])).unwrap(), ("eip155:8453", "1.00".into()), "the dear one is passed over");
    assert_eq!(first(json!(["eip155:84532", "eip155:8453"])).unwrap().0, "eip155:84532");
    body["accepts"][2]["scheme"] = "upto".into();
    let Step::Probe(_, probing) = order(&json!({})).begin::<Value>().step else { panic!() };
    let error = ended(probing.answered(answer(402, &body), NOW).step);
    assert_eq!(error.code, Code::PriceTooHigh);
    let Step::Probe(_, probing) = order(&json!({"payTo": [PAYER.to_string()]})).begin::<Value>().step else { panic!() };
    let error = ended(probing.answered(answer(402, &body), NOW).step);
    let offers = serde_json::to_value(error.details.get("offers")).unwrap();
    let reasons: Vec<&str> = offers.as_array().unwrap().iter().map(|o| o["reason"].as_str().unwrap()).collect();
    assert!(
        reasons[0].contains("recipients") && reasons[1].contains("networks") && reasons[2].contains("scheme"),
        "{reasons:?}"
    );
}
