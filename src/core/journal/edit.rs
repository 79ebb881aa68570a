//! A change on its way through a storage.
//!
//! A page may bring its own storage, which is trusted as little as possible. It may call the change again, late or
//! never, with another record than before or with that of another purchase; it may not supply the purchases that a
//! budget is checked against; and it may report a failure although it has written.

use std::cell::RefCell;

use super::{
    super::{
        defect::{self, Defect},
        json::Json,
    },
    change::{Change, Put, Written},
    imprint::Imprint,
    trouble::{FOREIGN, is_foreign},
};

/// A change of one purchase's record, and its progress.
#[derive(Debug)]
pub struct Edit<J> {
    id: String,
    change: Change<J>,
    progress: RefCell<Progress<J>>,
}

#[derive(Clone, Debug)]
enum Progress<J> {
    /// The storage may call it. Holds the distinct results of its calls.
    Open(Vec<Applied<J>>),
    /// The caller knows the outcome: later calls change nothing.
    Closed,
}

/// The result of one call.
#[derive(Clone, Debug)]
struct Applied<J> {
    /// The record in the storage, if there was one.
    found: Option<Imprint>,
    /// The record once the storage has written.
    left: Option<Imprint>,
    /// Nothing needs to be written.
    is_kept: bool,
    written: Written<J>,
}

/// What is known of a change once the storage has responded.
#[derive(Clone, Debug)]
pub enum Judged<J> {
    /// The outcome, or why it could not be written; `None` if it is not known whether it was written.
    Over(Result<Written<J>, Option<J>>),
    /// The storage's response does not tell what it has written: the record has to be read.
    Doubted(Doubt<J>),
}

/// A change that the storage reports as failed, or that it has called with several records, of which only one can be
/// the current one.
#[derive(Clone, Debug)]
pub struct Doubt<J> {
    calls: Vec<Applied<J>>,
    thrown: J,
}

impl<J: Json> Edit<J> {
    /// A change of the record of that id.
    #[must_use]
    pub fn new(id: &str, change: Change<J>) -> Self {
        Self { id: id.into(), change, progress: RefCell::new(Progress::Open(Vec::new())) }
    }

    /// The id of the purchase.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The change.
    #[must_use]
    pub const fn change(&self) -> &Change<J> {
        &self.change
    }

    /// Returns what replaces the record. `since` are the records of [`Change::since`].
    ///
    /// # Errors
    /// Why nothing does: the record is of another purchase, or the purchases of the budget's period are missing,
    /// without which the budget would count as unspent.
    pub fn apply(&self, record: Option<J>, since: Option<&[J]>) -> Result<Put<J>, &'static str> {
        if matches!(*self.progress.borrow(), Progress::Closed) {
            return Ok(Put::Keep);
        }
        if record.as_ref().is_some_and(|record| is_foreign(record, &self.id)) {
            return Err(FOREIGN);
        }
        let is_needed = self.change.since().is_some() && !defect::is_on(Defect::MissingPeriodUnspent);
        if is_needed && since.is_none() {
            return Err("the storage did not give the purchases of the budget's period");
        }
        let found = record.as_ref().map(Imprint::of);
        let (put, written) = self.change.apply(&self.id, record.as_ref(), since.unwrap_or_default());
        let left = match &put {
            Put::Keep => found.clone(),
            Put::Record(record) => Some(Imprint::of(record)),
            Put::Remove => None,
        };
        self.note(Applied { found, left, is_kept: matches!(put, Put::Keep), written });
        Ok(put)
    }

    /// Stores the result of a call, replacing an equal one.
    fn note(&self, applied: Applied<J>) {
        if let Progress::Open(calls) = &mut *self.progress.borrow_mut() {
            calls.retain(|call| call.found != applied.found || !call.agrees(&applied));
            calls.push(applied);
        }
    }

    /// Takes the storage's response: that it has written, or what it threw, or nothing in time (`Err(None)`). A change
    /// that timed out may still be written.
    #[must_use]
    pub fn judge(&self, said: Result<(), Option<J>>) -> Judged<J> {
        let thrown = match said {
            Err(None) => return Judged::Over(Err(None)),
            Err(Some(thrown)) => Some(thrown),
            Ok(()) => None,
        };
        let Progress::Open(calls) = self.progress.replace(Progress::Closed) else {
            return Judged::Over(Err(Some(thrown.unwrap_or_else(J::null))));
        };
        match (calls.last(), thrown) {
            (Some(last), None)
                if defect::is_on(Defect::LastCallBelieved) || calls.iter().all(|call| call.agrees(last)) =>
            {
                Judged::Over(Ok(last.written.clone()))
            }
            (Some(_), Some(thrown)) if defect::is_on(Defect::FailedWriteBelieved) => Judged::Over(Err(Some(thrown))),
            (Some(_), thrown) => Judged::Doubted(Doubt { calls, thrown: thrown.unwrap_or_else(J::null) }),
            // A storage that has not called the change has not written it.
            (None, thrown) => Judged::Over(Err(Some(thrown.unwrap_or_else(J::null)))),
        }
    }
}

impl<J> Applied<J> {
    /// Whether both calls had the same result.
    fn agrees(&self, other: &Self) -> bool {
        let is_alike = match (&self.written, &other.written) {
            (Written::Done(_), Written::Done(_)) | (Written::Standing(_), Written::Standing(_)) => true,
            (Written::Refused(one), Written::Refused(other)) => one.code == other.code,
            _ => false,
        };
        is_alike && self.left == other.left
    }
}

impl<J: Json> Doubt<J> {
    /// Takes the record as the storage has it now. If another call has since changed or undone what was written, it is
    /// not known whether it was written.
    ///
    /// # Errors
    /// What the storage threw, if it has written nothing; `None` if that is not known.
    pub fn read(self, record: Result<Option<J>, J>) -> Result<Written<J>, Option<J>> {
        let Self { calls, thrown } = self;
        // Nothing had to be written.
        if let [only] = &calls[..]
            && only.is_kept
        {
            return Ok(only.written.clone());
        }
        let Ok(record) = record else { return Err(None) };
        let shown = record.as_ref().map(Imprint::of);
        // If both a refusal and a write would have left this record, the refusal counts.
        match calls.iter().filter(|call| call.left == shown).max_by_key(|call| call.is_kept) {
            Some(call) => Ok(call.written.clone()),
            None if calls.iter().any(|call| call.found == shown) => Err(Some(thrown)),
            None if defect::is_on(Defect::ChangedRecordUnwritten) => Err(Some(thrown)),
            None => Err(None),
        }
    }
}
