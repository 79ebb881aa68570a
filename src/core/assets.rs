//! The pinned table of tokens: the only ones that are ever signed for, with the EIP-712 domain of the token contract itself.
//!
//! Addresses, names and versions are those of Circle's contracts, as x402 lists them in its `DEFAULT_ASSETS`. The name
//! differs by chain ("USD Coin" on Base, "USDC" on Base Sepolia), so it is never taken from a seller.

use alloy_primitives::{Address, address};
use serde::{Serialize, Serializer};

/// A token on its chain.
#[derive(Debug, PartialEq, Eq)]
pub struct Asset {
    /// The chain.
    pub chain: Chain,
    /// The token contract, which is also the EIP-712 `verifyingContract`.
    pub address: Address,
    /// EIP-712 `name`.
    pub name: &'static str,
    /// EIP-712 `version`.
    pub version: &'static str,
    /// What people call it.
    pub symbol: &'static str,
    /// How many atomic digits make one whole token.
    pub decimals: u8,
}

/// A chain, and what a wallet needs to add it.
#[derive(Debug, PartialEq, Eq)]
pub struct Chain {
    /// EIP-155 chain id.
    pub id: u64,
    /// The CAIP-2 name, `eip155:8453`.
    pub caip2: &'static str,
    /// The name in x402 version 1, `base`.
    pub x402_name: &'static str,
    /// The name that people know.
    pub name: &'static str,
    /// A public RPC address.
    pub rpc: &'static str,
    /// The block explorer, without a slash at the end.
    pub explorer: &'static str,
}

/// Every token that may be signed for.
pub static ASSETS: [Asset; 2] = [
    Asset {
        chain: Chain {
            id: 8453,
            caip2: "eip155:8453",
            x402_name: "base",
            name: "Base",
            rpc: "https://mainnet.base.org",
            explorer: "https://basescan.org",
        },
        address: address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"),
        name: "USD Coin",
        version: "2",
        symbol: "USDC",
        decimals: 6,
    },
    Asset {
        chain: Chain {
            id: 84532,
            caip2: "eip155:84532",
            x402_name: "base-sepolia",
            name: "Base Sepolia",
            rpc: "https://sepolia.base.org",
            explorer: "https://sepolia.basescan.org",
        },
        address: address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"),
        name: "USDC",
        version: "2",
        symbol: "USDC",
        decimals: 6,
    },
];

impl Asset {
    /// The token on a network, whichever way the network is named (`base` or `eip155:8453`).
    #[must_use]
    pub fn on(network: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|a| a.chain.caip2 == network || a.chain.x402_name == network)
    }
}

/// A chain crosses to JavaScript by its CAIP-2 name.
impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.caip2)
    }
}

/// Reads `0x` and 40 hex digits, of any case.
#[must_use]
pub fn parse_address(text: &str) -> Option<Address> {
    text.starts_with("0x").then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::eip712::Domain;
    use alloy_primitives::b256;

    /// The values that the token contracts themselves give for `DOMAIN_SEPARATOR()`.
    #[test]
    fn domains_are_those_of_the_contracts() {
        let separator = |i: usize| Domain::of(&ASSETS[i]).separator();
        assert_eq!(separator(0), b256!("0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f"));
        assert_eq!(separator(1), b256!("0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818"));
    }

    #[test]
    fn networks_go_by_both_names() {
        assert_eq!(Asset::on("base"), Asset::on("eip155:8453"));
        assert_eq!(Asset::on("base-sepolia").map(|a| a.chain.id), Some(84532));
        for unknown in ["", "Base", "eip155:1", "eip155:08453", "8453", "solana"] {
            assert_eq!(Asset::on(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn addresses_are_forty_hex_digits() {
        assert!(parse_address("0x833589FCD6EDB6E08F4C7C32D4F71B54BDA02913").is_some());
        for bad in [
            "",
            "0x",
            "833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA0291",
            "0xg33589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        ] {
            assert_eq!(parse_address(bad), None, "{bad}");
        }
    }
}
