//! A record being changed.

use serde::Serialize;

use super::{
    super::{accepted::AcceptedTask, error::Paid, json::Json},
    ended::Ended,
    life::Life,
    order::OrderRecord,
    result,
    word::Word,
};

/// A copy of a record that gets new members.
pub(super) struct Revised<J>(Vec<(String, J)>);

impl<J: Json> Revised<J> {
    pub(super) fn of(record: &J) -> Self {
        Self(record.entries())
    }

    /// Adds a member at the end; `None` is left out.
    pub(super) fn set(&mut self, key: &str, value: Option<J>) -> &mut Self {
        if let Some(at) = self.0.iter().position(|(other, _)| other == key) {
            self.0.remove(at);
        }
        if let Some(value) = value {
            self.0.push((key.into(), value));
        }
        self
    }

    pub(super) fn text(&mut self, key: &str, text: &str) -> &mut Self {
        self.set(key, Some(J::of(text)))
    }

    pub(super) fn step(&mut self, life: Life) -> &mut Self {
        self.text("step", &life.name())
    }

    pub(super) fn paid(&mut self, paid: Paid) -> &mut Self {
        self.text("paid", &paid.name())
    }

    /// What a task says about the money.
    pub(super) fn merge_task(&mut self, record: &J, life: Life, task: &AcceptedTask<J>) -> &mut Self {
        let word = Word { paid: task.paid, receipt: task.receipt.clone() };
        self.merge(record, life, word, task.settlement.as_ref().map(J::of))
    }

    /// Merges what is said about the money with what the record knows. The authorization stays while no transaction is
    /// known.
    pub(super) fn merge(&mut self, record: &J, life: Life, word: Word<J>, payment: Option<J>) -> &mut Self {
        // In an intent, `no` only means that nothing was signed yet.
        let former = if life == Life::Signing { Word::unknown() } else { Word::of(record) };
        let known = word.after(former);
        let is_open = known.paid != Paid::No && !known.has_transaction();
        let payment = payment.or_else(|| record.get("payment").filter(|_| life != Life::Signed)).filter(|_| is_open);
        self.paid(known.paid).set("receipt", known.receipt).set("payment", payment)
    }

    /// There is a task. A record that has ended keeps the task that ended it.
    pub(super) fn has_task(&mut self, life: Life, task_id: &str) {
        if life != Life::Done {
            self.text("taskId", task_id).step(Life::Accepted);
        }
    }

    /// The task has ended. If the service merely does not know it any more, that is not an end.
    pub(super) fn ended(&mut self, ended: &Ended<J>) {
        self.text("status", &ended.status);
        if ended.ends_nothing() {
            self.step(Life::Accepted);
        } else {
            self.step(Life::Done);
            if let Some(result) = ended.result.as_ref().and_then(result::kept) {
                self.set("heardAt", Some(J::whole(ended.heard_at))).set("result", Some(result));
            }
        }
    }

    pub(super) fn finish(self) -> J {
        let mut record = J::object();
        for (key, value) in self.0 {
            record.set(&key, value);
        }
        record
    }
}

/// A record of that order, replacing one of which only forgotten spending remains.
pub(super) fn fresh<J: Json>(id: &str, order: &OrderRecord, before: Option<&J>) -> J {
    J::of(&Fresh { id, order, forgotten: before.and_then(|before| before.get("forgotten")) })
}

#[derive(Serialize)]
struct Fresh<'a, J> {
    id: &'a str,
    order: &'a OrderRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<J>,
}
