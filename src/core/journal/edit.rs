//! A change on its way through a storage.
//!
//! A page may bring its own storage, and no storage is believed further than it must be: it may call the change again, late
//! or never, with another record than before or with that of another purchase, may give it no purchases to hold a budget
//! against, and may say that it has failed when it has written.

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

/// A change of the record of one purchase, and how far it has come.
#[derive(Debug)]
pub struct Edit<J> {
    id: String,
    change: Change<J>,
    progress: RefCell<Progress<J>>,
}

#[derive(Clone, Debug)]
enum Progress<J> {
    /// The storage may call it: what came of each call that is unlike the others.
    Open(Vec<Applied<J>>),
    /// Its caller was told how it ended: what is called later changes nothing.
    Closed,
}

/// What came of one call.
#[derive(Clone, Debug)]
struct Applied<J> {
    /// What the storage had, if it had a record.
    found: Option<Imprint>,
    /// What it has once it has written.
    left: Option<Imprint>,
    /// Nothing is to be written.
    is_kept: bool,
    written: Written<J>,
}

/// What is known of a change once the storage has answered.
#[derive(Clone, Debug)]
pub enum Judged<J> {
    /// What came of it, or why it could not be written; `None` when it is not known whether it was.
    Over(Result<Written<J>, Option<J>>),
    /// What the storage says of it does not tell what it has written: its record shows that.
    Doubted(Doubt<J>),
}

/// A change of which the storage says that it has failed, or which it has called with records of which not all can be the
/// present one.
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

    /// The change itself.
    #[must_use]
    pub const fn change(&self) -> &Change<J> {
        &self.change
    }

    /// Says what takes the place of the record. `since` are the records of [`Change::since`].
    ///
    /// # Errors
    /// Why nothing does: the record is of another purchase, or the purchases of its period are missing, without which a
    /// budget would count as unspent.
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

    /// A call that is like a former one takes its place.
    fn note(&self, applied: Applied<J>) {
        if let Progress::Open(calls) = &mut *self.progress.borrow_mut() {
            calls.retain(|call| call.found != applied.found || !call.agrees(&applied));
            calls.push(applied);
        }
    }

    /// Takes what the storage says: that it has written, or what it threw, or nothing in time (`Err(None)`). What nobody was told of in time may yet
    /// be written.
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
    /// Whether the same came of both.
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
    /// Takes the record as the storage has it now. Another call may have gone on with what was written, or have undone it: then it is not known
    /// whether it was.
    ///
    /// # Errors
    /// What the storage threw, if it has written nothing; `None` if that is not known.
    pub fn read(self, record: Result<Option<J>, J>) -> Result<Written<J>, Option<J>> {
        let Self { calls, thrown } = self;
        // Nothing was to be written.
        if let [only] = &calls[..]
            && only.is_kept
        {
            return Ok(only.written.clone());
        }
        let Ok(record) = record else { return Err(None) };
        let shown = record.as_ref().map(Imprint::of);
        // Where both a refusal and a write would have left it so, the refusal stands.
        match calls.iter().filter(|call| call.left == shown).max_by_key(|call| call.is_kept) {
            Some(call) => Ok(call.written.clone()),
            None if calls.iter().any(|call| call.found == shown) => Err(Some(thrown)),
            None if defect::is_on(Defect::ChangedRecordUnwritten) => Err(Some(thrown)),
            None => Err(None),
        }
    }
}
