//! What is known about a change from a storage's response and its records.

use proptest::prelude::*;

use super::*;

/// A storage with this record calls the change, and then responds with `said`.
fn edited(record: Option<Value>, change: Change<Value>, said: Result<(), Option<Value>>) -> Judged<Value> {
    let edit = Edit::new("id-1", change);
    edit.apply(record, Some(&[])).unwrap();
    edit.judge(said)
}

#[test]
fn after_a_storage_failure_the_record_shows_what_was_written() {
    let (before, signed) = (after(&[intend("a")]), after(&[intend("a"), sign("a")]));
    let shown = |record: Result<Option<Value>, Value>| match edited(before.clone(), sign("a"), Err(Some(json!("lost"))))
    {
        Judged::Doubted(doubt) => doubt.read(record),
        Judged::Over(outcome) => panic!("{outcome:?}"),
    };
    let mut pictured = signed.clone().unwrap();
    pictured["payment"]["picture"] = json!({});
    for record in [signed, Some(pictured)] {
        assert!(matches!(shown(Ok(record)), Ok(Written::Done(None))), "the facade adds the picture");
    }
    assert_eq!(shown(Ok(before.clone())).unwrap_err(), Some(json!("lost")));
    let other_payment =
        json!({"id": "id-1", "step": "signed", "owner": "a", "paid": "unknown", "payment": {"authorization": "{}"}});
    let unclear = [
        after(&[intend("b"), sign("b")]),
        after(&[intend("b")]),
        after(&[intend("a"), sign("a"), accept(None)]),
        Some(other_payment),
        None,
    ];
    for record in unclear {
        assert_eq!(shown(Ok(record.clone())).unwrap_err(), None, "somebody else was at it: {record:?}");
    }
    assert_eq!(shown(Err(json!("blocked"))).unwrap_err(), None);
}

#[test]
fn a_record_to_be_removed_or_kept_is_also_read_after_a_failure() {
    let lost = || Err(Some(json!("lost")));
    let read = |judged: Judged<Value>, record: Option<Value>| match judged {
        Judged::Doubted(doubt) => doubt.read(Ok(record)),
        Judged::Over(outcome) => panic!("{outcome:?}"),
    };
    let intended = after(&[intend("a")]);
    let withdraw = || edited(intended.clone(), Change::Withdraw { owner: "a".into() }, lost());
    assert!(matches!(read(withdraw(), None), Ok(Written::Done(None))));
    assert_eq!(read(withdraw(), intended.clone()).unwrap_err(), Some(json!("lost")));
    assert_eq!(read(withdraw(), after(&[intend("b")])).unwrap_err(), None);
    // Nothing had to be written: the outcome of the change counts.
    let signed = after(&[intend("a"), sign("a")]);
    let refused = read(edited(signed, Change::Forget { now: NOW }, lost()), None);
    assert!(matches!(refused, Ok(Written::Refused(_))), "{refused:?}");
}

#[test]
fn a_storage_that_reports_success_is_believed_and_a_late_one_leaves_doubt() {
    let before = after(&[intend("a")]);
    assert!(matches!(edited(before.clone(), sign("a"), Ok(())), Judged::Over(Ok(Written::Done(None)))));
    assert!(matches!(edited(before.clone(), sign("a"), Err(None)), Judged::Over(Err(None))));
    let edit = Edit::new("id-1", sign("a"));
    assert!(matches!(edit.judge(Ok(())), Judged::Over(Err(Some(Value::Null)))), "it was never called");
    let edit = Edit::new("id-1", sign("a"));
    assert!(matches!(edit.judge(Err(Some(json!("full")))), Judged::Over(Err(Some(cause))) if cause == "full"));
    // A call after the caller was informed changes nothing.
    assert_eq!(edit.apply(before, None).unwrap(), Put::Keep);
}

#[test]
fn a_change_whose_outcome_was_not_reported_can_still_be_written_late() {
    let edit = Edit::new("id-1", Change::Withdraw { owner: "a".into() });
    assert!(matches!(edit.judge(Err(None)), Judged::Over(Err(None))));
    assert_eq!(edit.apply(after(&[intend("a")]), None).unwrap(), Put::Remove);
}

#[test]
fn a_budget_is_not_checked_without_the_purchases_of_its_period() {
    let Change::Intend(mut wish) = intend("a") else { panic!("an intent") };
    let budget = Budget::read(&json!({"amount": "1.50", "per": "day"})).unwrap();
    wish.claim = Some(Claim { budget, offer: price() });
    let edit = Edit::new("id-1", Change::Intend(wish));
    assert!(edit.apply(None, None).is_err());
    assert!(matches!(edit.judge(Err(Some(json!("thrown")))), Judged::Over(Err(Some(_)))));
    assert!(Edit::new("id-1", intend("a")).apply(None, None).is_ok(), "without a budget, none is needed");
}

/// The outcome of a change that a storage calls with each of these records in turn; then it responds with `said`, and
/// its record is `shows`.
fn called(
    change: Change<Value>,
    with: &[Option<Value>],
    said: Result<(), Option<Value>>,
    shows: Option<Value>,
) -> Result<Written<Value>, Option<Value>> {
    let edit = Edit::new("id-1", change);
    for record in with {
        edit.apply(record.clone(), Some(&[])).unwrap();
    }
    match edit.judge(said) {
        Judged::Doubted(doubt) => doubt.read(Ok(shows)),
        Judged::Over(outcome) => outcome,
    }
}

#[test]
fn after_calls_with_different_records_the_storage_is_read() {
    let (before, signed) = (after(&[intend("a")]), after(&[intend("a"), sign("a")]));
    let other = after(&[intend("b")]);
    let forgotten = after(&[intend("a"), sign("a"), accept(Some(HASH)), Change::Forget { now: NOW }]);
    for said in [Ok(()), Err(Some(json!("lost")))] {
        for stale in [None, other.clone(), forgotten.clone()] {
            for with in [[before.clone(), stale.clone()], [stale.clone(), before.clone()]] {
                let told = |shows: &Option<Value>| called(sign("a"), &with, said.clone(), shows.clone());
                assert!(matches!(told(&signed), Ok(Written::Done(None))), "it is written: {stale:?}");
                assert!(matches!(told(&stale), Ok(Written::Refused(_))), "it is refused: {stale:?}");
                assert_eq!(told(&before).unwrap_err(), Some(said.clone().err().flatten().unwrap_or_default()));
                assert_eq!(told(&after(&[intend("c")])).unwrap_err(), None, "somebody else was at it");
            }
        }
    }
}

#[test]
fn a_retry_with_the_same_outcome_leaves_no_doubt() {
    let (before, signed) = (after(&[intend("a")]), after(&[intend("a"), sign("a")]));
    for then in [before.clone(), signed] {
        let edit = Edit::new("id-1", sign("a"));
        edit.apply(before.clone(), None).unwrap();
        edit.apply(then, None).unwrap();
        assert!(matches!(edit.judge(Ok(())), Judged::Over(Ok(Written::Done(None)))));
    }
}

#[test]
fn nothing_is_signed_if_one_of_two_calls_exceeded_the_budget() {
    let Change::Intend(mut wish) = intend("a") else { panic!("an intent") };
    let budget = Budget::read(&json!({"amount": "1.50", "per": "day"})).unwrap();
    wish.claim = Some(Claim { budget, offer: price() });
    let mut other = after(&[intend("b"), sign("b")]).unwrap();
    other["id"] = "id-2".into();
    let edit = Edit::new("id-1", Change::Intend(wish));
    edit.apply(None, Some(&[other])).unwrap();
    edit.apply(None, Some(&[])).unwrap();
    let Judged::Doubted(doubt) = edit.judge(Ok(())) else { panic!("believed") };
    assert!(matches!(doubt.read(Ok(None)), Ok(Written::Refused(error)) if error.code == Code::BudgetExceeded));
}

#[test]
fn a_refusal_counts_if_a_write_would_have_left_the_same_record() {
    let Change::Intend(mut wish) = intend("a") else { panic!("an intent") };
    let budget = Budget::read(&json!({"amount": "1.50", "per": "day"})).unwrap();
    wish.claim = Some(Claim { budget, offer: price() });
    let mut other = after(&[intend("b"), sign("b")]).unwrap();
    other["id"] = "id-2".into();
    let intended = after(&[intend("a")]);
    let calls = [(None, vec![]), (intended.clone(), vec![other])];
    for calls in [calls.clone(), {
        let [one, two] = calls;
        [two, one]
    }] {
        let edit = Edit::new("id-1", Change::Intend(wish.clone()));
        for (record, since) in calls {
            edit.apply(record, Some(&since)).unwrap();
        }
        let Judged::Doubted(doubt) = edit.judge(Ok(())) else { panic!("believed") };
        let told = doubt.read(Ok(intended.clone()));
        assert!(matches!(&told, Ok(Written::Refused(error)) if error.code == Code::BudgetExceeded), "{told:?}");
    }
}

#[test]
fn a_change_called_with_and_without_a_record_is_written_only_if_the_storage_shows_it() {
    let accepted = after(&[intend("a"), sign("a"), accept(None)]);
    let done = after(&[intend("a"), sign("a"), accept(None), finish("completed", None)]);
    let told =
        |shows: &Option<Value>| called(finish("completed", None), &[accepted.clone(), None], Ok(()), shows.clone());
    assert!(matches!(told(&done), Ok(Written::Done(None))));
    assert_eq!(told(&accepted).unwrap_err(), Some(Value::Null), "it was not written");
}

#[test]
fn the_record_of_another_purchase_is_not_changed() {
    for (name, record) in lives() {
        let Some(mut record) = record else { continue };
        record["id"] = "id-2".into();
        for (change_name, change) in changes() {
            let edit = Edit::new("id-1", change);
            assert!(edit.apply(Some(record.clone()), Some(&[])).is_err(), "{name}, {change_name}");
            assert!(matches!(edit.judge(Ok(())), Judged::Over(Err(Some(_)))), "it was never called");
        }
    }
    let nameless = json!({"step": "signed"});
    let forget = Edit::new("id-1", Change::Forget { now: NOW });
    assert_eq!(forget.apply(Some(nameless), None), Ok(Put::Remove), "it stands for what it is kept under");
    assert!(asked_for(Ok(Some(json!({"id": "id-2"}))), "id-1").is_err(), "nor is it read for this one");
    for read in [Ok(None), Ok(Some(json!({"id": "id-1"}))), Ok(Some(json!({"step": 1}))), Err(json!("blocked"))] {
        assert_eq!(asked_for(read.clone(), "id-1"), read);
    }
    // The record of another purchase says nothing about this one.
    let mut shown = after(&[intend("a"), sign("a")]);
    shown.as_mut().unwrap()["id"] = "id-2".into();
    assert_eq!(called(sign("a"), &[after(&[intend("a")])], Err(Some(json!("lost"))), shown).unwrap_err(), None);
}

proptest! {
    /// A storage calls a change with several records, of which one is current, and writes that call's result, or fails.
    #[test]
    fn the_reported_outcome_of_a_signature_matches_the_storage(
        seen in prop::collection::vec(prop::sample::select(lives()), 1..4),
        place in any::<prop::sample::Index>(),
        (writes, fails) in prop::sample::select(vec![(true, false), (true, true), (false, true)]),
    ) {
        let edit = Edit::new("id-1", sign("a"));
        let mut has = None;
        for (at, (_, record)) in seen.iter().enumerate() {
            let put = edit.apply(record.clone(), None).unwrap();
            if at == place.index(seen.len()) {
                has = match put {
                    Put::Record(written) if writes => Some(written),
                    Put::Remove if writes => None,
                    _ => record.clone(),
                };
            }
        }
        let told = match edit.judge(if fails { Err(Some(json!("failed"))) } else { Ok(()) }) {
            Judged::Doubted(doubt) => doubt.read(Ok(has.clone())),
            Judged::Over(outcome) => outcome,
        };
        let is_signed = life(has.as_ref()) == Some(Life::Signed);
        match told {
            Ok(Written::Done(_)) => prop_assert!(is_signed, "sent, and not written: {:?}", has),
            Ok(_) | Err(Some(_)) => prop_assert!(!is_signed, "called unpaid, and written: {:?}", has),
            Err(None) => {}
        }
    }
}

#[test]
fn two_calls_that_are_refused_alike_leave_no_doubt() {
    let other = after(&[intend("b")]);
    let refused = |records: &[Option<Value>]| {
        let edit = Edit::new("id-1", sign("a"));
        assert_eq!(edit.id(), "id-1");
        for record in records {
            edit.apply(record.clone(), Some(&[])).unwrap();
        }
        edit.judge(Ok(()))
    };
    let twice = refused(&[other.clone(), other.clone()]);
    assert!(matches!(&twice, Judged::Over(Ok(Written::Refused(error))) if error.code == Code::PaymentUnknown));
    let forgotten = after(&[intend("a"), sign("a"), accept(Some(HASH)), Change::Forget { now: NOW }]);
    assert!(matches!(refused(&[other, forgotten]), Judged::Doubted(_)), "for another reason");
}

#[test]
fn of_two_calls_with_the_same_result_both_records_are_remembered() {
    let withdraw = Change::Withdraw { owner: "a".into() };
    let before = after(&[intend("a")]);
    let mut changed = before.clone();
    changed.as_mut().unwrap()["paid"] = "unknown".into();
    for shows in [&before, &changed] {
        let told =
            called(withdraw.clone(), &[before.clone(), changed.clone()], Err(Some(json!("lost"))), shows.clone());
        assert_eq!(told.unwrap_err(), Some(json!("lost")), "nothing is written: {shows:?}");
    }
}
