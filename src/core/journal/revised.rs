//! A record on its way to another.

use serde::Serialize;

use super::{
    super::{accepted::AcceptedTask, error::Paid, json::Json},
    ended::Ended,
    life::Life,
    order::OrderRecord,
    result,
    word::Word,
};

/// A copy of a record that gets other members.
pub(super) struct Revised<J>(Vec<(String, J)>);

impl<J: Json> Revised<J> {
    pub(super) fn of(record: &J) -> Self {
        Self(record.entries())
    }

    /// Puts a member last; one of nothing is left out.
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

    /// What a task says of the money.
    pub(super) fn hear_task(&mut self, record: &J, life: Life, task: &AcceptedTask<J>) -> &mut Self {
        let word = Word { paid: task.paid, receipt: task.receipt.clone() };
        self.hear(record, life, word, task.settlement.as_ref().map(J::of))
    }

    /// What is said of the money, beside what the record knows. What was signed stays while no transaction is known.
    pub(super) fn hear(&mut self, record: &J, life: Life, word: Word<J>, payment: Option<J>) -> &mut Self {
        // Of an intent, `no` says only that nothing was signed yet.
        let former = if life == Life::Signing { Word::unknown() } else { Word::of(record) };
        let known = word.after(former);
        let is_open = known.paid != Paid::No && !known.has_transaction();
        let payment = payment.or_else(|| record.get("payment").filter(|_| life != Life::Signed)).filter(|_| is_open);
        self.paid(known.paid).set("receipt", known.receipt).set("payment", payment)
    }

    /// There is a task. A record that has ended keeps the one whose end it has.
    pub(super) fn has_task(&mut self, life: Life, task_id: &str) {
        if life != Life::Done {
            self.text("taskId", task_id).step(Life::Accepted);
        }
    }

    /// How a task has ended. That the service does not know it any more ends nothing.
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

/// A record of that order, instead of one of which only what was forgotten stays.
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
