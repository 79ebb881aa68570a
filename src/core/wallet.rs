//! The conversation with an EIP-1193 wallet: what is asked, and how its answers are read.

use alloy_primitives::{Address, B256, U256};

use super::{
    assets::{Asset, Chain, parse_address},
    error::{Code, Error, Stage},
    json::{self, Json, ObjectWriter},
    place,
    text::{self, text},
};

/// A call of the wallet's `request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The JSON-RPC method.
    pub method: &'static str,
    /// The parameters as JSON text; `None` for none.
    pub params: Option<String>,
    /// How many milliseconds an answer is waited for.
    pub patience: u64,
}

/// What a wallet's events say while a question is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overheard<J> {
    /// It has connected these accounts: the answer to a question that the wallet has forgotten.
    Connected(J),
    /// It is gone and will not answer, with the reason if it named one.
    Gone(Option<J>),
}

/// What the wallet answered, or threw; `Err(None)` if it did not answer in time.
pub type Reply<J> = Result<J, Option<J>>;

const CONNECT: &str = "eth_requestAccounts";

/// The code of a `disconnect` after which MetaMask reconnects by itself.
const RECOVERS: u64 = 1013;

/// For questions without a prompt: the wallet may have to wake up first, but nobody has to decide anything.
const PATIENCE_MS: u64 = 10_000;
/// For questions inside the click: a wallet that opens a window of its own may do so for five seconds after it, so what
/// is only useful to know must not use them up
/// ([HTML](https://html.spec.whatwg.org/multipage/interaction.html#transient-activation-duration)).
const BRIEF_PATIENCE_MS: u64 = 2_500;
/// A visitor who has not answered a prompt for this long does not see it. Some prompts never end by themselves, for
/// example when the wallet's window is closed.
const PROMPT_PATIENCE_MS: u64 = 600_000;

/// The selector of `isValidSignature(bytes32,bytes)`, which is the answer of a contract that accepts, too
/// ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)).
const IS_VALID_SIGNATURE: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];

impl Question {
    const fn plain(method: &'static str, patience: u64) -> Self {
        Self { method, params: None, patience }
    }

    const fn prompt(method: &'static str, params: String) -> Self {
        Self { method, params: Some(params), patience: PROMPT_PATIENCE_MS }
    }

    /// Asks the visitor to connect. Opens no prompt if the wallet is connected.
    #[must_use]
    pub const fn connect() -> Self {
        Self::plain(CONNECT, PROMPT_PATIENCE_MS)
    }

    /// Whether it asks the visitor to connect.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.method == CONNECT
    }

    /// What one of the wallet's events ([EIP-1193](https://eips.ethereum.org/EIPS/eip-1193)) means for the answer to
    /// this question, if anything.
    #[must_use]
    pub fn overheard<J: Json>(&self, event: &str, told: &J) -> Option<Overheard<J>> {
        match event {
            "disconnect" if told.whole_at("code") == Some(RECOVERS) => None,
            "disconnect" => Some(Overheard::Gone(told.text_at("message").is_some().then(|| told.clone()))),
            "accountsChanged" if self.is_connect() && told.items().is_some_and(|accounts| !accounts.is_empty()) => {
                Some(Overheard::Connected(told.clone()))
            }
            _ => None,
        }
    }

    /// The accounts that are connected. Opens no prompt.
    #[must_use]
    pub const fn accounts() -> Self {
        Self::plain("eth_accounts", PATIENCE_MS)
    }

    /// The active chain.
    #[must_use]
    pub const fn chain_id() -> Self {
        Self::plain("eth_chainId", PATIENCE_MS)
    }

    /// Asks to switch the active chain ([EIP-3326](https://eips.ethereum.org/EIPS/eip-3326)).
    #[must_use]
    pub fn switch_to(chain: &Chain) -> Self {
        let target = ObjectWriter::default().text("chainId", &text::quantity(chain.id)).finish();
        Self::prompt("wallet_switchEthereumChain", text!("[", target, "]"))
    }

    /// Asks to add the chain ([EIP-3085](https://eips.ethereum.org/EIPS/eip-3085)), if there is a public node.
    #[must_use]
    pub fn add(chain: &Chain) -> Option<Self> {
        let node = chain.node?;
        let coin = ObjectWriter::default()
            .text("name", node.coin.name)
            .text("symbol", node.coin.symbol)
            .raw("decimals", "18")
            .finish();
        let chain = ObjectWriter::default()
            .text("chainId", &text::quantity(chain.id))
            .text("chainName", chain.name)
            .raw("nativeCurrency", &coin)
            .raw("rpcUrls", &text!("[", json::string(node.url), "]"))
            .raw("blockExplorerUrls", &text!("[", json::string(chain.explorer), "]"))
            .finish();
        Some(Self::prompt("wallet_addEthereumChain", text!("[", chain, "]")))
    }

    /// Reads a token balance: `balanceOf(address)`.
    #[must_use]
    pub fn balance_of(asset: &Asset, owner: Address) -> Self {
        Self::call(asset.address, &text!("0x70a08231", text::hex(&owner.into_word().0)), "latest")
    }

    /// Reads the code at an account: `0x` if it is controlled by a key alone.
    #[must_use]
    pub fn code_at(account: Address) -> Self {
        Self::reading("eth_getCode", text!("[", json::string(&text::address(account)), ",\"latest\"]"))
    }

    /// Asks an account that is a contract whether it accepts a signature. `signature` is hex.
    #[must_use]
    pub fn is_valid_signature(account: Address, digest: B256, signature: &str) -> Self {
        Self::call(account, &is_valid_signature(digest, signature), "latest")
    }

    /// Runs a program as if to create a contract, without keeping anything that it does. The answer is what it returns.
    #[must_use]
    pub fn run(program: &[u8]) -> Self {
        let call = ObjectWriter::default().text("data", &text::bytes(program)).finish();
        Self::reading("eth_call", text!("[", call, ",\"latest\"]"))
    }

    /// Calls a contract at a block, without changing anything.
    #[must_use]
    pub fn call(to: Address, data: &str, block: &str) -> Self {
        let call = ObjectWriter::default().text("to", &text::address(to)).text("data", data).finish();
        Self::reading("eth_call", text!("[", call, ",", json::string(block), "]"))
    }

    /// Reads something from the wallet's chain. Opens no prompt.
    #[must_use]
    pub const fn reading(method: &'static str, params: String) -> Self {
        Self { method, params: Some(params), patience: PATIENCE_MS }
    }

    /// Asks for a signature, and waits for as long as it would be of use. The typed data is one JSON string, which
    /// every wallet accepts.
    #[must_use]
    pub fn sign(payer: Address, typed_data: &str, patience: u64) -> Self {
        let params = text!("[", json::string(&text::address(payer)), ",", json::string(typed_data), "]");
        Self { method: "eth_signTypedData_v4", params: Some(params), patience }
    }

    /// The same question, with a patience that fits into a click.
    #[must_use]
    pub fn briefly(self) -> Self {
        Self { patience: BRIEF_PATIENCE_MS, ..self }
    }
}

/// Accepts exactly one wallet: if there are several, the choice is the visitor's.
///
/// # Errors
/// `no_wallet`, `wallet_ambiguous`.
pub fn the_only(wallets: usize) -> Result<(), Error> {
    let (code, message) = match wallets {
        1 => return Ok(()),
        0 => (
            Code::NoWallet,
            place::pick(
                "no such wallet was found on this page: install one, or open the page in a wallet's browser",
                "no wallet was passed: in Node, `wallet` takes `fromAccount(account, options)` of imagine-x402/node",
            ),
        ),
        _ => (Code::WalletAmbiguous, "several wallets were found: pass the one that the visitor chose as `wallet`"),
    };
    Err(Error::unpaid(code, Stage::Wallet, message))
}

/// Accounts beyond this many are ignored.
const MOST_ACCOUNTS: u32 = 100;

/// The accounts that may pay, from the answer to `eth_requestAccounts`: the wanted one, or else each one once. Entries
/// that are not addresses are skipped; but if the first entry is not, there are none, so that a wallet that writes its
/// first account in another form does not pay from its second.
#[must_use]
pub fn read_accounts<J: Json>(answer: &J, wanted: Option<Address>) -> Vec<Address> {
    let mut accounts = Vec::new();
    for account in answer.items_start(MOST_ACCOUNTS).unwrap_or_default() {
        match account.as_text().as_deref().and_then(parse_address) {
            Some(account) if !accounts.contains(&account) && wanted.is_none_or(|wanted| wanted == account) => {
                accounts.push(account);
            }
            None if accounts.is_empty() && wanted.is_none() => break,
            _ => {}
        }
    }
    accounts
}

/// The first of them.
#[must_use]
pub fn read_account<J: Json>(answer: &J, wanted: Option<Address>) -> Option<Address> {
    read_accounts(answer, wanted).first().copied()
}

/// The topic of a provider's session with a wallet on another device, as WalletConnect's and Reown's providers have it.
#[must_use]
pub fn read_session<J: Json>(provider: &J) -> Option<String> {
    provider.get("session")?.text_at("topic")
}

/// A chain id as wallets write it: hex text, decimal text or a number.
#[must_use]
pub fn read_chain_id<J: Json>(answer: &J) -> Option<u64> {
    let text = answer.as_text().or_else(|| answer.as_number())?;
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text::read_number(&text),
    }
}

/// A 256-bit answer of `eth_call`. `None` for `0x`, which is the answer where the token does not exist.
#[must_use]
pub fn read_uint<J: Json>(answer: &J) -> Option<U256> {
    text::read_exactly(&answer.as_text()?).map(U256::from_be_bytes::<32>)
}

/// The data of the call `isValidSignature(bytes32,bytes)` ([ERC-1271](https://eips.ethereum.org/EIPS/eip-1271)), in
/// hex. `signature` is hex.
#[must_use]
pub fn is_valid_signature(digest: B256, signature: &str) -> String {
    let word = |number: usize| text::hex(&U256::from(number).to_be_bytes::<32>());
    let digits = signature.strip_prefix("0x").unwrap_or(signature);
    let padding = digits.len().next_multiple_of(64).saturating_sub(digits.len());
    let length = word(digits.len().saturating_div(2));
    let zeros = text::zeros(padding);
    text!("0x", text::hex(&IS_VALID_SIGNATURE), text::hex(&digest.0), word(64), length, digits, zeros)
}

/// Whether a contract accepts a signature: it then answers with the selector of the function itself.
#[must_use]
pub fn accepts_signature<J: Json>(answer: &J) -> bool {
    let word = answer.as_text().and_then(|word| text::read_exactly::<32>(&word));
    // The token compares the whole word.
    word.is_some_and(|word| word.split_first_chunk() == Some((&IS_VALID_SIGNATURE, &[0; 28][..])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::assets::ASSETS;
    use alloy_primitives::{hex, keccak256};
    use serde_json::{Value, json};

    #[test]
    fn what_a_wallet_says_of_itself_may_be_the_answer() {
        let (connect, other) = (Question::connect(), Question::chain_id());
        let updated = json!({"code": 1011, "message": "the extension was updated"});
        for question in [&connect, &other] {
            assert_eq!(question.overheard("disconnect", &updated), Some(Overheard::Gone(Some(updated.clone()))));
            assert_eq!(question.overheard("disconnect", &json!({"code": 1013, "message": "again"})), None);
            for wordless in [json!(null), json!({}), json!({"code": 4900}), json!("gone")] {
                assert_eq!(question.overheard("disconnect", &wordless), Some(Overheard::Gone(None)), "{wordless}");
            }
            assert_eq!(question.overheard("chainChanged", &json!(["0x1"])), None);
        }
        let accounts = json!(["0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"]);
        assert_eq!(connect.overheard("accountsChanged", &accounts), Some(Overheard::Connected(accounts.clone())));
        assert_eq!(other.overheard("accountsChanged", &accounts), None);
        for nothing in [json!([]), json!("none"), json!(null)] {
            assert_eq!(connect.overheard("accountsChanged", &nothing), None);
        }
    }

    #[test]
    fn a_session_is_known_by_its_topic() {
        let provider = json!({"session": {"topic": "7f", "expiry": 9}});
        assert_eq!(read_session(&provider), Some("7f".into()));
        for none in [
            json!({}),
            json!(null),
            json!({"session": null}),
            json!({"session": "7f"}),
            json!({"session": {"topic": 7}}),
        ] {
            assert_eq!(read_session(&none), None, "{none}");
        }
    }

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
        assert_eq!(
            params(Question::sign(payer, r#"{"a":"\"b\""}"#, 1)),
            json!([payer.to_string(), r#"{"a":"\"b\""}"#])
        );
    }

    #[test]
    fn a_prompt_is_waited_for_longer_than_what_opens_none() {
        let chain = &ASSETS[1].chain;
        for prompt in [Question::connect(), Question::switch_to(chain), Question::add(chain).unwrap()] {
            assert_eq!(prompt.patience, 600_000, "{prompt:?}");
        }
        let account = ASSETS[1].address;
        for plain in [
            Question::accounts(),
            Question::chain_id(),
            Question::balance_of(&ASSETS[0], account),
            Question::code_at(account),
            Question::is_valid_signature(account, B256::ZERO, "0xab"),
        ] {
            assert_eq!(plain.patience, 10_000, "{plain:?}");
            let brief = plain.clone().briefly();
            assert_eq!(brief, Question { patience: 2_500, ..plain });
        }
        assert_eq!(Question::sign(account, "{}", 7).patience, 7);
    }

    #[test]
    fn one_wallet_is_taken_and_no_choice_is_made_for_the_visitor() {
        let said = |wallets| the_only(wallets).map_err(|error| error.code);
        assert_eq!([said(1), said(0), said(2)], [Ok(()), Err(Code::NoWallet), Err(Code::WalletAmbiguous)]);
    }

    #[test]
    fn a_contract_is_asked_by_the_standards_own_encoding() {
        let selector = keccak256("isValidSignature(bytes32,bytes)");
        for (signature, words) in [("ab".repeat(65), 3), ("ab".repeat(32), 1), ("ab".repeat(33), 2), ("ab".into(), 1)] {
            let digest = B256::repeat_byte(7);
            let asked = Question::is_valid_signature(ASSETS[1].address, digest, &format!("0x{signature}"));
            let params = Value::parse(&asked.params.unwrap()).unwrap();
            let length = signature.len() / 2;
            let padded = format!("{signature:0<width$}", width = words * 64);
            let data =
                format!("0x{}{}{:064x}{length:064x}{padded}", hex::encode(&selector[..4]), hex::encode(digest), 64);
            assert_eq!(params[0], json!({"to": ASSETS[1].address.to_string(), "data": data}));
        }
        let word = |text: &str| json!(format!("0x{text:0<64}"));
        assert!(accepts_signature(&word("1626ba7e")));
        for other in [word("1626ba7f"), word("00001626ba7e"), json!("0x1626ba7e"), json!("0x"), Value::Null] {
            assert!(!accepts_signature(&other), "{other}");
        }
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
        let [first, second] = [ASSETS[0].address, ASSETS[1].address];
        let both = json!([first.to_string().to_lowercase(), second.to_string(), "0x", first.to_string()]);
        assert_eq!(read_accounts(&both, None), [first, second]);
        assert_eq!(read_accounts(&both, Some(second)), [second]);
        assert_eq!(read_accounts(&json!(["eip155:1", second.to_string()]), Some(second)), [second]);
        assert!(read_accounts(&both, Some(ASSETS[2].address)).is_empty());
        for none in [
            json!([]),
            json!(null),
            json!("0xf39f"),
            json!([{}]),
            json!(["f39fd6e51aad88f6f4ce6ab8827279cfffb92266"]),
            json!(["eip155:1", second.to_string()]),
        ] {
            assert!(read_accounts(&none, None).is_empty(), "{none}");
        }
        assert_eq!(read_uint(&json!(format!("0x{:064x}", 7))), Some(U256::from(7)));
        for none in [json!("0x"), json!("0x07"), json!(7), json!(format!("0x{:066x}", 7))] {
            assert_eq!(read_uint(&none), None, "{none}");
        }
    }
}
