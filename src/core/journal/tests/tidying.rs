//! Forgotten purchases, and when they stop counting.

use super::*;

const YEAR_MS: u64 = 365 * DAY_MS;

/// A purchase that was forgotten while the clock was a year ahead.
fn forgotten_ahead() -> Value {
    let mut record = after(&[intend("a"), sign("a"), accept(None)]).unwrap();
    record["order"]["createdAt"] = (NOW + YEAR_MS).into();
    record["closesAt"] = (NOW + YEAR_MS + 60_000).into();
    record["payment"]["closesAt"] = (NOW + YEAR_MS + 60_000).into();
    let left = applied(Some(record), &Change::Forget { now: NOW + YEAR_MS }).0.unwrap();
    assert_eq!(left["forgotten"][0]["by"], NOW + YEAR_MS + 60_000);
    left
}

fn tidied(record: &Value, now: u64) -> Option<Value> {
    applied(Some(record.clone()), &Change::Tidy { now }).0
}

#[test]
fn a_purchase_forgotten_by_a_fast_clock_counts_no_longer_than_others() {
    let left = forgotten_ahead();
    assert_eq!(untidy(from_ref(&left), NOW), ["id-1"]);
    let right = tidied(&left, NOW).unwrap();
    let until = NOW + LONGEST_LIFE_MS;
    assert_eq!(right["forgotten"], json!([{"by": until, "atomic": "1200000"}]));
    assert_eq!((&right["order"]["createdAt"], &right["step"]), (&json!(until), &json!("forgotten")));
    assert_eq!(untidy(from_ref(&right), NOW), Vec::<String>::new(), "once is enough");
    assert_eq!(untidy(from_ref(&right), until + WEEK_MS - 1), Vec::<String>::new());
    assert_eq!(tidied(&right, until + WEEK_MS), None);
    // Even before it is tidied, no budget waits longer.
    let budget = Budget::read(&json!({"amount": "1.20", "per": "hour"})).unwrap();
    let counted = spent(from_ref(&left), None).unwrap();
    assert_eq!(budget.state(&counted, NOW).resets_at, Some(until + DAY_MS / 24));
    let error = budget.check(&counted, &price(), NOW).unwrap_err();
    assert_eq!(error.details.get("resetsAt"), Some(&(until + DAY_MS / 24).into()));
}

#[test]
fn a_forgotten_purchase_whose_id_was_bought_again_is_tidied_as_well() {
    let again = applied(Some(forgotten_ahead()), &intend("b")).0;
    let again = applied(again, &sign("b")).0.unwrap();
    assert_eq!(untidy(from_ref(&again), NOW), ["id-1"]);
    let right = tidied(&again, NOW).unwrap();
    assert_eq!(right["forgotten"], json!([{"by": NOW + LONGEST_LIFE_MS, "atomic": "1200000"}]));
    for member in ["step", "payment", "owner", "order", "nonce"] {
        assert_eq!(right[member], again[member], "{member}");
    }
    assert_eq!(tidied(&right, NOW), Some(right));
}

#[test]
fn nothing_else_is_tidied() {
    for (name, record) in lives() {
        let Some(record) = record else { continue };
        assert_eq!(untidy(from_ref(&record), NOW), Vec::<String>::new(), "{name}");
        assert_eq!(tidied(&record, NOW), Some(record), "{name}");
    }
    let newer = json!({"id": "id-1", "step": "later", "forgotten": [{"by": NOW + YEAR_MS, "atomic": "1"}]});
    assert_eq!(tidied(&newer, NOW), Some(newer), "what cannot be read is not touched");
}

#[test]
fn an_intent_from_the_future_counts_as_one_of_now() {
    let mut record = after(&[intend("a")]).unwrap();
    record["order"]["createdAt"] = (NOW + YEAR_MS).into();
    let budget = Budget::read(&json!({"amount": "1.20", "per": "hour"})).unwrap();
    let counted = spent(from_ref(&record), None).unwrap();
    assert_eq!(budget.state(&counted, NOW).resets_at, Some(NOW + LONGEST_OPEN_MS));
}
