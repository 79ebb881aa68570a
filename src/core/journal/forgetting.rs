//! What remains of a record that is forgotten: what was spent, and when, until no budget counts it any more.

use serde::Serialize;

use super::{
    super::{
        budget,
        defect::{self, Defect},
        error::{Error, Paid, Retry, read_paid},
        json::Json,
        spending::{LONGEST_LIFE_MS, Spending},
    },
    change::{Put, Written},
    life::Life,
    record::closes_at,
    revised::Revised,
    spent::{forgotten, left_of, left_of_forgotten},
};

pub(super) fn forget<J: Json>(record: &J, life: Option<Life>, now: u64) -> (Put<J>, Written<J>) {
    let is_long_past = || closes_at(record).is_some_and(|at| at.saturating_add(LONGEST_LIFE_MS) <= now);
    let is_under_way = match life {
        Some(Life::Signed) => read_paid(record) != Paid::Yes,
        // The service may have started, or even finished, before the token has taken the payment.
        Some(Life::Accepted | Life::Done) => read_paid(record) == Paid::Unknown,
        _ => false,
    };
    if is_under_way && !is_long_past() && !defect::is_on(Defect::ForgottenUnderWay) {
        return (Put::Keep, Written::Refused(may_be_paid()));
    }
    let left = left_of(record, budget::LONGEST_PERIOD_MS, now);
    (tombstone(record, left), Written::Done(None))
}

/// What remains of a record whose intent is withdrawn.
pub(super) fn vacated<J: Json>(record: &J) -> Put<J> {
    let left = record.get("forgotten").and_then(|list| list.items()).unwrap_or_default();
    tombstone(record, left)
}

/// A record of amounts and times only; nothing if there are none.
fn tombstone<J: Json>(record: &J, left: Vec<J>) -> Put<J> {
    let times = left.iter().filter_map(|spending| spending.whole_at("by"));
    let Some(created_at) = times.max() else { return Put::Remove };
    let order = TombstoneOrder { created_at };
    Put::Record(J::of(&Tombstone { id: record.get("id"), step: Life::Forgotten, order, forgotten: left }))
}

#[derive(Serialize)]
struct Tombstone<J> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<J>,
    step: Life,
    order: TombstoneOrder,
    forgotten: Vec<J>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TombstoneOrder {
    created_at: u64,
}

/// Whether a record has forgotten spending that no budget counts any more, or that is in the future because the clock
/// was ahead and has been corrected since.
pub(super) fn is_untidy<J: Json>(record: &J, now: u64) -> bool {
    let is_over = |spending: &Spending| spending.until(budget::LONGEST_PERIOD_MS) <= now;
    let all = forgotten(record);
    match Life::read(record) {
        Some(Life::Forgotten) if all.iter().all(is_over) => true,
        Some(_) => all.iter().any(|spending| spending.seen_at(now) != *spending),
        None => false,
    }
}

/// The record with only the forgotten spending that some budget still counts.
pub(super) fn tidied<J: Json>(record: &J, life: Option<Life>, now: u64) -> Put<J> {
    let left = left_of_forgotten(record, budget::LONGEST_PERIOD_MS, now);
    if life == Some(Life::Forgotten) {
        return tombstone(record, left);
    }
    let mut revised = Revised::of(record);
    revised.set("forgotten", Some(J::list(left)));
    Put::Record(revised.finish())
}

/// The ids of the records that [`Change::Tidy`](super::Change::Tidy) changes.
#[must_use]
pub fn untidy<J: Json>(records: &[J], now: u64) -> Vec<String> {
    let mut ids = Vec::new();
    for record in records {
        if is_untidy(record, now) {
            ids.extend(record.text_at("id"));
        }
    }
    ids
}

fn may_be_paid() -> Error {
    let message = "this purchase may be paid: money may be under way for it; call `resume()` first";
    Error::invalid(message).paid(Paid::Unknown, Retry::Resume)
}
