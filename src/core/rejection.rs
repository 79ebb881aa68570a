//! What wallets reject with, and what it means.
//!
//! Wallets throw plain objects as often as errors, and disagree about nearly every code. So a rejection is read by its
//! members, never by its class, and the table in this file is the only place that knows who says what. Codes count
//! before words, because words may quote anything: viem's clients put the whole request into their message.

use super::{
    error::{Code, Error, Retry, Stage},
    json::Json,
    place, reason,
    text::{find, number, read_number, text},
};

/// What a rejection means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The visitor declined.
    Refused,
    /// Another request is open in the wallet.
    Busy,
    /// The page does not have access to the account, or no longer has.
    Withheld,
    /// The wallet does not have the network.
    ChainMissing,
    /// The wallet is on another network.
    Elsewhere,
    /// The wallet does not know the method.
    Unable,
    /// The page has no connection to the wallet.
    NotConnected,
    /// The wallet has lost its connection.
    Gone,
    /// The request was not answered in time.
    Expired,
    /// The browser blocked the wallet's window.
    WindowBlocked,
    /// Anything else.
    Failed,
}

/// A row matches if one of its codes does and one of its phrases does. An empty list matches everything.
struct Row {
    codes: &'static [i32],
    /// In lower case.
    words: &'static [&'static str],
    means: Meaning,
}

const fn row(codes: &'static [i32], words: &'static [&'static str], means: Meaning) -> Row {
    Row { codes, words, means }
}

/// The first matching row that has codes counts; if there is none, the first matching row without codes.
static TABLE: &[Row] = &[
    // 4001 "please request after current approval resolve", though nobody refused: RabbyHub/Rabby, notification.ts.
    row(&[4001], &["after current approval"], Meaning::Busy),
    // "userRejectedRequest": https://eips.ethereum.org/EIPS/eip-1193#provider-errors. MetaMask, Rabby, Coinbase
    // ("Request rejected"). 5000 to 5003: @walletconnect/utils 2.25.0, errors.ts (USER_REJECTED…).
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
    // A request that the network ended: Go's "context canceled".
    row(&[], &["context cancel", "timeout", "timed out"], Meaning::Failed),
    // "User closed modal": Reown's AppKit. "User cancelled", "User canceled", "cancelled by user": Trust Wallet, Magic,
    // Ledger's own libraries. "User closed the popup": Web3Auth. "User exited …": Privy. "User declined …": Frame.
    // `ACTION_REJECTED`: ethers 6.17.0.
    row(
        &[],
        &["cancel", "user closed", "closed by the user", "user exited", "user declined", "action_rejected"],
        Meaning::Refused,
    ),
    // "Request of type … already pending": @metamask/approval-controller 8.0.0.
    row(&[-32002], &[], Meaning::Busy),
    // "Already processing connect. Please wait.", "… unlock …": RabbyHub/Rabby 91404b18a, rpcFlow.ts.
    row(&[-32001], &["already processing"], Meaning::Busy),
    // https://eips.ethereum.org/EIPS/eip-3326. As `data.originalError` of -32603: MetaMask Mobile
    // (metamask-mobile#2944, #3312).
    row(&[4902], &[], Meaning::ChainMissing),
    // "Chain Id not supported": @rainbow-me/provider 0.1.2.
    row(&[-32600], &["not supported"], Meaning::ChainMissing),
    // "Unsupported chains", and a session without the chain: @walletconnect/utils 2.25.0 (walletconnect-monorepo#4588).
    row(&[5100], &[], Meaning::ChainMissing),
    row(&[], &["missing or invalid. request() chainid"], Meaning::ChainMissing),
    // A session without the method to switch or to add a network: @walletconnect/sign-client 2.21.7, engine.ts
    // (isValidRequest), and universal-provider 2.21.7, eip155.ts.
    row(
        &[],
        &[
            "missing or invalid. request() method: wallet_switchethereumchain",
            "missing or invalid. request() method: wallet_addethereumchain",
            "failed to switch to chain",
        ],
        Meaning::ChainMissing,
    ),
    // Any other method that the session is without: sign-client, likewise.
    row(&[], &["missing or invalid. request() method"], Meaning::Unable),
    // "Please call connect() before request()": universal-provider 2.21.7, UniversalProvider.ts.
    row(&[], &["please call connect()"], Meaning::NotConnected),
    // 4100 "Request expired": https://docs.walletconnect.network/custodians/extended-sessions. "Request expired. Please
    // try again.": sign-client, engine.ts (request).
    row(&[4100], &["request expired"], Meaning::Expired),
    row(&[], &["request expired"], Meaning::Expired),
    // A session that is over, as in another tab: sign-client, engine.ts (isValidSessionTopic, checkRecentlyDeleted).
    row(
        &[],
        &["no matching key. session", "record was recently deleted - session", "expired. session topic"],
        Meaning::Gone,
    ),
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
    // "unsupportedMethod": EIP-1193. -32601: JSON-RPC; MetaMask Mobile (thirdweb-dev/js#7938), Rabby. -32004: EIP-1474;
    // Rainbow, and Base's sub-accounts (@base-org/account 2.5.10). 5101: @walletconnect/utils.
    row(&[4200, -32601, -32004, 5101], &[], Meaning::Unable),
    // ethers 6.17.0, for 4200 and "the method … does not exist". "… not implemented": @safe-global/safe-apps-provider
    // 0.18.6.
    row(&[], &["unsupported_operation", "not implemented"], Meaning::Unable),
    // "disconnected": EIP-1193. 1011 "Page reload required.": @metamask/providers 22.1.1, BaseProvider. 6000:
    // @walletconnect/utils.
    row(&[4900, 1011, 6000], &[], Meaning::Gone),
    // -32603 "Popup window was blocked": @coinbase/wallet-sdk 4.4.0 and @base-org/account 2.5.10.
    row(&[], &["popup window was blocked"], Meaning::WindowBlocked),
];

/// One error of a rejection, as far as it matters here.
struct Rejection {
    code: Option<i32>,
    /// Its own words.
    said: String,
    /// All its words, and its code if that is a word, in lower case.
    words: String,
}

/// Where a message begins to quote the request.
const QUOTES: [&str; 3] = ["\n\n", "Request body", "{"];
/// A message contains at most this many characters of the wallet's words.
const MOST_QUOTED: usize = 100;
/// A code is read up to this many characters.
const LONGEST_CODE: u32 = 40;
/// The wallet's words are read up to this many characters.
const LONGEST_WORDS: u32 = 2_000;
/// At most this many errors are read: the outermost, and those inside it.
const MOST_WRAPPED: usize = 8;

impl Rejection {
    /// The error and those that it wraps, outermost first.
    fn all<J: Json>(thrown: &J) -> Vec<Self> {
        let mut errors = vec![thrown.clone()];
        let mut all = Vec::new();
        while let Some(error) = errors.get(all.len()).cloned() {
            all.push(Self::read(&error));
            let room = MOST_WRAPPED.saturating_sub(errors.len());
            errors.extend(wrapped(&error).into_iter().take(room));
        }
        all
    }

    fn read<J: Json>(error: &J) -> Self {
        let said = words_at(error, "shortMessage")
            .or_else(|| words_at(error, "message"))
            .or_else(|| unquoted(error))
            .unwrap_or_default();
        let more = [words_at(error, "details"), words_at(error, "code")].map(Option::unwrap_or_default);
        let [details, code_in_words] = &more;
        let mut words = text!(said, "\n", details, "\n", code_in_words);
        words.make_ascii_lowercase();
        Self { code: read_code(error), said, words }
    }

    fn is_of(&self, row: &Row) -> bool {
        let has_code = self.code.is_some_and(|code| row.codes.contains(&code));
        let says = |word: &&str| find(&self.words, word).is_some();
        (has_code || row.codes.is_empty()) && (row.words.is_empty() || row.words.iter().any(says))
    }

    fn coded(&self) -> Option<&'static Row> {
        TABLE.iter().find(|row| !row.codes.is_empty() && self.is_of(row))
    }

    fn row(&self, is_vague_enough: bool) -> Option<&'static Row> {
        let is_worded = |row: &&Row| (is_vague_enough || !row.is_vague()) && self.is_of(row);
        self.coded().or_else(|| TABLE.iter().find(is_worded))
    }
}

impl Row {
    /// An error that merely mentions a chain counts less than the code of an error inside it.
    fn is_vague(&self) -> bool {
        self.codes.is_empty() && self.means == Meaning::Elsewhere
    }
}

fn row_of(all: &[Rejection]) -> Option<&'static Row> {
    let row = |is_vague_enough| all.iter().find_map(|error| error.row(is_vague_enough));
    let found = row(false).or_else(|| row(true));
    // That a request failed says less than why, if an error inside has a code for that.
    let why = || all.iter().find_map(Rejection::coded);
    if found.is_some_and(|row| row.means == Meaning::Failed) { why().or(found) } else { found }
}

fn meaning<J: Json>(thrown: &J) -> Meaning {
    row_of(&Rejection::all(thrown)).map_or(Meaning::Failed, |row| row.means)
}

/// The errors inside an error: `data.originalError` (MetaMask Mobile), `cause` (JavaScript, viem), `error` and
/// `info.error` (ethers), and a message that is itself an error in JSON.
fn wrapped<J: Json>(error: &J) -> Vec<J> {
    let inner = |name: &str, of: &str| error.get(name).and_then(|outer| outer.get(of));
    let message = error
        .get("message")
        .filter(|message| message.text_start(LONGEST_WORDS.saturating_add(1)).is_some_and(is_short));
    let message = message.as_ref().and_then(J::parse_text).filter(Json::is_object);
    let data = error.get("data").filter(Json::is_object);
    let nested = [inner("data", "originalError"), data, error.get("cause"), error.get("error"), inner("info", "error")];
    nested.into_iter().chain([message]).flatten().collect()
}

/// The beginning of a text, without the request that it quotes: viem's messages continue after an empty line.
fn unquoted<J: Json>(text: &J) -> Option<String> {
    let said = text.text_start(LONGEST_WORDS)?;
    let mut own = said.as_str();
    for mark in QUOTES {
        own = find(own, mark).and_then(|at| own.get(..at)).unwrap_or(own);
    }
    Some(own.into())
}

fn words_at<J: Json>(error: &J, name: &str) -> Option<String> {
    error.get(name).as_ref().and_then(unquoted)
}

fn is_short(text: String) -> bool {
    u32::try_from(text.encode_utf16().count()).is_ok_and(|count| count <= LONGEST_WORDS)
}

/// Codes are numbers; some wallets write them as text.
fn read_code<J: Json>(thrown: &J) -> Option<i32> {
    let code = thrown.get("code")?;
    let text = code.as_number().or_else(|| code.text_start(LONGEST_CODE))?;
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |digits| (true, digits));
    let code = i32::try_from(read_number(digits)?).ok()?;
    Some(if negative { code.saturating_neg() } else { code })
}

/// Whether the wallet does not know the method.
#[must_use]
pub fn lacks_method<J: Json>(thrown: &J) -> bool {
    meaning(thrown) == Meaning::Unable
}

/// Whether a refused switch means that the wallet does not have the network.
#[must_use]
pub fn lacks_chain<J: Json>(thrown: &J) -> bool {
    meaning(thrown) == Meaning::ChainMissing
}

/// The error for a rejection of `asking`, which says in words what the wallet was asked for. Nothing has been paid. The
/// wallet's own words go into `details`: they may be long, and in any language.
#[must_use]
pub fn read<J: Json>(thrown: &J, asking: &str) -> Error {
    let all = Rejection::all(thrown);
    let said = reason::line(all.iter().find(|error| !error.said.is_empty()).map_or("", |error| error.said.as_str()));
    let (code, retry, message) = match row_of(&all).map_or(Meaning::Failed, |row| row.means) {
        Meaning::Refused => (Code::UserRejected, Retry::Safe, text!(asking, " was declined in the wallet")),
        Meaning::Busy => (
            Code::WalletBusy,
            Retry::Safe,
            place::pick(
                "another request is open in the wallet: finish it there, then try again; one of this page from before it \
                 was reloaded pays nothing",
                "another request is open in the wallet: finish it there, then try again",
            )
            .into(),
        ),
        Meaning::Withheld => (
            Code::WalletLocked,
            Retry::Safe,
            text!("the wallet does not share its account with ", place::here(), ": unlock it, or connect again"),
        ),
        Meaning::ChainMissing | Meaning::Elsewhere => {
            (Code::WrongNetwork, Retry::Safe, "the wallet is on another network: switch it, then try again".into())
        }
        Meaning::Unable => (Code::WalletError, Retry::Never, "this wallet cannot pay here: use another one".into()),
        Meaning::NotConnected => {
            (Code::WalletError, Retry::Safe, "the wallet is not connected: connect it first, then try again".into())
        }
        Meaning::Gone => (
            Code::WalletError,
            Retry::Safe,
            text!("the wallet has lost its connection: connect again", place::pick(", or reload the page", "")),
        ),
        Meaning::Expired => (
            Code::WalletError,
            Retry::Safe,
            "the request expired before it was answered in the wallet: try again".into(),
        ),
        Meaning::WindowBlocked => (
            Code::WalletError,
            Retry::Safe,
            "the browser kept the wallet from opening its window: allow it, or pay a `quote()`, within the click".into(),
        ),
        Meaning::Failed => (Code::WalletError, Retry::Safe, text!("the wallet failed at ", asking, quoted(&said))),
    };
    let mut error = Error::unpaid(code, Stage::Wallet, message).retry(retry);
    let number = all.iter().find_map(|error| error.code);
    let in_words = || thrown.get("code").and_then(|code| code.text_start(LONGEST_CODE));
    if let Some(code) = number.map(signed).or_else(in_words) {
        error = error.detail("walletCode", reason::line(&code));
    }
    if said.is_empty() { error } else { error.detail("walletMessage", said) }
}

fn signed(code: i32) -> String {
    let digits = number(code.unsigned_abs().into());
    if code < 0 { text!("-", digits) } else { digits }
}

/// Words that nobody here has understood are all that there is to go by.
fn quoted(said: &str) -> String {
    let said = said.trim_end_matches('.');
    let short = said.char_indices().nth(MOST_QUOTED).and_then(|(at, _)| said.get(..at)).unwrap_or(said);
    if short.is_empty() { String::new() } else { text!(": ", short) }
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
            (json!({"message": "User closed modal"}), Meaning::Refused),
            (json!({"code": -32603, "data": {"code": 4001}}), Meaning::Refused),
            (
                json!({"code": -32603, "message": "User rejected the request.", "cause": {"code": -32601}}),
                Meaning::Refused,
            ),
            (said(-32000, "context canceled"), Meaning::Failed),
            (
                json!({"shortMessage": "HTTP request failed.", "details": "Request body: {\"chainId\": \"0x1\"}"}),
                Meaning::Failed,
            ),
            (said(-32603, "Magic RPC Error: [-32603] User canceled action."), Meaning::Refused),
            (said(-32000, "Cancelled"), Meaning::Refused),
            (json!({"code": "ACTION_REJECTED", "shortMessage": "user rejected action"}), Meaning::Refused),
            (json!({"code": "ACTION_REJECTED", "message": "no"}), Meaning::Refused),
            (json!({"code": "UNKNOWN_ERROR", "error": {"code": -32002, "message": "pending"}}), Meaning::Busy),
            (json!({"code": "UNSUPPORTED_OPERATION", "info": {"error": {"code": 4200}}}), Meaning::Unable),
            (json!({"code": "UNSUPPORTED_OPERATION"}), Meaning::Unable),
            (json!({"message": "\"eth_requestAccounts\" not implemented"}), Meaning::Unable),
            (json!({"message": "it failed", "cause": {"cause": {"cause": {"code": 4001}}}}), Meaning::Refused),
            (json!({"message": json!({"code": 4001, "message": "no"}).to_string()}), Meaning::Refused),
            (json!({"code": -1, "message": "it failed", "cause": {"code": 4001}}), Meaning::Refused),
            (said(4001, "please request after current approval resolve"), Meaning::Busy),
            (said(-32002, "Request of type 'wallet_requestPermissions' already pending"), Meaning::Busy),
            (said(-32001, "Already processing connect. Please wait."), Meaning::Busy),
            (said(-32001, "Resource not found"), Meaning::Failed),
            (said(4902, "Unrecognized chain ID \"0x14a34\"."), Meaning::ChainMissing),
            (json!({"code": -32603, "data": {"originalError": {"code": 4902}}}), Meaning::ChainMissing),
            (
                json!({"code": -32603, "message": "Unrecognized chain ID \"0x2105\".", "data": {"originalError": {"code": 4902}}}),
                Meaning::ChainMissing,
            ),
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
            (
                json!({"message": "Missing or invalid. request() method: wallet_switchEthereumChain"}),
                Meaning::ChainMissing,
            ),
            (
                json!({"message": "Failed to switch to chain 'eip155:8453'. The chain is not approved or the wallet does \
                                   not support 'wallet_switchEthereumChain' method."}),
                Meaning::ChainMissing,
            ),
            (json!({"message": "Missing or invalid. request() method: eth_signTypedData_v4"}), Meaning::Unable),
            (json!({"message": "Please call connect() before request()"}), Meaning::NotConnected),
            (json!({"message": "Request expired. Please try again."}), Meaning::Expired),
            (said(4100, "Request expired"), Meaning::Expired),
            (json!({"message": "No matching key. session topic doesn't exist: 7f"}), Meaning::Gone),
            (json!({"message": "Missing or invalid. Record was recently deleted - session: 7f"}), Meaning::Gone),
            (json!({"message": "Expired. session topic: 7f"}), Meaning::Gone),
            (said(6000, "User disconnected."), Meaning::Gone),
            (said(-32603, "Internal error"), Meaning::Failed),
            (json!({}), Meaning::Failed),
            (json!(null), Meaning::Failed),
            (json!(5), Meaning::Failed),
        ]
    }

    #[test]
    fn rejections_of_every_shape_are_understood() {
        for (thrown, meaning) in samples() {
            assert_eq!(super::meaning(&thrown), meaning, "{thrown}");
        }
    }

    /// A code says more than words, and a request that is quoted says nothing.
    #[test]
    fn words_of_a_quoted_request_mean_nothing() {
        let body = r#"Request body: {"method":"eth_signTypedData_v4","params":["{\"chainId\":\"0x2105\"}"]}"#;
        let viems =
            format!("RPC Request failed.\n\nURL: http://x\n{body}\n\nDetails: Method not found\nVersion: viem@2.57.20");
        let meaning = |thrown: Value| super::meaning(&thrown);
        for (code, expected) in [(-32601, Meaning::Unable), (-32603, Meaning::Failed), (4001, Meaning::Refused)] {
            assert_eq!(meaning(json!({"code": code, "message": viems})), expected, "{code}");
            assert_eq!(meaning(json!({"code": code, "message": format!("It failed. {body}")})), expected, "{code}");
            let ethers = format!("could not coalesce error (error={{ \"code\": {code} }}, payload={{ {body} }})");
            assert_eq!(meaning(json!({"code": "UNKNOWN_ERROR", "message": ethers, "error": {"code": code}})), expected);
        }
        let short = json!({"code": -32603, "message": viems, "shortMessage": "It failed.", "details": "user rejected"});
        assert_eq!(meaning(short), Meaning::Refused);
        let named = json!({"code": 4100, "message": "Provided chainId 8453 is not authorized, user rejected"});
        assert_eq!(meaning(named), Meaning::Withheld, "its code says more");
    }

    #[test]
    fn errors_that_wrap_each_other_for_ever_are_read_in_part() {
        let mut deep = json!({"code": 4001});
        for _ in 0..100 {
            deep = json!({"code": -1, "message": "it failed", "cause": deep, "error": {"message": "again"}});
        }
        assert_eq!(meaning(&deep), Meaning::Failed);
    }

    #[test]
    fn the_code_of_an_error_inside_says_more_than_that_the_request_failed() {
        assert_eq!(meaning(&json!({"message": "timed out", "cause": {"code": 4001}})), Meaning::Refused);
        assert_eq!(meaning(&json!({"message": "timed out", "cause": {"code": -32000}})), Meaning::Failed);
    }

    #[test]
    fn a_message_that_is_an_error_itself_is_read_unless_it_is_long() {
        let message = |length: usize| {
            let bare = json!({"code": 4001, "why": ""}).to_string().len();
            json!({"message": json!({"code": 4001, "why": "a".repeat(length - bare)}).to_string()})
        };
        assert_eq!(meaning(&message(2_000)), Meaning::Refused);
        assert_eq!(meaning(&message(2_001)), Meaning::Failed);
    }

    #[test]
    fn the_message_is_short_and_has_no_dump_of_the_wallet() {
        let long = format!("Something. {}", "went wrong ".repeat(1_000));
        let said = |thrown: Value| read(&thrown, "the signature");
        let error = said(json!({"code": -32603, "message": long}));
        assert!(error.message.starts_with("the wallet failed at the signature: Something. went wrong"));
        assert!(error.message.len() < 160 && !error.message.contains(".)"), "{}", error.message);
        assert_eq!(said(json!({"message": "Broken."})).message, "the wallet failed at the signature: Broken");
        assert_eq!(said(json!(null)).message, "the wallet failed at the signature");
        assert_eq!(said(json!({"code": 4001, "message": long})).message, "the signature was declined in the wallet");
        let details = |thrown| Value::of(&said(thrown).details);
        assert_eq!(
            details(json!({"code": -32603, "message": "Broken."})),
            json!({"walletCode": "-32603", "walletMessage": "Broken."})
        );
        assert_eq!(details(json!("no")), json!({"walletMessage": "no"}));
        assert_eq!(details(json!({"code": 0})), json!({"walletCode": "0"}));
        assert_eq!(details(json!({"code": {}})), json!({}));
        let wrapping =
            json!({"code": "UNKNOWN_ERROR", "message": "odd", "error": {"code": -32002, "message": "pending"}});
        assert_eq!(details(wrapping), json!({"walletCode": "-32002", "walletMessage": "odd"}));
    }

    #[test]
    fn each_row_of_the_table_is_of_use() {
        for (place, row) in TABLE.iter().enumerate() {
            let is_met = |(thrown, _): &(Value, Meaning)| {
                row_of(&Rejection::all(thrown)).is_some_and(|row| std::ptr::eq(row, &TABLE[place]))
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
                Meaning::NotConnected | Meaning::Gone | Meaning::Expired | Meaning::WindowBlocked | Meaning::Failed => {
                    (Code::WalletError, Retry::Safe)
                }
            };
            let error = read(&thrown, "the signature");
            assert_eq!(
                (error.code, error.retry, error.paid, error.stage),
                (code, retry, Paid::No, Stage::Wallet),
                "{thrown}"
            );
            assert!(error.message.len() < 160 && !error.message.ends_with('.'), "{}", error.message);
            assert_eq!(lacks_chain(&thrown), meaning == Meaning::ChainMissing, "{thrown}");
            assert_eq!(lacks_method(&thrown), meaning == Meaning::Unable, "{thrown}");
        }
    }
}
