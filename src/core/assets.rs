//! The pinned table of tokens, with each contract's own EIP-712 domain. Besides the tokens that the page names, only
//! these are ever signed for.
//!
//! Addresses, names and versions are those of Circle's contracts, as x402 lists them in its `DEFAULT_ASSETS`. The name
//! differs by chain ("USD Coin" on Base, "USDC" on Base Sepolia), so it is never taken from a seller.

use std::cell::RefCell;

use alloy_primitives::{Address, address};

use super::{
    json::{Json, ObjectWriter},
    text::{self, number, text},
};

/// A token on its chain. Each exists once in memory, so two references are the same token only if they are the same
/// address in memory.
#[derive(Debug)]
pub struct Asset {
    /// The chain.
    pub chain: Chain,
    /// The token contract, which is also the EIP-712 `verifyingContract`.
    pub address: Address,
    /// EIP-712 `name`.
    pub name: &'static str,
    /// EIP-712 `version`.
    pub version: &'static str,
    /// The symbol that people know.
    pub symbol: &'static str,
    /// The number of decimals.
    pub decimals: u8,
}

/// A chain, and what a wallet needs in order to add it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// EIP-155 chain id.
    pub id: u64,
    /// The CAIP-2 name, `eip155:8453`.
    pub caip2: &'static str,
    /// The name in x402 version 1, `base`, where it has one.
    pub x402_name: Option<&'static str>,
    /// The name that people know.
    pub name: &'static str,
    /// A public node, for wallets that do not know the chain. If there is none, the visitor has to add the chain.
    pub node: Option<Node>,
    /// The block explorer, without a trailing slash; empty if none is known.
    pub explorer: &'static str,
    /// Milliseconds between two blocks.
    pub block_ms: u64,
}

/// A public node of a chain, and the currency of its fees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The URL of its JSON-RPC.
    pub url: &'static str,
    /// The chain's native currency, which has 18 decimals.
    pub coin: Coin,
}

/// The currency in which a chain's fees are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coin {
    /// The name that people know.
    pub name: &'static str,
    /// Its symbol.
    pub symbol: &'static str,
}

const ETHER: Coin = Coin { name: "Ether", symbol: "ETH" };

/// Circle's token on a chain: 6 decimals, version 2 of its domain.
const fn usdc(chain: Chain, address: Address, name: &'static str) -> Asset {
    Asset { chain, address, name, version: "2", symbol: "USDC", decimals: 6 }
}

/// Every built-in token.
#[rustfmt::skip]
pub static ASSETS: [Asset; 13] = [
    usdc(
        Chain { id: 8453, caip2: "eip155:8453", x402_name: Some("base"), name: "Base", node: Some(Node { url: "https://mainnet.base.org", coin: ETHER }), explorer: "https://basescan.org", block_ms: 2_000 },
        address!("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), "USD Coin",
    ),
    usdc(
        Chain { id: 84_532, caip2: "eip155:84532", x402_name: Some("base-sepolia"), name: "Base Sepolia", node: Some(Node { url: "https://sepolia.base.org", coin: ETHER }), explorer: "https://sepolia.basescan.org", block_ms: 2_000 },
        address!("0x036CbD53842c5426634e7929541eC2318f3dCF7e"), "USDC",
    ),
    usdc(
        Chain { id: 1, caip2: "eip155:1", x402_name: Some("ethereum"), name: "Ethereum", node: None, explorer: "https://etherscan.io", block_ms: 12_000 },
        address!("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"), "USD Coin",
    ),
    usdc(
        Chain { id: 137, caip2: "eip155:137", x402_name: Some("polygon"), name: "Polygon", node: None, explorer: "https://polygonscan.com", block_ms: 2_000 },
        address!("0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359"), "USD Coin",
    ),
    usdc(
        Chain { id: 80_002, caip2: "eip155:80002", x402_name: Some("polygon-amoy"), name: "Polygon Amoy", node: None, explorer: "https://amoy.polygonscan.com", block_ms: 2_000 },
        address!("0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582"), "USDC",
    ),
    usdc(
        Chain { id: 42_161, caip2: "eip155:42161", x402_name: None, name: "Arbitrum One", node: None, explorer: "https://arbiscan.io", block_ms: 250 },
        address!("0xaf88d065e77c8cC2239327C5EDb3A432268e5831"), "USD Coin",
    ),
    usdc(
        Chain { id: 421_614, caip2: "eip155:421614", x402_name: None, name: "Arbitrum Sepolia", node: None, explorer: "https://sepolia.arbiscan.io", block_ms: 250 },
        address!("0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d"), "USD Coin",
    ),
    usdc(
        Chain { id: 43_114, caip2: "eip155:43114", x402_name: Some("avalanche"), name: "Avalanche", node: None, explorer: "https://snowtrace.io", block_ms: 1_700 },
        address!("0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E"), "USD Coin",
    ),
    usdc(
        Chain { id: 43_113, caip2: "eip155:43113", x402_name: Some("avalanche-fuji"), name: "Avalanche Fuji", node: None, explorer: "https://testnet.snowtrace.io", block_ms: 1_700 },
        address!("0x5425890298aed601595a70AB815c96711a31Bc65"), "USD Coin",
    ),
    usdc(
        Chain { id: 10, caip2: "eip155:10", x402_name: None, name: "OP Mainnet", node: None, explorer: "https://optimistic.etherscan.io", block_ms: 2_000 },
        address!("0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85"), "USD Coin",
    ),
    usdc(
        Chain { id: 143, caip2: "eip155:143", x402_name: Some("monad"), name: "Monad", node: None, explorer: "https://monadscan.com", block_ms: 400 },
        address!("0x754704Bc059F8C67012fEd69BC8A327a5aafb603"), "USDC",
    ),
    usdc(
        Chain { id: 42_220, caip2: "eip155:42220", x402_name: Some("celo"), name: "Celo", node: None, explorer: "https://celoscan.io", block_ms: 1_000 },
        address!("0xcebA9300f2b948710d2653dD7B07f33A8B32118C"), "USDC",
    ),
    usdc(
        Chain { id: 1329, caip2: "eip155:1329", x402_name: Some("sei"), name: "Sei", node: None, explorer: "https://seiscan.io", block_ms: 400 },
        address!("0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392"), "USDC",
    ),
];

impl PartialEq for Asset {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Asset {}

impl Asset {
    /// The USDC of a network, by either name of the network (`base` or `eip155:8453`).
    #[must_use]
    pub fn on(network: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.chain.is_called(network))
    }

    /// The token at that address on a network: its USDC, or one of those that this call names.
    #[must_use]
    pub fn among(named: &[&'static Self], network: &str, address: Address) -> Option<&'static Self> {
        let is_it = |asset: &&Self| asset.address == address && asset.chain.is_called(network);
        ASSETS.iter().chain(named.iter().copied()).find(is_it)
    }

    /// Whether it is in the table, and not named by the page.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        ASSETS.contains(self)
    }

    /// Reads a token that the page names: `{network, address, name, version, symbol, decimals}`. Equal members always
    /// return the same token.
    ///
    /// # Errors
    /// The name of the member that is wrong.
    pub fn read<J: Json>(given: &J) -> Result<&'static Self, &'static str> {
        let text = |key| given.text_at(key).filter(|text| !text.is_empty()).ok_or(key);
        let network = text("network")?;
        let id = chain_id(&network).ok_or("network")?;
        let is_other =
            |address: &Address| !address.is_zero() && Self::on(&network).is_none_or(|a| a.address != *address);
        let address = parse_own_address(&text("address")?).filter(is_other).ok_or("address")?;
        let decimals = given.whole_at("decimals").filter(|decimals| *decimals <= MOST_DECIMALS);
        let decimals = decimals.and_then(|decimals| decimals.try_into().ok()).ok_or("decimals")?;
        let (name, version, symbol) = (text("name")?, text("version")?, text("symbol")?);
        let is_it = |known: &&'static Self| {
            (known.chain.id, known.address, known.decimals) == (id, address, decimals)
                && (known.name, known.version, known.symbol) == (&name, &version, &symbol)
        };
        if let Some(known) = NAMED.with_borrow(|named| named.iter().copied().find(is_it)) {
            return Ok(known);
        }
        let (name, version, symbol) = (name.leak(), version.leak(), symbol.leak());
        let asset: &'static Self =
            Box::leak(Box::new(Self { chain: Chain::of(id, network), address, name, version, symbol, decimals }));
        NAMED.with_borrow_mut(|named| named.push(asset));
        Ok(asset)
    }

    /// The input of [`Asset::read`].
    #[must_use]
    pub fn to_json(&self) -> String {
        ObjectWriter::default()
            .text("network", self.chain.caip2)
            .text("address", &text::address(self.address))
            .text("name", self.name)
            .text("version", self.version)
            .text("symbol", self.symbol)
            .raw("decimals", &number(self.decimals.into()))
            .finish()
    }
}

/// More than any token has, and few enough that every amount has at most 78 digits.
const MOST_DECIMALS: u64 = 36;

thread_local! {
    /// Each token that has been read, once; it lives as long as the page, like those of the table. Nothing is looked up
    /// here by address: each call decides which tokens it knows.
    static NAMED: RefCell<Vec<&'static Asset>> = const { RefCell::new(Vec::new()) };
}

impl Chain {
    fn is_called(&self, network: &str) -> bool {
        self.caip2 == network || self.x402_name == Some(network)
    }

    /// A chain of the table, or one that is known by name only.
    fn of(id: u64, caip2: String) -> Self {
        ASSETS.iter().find(|asset| asset.chain.id == id).map_or_else(
            || {
                let caip2 = caip2.leak();
                Self { id, caip2, x402_name: None, name: caip2, node: None, explorer: "", block_ms: 2_000 }
            },
            |asset| asset.chain,
        )
    }
}

/// Reads `eip155:` and a number in its canonical form.
fn chain_id(caip2: &str) -> Option<u64> {
    let id = text::read_number(caip2.strip_prefix("eip155:")?)?;
    (text!("eip155:", number(id)) == caip2).then_some(id)
}

/// Reads `0x` and 40 hex digits of either case.
#[must_use]
pub fn parse_address(given: &str) -> Option<Address> {
    text::read_exactly(given).map(Address::new)
}

/// Reads an address written by a page. Mixed case is a checksum ([EIP-55](https://eips.ethereum.org/EIPS/eip-55)),
/// which has to be right.
#[must_use]
pub fn parse_own_address(given: &str) -> Option<Address> {
    let digits = given.strip_prefix("0x")?;
    let has = |is_case: fn(&u8) -> bool| digits.as_bytes().iter().any(is_case);
    let has_checksum = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    parse_address(given).filter(|address| !has_checksum || text::address(*address) == given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::eip712::Domain;
    use alloy_primitives::{B256, b256};
    use proptest::prelude::*;
    use serde_json::json;

    /// What the token contracts themselves return from `DOMAIN_SEPARATOR()`.
    const SEPARATORS: [(u64, B256); 13] = [
        (8453, b256!("0x02fa7265e7c5d81118673727957699e4d68f74cd74b7db77da710fe8a2c7834f")),
        (84_532, b256!("0x71f17a3b2ff373b803d70a5a07c046c1a2bc8e89c09ef722fcb047abe94c9818")),
        (1, b256!("0x06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335")),
        (137, b256!("0xcaa2ce1a5703ccbe253a34eb3166df60a705c561b44b192061e28f2a985be2ca")),
        (80_002, b256!("0x5cddc98319864e897e4469bd1d13c2288c677047b54b8cca12bd342adb6be9eb")),
        (42_161, b256!("0x08d11903f8419e68b1b8721bcbe2e9fc68569122a77ef18c216f10b3b5112c78")),
        (421_614, b256!("0x85944e1292d007732838d6eadfa67589b78ffcededbd4df60488d0af251308bb")),
        (43_114, b256!("0xbbea200329a938bc3438984a49cb0732e66d66d7bd59c127abacc1710e77f7b3")),
        (43_113, b256!("0xfe9fa105a0e9629446730e544caa6b8d05d8d4fc93451750dc50e2ddd6d374b3")),
        (10, b256!("0x26d9c34bb1a1c312f69c53b2d93b8be20faafba63af2438c6811713c9b1f933f")),
        (143, b256!("0xfe22123edc0dd4aeb912eb7948c5f0e531592c2053b3067612f427db342c93c6")),
        (42_220, b256!("0xb2ce31d2838445fa765a491f550e7c78ac7280ab0f3bc9d6063a86df9c3fb578")),
        (1329, b256!("0x0a19136106ae98d2c245cbbd451f3cb2bbbb1670e1ee191abacb5a5e255c0255")),
    ];

    #[test]
    fn domains_are_those_of_the_contracts() {
        for (asset, (id, separator)) in ASSETS.iter().zip(SEPARATORS) {
            assert_eq!((asset.chain.id, Domain::of(asset).separator()), (id, separator), "{}", asset.chain.name);
            assert_eq!(asset.chain.caip2, format!("eip155:{id}"));
        }
    }

    #[test]
    fn networks_are_found_by_both_names() {
        assert_eq!(Asset::on("base"), Asset::on("eip155:8453"));
        assert_eq!(Asset::on("base-sepolia").map(|a| a.chain.id), Some(84532));
        for unknown in ["", "Base", "eip155:2", "eip155:08453", "8453", "solana"] {
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

    #[test]
    fn a_token_of_the_page_is_known_only_to_calls_that_name_it() {
        let read = |name: &str| {
            let address = "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42";
            Asset::read(&json!({
                "network": "eip155:8453", "address": address, "name": name, "version": "2", "symbol": "EURC", "decimals": 6,
            }))
            .unwrap()
        };
        let (one, other) = (read("EURC"), read("Euro Coin"));
        assert_ne!(one, other);
        assert_eq!((one, other), (read("EURC"), read("Euro Coin")), "each is read once, however often it is named");
        let among = |named: &[&'static Asset]| Asset::among(named, "base", one.address);
        assert_eq!((among(&[one]), among(&[other]), among(&[])), (Some(one), Some(other), None));
        assert_eq!(Asset::among(&[one], "base", ASSETS[0].address), Some(&ASSETS[0]));
        assert_eq!(Asset::among(&[one], "base-sepolia", one.address), None);
    }

    proptest! {
        #[test]
        fn a_wrong_checksum_is_refused_and_a_missing_one_is_not(bytes in any::<[u8; 20]>(), at in 2usize..42) {
            let address = Address::from(bytes);
            let written = address.to_string();
            let digits = written.strip_prefix("0x").unwrap();
            for form in [written.clone(), digits.to_lowercase(), digits.to_uppercase()] {
                let form = if form.starts_with("0x") { form } else { format!("0x{form}") };
                prop_assert_eq!(parse_own_address(&form), Some(address));
            }
            let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            let flipped: String = written.char_indices().map(|(i, c)| if i == at { flip(c) } else { c }).collect();
            let is_plain = flipped[2..] == digits.to_lowercase() || flipped[2..] == digits.to_uppercase();
            prop_assert_eq!(parse_own_address(&flipped).is_some(), is_plain || flipped == written);
        }
    }
}
