//! What the one atomic step of the storage does to a record.

use std::rc::Rc;

use serde::Serialize;

use super::{
    super::{
        accepted::AcceptedTask,
        budget::{self, Budget},
        defect::{self, Defect},
        error::{Code, Error, Paid, Retry, Stage, read_paid},
        json::Json,
        payment::{Receipt, Settled},
        settlement::Settlement,
        spending::{LONGEST_LIFE_MS, LONGEST_OPEN_MS, Spending},
        terms::Offer,
    },
    life::Life,
    order::OrderRecord,
    record::{Kept, closes_at, created_at, nonce},
    result,
    spent::{forgotten, left_of, left_of_forgotten, spent},
    word::Word,
};

/// A write that takes longer has failed for its caller.
pub const WRITE_PATIENCE_MS: u64 = 10_000;

/// The status of a task that the service does not know.
const NOT_FOUND: &str = "not_found";

/// A change of the record of one purchase.
#[derive(Clone, Debug)]
pub enum Change<J> {
    /// The wallet is about to be asked for the signature.
    Intend(Box<Intent>),
    /// It will not be, or has not signed.
    Withdraw {
        /// The token of the intent.
        owner: String,
    },
    /// The signature is there; from now on it may be sent.
    Sign {
        /// The token of the intent that it was asked for.
        owner: String,
        /// What is sent.
        payment: Kept,
    },
    /// The token has taken the payment, and the service names no task.
    Take {
        /// What was paid.
        receipt: Rc<Receipt>,
        /// What is left of the payment.
        settlement: Rc<Settlement>,
    },
    /// The server has taken the payment.
    Accept {
        /// What it is about, where that is at hand: should the record be gone.
        order: Option<Rc<OrderRecord>>,
        /// What was signed.
        settlement: Rc<Settlement>,
        /// The task.
        task: AcceptedTask<J>,
    },
    /// The server has taken the request as it is.
    Free {
        /// What it is about.
        order: Rc<OrderRecord>,
        /// The server's id.
        task_id: String,
        /// An intent of another call makes way: what that one gets signed is not sent then.
        takes_over: bool,
    },
    /// The transaction is known that paid for an accepted task.
    Settle {
        /// What was paid.
        receipt: Rc<Receipt>,
    },
    /// The task has ended, or the service does not know it any more.
    Finish {
        /// The task, as it is known.
        task: AcceptedTask<J>,
        /// How.
        ended: Ended<J>,
    },
    /// It has come to nothing: no money moved, and none ever can.
    Abandon {
        /// What was signed: another payment of the same purchase is not over.
        settlement: Rc<Settlement>,
    },
    /// What was forgotten so long ago that no budget counts it is dropped, and what was forgotten by a clock that was
    /// ahead counts no longer than others.
    Tidy {
        /// Milliseconds since the epoch.
        now: u64,
    },
    /// The page wants nothing to be remembered of it.
    Forget {
        /// Milliseconds since the epoch.
        now: u64,
    },
}

/// How a task has ended.
#[derive(Clone, Debug)]
pub struct Ended<J> {
    /// `completed` or `failed`; or `not_found`, which ends nothing: the service may yet find it again.
    pub status: String,
    /// What was made.
    pub result: Option<J>,
    /// When the service said so, in milliseconds since the epoch.
    pub heard_at: u64,
}

/// The wish to have a purchase signed.
#[derive(Clone, Debug)]
pub struct Intent {
    /// What is bought, from whom, for how much.
    pub order: Rc<OrderRecord>,
    /// Whose wish it is.
    pub owner: Owner,
    /// What it claims of a budget, if there is one.
    pub claim: Option<Claim>,
}

/// A call that has hold of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// A random word that no other call has.
    pub token: String,
    /// No other call, in whatever tab, can be at the purchase.
    pub is_alone: bool,
}

/// A part of a budget.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The budget.
    pub budget: Budget,
    /// What is to be paid.
    pub offer: Offer,
}

/// What takes the place of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Put<J> {
    /// The record itself.
    Keep,
    /// This one.
    Record(J),
    /// None.
    Remove,
}

#[cfg(test)]
impl<J> Put<J> {
    /// Does to a map of records what a store does.
    pub fn take_place(self, id: &str, journal: &mut std::collections::BTreeMap<String, J>) {
        match self {
            Self::Keep => {}
            Self::Record(record) => drop(journal.insert(id.into(), record)),
            Self::Remove => drop(journal.remove(id)),
        }
    }
}

/// What came of a change.
#[derive(Clone, Debug)]
pub enum Written<J> {
    /// The journal has it now. With the budget where an intent took it past the mark.
    Done(Option<budget::State>),
    /// Another call's record stands in the place of the intent: this one.
    Standing(J),
    /// Nothing was written, for that reason.
    Refused(Error),
}

impl<J: Json> Change<J> {
    /// The records that have to be read with it: those of purchases that were begun at that time or later.
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

    /// What undoes an intent that came to nothing.
    #[must_use]
    pub fn withdrawal(&self) -> Option<Self> {
        let Self::Intend(intent) = self else { return None };
        Some(Self::Withdraw { owner: intent.owner.token.clone() })
    }

    /// Applies it to the record of that id, as it stands. `since` are the records of [`Change::since`].
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
            // What this version cannot read, it does not touch.
            (_, Some(_), None) => Put::Keep,
            (Self::Free { order, task_id, .. }, ..) => Put::Record(free(id, order, task_id, record)),
            (_, Some(record), Some(life)) => self.advance(record, life),
            (_, None, _) => self.restore(id),
        };
        (put, Written::Done(None))
    }

    /// What becomes of a record that is there. No step back, and what the record knows better stays.
    fn advance(&self, record: &J, life: Life) -> Put<J> {
        let mut revised = Revised::of(record);
        match (self, life) {
            (_, Life::Forgotten) => return Put::Keep,
            (_, Life::Signed | Life::Accepted | Life::Done | Life::Abandoned) if self.is_of_another(record) => {
                return Put::Keep;
            }
            (Self::Take { receipt, settlement }, Life::Signed) => {
                let payment = J::of(&Kept::spent(settlement.clone()));
                revised.hear(record, life, Word { paid: Paid::Yes, receipt: Some(J::of(receipt)) }, None);
                revised.set("payment", Some(payment));
            }
            (Self::Accept { task, settlement, .. }, life) => {
                revised.hear_task(record, life, task).text("nonce", &settlement.nonce());
                revised.has_task(life, &task.task_id);
            }
            (Self::Settle { receipt }, Life::Signed | Life::Accepted | Life::Done | Life::Abandoned)
                if life != Life::Abandoned || receipt.settled == Settled::Chain =>
            {
                revised.hear(record, life, Word { paid: Paid::Yes, receipt: Some(J::of(receipt)) }, None);
                revised.has_task(life, &receipt.task_id);
            }
            (Self::Finish { task, ended }, Life::Signed | Life::Accepted | Life::Done) => {
                // Without a payment, it says nothing of that of the record.
                if task.nonce().is_some() {
                    revised.hear_task(record, life, task);
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

    /// Whether it tells of another payment than that of the record, or of another task. Where no lock keeps tabs apart, one
    /// may have forgotten a purchase and bought anew while another still follows the first payment.
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
            // A task that names no payment ends its own record alone.
            (_, None) => record.text_at("taskId").as_ref() != Some(task_id),
        }
    }

    /// The record is gone, and nobody has forgotten what it cost: the storage was cleared. A task is worth remembering.
    fn restore(&self, id: &str) -> Put<J> {
        match self {
            Self::Accept { order: Some(order), .. } => self.advance(&fresh(id, order, None), Life::Accepted),
            _ => Put::Keep,
        }
    }
}

impl Intent {
    fn apply<J: Json>(&self, id: &str, record: Option<&J>, life: Option<Life>, since: &[J]) -> (Put<J>, Written<J>) {
        if let Some(record) = record.filter(|record| !self.may_replace(*record, life)) {
            return (Put::Keep, Written::Standing(record.clone()));
        }
        let reached = match &self.claim {
            Some(claim) => claim.check(id, record, since, self.order.created_at()),
            None => Ok(None),
        };
        match reached {
            Err(error) => (Put::Keep, Written::Refused(error)),
            Ok(reached) => {
                let mut revised = Revised::of(&fresh(id, &self.order, record));
                revised.step(Life::Signing).paid(Paid::No).text("owner", &self.owner.token);
                (Put::Record(revised.finish()), Written::Done(reached))
            }
        }
    }

    /// Nothing can come of the record any more, or nobody is left who could make something of it.
    fn may_replace<J: Json>(&self, record: &J, life: Option<Life>) -> bool {
        match life {
            Some(Life::Abandoned | Life::Forgotten) => true,
            Some(Life::Signing) => {
                let is_over = |at: u64| at.saturating_add(LONGEST_OPEN_MS) <= self.order.created_at();
                self.owner.is_alone || is_of_owner(record, &self.owner.token) || created_at(record).is_none_or(is_over)
            }
            Some(Life::Signed) => defect::is_on(Defect::SignedReplaced),
            _ => false,
        }
    }
}

impl Claim {
    /// Whether the budget allows it beside all other purchases, and those that were forgotten under this id.
    fn check<J: Json>(
        &self,
        id: &str,
        record: Option<&J>,
        since: &[J],
        now: u64,
    ) -> Result<Option<budget::State>, Error> {
        let mut spent = spent(since, Some(id))?;
        spent.extend(record.map(forgotten).unwrap_or_default());
        self.budget.check(&spent, &self.offer, now)
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
        // As a first try has written it, whose end was not told.
        (Some(record), Some(Life::Signed)) if is_of_owner(record, owner) => (Put::Keep, Written::Done(None)),
        (None, _) if defect::is_on(Defect::ForgottenIntentSigned) => (Put::Keep, Written::Done(None)),
        (None, _) | (_, Some(Life::Forgotten)) => (Put::Keep, Written::Refused(was_forgotten())),
        _ => (Put::Keep, Written::Refused(taken_over())),
    }
}

fn forget<J: Json>(record: &J, life: Option<Life>, now: u64) -> (Put<J>, Written<J>) {
    let is_long_past = || closes_at(record).is_some_and(|at| at.saturating_add(LONGEST_LIFE_MS) <= now);
    let is_under_way = match life {
        Some(Life::Signed) => read_paid(record) != Paid::Yes,
        // The service may have begun, or even ended, before the token has taken the payment.
        Some(Life::Accepted | Life::Done) => read_paid(record) == Paid::Unknown,
        _ => false,
    };
    if is_under_way && !is_long_past() && !defect::is_on(Defect::ForgottenUnderWay) {
        return (Put::Keep, Written::Refused(may_be_paid()));
    }
    let left = left_of(record, budget::LONGEST_PERIOD_MS, now);
    (tombstone(record, left), Written::Done(None))
}

/// What stays of a record whose intent is withdrawn.
fn vacated<J: Json>(record: &J) -> Put<J> {
    let left = record.get("forgotten").and_then(|list| list.items()).unwrap_or_default();
    tombstone(record, left)
}

/// Amounts and times, instead of a record; nothing where there are none.
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

/// A record of that order, instead of one of which only what was forgotten stays.
fn fresh<J: Json>(id: &str, order: &OrderRecord, before: Option<&J>) -> J {
    J::of(&Fresh { id, order, forgotten: before.and_then(|before| before.get("forgotten")) })
}

#[derive(Serialize)]
struct Fresh<'a, J> {
    id: &'a str,
    order: &'a OrderRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<J>,
}

/// Whether nothing of what was forgotten is counted by any budget any more, or some of it is of a time to come: its clock
/// was ahead, and was set right since.
fn is_untidy<J: Json>(record: &J, now: u64) -> bool {
    let is_over = |spending: &Spending| spending.until(budget::LONGEST_PERIOD_MS) <= now;
    let all = forgotten(record);
    match Life::read(record) {
        Some(Life::Forgotten) if all.iter().all(is_over) => true,
        Some(_) => all.iter().any(|spending| spending.seen_at(now) != *spending),
        None => false,
    }
}

/// A record with no more of what was forgotten than some budget still counts.
fn tidied<J: Json>(record: &J, life: Option<Life>, now: u64) -> Put<J> {
    let left = left_of_forgotten(record, budget::LONGEST_PERIOD_MS, now);
    if life == Some(Life::Forgotten) {
        return tombstone(record, left);
    }
    let mut revised = Revised::of(record);
    revised.set("forgotten", Some(J::list(left)));
    Put::Record(revised.finish())
}

/// The ids of the records that [`Change::Tidy`] changes.
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

fn free<J: Json>(id: &str, order: &OrderRecord, task_id: &str, before: Option<&J>) -> J {
    let mut revised = Revised::of(&fresh(id, order, before));
    revised.step(Life::Accepted).paid(Paid::No).text("taskId", task_id);
    revised.finish()
}

/// A copy of a record that gets other members.
struct Revised<J>(Vec<(String, J)>);

impl<J: Json> Revised<J> {
    fn of(record: &J) -> Self {
        Self(record.entries())
    }

    /// Puts a member last; one of nothing is left out.
    fn set(&mut self, key: &str, value: Option<J>) -> &mut Self {
        if let Some(at) = self.0.iter().position(|(other, _)| other == key) {
            self.0.remove(at);
        }
        if let Some(value) = value {
            self.0.push((key.into(), value));
        }
        self
    }

    fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.set(key, Some(J::of(text)))
    }

    fn step(&mut self, life: Life) -> &mut Self {
        self.text("step", &life.name())
    }

    fn paid(&mut self, paid: Paid) -> &mut Self {
        self.text("paid", &paid.name())
    }

    /// What a task says of the money.
    fn hear_task(&mut self, record: &J, life: Life, task: &AcceptedTask<J>) -> &mut Self {
        let word = Word { paid: task.paid, receipt: task.receipt.clone() };
        self.hear(record, life, word, task.settlement.as_ref().map(J::of))
    }

    /// What is said of the money, beside what the record knows. What was signed stays while no transaction is known.
    fn hear(&mut self, record: &J, life: Life, word: Word<J>, payment: Option<J>) -> &mut Self {
        // Of an intent, `no` says only that nothing was signed yet.
        let former = if life == Life::Signing { Word::unknown() } else { Word::of(record) };
        let known = word.after(former);
        let is_open = known.paid != Paid::No && !known.has_transaction();
        let payment = payment.or_else(|| record.get("payment").filter(|_| life != Life::Signed)).filter(|_| is_open);
        self.paid(known.paid).set("receipt", known.receipt).set("payment", payment)
    }

    /// There is a task. A record that has ended keeps the one whose end it has.
    fn has_task(&mut self, life: Life, task_id: &str) {
        if life != Life::Done {
            self.text("taskId", task_id).step(Life::Accepted);
        }
    }

    /// How a task has ended. That the service does not know it any more ends nothing.
    fn ended(&mut self, ended: &Ended<J>) {
        self.text("status", &ended.status);
        if ended.status == NOT_FOUND {
            self.step(Life::Accepted);
        } else {
            self.step(Life::Done);
            if let Some(result) = ended.result.as_ref().and_then(result::kept) {
                self.set("heardAt", Some(J::whole(ended.heard_at))).set("result", Some(result));
            }
        }
    }

    fn finish(self) -> J {
        let mut record = J::object();
        for (key, value) in self.0 {
            record.set(&key, value);
        }
        record
    }
}

/// Whether an end says more than the one that the record has: what a file was made of stays.
fn is_better<J: Json>(ended: &Ended<J>, record: &J) -> bool {
    let has_file = |result: Option<J>| result.as_ref().is_some_and(result::shows_something);
    match ended.result.as_ref().and_then(result::kept) {
        Some(result) => has_file(Some(result)) || !has_file(record.get("result")),
        None => false,
    }
}

fn is_of_owner<J: Json>(record: &J, owner: &str) -> bool {
    record.text_at("owner").as_deref() == Some(owner)
}

/// Whether that payment is the one of the record. Where no lock keeps tabs apart, one may have bought anew meanwhile.
fn is_of_payment<J: Json>(record: &J, settlement: &Settlement) -> bool {
    let kept = record.get("payment").and_then(|payment| payment.text_at("authorization"));
    kept.as_deref() == Some(settlement.authorization.transfer().to_json().as_str())
}

fn was_forgotten() -> Error {
    let message = "this purchase was forgotten, or the storage of this page was cleared, while the wallet was open; the \
                   signature was not sent, and nothing was paid";
    Error::unpaid(Code::PaymentRejected, Stage::Wallet, message)
}

fn taken_over() -> Error {
    let message = "another call has taken this purchase over while the wallet was open; the signature that this one got was \
                   not sent: `resume()` looks at the other";
    Error::unpaid(Code::PaymentUnknown, Stage::Wallet, message).paid(Paid::Unknown, Retry::Resume)
}

fn may_be_paid() -> Error {
    let message = "this purchase may be paid: money may be under way for it; call `resume()` first";
    Error::invalid(message).paid(Paid::Unknown, Retry::Resume)
}
