//! The changes of a record, as the storage's one atomic step applies them.

use std::rc::Rc;

use super::{
    super::{
        accepted::AcceptedTask,
        budget,
        defect::{self, Defect},
        error::{Code, Error, Paid, Retry, Stage, read_paid},
        json::Json,
        payment::{Receipt, Settled},
        place,
        settlement::Settlement,
        text::text,
    },
    ended::{Ended, is_better},
    forgetting::{forget, is_untidy, tidied, vacated},
    intent::{Intent, is_of_owner},
    life::Life,
    order::OrderRecord,
    record::{Kept, nonce},
    revised::{Revised, fresh},
    word::Word,
};

/// Timeout of a write, after which it has failed for its caller.
pub const WRITE_PATIENCE_MS: u64 = 10_000;

/// A change of one purchase's record.
#[derive(Clone, Debug)]
pub enum Change<J> {
    /// The wallet is about to be asked for the signature.
    Intend(Box<Intent>),
    /// The wallet will not be asked, or did not sign.
    Withdraw {
        /// The token of the intent.
        owner: String,
    },
    /// There is a signature; from now on it may be sent.
    Sign {
        /// The token of the intent that it was requested for.
        owner: String,
        /// The payment to send.
        payment: Kept,
    },
    /// The token has taken the payment, and the service names no task.
    Take {
        /// What was paid.
        receipt: Rc<Receipt>,
        /// The authorization of the payment.
        settlement: Rc<Settlement>,
    },
    /// The service has accepted the payment.
    Accept {
        /// What was bought, if known, for when the record is gone.
        order: Option<Rc<OrderRecord>>,
        /// What was signed.
        settlement: Rc<Settlement>,
        /// The task.
        task: AcceptedTask<J>,
    },
    /// The service has accepted the request without payment.
    Free {
        /// What was requested.
        order: Rc<OrderRecord>,
        /// The service's id.
        task_id: String,
        /// It replaces another call's intent, whose signature is then not sent.
        takes_over: bool,
    },
    /// The transaction that paid for an accepted task is known.
    Settle {
        /// What was paid.
        receipt: Rc<Receipt>,
    },
    /// The task has ended, or the service does not know it any more.
    Finish {
        /// The task, as it is known.
        task: AcceptedTask<J>,
        /// How it ended.
        ended: Ended<J>,
    },
    /// The purchase ended without a payment: no money moved, and none ever can.
    Abandon {
        /// The dead authorization; the purchase may have another payment that is still open.
        settlement: Rc<Settlement>,
    },
    /// Drops forgotten purchases that are too old for any budget to count. Those forgotten by a clock that was ahead
    /// count no longer than others.
    Tidy {
        /// Milliseconds since the epoch.
        now: u64,
    },
    /// The page wants the purchase forgotten.
    Forget {
        /// Milliseconds since the epoch.
        now: u64,
    },
}

/// What replaces a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Put<J> {
    /// Nothing: the record stays.
    Keep,
    /// This record.
    Record(J),
    /// Nothing: the record is removed.
    Remove,
}

#[cfg(test)]
impl<J> Put<J> {
    /// Applies this to a map of records, as a store does.
    pub fn take_place(self, id: &str, journal: &mut std::collections::BTreeMap<String, J>) {
        match self {
            Self::Keep => {}
            Self::Record(record) => drop(journal.insert(id.into(), record)),
            Self::Remove => drop(journal.remove(id)),
        }
    }
}

/// The outcome of a change.
#[derive(Clone, Debug)]
pub enum Written<J> {
    /// It is in the journal now; with the budget if an intent took it past the mark.
    Done(Option<budget::State>),
    /// There is a record of another call instead of the intent: this one.
    Standing(J),
    /// Nothing was written, for that reason.
    Refused(Error),
}

impl<J: Json> Change<J> {
    /// The records that have to be read with it: those of purchases begun at or after this time.
    #[must_use]
    pub fn since(&self) -> Option<u64> {
        let Self::Intend(intent) = self else { return None };
        Some(intent.claim.as_ref()?.budget.since(intent.order.created_at()))
    }

    /// Losing this write in a power cut is harmless: the page that could have used it is gone, too.
    #[must_use]
    pub const fn is_relaxed(&self) -> bool {
        matches!(self, Self::Intend(_) | Self::Withdraw { .. })
    }

    /// The change that undoes an intent of a purchase that ended without a payment.
    #[must_use]
    pub fn withdrawal(&self) -> Option<Self> {
        let Self::Intend(intent) = self else { return None };
        Some(Self::Withdraw { owner: intent.owner.token.clone() })
    }

    /// Applies it to the current record of that id. `since` are the records of [`Change::since`].
    #[must_use]
    pub fn apply(&self, id: &str, record: Option<&J>, since: &[J]) -> (Put<J>, Written<J>) {
        let life = record.and_then(Life::read);
        let put = match (self, record, life) {
            (Self::Intend(intent), ..) => return intent.apply(id, record, life, since),
            (Self::Sign { owner, payment }, ..) => return sign(owner, payment, record, life),
            (Self::Forget { now }, Some(record), _) => return forget(record, life, *now),
            (Self::Withdraw { owner }, Some(record), Some(Life::Signing)) if is_of_owner(record, owner) => {
                vacated(record)
            }
            (Self::Tidy { now }, Some(record), _) if is_untidy(record, *now) => tidied(record, life, *now),
            (Self::Forget { .. } | Self::Withdraw { .. } | Self::Tidy { .. }, ..) => Put::Keep,
            (Self::Free { .. }, _, Some(Life::Signed | Life::Accepted | Life::Done)) => Put::Keep,
            (Self::Free { takes_over: false, .. }, _, Some(Life::Signing)) => Put::Keep,
            // A record that this version cannot read is not touched.
            (_, Some(_), None) => Put::Keep,
            (Self::Free { order, task_id, .. }, ..) => Put::Record(free(id, order, task_id, record)),
            (_, Some(record), Some(life)) => self.advance(record, life),
            (_, None, _) => self.restore(id),
        };
        (put, Written::Done(None))
    }

    /// The result for an existing record. Never goes a step back, and never replaces what the record knows better.
    fn advance(&self, record: &J, life: Life) -> Put<J> {
        let mut revised = Revised::of(record);
        match (self, life) {
            (_, Life::Forgotten) => return Put::Keep,
            (_, Life::Signed | Life::Accepted | Life::Done | Life::Abandoned) if self.is_of_another(record) => {
                return Put::Keep;
            }
            (Self::Take { receipt, settlement }, Life::Signed) => {
                let payment = J::of(&Kept::spent(settlement.clone()));
                revised.merge(record, life, Word { paid: Paid::Yes, receipt: Some(J::of(receipt)) }, None);
                revised.set("payment", Some(payment));
            }
            (Self::Accept { task, settlement, .. }, life) => {
                revised.merge_task(record, life, task).text("nonce", &settlement.nonce());
                revised.has_task(life, &task.task_id);
            }
            (Self::Settle { receipt }, Life::Signed | Life::Accepted | Life::Done | Life::Abandoned)
                if life != Life::Abandoned || receipt.settled == Settled::Chain =>
            {
                revised.merge(record, life, Word { paid: Paid::Yes, receipt: Some(J::of(receipt)) }, None);
                revised.has_task(life, &receipt.task_id);
            }
            (Self::Finish { task, ended }, Life::Signed | Life::Accepted | Life::Done) => {
                // Without a payment, it says nothing about the record's payment.
                if task.nonce().is_some() {
                    revised.merge_task(record, life, task);
                }
                if life != Life::Done || is_better(ended, record) {
                    revised.text("taskId", &task.task_id).ended(ended);
                }
            }
            (Self::Abandon { settlement }, Life::Signed)
                if read_paid(record) != Paid::Yes && is_of_payment(record, settlement) =>
            {
                revised.step(Life::Abandoned).paid(Paid::No).set("payment", None);
            }
            _ => return Put::Keep,
        }
        Put::Record(revised.finish())
    }

    /// Whether the change is about another payment or another task than the record's. Without locks between tabs, one
    /// tab may have forgotten the purchase and bought again while another still follows the first payment.
    fn is_of_another(&self, record: &J) -> bool {
        let (told, task_id) = match self {
            Self::Accept { settlement, task, .. } => (Some(settlement.nonce()), &task.task_id),
            Self::Take { receipt, .. } | Self::Settle { receipt } => (Some(receipt.nonce.clone()), &receipt.task_id),
            Self::Finish { task, .. } => (task.nonce(), &task.task_id),
            _ => return false,
        };
        match (nonce(record), told) {
            (Some(kept), Some(told)) => kept != told,
            // The record is of a task that cost nothing.
            (None, Some(_)) => read_paid(record) == Paid::No,
            // A task that names no payment only ends its own record.
            (_, None) => record.text_at("taskId").as_ref() != Some(task_id),
        }
    }

    /// The record is gone, and it was not forgotten, which would have kept its cost: the storage was cleared. A task is
    /// worth recording again.
    fn restore(&self, id: &str) -> Put<J> {
        match self {
            Self::Accept { order: Some(order), .. } => self.advance(&fresh(id, order, None), Life::Accepted),
            _ => Put::Keep,
        }
    }
}

fn sign<J: Json>(owner: &str, payment: &Kept, record: Option<&J>, life: Option<Life>) -> (Put<J>, Written<J>) {
    match (record, life) {
        (Some(record), Some(Life::Signing)) if is_of_owner(record, owner) || defect::is_on(Defect::OwnerUnchecked) => {
            let mut revised = Revised::of(record);
            revised.step(Life::Signed).paid(Paid::Unknown).set("payment", Some(J::of(payment)));
            revised.set("closesAt", Some(J::whole(payment.closes_at()))).text("nonce", &payment.nonce());
            (Put::Record(revised.finish()), Written::Done(None))
        }
        // An earlier try has written it already, but its outcome was not known.
        (Some(record), Some(Life::Signed)) if is_of_owner(record, owner) => (Put::Keep, Written::Done(None)),
        (None, _) if defect::is_on(Defect::ForgottenIntentSigned) => (Put::Keep, Written::Done(None)),
        (None, _) | (_, Some(Life::Forgotten)) => (Put::Keep, Written::Refused(was_forgotten())),
        _ => (Put::Keep, Written::Refused(taken_over())),
    }
}

fn free<J: Json>(id: &str, order: &OrderRecord, task_id: &str, before: Option<&J>) -> J {
    let mut revised = Revised::of(&fresh(id, order, before));
    revised.step(Life::Accepted).paid(Paid::No).text("taskId", task_id);
    revised.finish()
}

/// Whether the record is about that payment. Without locks between tabs, another tab may have bought again meanwhile.
fn is_of_payment<J: Json>(record: &J, settlement: &Settlement) -> bool {
    let kept = record.get("payment").and_then(|payment| payment.text_at("authorization"));
    kept.as_deref() == Some(settlement.authorization.transfer().to_json().as_str())
}

fn was_forgotten() -> Error {
    let message = text!(
        "this purchase was forgotten, or the storage of ",
        place::here(),
        " was cleared, while the wallet was open; the signature was not sent, and nothing was paid"
    );
    Error::unpaid(Code::PaymentRejected, Stage::Wallet, message)
}

fn taken_over() -> Error {
    let message = "another call has taken this purchase over while the wallet was open; the signature that this one got was \
                   not sent: `resume()` looks at the other";
    Error::unpaid(Code::PaymentUnknown, Stage::Wallet, message).paid(Paid::Unknown, Retry::Resume)
}
