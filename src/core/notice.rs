//! What a page is told on the way. The two ends, `accepted` and `done`, are the outcomes of the machines themselves.

use std::rc::Rc;

use super::{budget::State, json::Json, pace::Why, plain::object, quote::Quote, task::TaskStatus};

/// An `ImagineEvent` of the public types. Times are milliseconds since the epoch.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // the fields are those of `ImagineEvent` in the public types
pub enum Notice<J> {
    Quoted { quote: Rc<Quote<J>> },
    Connected { address: String, chain_id: u64 },
    Switching { network: &'static str },
    Signing { typed_data: Option<J>, digest: String, domain_hash: String, message_hash: String, valid_before: u64 },
    Paying { nonce: String },
    Budget { state: State },
    PaymentUnknown { reason: String, check_again_at: u64 },
    Status { status: TaskStatus<J>, heard_at: u64 },
    Retrying { attempt: u32, in_ms: u64, reason: String },
    Paused { why: Why },
    Resumed { why: Why },
}

impl<J: Json> Notice<J> {
    /// As it crosses to JavaScript.
    #[must_use]
    pub fn plain(&self) -> J {
        object(|event| {
            match self {
                Self::Quoted { quote } => event.text("type", "quoted").value("quote", quote.plain()),
                Self::Connected { address, chain_id } => {
                    event.text("type", "connected").text("address", address).number("chainId", *chain_id)
                }
                Self::Switching { network } => event.text("type", "switching").text("network", network),
                Self::Signing { typed_data, digest, domain_hash, message_hash, valid_before } => event
                    .text("type", "signing")
                    .value("typedData", typed_data.clone().unwrap_or_else(J::null))
                    .text("digest", digest)
                    .text("domainHash", domain_hash)
                    .text("messageHash", message_hash)
                    .number("validBefore", *valid_before),
                Self::Paying { nonce } => event.text("type", "paying").text("nonce", nonce),
                Self::Budget { state } => state.write(event.text("type", "budget")),
                Self::PaymentUnknown { reason, check_again_at } => {
                    event.text("type", "payment_unknown").text("reason", reason).number("checkAgainAt", *check_again_at)
                }
                Self::Status { status, heard_at } => {
                    event.text("type", "status").value("status", status.plain()).number("heardAt", *heard_at)
                }
                Self::Retrying { attempt, in_ms, reason } => event
                    .text("type", "retrying")
                    .number("attempt", (*attempt).into())
                    .number("inMs", *in_ms)
                    .text("reason", reason),
                Self::Paused { why } => event.text("type", "paused").text("why", &why.name()),
                Self::Resumed { why } => event.text("type", "resumed").text("why", &why.name()),
            };
        })
    }
}
