//! The transfer that is signed, in the terms of EIP-3009.

use alloy_primitives::{Address, B256, U256};

use super::{
    assets::parse_address,
    json::{Json, ObjectWriter},
    money::parse_atomic,
    text,
};

/// The message of `TransferWithAuthorization` ([EIP-3009](https://eips.ethereum.org/EIPS/eip-3009)); times in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs)] // the fields are the standard's own
pub struct Transfer {
    pub from: Address,
    pub to: Address,
    pub value: U256,
    pub valid_after: U256,
    pub valid_before: U256,
    pub nonce: B256,
}

impl Transfer {
    /// Reads what [`Transfer::to_json`] wrote.
    #[must_use]
    pub fn read<J: Json>(message: &J) -> Option<Self> {
        let address = |key| parse_address(&message.text_at(key)?);
        let number = |key| parse_atomic(&message.text_at(key)?);
        Some(Self {
            from: address("from")?,
            to: address("to")?,
            value: number("value")?,
            valid_after: number("validAfter")?,
            valid_before: number("validBefore")?,
            nonce: text::read_exactly(&message.text_at("nonce")?)?.into(),
        })
    }

    /// The message as JSON: every number is a decimal string, in the typed data as in the payment header.
    #[must_use]
    pub fn to_json(&self) -> String {
        ObjectWriter::default()
            .text("from", &text::address(self.from))
            .text("to", &text::address(self.to))
            .text("value", &text::decimal(self.value))
            .text("validAfter", &text::decimal(self.valid_after))
            .text("validBefore", &text::decimal(self.valid_before))
            .text("nonce", &text::word(self.nonce))
            .finish()
    }
}
