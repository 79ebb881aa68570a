//! What the token contract itself reports about an authorization, read through a wallet.
//!
//! Reading opens no prompt. A wallet reads the chain that it is on, so its chain is read first. Everything else is read
//! at one block, so that "unused" and "expired" refer to the same moment.

use alloy_primitives::{B256, b256};

use super::{
    assets::parse_address,
    authorization::Authorization,
    block::{Block, quantity},
    json::{self, Json, ObjectWriter},
    text::{self, text},
    transfer::Transfer,
    wallet::{Question, read_uint},
};

/// The event `Transfer(address indexed,address indexed,uint256)` of [ERC-20](https://eips.ethereum.org/EIPS/eip-20).
const TRANSFER: B256 = b256!("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
/// Blocks older than this are final.
const REPLACEABLE_SECONDS: u64 = 20;
/// The number of blocks that every public node searches in one request.
const BLOCKS_SEARCHED: u64 = 1_000;

/// Whether the authorization, if it was unused at this block, can never be used any more. Block times only increase,
/// except for the last few blocks, which a chain may still replace.
#[must_use]
pub const fn is_over(authorization: &Authorization, block: Block) -> bool {
    block.time_ms().saturating_sub(1000 * REPLACEABLE_SECONDS) >= authorization.valid_before_ms()
}

/// The question whether the authorization was used up to that block.
#[must_use]
pub fn authorization_state(authorization: &Authorization, block: Block) -> Question {
    let data = authorization.scheme().state_call(authorization.transfer());
    Question::call(authorization.asset().address, &data, &text::quantity(block.number))
}

/// The question for the transaction that used the authorization. The search starts before the time at which it was
/// stamped.
#[must_use]
pub fn authorization_used(authorization: &Authorization, block: Block) -> Question {
    let age = block.timestamp.saturating_sub(authorization.stamped_after());
    let first = block
        .number
        .saturating_sub(age.saturating_mul(1000).checked_div(authorization.asset().chain.block_ms).unwrap_or(age));
    let last = block.number.min(first.saturating_add(BLOCKS_SEARCHED));
    let [event, payer, nonce] = authorization.scheme().used_topics(authorization.transfer()).map(text::word);
    let topics = text!("[\"", event, "\",\"", payer, "\",\"", nonce, "\"]");
    let filter = ObjectWriter::default()
        .text("address", &text::address(authorization.asset().address))
        .text("fromBlock", &text::quantity(first))
        .text("toBlock", &text::quantity(last))
        .raw("topics", &topics)
        .finish();
    Question::reading("eth_getLogs", text!("[", filter, "]"))
}

/// The question for the receipt of a transaction.
#[must_use]
pub fn transaction_receipt(hash: &str) -> Question {
    Question::reading("eth_getTransactionReceipt", text!("[", json::string(hash), "]"))
}

/// Whether the authorization was used, from the answer to [`authorization_state`].
#[must_use]
pub fn read_state<J: Json>(answer: &J) -> Option<bool> {
    Some(!read_uint(answer)?.is_zero())
}

/// The transaction that used it, from the answer to [`authorization_used`].
#[must_use]
pub fn read_transaction<J: Json>(answer: &J) -> Option<String> {
    let hash = answer.items()?.first()?.text_at("transactionHash")?;
    text::read_exactly::<32>(&hash).is_some().then_some(hash)
}

/// Whether a transaction paid what was authorized: the answer to [`transaction_receipt`] has the token's own events for
/// the use of the authorization and for the transfer to the seller.
#[must_use]
pub fn shows_transfer<J: Json>(answer: &J, authorization: &Authorization) -> bool {
    let transfer @ Transfer { from, to, value, .. } = authorization.transfer();
    let logs = answer.get("logs").and_then(|logs| logs.items()).unwrap_or_default();
    let has = |topics: [B256; 3], data: &[u8]| {
        logs.iter().any(|log| is_of_token(log, authorization) && is_event(log, topics, data))
    };
    is_successful(answer)
        && has(authorization.scheme().used_topics(transfer), &[])
        && has([TRANSFER, from.into_word(), to.into_word()], &value.to_be_bytes::<32>())
}

fn is_successful<J: Json>(receipt: &J) -> bool {
    quantity(receipt, "status") == Some(1)
}

fn is_of_token<J: Json>(log: &J, authorization: &Authorization) -> bool {
    log.text_at("address").as_deref().and_then(parse_address) == Some(authorization.asset().address)
}

fn is_event<J: Json>(log: &J, topics: [B256; 3], data: &[u8]) -> bool {
    let said = log.get("topics").and_then(|topics| topics.items()).unwrap_or_default();
    let is_said = |(said, topic): (&J, B256)| said.as_text().as_deref().and_then(text::read_exactly) == Some(topic.0);
    said.len() == topics.len()
        && said.iter().zip(topics).all(is_said)
        && log.text_at("data").as_deref().and_then(text::read_bytes).as_deref() == Some(data)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::core::{assets::ASSETS, block, terms::tests::offer};
    use alloy_primitives::{address, keccak256};
    use serde_json::{Value, json};

    const STAMPED: u64 = 1_740_672_089;

    fn authorization() -> Authorization {
        let offer = offer(&ASSETS[0], 1_000_000, 60);
        let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
        Authorization::stamp(&offer, payer, B256::from([7; 32]), STAMPED * 1000)
    }

    /// The events of a transaction that paid what was authorized, as a node reports them.
    pub(crate) fn logs(authorization: &Authorization, hash: &str) -> Value {
        let transfer @ Transfer { from, to, value, .. } = authorization.transfer();
        let log = |topics: [B256; 3], data: String| {
            let address = authorization.asset().address.to_string().to_lowercase();
            json!({"address": address, "topics": topics.map(text::word), "data": data, "transactionHash": hash})
        };
        json!([
            log(authorization.scheme().used_topics(transfer), "0x".into()),
            log([TRANSFER, from.into_word(), to.into_word()], format!("0x{value:064x}")),
        ])
    }

    fn params(question: Question) -> Value {
        Value::parse(&question.params.unwrap()).unwrap()
    }

    #[test]
    fn the_event_is_that_of_the_standard() {
        assert_eq!(TRANSFER, keccak256("Transfer(address,address,uint256)"));
    }

    #[test]
    fn the_state_is_read_at_the_block_whose_time_is_known() {
        let block = Block::read(&json!({"number": "0x10", "timestamp": "0x67c08b99"})).unwrap();
        let asked = params(authorization_state(&authorization(), block));
        assert_eq!(asked[0]["to"], "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
        let payer = "f39fd6e51aad88f6f4ce6ab8827279cfffb92266";
        assert_eq!(asked[0]["data"], format!("0xe94a0102{payer:0>64}{}", "07".repeat(32)));
        assert_eq!(asked[1], "0x10");
        assert_eq!(params(block::latest()), json!(["latest", false]));
        for (answer, state) in
            [(format!("0x{:064x}", 1), Some(true)), (format!("0x{:064x}", 0), Some(false)), ("0x".into(), None)]
        {
            assert_eq!(read_state(&json!(answer)), state, "{answer}");
        }
        assert_eq!(Block::read(&json!(null)), None);
    }

    #[test]
    fn an_authorization_is_over_when_the_chain_is_past_it() {
        let at = |timestamp| is_over(&authorization(), Block { number: 1, timestamp });
        assert_eq!([at(STAMPED), at(STAMPED + 60), at(STAMPED + 79), at(STAMPED + 80)], [false, false, false, true]);
    }

    #[test]
    fn the_transaction_is_searched_from_before_the_stamp() {
        let block = |number, timestamp| Block { number, timestamp };
        let range = |block| {
            let asked = params(authorization_used(&authorization(), block));
            let used = text::word(keccak256("AuthorizationUsed(address,bytes32)"));
            assert_eq!(asked[0]["topics"][0], used);
            (asked[0]["fromBlock"].as_str().unwrap().to_owned(), asked[0]["toBlock"].as_str().unwrap().to_owned())
        };
        let (from, to) = range(block(10_000, STAMPED + 30));
        assert!(u64::from_str_radix(&from[2..], 16).unwrap() < 10_000 - 15 && to == "0x2710", "{from} {to}");
        assert_eq!(range(block(5, STAMPED + 30)), ("0x0".into(), "0x5".into()));
        let (from, to) = range(block(100_000_000, STAMPED + 100_000));
        let (from, to) = (u64::from_str_radix(&from[2..], 16).unwrap(), u64::from_str_radix(&to[2..], 16).unwrap());
        assert!(from < 100_000_000 - 50_000 && to == from + 1_000, "{from} {to}");
        let hash = format!("0x{}", "ab".repeat(32));
        assert_eq!(read_transaction(&logs(&authorization(), &hash)), Some(hash));
        for none in [json!([]), json!(null), json!([{"transactionHash": "0x12"}])] {
            assert_eq!(read_transaction(&none), None, "{none}");
        }
    }

    #[test]
    fn only_the_tokens_own_events_show_the_transfer() {
        let whole = json!({"status": "0x1", "logs": logs(&authorization(), "0x1")});
        assert!(shows_transfer(&whole, &authorization()));
        let word = |byte: &str| json!(format!("0x{}", byte.repeat(32)));
        for (pointer, value) in [
            ("/status", json!("0x0")),
            ("/logs", json!([])),
            ("/logs/0", json!({})),
            ("/logs/0/topics/1", word("01")),
            ("/logs/0/topics/2", word("08")),
            ("/logs/0/address", json!("0x036CbD53842c5426634e7929541eC2318f3dCF7e")),
            ("/logs/1/topics/0", word("02")),
            ("/logs/1/topics/2", word("03")),
            ("/logs/1/data", word("04")),
            ("/logs/1/topics", json!([])),
            ("/logs/1/address", json!(null)),
        ] {
            let mut other = whole.clone();
            *other.pointer_mut(pointer).unwrap() = value;
            assert!(!shows_transfer(&other, &authorization()), "{pointer}");
        }
    }
}
