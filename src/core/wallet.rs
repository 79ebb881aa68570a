//! The conversation with an EIP-1193 wallet: what is asked, and what its answers mean.
//!
//! Wallets reject with plain objects as often as with errors, and disagree on nearly every code, so a rejection is read
//! by its members and never by its class.

use alloy_primitives::{Address, B256, U256, hex};

use super::{
    assets::{Asset, Chain, parse_address},
    error::{Code, Details, Error, Stage},
    json::{self, Json, ObjectWriter},
    text::{self, text},
};

/// A call of the wallet's `request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The JSON-RPC method.
    pub method: &'static str,
    /// The parameters as JSON text; `None` for none.
    pub params: Option<String>,
    /// How many milliseconds an answer is waited for. What opens a prompt waits for the visitor, as long as it takes.
    pub patience: Option<u64>,
}

/// What a wallet answers; what it throws; or `Err(None)` when it did not answer in time.
pub type Reply<J> = Result<J, Option<J>>;

/// A wallet may have to wake up first, but what opens no prompt is no question to think about.
const PATIENCE_MS: u64 = 10_000;

impl Question {
    const fn plain(method: &'static str, patience: Option<u64>) -> Self {
        Self { method, params: None, patience }
    }

    const fn with(method: &'static str, params: String) -> Self {
        Self { method, params: Some(params), patience: None }
    }

    /// The accounts that the page may already see. Opens no prompt.
    #[must_use]
    pub const fn accounts() -> Self {
        Self::plain("eth_accounts", Some(PATIENCE_MS))
    }

    /// Asks the user to connect.
    #[must_use]
    pub const fn connect() -> Self {
        Self::plain("eth_requestAccounts", None)
    }

    /// The active chain.
    #[must_use]
    pub const fn chain_id() -> Self {
        Self::plain("eth_chainId", Some(PATIENCE_MS))
    }

    /// Asks to switch the active chain ([EIP-3326](https://eips.ethereum.org/EIPS/eip-3326)).
    #[must_use]
    pub fn switch_to(chain: &Chain) -> Self {
        let target = ObjectWriter::default().text("chainId", &text::quantity(chain.id)).finish();
        Self::with("wallet_switchEthereumChain", text!("[", target, "]"))
    }

    /// Asks to add the chain ([EIP-3085](https://eips.ethereum.org/EIPS/eip-3085)), if there is an address to reach it by.
    #[must_use]
    pub fn add(chain: &Chain) -> Option<Self> {
        let chain = ObjectWriter::default()
            .text("chainId", &text::quantity(chain.id))
            .text("chainName", chain.name)
            .raw("nativeCurrency", r#"{"name":"Ether","symbol":"ETH","decimals":18}"#)
            .raw("rpcUrls", &text!("[", json::string(chain.rpc?), "]"))
            .raw("blockExplorerUrls", &text!("[", json::string(chain.explorer), "]"))
            .finish();
        Some(Self::with("wallet_addEthereumChain", text!("[", chain, "]")))
    }

    /// Reads a token balance: `balanceOf(address)`.
    #[must_use]
    pub fn balance_of(asset: &Asset, owner: Address) -> Self {
        Self::call(asset.address, &text!("0x70a08231", hex::encode(owner.into_word())), "latest")
    }

    /// Reads what stands at an account: `0x` where there is only a key.
    #[must_use]
    pub fn code_at(account: Address) -> Self {
        Self::reading("eth_getCode", text!("[", json::string(&text::address(account)), ",\"latest\"]"))
    }

    /// Asks an account that is a contract for its word on a signature: `isValidSignature(bytes32,bytes)`
    /// ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)). `signature` is hex.
    #[must_use]
    pub fn is_valid_signature(account: Address, digest: B256, signature: &str) -> Self {
        let word = |number: usize| hex::encode(U256::from(number).to_be_bytes::<32>());
        let digits = signature.strip_prefix("0x").unwrap_or(signature);
        let padding = digits.len().next_multiple_of(64).saturating_sub(digits.len());
        let length = word(digits.len().saturating_div(2));
        let data = text!("0x1626ba7e", hex::encode(digest), word(64), length, digits, "0".repeat(padding));
        Self::call(account, &data, "latest")
    }

    /// Calls a contract at a block, for what it answers alone.
    #[must_use]
    pub fn call(to: Address, data: &str, block: &str) -> Self {
        let call = ObjectWriter::default().text("to", &text::address(to)).text("data", data).finish();
        Self::reading("eth_call", text!("[", call, ",", json::string(block), "]"))
    }

    /// Reads the chain that the wallet is on. Opens no prompt.
    #[must_use]
    pub const fn reading(method: &'static str, params: String) -> Self {
        Self { method, params: Some(params), patience: Some(PATIENCE_MS) }
    }

    /// Asks for a signature. The typed data travels as one JSON string, which is what every wallet takes.
    #[must_use]
    pub fn sign(payer: Address, typed_data: &str) -> Self {
        let params = text!("[", json::string(&text::address(payer)), ",", json::string(typed_data), "]");
        Self::with("eth_signTypedData_v4", params)
    }
}

/// The first usable account of `eth_accounts` or `eth_requestAccounts`.
#[must_use]
pub fn read_account<J: Json>(answer: &J) -> Option<Address> {
    answer.items()?.first()?.text().as_deref().and_then(parse_address)
}

/// A chain id as wallets write it: hex text, decimal text or a number.
#[must_use]
pub fn read_chain_id<J: Json>(answer: &J) -> Option<u64> {
    let text = answer.text().or_else(|| answer.number())?;
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// A 256-bit answer of `eth_call`. `0x`, which a chain without the token answers, is none.
#[must_use]
pub fn read_uint<J: Json>(answer: &J) -> Option<U256> {
    let bytes = hex::decode(answer.text()?.strip_prefix("0x")?).ok()?;
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(U256::from_be_bytes)
}

/// Whether a contract took a signature for its own: it answers with the selector of the function that was asked.
#[must_use]
pub fn accepts_signature<J: Json>(answer: &J) -> bool {
    read_uint(answer).is_some_and(|word| word.to_be_bytes::<32>().starts_with(&[0x16, 0x26, 0xba, 0x7e]))
}

/// A wallet that was found on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The name it announces.
    pub name: String,
    /// Its reverse domain name, when it announces one.
    pub rdns: Option<String>,
}

/// Picks one of the wallets found: the one of the wanted `rdns`, or the only one there is.
///
/// # Errors
/// `no_wallet`, or `wallet_ambiguous` with the list.
pub fn choose(found: &[Found], wanted: Option<&str>) -> Result<usize, Error> {
    let is_wanted = |wallet: &Found| wanted.is_none_or(|rdns| wallet.rdns.as_deref() == Some(rdns));
    let mut candidates = found.iter().enumerate().filter(|(_, wallet)| is_wanted(wallet));
    match (candidates.next(), candidates.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some((index, _)), Some(_)) if wanted.is_some() => Ok(index),
        (Some(_), Some(_)) => {
            let message = "several wallets were found: pass the one that the visitor chose as `wallet`";
            Err(Error::unpaid(Code::WalletAmbiguous, Stage::Wallet, message).detail("wallets", describe(found)))
        }
        (None, _) => {
            let message = wanted.map_or_else(
                || "no wallet was found on this page: install one, or open the page in a wallet's browser".into(),
                |rdns| text!("no wallet on this page announces itself as ", rdns),
            );
            Err(Error::unpaid(Code::NoWallet, Stage::Wallet, message).detail("wallets", describe(found)))
        }
    }
}

fn describe(found: &[Found]) -> Vec<Details> {
    let one = |wallet: &Found| {
        let rdns = wallet.rdns.as_deref().unwrap_or_default();
        Details::of(vec![("name", wallet.name.as_str().into()), ("rdns", rdns.into())])
    };
    found.iter().map(one).collect()
}

/// What a rejection says, whatever its class.
struct Rejection {
    code: Option<i64>,
    inner_code: Option<i64>,
    message: String,
}

impl Rejection {
    fn read<J: Json>(thrown: &J) -> Self {
        let inner = thrown.get("data").and_then(|d| d.get("originalError"));
        Self {
            code: read_code(thrown),
            inner_code: inner.as_ref().and_then(read_code),
            message: thrown.text_at("message").or_else(|| thrown.text()).unwrap_or_default(),
        }
    }

    fn says(&self, words: &[&str]) -> bool {
        let message = self.message.to_ascii_lowercase();
        words.iter().any(|word| message.as_bytes().windows(word.len()).any(|part| part == word.as_bytes()))
    }

    fn is_refusal(&self) -> bool {
        matches!(self.code, Some(4001 | 5000..=5003))
            || self.says(&["user rejected", "user denied", "rejected by user", "request rejected"])
    }

    fn is_busy(&self) -> bool {
        self.code == Some(-32002) || (self.code == Some(-32001) && self.says(&["already processing"]))
    }
}

/// Codes come as numbers, and as text from some.
fn read_code<J: Json>(thrown: &J) -> Option<i64> {
    let code = thrown.get("code")?;
    code.number().or_else(|| code.text())?.parse().ok()
}

/// Whether a refused switch means that the wallet does not have the chain: 4902 (EIP-3326), the same inside -32603
/// (MetaMask Mobile), -32600 "not supported" (Rainbow).
#[must_use]
pub fn lacks_chain<J: Json>(thrown: &J) -> bool {
    let rejection = Rejection::read(thrown);
    rejection.code == Some(4902)
        || rejection.inner_code == Some(4902)
        || (rejection.code == Some(-32600) && rejection.says(&["not supported"]))
}

/// What a wallet's rejection comes to, when `asking` (in words) was under way. Nothing has been paid.
#[must_use]
pub fn read_rejection<J: Json>(thrown: &J, asking: &str) -> Error {
    let rejection = Rejection::read(thrown);
    let (code, message) = match () {
        () if rejection.is_refusal() => (Code::UserRejected, text!("the visitor refused ", asking)),
        () if rejection.is_busy() => {
            let message =
                text!(asking, " has to wait: another request is open in the wallet; finish it there, then try again");
            (Code::WalletBusy, message)
        }
        () if matches!(rejection.code, Some(4900 | 4901)) || rejection.says(&["chainid", "chain id", "chain_id"]) => {
            (Code::WrongNetwork, text!("the wallet is on another network, so ", asking, " failed: ", rejection.message))
        }
        () => (Code::WalletError, text!("the wallet failed at ", asking, ": ", rejection.message)),
    };
    Error::unpaid(code, Stage::Wallet, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        assets::ASSETS,
        error::{Paid, Retry},
    };
    use serde_json::{Value, json};

    #[test]
    fn questions_are_what_wallets_take() {
        let params = |q: Question| Value::parse(&q.params.unwrap()).unwrap();
        let payer = ASSETS[1].address;
        assert_eq!(params(Question::switch_to(&ASSETS[0].chain)), json!([{"chainId": "0x2105"}]));
        let added = params(Question::add(&ASSETS[1].chain).unwrap());
        assert_eq!(Question::add(&ASSETS[2].chain), None, "the visitor has to");
        assert_eq!(added[0]["chainId"], "0x14a34");
        assert_eq!(added[0]["rpcUrls"], json!(["https://sepolia.base.org"]));
        let call = params(Question::balance_of(&ASSETS[0], payer));
        assert_eq!(call[0]["data"], "0x70a08231000000000000000000000000036cbd53842c5426634e7929541ec2318f3dcf7e");
        assert_eq!(params(Question::sign(payer, r#"{"a":"\"b\""}"#)), json!([payer.to_string(), r#"{"a":"\"b\""}"#]));
    }

    #[test]
    fn answers_are_read_in_every_form() {
        for (answer, id) in [
            (json!("0x2105"), Some(8453)),
            (json!("8453"), Some(8453)),
            (json!(8453), Some(8453)),
            (json!("eip155:1"), None),
            (json!(null), None),
            (json!("0x"), None),
        ] {
            assert_eq!(read_chain_id(&answer), id, "{answer}");
        }
        assert!(read_account(&json!(["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"])).is_some());
        for none in
            [json!([]), json!(null), json!("0xf39f"), json!([{}]), json!(["f39fd6e51aad88f6f4ce6ab8827279cfffb92266"])]
        {
            assert_eq!(read_account(&none), None, "{none}");
        }
        assert_eq!(read_uint(&json!(format!("0x{:064x}", 7))), Some(U256::from(7)));
        for none in [json!("0x"), json!("0x07"), json!(7), json!(format!("0x{:066x}", 7))] {
            assert_eq!(read_uint(&none), None, "{none}");
        }
    }

    #[test]
    fn rejections_of_every_shape() {
        for (thrown, code) in [
            (json!({"code": 4001, "message": "User rejected the request."}), Code::UserRejected),
            (json!({"code": "4001"}), Code::UserRejected),
            (json!({"code": -32603, "message": "User rejected the request."}), Code::UserRejected), // Rainbow
            (json!({"code": 5000, "message": "User rejected."}), Code::UserRejected),               // WalletConnect
            (json!("MetaMask Tx Signature: User denied message signature."), Code::UserRejected),
            (json!({"code": -32002, "message": "already pending"}), Code::WalletBusy),
            (json!({"code": -32001, "message": "Already processing connect. Please wait."}), Code::WalletBusy), // Rabby
            (
                json!({"code": -32603, "message": "Provided chainId \"8453\" must match the active chainId \"1\""}),
                Code::WrongNetwork,
            ),
            (json!({"code": -32600, "message": "Chain Id mismatch"}), Code::WrongNetwork), // Rainbow
            (json!({"code": 4901, "message": ""}), Code::WrongNetwork),
            (json!({"code": 4100, "message": "not authorized"}), Code::WalletError),
            (json!({}), Code::WalletError),
            (json!(null), Code::WalletError),
            (json!(5), Code::WalletError),
        ] {
            let error = read_rejection(&thrown, "the signature");
            assert_eq!((error.code, error.paid, error.retry), (code, Paid::No, Retry::Safe), "{thrown}");
        }
    }

    #[test]
    fn a_missing_chain_is_known_by_its_codes() {
        for (thrown, lacks) in [
            (json!({"code": 4902}), true),
            (json!({"code": -32603, "data": {"originalError": {"code": 4902}}}), true),
            (json!({"code": -32600, "message": "Chain Id not supported"}), true),
            (json!({"code": 4001}), false),
            (json!({"code": -32603}), false),
        ] {
            assert_eq!(lacks_chain(&thrown), lacks, "{thrown}");
        }
    }

    #[test]
    fn one_wallet_is_chosen_or_none() {
        let wallet = |name: &str, rdns: &str| Found { name: name.into(), rdns: Some(rdns.into()) };
        let (a, b) = (wallet("A", "org.a"), wallet("B", "org.b"));
        assert_eq!(choose(&[], None).unwrap_err().code, Code::NoWallet);
        assert_eq!(choose(std::slice::from_ref(&a), None).unwrap(), 0);
        assert_eq!(choose(&[a.clone(), b.clone()], Some("org.b")).unwrap(), 1);
        assert_eq!(choose(std::slice::from_ref(&a), Some("org.b")).unwrap_err().code, Code::NoWallet);
        let error = choose(&[a, b], None).unwrap_err();
        assert_eq!(error.code, Code::WalletAmbiguous);
        assert!(error.details.get("wallets").is_some());
    }
}
