//! What is said about the money of a purchase.

use super::super::{
    error::{Paid, read_paid},
    json::Json,
};

/// Whether money moved, and how that is known: from a record, or from a change.
///
/// - `yes` stays: spending is never taken back.
/// - `no` was proven after the window, by the wallet that paid. A service's claim cannot change it; the transaction
///   itself, shown by the chain, does.
/// - A receipt is never replaced by a weaker one.
#[derive(Clone, Debug)]
pub(super) struct Word<J> {
    pub(super) paid: Paid,
    pub(super) receipt: Option<J>,
}

/// How much a receipt proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Nothing,
    /// That the service, or the token, took the payment.
    Claim,
    /// The transaction, as claimed by the service.
    Named,
    /// The transaction, as proven by its logs.
    Shown,
}

impl<J: Json> Word<J> {
    /// From a record.
    pub(super) fn of(record: &J) -> Self {
        Self { paid: read_paid(record), receipt: record.get("receipt") }
    }

    /// Nothing is known yet.
    pub(super) const fn unknown() -> Self {
        Self { paid: Paid::Unknown, receipt: None }
    }

    /// What is known when this is said after `former`.
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

    /// Whether the transaction that paid is known.
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

    /// Of two claims, the later one is kept, since it names the task. Of two proven transactions, the earlier one.
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
