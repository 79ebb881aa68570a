//! What decides about a record, as it was at one moment.

use super::super::json::Json;

/// The members of a record that decide what may become of it, as texts: a storage may go on to change the very object that
/// it gave or was given, and a page's own may add to it.
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
