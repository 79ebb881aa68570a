//! [EIP-712](https://eips.ethereum.org/EIPS/eip-712) typed data, as `eth_signTypedData_v4` takes it.
//!
//! Written by hand on alloy-primitives: the general encoder of alloy-dyn-abi is nine times as large in the browser.

use alloy_primitives::{Address, B256, U256, b256, keccak256};

use super::{assets::Asset, json::ObjectWriter, text};

/// `keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")`
const DOMAIN_TYPEHASH: B256 = b256!("0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f");

/// The signing domain of a token.
#[derive(Clone, Debug)]
pub struct Domain<'a> {
    /// The token's own name.
    pub name: &'a str,
    /// The token's own version.
    pub version: &'a str,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The token contract.
    pub verifying_contract: Address,
}

impl Domain<'static> {
    /// The domain of a pinned token.
    #[must_use]
    pub const fn of(asset: &'static Asset) -> Self {
        Self { name: asset.name, version: asset.version, chain_id: asset.chain.id, verifying_contract: asset.address }
    }
}

impl Domain<'_> {
    /// The domain separator, which hardware wallets show as "domain hash".
    #[must_use]
    pub fn separator(&self) -> B256 {
        hash_words(&[
            DOMAIN_TYPEHASH,
            keccak256(self.name),
            keccak256(self.version),
            U256::from(self.chain_id).into(),
            self.verifying_contract.into_word(),
        ])
    }
}

/// One message to be signed.
#[derive(Clone, Debug)]
pub struct TypedData<'a> {
    /// The domain it is signed for.
    pub domain: Domain<'a>,
    /// The members of each type, as JSON text.
    pub types: &'static str,
    /// The type of the message.
    pub primary_type: &'static str,
    /// The message, as JSON text: numbers are decimal strings.
    pub message: String,
    /// The struct hash of the message, which hardware wallets show as "message hash".
    pub message_hash: B256,
}

impl TypedData<'_> {
    /// The digest that is signed: `keccak256(0x1901 ‖ domain separator ‖ struct hash)`.
    #[must_use]
    pub fn digest(&self) -> B256 {
        let mut bytes = vec![0x19, 0x01];
        bytes.extend_from_slice(self.domain.separator().as_slice());
        bytes.extend_from_slice(self.message_hash.as_slice());
        keccak256(bytes)
    }

    /// The second parameter of `eth_signTypedData_v4`: exactly `types`, `primaryType`, `domain` and `message`, as one
    /// JSON text; the chain id is a number.
    #[must_use]
    pub fn document(&self) -> String {
        let domain = ObjectWriter::default()
            .text("name", self.domain.name)
            .text("version", self.domain.version)
            .raw("chainId", &text::number(self.domain.chain_id))
            .text("verifyingContract", &text::address(self.domain.verifying_contract))
            .finish();
        ObjectWriter::default()
            .raw("types", self.types)
            .text("primaryType", self.primary_type)
            .raw("domain", &domain)
            .raw("message", &self.message)
            .finish()
    }
}

/// Hashes a struct whose members are one word each; the first word is the hash of its type.
pub(super) fn hash_words(words: &[B256]) -> B256 {
    keccak256(words.concat())
}
