//! A task that the service has accepted, and what is known of its payment.

use std::rc::Rc;

use serde::Serialize;

use super::{
    error::{Code, Error, Paid, Retry, Stage, read_paid},
    failure::Failure,
    http::is_task_id,
    json::Json,
    payment::HeldReceipt,
    settlement::Settlement,
};

/// A task that the service has accepted, with its receipt in the form at hand: newly made, or read from JavaScript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedTask<R> {
    /// The service's id.
    pub task_id: String,
    /// What was paid; `None` for a task that was accepted without payment.
    pub receipt: Option<R>,
    /// Whether money moved for it.
    pub paid: Paid,
    /// The signed authorization, while its transaction is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settlement: Option<Rc<Settlement>>,
}

impl<J: Json> AcceptedTask<HeldReceipt<J>> {
    /// The same task, with its receipt as it is stored.
    #[must_use]
    pub fn plainly(&self) -> AcceptedTask<J> {
        AcceptedTask {
            task_id: self.task_id.clone(),
            receipt: self.receipt.as_ref().map(J::of),
            paid: self.paid,
            settlement: self.settlement.clone(),
        }
    }
}

impl<J: Json> AcceptedTask<J> {
    /// Reads a task that has been to JavaScript and back.
    ///
    /// # Errors
    /// `invalid_request` if it is not one.
    pub fn read(value: &J) -> Result<Self, Error> {
        let task_id = value.text_at("taskId").filter(|id| is_task_id(id));
        let task_id = task_id.ok_or_else(|| Error::invalid("this is no task of `submit()`"))?;
        let settlement = value.get("settlement").as_ref().and_then(Settlement::read).map(Rc::new);
        Ok(Self { task_id, receipt: value.get("receipt"), paid: read_paid(value), settlement })
    }

    /// The nonce of the payment, if there was one.
    #[must_use]
    pub fn nonce(&self) -> Option<String> {
        self.receipt.as_ref()?.text_at("nonce")
    }

    /// A task read from the journal.
    #[must_use]
    pub fn kept(self) -> AcceptedTask<HeldReceipt<J>> {
        AcceptedTask {
            task_id: self.task_id,
            receipt: self.receipt.map(HeldReceipt::Kept),
            paid: self.paid,
            settlement: self.settlement,
        }
    }

    pub(super) fn failure(&self, code: Code, retry: Retry, message: impl Into<String>) -> Failure<J> {
        let failure = self.own(Error::unpaid(code, Stage::Wait, message));
        Failure { error: failure.error.retry(retry), ..failure }
    }

    /// Copies the error, with the task and its payment added.
    #[must_use]
    pub fn own(&self, error: Error) -> Failure<J> {
        let error = error.paid(self.paid, Retry::Resume).about(Some(self.task_id.clone()));
        Failure { error, cause: None, receipt: self.receipt.clone().map(HeldReceipt::Kept) }
    }
}
