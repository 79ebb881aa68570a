//! What a record's purchase has cost, or may still cost, for budgets.

use alloy_primitives::U256;
use serde::Serialize;

use super::{
    super::{
        error::{Error, Paid, read_paid},
        json::Json,
        money::parse_atomic,
        spending::Spending,
        text::decimal,
    },
    life::Life,
    record::{authorization, closes_at, created_at, order},
    trouble::unreadable,
};

/// What the records count for in a budget: their own purchases, and those forgotten under the same ids. Skips the
/// record of `id`.
///
/// # Errors
/// `unsupported_environment` for a record that this version cannot read and that states no price.
pub fn spent<J: Json>(records: &[J], but: Option<&str>) -> Result<Vec<Spending>, Error> {
    let mut all = Vec::new();
    for record in records {
        if but.is_none() || record.text_at("id").as_deref() != but {
            add_forgotten(record, &mut all);
            add_own(record, &mut all)?;
        }
    }
    Ok(all)
}

/// Tokens other than USDC do not count.
fn add_own<J: Json>(record: &J, all: &mut Vec<Spending>) -> Result<(), Error> {
    let life = Life::read(record);
    let is_free = matches!(life, Some(Life::Accepted | Life::Done)) && read_paid(record) == Paid::No;
    if is_free || matches!(life, Some(Life::Abandoned | Life::Forgotten)) || order(record, "asset").is_some() {
        return Ok(());
    }
    // Every version states when a purchase was begun, and stores look for it by that: anything else is not a purchase.
    let Some(at) = created_at(record) else { return Ok(()) };
    let atomic = price(record).ok_or_else(|| unreadable(record))?;
    all.push(match life {
        Some(Life::Signing) => Spending::Asked { at, atomic },
        _ => Spending::Moved { by: moved_by(record, at), atomic },
    });
    Ok(())
}

/// Its price; or what was paid or signed, if its order has no readable price.
fn price<J: Json>(record: &J) -> Option<U256> {
    let stated = |money: Option<J>| parse_atomic(&money?.text_at("atomic")?);
    stated(order(record, "price"))
        .or_else(|| stated(record.get("receipt")?.get("amount")))
        .or_else(|| parse_atomic(&authorization(record)?.text_at("value")?))
}

/// The latest time at which the money moved. The chain proves it; a service only claims it, and a payment can still be
/// taken until its window ends.
fn moved_by<J: Json>(record: &J, begun: u64) -> u64 {
    let receipt = record.get("receipt").filter(|receipt| receipt.text_at("settled").as_deref() == Some("chain"));
    let shown = receipt.and_then(|receipt| receipt.whole_at("at"));
    shown.or_else(|| closes_at(record)).unwrap_or(begun)
}

/// The spending of forgotten purchases: amount and time, nothing else.
pub(super) fn forgotten<J: Json>(record: &J) -> Vec<Spending> {
    let mut all = Vec::new();
    add_forgotten(record, &mut all);
    all
}

fn add_forgotten<J: Json>(record: &J, all: &mut Vec<Spending>) {
    for item in record.get("forgotten").and_then(|list| list.items()).unwrap_or_default() {
        let atomic = item.text_at("atomic").as_deref().and_then(parse_atomic);
        if let Some((by, atomic)) = item.whole_at("by").zip(atomic) {
            all.push(Spending::Moved { by, atomic });
        }
    }
}

/// What was spent by then, as it is stored.
#[derive(Serialize)]
struct Left {
    by: u64,
    atomic: String,
}

/// What remains of a record when it is forgotten, as it is stored: the spending that some budget may still count at
/// that time.
pub(super) fn left_of<J: Json>(record: &J, longest_ms: u64, now: u64) -> Vec<J> {
    let mut all = forgotten(record);
    // What cannot be counted is forgotten completely.
    let _ = add_own(record, &mut all);
    still_counted(all, longest_ms, now)
}

/// What remains of purchases that were forgotten earlier.
pub(super) fn left_of_forgotten<J: Json>(record: &J, longest_ms: u64, now: u64) -> Vec<J> {
    still_counted(forgotten(record), longest_ms, now)
}

/// Even if a record or a wrong clock says otherwise, forgotten spending counts for the longest period from now on.
fn still_counted<J: Json>(all: Vec<Spending>, longest_ms: u64, now: u64) -> Vec<J> {
    let mut left = Vec::new();
    for spending in all {
        if let Spending::Moved { by, atomic } = spending.seen_at(now)
            && by.saturating_add(longest_ms) > now
            && !atomic.is_zero()
        {
            left.push(J::of(&Left { by, atomic: decimal(atomic) }));
        }
    }
    left
}
