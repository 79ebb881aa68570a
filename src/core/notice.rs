//! The events of a purchase on its way. The two ends, `accepted` and `done`, are the results of the machines
//! themselves.

use std::rc::Rc;

use serde::Serialize;

use super::{budget::State, pace::Why, quote::PricedQuote, task::TaskStatus};

/// An `ImagineEvent` of the public types. Times are milliseconds since the epoch.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[expect(missing_docs)] // the fields are those of `ImagineEvent` in the public types
pub enum Notice<J> {
    Quoted {
        quote: Rc<PricedQuote<J>>,
    },
    Connected {
        address: String,
        chain_id: u64,
    },
    Switching {
        network: &'static str,
    },
    Signing {
        typed_data: Option<J>,
        digest: String,
        domain_hash: String,
        message_hash: String,
        valid_before: u64,
        display: Display,
    },
    Paying {
        nonce: String,
    },
    Budget(State),
    PaymentUnknown {
        reason: String,
        check_again_at: u64,
    },
    Status {
        status: TaskStatus<J>,
        heard_at: u64,
    },
    Retrying {
        attempt: u32,
        in_ms: u64,
        reason: String,
    },
    Paused {
        why: Why,
    },
    Resumed {
        why: Why,
    },
}

/// What the wallet will show of the payment, the amount in whole tokens and as wallets show it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs)] // the fields are those of `ImagineEvent` in the public types
pub struct Display {
    pub amount: String,
    pub atomic: String,
    pub to: String,
}
