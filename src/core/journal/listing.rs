//! Lists the records, and chooses which of them are shown and which is resumed first.

use serde::Serialize;

use super::{
    super::{
        accepted::AcceptedTask,
        defect::{self, Defect},
        error::{Error, Paid, read_paid},
        http::BaseUrl,
        json::Json,
        payment::HeldReceipt,
        spending::LONGEST_OPEN_MS,
        task_record::TaskRecord,
        text::text,
    },
    life::Life,
    record::{closes_at, created_at, order, seed},
    result::kept_of,
};

/// Which records are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only unfinished ones.
    unfinished: bool,
    /// Only this many of the newest.
    limit: Option<u64>,
}

impl Filter {
    /// Reads `{unfinished?, limit?}`.
    ///
    /// # Errors
    /// `invalid_request` with the name of the member.
    pub fn read<J: Json>(given: &J) -> Result<Self, Error> {
        for (name, _) in given.entries() {
            if name != "unfinished" && name != "limit" {
                return Err(Error::invalid(text!(
                    "`",
                    name,
                    "` is not a member of the filter: it takes `unfinished` and `limit`"
                )));
            }
        }
        let unfinished = match given.get("unfinished") {
            None => false,
            Some(given) => given.as_boolean().ok_or_else(|| Error::invalid("`unfinished` takes true or false"))?,
        };
        let limit = match given.get("limit") {
            None => None,
            Some(_) => {
                let limit = given.whole_at("limit");
                Some(limit.ok_or_else(|| Error::invalid("`limit` takes a whole number"))?)
            }
        };
        Ok(Self { unfinished, limit })
    }

    /// How many of the newest records are enough to show that many.
    #[must_use]
    pub const fn newest(self) -> Option<u64> {
        if self.unfinished { None } else { self.limit }
    }

    /// Whether a list has as many purchases as are wanted.
    #[must_use]
    pub fn is_filled_by<J: Json>(self, shown: &J) -> bool {
        let length = shown.items().and_then(|items| u64::try_from(items.len()).ok());
        self.limit == length
    }

    fn takes<J: Json>(self, record: &J) -> bool {
        let life = Life::read(record);
        life != Some(Life::Forgotten) && (!self.unfinished || life.is_some_and(Life::is_unfinished))
    }
}

/// The records as `TaskRecord`s of the public types, newest first; those without a start time come last.
#[must_use]
pub fn tasks<J: Json>(records: &[J], filter: Filter) -> J {
    let mut left = filter.limit.unwrap_or(u64::MAX);
    let mut shown = Vec::new();
    for (_, record) in newest_first(records) {
        if filter.takes(record) && left > 0 {
            left = left.saturating_sub(1);
            shown.push(J::of(&show(record)));
        }
    }
    J::list(shown)
}

fn show<J: Json>(record: &J) -> TaskRecord<J> {
    let text = |key| order(record, key).and_then(|value| value.as_text()).unwrap_or_default();
    let is_readable = Life::read(record).is_some();
    let step = record.text_at("step").filter(|_| is_readable);
    TaskRecord {
        id: record.get("id"),
        base_url: text("baseUrl"),
        prompt: text("prompt"),
        created_at: created_at(record).unwrap_or_default(),
        step: step.unwrap_or_else(|| "unreadable".into()),
        paid: if is_readable { read_paid(record) } else { Paid::Unknown },
        task_id: record.get("taskId"),
        price: order(record, "price"),
        receipt: record.get("receipt"),
        status: record.get("status"),
        result: kept_of(record),
    }
}

/// The record of that task.
#[must_use]
pub fn find<J: Json>(records: &[J], task_id: &str) -> Option<J> {
    for (_, record) in newest_first(records) {
        if record.text_at("taskId").as_deref() == Some(task_id) {
            return Some(record.clone());
        }
    }
    None
}

/// The record that is resumed if none is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice<J> {
    /// Its purchase can still make progress.
    Soon(J),
    /// It is paid and the service knows no task for it, or it may have been paid in a window that has passed: it has
    /// had its chance. Or it was begun by a clock that was ahead.
    Late(J),
    /// There is none.
    Nothing,
}

impl<J> Choice<J> {
    /// The record, if there is one.
    #[must_use]
    pub fn into_record(self) -> Option<J> {
        match self {
            Self::Soon(record) | Self::Late(record) => Some(record),
            Self::Nothing => None,
        }
    }
}

/// Chooses the newest that can still make progress; those that have had their chance come after all others.
#[must_use]
pub fn choose<J: Json>(records: &[J], now: u64) -> Choice<J> {
    let mut late = Choice::Nothing;
    for (_, record) in newest_first(records) {
        match Life::read(record) {
            Some(Life::Accepted) if record.get("status").is_none() => return Choice::Soon(record.clone()),
            Some(Life::Signed) if !is_late(record, now) => return Choice::Soon(record.clone()),
            None if defect::is_on(Defect::UnreadableChosen) => return Choice::Soon(record.clone()),
            Some(Life::Signed | Life::Accepted) if matches!(late, Choice::Nothing) => {
                late = Choice::Late(record.clone())
            }
            _ => {}
        }
    }
    late
}

fn is_late<J: Json>(signed: &J, now: u64) -> bool {
    let is_of_a_time_to_come = created_at(signed).is_some_and(|at| at > now.saturating_add(LONGEST_OPEN_MS));
    read_paid(signed) == Paid::Yes || is_of_a_time_to_come || closes_at(signed).is_none_or(|at| at < now)
}

/// A purchase that was resumed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resumed<J> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_url: Option<String>,
    task: AcceptedTask<HeldReceipt<J>>,
    /// The result, if it is in the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<J>,
}

impl<J: Json> Resumed<J> {
    /// A record, and the task that was found for it.
    #[must_use]
    pub fn of(record: &J, task: AcceptedTask<HeldReceipt<J>>) -> Self {
        Self {
            id: record.text_at("id").unwrap_or_default(),
            base_url: order(record, "baseUrl").and_then(|url| url.as_text()),
            task,
            result: kept_of(record),
        }
    }
}

/// The id by which the service knows the task of a record (its own, or the one that was sent), and the service.
#[must_use]
pub fn whereabouts<J: Json>(record: &J) -> Option<(String, BaseUrl)> {
    Life::read(record).filter(|life| *life != Life::Forgotten)?;
    let id = record.text_at("taskId").or_else(|| seed(record))?;
    Some((id, BaseUrl::parse(&order(record, "baseUrl")?.as_text()?)?))
}

/// Sorts records by time. By insertion, from the end: stores return their records in this order already.
fn newest_first<J: Json>(records: &[J]) -> Vec<(Option<u64>, &J)> {
    let mut sorted: Vec<(Option<u64>, &J)> = Vec::new();
    for record in records {
        let at = created_at(record);
        let place = sorted.iter().rposition(|(other, _)| *other >= at).map_or(0, |last| last.saturating_add(1));
        sorted.insert(place, (at, record));
    }
    sorted
}
