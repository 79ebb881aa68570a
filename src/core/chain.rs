//! What the token contract itself says of an authorization, read through a wallet.
//!
//! Reading opens no prompt. A wallet reads the chain that it is on, so its chain is asked for first; everything after it is
//! read at one block, so that "unused" and "run out" are said of the same moment.

use super::{
    authorization::Authorization,
    json::{Json, ObjectWriter},
    text::{self, text},
    wallet::{Question, read_chain_id, read_uint},
};

/// `authorizationState(address,bytes32)` of [EIP-3009](https://eips.ethereum.org/EIPS/eip-3009).
const AUTHORIZATION_STATE: &str = "0xe94a0102";
/// The event `AuthorizationUsed(address indexed,bytes32 indexed)`.
const AUTHORIZATION_USED: &str = "0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5";
/// Blocks older than this are there to stay.
const REPLACEABLE_SECONDS: u64 = 20;
/// As many blocks as every public node searches in one question.
const BLOCKS_SEARCHED: u64 = 1_000;
/// The latest block that a node has is never quite new.
const BLOCK_AGE_MS: u64 = 30_000;
/// Some chains make blocks only when there is something to put in.
const LONGEST_GAP_MS: u64 = 300_000;
/// Who is told of a time further off than this has asked a broken node.
const FURTHEST_OFF_MS: u64 = 24 * 3_600_000;

/// A block: everything before its time is over for the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    number: u64,
    timestamp: u64,
}

impl Block {
    /// Reads the answer to [`latest_block`].
    #[must_use]
    pub fn read<J: Json>(answer: &J) -> Option<Self> {
        Some(Self { number: quantity(answer, "number")?, timestamp: quantity(answer, "timestamp")? })
    }

    /// Whether the authorization can never be used any more if it was not used by this block: blocks only get younger, but
    /// for the last few, which a chain may still replace.
    #[must_use]
    pub const fn is_after(&self, authorization: &Authorization) -> bool {
        let settled = self.timestamp.saturating_sub(REPLACEABLE_SECONDS);
        settled.saturating_mul(1000) >= authorization.valid_before_ms()
    }
}

/// The clock of the chain, by which alone an authorization opens and runs out; this machine's may be hours off.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChainClock {
    /// Milliseconds by which it is ahead of this machine's, once a block has told.
    ahead: Option<i64>,
}

impl ChainClock {
    /// Takes the time from the first block that is read.
    pub fn learn(&mut self, block: Block, now_ms: u64) {
        let time = block.timestamp.saturating_mul(1000);
        let off = time.abs_diff(now_ms);
        let is_off = (BLOCK_AGE_MS..FURTHEST_OFF_MS).contains(&off);
        let ahead = if is_off { time.checked_signed_diff(now_ms).unwrap_or_default() } else { 0 };
        self.ahead.get_or_insert(ahead);
    }

    /// The chain's time at a time of this machine.
    #[must_use]
    pub fn at(self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.ahead.unwrap_or_default())
    }

    /// The time to stamp with, and to judge by whether what was stamped is still of use. A chain that seems to be behind may
    /// only have made no block for a while, and what is open a little longer does no harm, while what has run out is of no use.
    #[must_use]
    pub fn stamp(self, now_ms: u64) -> u64 {
        let time = self.at(now_ms);
        if time.saturating_add(LONGEST_GAP_MS) > now_ms { time.max(now_ms) } else { time }
    }

    /// This machine's time at a time of the chain.
    #[must_use]
    pub fn here(self, chain_ms: u64) -> u64 {
        chain_ms.saturating_add_signed(self.ahead.unwrap_or_default().saturating_neg())
    }
}

/// Asks for the latest block.
#[must_use]
pub fn latest_block() -> Question {
    Question::reading("eth_getBlockByNumber", "[\"latest\",false]".into())
}

/// Asks whether the authorization was used up to that block.
#[must_use]
pub fn authorization_state(authorization: &Authorization, block: Block) -> Question {
    let transfer = authorization.transfer();
    let data = text!(AUTHORIZATION_STATE, text::hex(&transfer.from.into_word().0), text::hex(&transfer.nonce.0));
    Question::call(authorization.asset().address, &data, &text::quantity(block.number))
}

/// Asks for the transaction that used the authorization. The search begins before the time at which it was stamped.
#[must_use]
pub fn authorization_used(authorization: &Authorization, block: Block) -> Question {
    let transfer = authorization.transfer();
    let age = block.timestamp.saturating_sub(authorization.stamped_after());
    let first = block
        .number
        .saturating_sub(age.saturating_mul(1000).checked_div(authorization.asset().chain.block_ms).unwrap_or(age));
    let last = block.number.min(first.saturating_add(BLOCKS_SEARCHED));
    let payer = text::word(transfer.from.into_word());
    let topics = text!("[\"", AUTHORIZATION_USED, "\",\"", payer, "\",\"", text::word(transfer.nonce), "\"]");
    let filter = ObjectWriter::default()
        .text("address", &text::address(authorization.asset().address))
        .text("fromBlock", &text::quantity(first))
        .text("toBlock", &text::quantity(last))
        .raw("topics", &topics)
        .finish();
    Question::reading("eth_getLogs", text!("[", filter, "]"))
}

/// Whether the authorization was used: the answer to [`authorization_state`].
#[must_use]
pub fn read_state<J: Json>(answer: &J) -> Option<bool> {
    Some(!read_uint(answer)?.is_zero())
}

/// The transaction that used it: the answer to [`authorization_used`].
#[must_use]
pub fn read_transaction<J: Json>(answer: &J) -> Option<String> {
    answer.items()?.first()?.text_at("transactionHash")
}

fn quantity<J: Json>(answer: &J, key: &str) -> Option<u64> {
    answer.get(key).as_ref().and_then(read_chain_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, terms::tests::offer};
    use alloy_primitives::{B256, address, keccak256};
    use serde_json::{Value, json};

    const STAMPED: u64 = 1_740_672_089;

    fn authorization() -> Authorization {
        let offer = offer(&ASSETS[0], 1_000_000, 60);
        let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        Authorization::stamp(&offer, payer, B256::from([7; 32]), STAMPED * 1000)
    }

    fn params(question: Question) -> Value {
        Value::parse(&question.params.unwrap()).unwrap()
    }

    #[test]
    fn names_are_those_of_the_standard() {
        let selector = keccak256("authorizationState(address,bytes32)");
        assert_eq!(AUTHORIZATION_STATE, text::bytes(&selector[..4]));
        assert_eq!(AUTHORIZATION_USED, text::word(keccak256("AuthorizationUsed(address,bytes32)")));
    }

    #[test]
    fn the_state_is_asked_at_the_block_whose_time_is_known() {
        let block = Block::read(&json!({"number": "0x10", "timestamp": "0x67c08b99"})).unwrap();
        let asked = params(authorization_state(&authorization(), block));
        assert_eq!(asked[0]["to"], "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
        let payer = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266";
        assert_eq!(asked[0]["data"], format!("0xe94a0102{payer:0>64}{}", "07".repeat(32)));
        assert_eq!(asked[1], "0x10");
        assert_eq!(params(latest_block()), json!(["latest", false]));
        for (answer, state) in
            [(format!("0x{:064x}", 1), Some(true)), (format!("0x{:064x}", 0), Some(false)), ("0x".into(), None)]
        {
            assert_eq!(read_state(&json!(answer)), state, "{answer}");
        }
        assert_eq!(Block::read(&json!(null)), None);
    }

    #[test]
    fn an_authorization_is_over_when_the_chain_is_past_it() {
        let at = |timestamp| Block { number: 1, timestamp }.is_after(&authorization());
        assert_eq!([at(STAMPED), at(STAMPED + 60), at(STAMPED + 79), at(STAMPED + 80)], [false, false, false, true]);
    }

    #[test]
    fn a_clock_that_is_off_is_set_by_the_chain() {
        const NOW: u64 = STAMPED * 1000;
        let told = |timestamp| {
            let mut clock = ChainClock::default();
            clock.learn(Block { number: 1, timestamp }, NOW);
            clock
        };
        assert_eq!((ChainClock::default().at(NOW), ChainClock::default().here(NOW)), (NOW, NOW), "untold");
        for (off, at) in
            [(0, 0), (-29, 0), (29, 0), (-30, -30), (3600, 3600), (-3600, -3600), (86_400, 0), (-1_000_000, 0)]
        {
            let clock = told(STAMPED.saturating_add_signed(off));
            let expected = NOW.saturating_add_signed(at * 1000);
            assert_eq!((clock.at(NOW), clock.here(expected)), (expected, NOW), "{off} s");
        }
        for (off, stamp) in [(-299, 0), (-301, -301), (-3600, -3600), (40, 40), (3600, 3600)] {
            let clock = told(STAMPED.saturating_add_signed(off));
            assert_eq!(clock.stamp(NOW), NOW.saturating_add_signed(stamp * 1000), "{off} s");
        }
        let mut clock = told(STAMPED + 3600);
        clock.learn(Block { number: 2, timestamp: STAMPED }, NOW);
        assert_eq!(clock.at(NOW), NOW + 3_600_000, "a chain that stands still does not stop the clock");
        assert_eq!(told(u64::MAX).at(NOW), NOW);
    }

    #[test]
    fn the_transaction_is_searched_from_before_the_stamp() {
        let block = |number, timestamp| Block { number, timestamp };
        let range = |block| {
            let asked = params(authorization_used(&authorization(), block));
            assert_eq!(asked[0]["topics"][0], AUTHORIZATION_USED);
            (asked[0]["fromBlock"].as_str().unwrap().to_owned(), asked[0]["toBlock"].as_str().unwrap().to_owned())
        };
        let (from, to) = range(block(10_000, STAMPED + 30));
        assert!(u64::from_str_radix(&from[2..], 16).unwrap() < 10_000 - 15 && to == "0x2710", "{from} {to}");
        assert_eq!(range(block(5, STAMPED + 30)), ("0x0".into(), "0x5".into()));
        let (from, to) = range(block(100_000_000, STAMPED + 100_000));
        let (from, to) = (u64::from_str_radix(&from[2..], 16).unwrap(), u64::from_str_radix(&to[2..], 16).unwrap());
        assert!(from < 100_000_000 - 50_000 && to == from + 1_000, "{from} {to}");
        assert_eq!(read_transaction(&json!([{"transactionHash": "0x12"}])), Some("0x12".into()));
        assert_eq!(read_transaction(&json!([])), None);
    }
}
