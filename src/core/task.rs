//! Responses of the status endpoint, in one common shape.
//!
//! A running task answers 202 and a failed one 500, so the body decides, never the HTTP status alone.

use std::rc::Rc;

use serde::Serialize;

use super::{
    error::{Code, Error, Paid, Retry, Stage},
    http::HttpResponse,
    json::Json,
    reason::{self, Refusal},
    result::Generation,
    text::{cut, number, read_number, text},
};

/// The answer to one look at a task.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "status", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[expect(missing_docs)] // the fields are those of `TaskStatus` in the public types; the facade puts `raw` into the `result`
pub enum TaskStatus<J> {
    Queued {
        task_id: String,
        progress: Option<u64>,
    },
    Processing {
        task_id: String,
        progress: Option<u64>,
    },
    Completed {
        task_id: String,
        progress: u64,
        result: Rc<Generation<J>>,
        raw: J,
    },
    /// Completed, with the result from the journal.
    #[serde(rename = "completed")]
    Kept {
        task_id: String,
        progress: u64,
        result: J,
    },
    Failed {
        task_id: String,
        error: String,
    },
    NotFound {
        task_id: String,
    },
    Unknown {
        task_id: String,
        raw: J,
    },
}

impl<J: Json> TaskStatus<J> {
    /// Reads a response of the status endpoint.
    ///
    /// # Errors
    /// `http` or `bad_response` if the response says nothing about the task; it may be polled again.
    pub fn read(response: &HttpResponse<J>, task_id: &str) -> Result<Self, Error> {
        let raw = response.body.json.clone().filter(Json::is_object);
        let word = raw.as_ref().and_then(|r| r.text_at("status").or_else(|| r.text_at("state")));
        let task_id = String::from(task_id);
        Ok(match (word.as_deref(), raw) {
            (Some("queued"), Some(raw)) => Self::Queued { task_id, progress: progress(&raw) },
            (Some("processing"), Some(raw)) => Self::Processing { task_id, progress: progress(&raw) },
            (Some("completed" | "succeeded"), Some(raw)) => {
                Self::Completed { task_id, progress: 100, result: Rc::new(Generation::read(&raw)), raw }
            }
            (Some("failed"), Some(raw)) => {
                let said = reason::read(&raw);
                Self::Failed { task_id, error: said.unwrap_or_else(|| "the server gives no reason".into()) }
            }
            (Some("not_found"), _) => Self::NotFound { task_id },
            _ if response.status == 404 => Self::NotFound { task_id },
            (Some(_), Some(raw)) if is_success(response.status) => Self::Unknown { task_id, raw },
            _ => return Err(says_nothing::<J>(response)),
        })
    }

    /// Percent, if the server reports it.
    #[must_use]
    pub const fn progress(&self) -> Option<u64> {
        match self {
            Self::Queued { progress, .. } | Self::Processing { progress, .. } => *progress,
            _ => None,
        }
    }
}

fn says_nothing<J: Json>(response: &HttpResponse<J>) -> Error {
    let Refusal { in_message, details } = Refusal::read(response);
    let (code, what) = if is_success(response.status) {
        (Code::BadResponse, "the server's answer about the task cannot be read".into())
    } else {
        (Code::Http, text!("the server answered ", number(response.status.into()), " about the task"))
    };
    let message = text!(what, in_message, "; try again");
    Error::unpaid(code, Stage::Wait, message).paid(Paid::Unknown, Retry::Safe).details(details)
}

const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

/// `progress` or `metadata.percent`, whole and at most 100.
fn progress<J: Json>(raw: &J) -> Option<u64> {
    let value = raw.get("progress").or_else(|| raw.get("metadata")?.get("percent"))?;
    let number = value.as_number()?;
    let whole = cut(&number, b'.').map_or(number.as_str(), |(whole, _)| whole);
    Some(read_number(whole)?.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const COMPLETED: &str = include_str!("../../tests/fixtures/status-completed.json");

    fn look(status: u16, body: impl ToString) -> Result<Value, Error> {
        let response = HttpResponse { status, body: body.to_string().into(), ..HttpResponse::default() };
        TaskStatus::<Value>::read(&response, "t1").map(|s| Value::of(&s))
    }

    #[test]
    fn an_unknown_status_word_counts_only_in_a_success_response() {
        let read = |status: u16| {
            let body = json!({"status": "archived"}).to_string().into();
            TaskStatus::<Value>::read(&HttpResponse { status, body, ..HttpResponse::default() }, "t1")
        };
        for status in [200, 202, 299] {
            assert!(matches!(read(status), Ok(TaskStatus::Unknown { .. })), "{status}");
        }
        for status in [199, 300, 400, 500, 503] {
            assert!(read(status).is_err(), "{status}");
        }
    }

    #[test]
    fn documented_responses_are_read() {
        let queued = look(202, include_str!("../../tests/fixtures/status-queued.json")).unwrap();
        assert_eq!(queued, json!({"status": "queued", "taskId": "t1", "progress": null}));
        let processing = look(202, include_str!("../../tests/fixtures/status-processing.json")).unwrap();
        assert_eq!(processing, json!({"status": "processing", "taskId": "t1", "progress": 0}));
        let words = "no \u{7}\u{202e}<b>luck\u{200b} \n漢字</b>".to_string() + &"!".repeat(1000);
        let deceiving = look(500, json!({"status": "failed", "error": {"message": words}})).unwrap();
        assert_eq!(deceiving["error"], "no bluck 漢字/b".to_string() + &"!".repeat(500 - 13));
        let failed = look(500, json!({"status": "failed", "error": "no luck"})).unwrap();
        assert_eq!(failed, json!({"status": "failed", "taskId": "t1", "error": "no luck"}));
        assert_eq!(look(404, json!({"status": "not_found"})).unwrap(), json!({"status": "not_found", "taskId": "t1"}));
        let raw: Value = serde_json::from_str(COMPLETED).unwrap();
        let result = Generation::read(&raw);
        assert!(!result.video.is_empty());
        let completed =
            json!({"status": "completed", "taskId": "t1", "progress": 100, "result": Value::of(&result), "raw": raw});
        assert_eq!(look(200, COMPLETED).unwrap(), completed);
    }

    #[test]
    fn responses_of_similar_services_are_read() {
        assert_eq!(look(202, json!({"state": "processing", "metadata": {"percent": 41.7}})).unwrap()["progress"], 41);
        assert_eq!(look(202, json!({"status": "processing", "progress": 250})).unwrap()["progress"], 100);
        assert_eq!(look(202, json!({"status": "processing", "progress": "50"})).unwrap()["progress"], Value::Null);
        assert_eq!(look(404, "<html>").unwrap()["status"], "not_found");
        assert_eq!(look(200, json!({"status": "pondering"})).unwrap()["status"], "unknown");
        assert_eq!(look(200, json!({"state": "succeeded"})).unwrap()["status"], "completed");
    }

    #[test]
    fn responses_without_a_status_are_errors() {
        for (status, body, code) in [
            (502, "<html>", Code::Http),
            (500, "{}", Code::Http),
            (429, "{}", Code::Http),
            (200, "", Code::BadResponse),
            (200, "[]", Code::BadResponse),
            (202, "{\"sta", Code::BadResponse),
        ] {
            let error = look(status, body).unwrap_err();
            assert_eq!((error.code, error.paid), (code, Paid::Unknown), "{status} {body}");
        }
        let busy = look(429, json!({"error": "slow down"})).unwrap_err();
        assert_eq!(busy.message, "the server answered 429 about the task: \"slow down\"; try again");
        assert_eq!(busy.details.get("reason"), Some(&"slow down".into()));
    }
}
