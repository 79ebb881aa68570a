//! The changes of a record.

use std::{rc::Rc, slice::from_ref};

use alloy_primitives::{B256, U256, address};
use serde_json::{Value, json};

use super::*;
use crate::core::{
    accepted::AcceptedTask,
    assets::ASSETS,
    authorization::Authorization,
    budget::Budget,
    config::Config,
    error::{Code, Paid, Retry},
    json::Json,
    payment::{Payment, Receipt},
    request::Request,
    settlement::Settlement,
    spending::{LONGEST_LIFE_MS, LONGEST_OPEN_MS, Spending},
    terms::{Offer, Version, tests::offer},
    uuid,
};

mod edges;
mod edits;
mod former;
mod money;
mod tidying;

const NOW: u64 = 1_740_672_089_000;
const CLOSES_AT: u64 = NOW + 60_000;
const DAY_MS: u64 = 86_400_000;
const WEEK_MS: u64 = 7 * DAY_MS;
const HASH: &str = "0xabababababababababababababababababababababababababababababababab";

fn payment() -> Payment {
    let (header, body) = ("aGVhZGVy".into(), "{\"prompt\":\"a boat\"}".into());
    Payment { version: Version::Two, header, body, demand: Some("Payment required".into()) }
}

fn price() -> Offer {
    offer(&ASSETS[0], 1_200_000, 60)
}

fn settlement() -> Rc<Settlement> {
    settlement_of(7)
}

fn settlement_of(nonce: u8) -> Rc<Settlement> {
    let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    let authorization = Authorization::stamp(&price(), payer, B256::from([nonce; 32]), NOW);
    Rc::new(Settlement { authorization, closes_at: CLOSES_AT })
}

fn noted() -> Rc<OrderRecord> {
    let request = Request::read(&json!({"prompt": "a boat"}), "id-1".into()).unwrap();
    Rc::new(OrderRecord::of(&request, &Config::read(&json!({})).unwrap(), Some(&price()), NOW))
}

fn intend(token: &str) -> Change<Value> {
    let owner = Owner { token: token.into(), is_alone: false };
    Change::Intend(Box::new(Intent { order: noted(), owner, claim: None }))
}

fn sign(token: &str) -> Change<Value> {
    Change::Sign { owner: token.into(), payment: Kept::whole(settlement(), payment().into()) }
}

fn receipt(transaction: Option<&str>) -> Rc<Receipt> {
    Rc::new(Receipt::proven(&settlement().authorization, "task-1", transaction.map(Into::into), NOW + 5_000))
}

fn task(paid: Paid, transaction: Option<&str>) -> AcceptedTask<Value> {
    let settlement = transaction.is_none().then(settlement);
    AcceptedTask { task_id: "task-1".into(), receipt: Some(Value::of(&receipt(transaction))), paid, settlement }
}

fn accept(transaction: Option<&str>) -> Change<Value> {
    Change::Accept { order: Some(noted()), settlement: settlement(), task: task(Paid::Yes, transaction) }
}

fn finish(status: &str, result: Option<Value>) -> Change<Value> {
    let ended = Ended { status: status.into(), result, heard_at: NOW + 9_000 };
    Change::Finish { task: task(Paid::Yes, None), ended }
}

fn take() -> Change<Value> {
    Change::Take { receipt: receipt(None), settlement: settlement() }
}

/// The payment with that nonce is over: 7 is that of `settlement`.
fn abandon(nonce: u8) -> Change<Value> {
    Change::Abandon { settlement: settlement_of(nonce) }
}

fn accept_of(nonce: u8, task: AcceptedTask<Value>) -> Change<Value> {
    Change::Accept { order: None, settlement: settlement_of(nonce), task }
}

fn free() -> Change<Value> {
    Change::Free { order: noted(), task_id: "task-1".into(), takes_over: false }
}

/// The record after these changes, starting from none.
fn after(changes: &[Change<Value>]) -> Option<Value> {
    let mut record = None;
    for change in changes {
        record = applied(record, change).0;
    }
    record
}

fn applied(record: Option<Value>, change: &Change<Value>) -> (Option<Value>, Written<Value>) {
    let (put, written) = change.apply("id-1", record.as_ref(), &[]);
    let next = match put {
        Put::Keep => record,
        Put::Record(next) => Some(next),
        Put::Remove => None,
    };
    (next, written)
}

fn life(record: Option<&Value>) -> Option<Life> {
    record.and_then(Life::read)
}

/// A record at each step of its life, and one that cannot be read.
fn lives() -> Vec<(&'static str, Option<Value>)> {
    let signed = [intend("a"), sign("a")];
    let with = |changes: &[Change<Value>], more: &[Change<Value>]| after(&[changes, more].concat());
    vec![
        ("none", None),
        ("signing", after(&signed[..1])),
        ("signed", after(&signed)),
        ("taken", with(&signed, &[take()])),
        ("accepted", with(&signed, &[accept(None)])),
        ("settled", with(&signed, &[accept(Some(HASH))])),
        ("free", after(&[free()])),
        ("done", with(&signed, &[accept(None), finish("completed", Some(json!({"text": "a boat"})))])),
        ("failed", with(&signed, &[accept(None), finish("failed", None)])),
        ("abandoned", with(&signed, &[abandon(7)])),
        ("forgotten", with(&signed, &[accept(None), Change::Forget { now: NOW }])),
        ("unreadable", Some(json!({"id": "id-1", "step": "signed", "order": {"version": 9, "createdAt": NOW}}))),
    ]
}

fn changes() -> Vec<(&'static str, Change<Value>)> {
    vec![
        ("intend", intend("b")),
        ("withdraw", Change::Withdraw { owner: "b".into() }),
        ("sign", sign("b")),
        ("take", take()),
        ("accept", accept(None)),
        ("free", free()),
        ("settle", Change::Settle { receipt: receipt(Some(HASH)) }),
        ("completed", finish("completed", Some(json!({"text": "a boat"})))),
        ("failed", finish("failed", None)),
        ("not found", finish("not_found", None)),
        ("abandon", abandon(7)),
        ("tidy", Change::Tidy { now: NOW + 2 * WEEK_MS }),
        ("forget", Change::Forget { now: NOW }),
    ]
}

/// Without locks between tabs, two of them may follow one payment, and one may have bought again when the other writes.
#[test]
fn the_end_of_one_payment_does_not_end_the_next() {
    let signed = after(&[intend("a"), sign("a")]);
    assert_eq!(applied(signed.clone(), &abandon(6)).0, signed);
    let mut task = task(Paid::Yes, None);
    task.receipt = Some(json!({"nonce": B256::from([6; 32]).to_string()}));
    let ended = Ended { status: "completed".into(), result: None, heard_at: NOW };
    let mut other = Receipt::clone(&receipt(Some(HASH)));
    other.nonce = B256::from([6; 32]).to_string();
    let stale = [
        accept_of(6, task.clone()),
        accept_of(6, AcceptedTask { receipt: None, paid: Paid::No, ..task.clone() }),
        Change::Finish { task, ended },
        Change::Take { receipt: other.clone().into(), settlement: settlement() },
        Change::Settle { receipt: other.into() },
    ];
    let accepted = after(&[intend("a"), sign("a"), accept(None)]);
    let settled = after(&[intend("a"), sign("a"), accept(Some(HASH))]);
    for change in stale {
        for record in [&signed, &accepted, &settled] {
            assert_eq!(applied(record.clone(), &change).0, *record);
        }
    }
    assert_eq!(life(applied(signed, &abandon(7)).0.as_ref()), Some(Life::Abandoned));
}

/// Every change at every step of a record's life, by a call that does not own it.
#[test]
fn no_change_goes_back_a_step_or_touches_another_calls_record() {
    let refused = |written: &Written<Value>| match written {
        Written::Refused(error) => error.code.name(),
        Written::Standing(_) => "standing".into(),
        Written::Done(_) => "written".into(),
    };
    let mut table = String::new();
    for (from, record) in lives() {
        for (name, change) in changes() {
            let (next, written) = applied(record.clone(), &change);
            let step = next.as_ref().map_or("none".into(), |next| next["step"].as_str().unwrap().to_owned());
            let outcome = if next == record { "stays".into() } else { step };
            table += &format!("{from:>10} {name:<9} {outcome} {}\n", refused(&written));
        }
    }
    let expected = include_str!("table.txt");
    assert_eq!(table, expected, "\n{table}");
}

#[test]
fn only_the_owner_of_an_intent_may_have_it_signed() {
    let signed = |changes: &[Change<Value>]| match applied(after(changes), &sign("a")) {
        (record, Written::Done(_)) => Ok(record.unwrap()["payment"]["header"].clone()),
        (_, Written::Refused(error)) => Err((error.code, error.paid, error.retry)),
        (_, Written::Standing(record)) => panic!("{record}"),
    };
    assert_eq!(signed(&[intend("a")]), Ok(json!("aGVhZGVy")));
    assert_eq!(signed(&[intend("a"), sign("a")]), Ok(json!("aGVhZGVy")), "a second try of what was written");
    let gone = Err((Code::PaymentRejected, Paid::No, Retry::Safe));
    assert_eq!(signed(&[]), gone);
    assert_eq!(signed(&[intend("a"), Change::Forget { now: NOW }]), gone);
    assert_eq!(signed(&[intend("a"), Change::Withdraw { owner: "a".into() }]), gone);
    let other = Err((Code::PaymentUnknown, Paid::Unknown, Retry::Resume));
    let forgotten = Change::Forget { now: NOW };
    assert_eq!(signed(&[intend("a"), forgotten.clone(), intend("b")]), other);
    assert_eq!(signed(&[intend("a"), forgotten, intend("b"), sign("b")]), other);
}

#[test]
fn an_intent_is_replaced_only_if_no_call_can_still_use_it() {
    let replaced = |is_alone: bool, at: u64| {
        let Change::Intend(mut wish) = intend("b") else { panic!() };
        wish.owner.is_alone = is_alone;
        let mut record = after(&[intend("a")]).unwrap();
        record["order"]["createdAt"] = at.into();
        let (next, written) = applied(Some(record), &Change::Intend(wish));
        let is_replaced = next.unwrap()["owner"] == "b";
        assert_eq!(is_replaced, matches!(written, Written::Done(_)));
        is_replaced
    };
    assert!(replaced(true, NOW) && !replaced(false, NOW));
    assert!(replaced(false, NOW - 600_000), "its signature would not be used any more");
    assert!(!replaced(false, NOW - 599_999) && !replaced(false, NOW + DAY_MS));
}

#[test]
fn a_purchase_reads_only_its_own_record_and_those_of_its_budgets_period() {
    let since = |budget: Option<&Value>| {
        let Change::Intend(mut wish) = intend("a") else { panic!() };
        wish.claim = budget.map(|budget| Claim { budget: Budget::read(budget).unwrap(), offer: price() });
        Change::<Value>::Intend(wish).since()
    };
    assert_eq!(since(None), None, "without a budget no other record");
    for (per, period_ms) in [("hour", DAY_MS / 24), ("day", DAY_MS), ("week", WEEK_MS)] {
        let budget = json!({"amount": "20.00", "per": per});
        assert_eq!(since(Some(&budget)), Some(NOW - period_ms - LONGEST_LIFE_MS), "{per}");
    }
    for (name, change) in changes().into_iter().filter(|(name, _)| *name != "intend") {
        assert_eq!(change.since(), None, "{name}");
    }
}

#[test]
fn a_signed_payment_is_read_back_unchanged() {
    let Known::Signed(signed) = Known::read(&after(&[intend("a"), sign("a")]).unwrap()).unwrap() else { panic!() };
    assert_eq!((signed.id.as_str(), signed.base_url.as_str()), ("id-1", "https://eliza.getimagine.club"));
    assert_eq!((&signed.settlement, signed.payment), (&settlement(), Some(Rc::new(payment()))));
}

#[test]
fn a_payment_is_looked_up_by_the_id_that_was_sent() {
    let mut record = after(&[intend("a"), sign("a")]).unwrap();
    let seed = |record: &Value| match Known::read(record) {
        Ok(Known::Signed(signed)) => signed.seed,
        other => panic!("{other:?}"),
    };
    assert_eq!(json!(seed(&record)), record["order"]["seed"]);
    assert_eq!(whereabouts(&record).unwrap().0, seed(&record));
    // Version 1 sent the id unchanged, and stored no other.
    record["order"]["version"] = 1.into();
    record["order"].as_object_mut().unwrap().remove("seed");
    assert_eq!((seed(&record), whereabouts(&record).unwrap().0), ("id-1".into(), "id-1".into()));
    let accepted = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
    assert_eq!(whereabouts(&accepted).unwrap().0, "task-1");
    assert_eq!(uuid::derived("id-1").len(), 36);
}

#[test]
fn a_failed_task_is_told_apart_from_others() {
    let known =
        |changes: &[Change<Value>]| Known::read(&after(&[&[intend("a"), sign("a")], changes].concat()).unwrap());
    assert!(matches!(known(&[accept(None)]), Ok(Known::Accepted(_))));
    assert!(matches!(known(&[accept(None), finish("completed", None)]), Ok(Known::Accepted(_))));
    assert!(matches!(known(&[accept(None), finish("not_found", None)]), Ok(Known::Accepted(_))));
    let mut failed = after(&[intend("a"), sign("a"), accept(None), finish("failed", None)]).unwrap();
    for (said, paid) in [("yes", Paid::Yes), ("no", Paid::No), ("perhaps", Paid::Unknown)] {
        failed["paid"] = said.into();
        let Ok(Known::Failed(task)) = Known::read(&failed) else { panic!() };
        assert_eq!((task.task_id.as_str(), task.paid), ("task-1", paid));
    }
}

#[test]
fn a_payment_that_was_taken_cannot_be_resent() {
    let record = after(&[intend("a"), sign("a"), take()]).unwrap();
    assert!(!record.to_string().contains("aGVhZGVy"));
    let Known::Signed(signed) = Known::read(&record).unwrap() else { panic!() };
    assert_eq!((signed.settlement, signed.payment), (settlement(), None));
}

#[test]
fn a_write_that_failed_is_repaired_by_the_next() {
    let signed = [intend("a"), sign("a")];
    let settle = Change::Settle { receipt: receipt(Some(HASH)) };
    for next in [finish("completed", None), finish("not_found", None), settle.clone()] {
        let repaired = after(&[&signed[..], &[next]].concat()).unwrap();
        assert!(!repaired.to_string().contains("aGVhZGVy"), "no payment stays behind: {repaired}");
        assert_eq!((&repaired["taskId"], &repaired["paid"]), (&json!("task-1"), &json!("yes")));
        assert!(repaired["receipt"].is_object() && repaired["step"] != "signed");
    }
    let known = after(&[&signed[..], &[settle, accept(None), finish("completed", None)]].concat()).unwrap();
    assert_eq!(known["receipt"]["transaction"], HASH, "what is known better stays");
    let cleared = after(&[accept(None)]).unwrap();
    assert_eq!((&cleared["step"], &cleared["order"]["prompt"]), (&json!("accepted"), &json!("a boat")));
    assert_eq!(after(&[finish("completed", None)]), None, "of what is not known here, nothing is noted");
}

#[test]
fn the_result_is_kept_without_bytes_and_within_bounds() {
    let kept = |result: Value| {
        let record = after(&[intend("a"), sign("a"), accept(None), finish("completed", Some(result))]).unwrap();
        tasks(&[record], Filter::default())[0]["result"].clone()
    };
    let address = json!({"url": "https://x/v.mp4", "mimeType": "video/mp4"});
    let whole = json!({
        "taskId": "task-1", "text": "a boat", "video": address, "templateData": {"soraVideoId": "v"}, "remixId": "v",
        "token": {"address": "0x1"}, "image": {"url": "blob:https://page/1"}, "gif": {"url": "data:image/gif;base64,AA"},
        "raw": {"huge": "x"}, "receipt": {"nonce": "0x1"},
    });
    assert_eq!(
        kept(whole),
        json!({
            "taskId": "task-1", "text": "a boat", "video": address, "templateData": {"soraVideoId": "v"}, "remixId": "v",
            "token": {"address": "0x1"}, "heardAt": NOW + 9_000,
        })
    );
    let long = kept(json!({"video": address, "text": "x".repeat(70_000), "templateData": {"a": 1}}));
    assert_eq!(long, json!({"video": address, "templateData": {"a": 1}, "heardAt": NOW + 9_000}), "what is left fits");
}

#[test]
fn a_forgotten_purchase_keeps_only_its_amount_and_time() {
    let paid = [intend("a"), sign("a"), accept(Some(HASH))];
    let forget = Change::Forget { now: NOW + 60_000 };
    let left = after(&[&paid[..], from_ref(&forget)].concat()).unwrap();
    let left_over = json!([{"by": NOW + 5_000, "atomic": "1200000"}]);
    let tombstone =
        json!({"id": "id-1", "step": "forgotten", "order": {"createdAt": NOW + 5_000}, "forgotten": left_over});
    assert_eq!(left, tombstone);
    assert_eq!(tasks(from_ref(&left), Filter::default()), json!([]));
    assert_eq!(choose(from_ref(&left), NOW), Choice::Nothing);
    assert_eq!(
        spent(from_ref(&left), None).unwrap(),
        [Spending::Moved { by: NOW + 5_000, atomic: U256::from(1_200_000) }]
    );
    assert!(matches!(Known::read(&left), Ok(Known::Nothing)));

    // The same id may be bought again; both purchases count, and both are forgotten.
    let again = after(&[&paid[..], from_ref(&forget), &paid[..]].concat()).unwrap();
    assert_eq!((&again["step"], spent(from_ref(&again), None).unwrap().len()), (&json!("accepted"), 2));
    let twice = applied(Some(again), &forget).0.unwrap();
    assert_eq!(twice["forgotten"].as_array().unwrap().len(), 2);
    let withdrawn = [&paid[..], &[forget, intend("b"), Change::Withdraw { owner: "b".into() }]].concat();
    assert_eq!(after(&withdrawn).unwrap(), tombstone, "an intent that is withdrawn leaves it as it was");

    // Until the longest period has passed.
    assert_eq!(untidy(from_ref(&left), NOW + WEEK_MS), Vec::<String>::new());
    assert_eq!(untidy(from_ref(&left), NOW + 5_000 + WEEK_MS), ["id-1"]);
    assert_eq!(applied(Some(left), &Change::Tidy { now: NOW + 5_000 + WEEK_MS }).0, None);
    let late = Change::Forget { now: NOW + 5_000 + WEEK_MS };
    assert_eq!(after(&[&paid[..], &[late]].concat()), None);
}

/// What was forgotten under an id still counts when that id is bought again.
#[test]
fn a_budget_counts_forgotten_purchases_of_the_same_id() {
    let paid = [intend("a"), sign("a"), accept(Some(HASH)), Change::Forget { now: NOW }];
    let left = after(&paid);
    let claimed = |amount: &str, since: &[Value]| {
        let Change::Intend(mut wish) = intend("b") else { panic!() };
        let budget = Budget::read(&json!({"amount": amount, "per": "day"})).unwrap();
        wish.claim = Some(Claim { budget, offer: price() });
        Change::Intend(wish).apply("id-1", left.as_ref(), since).1
    };
    assert!(matches!(claimed("2.40", from_ref(left.as_ref().unwrap())), Written::Done(_)), "and only once");
    for since in [&[][..], from_ref(left.as_ref().unwrap())] {
        let Written::Refused(error) = claimed("2.39", since) else { panic!() };
        assert_eq!(error.code, Code::BudgetExceeded);
    }
}

/// A server's claim about a payment does not end its window; the chain does.
#[test]
fn a_budget_counts_a_payment_until_its_window_ends_or_the_chain_shows_it() {
    let by = |changes: &[Change<Value>]| match spent(&[after(changes).unwrap()], None).unwrap()[..] {
        [Spending::Moved { by, .. }] => by,
        ref other => panic!("{other:?}"),
    };
    let said = |settled: &str| {
        let mut task = task(Paid::Yes, Some(HASH));
        task.receipt.as_mut().unwrap()["settled"] = settled.into();
        by(&[intend("a"), sign("a"), Change::Accept { order: None, settlement: settlement(), task }])
    };
    assert_eq!(by(&[intend("a"), sign("a")]), CLOSES_AT);
    assert_eq!((said("server"), said("unknown"), said("chain")), (CLOSES_AT, CLOSES_AT, NOW + 5_000));
}

#[test]
fn a_broken_record_of_any_version_affects_only_itself() {
    let good = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
    let signed = after(&[intend("a"), sign("a")]).unwrap();
    let broken = |of: &Value, pointer: &str, value: Value| {
        let mut record = of.clone();
        record["order"]["createdAt"] = (NOW + 9).into();
        *record.pointer_mut(pointer).unwrap() = value;
        record
    };
    for record in [
        broken(&good, "/taskId", Value::Null),
        broken(&good, "/taskId", json!("x".repeat(129))),
        broken(&signed, "/payment", Value::Null),
        broken(&signed, "/payment/authorization", json!("{")),
        broken(&signed, "/order/createdAt", Value::Null),
    ] {
        let Choice::Soon(chosen) = choose(&[record.clone(), good.clone()], NOW) else { panic!() };
        assert_eq!(chosen["order"]["createdAt"], NOW, "{record}");
        assert_eq!(tasks(from_ref(&record), Filter::default())[0]["step"], "unreadable", "{record}");
        let (put, written) = (Change::Forget { now: NOW }).apply("id-1", Some(&record), &[]);
        assert!(put != Put::Keep && matches!(written, Written::Done(_)), "{record}");
    }
    let endless = broken(&signed, "/payment/closesAt", json!(9_000_000_000_000_000u64));
    let later = Change::Forget { now: NOW + 9 + 2 * LONGEST_LIFE_MS };
    assert!(matches!(later.apply("id-1", Some(&endless), &[]).1, Written::Done(_)), "no window is that long");
}

#[test]
fn a_result_with_a_file_is_kept_when_a_later_response_has_none() {
    let video = json!({"text": "a boat", "video": {"url": "https://x/v.mp4"}});
    let paid = [intend("a"), sign("a"), accept(None)];
    let kept = |results: &[Value]| {
        let ends = results.iter().map(|result| finish("completed", Some(result.clone())));
        let record = after(&[&paid[..], &ends.collect::<Vec<_>>()].concat()).unwrap();
        record["result"]["text"].clone()
    };
    assert_eq!(kept(&[video.clone(), json!({"text": "nothing"})]), "a boat");
    assert_eq!(kept(&[json!({"text": "nothing"}), video.clone()]), "a boat");
    assert_eq!(kept(&[video, json!({"text": "anew", "video": {"url": "https://x/w.mp4"}})]), "anew");
}

#[test]
fn a_payment_in_progress_cannot_be_forgotten() {
    let signed = after(&[intend("a"), sign("a")]);
    let forgotten = |now: u64| match applied(signed.clone(), &Change::Forget { now }) {
        (_, Written::Refused(error)) => {
            assert_eq!((error.code, error.paid, error.retry), (Code::InvalidRequest, Paid::Unknown, Retry::Resume));
            false
        }
        (record, _) => {
            assert_eq!(life(record.as_ref()), Some(Life::Forgotten), "it may have been taken");
            true
        }
    };
    assert!(!forgotten(NOW) && !forgotten(CLOSES_AT + LONGEST_LIFE_MS - 1) && forgotten(CLOSES_AT + LONGEST_LIFE_MS));
    let taken = after(&[intend("a"), sign("a"), take()]);
    assert_eq!(life(applied(taken, &Change::Forget { now: NOW }).0.as_ref()), Some(Life::Forgotten));
}

#[test]
fn a_task_whose_payment_may_still_be_taken_cannot_be_forgotten() {
    let worked = |paid| Change::Accept { order: Some(noted()), settlement: settlement(), task: task(paid, None) };
    let made = Change::Finish {
        task: task(Paid::Unknown, None),
        ended: Ended { status: "completed".into(), result: None, heard_at: NOW },
    };
    for (changes, is_open) in [
        (vec![worked(Paid::Unknown)], true),
        (vec![worked(Paid::Unknown), made], true),
        (vec![worked(Paid::Yes)], false),
        (vec![worked(Paid::No)], false),
    ] {
        let record = after(&[&[intend("a"), sign("a")][..], &changes].concat());
        let forgotten = |now| matches!(applied(record.clone(), &Change::Forget { now }).1, Written::Done(_));
        assert_eq!(forgotten(NOW), !is_open, "{changes:?}");
        assert!(forgotten(CLOSES_AT + LONGEST_LIFE_MS), "its window is long past");
    }
}

#[test]
fn a_free_task_does_not_end_a_purchase_that_was_or_may_have_been_paid() {
    let gift = AcceptedTask { task_id: "free-1".into(), receipt: None, paid: Paid::No, settlement: None };
    let ended = |status: &str| Change::Finish {
        task: gift.clone(),
        ended: Ended { status: status.into(), result: None, heard_at: NOW },
    };
    for changes in [
        vec![intend("a"), sign("a")],
        vec![intend("a"), sign("a"), take()],
        vec![intend("a"), sign("a"), accept(None)],
        vec![intend("a"), sign("a"), accept(Some(HASH))],
        vec![intend("a"), sign("a"), accept(None), finish("completed", None)],
    ] {
        let record = after(&changes);
        for status in ["completed", "failed", "not_found"] {
            assert_eq!(applied(record.clone(), &ended(status)).0, record, "{changes:?}");
        }
    }
    // It ends a purchase that the service began without payment, and one whose payment never moved money.
    let begun = Change::Free { order: noted(), task_id: gift.task_id.clone(), takes_over: false };
    let unpaid = Change::Accept { order: Some(noted()), settlement: settlement(), task: gift.clone() };
    for changes in [vec![begun], vec![intend("a"), sign("a"), unpaid]] {
        let done = applied(after(&changes), &ended("completed")).0.unwrap();
        assert_eq!((&done["step"], &done["paid"]), (&json!("done"), &json!("no")), "{changes:?}");
    }
}

#[test]
fn a_record_from_the_future_comes_last_and_once_forgotten_blocks_a_budget_no_longer_than_others() {
    let year = 365 * DAY_MS;
    let price = json!({"atomic": "1400000"});
    let odd = json!({"id": "odd", "step": "later", "order": {"version": 9, "createdAt": NOW + year, "price": price}});
    let left = applied(Some(odd), &Change::Forget { now: NOW }).0.unwrap();
    assert_eq!(left["forgotten"], json!([{"by": NOW + LONGEST_LIFE_MS, "atomic": "1400000"}]));
    let mut ahead = after(&[intend("a"), sign("a")]).unwrap();
    ahead["order"]["createdAt"] = (NOW + year).into();
    ahead["id"] = "ahead".into();
    ahead["payment"]["closesAt"] = (CLOSES_AT + year).into();
    let earlier = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
    let Choice::Soon(chosen) = choose(&[ahead.clone(), earlier], NOW) else { panic!() };
    assert_eq!(chosen["id"], "id-1");
    assert_eq!(choose(&[ahead.clone()], NOW), Choice::Late(ahead));
}

#[test]
fn an_unreadable_record_does_not_affect_others() {
    let good = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
    let newer = json!({"id": "newer", "step": "settling", "paid": "no", "order": {"version": 9, "createdAt": NOW + 1, "prompt": "p"}});
    let odd = [json!({"id": "odd", "step": "accepted"}), json!({"id": "null", "step": "signed", "order": null}), newer];
    let records = [&odd[..], &[good]].concat();
    let listed = tasks(&records, Filter::default());
    let seen: Vec<_> = listed.items().unwrap().iter().map(|t| (t["id"].clone(), t["step"].clone())).collect();
    let said = |id: &str, step: &str| (json!(id), json!(step));
    assert_eq!(
        seen,
        [said("newer", "unreadable"), said("id-1", "accepted"), said("odd", "unreadable"), said("null", "unreadable")]
    );
    assert_eq!(listed[0]["paid"], "unknown", "whatever it says");
    assert_eq!(
        listed[2],
        json!({"id": "odd", "baseUrl": "", "prompt": "", "createdAt": 0, "step": "unreadable", "paid": "unknown"})
    );
    let Choice::Soon(chosen) = choose(&records, NOW) else { panic!() };
    assert_eq!(chosen["id"], "id-1");
    for record in odd {
        let id = record.text_at("id").unwrap();
        let error = Known::read(&record).unwrap_err();
        assert_eq!((error.code, error.paid, error.retry), (Code::UnsupportedEnvironment, Paid::Unknown, Retry::Resume));
        assert_eq!(error.details.get("id"), Some(&id.as_str().into()));
        assert_eq!((Change::Forget { now: NOW }).apply(&id, Some(&record), &[]).0, Put::Remove, "{id}");
    }
}

#[test]
fn an_unreadable_record_is_never_treated_as_absent() {
    let whole = after(&[intend("a"), sign("a")]).unwrap();
    for (pointer, value) in [
        ("/step", json!("of a later version")),
        ("/order/version", json!(3)),
        ("/order/version", json!(0)),
        ("/order/seed", json!("../x")),
        ("/order/seed", Value::Null),
        ("/order/baseUrl", json!("http://example.org")),
        ("/payment/network", json!("eip155:2")),
        ("/payment/authorization", json!("{}")),
        ("/id", json!("../x")),
    ] {
        let mut record = whole.clone();
        *record.pointer_mut(pointer).unwrap() = value;
        let error = Known::read(&record).unwrap_err();
        assert_eq!((error.code, error.retry), (Code::UnsupportedEnvironment, Retry::Resume), "{pointer}");
        let intent = intend("b").apply("id-1", Some(&record), &[]);
        assert!(matches!(intent, (Put::Keep, Written::Standing(_))), "{pointer}");
    }
}

#[test]
fn a_purchase_that_had_its_chance_comes_last() {
    let at = |id: &str, begun: u64, changes: &[Change<Value>]| {
        let mut record = after(&[&[intend("a")], changes].concat()).unwrap();
        record["id"] = id.into();
        record["order"]["createdAt"] = begun.into();
        record
    };
    let taken = at("taken", NOW + 9, &[sign("a"), take()]);
    let lost = at("lost", NOW + 8, &[sign("a"), accept(None), finish("not_found", None)]);
    let signed = at("signed", NOW + 7, &[sign("a")]);
    let older = at("older", NOW + 6, &[sign("a"), accept(None)]);
    let done = at("done", NOW + 99, &[sign("a"), accept(None), finish("completed", None)]);
    let intent = at("intent", NOW + 98, &[]);
    let all = [done, intent, taken, lost, signed, older.clone()];
    let chosen = |records: &[Value], now: u64| match choose(records, now) {
        Choice::Soon(record) => (true, record["id"].clone()),
        Choice::Late(record) => (false, record["id"].clone()),
        Choice::Nothing => (false, Value::Null),
    };
    assert_eq!(chosen(&all, NOW), (true, json!("signed")));
    assert_eq!(chosen(&all, CLOSES_AT), (true, json!("signed")), "its window has just closed");
    assert_eq!(chosen(&all, CLOSES_AT + 1), (true, json!("older")));
    assert_eq!(chosen(&all[..5], CLOSES_AT + 1), (false, json!("taken")), "the newest of those");
    assert_eq!(chosen(&all[..2], NOW), (false, Value::Null));
    assert_eq!(chosen(&[older, all[0].clone()], NOW), (true, json!("older")), "whatever order a store gives them in");
}

#[test]
fn the_list_is_newest_first_and_as_long_as_wanted() {
    let records: Vec<Value> = (0..5)
        .map(|n| {
            let mut record = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
            record["id"] = format!("{n}").into();
            record["order"]["createdAt"] = (NOW + [3, 1, 4, 1, 5][n]).into();
            if n == 4 {
                record["step"] = "done".into();
            }
            record
        })
        .collect();
    let ids = |filter: Value| {
        let listed = tasks(&records, Filter::read(&filter).unwrap());
        listed.items().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(ids(json!({})), "42013");
    assert_eq!(ids(json!({"limit": 2})), "42");
    assert_eq!(ids(json!({"limit": 0})), "");
    assert_eq!(ids(json!({"unfinished": true})), "2013");
    assert_eq!(ids(json!({"unfinished": true, "limit": 1})), "2");
    for (bad, word) in [
        (json!({"limit": "2"}), "`limit`"),
        (json!({"limit": -1}), "`limit`"),
        (json!({"limit": 1.5}), "`limit`"),
        (json!({"unfinished": "yes"}), "`unfinished`"),
        (json!({"unfinshed": true}), "`unfinshed`"),
    ] {
        let error = Filter::read(&bad).unwrap_err();
        assert!(error.code == Code::InvalidRequest && error.message.contains(word), "{}", error.message);
    }
}
