//! Helpers for the tests of a purchase; and the way to the signature, step by step.

mod anew;
mod explore;
mod following;
mod promises;
mod recovery;
mod signer;
mod table;
mod world;

use alloy_primitives::{Address, B256, U256, address, hex, keccak256};
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};

use super::*;
use crate::core::{
    assets::ASSETS,
    base64,
    clock::Clocks,
    config::Config,
    dialect::{Dialect, Shape},
    error::{Paid, Retry},
    http::{HttpFailure, HttpResponse},
    http_request::Method,
    journal::{self, Owner, Put, Written},
    money::parse_units,
    notice::Notice,
    quote::{self, FreeQuote, Quote},
    request::Request,
    terms::tests::{DOCUMENTED, with},
};
use world::{Ended, Seller, World};

const NOW: u64 = 1_740_672_089_000;
/// The form in which `id-1` is sent.
const SEED: &str = "369fba59-641e-50cc-b783-435ab64bb72e";
const TASK: &str = "123e4567-e89b-12d3-a456-426614174000";
const PAYER: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
/// The first key of every development chain; worthless.
const KEY: [u8; 32] = hex!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");

fn order(options: &Value) -> Order {
    let request = Request::read(&json!({"prompt": "a boat", "id": "id-1"}), "fresh".into()).unwrap();
    let config = Config::read(options).unwrap();
    let clocks = Clocks::default();
    Order { request, config, confirm: options["confirm"] == true, payer: None, clocks, owner: owner("this call") }
}

fn owner(token: &str) -> Owner {
    Owner { token: token.into(), is_alone: false }
}

/// A locked record, by a call that excludes all others.
fn recalled(record: Option<Value>) -> Result<Recalled<Value>, Value> {
    Ok(Recalled { record, is_alone: true })
}

fn answer(status: u16, body: impl ToString) -> Answer<Value> {
    Ok(HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() })
}

type Priced = (Result<Quote<Value>, Failure<Value>>, Option<Change<Value>>);

/// The outcome of a price request, and what is to be recorded.
fn priced(order: &Order, answer: Answer<Value>) -> Priced {
    let mut step = quoting::begin::<Value>(order.clone()).step;
    while let quoting::Step::Send(_, quoting) = step {
        step = quoting.answered(answer.clone(), NOW).step;
    }
    match step {
        quoting::Step::Done(outcome) => (*outcome, None),
        quoting::Step::Write(_, change, noting) => {
            let quoting::Step::Done(outcome) = noting.written().step else { panic!() };
            (*outcome, Some(*change))
        }
        quoting::Step::Send(..) => panic!("it has an answer"),
    }
}

fn lost(status: Option<u16>) -> Answer<Value> {
    Err(HttpFailure { status, cause: Some(json!("lost")), is_cancelled: false })
}

/// The answer of a wallet that signs exactly what it is shown, with `key`.
fn sign_with(key: [u8; 32], question: &Question) -> Value {
    let params = Value::parse(question.params.as_ref().unwrap()).unwrap();
    let typed: Value = Value::parse(params[1].as_str().unwrap()).unwrap();
    let (signature, id) =
        SigningKey::from_slice(&key).unwrap().sign_prehash_recoverable(digest(&typed).as_slice()).unwrap();
    json!(format!("0x{}{:02x}", hex::encode(signature.to_bytes()), 27 + id.to_byte()))
}

/// The EIP-712 digest of typed data as a wallet computes it: from the document alone, with the types that it lists.
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

fn payment(request: &HttpRequest) -> String {
    let Method::Pay(payment) = &request.method else { panic!("{request:?}") };
    payment.header.clone()
}

fn talk(question: &Question, outcome: usize) -> Reply<Value> {
    let good = match question.method {
        "eth_requestAccounts" => json!([PAYER.to_string().to_lowercase()]),
        "eth_chainId" => json!("0x2105"),
        "eth_call" => json!(format!("0x{:064x}", 9_000_000)),
        _ => Value::Null,
    };
    match outcome {
        0 => Ok(good),
        1 => Err(Some(json!({"code": 4001, "message": "User rejected the request."}))),
        2 => Err(Some(json!({"code": 4902}))),
        3 => Ok(json!([])),
        4 => Ok(json!("0x1")),
        5 => Err(None),
        _ => Ok(json!(format!("0x{:064x}", 5))),
    }
}

fn good_world(options: &Value) -> World {
    World::new(options, DOCUMENTED, Seller { knows_seed: true }, Vec::new())
}

#[test]
fn the_straight_course_pays_once() {
    let options = json!({"confirm": true});
    let mut world = good_world(&options);
    let Ended::Outcome(Ok(task)) = world.play(order(&options).begin()) else { panic!() };
    let receipt = Value::of(&task.receipt.unwrap());
    assert_eq!((task.task_id.as_str(), &receipt["amount"]["amount"]), (SEED, &json!("1.00")));
    assert_eq!((world.signs.len(), world.pays.len(), world.taken.len()), (1, 1, 1));
    assert_eq!(world.signs[0]["message"]["validAfter"], "0");
    assert_eq!(receipt["nonce"], world.taken[0]);
    let record = &world.journal["id-1"];
    assert_eq!(
        (&record["step"], &record["paid"], &record["payment"]["header"], &record["payment"]["body"]),
        (&json!("accepted"), &json!("yes"), &Value::Null, &Value::Null),
        "what is left of the payment finds its transaction, and cannot be sent"
    );

    let Ended::Outcome(Ok(again)) = world.play(order(&options).begin()) else { panic!() };
    assert_eq!(again.task_id, task.task_id, "the same id is the same purchase");
    assert_eq!((world.signs.len(), world.pays.len()), (1, 1));
    let mut other = order(&options);
    other.request = Request::read(&json!({"prompt": "another boat", "id": "id-1"}), "fresh".into()).unwrap();
    let Ended::Outcome(Err(error)) = world.play(other.begin()) else { panic!() };
    assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No));
}

/// A page may be frozen between any two steps. By then, other tabs no longer count its intent in their budgets.
#[test]
fn a_signature_that_budgets_no_longer_count_is_not_sent() {
    let terms = with(json!({"maxTimeoutSeconds": 5000}));
    let mut world = World::new(&json!({}), &terms, Seller { knows_seed: true }, Vec::new());
    let mut next = order(&json!({})).begin::<Value>();
    loop {
        match &next.step {
            Step::DrawNonce(_) => world.now = NOW + 100_000,
            Step::Ask(_, _, Asked::Checking(_)) => world.now = NOW + 595_000,
            Step::Done(_) | Step::Send(_, Sent::Paying(_)) => break,
            _ => {}
        }
        next = world.perform(next.step);
    }
    let Step::Done(Err(failure)) = next.step else { panic!("it was sent") };
    assert_eq!((failure.error.code, failure.error.paid), (Code::SignatureExpired, Paid::No));
}

/// The state of a fresh order after an empty journal.
fn probing(options: &Value) -> Probing {
    let Step::Recall(_, recalling) = order(options).begin::<Value>().step else { panic!() };
    let Step::Send(_, Sent::Probing(probing)) = recalling.recalled(recalled(None)).step else { panic!() };
    *probing
}

/// Drives a fresh order to its conversation with the wallet, which answers with `reply`.
fn converse(reply: impl Fn(&Question, usize) -> Reply<Value>) -> (Vec<&'static str>, Step<Value>) {
    let probing = probing(&json!({}));
    let Step::FindWallets(Finding::Payer(choosing)) = probing.answered(answer(402, DOCUMENTED), NOW).step else {
        panic!()
    };
    let mut step = choosing.found(1).step;
    let mut asked = Vec::new();
    loop {
        let mut ask = |question: &Question| {
            asked.push(question.method);
            reply(question, asked.len())
        };
        step = match step {
            Step::Ask(_, question, Asked::Talking(state)) => state.answered(ask(&question)).step,
            Step::AskAll(questions, state) => {
                let replies = questions.iter().map(|(_, question)| ask(question)).collect();
                state.answered(replies, NOW).step
            }
            Step::Sleep(_, state) => state.woke(NOW).step,
            step => return (asked, step),
        };
    }
}

/// The same answer to the unpaid request, however it is worded.
fn refused(probing: Probing, said: &Answer<Value>) -> Step<Value> {
    match probing.answered(said.clone(), NOW).step {
        Step::Send(_, Sent::Probing(again)) => refused(*again, said),
        step => step,
    }
}

fn ended(step: Step<Value>) -> Error {
    let Step::Done(Err(failure)) = step else { panic!("{step:?}") };
    failure.error
}

/// The documented 402, whose seller takes other models.
fn of_today() -> String {
    let models = json!({"type": "string", "enum": ["xai-grok-imagine", "fal-kling-o3"]});
    let data = json!({"type": "string", "properties": {"videoModel": models}});
    with(json!({"outputSchema": {"input": {"type": "http", "method": "POST", "bodyFields": {"templateData": data}}}}))
}

#[test]
fn a_request_that_the_seller_rules_out_reaches_no_wallet() {
    let asked = |model: &str| json!({"prompt": "a boat", "videoModel": model});
    let order = |model: &str, options: &Value| {
        let owner = Owner { token: "1".into(), is_alone: true };
        let request = Request::read(&asked(model), "id-1".into()).unwrap();
        let config = Config::read(options).unwrap();
        Order { request, config, confirm: false, payer: None, clocks: Clocks::default(), owner }
    };
    let probed = |model: &str, options: Value| {
        let Step::Recall(_, recalling) = order(model, &options).begin::<Value>().step else { panic!() };
        let Step::Send(_, Sent::Probing(probing)) = recalling.recalled(recalled(None)).step else { panic!() };
        probing.answered(answer(402, of_today()), NOW)
    };
    let Next { notices, step } = probed("sora", json!({}));
    let error = ended(step);
    assert_eq!((error.code, error.paid, error.retry), (Code::RequestUnsupported, Paid::No, Retry::Never));
    assert!(error.message.contains("`videoModel` takes xai-grok-imagine, fal-kling-o3"), "{}", error.message);
    let problems = Value::of(&error.details)["problems"].take();
    assert_eq!(problems[0]["allowed"], json!(["xai-grok-imagine", "fal-kling-o3"]));
    assert!(notices.is_empty());
    for (model, options) in [("fal-kling-o3", json!({})), ("sora", json!({"schema": "ignore"}))] {
        assert!(matches!(probed(model, options).step, Step::FindWallets(Finding::Payer(_))), "{model}");
    }

    // A quote says so beforehand, and is refused when it is to be paid, before the wallet is asked to connect.
    let quoting::Step::Send(_, quoting) = quoting::begin::<Value>(order("sora", &json!({}))).step else { panic!() };
    let quoting::Step::Done(quoted) = quoting.answered(answer(402, of_today()), NOW).step else { panic!() };
    let quote = Value::of(&quoted.unwrap());
    assert_eq!(quote["models"], json!(["xai-grok-imagine", "fal-kling-o3"]));
    assert_eq!(quote["problems"], problems);
    let pay = |options: &Value| {
        let Step::Recall(_, recalling) = order("sora", options).begin_with(&quote, NOW).step else { panic!() };
        (recalling.is_payable::<Value>(), recalling.recalled(recalled(None)).step)
    };
    let (is_payable, refused) = pay(&json!({}));
    assert_eq!((is_payable, ended(refused).code), (false, Code::RequestUnsupported));
    let (is_payable, step) = pay(&json!({"schema": "ignore"}));
    assert!(is_payable && matches!(step, Step::FindWallets(_)));
}

#[test]
fn a_quote_is_paid_in_the_very_words_that_were_priced() {
    let of = |extra: Value| {
        let request = json!({"prompt": "a boat", "id": "id-1", "extra": extra});
        Order { request: Request::read(&request, "fresh".into()).unwrap(), ..order(&json!({})) }
    };
    let priced_in = json!({"zeta": 1, "alpha": 2});
    let quote = Value::of(&priced(&of(priced_in.clone()), answer(402, DOCUMENTED)).0.unwrap());
    let begun = |extra: Value, quote: &Value| of(extra).begin_with(quote, NOW).step;
    assert!(matches!(begun(priced_in.clone(), &quote), Step::Recall(..)));
    let error = ended(begun(json!({"alpha": 2, "zeta": 1}), &quote));
    assert!(error.code == Code::InvalidRequest && error.message.contains("other words"), "{}", error.message);
    for (member, value) in
        [("form", json!(true)), ("shape", json!("text")), ("shape", json!("?")), ("seedless", json!(true))]
    {
        let mut changed = quote.clone();
        changed["seal"][member] = value;
        let step = begun(priced_in.clone(), &changed);
        // Without its id the request has the same words.
        assert_eq!(matches!(step, Step::Recall(..)), member == "seedless", "{member}: {step:?}");
    }
    let mut former = quote;
    former["seal"].as_object_mut().unwrap().remove("sent");
    assert!(matches!(begun(priced_in, &former), Step::Recall(..)), "quotes of earlier versions");
}

#[test]
fn the_models_of_clawdvine_are_asked_for_beside_its_price() {
    let order = |shape: Shape| {
        let mut order = order(&json!({}));
        order.request.speak(Dialect { shape, ..order.request.dialect() });
        order
    };
    let begun = |shape: Shape| {
        let quoting::Step::Send(_, quoting) = quoting::begin::<Value>(order(shape)).step else { panic!() };
        quoting.answered(answer(402, with(json!({"outputSchema": null}))), NOW).step
    };
    let asked = || match begun(Shape::Flat) {
        quoting::Step::Send(request, quoting) => {
            assert!(request.url.ends_with("/generation/models") && request.method == Method::Get);
            assert!(request.patience < 5_000, "the price waits for it");
            quoting
        }
        step => panic!("{step:?}"),
    };
    for (given, models) in [
        (
            answer(200, json!({"models": [{"id": "fal-kling-o3"}, "xai-grok-imagine"]})),
            json!(["fal-kling-o3", "xai-grok-imagine"]),
        ),
        (answer(404, json!({"error": "not found"})), Value::Null),
        (lost(None), Value::Null),
    ] {
        let quoting::Step::Done(quoted) = asked().answered(given, NOW).step else { panic!() };
        let quote = Value::of(&quoted.unwrap());
        assert_eq!((&quote["models"], quote["price"].is_object()), (&models, true));
        assert!(quote["problems"].is_null(), "such a list rules nothing out");
        let paid = order(Shape::Flat).begin_with(&quote, NOW).step;
        assert!(matches!(paid, Step::Recall(..)), "{paid:?}");
    }
    assert!(matches!(begun(Shape::Object), quoting::Step::Done(_)), "Imagine has no such list");
}

#[test]
fn a_wallet_on_another_chain_is_switched_and_asked_again() {
    let elsewhere = |until: usize| {
        move |q: &Question, n: usize| if q.method == "eth_chainId" && n < until { Ok(json!("0x1")) } else { talk(q, 0) }
    };
    let (asked, step) = converse(elsewhere(3));
    assert_eq!(
        asked,
        [
            "eth_requestAccounts",
            "eth_chainId",
            "wallet_switchEthereumChain",
            "eth_chainId",
            "eth_call",
            "eth_getBlockByNumber"
        ]
    );
    assert!(matches!(step, Step::Write(_, _, Writing::Intent(_))));
    let (asked, stays) = converse(elsewhere(99));
    assert_eq!((asked.len(), ended(stays).code), (8, Code::WrongNetwork));
}

/// WalletConnect's provider answers the switch before it hears from the wallet that the network is another one.
#[test]
fn a_wallet_that_is_slow_to_say_that_it_has_switched_is_asked_again() {
    for (after, pauses) in [(1, vec![]), (2, vec![250]), (4, vec![250, 500, 1_000]), (5, vec![250, 500, 1_000, 2_000])]
    {
        let (slept, end) = switch(after, None);
        assert_eq!(slept, pauses);
        assert!(matches!(end, Step::AskAll(_, Gathered::Counting(_))), "{after}: {end:?}");
    }
    let (slept, stays) = switch(6, None);
    assert_eq!((slept.iter().sum::<u64>(), ended(stays).code), (3_750, Code::WrongNetwork));
    let (_, broken) = switch(6, Some(json!("no timers")));
    let Step::Done(Err(failure)) = broken else { panic!("{broken:?}") };
    assert_eq!((failure.error.code, failure.error.paid), (Code::WrongNetwork, Paid::No));
    assert_eq!(failure.cause, Some(json!("no timers")));
}

/// A wallet agrees to switch, and names the new network at that question for it. What it is told, in pauses, and the
/// step after that; `thrown` is how the timers fail.
fn switch(named_at: usize, thrown: Option<Value>) -> (Vec<u64>, Step<Value>) {
    let Step::FindWallets(Finding::Payer(choosing)) = probing(&json!({})).answered(answer(402, DOCUMENTED), NOW).step
    else {
        panic!()
    };
    let mut step = choosing.found(1).step;
    let (mut pauses, mut asked) = (Vec::new(), None);
    loop {
        step = match step {
            Step::Ask(_, question, Asked::Talking(state)) => {
                match (question.method, &mut asked) {
                    ("wallet_switchEthereumChain", _) => asked = Some(0),
                    ("eth_chainId", Some(times)) => *times += 1,
                    _ => {}
                }
                let is_elsewhere = question.method == "eth_chainId" && asked.is_none_or(|times| times < named_at);
                state.answered(if is_elsewhere { Ok(json!("0x1")) } else { talk(&question, 0) }).step
            }
            Step::Sleep(ms, state) => {
                pauses.push(ms);
                thrown.clone().map_or_else(|| state.clone().woke(NOW), |thrown| state.clone().broke(thrown)).step
            }
            step => return (pauses, step),
        };
    }
}

#[test]
fn a_wallet_without_the_chain_is_asked_to_add_it() {
    let (asked, step) = converse(|q, n| match q.method {
        "eth_chainId" if n < 3 => Ok(json!("0x1")),
        "wallet_switchEthereumChain" => Err(Some(json!({"code": 4902}))),
        _ => talk(q, 0),
    });
    assert_eq!(asked[2..5], ["wallet_switchEthereumChain", "wallet_addEthereumChain", "eth_chainId"]);
    assert!(matches!(step, Step::Write(_, _, Writing::Intent(_))));
}

#[test]
fn a_wallet_that_connects_without_an_account_is_locked() {
    let (asked, empty) = converse(|q, _| if q.method == "eth_requestAccounts" { Ok(json!([])) } else { talk(q, 0) });
    assert_eq!((asked.len(), ended(empty).code), (1, Code::WalletLocked));
}

#[test]
fn only_the_account_that_the_page_names_pays() {
    let other = address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8");
    let pay_from = |payer, accounts: Value| {
        let mut world = good_world(&json!({}));
        let mut next = Order { payer: Some(payer), ..order(&json!({})) }.begin::<Value>();
        loop {
            next = match next.step {
                Step::Ask(_, _, Asked::Talking(connecting)) => {
                    break match connecting.answered(Ok(accounts)).step {
                        Step::Ask(_, question, _) => Ok(question.method),
                        step => Err(ended(step).code),
                    };
                }
                step => world.perform(step),
            };
        }
    };
    let both = json!([PAYER.to_string(), other.to_string().to_lowercase()]);
    assert_eq!(pay_from(other, both.clone()), Ok("eth_chainId"));
    assert_eq!(pay_from(PAYER, both), Ok("eth_chainId"));
    assert_eq!(pay_from(other, json!([PAYER.to_string()])), Err(Code::WalletLocked));
}

/// What a purchase comes to with a wallet that has connected these accounts, each with so much; none of what it cannot
/// read.
fn paid_by(accounts: &[Address], have: &[Option<u64>], payer: Option<Address>) -> Result<Address, Error> {
    let mut world = good_world(&json!({}));
    let mut next = Order { payer, ..order(&json!({})) }.begin::<Value>();
    loop {
        next = match next.step {
            Step::Ask(_, question, Asked::Talking(talking)) if question.is_connect() => {
                talking.answered(Ok(json!(accounts.iter().map(Address::to_string).collect::<Vec<_>>())))
            }
            Step::AskAll(questions, Gathered::Counting(counting)) => {
                let replies = questions.iter().map(|(_, question)| {
                    let params = question.params.clone().unwrap();
                    let owner = accounts.iter().position(|account| params.contains(&hex::encode(account.into_word())));
                    match owner.map(|at| have[at]) {
                        Some(Some(have)) => Ok(json!(format!("0x{have:064x}"))),
                        Some(None) => Err(None),
                        None => talk(question, 0),
                    }
                });
                counting.answered(replies.collect(), NOW)
            }
            Step::DrawNonce(drawing) => break Ok(drawing.payer),
            Step::Done(outcome) => break Err(outcome.unwrap_err().error),
            step => world.perform(step),
        };
    }
}

#[test]
fn a_wallet_that_cannot_be_asked_to_connect_is_asked_for_its_accounts() {
    let safe = |accounts: Value| {
        converse(move |q, _| match q.method {
            "eth_requestAccounts" => Err(Some(json!({"message": "\"eth_requestAccounts\" not implemented"}))),
            "eth_accounts" => Ok(accounts.clone()),
            _ => talk(q, 0),
        })
    };
    let (asked, step) = safe(json!([PAYER.to_string()]));
    assert_eq!(asked[..3], ["eth_requestAccounts", "eth_accounts", "eth_chainId"]);
    assert!(matches!(step, Step::Write(_, _, Writing::Intent(_))));
    assert_eq!(ended(safe(json!([])).1).code, Code::WalletLocked);
    let (asked, step) = converse(|q, _| if q.is_connect() { Err(Some(json!({"code": 4001}))) } else { talk(q, 0) });
    assert_eq!((asked.len(), ended(step).code), (1, Code::UserRejected));
}

#[test]
fn the_first_connected_account_that_has_enough_pays() {
    let account = |digit: u8| Address::repeat_byte(digit);
    let all: Vec<Address> = (1..=7).map(account).collect();
    let (enough, little) = (Some(1_000_000), Some(999_999));
    let paid = |have: &[Option<u64>]| {
        paid_by(&all[..have.len()], have, None).map_err(|error| (error.code, error.details.get("address").cloned()))
    };
    let poor = |digit: u8| Err((Code::InsufficientFunds, Some(account(digit).to_string().into())));
    assert_eq!(paid(&[enough, enough]), Ok(account(1)), "the one that the visitor has chosen in the wallet");
    assert_eq!(paid(&[little, enough]), Ok(account(2)));
    assert_eq!(paid(&[Some(0), little, None, enough, enough]), Ok(account(4)));
    assert_eq!(paid(&[None, enough]), Ok(account(1)), "a wallet that cannot read may still pay");
    assert_eq!(paid(&[None, little]), Ok(account(1)));
    assert_eq!(paid(&[little, None]), poor(1));
    assert_eq!(paid(&[little, Some(0)]), poor(1));
    assert_eq!(paid(&[little, little, little, little, little, enough]), poor(1), "five are asked");
    assert_eq!(paid_by(&all[..2], &[little, enough], Some(account(1))).unwrap_err().code, Code::InsufficientFunds);
    assert_eq!(paid_by(&all[..2], &[enough, enough], Some(account(2))).unwrap(), account(2));
}

#[test]
fn an_account_never_pays_itself() {
    let (seller, other) = (address!("0x13a9e3ee4A25C3C72D67F42044438aabc54f2b96"), Address::repeat_byte(7));
    let paid = |accounts: &[Address]| paid_by(accounts, &[Some(9_000_000); 2], None);
    assert_eq!(paid(&[seller, other]).unwrap(), other);
    assert_eq!(paid(&[seller]).unwrap_err().code, Code::NoAcceptableOffer);
}

#[test]
fn the_page_is_told_the_account_that_pays_and_no_other() {
    let told = |have: [u64; 2]| {
        let accounts = [Address::repeat_byte(1), Address::repeat_byte(2)];
        let mut world = good_world(&json!({}));
        let mut next = order(&json!({})).begin::<Value>();
        let mut connected = Vec::new();
        loop {
            for notice in &next.notices {
                if let Notice::Connected { address, .. } = notice {
                    connected.push(address.clone());
                }
            }
            next = match next.step {
                Step::Ask(_, question, Asked::Talking(talking)) if question.is_connect() => {
                    talking.answered(Ok(json!(accounts.map(|account| account.to_string()))))
                }
                Step::AskAll(_, Gathered::Counting(counting)) => {
                    let [first, second] = have.map(|have| Ok(json!(format!("0x{have:064x}"))));
                    counting.answered(vec![first, second, Err(None)], NOW)
                }
                Step::DrawNonce(_) => break connected,
                step => world.perform(step),
            };
        }
    };
    let [first, second] = [1, 2].map(|digit| Address::repeat_byte(digit).to_string());
    assert_eq!(told([1_000_000, 1_000_000]), [first]);
    assert_eq!(told([0, 1_000_000]), [second], "only the one that pays: other calls are compared by it");
}

#[test]
fn a_prompt_that_never_ends_times_out() {
    let silent = |method: &'static str| {
        converse(move |q, n| match q.method {
            asked if asked == method => Err(None),
            "eth_chainId" if n < 3 => Ok(json!("0x1")),
            "wallet_switchEthereumChain" => Err(Some(json!({"code": 4902}))),
            _ => talk(q, 0),
        })
    };
    for method in ["eth_requestAccounts", "wallet_switchEthereumChain", "wallet_addEthereumChain", "eth_chainId"] {
        let error = ended(silent(method).1);
        let code = if method == "eth_chainId" { Code::WalletError } else { Code::WalletBusy };
        assert_eq!((error.code, error.paid, error.retry), (code, Paid::No, Retry::Safe), "{method}");
    }
    let mut world = good_world(&json!({}));
    let mut next = order(&json!({})).begin::<Value>();
    let error = loop {
        next = match next.step {
            Step::Ask(_, question, Asked::Signing(signing)) => {
                let patience = question.patience;
                assert!((50_000..60_000).contains(&patience), "as long as the signature would be of use: {patience}");
                break ended(signing.answered(Err(None)).step);
            }
            step => world.perform(step),
        };
    };
    assert_eq!((error.code, error.paid, error.retry), (Code::SignatureExpired, Paid::No, Retry::Safe));
    assert_eq!(error.details.get("prompt"), Some(&"open".into()), "it is no late signature");
    assert!(error.message.contains("approving it pays nothing"), "{}", error.message);
}

#[test]
fn reads_inside_the_click_are_kept_short() {
    let patience = |options: &Value, next: Next<Value>| {
        let mut world = good_world(options);
        let mut next = next;
        loop {
            next = match next.step {
                Step::AskAll(questions, _) => break [questions[0].1.patience, questions[1].1.patience],
                step => world.perform(step),
            };
        }
    };
    let (plain, asking) = (json!({}), json!({"confirm": true}));
    assert_eq!(patience(&plain, order(&plain).begin_with(&quoted(&plain), NOW)), [2_500; 2]);
    assert_eq!(
        patience(&asking, order(&asking).begin_with(&quoted(&asking), NOW)),
        [10_000; 2],
        "`confirm` has its own"
    );
    assert_eq!(patience(&plain, order(&plain).begin()), [10_000; 2]);
}

#[test]
fn only_a_quoted_purchase_asks_to_connect_before_it_is_recalled() {
    let quote = quoted(&json!({}));
    let is_inviting =
        |next: Next<Value>| matches!(next.step, Step::Recall(_, recalling) if recalling.is_payable::<Value>());
    assert!(is_inviting(order(&json!({})).begin_with(&quote, NOW)));
    assert!(!is_inviting(order(&json!({})).begin()));
    assert!(!is_inviting(resume("id-1".into())));
    let dear = order(&json!({"maxPrice": "0.50"})).begin_with(&quote, NOW);
    assert_eq!(ended(dear.step).code, Code::PriceTooHigh, "what is not to be paid asks for nothing");
}

#[test]
fn insufficient_funds_are_reported_before_the_wallet_opens() {
    let (_, step) =
        converse(|q, _| if q.method == "eth_call" { Ok(json!(format!("0x{:064x}", 400_000))) } else { talk(q, 0) });
    let error = ended(step);
    assert_eq!(error.code, Code::InsufficientFunds);
    let (_, exactly) =
        converse(|q, _| if q.method == "eth_call" { Ok(json!(format!("0x{:064x}", 1_000_000))) } else { talk(q, 0) });
    assert!(matches!(exactly, Step::Write(_, _, Writing::Intent(_))), "exactly enough is enough");
    for (name, value) in [("have", "0.40"), ("need", "1.00"), ("address", &PAYER.to_string())] {
        assert_eq!(error.details.get(name), Some(&value.into()), "{name}");
    }
    for unreadable in [Ok(json!("0x")), Err(Some(json!({"code": -32601}))), Err(None)] {
        let (_, step) = converse(|q, _| if q.method == "eth_call" { unreadable.clone() } else { talk(q, 0) });
        assert!(
            matches!(step, Step::Write(_, _, Writing::Intent(_))),
            "a wallet that cannot read the balance may still pay"
        );
    }
}

/// The state of a fresh order that is about to be recorded, and the change.
fn intending(options: &Value) -> (Change<Value>, Writing<Value>) {
    let (mut world, mut next) = (good_world(options), order(options).begin::<Value>());
    loop {
        next = match next.step {
            Step::Write(_, change, intent @ Writing::Intent(_)) => return (*change, intent),
            step => world.perform(step),
        };
    }
}

/// The outcome of an intent for `id-1` next to these records.
fn noted(intent: &Change<Value>, records: &[Value]) -> Written<Value> {
    let own = records.iter().find(|record| record["id"] == "id-1");
    intent.apply("id-1", own, records).1
}

/// The record of this call's intent after a change.
fn signed_record(change: &Change<Value>) -> Value {
    let mut intent = intent_of_another("id-1");
    intent["owner"] = order(&json!({})).owner.token.into();
    match change.apply("id-1", Some(&intent), &[]).0 {
        Put::Record(record) => record,
        other => panic!("{other:?}"),
    }
}

/// The record of another call's intent.
fn intent_of_another(id: &str) -> Value {
    let Put::Record(mut record) = intending(&json!({})).0.apply(id, None, &[]).0 else { panic!() };
    record["owner"] = "another call".into();
    record
}

#[test]
fn the_budget_is_checked_against_the_journal() {
    let options = json!({"budget": {"amount": "1.50", "per": "day"}});
    let after = |records: &[Value]| {
        let (change, intent) = intending(&options);
        intent.written(Ok(noted(&change, records)), NOW).step
    };
    let mut other = intent_of_another("id-2");
    let error = ended(after(&[other.clone()]));
    assert_eq!((error.code, error.paid, error.retry), (Code::BudgetExceeded, Paid::No, Retry::Safe));
    assert_eq!(error.details.get("left"), Some(&"0.50".into()));
    assert!(matches!(after(&[]), Step::DrawNonce(_)));
    let (change, intent) = intending(&json!({}));
    assert!(matches!(intent.written(Ok(noted(&change, &[other.clone()])), NOW).step, Step::DrawNonce(_)), "unlimited");
    other["order"]["createdAt"] = (NOW - 610_000).into();
    assert!(matches!(after(&[other]), Step::DrawNonce(_)), "its signature would not be used any more");
}

#[test]
fn a_server_that_rejects_the_seed_is_asked_without_it() {
    let refusal = || answer(400, json!({"error": "unknown field: seed"}));
    let Step::Send(request, Sent::Probing(reworded)) = probing(&json!({})).answered(refusal(), NOW).step else {
        panic!()
    };
    let Method::Post { body } = request.method else { panic!() };
    let seeded = format!("{},\"seed\":\"{SEED}\"}}", &body[..body.len() - 1]);
    assert_eq!(order(&json!({})).request.body(), seeded);
    assert!(!body.contains("seed"), "{body}");
    let begun = reworded.clone().answered(answer(402, DOCUMENTED), NOW);
    assert!(matches!(begun.step, Step::FindWallets(_)));
    let Step::Send(_, Sent::Probing(guess)) = reworded.answered(refusal(), NOW).step else { panic!() };
    let error = ended(guess.answered(answer(400, json!({"error": "another"})), NOW).step);
    assert_eq!((error.code, error.paid), (Code::Http, Paid::No), "asked twice more, not for ever");
    assert!(error.message.contains("unknown field: seed"), "{}", error.message);
}

#[test]
fn a_server_that_takes_the_parameters_as_text_is_paid_for_the_words_that_it_priced() {
    let asked_again = |said: &str| {
        let refused = answer(422, json!({"error": said}));
        let Step::Send(request, Sent::Probing(state)) = probing(&json!({})).answered(refused, NOW).step else {
            panic!()
        };
        let Method::Post { body } = request.method else { panic!() };
        (body, state)
    };
    for said in ["templateData: expected a string", "bad request"] {
        let (body, state) = asked_again(said);
        assert!(Value::parse(&body).unwrap()["templateData"].is_string(), "{body}");
        let Step::FindWallets(Finding::Payer(choosing)) = state.answered(answer(402, DOCUMENTED), NOW).step else {
            panic!()
        };
        let order = &choosing.deal.order;
        assert_eq!(order.request.body(), body, "what is paid is what was priced");
        let quote = Value::of(&*choosing.quote);
        let Step::Recall(_, recalling) = self::order(&json!({})).begin_with(&quote, NOW).step else { panic!() };
        let Step::FindWallets(Finding::Payer(again)) = recalling.recalled(recalled(None)).step else { panic!() };
        assert_eq!(again.deal.order.request, order.request, "a quote remembers how it was asked for");
    }
    // A guess that does not help hides nothing.
    let (_, state) = asked_again("the prompt is banned");
    let error = ended(state.clone().answered(answer(400, "templateData must be an object"), NOW).step);
    assert!(error.message.contains("the prompt is banned"), "{}", error.message);
    let error = ended(state.answered(lost(None), NOW).step);
    assert_eq!(error.code, Code::Network);
}

#[test]
fn a_request_that_is_refused_instead_of_priced_reports_the_servers_reason() {
    for (status, body, reason) in [
        (400, json!({"error": "prompt is required"}), "prompt is required"),
        (422, json!({"detail": [{"loc": ["body", "duration"], "msg": "too long"}]}), "body.duration: too long"),
        (422, json!({"message": "プロンプトが長すぎます"}), "プロンプトが長すぎます"),
        (403, json!({"success": false, "error": {"message": "not in your country"}}), "not in your country"),
        (500, json!({"error": {"fieldErrors": {"prompt": ["Required"]}}}), "prompt: Required"),
        (200, json!({"status": "error", "reason": "closed"}), "closed"),
    ] {
        let code = if status == 200 { Code::BadResponse } else { Code::Http };
        let bought = ended(refused(probing(&json!({})), &answer(status, &body)));
        let quoted = priced(&order(&json!({})), answer(status, &body)).0.unwrap_err().error;
        for error in [bought, quoted] {
            assert_eq!((error.code, error.paid, error.retry), (code, Paid::No, Retry::Safe), "{body}");
            assert!(error.message.ends_with(&format!(": \"{reason}\"")), "{}", error.message);
            assert_eq!(error.details.get("reason"), Some(&reason.into()), "{body}");
            assert_eq!(error.details.get("status"), Some(&u64::from(status).into()), "{body}");
        }
    }
    let silent = ended(probing(&json!({})).answered(answer(502, "<html>"), NOW).step);
    assert_eq!(silent.message, "the server answered 502 instead of a price");
    assert_eq!(silent.details.get("reason"), None);
}

#[test]
fn a_purchase_in_progress_in_another_tab_is_not_started() {
    let (change, intent) = intending(&json!({}));
    let Change::Intend(mut wish) = change else { panic!() };
    wish.owner.is_alone = false;
    let error = ended(intent.written(Ok(noted(&Change::Intend(wish), &[intent_of_another("id-1")])), NOW).step);
    assert_eq!((error.code, error.paid, error.retry), (Code::UnsupportedEnvironment, Paid::Unknown, Retry::Resume));
}

#[test]
fn a_purchase_works_with_a_wrong_clock() {
    for hours in [-1, 0, 1] {
        let mut world = good_world(&json!({}));
        world.skew = hours * 3_600_000;
        let Ended::Outcome(Ok(_)) = world.play(order(&json!({})).begin()) else { panic!("{hours}") };
        let open_for =
            world.signs[0]["message"]["validBefore"].as_str().unwrap().parse::<u64>().unwrap() - world.chain_seconds();
        assert!((30..=60).contains(&open_for), "{hours}: {open_for} s");
        assert_eq!(world.taken.len(), 1);
    }
}

/// The event `signing`, and the timeout of its prompt, if the node's clock is that far ahead of the machine's.
fn prompted(
    skew: i64,
    in_click: bool,
    clocks: &Clocks,
    replies: impl Fn(&Question) -> Reply<Value>,
) -> (u64, u64, u64) {
    let options = json!({});
    let mut world = good_world(&options);
    world.skew = skew;
    let order = Order { clocks: clocks.clone(), ..order(&options) };
    let mut next = if in_click { order.begin_with(&quoted(&options), NOW) } else { order.begin::<Value>() };
    loop {
        if let [Notice::Signing { typed_data, valid_before, .. }] = &next.notices[..] {
            let Step::Ask(_, question, _) = &next.step else { panic!() };
            let signed = typed_data.as_ref().unwrap()["message"]["validBefore"].as_str().unwrap().parse().unwrap();
            return (*valid_before, question.patience, signed);
        }
        next = match next.step {
            Step::AskAll(questions, state) => {
                let replies = questions.iter().map(|(_, question)| match question.method {
                    "eth_call" => Err(None),
                    _ => replies(question),
                });
                state.answered(replies.collect(), world.now)
            }
            step => world.perform(step),
        };
    }
}

fn block_at(ms: u64) -> Reply<Value> {
    Ok(json!({"number": "0x10", "timestamp": format!("0x{:x}", ms / 1000)}))
}

#[test]
fn times_are_reported_in_the_pages_own_clock() {
    for seconds in [-7_200, -600, -120, 0, 600, 7_200] {
        let chain = NOW.saturating_add_signed(seconds * 1000);
        let (valid_before, patience, _) = prompted(0, false, &Clocks::default(), |_| block_at(chain));
        assert_eq!((valid_before - NOW, patience), (60_000, 54_000), "{seconds} s");
    }
}

#[test]
fn a_click_stamps_by_the_clock_that_the_page_has_seen_before() {
    let clocks = Clocks::default();
    let slow = |_: &Question| Err(None);
    let (_, _, unseen) = prompted(0, true, &clocks, slow);
    assert_eq!(unseen, NOW / 1000 + 60, "nothing else is known than the clock of this machine");
    prompted(0, false, &clocks, |_| block_at(NOW - 5 * 3_600_000));
    let (valid_before, _, seen) = prompted(0, true, &clocks, slow);
    assert_eq!((valid_before, seen), (NOW + 60_000, NOW / 1000 - 5 * 3_600 + 60));
}

#[test]
fn nothing_is_signed_while_node_and_machine_are_a_day_apart() {
    for days in [1, 40, -40] {
        let chain = NOW.saturating_add_signed(days * 86_400_000);
        let (asked, step) =
            converse(|q, _| if q.method == "eth_getBlockByNumber" { block_at(chain) } else { talk(q, 0) });
        let error = ended(step);
        assert_eq!(
            (error.code, error.stage, error.paid, error.retry),
            (Code::ClockMismatch, Stage::Wallet, Paid::No, Retry::Safe)
        );
        assert_eq!(Value::of(&error.details), json!({"chain": chain, "machine": NOW}));
        assert!(!asked.contains(&"eth_signTypedData_v4"));
    }
}

#[test]
fn a_chain_without_new_blocks_does_not_keep_an_authorization_open() {
    let mut world = good_world(&json!({}));
    world.skew = -200_000;
    let mut next = order(&json!({})).begin::<Value>();
    let error = loop {
        next = match next.step {
            Step::Ask(_, question, Asked::Signing(signing)) => {
                let late = world.now + 60_000;
                let Step::Ask(_, _, Asked::Checking(checking)) = signing.answered(Ok(sign_with(KEY, &question))).step
                else {
                    panic!()
                };
                break ended(checking.answered::<Value>(Ok(json!("0x")), late).step);
            }
            step => world.perform(step),
        };
    };
    assert_eq!((error.code, error.paid), (Code::SignatureExpired, Paid::No));
}

/// Drives up to the wallet's answer, which is `given`; then the chain's answers about it, each to the expected
/// question.
fn signed(given: &Value, replies: &[(&str, Reply<Value>)]) -> Step<Value> {
    let mut world = good_world(&json!({}));
    let mut next = order(&json!({})).begin::<Value>();
    let mut replies = replies.iter();
    loop {
        next = match next.step {
            Step::Ask(_, question, Asked::Signing(signing)) => {
                let by_key = sign_with(KEY, &question);
                signing.answered(Ok(if given.is_null() { by_key } else { given.clone() }))
            }
            Step::Ask(_, question, Asked::Checking(checking)) => {
                let (method, reply) = replies.next().unwrap();
                assert_eq!(question.method, *method);
                checking.answered(reply.clone(), world.now)
            }
            step @ (Step::Write(_, _, Writing::Payment(..)) | Step::Done(_)) => {
                assert_eq!(replies.next(), None, "all were asked");
                return step;
            }
            step => world.perform(step),
        };
    }
}

#[test]
fn a_signature_is_judged_as_the_token_will() {
    let long = json!(format!("0x{}", "ab".repeat(320)));
    let odd = json!(format!("0x{}", "00".repeat(65)));
    let (yes, no) = (json!(format!("0x1626ba7e{}", "00".repeat(28))), json!(format!("0xffffffff{}", "00".repeat(28))));
    let plain = || ("eth_getCode", Ok(json!("0x")));
    let silent = || ("eth_getCode", Err(None));
    let contract = || ("eth_getCode", Ok(json!("0xef01000000000000000000000000000000000000000001")));
    let word = |word: &Value| ("eth_call", Ok(word.clone()));
    let reverts = || ("eth_call", Err(Some(json!({"code": 3}))));
    for (given, replies) in [
        (&Value::Null, vec![plain()]),
        (&Value::Null, vec![silent()]),
        (&Value::Null, vec![contract(), word(&yes)]),
        (&long, vec![contract(), word(&yes)]),
        (&odd, vec![contract(), word(&yes)]),
    ] {
        let Step::Write(_, change, _) = signed(given, &replies) else { panic!("{replies:?}") };
        let record = signed_record(&change);
        let sent = world::decoded(record["payment"]["header"].as_str().unwrap())["payload"]["signature"].clone();
        assert!(given.is_null() || sent == *given, "what the contract was shown: {sent}");
    }
    for (given, replies, reason) in [
        (&json!("0x"), vec![], "not return a valid signature"),
        (&json!(5), vec![], "not return a valid signature"),
        (&long, vec![plain()], "no contract is found"),
        (&long, vec![silent()], "no contract is found"),
        (&odd, vec![plain()], "another account"),
        (&long, vec![contract(), word(&no)], "does not accept"),
        (&Value::Null, vec![contract(), word(&no)], "does not accept"),
        (&Value::Null, vec![contract(), word(&json!("0x"))], "does not accept"),
        (&Value::Null, vec![contract(), word(&json!("0x1626ba7e"))], "does not accept"),
        (&Value::Null, vec![contract(), reverts()], "does not accept"),
    ] {
        let error = ended(signed(given, &replies));
        assert_eq!((error.code, error.paid), (Code::BadSignature, Paid::No));
        assert!(error.message.contains(reason), "{}", error.message);
    }
}

#[test]
fn a_smart_account_that_is_not_deployed_pays_only_whom_it_may() {
    let two = json!({
        "x402Version": 2,
        "resource": {"url": "https://x/y"},
        "accepts": [{
            "scheme": "exact", "network": "eip155:8453", "amount": "1000000", "payTo": ASSETS[1].address.to_string(),
            "asset": ASSETS[0].address.to_string(), "maxTimeoutSeconds": 60, "extra": {"name": "USD Coin", "version": "2"},
        }],
    });
    let word = |number: usize| format!("{number:064x}");
    let deploying = "11".repeat(32);
    let wrapped = format!(
        "0x{}{}{}{}{deploying}{}{}{}{}",
        word(7),
        word(96),
        word(160),
        word(32),
        word(65),
        "ab".repeat(65),
        "00".repeat(31),
        "6492".repeat(16)
    );
    let long = format!("0x{}", "ab".repeat(320));
    let yes = format!("0x1626ba7e{}", "00".repeat(28));
    let allowed = json!({"undeployed": "send"});
    let paid = |options: &Value, terms: &str, signature: &str, word: Reply<Value>| {
        let mut world = World::new(options, terms, Seller { knows_seed: true }, Vec::new());
        let mut next = order(options).begin::<Value>();
        let mut asked = Vec::new();
        loop {
            next = match next.step {
                Step::Ask(_, _, Asked::Signing(signing)) => signing.answered(Ok(json!(signature))),
                Step::Ask(_, question, Asked::Checking(checking)) => {
                    asked.push(question.method);
                    let is_code = question.method == "eth_getCode";
                    assert!(is_code || !question.params.unwrap().contains("\"to\""), "it is run, not sent");
                    checking.answered(if is_code { Ok(json!("0x")) } else { word.clone() }, world.now)
                }
                Step::Write(_, change, Writing::Payment(..)) => {
                    let record = signed_record(&change);
                    let sent =
                        world::decoded(record["payment"]["header"].as_str().unwrap())["payload"]["signature"].clone();
                    assert_eq!((sent, &asked[..]), (json!(signature), &["eth_getCode", "eth_call"][..]));
                    break Ok(());
                }
                Step::Done(outcome) => break Err(outcome.unwrap_err().error),
                step => world.perform(step),
            };
        }
    };
    let two = two.to_string();
    assert!(paid(&allowed, &two, &wrapped, Ok(json!(yes))).is_ok());
    let zero = Ok(json!(format!("0x{}", "00".repeat(32))));
    for (options, terms, signature, word, reason) in [
        (&json!({}), &two[..], &wrapped, Ok(json!(yes)), "see `undeployed`"),
        (&allowed, DOCUMENTED, &wrapped, Ok(json!(yes)), "version 1"),
        (&allowed, &two, &long, Ok(json!(yes)), "does not say how to deploy"),
        (&allowed, &two, &wrapped, zero, "would not accept"),
        (&allowed, &two, &wrapped, Err(None), "or the wallet cannot"),
        (&allowed, &two, &wrapped, Err(Some(json!({"code": 3}))), "would not accept"),
        (&allowed, &two, &wrapped, Ok(json!("0x")), "would not accept"),
    ] {
        let error = paid(options, terms, signature, word).unwrap_err();
        assert_eq!((error.code, error.paid), (Code::BadSignature, Paid::No));
        assert!(error.message.contains(reason), "{}", error.message);
    }
}

#[test]
fn a_token_that_the_page_names_is_paid_and_found_again() {
    let token = json!({
        "network": "eip155:8453", "address": "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42", "name": "EURC", "version": "2",
        "symbol": "EURC", "decimals": 6, "maxPrice": "1.00",
    });
    let terms = with(json!({"asset": token["address"], "extra": {"name": "EURC"}}));
    let refused = ended(probing(&json!({})).answered(answer(402, &terms), NOW).step);
    assert_eq!(refused.code, Code::NoAcceptableOffer, "not unless this call names it");

    let options = json!({"assets": [token]});
    let mut world = World::new(&options, &terms, Seller { knows_seed: true }, Vec::new());
    let mut next = order(&options).begin::<Value>();
    while !matches!(next.step, Step::Send(_, Sent::Paying(_))) {
        next = world.perform(next.step);
    }
    let typed = &world.signs[0];
    assert_eq!((&typed["domain"]["name"], &typed["domain"]["verifyingContract"]), (&token["name"], &token["address"]));
    // The page is left here, and the next one names no tokens.
    let Ended::Outcome(Ok(task)) = world.play(resume("id-1".into())) else { panic!() };
    let receipt = Value::of(&task.receipt.unwrap());
    assert_eq!((&receipt["amount"]["symbol"], &receipt["asset"]), (&json!("EURC"), &token["address"]));
    let dear = json!({"assets": [token], "maxPrice": "9.00"});
    let terms = with(json!({"asset": token["address"], "extra": null, "maxAmountRequired": "1000001"}));
    let error = ended(probing(&dear).answered(answer(402, &terms), NOW).step);
    assert_eq!((error.code, error.details.get("cap")), (Code::PriceTooHigh, Some(&"1.00".into())), "its own cap");
}

#[test]
fn the_payer_cannot_be_the_recipient() {
    let probing = probing(&json!({}));
    let terms = with(json!({"payTo": PAYER.to_string()}));
    let Step::FindWallets(Finding::Payer(choosing)) = probing.answered(answer(402, terms), NOW).step else { panic!() };
    let Step::Ask(_, question, Asked::Talking(talking)) = choosing.found(1).step else { panic!() };
    let error = ended(talking.answered(talk(&question, 0)).step);
    assert_eq!((error.code, error.paid), (Code::NoAcceptableOffer, Paid::No));
}

/// A quote of the documented terms, after a trip to a page and back.
fn quoted(options: &Value) -> Value {
    Value::of(&priced(&order(options), answer(402, DOCUMENTED)).0.unwrap())
}

#[test]
fn a_quote_is_paid_as_it_was_shown_or_not_at_all() {
    let begun = order(&json!({})).begin_with(&quoted(&json!({})), NOW);
    assert!(matches!(begun.step, Step::Recall(..)));
    for (pointer, value) in [
        ("/price/atomic", json!("1")),
        ("/payTo", json!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")),
        ("/network", json!("eip155:84532")),
        ("/asset", json!("0x036CbD53842c5426634e7929541eC2318f3dCF7e")),
        ("/seal/baseUrl", json!("https://another.example")),
        ("/seal/body", json!("0x00")),
        ("/seal/terms", with(json!({"payTo": "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"})).into()),
        ("/seal/terms", with(json!({"maxAmountRequired": "2000000"})).into()),
        ("/seal/terms", json!("{}")),
    ] {
        let mut quote = quoted(&json!({}));
        *quote.pointer_mut(pointer).unwrap() = value;
        let error = ended(order(&json!({})).begin_with(&quote, NOW).step);
        assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "{pointer}");
    }
    assert_eq!(ended(order(&json!({})).begin_with(&json!({}), NOW).step).code, Code::InvalidRequest);
    let mut earlier = quoted(&json!({}));
    earlier["seal"]["body"] = "0xbb9f734b679ae4a95d70ba0eb79be6ce938b42558e34f4c3cf3f54a1c32dc759".into();
    let error = ended(order(&json!({})).begin_with(&earlier, NOW).step);
    assert_eq!(error.message, "this quote was made by an earlier version: ask for a new one");
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
fn a_task_accepted_without_payment_is_recorded() {
    let (quote, entry) = priced(&order(&json!({})), answer(202, json!({"taskId": TASK})));
    let shown = Value::of(quote.as_ref().unwrap());
    let Quote::Free(FreeQuote { price, accepted: record, .. }) = quote.unwrap() else { panic!("it costs nothing") };
    let Put::Record(entry) = entry.unwrap().apply("id-1", None, &[]).0 else { panic!() };
    assert_eq!((&entry["step"], &entry["taskId"], &entry["paid"]), (&json!("accepted"), &json!(TASK), &json!("no")));
    assert_eq!((record.task_id, record.id), (Some(json!(TASK)), Some(json!("id-1"))));
    assert_eq!(record.prompt, "a boat");
    assert_eq!((price.amount.as_str(), price.symbol), ("0.00", "USDC"));
    let members: Vec<String> = shown.entries().into_iter().map(|(name, _)| name).collect();
    assert_eq!(members, ["id", "price", "quotedAt", "accepted"], "there is nobody to be paid");
    let error = ended(order(&json!({})).begin_with(&shown, NOW).step);
    assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No), "nothing is paid for it");
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
        let probing = probing(&options);
        let next = probing.answered(answer(402, &body), NOW);
        let Step::FindWallets(Finding::Payer(choosing)) = next.step else { return Err(ended(next.step)) };
        Ok((choosing.quote.network, choosing.quote.price.amount.clone()))
    };
    assert_eq!(first(json!(["eip155:8453"])).unwrap(), ("eip155:8453", "1.00".into()), "the dear one is passed over");
    assert_eq!(first(json!(["eip155:84532", "eip155:8453"])).unwrap().0, "eip155:84532");
    body["accepts"][2]["scheme"] = "upto".into();
    let error = ended(self::probing(&json!({})).answered(answer(402, &body), NOW).step);
    assert_eq!(error.code, Code::PriceTooHigh);
    let probing = self::probing(&json!({"payTo": [PAYER.to_string()]}));
    let error = ended(probing.answered(answer(402, &body), NOW).step);
    let offers = Value::of(&error.details)["offers"].take();
    let reasons: Vec<&str> = offers.as_array().unwrap().iter().map(|o| o["reason"].as_str().unwrap()).collect();
    assert!(
        reasons[0].contains("recipients") && reasons[1].contains("networks") && reasons[2].contains("way of paying"),
        "{reasons:?}"
    );
}
