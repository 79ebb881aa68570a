//! The allowed names of options and request fields. Anything else is rejected, since a misspelt limit would limit
//! nothing.

use super::{
    error::Error,
    json::Json,
    text::{keep, text},
};

/// Every option of a client, a call or a hook, limits first. The facade reads the same table.
pub const OPTIONS: &[&str] = &include!("../../js/option-names.json");

/// Every field of a request. The facade reads the same table.
pub const FIELDS: &[&str] = &include!("../../js/request-names.json");

/// The members of a `budget`, of a token in `assets`, and of a `URL`. The facade reads the same table.
pub const MEMBERS: &[&str] = &include!("../../js/member-names.json");

/// The members of a quote. The facade reads the same table.
pub const QUOTE: &[&str] = &include!("../../js/quote-names.json");

/// How much of a name an error repeats.
const LONGEST_NAME: usize = 40;

/// A name with more wrong letters than this is a different word.
const MOST_SLIPS: usize = 2;

/// Rejects options with a name that is not in [`OPTIONS`].
///
/// # Errors
/// `invalid_request` with the name, and a similar one if there is one.
pub fn check_options<J: Json>(options: &J) -> Result<(), Error> {
    check(options, OPTIONS, "an option of imagine-x402", "")
}

/// Rejects a request with a name that is not in [`FIELDS`].
///
/// # Errors
/// `invalid_request` with the name, and a similar one if there is one.
pub fn check_fields<J: Json>(request: &J) -> Result<(), Error> {
    check(request, FIELDS, "a field of a request", "; further fields for the service go into `extra`")
}

fn check<J: Json>(given: &J, known: &[&str], kind: &str, hint: &str) -> Result<(), Error> {
    let Some((unknown, _)) = given.entries().into_iter().find(|(name, _)| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let question = nearest(&unknown, known).map_or_else(String::new, |name| text!(": did you mean `", name, "`?"));
    let shown = keep(&unknown, LONGEST_NAME, |c| matches!(c, ' '..='~'));
    Err(Error::invalid(text!("`", shown, "` is not ", kind, question, hint)))
}

/// The known name that was probably meant.
fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    let unknown = keep(unknown, LONGEST_NAME, |_| true).to_ascii_lowercase();
    let (mut slips, mut nearest) = (usize::MAX, "");
    for name in known {
        let distance = distance(&unknown, &name.to_ascii_lowercase());
        if distance < slips {
            (slips, nearest) = (distance, name);
        }
    }
    (slips <= MOST_SLIPS && slips.saturating_mul(2) < nearest.len()).then_some(nearest)
}

/// The edit distance: how many letters have to be added, dropped or replaced to turn one name into the other
/// (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row = Vec::new();
    while row.len() < other.len() {
        row.push(row.len().saturating_add(1));
    }
    for (i, letter) in one.bytes().enumerate() {
        let (mut before, mut last) = (i, i.saturating_add(1));
        for (cell, there) in row.iter_mut().zip(other.bytes()) {
            let replaced = before.saturating_add((letter != there).into());
            before = *cell;
            last = replaced.min(before.min(last).saturating_add(1));
            *cell = last;
        }
    }
    row.last().copied().unwrap_or(one.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::error::{Code, Paid};
    use proptest::{prelude::*, sample::select};
    use serde_json::{Value, json};

    /// The options that limit a purchase: a misspelling of these must never go unnoticed.
    const LIMITS: [&str; 6] = ["maxPrice", "payTo", "networks", "assets", "budget", "storage"];

    fn options(name: &str) -> Value {
        json!({ name: "any" })
    }

    fn refusal(checked: Result<(), Error>) -> String {
        let error = checked.unwrap_err();
        assert_eq!((error.code, error.paid), (Code::InvalidRequest, Paid::No));
        error.message.clone()
    }

    #[test]
    fn the_first_of_the_nearest_names_is_suggested_and_half_a_name_is_not_enough() {
        assert_eq!(nearest("payTx", &["payTa", "payTb"]), Some("payTa"));
        assert_eq!(nearest("abxy", &["abcd"]), None);
        assert_eq!(nearest("abcxy", &["abcde"]), Some("abcde"));
    }

    #[test]
    fn every_known_name_passes() {
        for name in OPTIONS {
            assert!(check_options(&options(name)).is_ok(), "{name}");
        }
        for name in FIELDS {
            assert!(check_fields(&options(name)).is_ok(), "{name}");
        }
        assert!(LIMITS.iter().all(|name| OPTIONS.contains(name)));
        assert!(check_options(&json!({})).is_ok() && check_options(&json!(null)).is_ok());
    }

    #[test]
    fn unknown_names_are_refused_with_a_similar_known_one() {
        for (name, meant) in [
            ("maxprice", "maxPrice"),
            ("MAX_PRICE", "maxPrice"),
            ("maxPrize", "maxPrice"),
            ("payto", "payTo"),
            ("network", "networks"),
            ("asset", "assets"),
            ("bugdet", "budget"),
            ("onevent", "onEvent"),
            ("baseURL", "baseUrl"),
        ] {
            let message = refusal(check_options(&options(name)));
            assert_eq!(message, format!("`{name}` is not an option of imagine-x402: did you mean `{meant}`?"));
        }
        let message = refusal(check_fields(&json!({"prompt": "a boat", "lenght": 8})));
        assert_eq!(message, "`lenght` is not a field of a request; further fields for the service go into `extra`");
        assert!(refusal(check_fields(&options("Duration"))).contains("did you mean `duration`?"));
        for other in ["recipient", "price", "prompt", "delay", "__proto__", "", "é"] {
            assert!(!refusal(check_options(&options(other))).contains("mean"), "{other}");
        }
    }

    #[test]
    fn short_names_are_suggested_only_if_just_the_case_differs() {
        assert!(refusal(check_fields(&options("ID"))).contains("`id`"));
        assert!(!refusal(check_fields(&options("fx"))).contains("mean"));
    }

    #[test]
    fn an_unknown_name_is_repeated_in_part_without_hidden_characters() {
        let message = refusal(check_options(&options(&format!("\u{7}\u{202e}{}", "x".repeat(5_000)))));
        assert!(message.len() < 120 && message.is_ascii() && !message.contains(char::is_control), "{message}");
    }

    /// A name after one change of a letter.
    fn slip(name: &str, at: usize, kind: usize, letter: char) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        let at = at % (letters.len() + 1);
        match kind {
            0 => letters.insert(at, letter),
            1 => drop(letters.remove(at.min(letters.len() - 1))),
            _ => letters[at.min(name.len() - 1)] = letter,
        }
        letters.into_iter().collect()
    }

    proptest! {
        #[test]
        fn a_limit_with_one_or_two_wrong_letters_is_refused_by_its_name(
            limit in select(&LIMITS[..]),
            slips in prop::collection::vec((0usize..20, 0usize..3, "[a-zA-Z_]"), 1..=2),
        ) {
            let given = slips.iter().fold(String::from(limit), |name, (at, kind, letter)| {
                slip(&name, *at, *kind, letter.chars().next().unwrap())
            });
            prop_assume!(!OPTIONS.contains(&given.as_str()));
            let message = refusal(check_options(&options(&given)));
            let (_, meant) = message.split_once("did you mean `").expect("it suggests a name");
            let (meant, _) = meant.split_once('`').unwrap();
            let slips = |name: &str| distance(&given.to_ascii_lowercase(), &name.to_ascii_lowercase());
            prop_assert!(meant == limit || slips(meant) <= slips(limit), "{}", message);
        }

        #[test]
        fn no_other_name_passes(name in ".*") {
            prop_assume!(!OPTIONS.contains(&name.as_str()) && !FIELDS.contains(&name.as_str()));
            prop_assert!(check_options(&options(&name)).is_err() && check_fields(&options(&name)).is_err());
        }

        #[test]
        fn the_distance_is_symmetric_and_zero_between_equal_names(one in "[a-d]{0,6}", other in "[a-d]{0,6}") {
            prop_assert_eq!(distance(&one, &other), distance(&other, &one));
            prop_assert_eq!(distance(&one, &other) == 0, one == other);
        }
    }
}
