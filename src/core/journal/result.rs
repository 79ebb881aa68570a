//! The result of a task as the journal keeps it: URLs, text and facts, for when the service has forgotten the task.

use super::super::{
    json::Json,
    result::{FILES, MEMBERS, lasts},
};

/// Characters of JSON. Anything beyond is left out.
const LONGEST: usize = 65_536;

/// A `Generation` of the public types, without the service's own response, the receipt and the bytes.
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

/// Whether it has a file that lasts: inline bytes are gone with the page.
#[must_use]
pub fn shows_something<J: Json>(kept: &J) -> bool {
    FILES.iter().any(|name| kept.get(name).is_some())
}

/// The result of a record, as a copy, and when it was received.
#[must_use]
pub(super) fn kept_of<J: Json>(record: &J) -> Option<J> {
    let mut result = J::parse(&record.get("result")?.to_text())?;
    result.set("heardAt", record.get("heardAt")?);
    Some(result)
}
