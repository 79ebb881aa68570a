//! What wallets reject with, and what it means.
//!
//! They throw plain objects as often as errors, and disagree on nearly every code. So a rejection is read by its members and
//! never by its class, and the table here is the only place that knows who says what.

use super::{
    error::{Code, Error, Retry, Stage},
    json::Json,
    reason,
    text::{read_number, text},
};

/// What a rejection means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The visitor said no.
    Refused,
    /// Another request is open in the wallet.
    Busy,
    /// The page may not use the account, or not any more.
    Withheld,
    /// The wallet does not have the network.
    ChainMissing,
    /// The wallet is on another network.
    Elsewhere,
    /// The wallet does not know the method.
    Unable,
    /// The wallet has lost its connection.
    Gone,
    /// The browser did not let the wallet open its window.
    WindowBlocked,
    /// Anything else.
    Failed,
}

/// A row matches if one of its codes matches, or it lists none, and one of its phrases does, or it lists none.
struct Row {
    codes: &'static [i32],
    /// In lower case.
    words: &'static [&'static str],
    means: Meaning,
}

const fn row(codes: &'static [i32], words: &'static [&'static str], means: Meaning) -> Row {
    Row { codes, words, means }
}

/// The first row that fits counts.
const TABLE: &[Row] = &[
    // 4001 "please request after current approval resolve", though nobody refused: RabbyHub/Rabby, notification.ts.
    row(&[4001], &["after current approval"], Meaning::Busy),
    // "userRejectedRequest": https://eips.ethereum.org/EIPS/eip-1193#provider-errors. MetaMask, Rabby, Coinbase ("Request rejected").
    // 5000 to 5003: @walletconnect/utils 2.25.0, errors.ts (USER_REJECTED…).
    row(&[4001, 5000, 5001, 5002, 5003], &[], Meaning::Refused),
    // -32603 "User rejected the request.": @rainbow-me/provider 0.1.2, handleProviderRequest. "User denied message signature.": MetaMask
    // before 11. "(denied|rejected)" of WalletLink: @coinbase/wallet-sdk 4.4.0. Ledger's 0x6985, "denied by the user".
    row(
        &[],
        &[
            "user rejected",
            "user denied",
            "rejected by user",
            "rejected by the user",
            "denied by the user",
            "request rejected",
        ],
        Meaning::Refused,
    ),
    // "Request of type … already pending": @metamask/approval-controller 8.0.0.
    row(&[-32002], &[], Meaning::Busy),
    // "Already processing connect. Please wait.", "… unlock …": RabbyHub/Rabby 91404b18a, rpcFlow.ts.
    row(&[-32001], &["already processing"], Meaning::Busy),
    // https://eips.ethereum.org/EIPS/eip-3326. As `data.originalError` of -32603: MetaMask Mobile (metamask-mobile#2944, #3312).
    row(&[4902], &[], Meaning::ChainMissing),
    // "Chain Id not supported": @rainbow-me/provider 0.1.2.
    row(&[-32600], &["not supported"], Meaning::ChainMissing),
    // "Unsupported chains", and a session without the chain: @walletconnect/utils 2.25.0 (walletconnect-monorepo#4588).
    row(&[5100], &[], Meaning::ChainMissing),
    row(&[], &["missing or invalid. request() chainid"], Meaning::ChainMissing),
    // "chainDisconnected": EIP-1193.
    row(&[4901], &[], Meaning::Elsewhere),
    // -32603 "Provided chainId … must match the active chainId …": @metamask/signature-controller 37.0.0. -32602 "chainId should be same as
    // current chainId": Rabby, controller.ts. -32600 "Chain Id mismatch": Rainbow. "ChainId Mismatch": trust-web3-provider#376.
    row(&[], &["chainid", "chain id", "chain_id"], Meaning::Elsewhere),
    // "unauthorized": EIP-1193; MetaMask, and Coinbase before `eth_requestAccounts`.
    row(&[4100], &[], Meaning::Withheld),
    // Rabby, controller.ts; WalletLink, @coinbase/wallet-sdk 4.4.0; @safe-global/safe-apps-provider 0.18.6.
    row(
        &[],
        &["from should be same as current address", "unknown ethereum address", "the address is invalid"],
        Meaning::Withheld,
    ),
    // "unsupportedMethod": EIP-1193. -32601: JSON-RPC; MetaMask Mobile (thirdweb-dev/js#7938), Rabby. -32004: EIP-1474; Rainbow, and Base's
    // sub-accounts (@base-org/account 2.5.10). 5101: @walletconnect/utils.
    row(&[4200, -32601, -32004, 5101], &[], Meaning::Unable),
    // "disconnected": EIP-1193. 1011 "Page reload required.": @metamask/providers 22.1.1, BaseProvider. 6000: @walletconnect/utils.
    row(&[4900, 1011, 6000], &[], Meaning::Gone),
    // -32603 "Popup window was blocked": @coinbase/wallet-sdk 4.4.0 and @base-org/account 2.5.10.
    row(&[], &["popup window was blocked"], Meaning::WindowBlocked),
];

/// What a rejection says, whatever its class, and what it wraps.
struct Rejection {
    codes: Vec<i32>,
    message: String,
    /// All its messages, in lower case.
    words: String,
}

impl Rejection {
    fn read<J: Json>(thrown: &J) -> Self {
        let mut rejection = Self { codes: Vec::new(), message: String::new(), words: String::new() };
        rejection.take(thrown);
        rejection.message = rejection.words.clone();
        // MetaMask Mobile's, then that of errors which pages and viem make of errors.
        let inner = thrown.get("data").and_then(|data| data.get("originalError"));
        inner.iter().chain(&thrown.get("cause")).for_each(|inner| rejection.take(inner));
        rejection.words.make_ascii_lowercase();
        rejection
    }

    fn take<J: Json>(&mut self, thrown: &J) {
        self.codes.extend(read_code(thrown));
        self.words.push_str(&thrown.text_at("message").or_else(|| thrown.as_text()).unwrap_or_default());
    }

    fn is_of(&self, row: &Row) -> bool {
        let has_code = row.codes.iter().any(|code| self.codes.contains(code));
        let says = |word: &&str| self.words.as_bytes().windows(word.len()).any(|part| part == word.as_bytes());
        (has_code || row.codes.is_empty()) && (row.words.is_empty() || row.words.iter().any(says))
    }

    fn meaning(&self) -> Meaning {
        TABLE.iter().find(|row| self.is_of(row)).map_or(Meaning::Failed, |row| row.means)
    }
}

/// Codes come as numbers, and as text from some.
fn read_code<J: Json>(thrown: &J) -> Option<i32> {
    let code = thrown.get("code")?;
    let text = code.as_number().or_else(|| code.as_text())?;
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |digits| (true, digits));
    let code = i32::try_from(read_number(digits)?).ok()?;
    Some(if negative { code.saturating_neg() } else { code })
}

/// Whether a refused switch means that the wallet does not have the network.
#[must_use]
pub fn lacks_chain<J: Json>(thrown: &J) -> bool {
    Rejection::read(thrown).meaning() == Meaning::ChainMissing
}

/// What a rejection comes to, when `asking` (in words) was under way. Nothing has been paid.
#[must_use]
pub fn read<J: Json>(thrown: &J, asking: &str) -> Error {
    let rejection = Rejection::read(thrown);
    let (code, retry, what) = match rejection.meaning() {
        Meaning::Refused => (Code::UserRejected, Retry::Safe, "the request was declined in the wallet"),
        Meaning::Busy => {
            (Code::WalletBusy, Retry::Safe, "another request is open in the wallet: finish it there, then try again")
        }
        Meaning::Withheld => (
            Code::WalletLocked,
            Retry::Safe,
            "the wallet does not share its account with this page: unlock it, or connect again",
        ),
        Meaning::ChainMissing | Meaning::Elsewhere => {
            (Code::WrongNetwork, Retry::Safe, "the wallet is on another network: switch it, then try again")
        }
        Meaning::Unable => (Code::WalletError, Retry::Never, "this wallet cannot pay here: use another one"),
        Meaning::Gone => (Code::WalletError, Retry::Safe, "the wallet has lost its connection: reload the page"),
        Meaning::WindowBlocked => (
            Code::WalletError,
            Retry::Safe,
            "the browser kept the wallet from opening its window: allow it, or pay a `quote()`, within the click",
        ),
        Meaning::Failed => (Code::WalletError, Retry::Safe, "the wallet failed"),
    };
    let message = text!(what, " (at ", asking, ": ", reason::line(&rejection.message), ")");
    Error::unpaid(code, Stage::Wallet, message).retry(retry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What wallets throw, as measured or read at the source; for each row of the table at least one.
    fn samples() -> Vec<(Value, Meaning)> {
        let said = |code: i32, message: &str| json!({"code": code, "message": message});
        vec![
            (said(4001, "User rejected the request."), Meaning::Refused),
            (json!({"code": "4001"}), Meaning::Refused),
            (said(5000, "User rejected."), Meaning::Refused),
            (said(-32603, "User rejected the request."), Meaning::Refused),
            (json!("MetaMask Tx Signature: User denied message signature."), Meaning::Refused),
            (json!({"message": "Ledger device: denied by the user? (0x6985)"}), Meaning::Refused),
            (json!({"code": -1, "message": "it failed", "cause": {"code": 4001}}), Meaning::Refused),
            (said(4001, "please request after current approval resolve"), Meaning::Busy),
            (said(-32002, "Request of type 'wallet_requestPermissions' already pending"), Meaning::Busy),
            (said(-32001, "Already processing connect. Please wait."), Meaning::Busy),
            (said(-32001, "Resource not found"), Meaning::Failed),
            (said(4902, "Unrecognized chain ID \"0x14a34\"."), Meaning::ChainMissing),
            (json!({"code": -32603, "data": {"originalError": {"code": 4902}}}), Meaning::ChainMissing),
            (said(-32600, "Chain Id not supported"), Meaning::ChainMissing),
            (said(5100, "Unsupported chains."), Meaning::ChainMissing),
            (json!({"message": "Missing or invalid. request() chainId: eip155:8453"}), Meaning::ChainMissing),
            (said(4901, ""), Meaning::Elsewhere),
            (said(-32603, "Provided chainId \"8453\" must match the active chainId \"1\""), Meaning::Elsewhere),
            (said(-32602, "chainId should be same as current chainId"), Meaning::Elsewhere),
            (said(-32600, "Chain Id mismatch"), Meaning::Elsewhere),
            (said(4100, "The requested account and/or method has not been authorized by the user."), Meaning::Withheld),
            (said(-32602, "from should be same as current address"), Meaning::Withheld),
            (json!({"message": "Unknown Ethereum address"}), Meaning::Withheld),
            (said(-32601, "method [x] doesn't has corresponding handler"), Meaning::Unable),
            (said(-32004, "Method not supported"), Meaning::Unable),
            (said(4200, ""), Meaning::Unable),
            (said(1011, "MetaMask: Disconnected from MetaMask background. Page reload required."), Meaning::Gone),
            (said(-32603, "Popup window was blocked"), Meaning::WindowBlocked),
            (said(-32603, "Internal error"), Meaning::Failed),
            (json!({}), Meaning::Failed),
            (json!(null), Meaning::Failed),
            (json!(5), Meaning::Failed),
        ]
    }

    #[test]
    fn rejections_of_every_shape_are_understood() {
        for (thrown, meaning) in samples() {
            assert_eq!(Rejection::read(&thrown).meaning(), meaning, "{thrown}");
        }
    }

    #[test]
    fn each_row_of_the_table_is_of_use() {
        for (place, row) in TABLE.iter().enumerate() {
            let is_met = |(thrown, _): &(Value, Meaning)| {
                let rejection = Rejection::read(thrown);
                TABLE.iter().position(|row| rejection.is_of(row)) == Some(place)
            };
            assert!(samples().iter().any(is_met), "{place}: {:?} {:?}", row.codes, row.words);
            assert!(row.words.iter().all(|word| *word == word.to_lowercase()));
        }
    }

    #[test]
    fn errors_say_what_happened_and_what_to_do() {
        use super::super::error::Paid;
        for (thrown, meaning) in samples() {
            let (code, retry) = match meaning {
                Meaning::Refused => (Code::UserRejected, Retry::Safe),
                Meaning::Busy => (Code::WalletBusy, Retry::Safe),
                Meaning::Withheld => (Code::WalletLocked, Retry::Safe),
                Meaning::ChainMissing | Meaning::Elsewhere => (Code::WrongNetwork, Retry::Safe),
                Meaning::Unable => (Code::WalletError, Retry::Never),
                Meaning::Gone | Meaning::WindowBlocked | Meaning::Failed => (Code::WalletError, Retry::Safe),
            };
            let error = read(&thrown, "the signature");
            assert_eq!(
                (error.code, error.retry, error.paid, error.stage),
                (code, retry, Paid::No, Stage::Wallet),
                "{thrown}"
            );
            let words = thrown["message"].as_str().unwrap_or_default();
            assert!(error.message.contains("the signature") && error.message.contains(words), "{}", error.message);
            assert_eq!(lacks_chain(&thrown), meaning == Meaning::ChainMissing, "{thrown}");
        }
    }
}
