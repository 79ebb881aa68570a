//! What is known of a change by what a storage says and shows.

use super::*;

/// A storage that has this record calls the change, and then says that.
fn edited(record: Option<Value>, change: Change<Value>, said: Result<(), Option<Value>>) -> Settled<Value> {
    let edit = Edit::new("id-1", change);
    edit.apply(record, Some(&[])).unwrap();
    edit.settled(said)
}

#[test]
fn what_a_storage_that_fails_has_written_is_told_by_what_it_shows() {
    let (before, signed) = (after(&[intend("a")]), after(&[intend("a"), sign("a")]));
    let shown = |record: Result<Option<Value>, Value>| match edited(before.clone(), sign("a"), Err(Some(json!("lost"))))
    {
        Settled::Doubted(doubt) => doubt.read(record),
        Settled::Over(outcome) => panic!("{outcome:?}"),
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
    let read = |settled: Settled<Value>, record: Option<Value>| match settled {
        Settled::Doubted(doubt) => doubt.read(Ok(record)),
        Settled::Over(outcome) => panic!("{outcome:?}"),
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
    assert!(matches!(edited(before.clone(), sign("a"), Ok(())), Settled::Over(Ok(Written::Done(None)))));
    assert!(matches!(edited(before.clone(), sign("a"), Err(None)), Settled::Over(Err(None))));
    let edit = Edit::new("id-1", sign("a"));
    assert!(matches!(edit.settled(Ok(())), Settled::Over(Err(Some(Value::Null)))), "it was never called");
    let edit = Edit::new("id-1", sign("a"));
    assert!(matches!(edit.settled(Err(Some(json!("full")))), Settled::Over(Err(Some(cause))) if cause == "full"));
    // What a storage calls when its caller has been told changes nothing; what it calls once more before, counts last.
    assert_eq!(edit.apply(before.clone(), None).unwrap(), Put::Keep);
    let edit = Edit::new("id-1", sign("a"));
    assert_eq!(edit.apply(None, None).unwrap(), Put::Keep);
    assert!(matches!(edit.apply(before, None).unwrap(), Put::Record(_)));
    assert!(matches!(edit.settled(Ok(())), Settled::Over(Ok(Written::Done(None)))));
}

#[test]
fn a_late_call_of_a_change_that_nobody_was_told_of_still_writes() {
    let edit = Edit::new("id-1", Change::Withdraw { owner: "a".into() });
    assert!(matches!(edit.settled(Err(None)), Settled::Over(Err(None))));
    assert_eq!(edit.apply(after(&[intend("a")]), None).unwrap(), Put::Remove);
}

#[test]
fn no_budget_is_held_against_purchases_that_the_storage_did_not_give() {
    let Change::Intend(mut wish) = intend("a") else { panic!("an intent") };
    let budget = Budget::read(&json!({"amount": "1.50", "per": "day"})).unwrap();
    wish.claim = Some(Claim { budget, offer: price() });
    let edit = Edit::new("id-1", Change::Intend(wish));
    assert!(edit.apply(None, None).is_err());
    assert!(matches!(edit.settled(Err(Some(json!("thrown")))), Settled::Over(Err(Some(_)))));
    assert!(Edit::new("id-1", intend("a")).apply(None, None).is_ok(), "without a budget, none is needed");
}
