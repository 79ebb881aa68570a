//! Values that cross to JavaScript have exactly the members that the TypeScript types declare.

use std::{collections::BTreeSet, rc::Rc};

use alloy_primitives::{B256, U256, address};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    accepted::AcceptedTask,
    assets::ASSETS,
    authorization::Authorization,
    budget::State,
    clock::Clocks,
    config::Config,
    error::{Code, Error, Paid, Stage},
    http::{Answer, HttpResponse},
    journal::{self, Filter, Owner, Resumed},
    json::Json,
    money::Money,
    names,
    notice::{Display, Notice},
    pace::Why,
    payment::{HeldReceipt, Receipt},
    purchase::{Order, quoting},
    quote::Quote,
    request::Request,
    result::{Generation, MEMBERS},
    settlement::Settlement,
    task::TaskStatus,
    terms::tests::{offer, with},
    text,
};
const TYPES: &str = include_str!("../../js/types.ts");
const CORE: &str = include_str!("../../js/core.ts");
const GENERATION: &str = include_str!("../../js/generation.ts");
const ERROR: &str = include_str!("../../js/error.ts");

const NOW: u64 = 1_740_672_089_000;
const HASH: &str = "0xabababababababababababababababababababababababababababababababab";

/// The block that starts after that text, without the content of nested braces.
fn block(source: &str, begins: &str) -> String {
    let from = source.find(begins).unwrap_or_else(|| panic!("no {begins}")) + begins.len();
    let (mut depth, mut shallow) = (0, String::new());
    for letter in source[from..].chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return shallow,
            '}' => depth -= 1,
            letter if depth == 1 => shallow.push(letter),
            _ => {}
        }
    }
    panic!("{begins} has no end");
}

/// The names of a block's members: the required ones, and all.
fn members(block: &str) -> [BTreeSet<String>; 2] {
    let mut names = [BTreeSet::new(), BTreeSet::new()];
    for line in block.split(['\n', ';']) {
        let line = line.trim().trim_start_matches("declare ").trim_start_matches("readonly ");
        let Some((name, _)) = line.split_once(':') else { continue };
        let bare = name.trim_end_matches('?');
        if bare.is_empty() || !bare.chars().all(char::is_alphanumeric) {
            continue;
        }
        names[1].insert(bare.into());
        if bare == name {
            names[0].insert(bare.into());
        }
    }
    names
}

fn keys(value: &impl Serialize) -> BTreeSet<String> {
    Value::of(value).as_object().unwrap().keys().cloned().collect()
}

/// A value with all its members, and one with only the required ones.
fn holds(declared: &str, whole: &impl Serialize, least: &impl Serialize, more: &[&str]) {
    let [required, all] = members(declared);
    let without = |mut names: BTreeSet<String>| {
        names.retain(|name| !more.contains(&name.as_str()));
        names
    };
    assert_eq!(keys(whole), without(all), "{declared}");
    assert_eq!(keys(least), without(required), "{declared}");
}

fn authorization() -> Authorization {
    let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    Authorization::stamp(&offer(&ASSETS[0], 1_000_000, 60), payer, B256::from([7; 32]), NOW)
}

fn receipt(transaction: Option<&str>) -> Receipt {
    Receipt::proven(&authorization(), "t1", transaction.map(String::from), NOW)
}

fn quote(request: &Value, answer: Answer<Value>) -> Quote<Value> {
    let request = Request::read(request, "id-1".into()).unwrap();
    let owner = Owner { token: String::new(), is_alone: false };
    let config = Config::read(&json!({})).unwrap();
    let order = Order { request, config, confirm: false, payer: None, clocks: Clocks::default(), owner };
    let quoting::Step::Send(_, state) = quoting::begin::<Value>(order).step else { panic!() };
    match state.answered(answer, NOW).step {
        quoting::Step::Done(outcome) => outcome.unwrap(),
        quoting::Step::Write(.., noting) => {
            let quoting::Step::Done(outcome) = noting.written().step else { panic!() };
            outcome.unwrap()
        }
        quoting::Step::Send(..) => panic!(),
    }
}

fn answered(status: u16, body: String) -> Answer<Value> {
    Ok(HttpResponse { status, body: body.into(), ..HttpResponse::default() })
}

#[test]
fn the_names_that_are_read_are_those_that_the_types_declare() {
    let declared = |begins: &[&str]| -> BTreeSet<String> {
        begins
            .iter()
            .flat_map(|begins| {
                let [_, all] = members(&block(TYPES, begins));
                all
            })
            .collect()
    };
    let read = |names: &[&str]| names.iter().copied().map(String::from).collect::<BTreeSet<_>>();
    assert_eq!(read(names::QUOTE), declared(&["export interface PricedQuote", "export interface FreeQuote"]));
    let mut members = declared(&["export interface Budget", "export interface Asset"]);
    members.insert("href".into());
    assert_eq!(read(names::MEMBERS), members, "and that of a `URL`");
}

#[test]
fn values_for_javascript_have_the_members_of_their_types() {
    let interface = |name: &str| block(TYPES, &format!("export interface {name} "));
    let money = Money::of(&ASSETS[0], U256::from(1));
    holds(&interface("Money"), &money, &money, &[]);
    holds(&interface("Receipt"), &receipt(Some(HASH)), &receipt(None), &[]);

    let state = State { limit: "1".into(), spent: "0".into(), left: "1".into(), resets_at: None };
    holds(&interface("BudgetState"), &state, &state, &[]);

    let terms = |schema: Value| with(json!({ "outputSchema": schema }));
    // The facade adds the request, and keeps the id for itself.
    let quoted = |answer: Answer<Value>| {
        let mut quote = Value::of(&quote(&json!({"prompt": "a boat"}), answer));
        quote.as_object_mut().unwrap().remove("id").unwrap();
        quote
    };
    let described = json!({"input": {"bodyFields": {
        "videoModel": {
            "type": "string", "description": "a", "default": "b", "example": "c", "enum": ["b", "c"], "minimum": 1, "maximum": 2,
            "exclusiveMinimum": 0, "exclusiveMaximum": 3, "maxLength": 4, "items": {}, "properties": {"d": {}},
        },
        "size": {"required": true, "enum": [1, 2]}, "seconds": {"required": true},
    }}});
    let [whole, least] = [described, Value::Null].map(|schema| quoted(answered(402, terms(schema))));
    holds(&interface("PricedQuote"), &whole, &least, &["request"]);
    let parameter = interface("RequestParameter");
    holds(&parameter, &whole["schema"]["videoModel"], &json!({}), &["required", "beside"]);
    assert_eq!([&whole["schema"]["size"]["required"], &whole["schema"]["size"]["beside"]], [true, true]);
    holds(&interface("RequestProblem"), &whole["problems"][0], &whole["problems"][1], &[]);
    let free = quoted(answered(202, json!({"taskId": "t1"}).to_string()));
    holds(&interface("FreeQuote"), &free, &free, &["request"]);
}

#[test]
fn listed_and_resumed_purchases_have_the_members_of_their_types() {
    let order = json!({"version": 2, "createdAt": NOW, "baseUrl": "https://x.y", "prompt": "a boat", "price": {}});
    let least = json!({"id": "id-1", "step": "signing", "order": {"version": 2, "createdAt": NOW}});
    let whole = json!({
        "id": "id-1", "step": "done", "paid": "yes", "taskId": "t1", "status": "completed", "order": order,
        "receipt": receipt(None), "result": {"text": "a"}, "heardAt": NOW,
    });
    let shown = |record: &Value| journal::tasks(std::slice::from_ref(record), Filter::default())[0].take();
    holds(&block(TYPES, "export interface TaskRecord "), &shown(&whole), &shown(&least), &[]);

    let settlement = Settlement { authorization: authorization(), closes_at: NOW };
    let paid = AcceptedTask {
        task_id: "t1".into(),
        receipt: Some(HeldReceipt::New(Rc::new(receipt(None)))),
        paid: Paid::Yes,
        settlement: Some(Rc::new(settlement)),
    };
    let free = AcceptedTask { receipt: None, settlement: None, ..paid.clone() };
    // The facade adds the result, and methods to poll it.
    holds(&block(CORE, "export interface AcceptedTask "), &paid, &free, &["id", "result"]);
    let resumed = |record: &Value| Resumed::of(record, paid.clone());
    holds(&block(CORE, "export interface Resumed "), &resumed(&whole), &resumed(&least), &[]);
}

#[test]
fn results_have_the_members_of_their_type() {
    let whole = json!({"result": {
        "generation": {
            "video": {"url": "https://x/v.mp4", "mimeType": "video/mp4"}, "image": {"data": "iVBORw0KGgoAAAANSUhEUg=="},
            "gif": "https://x/v.gif", "text": "a boat", "templateName": "video", "agentId": "a1",
        },
        "templateData": {"soraVideoId": "v1"}, "url": "https://x/1",
        "token": {
            "address": text::address(authorization().transfer().to), "chain": "base", "external": false,
            "metadata": {"symbol": "V", "name": "Video", "image": "https://x/v.png"},
        },
    }});
    let [whole, least] = [whole, json!({})].map(|answer| Generation::read(&answer));
    let facades = ["taskId", "receipt", "raw", "heardAt"];
    holds(&block(TYPES, "export interface Generation "), &whole, &least, &facades);
    holds(
        &block(TYPES, "export interface Media "),
        &whole.video[0],
        &Generation::read(&json!({"artifactUrl": "https://x"})).video[0],
        &[],
    );
    holds(&block(GENERATION, "export interface Bytes "), &whole.image[0], &whole.image[0], &[]);
    let mut said = keys(&whole);
    said.insert("taskId".into());
    assert_eq!(said, MEMBERS.map(String::from).into(), "all that is kept of it");
}

#[test]
fn errors_have_the_members_of_their_type() {
    let least = Error::unpaid(Code::Network, Stage::Quote, "no");
    let whole = least.clone().about(Some("t1".into())).detail("status", 500);
    let class = block(ERROR, "export class ImagineError extends Error ");
    let ours = |error: &Error| {
        let mut error = Value::of(error);
        assert_eq!(error.as_object_mut().unwrap().remove("message"), Some(json!("no")), "every `Error` has one");
        error
    };
    // A failure adds these.
    holds(&class, &ours(&whole), &ours(&least), &["cause", "receipt"]);
}

/// The variant of a union whose discriminant has that value.
fn variant(union: &str, tag: &str, word: &str) -> String {
    let from = TYPES.find(&format!("export type {union} =")).unwrap();
    let union = &TYPES[from..];
    let union = &union[..union.find("\n\n").unwrap()];
    let at = union.find(&format!("{tag}: '{word}'")).or_else(|| union.find(&format!("| '{word}'")));
    let at = at.unwrap_or_else(|| panic!("no {word}"));
    let begins = union[..at].rfind('{').unwrap();
    block(&union[begins..], "")
}

#[test]
fn events_and_statuses_have_the_members_of_their_types() {
    let raw = json!({});
    let id = || String::from("t1");
    let statuses: Vec<TaskStatus<Value>> = vec![
        TaskStatus::Queued { task_id: id(), progress: None },
        TaskStatus::Processing { task_id: id(), progress: Some(1) },
        TaskStatus::Failed { task_id: id(), error: "no".into() },
        TaskStatus::NotFound { task_id: id() },
        TaskStatus::Unknown { task_id: id(), raw: raw.clone() },
        TaskStatus::Kept { task_id: id(), progress: 100, result: raw.clone() },
    ];
    for status in &statuses {
        let word = Value::of(status)["status"].take();
        holds(&variant("TaskStatus", "status", word.as_str().unwrap()), status, status, &[]);
    }
    // The facade adds `raw` to the `result`.
    let result = Rc::new(Generation::read(&raw));
    let completed = TaskStatus::Completed { task_id: id(), progress: 100, result, raw };
    holds(&block(GENERATION, "export interface Completed "), &completed, &completed, &[]);

    let Quote::Priced(quote) = quote(&json!({"prompt": "a boat"}), answered(402, with(json!({})))) else { panic!() };
    let quote = Rc::new(quote);
    let notices: Vec<Notice<Value>> = vec![
        Notice::Quoted { quote },
        Notice::Connected { address: String::new(), chain_id: 1 },
        Notice::Switching { network: "eip155:1" },
        Notice::Signing {
            typed_data: None,
            digest: String::new(),
            domain_hash: String::new(),
            message_hash: String::new(),
            valid_before: NOW,
            display: Display { amount: String::new(), atomic: String::new(), to: String::new() },
        },
        Notice::Paying { nonce: String::new() },
        Notice::PaymentUnknown { reason: String::new(), check_again_at: NOW },
        Notice::Status { status: statuses[0].clone(), heard_at: NOW },
        Notice::Retrying { attempt: 1, in_ms: 1, reason: String::new() },
        Notice::Paused { why: Why::Hidden },
        Notice::Resumed { why: Why::Hidden },
    ];
    for notice in &notices {
        let word = Value::of(notice)["type"].take();
        holds(&variant("ImagineEvent", "type", word.as_str().unwrap()), notice, notice, &[]);
    }
    let state = State { limit: "1".into(), spent: "0".into(), left: "1".into(), resets_at: None };
    let budget = Notice::<Value>::Budget(state.clone());
    let mut expected = keys(&state);
    expected.insert("type".into());
    assert_eq!(keys(&budget), expected);
}
