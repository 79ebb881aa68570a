//! The decisive members of a record, as they were at one moment.

use super::super::json::Json;

/// The members of a record that decide how it may change, as text: a storage may go on to modify the very object that
/// it passed or received, and a page's own storage may add members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Imprint {
    members: [Option<String>; 5],
    authorization: Option<String>,
}

impl Imprint {
    pub(super) fn of<J: Json>(record: &J) -> Self {
        Self {
            members: ["id", "step", "owner", "paid", "taskId"].map(|name| record.text_at(name)),
            authorization: record.get("payment").and_then(|payment| payment.text_at("authorization")),
        }
    }
}
