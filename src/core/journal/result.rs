//! What was made, as the journal keeps it: addresses, words and facts, for the day on which the service has forgotten the task.

use super::super::{
    json::Json,
    result::{FILES, MEMBERS, lasts},
};

/// Characters of JSON. What does not fit any more is left out.
const LONGEST: usize = 65_536;

/// A `Generation` of the public types, without the server's own answer, the receipt and the bytes.
#[must_use]
pub(super) fn kept<J: Json>(generation: &J) -> Option<J> {
    let mut left = LONGEST;
    let mut kept = J::object();
    for name in MEMBERS {
        let Some(value) = generation.get(name).filter(|value| !FILES.contains(&name) || lasts(value)) else {
            continue;
        };
        if let Some(rest) = left.checked_sub(value.to_text().len()) {
            left = rest;
            kept.set(name, value);
        }
    }
    // A copy, which the page cannot change.
    J::parse(&kept.to_text()).filter(|_| generation.is_object())
}

/// Whether it has a file that lasts: what came as bytes alone is gone with the page.
#[must_use]
pub fn shows_something<J: Json>(kept: &J) -> bool {
    FILES.iter().any(|name| kept.get(name).is_some())
}

/// The result of a record, and when it was heard of. It has a copy of its own.
#[must_use]
pub(super) fn kept_of<J: Json>(record: &J) -> Option<J> {
    let mut result = J::parse(&record.get("result")?.to_text())?;
    result.set("heardAt", record.get("heardAt")?);
    Some(result)
}
