//! The limit on what all purchases of this origin may cost together.
//!
//! The amounts come from the journal. Each purchase counts from the moment its signature is requested, unless it ended
//! without a payment. The journal is read in the same atomic step that records the new purchase, so two tabs cannot
//! both spend what is left.

use alloy_primitives::U256;
use serde::Serialize;

use super::{
    assets::ASSETS,
    error::{Code, Error, Retry, Stage},
    json::Json,
    money::{Money, format_units, parse_units},
    spending::{LONGEST_LIFE_MS, Spending},
    terms::Offer,
    text::text,
};

const HOUR_MS: u64 = 3_600_000;
const WEEK_MS: u64 = 7 * 24 * HOUR_MS;

/// Spending older than this counts in no budget.
pub const LONGEST_PERIOD_MS: u64 = WEEK_MS;

/// The page gets an event when less than this fraction of a budget is left: a fifth.
const MARK_PARTS: usize = 5;

/// At most this amount in any period of this length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Decimal text, already checked.
    amount: String,
    per: &'static str,
    period_ms: u64,
}

/// How much of a budget is spent, in decimal amounts of USDC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs)] // the fields are those of `BudgetState` in the public types
pub struct State {
    pub limit: String,
    pub spent: String,
    pub left: String,
    pub resets_at: Option<u64>,
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
            Some("week") => Some(("week", WEEK_MS)),
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

    /// The start of the period: older purchases no longer count.
    #[must_use]
    pub const fn since(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.period_ms).saturating_sub(LONGEST_LIFE_MS)
    }

    /// Checks whether the offer fits the budget besides what was spent. Returns the state of the budget if this
    /// purchase takes it past the mark.
    ///
    /// # Errors
    /// `budget_exceeded` with `{budget, left, price}`, and `resetsAt` if waiting helps.
    pub fn check(&self, spent: &[Spending], offer: &Offer, now_ms: u64) -> Result<Option<State>, Error> {
        let spent = &seen_at(spent, now_ms);
        let fits = |time| self.spent_at(spent, time).saturating_add(offer.amount) <= self.atomic();
        if fits(now_ms) {
            let mut asked = spent.to_vec();
            asked.push(Spending::Moved { by: now_ms, atomic: offer.amount });
            let is_reached = self.is_past_mark(&asked, now_ms) && !self.is_past_mark(spent, now_ms);
            return Ok(is_reached.then(|| self.state(&asked, now_ms)));
        }
        let price = Money::of(offer.asset, offer.amount).amount;
        let left = units(self.left_at(spent, now_ms));
        let message =
            text!("the video costs ", price, " USDC; of ", self.amount, " a ", self.per, ", ", left, " are left");
        let error = Error::unpaid(Code::BudgetExceeded, Stage::Wallet, message)
            .detail("budget", self.amount.as_str())
            .detail("left", left)
            .detail("price", price);
        Err(match self.first_end(spent, now_ms, &|_, time| fits(time)) {
            Some(time) => error.detail("resetsAt", time),
            None => error.retry(Retry::Never),
        })
    }

    /// How much is spent at that time, by the purchases of [`Budget::since`].
    #[must_use]
    pub fn state(&self, spent: &[Spending], now_ms: u64) -> State {
        let spent = &seen_at(spent, now_ms);
        State {
            limit: self.amount.clone(),
            spent: units(self.spent_at(spent, now_ms)),
            left: units(self.left_at(spent, now_ms)),
            resets_at: self.first_end(spent, now_ms, &|one, _| !one.atomic().is_zero()),
        }
    }

    fn spent_at(&self, spent: &[Spending], time: u64) -> U256 {
        let mut total = U256::ZERO;
        for one in spent {
            if one.until(self.period_ms) > time {
                total = total.saturating_add(one.atomic());
            }
        }
        total
    }

    fn left_at(&self, spent: &[Spending], time: u64) -> U256 {
        self.atomic().saturating_sub(self.spent_at(spent, time))
    }

    fn is_past_mark(&self, spent: &[Spending], time: u64) -> bool {
        let left = [self.left_at(spent, time); MARK_PARTS];
        left.into_iter().fold(U256::ZERO, U256::saturating_add) < self.atomic()
    }

    /// When the first of these purchases stops counting, after that time.
    fn first_end(&self, spent: &[Spending], after: u64, is_meant: &dyn Fn(&Spending, u64) -> bool) -> Option<u64> {
        let mut first = None;
        for one in spent {
            let time = one.until(self.period_ms);
            if time > after && first.is_none_or(|first| time < first) && is_meant(one, time) {
                first = Some(time);
            }
        }
        first
    }

    fn atomic(&self) -> U256 {
        parse_units(&self.amount, ASSETS[0].decimals).unwrap_or_default()
    }
}

/// A purchase recorded by a clock that was ahead counts no longer than one made now.
fn seen_at(spent: &[Spending], now: u64) -> Vec<Spending> {
    let mut seen = spent.to_vec();
    for one in &mut seen {
        *one = one.seen_at(now);
    }
    seen
}

/// Atomic units of USDC as a decimal amount.
fn units(atomic: U256) -> String {
    format_units(atomic, ASSETS[0].decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{error::Paid, journal, terms::tests::offer};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_740_672_089_000;
    const LONGEST_OPEN_MS: u64 = 600_000;

    fn budget(amount: &str, per: &str) -> Budget {
        Budget::read(&json!({"amount": amount, "per": per})).unwrap()
    }

    fn costing(atomic: u64) -> Offer {
        offer(&ASSETS[0], atomic, 60)
    }

    fn record(step: &str, paid: &str, at: u64, atomic: u64) -> Value {
        let order = json!({"version": 1, "createdAt": at, "price": {"atomic": atomic.to_string()}});
        json!({"step": step, "paid": paid, "order": order, "taskId": "t", "receipt": {"at": at, "settled": "chain"}})
    }

    fn spent(records: &[Value]) -> Vec<Spending> {
        journal::spent(records, None).unwrap()
    }

    fn refused(budget: &Budget, records: &[Value], atomic: u64) -> Value {
        let error = budget.check(&spent(records), &costing(atomic), NOW).unwrap_err();
        assert_eq!((error.code, error.paid), (Code::BudgetExceeded, Paid::No));
        let mut details = Value::of(&error.details);
        details["retry"] = error.retry.name().into();
        details
    }

    #[test]
    fn the_spent_amount_is_reported_with_the_time_when_it_is_available_again() {
        let day = budget("3.00", "day");
        let records = [
            record("done", "yes", NOW - 2 * HOUR_MS, 1_500_000),
            record("accepted", "yes", NOW - 3 * HOUR_MS, 1_000_000),
            record("done", "yes", NOW - 25 * HOUR_MS, 9_000_000),
        ];
        assert!(day.check(&spent(&records), &costing(500_000), NOW).is_ok(), "to the last cent");
        assert_eq!(
            refused(&day, &records, 500_001),
            json!({"budget": "3.00", "left": "0.50", "price": "0.500001", "resetsAt": NOW + 21 * HOUR_MS, "retry": "safe"})
        );
        assert_eq!(refused(&day, &records, 2_000_000)["resetsAt"], NOW + 22 * HOUR_MS);
        let never = refused(&day, &records, 3_000_001);
        assert_eq!((&never["resetsAt"], &never["retry"]), (&Value::Null, &json!("never")));
        assert!(budget("2.00", "hour").check(&spent(&records), &costing(2_000_000), NOW).is_ok());
        assert!(budget("11.60", "week").check(&spent(&records), &costing(100_001), NOW).is_err());
    }

    #[test]
    fn other_tokens_do_not_count() {
        let mut other = record("done", "yes", NOW, 9_000_000);
        other["order"]["asset"] = json!("{}");
        assert!(budget("1.00", "day").check(&spent(&[other]), &costing(1_000_000), NOW).is_ok());
    }

    #[test]
    fn a_purchase_counts_if_it_may_have_been_paid_and_not_if_it_ended_unpaid() {
        let counts = |step, paid, age| {
            budget("1.00", "day").check(&spent(&[record(step, paid, NOW - age, 1)]), &costing(1_000_000), NOW).is_err()
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
        assert!(
            budget("1.00", "day").check(&spent(&[later]), &costing(1_000_000), NOW).is_err(),
            "the clock was set back"
        );
    }

    #[test]
    fn an_unreadable_record_counts_its_stated_price_or_the_error_says_what_to_do() {
        let stated = |order: Value| json!({"id": "odd", "step": "later", "order": order});
        let newer = stated(json!({"version": 9, "createdAt": NOW - HOUR_MS, "price": {"atomic": "1"}}));
        let timeless = stated(json!({"price": {"atomic": "1"}}));
        let old = stated(json!({"version": 9, "createdAt": NOW - 26 * HOUR_MS, "price": {"atomic": "1"}}));
        for (record, counts) in [(newer, true), (timeless, false), (old, false)] {
            let refusal = budget("1.00", "day").check(&spent(&[record]), &costing(1_000_000), NOW);
            assert_eq!(refusal.as_ref().is_err(), counts);
            let told = refusal.err().is_some_and(|error| error.details.get("resetsAt").is_some());
            assert_eq!(told, counts);
        }
        for none in [stated(Value::Null), json!({"id": "odd", "step": "signed", "order": {"version": 2}})] {
            let state = budget("9.00", "day").state(&spent(&[none]), NOW);
            assert_eq!(state.spent, "0.00", "no version has begun it");
        }
        let begun = json!({"version": 9, "createdAt": NOW});
        for broken in [stated(begun), json!({"id": "odd", "step": "signed", "order": {"version": 2, "createdAt": NOW}})]
        {
            let error = journal::spent(&[broken], None).unwrap_err();
            assert_eq!((error.code, error.details.get("id")), (Code::UnsupportedEnvironment, Some(&"odd".into())));
            assert!(error.message.contains("forget(id)"), "{}", error.message);
        }
    }

    #[test]
    fn the_state_of_a_budget_is_reported() {
        let day = budget("5.00", "day");
        let told = |records: &[Value]| Value::of(&day.state(&spent(records), NOW));
        assert_eq!(told(&[]), json!({"limit": "5.00", "spent": "0.00", "left": "5.00", "resetsAt": null}));
        let records = [record("done", "yes", NOW - 2 * HOUR_MS, 1_500_000), record("signing", "no", NOW, 4_000_000)];
        assert_eq!(
            told(&records),
            json!({"limit": "5.00", "spent": "5.50", "left": "0.00", "resetsAt": NOW + LONGEST_OPEN_MS})
        );
    }

    #[test]
    fn the_reset_time_ignores_free_and_expired_purchases() {
        const DAY_MS: u64 = 24 * HOUR_MS;
        let day = budget("1.00", "day");
        let moved = |by: u64, atomic: u64| Spending::Moved { by, atomic: U256::from(atomic) };
        let resets_at = |spent: &[Spending]| day.state(spent, NOW).resets_at;
        assert_eq!(resets_at(&[moved(NOW, 0), moved(NOW - DAY_MS, 1)]), None);
        assert_eq!(resets_at(&[moved(NOW, 1), moved(NOW - DAY_MS + 1, 1)]), Some(NOW + 1));
        // A purchase recorded by a clock that was ahead counts no longer than one made now.
        let ahead = moved(u64::MAX, 1);
        assert_eq!(resets_at(&[ahead]), Some(NOW + LONGEST_LIFE_MS + DAY_MS));
        let refused = day.check(&[ahead], &costing(1_000_000), NOW).unwrap_err();
        assert_eq!(refused.details.get("resetsAt"), Some(&(NOW + LONGEST_LIFE_MS + DAY_MS).into()));
        let refused = day.check(&[ahead], &costing(1_000_001), NOW).unwrap_err();
        assert_eq!(
            (refused.retry, refused.details.get("resetsAt")),
            (Retry::Never, None),
            "more than the whole budget"
        );
    }

    #[test]
    fn the_page_is_told_once_when_four_fifths_are_spent() {
        let reached = |before: u64, atomic: u64| {
            let records = [record("done", "yes", NOW - HOUR_MS, before)];
            budget("5.00", "day").check(&spent(&records), &costing(atomic), NOW).unwrap().map(|state| state.spent)
        };
        assert_eq!(reached(3_000_000, 1_000_000), None, "to the mark");
        assert_eq!(reached(3_000_000, 1_000_001), Some("4.000001".into()));
        assert_eq!(reached(4_000_001, 500_000), None, "it was told before");
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
        /// Checking before each purchase never overspends any period, however late each payment moves within its
        /// window, and `resetsAt` is never later than necessary.
        #[test]
        fn no_period_is_overspent(
            purchases in prop::collection::vec((0u64..HOUR_MS, 1u64..3_000_000, 0u64..=LONGEST_OPEN_MS, any::<bool>()), 1..40),
        ) {
            let budget = budget("5.00", "hour");
            let (mut now, mut moves) = (NOW, Vec::new());
            for (pause, atomic, late, is_heard) in purchases {
                now += pause;
                let records: Vec<Value> = moves.iter().map(|one| record_of(one, now)).collect();
                if let Err(error) = budget.check(&spent(&records), &costing(atomic), now) {
                    let resets = Value::of(&error.details)["resetsAt"].as_u64().unwrap();
                    prop_assert!(budget.check(&spent(&records), &costing(atomic), resets - 1).is_err());
                    prop_assert!(budget.check(&spent(&records), &costing(atomic), resets).is_ok());
                    continue;
                }
                moves.push(Move { begun: now, at: now + late, atomic, is_heard });
                for end in moves.iter().map(|one| one.at) {
                    let hour = moves.iter().filter(|one| one.at <= end && one.at + HOUR_MS > end);
                    prop_assert!(hour.map(|one| one.atomic).sum::<u64>() <= 5_000_000);
                }
            }
        }
    }

    /// A payment.
    #[derive(Clone, Copy, Debug)]
    struct Move {
        begun: u64,
        at: u64,
        atomic: u64,
        /// When it becomes known that the money has moved.
        is_heard: bool,
    }

    /// The record in the journal by then.
    fn record_of(one: &Move, now: u64) -> Value {
        if one.is_heard && one.at <= now {
            let mut record = record("accepted", "yes", one.begun, one.atomic);
            record["receipt"]["at"] = one.at.into();
            return record;
        }
        let mut record = record("signed", "unknown", one.begun, one.atomic);
        record["receipt"] = Value::Null;
        record["payment"] = json!({"closesAt": one.begun + LONGEST_OPEN_MS});
        record
    }
}
