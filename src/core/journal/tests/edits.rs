//! What is known of a change by what a storage says and shows.

use proptest::prelude::*;

use super::*;

/// A storage that has this record calls the change, and then says that.
fn edited(record: Option<Value>, change: Change<Value>, said: Result<(), Option<Value>>) -> Judged<Value> {
    let edit = Edit::new("id-1", change);
    edit.apply(record, Some(&[])).unwrap();
    edit.judge(said)
}

#[test]
fn what_a_storage_that_fails_has_written_is_told_by_what_it_shows() {
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
fn a_record_that_was_to_go_or_to_stay_is_read_after_a_failure_as_well() {
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
    // Nothing was to be written: what the change says of it stands.
    let signed = after(&[intend("a"), sign("a")]);
    let refused = read(edited(signed, Change::Forget { now: NOW }, lost()), None);
    assert!(matches!(refused, Ok(Written::Refused(_))), "{refused:?}");
}

#[test]
fn a_storage_is_believed_when_it_has_written_and_not_known_when_it_is_late() {
    let before = after(&[intend("a")]);
    assert!(matches!(edited(before.clone(), sign("a"), Ok(())), Judged::Over(Ok(Written::Done(None)))));
    assert!(matches!(edited(before.clone(), sign("a"), Err(None)), Judged::Over(Err(None))));
    let edit = Edit::new("id-1", sign("a"));
    assert!(matches!(edit.judge(Ok(())), Judged::Over(Err(Some(Value::Null)))), "it was never called");
    let edit = Edit::new("id-1", sign("a"));
    assert!(matches!(edit.judge(Err(Some(json!("full")))), Judged::Over(Err(Some(cause))) if cause == "full"));
    // What a storage calls when its caller has been told changes nothing.
    assert_eq!(edit.apply(before, None).unwrap(), Put::Keep);
}

#[test]
fn a_late_call_of_a_change_that_nobody_was_told_of_still_writes() {
    let edit = Edit::new("id-1", Change::Withdraw { owner: "a".into() });
    assert!(matches!(edit.judge(Err(None)), Judged::Over(Err(None))));
    assert_eq!(edit.apply(after(&[intend("a")]), None).unwrap(), Put::Remove);
}

#[test]
fn no_budget_is_held_against_purchases_that_the_storage_did_not_give() {
    let Change::Intend(mut wish) = intend("a") else { panic!("an intent") };
    let budget = Budget::read(&json!({"amount": "1.50", "per": "day"})).unwrap();
    wish.claim = Some(Claim { budget, offer: price() });
    let edit = Edit::new("id-1", Change::Intend(wish));
    assert!(edit.apply(None, None).is_err());
    assert!(matches!(edit.judge(Err(Some(json!("thrown")))), Judged::Over(Err(Some(_)))));
    assert!(Edit::new("id-1", intend("a")).apply(None, None).is_ok(), "without a budget, none is needed");
}

/// What is told of a change that a storage calls with each of these in turn. Then it says that, and shows this record.
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
fn a_storage_that_calls_a_change_with_different_records_is_asked_what_it_has() {
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
fn where_a_budget_was_exceeded_in_one_of_two_calls_nothing_is_signed() {
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
fn a_refusal_stands_where_a_write_would_have_left_the_same() {
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
fn what_was_called_with_a_record_and_with_none_is_written_only_where_it_shows() {
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
    // What another purchase has shows nothing of this one.
    let mut shown = after(&[intend("a"), sign("a")]);
    shown.as_mut().unwrap()["id"] = "id-2".into();
    assert_eq!(called(sign("a"), &[after(&[intend("a")])], Err(Some(json!("lost"))), shown).unwrap_err(), None);
}

proptest! {
    /// A storage calls a change with records of any time, of which it has one, and writes what came of that, or fails.
    #[test]
    fn what_is_told_of_a_signature_is_what_the_storage_has(
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
