//! Errors of the journal. On their own they say nothing about money.

use super::super::{
    error::{Code, Error, Paid, Retry, Stage},
    failure::Failure,
    json::Json,
    place,
};

/// A record may be about money, so an unreadable one is not skipped.
#[must_use]
pub fn unreadable<J: Json>(record: &J) -> Error {
    let message = place::pick(
        "the journal of this page holds a purchase in a form that this version cannot read (a newer version of this \
         page may have made it: reload); `forget(id)` takes it out of the way",
        "the journal of this process holds a purchase that cannot be read (a file that was cut off, or one of a newer \
         version of the library); `forget(id)` takes it out of the way",
    );
    let error = Error::unpaid(Code::UnsupportedEnvironment, Stage::Request, message).paid(Paid::Unknown, Retry::Resume);
    match record.text_at("id") {
        Some(id) => error.detail("id", id),
        None => error,
    }
}

/// The error for a storage that returned another purchase than the requested one.
pub(super) const FOREIGN: &str = "the storage gave another purchase than the one that it was asked for";

/// Whether a record is of another purchase. One without a readable id counts as the one it is stored under.
pub(super) fn is_foreign<J: Json>(record: &J, id: &str) -> bool {
    record.text_at("id").is_some_and(|named| named != id)
}

/// The record that was read from a storage.
///
/// # Errors
/// What it threw, or that it returned another purchase.
pub fn asked_for<J: Json>(read: Result<Option<J>, J>, id: &str) -> Result<Option<J>, J> {
    match read {
        Ok(Some(record)) if is_foreign(&record, id) => Err(J::of(FOREIGN)),
        read => read,
    }
}

/// The journal could not be read or written, so nothing was sent.
#[must_use]
pub fn not_stored() -> Error {
    let message = place::pick(
        "the purchase could not be written to this page's storage (IndexedDB, unless the page has its own: a private \
         window, blocked or full storage, or one that a newer version of the page has used: reload), so a payment could \
         be lost; this call paid nothing. Free some space, or pass `storage: \"memory\"` to do without",
        "the purchase could not be written to the storage of this process, so a payment could be lost; this call paid \
         nothing. Pass `storage: fileStore(folder)` of imagine-x402/node, on a disk that has space and can be written; \
         `cause` says what went wrong",
    );
    Error::unpaid(Code::UnsupportedEnvironment, Stage::Wallet, message)
}

/// A read of the journal on its own failed.
#[must_use]
pub fn unshown<J>(cause: J) -> Failure<J> {
    let message = place::pick(
        "this page's storage could not be read (IndexedDB, unless the page has its own: a private window, blocked or \
         broken storage, or one that a newer version of the page has used: reload)",
        "the storage of this process could not be read: pass `storage: fileStore(folder)` of imagine-x402/node; `cause` \
         says what went wrong",
    );
    Failure::caused_by(undecided(Code::UnsupportedEnvironment, message), cause)
}

/// A write of the journal on its own failed.
#[must_use]
pub fn unstored() -> Error {
    let message = place::pick(
        "this page's storage could not be changed; try again",
        "the storage could not be changed; try again",
    );
    undecided(Code::UnsupportedEnvironment, message)
}

/// The caller aborted before a purchase was resumed.
#[must_use]
pub fn given_up() -> Error {
    undecided(Code::Aborted, "aborted before the purchase was taken up")
}

/// The purchase was not looked up, so nothing is known about it.
fn undecided(code: Code, message: &str) -> Error {
    Error::unpaid(code, Stage::Payment, message).paid(Paid::Unknown, Retry::Resume)
}
