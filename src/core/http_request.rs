//! What is sent to the service.

use std::rc::Rc;

use super::payment::Payment;

/// A request to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The whole address.
    pub url: String,
    /// What is sent.
    pub method: Method,
    /// How many milliseconds an answer is waited for.
    pub patience: u64,
}

/// How it is sent. No request follows a redirect or carries credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads, never from a cache.
    Get,
    /// Posts a JSON body without payment.
    Post {
        /// JSON text.
        body: String,
    },
    /// Posts the same body with a payment.
    Pay(Rc<Payment>),
}
