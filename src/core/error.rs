//! Errors, and what each says about money.

use std::{ops::Deref, rc::Rc};

use serde::{Serialize, Serializer};

use super::{json::Json, named::named, place, text::text};

named! {
    /// What happened. JavaScript sees these names in snake case.
    #[expect(missing_docs)] // the names are the public error codes, explained in the README's table
    pub enum Code {
        InvalidRequest,
        ImageUnreadable,
        UnsupportedEnvironment,
        Network,
        Http,
        BadResponse,
        NoWallet,
        WalletAmbiguous,
        WalletBusy,
        WalletLocked,
        WalletError,
        UserRejected,
        Declined,
        WrongNetwork,
        ClockMismatch,
        NoAcceptableOffer,
        RequestUnsupported,
        PriceTooHigh,
        BudgetExceeded,
        InsufficientFunds,
        BadSignature,
        SignatureExpired,
        PaymentRejected,
        PaymentUnknown,
        GenerationFailed,
        TaskNotFound,
        WaitTimeout,
        Aborted,
    }
}

named! {
    /// The stage of a purchase at which it happened.
    pub enum Stage {
        /// Reading the arguments.
        Request,
        /// Requesting the price.
        Quote,
        /// Talking to the wallet.
        Wallet,
        /// The paid request.
        Payment,
        /// Waiting for the result.
        Wait,
    }
}

named! {
    /// Whether money moved.
    pub enum Paid {
        /// Certain: nothing that could move money left this page.
        No,
        /// Certain: the seller accepted the payment.
        Yes,
        /// An authorization was sent, and its outcome is not known.
        Unknown,
    }
}

/// Reads the member `paid` of a record or a task.
#[must_use]
pub fn read_paid<J: Json>(of: &J) -> Paid {
    match of.text_at("paid").as_deref() {
        Some("yes") => Paid::Yes,
        Some("no") => Paid::No,
        _ => Paid::Unknown,
    }
}

named! {
    /// What a caller may do next.
    pub enum Retry {
        /// Call again: nothing was paid.
        Safe,
        /// Do not pay again: resume the purchase.
        Resume,
        /// A new call is a new purchase.
        PaysAgain,
        /// The same call will fail again.
        Never,
    }
}

/// An error without its cause (see [`Failure`](super::failure::Failure)). Boxed, because nearly every function of the
/// core may return one.
#[derive(Clone, Debug, Serialize)]
pub struct Error(Box<ErrorFields>);

/// The members of an [`Error`], as JavaScript sees them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorFields {
    /// What happened, and what to do.
    pub message: String,
    /// What happened, as a code.
    pub code: Code,
    /// Where it happened.
    pub stage: Stage,
    /// Whether money moved.
    pub paid: Paid,
    /// What the caller may do next.
    pub retry: Retry,
    /// The task, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// Structured details by name.
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

impl Deref for Error {
    type Target = ErrorFields;

    fn deref(&self) -> &ErrorFields {
        &self.0
    }
}

impl Error {
    /// The browser has no secure randomness.
    #[must_use]
    pub fn no_randomness(stage: Stage) -> Self {
        let message = text!(
            place::pick("this browser", "this process"),
            " has no secure random numbers (`crypto.getRandomValues`), without which no payment is safe"
        );
        Self::unpaid(Code::UnsupportedEnvironment, stage, message).retry(Retry::Never)
    }

    /// An error before anything was signed: `paid` is no, `retry` is safe.
    #[must_use]
    pub fn unpaid(code: Code, stage: Stage, message: impl Into<String>) -> Self {
        Self(Box::new(ErrorFields {
            message: message.into(),
            code,
            stage,
            paid: Paid::No,
            retry: Retry::Safe,
            task_id: None,
            details: Details::default(),
        }))
    }

    /// Invalid input, rejected before anything is sent.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::unpaid(Code::InvalidRequest, Stage::Request, message).retry(Retry::Never)
    }

    /// The same error with another `retry`.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// The same error with another `paid`.
    #[must_use]
    pub fn paid(mut self, paid: Paid, retry: Retry) -> Self {
        self.0.paid = paid;
        self.retry(retry)
    }

    /// Adds the task id.
    #[must_use]
    pub fn about(mut self, task_id: Option<String>) -> Self {
        self.0.task_id = task_id;
        self
    }

    /// Adds a detail.
    #[must_use]
    pub fn detail(self, name: &'static str, value: impl Into<Detail>) -> Self {
        self.add(name, value.into())
    }

    /// Adds several details.
    #[must_use]
    pub fn details(mut self, facts: Vec<(&'static str, Detail)>) -> Self {
        self.0.details.0.extend(facts);
        self
    }

    /// Separate, so that it is compiled once and not for every type of value.
    #[inline(never)]
    fn add(mut self, name: &'static str, value: Detail) -> Self {
        self.0.details.0.push((name, value));
        self
    }
}

/// The named details of an error, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details(Vec<(&'static str, Detail)>);

impl Details {
    /// The detail of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Detail> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, d)| d)
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Builds a group of details.
    #[must_use]
    pub const fn of(facts: Vec<(&'static str, Detail)>) -> Self {
        Self(facts)
    }
}

impl Serialize for Details {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, detail)| (name, detail)))
    }
}

/// One detail of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// Text; every amount is text.
    Text(String),
    /// A time in milliseconds or a status code.
    Number(u64),
    /// Several groups, such as the offers of a seller.
    List(Rc<Vec<Details>>),
    /// Several texts.
    Texts(Rc<Vec<String>>),
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Detail {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Vec<String>> for Detail {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts.into())
    }
}

impl From<Vec<Details>> for Detail {
    fn from(list: Vec<Details>) -> Self {
        Self::List(list.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn an_error_has_details_only_if_there_are_some() {
        let error = Error::invalid("`limit` takes a whole number");
        assert_eq!(Value::of(&error).get("details"), None);
        assert_eq!(Value::of(&error.detail("id", "id-1"))["details"], json!({"id": "id-1"}));
    }
}
