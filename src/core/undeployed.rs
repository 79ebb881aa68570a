//! Signatures of smart accounts that are not deployed yet ([ERC-6492](https://eips.ethereum.org/EIPS/eip-6492)): the
//! account's own signature, with the call that deploys the account.
//!
//! The token would reject one as long as there is no contract at the payer's address. A facilitator of version 2 may
//! deploy the account first. What the token will say then is found out without a transaction: a program that deploys
//! the account and asks it is run by `eth_call`, which keeps none of it.

use alloy_primitives::{Address, B256};

use super::{
    text,
    wallet::{Question, is_valid_signature},
};

/// The last 32 bytes of such a signature.
const MAGIC: [u8; 2] = [0x64, 0x92];

/// The parts of such a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeployed {
    factory: Address,
    /// What deploys the account when the factory is called with it.
    deploy: Vec<u8>,
    /// What the account will be asked about.
    signature: Vec<u8>,
}

impl Undeployed {
    /// Reads `abi.encode(address factory, bytes deploy, bytes signature)`, followed by the magic bytes.
    #[must_use]
    pub fn read(given: &[u8]) -> Option<Self> {
        let (encoded, magic) = given.split_last_chunk::<32>()?;
        if magic.chunks_exact(2).any(|pair| *pair != MAGIC) {
            return None;
        }
        let factory = word_at(encoded, 0)?;
        let (padding, factory) = factory.split_last_chunk::<20>()?;
        let is_address = padding.iter().all(|byte| *byte == 0);
        let (deploy, signature) = (bytes_at(encoded, 32)?, bytes_at(encoded, 64)?);
        is_address.then(|| Self { factory: factory.into(), deploy, signature })
    }

    /// Asks what the account will say of its signature once it is deployed. The answer is that of
    /// `isValidSignature(bytes32,bytes)`, or zero if the account cannot be deployed so, or rejects.
    #[must_use]
    pub fn question(&self, account: Address, digest: B256) -> Question {
        Question::run(&self.program(account, &self.asking(digest)))
    }

    fn asking(&self, digest: B256) -> Vec<u8> {
        text::read_bytes(&is_valid_signature(digest, &text::bytes(&self.signature))).unwrap_or_default()
    }

    /// The program: its data is behind it, and is copied behind a word for the answer.
    fn program(&self, account: Address, asking: &[u8]) -> Vec<u8> {
        let (deploying, asked) = (size(&self.deploy), size(asking));
        let all = deploying.saturating_add(asked);
        let mut program = Vec::new();
        program.extend([PUSH4]);
        program.extend(all.to_be_bytes());
        program.extend([PUSH4]);
        program.extend(PROGRAM_BYTES.to_be_bytes());
        program.extend([PUSH1, 32, CODECOPY]);
        // Deploys, whatever comes of it: if it fails, there is nobody to answer.
        program.extend([PUSH1, 0, PUSH1, 0, PUSH4]);
        program.extend(deploying.to_be_bytes());
        program.extend([PUSH1, 32, PUSH1, 0, PUSH20]);
        program.extend(self.factory.0);
        program.extend([GAS, CALL, POP]);
        // Asks, for one word, which counts only if the account did not revert.
        program.extend([PUSH1, 32, PUSH1, 0, PUSH4]);
        program.extend(asked.to_be_bytes());
        program.extend([PUSH4]);
        program.extend(deploying.saturating_add(32).to_be_bytes());
        program.extend([PUSH20]);
        program.extend(account.0);
        program.extend([GAS, STATICCALL, PUSH1, 0, MLOAD, MUL, PUSH1, 0, MSTORE, PUSH1, 32, PUSH1, 0, RETURN]);
        program.extend(&self.deploy);
        program.extend(asking);
        program
    }
}

const MUL: u8 = 0x02;
const CODECOPY: u8 = 0x39;
const POP: u8 = 0x50;
const MLOAD: u8 = 0x51;
const MSTORE: u8 = 0x52;
const GAS: u8 = 0x5a;
const PUSH1: u8 = 0x60;
const PUSH4: u8 = 0x63;
const PUSH20: u8 = 0x73;
const CALL: u8 = 0xf1;
const RETURN: u8 = 0xf3;
const STATICCALL: u8 = 0xfa;

/// Bytes of the program without its data.
const PROGRAM_BYTES: u32 = 99;

/// A signature is bounded, so nothing is longer.
fn size(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

fn word_at(encoded: &[u8], at: usize) -> Option<&[u8; 32]> {
    encoded.get(at..)?.first_chunk()
}

/// The `bytes` whose offset stands at that place.
fn bytes_at(encoded: &[u8], at: usize) -> Option<Vec<u8>> {
    let offset = number_at(encoded, at)?;
    let length = number_at(encoded, offset)?;
    let from = offset.checked_add(32)?;
    encoded.get(from..from.checked_add(length)?).map(Vec::from)
}

fn number_at(encoded: &[u8], at: usize) -> Option<usize> {
    let (high, low) = word_at(encoded, at)?.split_last_chunk::<4>()?;
    let is_small = high.iter().all(|byte| *byte == 0);
    is_small.then(|| usize::try_from(u32::from_be_bytes(*low)).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{U256, hex};
    use proptest::prelude::*;

    const ACCOUNT: Address = Address::repeat_byte(0xaa);

    /// As the standard encodes it.
    fn encoded(factory: Address, deploy: &[u8], signature: &[u8]) -> Vec<u8> {
        let number = |number: usize| U256::from(number).to_be_bytes::<32>().to_vec();
        let padded = |bytes: &[u8]| {
            let mut padded = number(bytes.len());
            padded.extend(bytes);
            padded.resize(padded.len().next_multiple_of(32), 0);
            padded
        };
        let (deploy, signature) = (padded(deploy), padded(signature));
        let mut all = factory.into_word().to_vec();
        all.extend(number(96));
        all.extend(number(96 + deploy.len()));
        all.extend([deploy, signature].concat());
        all.extend(MAGIC.repeat(16));
        all
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read(
            factory: [u8; 20],
            deploy in prop::collection::vec(any::<u8>(), 0..200),
            signature in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let factory = Address::from(factory);
            let read = Undeployed::read(&encoded(factory, &deploy, &signature));
            prop_assert_eq!(read, Some(Undeployed { factory, deploy, signature }));
        }

        #[test]
        fn nothing_else_is_read_and_nothing_panics(mut given in prop::collection::vec(any::<u8>(), 0..400), at: usize) {
            prop_assert_eq!(Undeployed::read(&given), None);
            given.extend(MAGIC.repeat(16));
            let _ = Undeployed::read(&given);
            let mut broken = encoded(ACCOUNT, &[1; 40], &[2; 65]);
            let at = at % broken.len();
            broken[at] ^= 0xff;
            let _ = Undeployed::read(&broken);
        }
    }

    #[test]
    fn a_signature_without_the_magic_bytes_or_with_an_odd_encoding_is_none() {
        let good = encoded(ACCOUNT, &[1; 40], &[2; 65]);
        assert!(Undeployed::read(&good).is_some());
        assert_eq!(Undeployed::read(&good[..good.len() - 1]), None);
        for (at, byte) in [(0, 1), (32, 1), (63, 95), (64, 1), (127, 0xff), (good.len() - 1, 0x93)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert_eq!(Undeployed::read(&bad), None, "{at}");
        }
    }

    #[test]
    fn the_program_is_as_long_as_it_says_and_has_its_data_behind_it() {
        let undeployed = Undeployed { factory: ACCOUNT, deploy: vec![1, 2, 3], signature: vec![4; 65] };
        let asking = undeployed.asking(B256::repeat_byte(7));
        let program = undeployed.program(ACCOUNT, &asking);
        let length = usize::try_from(PROGRAM_BYTES).unwrap();
        assert_eq!(program[length..], [&[1, 2, 3][..], &asking].concat());
        assert_eq!(program[..12], hex!("63000000c7 6300000063 6020")[..]);
        assert_eq!(program[length - 1], RETURN);
    }
}
