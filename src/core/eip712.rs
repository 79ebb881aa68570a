//! EIP-712 for the one struct that is ever signed: EIP-3009 `TransferWithAuthorization`.
//!
//! Written by hand on alloy-primitives: the general encoder of alloy-dyn-abi costs nine times the bytes in the browser.

use alloy_primitives::{Address, B256, U256, b256, keccak256};

use super::{assets::Asset, json::ObjectWriter, text, transfer::Transfer};

/// `keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")`
const DOMAIN_TYPEHASH: B256 = b256!("0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f");
/// `keccak256("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)")`
/// ([EIP-3009](https://eips.ethereum.org/EIPS/eip-3009))
const TRANSFER_TYPEHASH: B256 = b256!("0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267");

/// `EIP712Domain` must be listed: without it MetaMask signs over an empty domain, without a word.
const TYPES: &str = r#"{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],"TransferWithAuthorization":[{"name":"from","type":"address"},{"name":"to","type":"address"},{"name":"value","type":"uint256"},{"name":"validAfter","type":"uint256"},{"name":"validBefore","type":"uint256"},{"name":"nonce","type":"bytes32"}]}"#;

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

/// The struct hash, which hardware wallets show as "message hash".
#[must_use]
pub fn struct_hash(transfer: &Transfer) -> B256 {
    hash_words(&[
        TRANSFER_TYPEHASH,
        transfer.from.into_word(),
        transfer.to.into_word(),
        transfer.value.into(),
        transfer.valid_after.into(),
        transfer.valid_before.into(),
        transfer.nonce,
    ])
}

/// What is signed: `keccak256(0x1901 ‖ domain separator ‖ struct hash)`.
#[must_use]
pub fn digest(domain: &Domain<'_>, transfer: &Transfer) -> B256 {
    let mut bytes = vec![0x19, 0x01];
    bytes.extend_from_slice(domain.separator().as_slice());
    bytes.extend_from_slice(struct_hash(transfer).as_slice());
    keccak256(bytes)
}

/// The second parameter of `eth_signTypedData_v4`: exactly `types`, `primaryType`, `domain` and `message`, as one JSON
/// text; numbers as decimal strings, the chain id as a number.
#[must_use]
pub fn typed_data(domain: &Domain<'_>, transfer: &Transfer) -> String {
    let domain = ObjectWriter::default()
        .text("name", domain.name)
        .text("version", domain.version)
        .raw("chainId", &text::number(domain.chain_id))
        .text("verifyingContract", &text::address(domain.verifying_contract))
        .finish();
    ObjectWriter::default()
        .raw("types", TYPES)
        .text("primaryType", "TransferWithAuthorization")
        .raw("domain", &domain)
        .raw("message", &transfer.to_json())
        .finish()
}

fn hash_words(words: &[B256]) -> B256 {
    keccak256(words.concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        json::Json,
        signature::{Signature, read_bytes},
    };
    use serde_json::Value;

    /// 120 cases on which viem, ethers and MetaMask's eth-sig-util agree; the file says which versions.
    const VECTORS: &str = include_str!("../../tests/vectors/transfer-with-authorization.json");

    fn text(value: &Value, path: &str) -> String {
        value.pointer(path).and_then(Value::as_str).unwrap().into()
    }

    fn transfer(case: &Value) -> Transfer {
        let uint = |path| U256::from_str_radix(&text(case, path), 10).unwrap();
        Transfer {
            from: text(case, "/message/from").parse().unwrap(),
            to: text(case, "/message/to").parse().unwrap(),
            value: uint("/message/value"),
            valid_after: uint("/message/validAfter"),
            valid_before: uint("/message/validBefore"),
            nonce: text(case, "/message/nonce").parse().unwrap(),
        }
    }

    #[test]
    fn vectors_agree() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        let cases = file["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 120);
        for (i, case) in cases.iter().enumerate() {
            let (name, version) = (text(case, "/domain/name"), text(case, "/domain/version"));
            let domain = Domain {
                name: &name,
                version: &version,
                chain_id: case["domain"]["chainId"].as_u64().unwrap(),
                verifying_contract: text(case, "/domain/verifyingContract").parse().unwrap(),
            };
            let transfer = transfer(case);
            let digest = digest(&domain, &transfer);
            assert_eq!(domain.separator().to_string(), text(case, "/domainSeparator"), "case {i}");
            assert_eq!(struct_hash(&transfer).to_string(), text(case, "/structHash"), "case {i}");
            assert_eq!(digest.to_string(), text(case, "/digest"), "case {i}");
            let signature = Signature::read(&read_bytes(&text(case, "/signature")).unwrap()).unwrap();
            assert_eq!(signature.to_hex(), text(case, "/signature"), "case {i}");
            let signer: Address = text(case, "/signer").parse().unwrap();
            assert_eq!(signature.signer(&digest), Some(signer), "case {i}");
        }
    }

    /// The object that wallets are known to take, byte for byte what they would rebuild from it.
    #[test]
    fn typed_data_is_whole() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        let transfer = transfer(&file["cases"][0]);
        let document: Value =
            Value::parse(&typed_data(&Domain::of(&super::super::assets::ASSETS[0]), &transfer)).unwrap();
        let keys: Vec<String> = document.entries().into_iter().map(|(k, _)| k).collect();
        assert_eq!(keys.len(), 4, "an extra key at the top is refused by MetaMask");
        assert_eq!(document["primaryType"], "TransferWithAuthorization");
        assert_eq!(document["types"]["EIP712Domain"].as_array().unwrap().len(), 4);
        assert_eq!(document["types"]["TransferWithAuthorization"].as_array().unwrap().len(), 6);
        assert_eq!(document["domain"]["chainId"], 8453);
        assert_eq!(document["domain"]["verifyingContract"], "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
        assert_eq!(document["message"]["value"], transfer.value.to_string());
        assert_eq!(document["message"]["nonce"], transfer.nonce.to_string());
        assert_eq!(document["message"].as_object().unwrap().len(), 6);
    }
}
