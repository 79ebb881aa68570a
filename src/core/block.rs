//! Blocks, which tell the chain's time.

use super::{
    json::Json,
    wallet::{Question, read_chain_id},
};

/// A block. Everything before its time is over for the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its number.
    pub number: u64,
    /// Seconds since the epoch.
    pub timestamp: u64,
}

impl Block {
    /// Reads the answer to [`latest`].
    #[must_use]
    pub fn read<J: Json>(answer: &J) -> Option<Self> {
        Some(Self { number: quantity(answer, "number")?, timestamp: quantity(answer, "timestamp")? })
    }

    /// Its time in milliseconds since the epoch.
    #[must_use]
    pub const fn time_ms(&self) -> u64 {
        self.timestamp.saturating_mul(1000)
    }
}

/// The question for the latest block.
#[must_use]
pub fn latest() -> Question {
    Question::reading("eth_getBlockByNumber", "[\"latest\",false]".into())
}

pub(super) fn quantity<J: Json>(answer: &J, key: &str) -> Option<u64> {
    answer.get(key).as_ref().and_then(read_chain_id)
}
