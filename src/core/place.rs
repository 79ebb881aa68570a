//! Where the library runs, for words that fit. Nothing else depends on it.

use std::cell::Cell;

/// A place. A copy of the library is in one for its whole life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A page, or a worker of one.
    Page,
    /// A program without a page, such as an agent in Node.
    Process,
}

thread_local! {
    static PLACE: Cell<Place> = const { Cell::new(Place::Page) };
}

/// Names the place, before anything is said.
pub fn set(place: Place) {
    PLACE.set(place);
}

/// What is said on a page, or else in a process.
#[must_use]
pub fn pick(page: &'static str, process: &'static str) -> &'static str {
    match PLACE.get() {
        Place::Page => page,
        Place::Process => process,
    }
}

/// This page, or this process.
#[must_use]
pub fn here() -> &'static str {
    pick("this page", "this process")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{error::Error, journal, rejection, wallet};
    use serde_json::json;

    /// Messages that name the place.
    fn messages() -> Vec<String> {
        let thrown =
            |code: i32| rejection::read(&json!({"code": code, "message": "no"}), "the signature").message.clone();
        let errors = [
            Error::no_randomness(crate::core::error::Stage::Wallet),
            journal::not_stored(),
            journal::unstored(),
            journal::unshown(json!(null)).error,
            journal::unreadable(&json!({"id": "a"})),
            wallet::the_only(0).unwrap_err(),
        ];
        let mut messages: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
        messages.extend([4001, -32002, 4100, 4900, 4901].map(thrown));
        messages
    }

    fn names(messages: &[String], words: &[&str]) -> bool {
        messages.iter().any(|message| words.iter().any(|word| message.contains(word)))
    }

    const OF_A_PAGE: [&str; 6] = ["page", "tab", "browser", "IndexedDB", "reload", "Web Locks"];

    #[test]
    fn a_process_is_told_nothing_of_pages_and_a_page_nothing_of_processes() {
        assert!(names(&messages(), &OF_A_PAGE) && !names(&messages(), &["process", "/node"]));
        set(Place::Process);
        assert!(names(&messages(), &["process"]), "{:?}", messages());
        assert!(!names(&messages(), &OF_A_PAGE), "{:?}", messages());
    }
}
