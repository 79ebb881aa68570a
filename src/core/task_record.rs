//! A purchase, as a page sees it.

use serde::Serialize;

use super::error::Paid;

/// A `TaskRecord` of the public types. Members that the journal stores in their public form are passed on unchanged.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs)] // the fields are those of `TaskRecord` in the public types
pub struct TaskRecord<J> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<J>,
    pub base_url: String,
    pub prompt: String,
    pub created_at: u64,
    pub step: String,
    pub paid: Paid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<J>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<J>,
}
