//! What all purchases of this origin may cost together.
//!
//! The journal is what is counted: each purchase from the moment at which its signature is asked for, unless it has come to
//! nothing. It is read in the same transaction that notes the new purchase, so two tabs cannot both take what is left.

use alloy_primitives::U256;

use super::{
    assets::ASSETS,
    authorization,
    error::{Code, Error, Retry, Stage},
    journal,
    json::Json,
    money::{Money, format_units, parse_units},
    terms::Offer,
    text::text,
};

const HOUR_MS: u64 = 3_600_000;
/// A signature that comes later than this after it was asked for is not used.
const LONGEST_OPEN_MS: u64 = 1000 * authorization::LONGEST_SECONDS;

/// So much, in any period of that length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Decimal text that has been checked.
    amount: String,
    per: &'static str,
    period_ms: u64,
}

/// What a purchase has taken of it, and until when.
#[derive(Clone, Copy, Debug)]
struct Spent {
    until: u64,
    atomic: U256,
}

impl Budget {
    /// Reads `{amount, per}`.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn read<J: Json>(budget: &J) -> Result<Self, Error> {
        let amount = budget.text_at("amount").filter(|amount| parse_units(amount, ASSETS[0].decimals).is_some());
        let period = match budget.text_at("per").as_deref() {
            Some("hour") => Some(("hour", HOUR_MS)),
            Some("day") => Some(("day", 24 * HOUR_MS)),
            Some("week") => Some(("week", 7 * 24 * HOUR_MS)),
            _ => None,
        };
        let known = amount.zip(period).map(|(amount, (per, period_ms))| Self { amount, per, period_ms });
        known.ok_or_else(|| {
            Error::invalid(
                "`budget` takes an amount of USDC per hour, day or week: { amount: \"20.00\", per: \"day\" }",
            )
        })
    }

    /// The amount and the period.
    #[must_use]
    pub fn in_words(&self) -> String {
        text!(self.amount, " per ", self.per)
    }

    /// Whether the offer may be paid beside the purchases that the journal has.
    ///
    /// # Errors
    /// `budget_exceeded` with `{budget, left, price}`, and `resetsAt` where waiting helps;
    /// `unsupported_environment` for a record that cannot be counted.
    pub fn check<J: Json>(&self, records: &[J], offer: &Offer, now_ms: u64) -> Result<(), Error> {
        let decimals = offer.asset.decimals;
        let budget = parse_units(&self.amount, decimals).unwrap_or_default();
        let mut spent = Vec::new();
        for record in records {
            spent.extend(self.spent_by(record, now_ms)?);
        }
        let spent_at = |time: u64| {
            let counted = spent.iter().filter(|one| one.until > time);
            counted.fold(U256::ZERO, |sum, one| sum.saturating_add(one.atomic))
        };
        let fits = |time: &u64| spent_at(*time).saturating_add(offer.amount) <= budget;
        if fits(&now_ms) {
            return Ok(());
        }
        let price = Money::of(offer.asset, offer.amount).amount;
        let left = format_units(budget.saturating_sub(spent_at(now_ms)), decimals);
        let message =
            text!("the video costs ", price, " USDC; of ", self.amount, " a ", self.per, ", ", left, " are left");
        let error = Error::unpaid(Code::BudgetExceeded, Stage::Wallet, message)
            .detail("budget", self.amount.as_str())
            .detail("left", left)
            .detail("price", price);
        Err(match spent.iter().map(|one| one.until).filter(fits).min() {
            Some(time) => error.detail("resetsAt", time),
            None => error.retry(Retry::Never),
        })
    }

    /// What the purchase of a record has cost, or may yet cost. A signature that was asked for and is not there counts as
    /// long as it could still be used.
    fn spent_by<J: Json>(&self, record: &J, now_ms: u64) -> Result<Option<Spent>, Error> {
        let is_free = record.text_at("paid").as_deref() == Some("no");
        let known = journal::cost(record);
        let (at, atomic) = match record.text_at("step").as_deref() {
            Some("abandoned") => return Ok(None),
            Some("accepted" | "done") if is_free => return Ok(None),
            _ => known.ok_or_else(journal::unreadable)?,
        };
        let period = if journal::is_asking(record) { LONGEST_OPEN_MS.min(self.period_ms) } else { self.period_ms };
        let until = at.saturating_add(period);
        Ok((until > now_ms).then_some(Spent { until, atomic }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{error::Paid, terms::tests::offer};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_740_672_089_000;

    fn budget(amount: &str, per: &str) -> Budget {
        Budget::read(&json!({"amount": amount, "per": per})).unwrap()
    }

    fn costing(atomic: u64) -> Offer {
        offer(&ASSETS[0], atomic, 60)
    }

    fn record(step: &str, paid: &str, at: u64, atomic: u64) -> Value {
        json!({"step": step, "paid": paid, "order": {"version": 1, "createdAt": at, "price": {"atomic": atomic.to_string()}}})
    }

    fn refused(budget: &Budget, records: &[Value], atomic: u64) -> Value {
        let error = budget.check(records, &costing(atomic), NOW).unwrap_err();
        assert_eq!((error.code, error.paid), (Code::BudgetExceeded, Paid::No));
        let mut details = error.details.plain::<Value>();
        details["retry"] = error.retry.name().into();
        details
    }

    #[test]
    fn what_is_spent_is_told_and_when_it_may_be_spent_again() {
        let day = budget("3.00", "day");
        let records = [
            record("done", "yes", NOW - 2 * HOUR_MS, 1_500_000),
            record("accepted", "yes", NOW - 3 * HOUR_MS, 1_000_000),
            record("done", "yes", NOW - 25 * HOUR_MS, 9_000_000),
        ];
        assert!(day.check(&records, &costing(500_000), NOW).is_ok(), "to the last cent");
        assert_eq!(
            refused(&day, &records, 500_001),
            json!({"budget": "3.00", "left": "0.50", "price": "0.500001", "resetsAt": NOW + 21 * HOUR_MS, "retry": "safe"})
        );
        assert_eq!(refused(&day, &records, 2_000_000)["resetsAt"], NOW + 22 * HOUR_MS);
        let never = refused(&day, &records, 3_000_001);
        assert_eq!((&never["resetsAt"], &never["retry"]), (&Value::Null, &json!("never")));
        assert!(budget("2.00", "hour").check(&records, &costing(2_000_000), NOW).is_ok());
        assert!(budget("11.60", "week").check(&records, &costing(100_001), NOW).is_err());
    }

    #[test]
    fn other_tokens_do_not_count() {
        let mut other = record("done", "yes", NOW, 9_000_000);
        other["order"]["asset"] = json!("{}");
        assert!(budget("1.00", "day").check(&[other], &costing(1_000_000), NOW).is_ok());
    }

    #[test]
    fn what_may_have_been_paid_counts_and_what_came_to_nothing_does_not() {
        let counts = |step, paid, age| {
            budget("1.00", "day").check(&[record(step, paid, NOW - age, 1)], &costing(1_000_000), NOW).is_err()
        };
        for (step, paid, age, counted) in [
            ("signing", "no", 0, true),
            ("signing", "no", 599_999, true),
            ("signing", "no", 600_000, false),
            ("signed", "unknown", HOUR_MS, true),
            ("signed", "yes", HOUR_MS, true),
            ("accepted", "yes", HOUR_MS, true),
            ("done", "no", 0, false),
            ("abandoned", "no", 0, false),
        ] {
            assert_eq!(counts(step, paid, age), counted, "{step} {paid} {age}");
        }
        let later = record("done", "yes", NOW + HOUR_MS, 1);
        assert!(budget("1.00", "day").check(&[later], &costing(1_000_000), NOW).is_err(), "the clock was set back");
    }

    #[test]
    fn what_cannot_be_counted_is_not_taken_for_nothing() {
        for broken in [json!({"step": "later"}), json!({"step": "signed", "order": {"version": 2}}), json!({})] {
            let error = budget("9.00", "day").check(&[broken], &costing(1), NOW).unwrap_err();
            assert_eq!(error.code, Code::UnsupportedEnvironment);
        }
    }

    #[test]
    fn bad_budgets_are_refused() {
        for bad in [
            json!({}),
            json!("5"),
            json!({"amount": "5", "per": "year"}),
            json!({"amount": 5, "per": "day"}),
            json!({"amount": "-5", "per": "day"}),
        ] {
            assert_eq!(Budget::read(&bad).unwrap_err().code, Code::InvalidRequest, "{bad}");
        }
    }

    proptest! {
        /// Whoever asks before each purchase never spends more in any period, and waits no longer than told.
        #[test]
        fn no_period_is_overspent(purchases in prop::collection::vec((0u64..HOUR_MS, 1u64..3_000_000), 1..40)) {
            let budget = budget("5.00", "hour");
            let (mut now, mut records, mut spent) = (NOW, Vec::new(), Vec::new());
            for (pause, atomic) in purchases {
                now += pause;
                if let Err(error) = budget.check(&records, &costing(atomic), now) {
                    let resets = error.details.plain::<Value>()["resetsAt"].as_u64().unwrap();
                    prop_assert!(budget.check(&records, &costing(atomic), resets - 1).is_err());
                    prop_assert!(budget.check(&records, &costing(atomic), resets).is_ok());
                    continue;
                }
                records.push(record("done", "yes", now, atomic));
                spent.push((now, atomic));
                let in_the_last_hour = spent.iter().filter(|(at, _)| *at > now - HOUR_MS);
                prop_assert!(in_the_last_hour.map(|(_, atomic)| atomic).sum::<u64>() <= 5_000_000);
            }
        }
    }
}
