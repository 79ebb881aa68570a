//! Edge cases: decided by a difference of one, by a moment or by a single member.

use super::*;
use crate::core::defect::{self, Defect};

#[test]
fn only_writes_before_a_signature_may_be_lost_in_a_power_cut() {
    for (name, change) in changes() {
        assert_eq!(change.is_relaxed(), ["intend", "withdraw"].contains(&name), "{name}");
    }
}

#[test]
fn only_an_intent_can_be_withdrawn_and_by_its_owner() {
    for (name, change) in changes() {
        let owner = change.withdrawal().map(|withdrawal| match withdrawal {
            Change::Withdraw { owner } => owner,
            other => panic!("{other:?}"),
        });
        assert_eq!(owner.as_deref(), (name == "intend").then_some("b"), "{name}");
    }
}

/// A node that lies about the time can stretch a window to a day and ten minutes.
#[test]
fn no_window_outlasts_its_time_in_a_budget() {
    assert!((DAY_MS + LONGEST_OPEN_MS..WEEK_MS).contains(&LONGEST_LIFE_MS));
    assert_eq!(LONGEST_OPEN_MS, 600_000);
}

#[test]
fn a_list_is_full_when_it_is_as_long_as_wanted() {
    let filter = |given: Value| Filter::read(&given).unwrap();
    assert_eq!(filter(json!({"limit": 2})).newest(), Some(2));
    assert_eq!(filter(json!({"limit": 2, "unfinished": true})).newest(), None, "any number may be finished");
    assert_eq!(filter(json!({})).newest(), None);
    for (shown, is_filled) in [(json!([]), false), (json!([1]), false), (json!([1, 2]), true)] {
        assert_eq!(filter(json!({"limit": 2})).is_filled_by(&shown), is_filled, "{shown}");
        assert!(!filter(json!({})).is_filled_by(&shown));
    }
}

#[test]
fn a_task_is_found_by_its_id_alone() {
    let paid = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
    let mut other = paid.clone();
    other["taskId"] = "task-2".into();
    let records = [after(&[intend("a")]).unwrap(), other.clone(), paid.clone()];
    assert_eq!((find(&records, "task-1"), find(&records, "task-2")), (Some(paid), Some(other)));
    assert_eq!((find(&records, "task-3"), find(&records, "id-1")), (None, None));
}

/// With it, the transaction can still be searched for.
#[test]
fn the_authorization_is_kept_until_its_transaction_is_known() {
    for (end, is_kept) in [(accept(None), true), (take(), true), (accept(Some(HASH)), false), (abandon(7), false)] {
        let record = after(&[intend("a"), sign("a"), end.clone()]).unwrap();
        assert_eq!(record["payment"].is_object(), is_kept, "{end:?}");
    }
}

#[test]
fn the_chosen_record_is_returned() {
    assert_eq!(Choice::Soon(1).into_record(), Some(1));
    assert_eq!(Choice::Late(2).into_record(), Some(2));
    assert_eq!(Choice::<u8>::Nothing.into_record(), None);
}

#[test]
fn a_purchase_without_a_task_is_looked_up_by_its_own_id_unless_it_was_forgotten() {
    let signed = after(&[intend("a"), sign("a")]).unwrap();
    let (id, url) = whereabouts(&signed).unwrap();
    assert_eq!((json!(id), url.as_str()), (signed["order"]["seed"].clone(), "https://eliza.getimagine.club"));
    let forgotten = after(&[intend("a"), sign("a"), accept(Some(HASH)), Change::Forget { now: NOW }]).unwrap();
    assert_eq!(life(Some(&forgotten)), Some(Life::Forgotten));
    let mut named = forgotten;
    named["taskId"] = "task-1".into();
    named["order"]["baseUrl"] = "https://eliza.getimagine.club".into();
    assert!(whereabouts(&named).is_none());
}

#[test]
fn a_purchase_on_a_private_network_is_read_whatever_the_options_of_a_later_call_allow() {
    let mut signed = after(&[intend("a"), sign("a")]).unwrap();
    signed["order"]["baseUrl"] = "http://192.168.1.20:4021".into();
    let (_, url) = whereabouts(&signed).unwrap();
    assert_eq!((url.as_str(), url.is_private_http()), ("http://192.168.1.20:4021", true));
    signed["order"]["baseUrl"] = "http://example.org".into();
    assert!(whereabouts(&signed).is_none());
}

/// The explorer finds these defects in courses (`purchase::tests::explore`); this checks the rule that each one breaks.
#[test]
fn every_defect_of_the_journal_breaks_its_rule() {
    let with = |defect: Defect, play: &dyn Fn() -> bool| {
        defect::switch(Some(defect));
        let played = play();
        defect::switch(None);
        played
    };
    let signing = after(&[intend("a")]);
    let signed = after(&[intend("a"), sign("a")]);
    for (defect, record, change) in [
        (Defect::SignedReplaced, &signed, intend("b")),
        (Defect::OwnerUnchecked, &signing, sign("b")),
        (Defect::ForgottenIntentSigned, &None, sign("a")),
        (Defect::ForgottenUnderWay, &signed, Change::Forget { now: NOW }),
    ] {
        let is_written = || matches!(applied(record.clone(), &change).1, Written::Done(_));
        assert!(!is_written() && with(defect, &is_written), "{defect:?}");
    }
    let odd = json!({"id": "odd", "step": "later", "order": {"version": 9, "createdAt": NOW}});
    let is_chosen = || choose(from_ref(&odd), NOW) != Choice::Nothing;
    assert!(!is_chosen() && with(Defect::UnreadableChosen, &is_chosen));
}
