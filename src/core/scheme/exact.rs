//! The scheme `exact` by EIP-3009: the payer signs a `TransferWithAuthorization`, which the token itself accepts once
//! ([EIP-3009](https://eips.ethereum.org/EIPS/eip-3009),
//! [x402](https://github.com/coinbase/x402/blob/main/specs/schemes/exact/scheme_exact_evm.md)).

use alloy_primitives::{B256, b256};

use super::super::{
    assets::Asset,
    eip712::{Domain, TypedData, hash_words},
    json::ObjectWriter,
    text::{self, text},
    transfer::Transfer,
};

const PRIMARY_TYPE: &str = "TransferWithAuthorization";
/// `keccak256("TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)")`
const TYPEHASH: B256 = b256!("0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267");
/// `EIP712Domain` must be listed: without it MetaMask silently signs over an empty domain.
const TYPES: &str = r#"{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],"TransferWithAuthorization":[{"name":"from","type":"address"},{"name":"to","type":"address"},{"name":"value","type":"uint256"},{"name":"validAfter","type":"uint256"},{"name":"validBefore","type":"uint256"},{"name":"nonce","type":"bytes32"}]}"#;

/// The selector of `authorizationState(address,bytes32)`.
const AUTHORIZATION_STATE: &str = "0xe94a0102";
/// The event `AuthorizationUsed(address indexed,bytes32 indexed)`.
const AUTHORIZATION_USED: B256 = b256!("0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5");

pub(super) const fn extra(asset: &Asset) -> [(&'static str, &'static str); 3] {
    [("name", asset.name), ("version", asset.version), ("assetTransferMethod", "eip3009")]
}

pub(super) fn typed_data<'a>(domain: Domain<'a>, transfer: &Transfer) -> TypedData<'a> {
    TypedData {
        domain,
        types: TYPES,
        primary_type: PRIMARY_TYPE,
        message: transfer.to_json(),
        message_hash: message_hash(transfer),
    }
}

fn message_hash(transfer: &Transfer) -> B256 {
    hash_words(&[
        TYPEHASH,
        transfer.from.into_word(),
        transfer.to.into_word(),
        transfer.value.into(),
        transfer.valid_after.into(),
        transfer.valid_before.into(),
        transfer.nonce,
    ])
}

pub(super) fn payload(transfer: &Transfer, signature: &str) -> String {
    ObjectWriter::default().text("signature", signature).raw("authorization", &transfer.to_json()).finish()
}

pub(super) fn state_call(transfer: &Transfer) -> String {
    text!(AUTHORIZATION_STATE, text::hex(&transfer.from.into_word().0), text::hex(&transfer.nonce.0))
}

pub(super) fn used_topics(transfer: &Transfer) -> [B256; 3] {
    [AUTHORIZATION_USED, transfer.from.into_word(), transfer.nonce]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        assets::ASSETS,
        json::Json,
        signature::{Signature, read_bytes},
    };
    use alloy_primitives::{Address, U256, keccak256};
    use serde_json::Value;

    /// 120 cases on which viem, ethers and MetaMask's eth-sig-util agree; the file names their versions.
    const VECTORS: &str = include_str!("../../../tests/vectors/transfer-with-authorization.json");

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
    fn hashes_match_those_of_other_libraries() {
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
            let typed_data = typed_data(domain, &transfer(case));
            let digest = typed_data.digest();
            assert_eq!(typed_data.domain.separator().to_string(), text(case, "/domainSeparator"), "case {i}");
            assert_eq!(typed_data.message_hash.to_string(), text(case, "/structHash"), "case {i}");
            assert_eq!(digest.to_string(), text(case, "/digest"), "case {i}");
            let signature = Signature::read(&read_bytes(&text(case, "/signature")).unwrap()).unwrap();
            assert_eq!(signature.to_hex(), text(case, "/signature"), "case {i}");
            let signer: Address = text(case, "/signer").parse().unwrap();
            assert_eq!(signature.signer(&digest), Some(signer), "case {i}");
        }
    }

    /// The object that wallets are known to accept, byte for byte what they would rebuild from it.
    #[test]
    fn typed_data_is_complete() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        let transfer = transfer(&file["cases"][0]);
        let document: Value = Value::parse(&typed_data(Domain::of(&ASSETS[0]), &transfer).document()).unwrap();
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

    #[test]
    fn names_are_those_of_the_standard() {
        let selector = keccak256("authorizationState(address,bytes32)");
        assert_eq!(AUTHORIZATION_STATE, text::bytes(&selector[..4]));
        assert_eq!(AUTHORIZATION_USED, keccak256("AuthorizationUsed(address,bytes32)"));
    }
}
