//! What a record says about the money of its purchase, whatever is reported later.

use proptest::prelude::*;

use super::*;

/// A receipt of the purchase: with a transaction shown by the chain or named by the service, or without one.
fn receipt_as(settled: &str) -> Value {
    let mut receipt = Value::of(&receipt((settled != "unknown").then_some(HASH)));
    receipt["settled"] = settled.into();
    receipt
}

fn task_as(id: &str, paid: Paid, settled: Option<&str>) -> AcceptedTask<Value> {
    AcceptedTask {
        task_id: id.into(),
        receipt: settled.map(receipt_as),
        paid,
        settlement: (settled == Some("unknown")).then(settlement),
    }
}

/// A task that cost nothing, or whose payment never moved money.
fn gift(id: &str) -> AcceptedTask<Value> {
    task_as(id, Paid::No, None)
}

fn accepted_as(task: AcceptedTask<Value>) -> Change<Value> {
    Change::Accept { order: Some(noted()), settlement: settlement(), task }
}

fn finished_as(task: AcceptedTask<Value>, status: &str, has_file: bool) -> Change<Value> {
    let made = if has_file {
        json!({"taskId": task.task_id, "video": {"url": "https://x/v.mp4"}})
    } else {
        json!({"taskId": task.task_id})
    };
    let result = (status == "completed").then_some(made);
    Change::Finish { task, ended: Ended { status: status.into(), result, heard_at: NOW } }
}

fn free_of(id: &str) -> Change<Value> {
    let request = Request::read(&json!({"prompt": "a boat"}), "id-1".into()).unwrap();
    let order = OrderRecord::of(&request, &Config::read(&json!({})).unwrap(), None, NOW);
    Change::Free { order: Rc::new(order), task_id: id.into(), takes_over: true }
}

fn settled_as(transaction: Option<&str>) -> Change<Value> {
    Change::Settle { receipt: receipt(transaction) }
}

/// Everything that may be reported about one purchase, and about free tasks under its id.
fn told() -> Vec<Change<Value>> {
    let mut all = vec![
        intend("a"),
        sign("a"),
        take(),
        Change::Take { receipt: receipt(Some(HASH)), settlement: settlement() },
        settled_as(Some(HASH)),
        abandon(7),
        Change::Forget { now: NOW },
        Change::Tidy { now: NOW },
    ];
    for id in ["task-1", "task-2"] {
        let words = [
            (Paid::Yes, Some("chain")),
            (Paid::Yes, Some("server")),
            (Paid::Yes, Some("unknown")),
            (Paid::Unknown, Some("unknown")),
            (Paid::No, None),
        ];
        all.push(free_of(id));
        for (paid, settled) in words {
            let task = task_as(id, paid, settled);
            all.push(accepted_as(task.clone()));
            for (status, has_file) in
                [("completed", true), ("completed", false), ("failed", false), ("not_found", false)]
            {
                all.push(finished_as(task.clone(), status, has_file));
            }
        }
    }
    all
}

/// How much a receipt proves.
fn weight(record: &Value) -> usize {
    let receipt = &record["receipt"];
    let by_word = ["unknown", "server", "chain"].iter().position(|word| receipt["settled"] == *word);
    by_word.map_or(0, |place| place + 1)
}

fn shows_the_chain(change: &Change<Value>) -> bool {
    match change {
        Change::Settle { receipt } | Change::Take { receipt, .. } => receipt.transaction.is_some(),
        Change::Accept { task, .. } | Change::Finish { task, .. } => {
            task.receipt.as_ref().is_some_and(|receipt| receipt["settled"] == "chain")
        }
        _ => false,
    }
}

/// Whether a record is still about the same purchase after a change.
fn goes_on(change: &Change<Value>) -> bool {
    !matches!(change, Change::Intend(_) | Change::Free { .. } | Change::Forget { .. } | Change::Tidy { .. })
}

proptest! {
    #[test]
    fn what_a_record_says_of_money_never_goes_back(changes in prop::collection::vec(prop::sample::select(told()), 1..9)) {
        let mut record = after(&[intend("a"), sign("a")]);
        for change in changes {
            let next = applied(record.clone(), &change).0;
            if let (Some(before), Some(after)) = (&record, &next) && goes_on(&change) {
                let is_proven = ["accepted", "done", "abandoned"].iter().any(|step| before["step"] == *step);
                match before["paid"].as_str() {
                    Some("yes") => {
                        prop_assert_eq!(&after["paid"], "yes");
                        prop_assert!(weight(after) >= weight(before), "{} became {}", before["receipt"], after["receipt"]);
                    }
                    Some("no") if is_proven => prop_assert!(after["paid"] == "no" || shows_the_chain(&change)),
                    _ => {}
                }
            }
            if let Some(record) = &next {
                prop_assert!(record["paid"] != "no" || record["receipt"].is_null(), "{}", record);
                prop_assert!(record["step"] == "signed" || !record.to_string().contains("aGVhZGVy"), "a payment stays behind");
                prop_assert!(record["result"].is_null() || record["result"]["taskId"] == record["taskId"], "{}", record);
                prop_assert!(spent(from_ref(record), None).is_ok(), "a budget cannot be counted: {}", record);
            }
            record = next;
        }
    }

    #[test]
    fn a_free_record_stays_free_even_if_a_payment_is_reported(
        changes in prop::collection::vec(prop::sample::select(told()), 1..9),
    ) {
        let mut record = after(&[intend("a"), sign("a"), accept(Some(HASH)), Change::Forget { now: NOW }, free_of("task-1")]);
        for change in changes.iter().filter(|change| !matches!(change, Change::Forget { .. })) {
            record = applied(record, change).0;
            let record = record.as_ref().unwrap();
            prop_assert_eq!((&record["paid"], &record["taskId"]), (&json!("no"), &json!("task-1")), "{:?}", change);
            prop_assert_eq!(spent(from_ref(record), None).unwrap().len(), 1, "what was forgotten, once");
        }
    }
}

#[test]
fn a_paid_purchase_stays_paid_in_any_order_of_reports() {
    let words = |paid| task_as("task-1", paid, Some("unknown"));
    for (first, then) in [
        (accept(None), finished_as(words(Paid::Unknown), "completed", true)),
        (take(), accepted_as(words(Paid::Unknown))),
        (take(), accepted_as(gift("task-1"))),
        (accept(None), accepted_as(gift("task-1"))),
        (accept(Some(HASH)), accepted_as(gift("task-1"))),
        (take(), finished_as(words(Paid::Unknown), "failed", false)),
    ] {
        let record = after(&[intend("a"), sign("a"), first.clone(), then.clone()]).unwrap();
        assert_eq!(record["paid"], "yes", "{first:?}, {then:?}");
        assert_ne!(record["step"], "signed", "the task is noted nevertheless");
        assert_eq!(spent(from_ref(&record), None).unwrap().len(), 1);
    }
}

#[test]
fn a_transaction_shown_by_the_chain_is_never_replaced_and_replaces_a_claimed_one() {
    let named = accepted_as(task_as("task-1", Paid::Yes, Some("server")));
    for changes in [
        vec![named.clone(), settled_as(Some(HASH))],
        vec![settled_as(Some(HASH)), named.clone()],
        vec![take(), settled_as(Some(HASH)), named, take()],
    ] {
        let record = after(&[&[intend("a"), sign("a")][..], &changes].concat()).unwrap();
        assert_eq!((&record["receipt"]["settled"], &record["paid"]), (&json!("chain"), &json!("yes")), "{changes:?}");
    }
}

#[test]
fn the_earlier_of_two_transactions_and_the_later_of_two_claims_is_kept() {
    let at = |settled: &str, at: u64| {
        let mut task = task_as("task-1", Paid::Yes, Some(settled));
        task.receipt.as_mut().unwrap()["at"] = at.into();
        accepted_as(task)
    };
    let kept = |changes: &[Change<Value>]| {
        after(&[&[intend("a"), sign("a")][..], changes].concat()).unwrap()["receipt"]["at"].clone()
    };
    for (settled, expected) in [("chain", NOW + 1), ("server", NOW + 1), ("unknown", NOW + 2)] {
        assert_eq!(kept(&[at(settled, NOW + 1), at(settled, NOW + 2)]), expected, "{settled}");
    }
    assert_eq!(kept(&[at("server", NOW + 1), at("unknown", NOW + 2), at("chain", NOW + 3)]), NOW + 3);
    assert_eq!(kept(&[at("chain", NOW + 1), at("server", NOW + 2), at("unknown", NOW + 3)]), NOW + 1);
}

#[test]
fn an_intent_proves_nothing_about_money() {
    let record = after(&[intend("a"), accept(None)]).unwrap();
    assert_eq!((&record["step"], &record["paid"]), (&json!("accepted"), &json!("yes")));
}

#[test]
fn an_end_without_a_settlement_removes_the_signed_payment() {
    let task = AcceptedTask { settlement: None, ..task_as("task-1", Paid::Yes, Some("unknown")) };
    for change in [accepted_as(task.clone()), finished_as(task, "failed", false)] {
        let record = after(&[intend("a"), sign("a"), change]).unwrap();
        assert!(record["payment"].is_null() && record["receipt"].is_object(), "{record}");
    }
}

#[test]
fn a_record_that_was_cleared_and_restored_knows_its_payment() {
    let restored = [accepted_as(gift("task-1"))];
    let settled = after(&[&restored[..], &[settled_as(Some(HASH))]].concat()).unwrap();
    assert_eq!(settled["paid"], "yes");
    let record = after(&restored);
    let other =
        Change::Accept { order: None, settlement: settlement_of(6), task: task_as("task-1", Paid::Yes, Some("chain")) };
    assert_eq!(applied(record.clone(), &other).0, record);
}

#[test]
fn a_proven_unpaid_purchase_becomes_paid_only_by_its_transaction() {
    let unpaid = [intend("a"), sign("a"), accepted_as(gift("task-1"))];
    let after_all = |changes: &[Change<Value>]| after(&[&unpaid[..], changes].concat()).unwrap();
    for settled in ["unknown", "server"] {
        let claim = task_as("task-1", Paid::Yes, Some(settled));
        for change in [accepted_as(claim.clone()), finished_as(claim, "completed", true)] {
            let record = after_all(&[change]);
            assert_eq!((&record["paid"], &record["receipt"]), (&json!("no"), &Value::Null), "a claim of the seller");
        }
    }
    for change in [settled_as(Some(HASH)), accepted_as(task_as("task-1", Paid::Yes, Some("chain")))] {
        assert_eq!(after_all(&[change])["paid"], "yes");
    }
    let mut other = Receipt::clone(&receipt(Some(HASH)));
    other.nonce = B256::from([6; 32]).to_string();
    assert_eq!(after_all(&[Change::Settle { receipt: other.clone().into() }])["paid"], "no", "of another payment");

    // Likewise for a purchase that was abandoned.
    let abandoned = [intend("a"), sign("a"), abandon(7)];
    let late = |change| after(&[&abandoned[..], &[change]].concat()).unwrap();
    let found = late(settled_as(Some(HASH)));
    assert_eq!(
        (&found["step"], &found["paid"], &found["taskId"]),
        (&json!("accepted"), &json!("yes"), &json!("task-1"))
    );
    assert_eq!(late(settled_as(None))["step"], "abandoned");
    assert_eq!(late(Change::Settle { receipt: other.into() })["step"], "abandoned");
    let claimed = late(accept(None));
    assert_eq!((&claimed["step"], &claimed["paid"]), (&json!("accepted"), &json!("no")), "the task is noted");
}

#[test]
fn a_paid_end_of_a_forgotten_purchase_is_not_written_to_a_free_record() {
    let forgotten = [intend("a"), sign("a"), accept(Some(HASH)), Change::Forget { now: NOW }];
    for before in [&forgotten[..], &[]] {
        for ends in [vec![], vec![finished_as(gift("task-9"), "completed", true)]] {
            let free = after(&[before, &[free_of("task-9")], &ends].concat());
            for change in [accept(None), accept(Some(HASH)), take(), settled_as(Some(HASH)), finish("completed", None)]
            {
                assert_eq!(applied(free.clone(), &change).0, free, "{change:?}");
            }
        }
    }
}

/// A seller may answer a request without payment with the task that was already paid for.
#[test]
fn a_task_without_payment_ends_the_record_of_its_own_id_and_leaves_its_money() {
    for word in [
        accept(None),
        accept(Some(HASH)),
        accepted_as(task_as("task-1", Paid::Unknown, Some("unknown"))),
        accepted_as(gift("task-1")),
    ] {
        let before = after(&[intend("a"), sign("a"), word]).unwrap();
        let ended = applied(Some(before.clone()), &finished_as(gift("task-1"), "completed", true)).0.unwrap();
        assert_eq!((&ended["step"], &ended["status"]), (&json!("done"), &json!("completed")));
        assert_eq!(ended["result"]["video"]["url"], "https://x/v.mp4");
        for member in ["paid", "receipt", "payment", "nonce"] {
            assert_eq!(ended[member], before[member], "{member}");
        }
        let other = applied(Some(before.clone()), &finished_as(gift("task-2"), "completed", true)).0;
        assert_eq!(other, Some(before), "of another task");
    }
}

#[test]
fn a_record_keeps_one_of_two_free_tasks_of_its_id() {
    for ended in [
        vec![],
        vec![finished_as(gift("task-1"), "completed", true)],
        vec![finished_as(gift("task-1"), "failed", false)],
    ] {
        let record = after(&[&[free_of("task-1")], &ended[..]].concat());
        for (status, has_file) in [("completed", true), ("completed", false), ("failed", false), ("not_found", false)] {
            assert_eq!(applied(record.clone(), &finished_as(gift("task-2"), status, has_file)).0, record);
        }
        assert_eq!(applied(record.clone(), &free_of("task-2")).0, record);
    }
}

#[test]
fn an_ended_record_keeps_the_task_that_ended_it() {
    let done = [
        intend("a"),
        sign("a"),
        accept(None),
        finished_as(task_as("task-1", Paid::Yes, Some("unknown")), "completed", true),
    ];
    let mut other = task_as("task-2", Paid::Yes, Some("unknown"));
    let named = |change| after(&[&done[..], &[change]].concat()).unwrap()["taskId"].clone();
    assert_eq!(named(accepted_as(other.clone())), "task-1");
    assert_eq!(named(finished_as(other.clone(), "failed", false)), "task-1");
    assert_eq!(named(finished_as(other.clone(), "completed", false)), "task-1");
    assert_eq!(named(finished_as(other.clone(), "completed", true)), "task-2", "with its own result");
    other.receipt = Some(receipt_as("chain"));
    let settled = after(&[&done[..], &[accepted_as(other)]].concat()).unwrap();
    assert_eq!((&settled["taskId"], &settled["receipt"]["settled"]), (&json!("task-1"), &json!("chain")));
}

/// As some former builds left them: a free record that received a paid end.
#[test]
fn a_record_without_a_price_counts_the_paid_or_signed_amount() {
    let counted =
        |record: &Value| spent(from_ref(record), None).map(|all| all.iter().map(Spending::atomic).collect::<Vec<_>>());
    let whole = |changes: &[Change<Value>]| after(&[&[intend("a"), sign("a")], changes].concat()).unwrap();
    for price in [Value::Null, json!({}), json!({"atomic": "1.2"}), json!("1.2")] {
        for changes in [vec![], vec![take()], vec![accept(None)], vec![accept(Some(HASH))]] {
            let mut record = whole(&changes);
            record["order"]["price"] = price.clone();
            assert_eq!(counted(&record).unwrap(), [U256::from(1_200_000)], "{record}");
        }
    }
    let mut bare = whole(&[accept(Some(HASH))]);
    bare["order"]["price"] = Value::Null;
    bare["receipt"]["amount"] = Value::Null;
    let error = counted(&bare).unwrap_err();
    assert!(
        error.message.contains("`forget(id)`") && error.details.get("id") == Some(&"id-1".into()),
        "{}",
        error.message
    );
}

#[test]
fn a_record_that_is_proven_unpaid_has_no_receipt() {
    let claimed = accepted_as(task_as("task-1", Paid::Unknown, Some("unknown")));
    let record = after(&[intend("a"), sign("a"), claimed, accepted_as(gift("task-1"))]).unwrap();
    assert_eq!((&record["paid"], record.get("receipt")), (&json!("no"), None));
}
