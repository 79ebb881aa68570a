//! An error on its way to the page, with values from outside that are passed on unchanged.

use super::{error::Error, payment::HeldReceipt};

/// An error together with values from outside, passed on by identity.
#[derive(Clone, Debug)]
pub struct Failure<J> {
    /// What happened.
    pub error: Error,
    /// What the wallet, the network or the caller's own function threw.
    pub cause: Option<J>,
    /// The receipt of the payment.
    pub receipt: Option<HeldReceipt<J>>,
}

impl<J> From<Error> for Failure<J> {
    fn from(error: Error) -> Self {
        Self { error, cause: None, receipt: None }
    }
}

impl<J> Failure<J> {
    /// An error caused by `cause`.
    pub const fn caused_by(error: Error, cause: J) -> Self {
        Self { error, cause: Some(cause), receipt: None }
    }
}
