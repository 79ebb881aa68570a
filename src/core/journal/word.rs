//! What is said of the money of a purchase.

use super::super::{
    error::{Paid, read_paid},
    json::Json,
};

/// Whether money moved, and how that is known: as a record has it, or as a change tells it.
///
/// - `yes` stays: what was spent is never taken back.
/// - `no` was proven once the window was past, by the wallet that paid. What a service says is a claim, and changes nothing;
///   the transaction itself, shown by the chain, does.
/// - What a receipt shows is never replaced by one that shows less.
#[derive(Clone, Debug)]
pub(super) struct Word<J> {
    pub(super) paid: Paid,
    pub(super) receipt: Option<J>,
}

/// How much a receipt shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Nothing,
    /// That the service took the payment, or the token.
    Claim,
    /// The transaction, as the service names it.
    Named,
    /// The transaction, as its logs show it.
    Shown,
}

impl<J: Json> Word<J> {
    /// Of a record.
    pub(super) fn of(record: &J) -> Self {
        Self { paid: read_paid(record), receipt: record.get("receipt") }
    }

    /// Nothing is known yet.
    pub(super) const fn unknown() -> Self {
        Self { paid: Paid::Unknown, receipt: None }
    }

    /// What is known when this is said after that.
    #[must_use]
    pub(super) fn after(self, former: Self) -> Self {
        if !self.may_replace(&former) {
            return former;
        }
        let receipt = match self.paid {
            Paid::No => None,
            _ if self.shows_more_than(&former) => self.receipt,
            _ => former.receipt,
        };
        Self { paid: self.paid, receipt }
    }

    /// Whether a transaction is known that has paid.
    pub(super) fn has_transaction(&self) -> bool {
        self.weight() >= Weight::Named
    }

    fn may_replace(&self, former: &Self) -> bool {
        match former.paid {
            Paid::Yes => self.paid == Paid::Yes,
            Paid::No => self.paid == Paid::Yes && self.weight() == Weight::Shown,
            Paid::Unknown => true,
        }
    }

    /// Of two claims, the later names the task. Of two transactions, the former was seen closer to its time.
    fn shows_more_than(&self, former: &Self) -> bool {
        self.weight() > former.weight() || (self.weight() == former.weight() && !former.has_transaction())
    }

    fn weight(&self) -> Weight {
        let Some(receipt) = &self.receipt else { return Weight::Nothing };
        match receipt.get("transaction") {
            None => Weight::Claim,
            Some(_) if receipt.text_at("settled").as_deref() == Some("chain") => Weight::Shown,
            Some(_) => Weight::Named,
        }
    }
}
