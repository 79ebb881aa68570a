//! What makes two calls the same purchase, even if they are given different objects.
//!
//! A request is identified by its [`Fingerprint`]; a call by that, the service and the limits. For two calls with the
//! same identity, [`relate`] decides whether they are one purchase: that depends on which account would pay.

use alloy_primitives::{Address, keccak256};

use super::{
    config::Config,
    error::{Code, Error, Paid, Retry, Stage},
    failure::Failure,
    json::{Json, ObjectWriter},
    named::named,
    text::{self, address, decimal, text, word},
    wallet::{self, Question},
};

/// Deeper members of `extra` are compared in the page's own order. The WebAssembly stack is small.
const DEEPEST: u32 = 8;
/// Ids of quotes that a page has not paid yet. If there are more, all are dropped: those purchases are looked up again.
const MOST_DRAWN: usize = 100;

/// Identifies a request: hashes of what the page passed. Two requests with the same fingerprint ask for the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    current: String,
    /// What version 1 records may contain for the same request: the hash of the whole body with its id, with and
    /// without the model that the library used to name, and of the picture.
    former: Vec<String>,
}

impl Fingerprint {
    /// `given` is what the page passed, in a canonical form. `bodies` and `digests` are those of version 1.
    #[must_use]
    pub fn of(given: &str, bodies: &[String], digests: &[&str]) -> Self {
        let mut former = Vec::new();
        for body in bodies {
            for digest in digests {
                former.push(word(keccak256(text!(body, digest))));
            }
        }
        Self { current: word(keccak256(given)), former }
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.current
    }

    /// Whether version 1 stored that for the same request under the same id.
    #[must_use]
    pub fn was(&self, recorded: &str) -> bool {
        self.former.iter().any(|former| former == recorded)
    }
}

/// A value as JSON text in which the order of members does not matter.
#[must_use]
pub fn canonical<J: Json>(value: &J) -> String {
    canonical_within(value, DEEPEST)
}

fn canonical_within<J: Json>(value: &J, depth: u32) -> String {
    let Some(depth) = depth.checked_sub(1) else {
        return value.to_text();
    };
    if let Some(items) = value.items() {
        let mut list = text::Text::default();
        for item in &items {
            list.add(",").add(&canonical_within(item, depth));
        }
        return text!("[", list.finish(), "]");
    }
    if !value.is_object() {
        return value.to_text();
    }
    let mut object = ObjectWriter::default();
    for (key, member) in sorted(value.entries()) {
        object.raw(&key, &canonical_within(&member, depth));
    }
    object.finish()
}

/// Sorts members by name. By insertion, since the standard library's sorting is larger than this whole file.
#[must_use]
pub fn sorted<J>(members: Vec<(String, J)>) -> Vec<(String, J)> {
    let mut sorted: Vec<(String, J)> = Vec::new();
    for member in members {
        let at = sorted.iter().position(|other| other.0 > member.0).unwrap_or(sorted.len());
        sorted.insert(at, member);
    }
    sorted
}

/// What a call is about: the request, the service, the limits, and the storage.
#[must_use]
pub fn of_call(fingerprint: &Fingerprint, config: &Config) -> String {
    let mut parts = text::Text::default();
    let mut add = |part: &str| {
        parts.add(part).add("\n");
    };
    add(fingerprint.as_str());
    add(config.base_url.as_str());
    // A purchase in another journal can be neither resumed nor counted in this one's budget.
    add(&config.storage);
    for token in &config.policy.tokens {
        add(token.asset.chain.caip2);
        add(&address(token.asset.address));
        add(&decimal(token.cap));
    }
    for recipient in config.policy.pay_to.iter().flatten() {
        add(&address(*recipient));
    }
    if let Some(budget) = &config.budget {
        add(&budget.in_words());
    }
    word(keccak256(parts.finish()))
}

/// A call, as far as needed to tell whether it is the same purchase as another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    identity: String,
    /// The id that the page chose.
    own_id: Option<String>,
    wallet: Wallet,
    account: Account,
    /// The page has named the account.
    is_named: bool,
}

/// The wallet of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wallet {
    /// The number of the provider, if it is known: one per object.
    number: Option<u64>,
    /// How the page named it: its `rdns`, or an empty name for the only one there is. `None` for an object.
    name: Option<String>,
}

impl Wallet {
    fn is(&self, other: &Self) -> bool {
        let is_one_object = self.number.is_some() && self.number == other.number;
        let is_one_name = self.name.is_some() && self.name == other.name;
        is_one_object || is_one_name
    }
}

/// How long a second call waits for its wallet to report the account.
const PATIENCE_MS: u64 = 5_000;

/// The question for the accounts that a wallet has connected.
#[must_use]
pub fn question() -> Question {
    Question { patience: PATIENCE_MS, ..Question::accounts() }
}

/// The account that would pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// Not known yet.
    Unknown,
    /// This account.
    Of(Address),
    /// The wallet has connected no account to this page.
    Unconnected,
    /// The wallet does not report it.
    Silent,
}

impl Account {
    /// Reads a wallet's answer to `eth_accounts`.
    /// If it lists several accounts, the other call's counts if it is among them: in doubt, nothing is paid twice.
    #[must_use]
    pub fn answered<J: Json>(accounts: &J, other: Option<Address>) -> Self {
        let first = wallet::read_account(accounts, None);
        match (wallet::read_account(accounts, other).or(first), accounts.items()) {
            (Some(account), _) => Self::Of(account),
            (None, Some(none)) if none.is_empty() => Self::Unconnected,
            _ => Self::Silent,
        }
    }
}

impl Party {
    /// A call with that identity, the id that the page chose, its wallet's `{ number?, name? }`, and the only account
    /// to pay from, if any.
    #[must_use]
    pub fn new<J: Json>(identity: String, own_id: Option<String>, wallet: Option<&J>, payer: Option<Address>) -> Self {
        let wallet = wallet.map_or_else(Wallet::default, |wallet| Wallet {
            number: wallet.whole_at("number"),
            name: wallet.text_at("name"),
        });
        let account = payer.map_or(Account::Unknown, Account::Of);
        Self { identity, own_id, wallet, account, is_named: payer.is_some() }
    }

    /// The account that would pay, as far as it is known.
    #[must_use]
    pub const fn account(&self) -> Account {
        self.account
    }

    /// The same call, now that its account is known.
    #[must_use]
    pub fn with(&self, account: Account) -> Self {
        Self { account, ..self.clone() }
    }

    /// The error for a call that was going to join this one and aborts. `abort_error` is the error that this one would
    /// have if it aborted now, once it has got that far. If the page chose an id that this call has not looked up,
    /// something may have been paid under it.
    #[must_use]
    pub fn given_up<J: Clone>(&self, second: &Self, abort_error: Option<&Failure<J>>, reason: J) -> Failure<J> {
        let early =
            || Error::unpaid(Code::Aborted, Stage::Request, "aborted before the purchase was begun or taken up");
        let is_looked_up = abort_error.is_some() && second.own_id == self.own_id;
        let failure = abort_error.cloned().unwrap_or_else(|| early().into());
        let error = if is_looked_up { failure.error } else { unlooked(failure.error, second.own_id.is_some()) };
        Failure { error, cause: Some(reason), ..failure }
    }
}

/// An error before the journal was read: if the page chose the id, something may have been paid under it.
#[must_use]
pub fn unlooked(error: Error, has_own_id: bool) -> Error {
    let may_be_paid = has_own_id && error.paid == Paid::No && error.code != Code::InvalidRequest;
    if may_be_paid { error.paid(Paid::Unknown, Retry::Resume) } else { error }
}

named! {
    /// How a call relates to one that is in progress.
    pub enum Relation {
        /// They are one purchase.
        Same,
        /// They are two purchases.
        Other,
        /// Unclear: once the first call has connected, the second call's wallet is asked for its accounts.
        Ask,
    }
}

/// Returns how the second call relates to the first, which is in progress. If its wallet does not report an account,
/// the call joins: in doubt, nothing is paid twice.
#[must_use]
pub fn relate(first: &Party, second: &Party) -> Relation {
    // A call that joined another one would lose its own id.
    let other_ids = second.own_id.is_some() && first.own_id != second.own_id;
    if first.identity != second.identity || other_ids {
        return Relation::Other;
    }
    let is_same_wallet = first.wallet.is(&second.wallet);
    match (first.account, second.account) {
        (Account::Of(one), Account::Of(other)) if one == other => Relation::Same,
        // Which of its accounts pays, the same wallet tells only when it is too late.
        (Account::Of(_), Account::Of(_)) if is_same_wallet && !first.is_named && !second.is_named => Relation::Same,
        (Account::Of(_), Account::Of(_)) => Relation::Other,
        (_, Account::Silent) => Relation::Same,
        (_, Account::Of(_)) | (Account::Of(_), Account::Unknown) => Relation::Ask,
        _ if is_same_wallet => Relation::Same,
        (Account::Of(_), Account::Unconnected) => Relation::Other,
        _ => Relation::Ask,
    }
}

/// Ids that this page generated, for quotes, and has sent no payment for: nothing was ever bought under them.
#[derive(Debug, Default)]
pub struct Drawn(Vec<String>);

impl Drawn {
    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an id: it was just generated, or its purchase ended without a payment.
    pub fn note(&mut self, id: &str) {
        if self.0.len() >= MOST_DRAWN {
            self.0.clear();
        }
        self.0.push(id.into());
    }

    /// Adds the id of a purchase again, if that certainly ended without a payment: nothing was ever bought under it.
    pub fn give_back(&mut self, id: &str, failed: Option<Paid>) {
        if failed == Some(Paid::No) {
            self.note(id);
        }
    }

    /// Removes an id for a purchase, which alone may rely on the id being fresh. Returns whether it was there.
    pub fn take(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|drawn| drawn != id);
        self.0.len() < before
    }

    /// Whether the id is listed.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|drawn| drawn == id)
    }
}

#[cfg(test)]
mod tests;
