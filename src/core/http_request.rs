//! Requests to the service.

use std::rc::Rc;

use super::payment::Payment;

/// A request to the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The full URL.
    pub url: String,
    /// How it is sent.
    pub method: Method,
    /// The timeout in milliseconds.
    pub patience: u64,
}

/// The method and body. No request follows a redirect or carries credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads, bypassing the cache.
    Get,
    /// Posts a JSON body without payment.
    Post {
        /// JSON text.
        body: String,
    },
    /// Posts the same body with a payment.
    Pay(Rc<Payment>),
}
