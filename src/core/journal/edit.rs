//! A change on its way through a storage.
//!
//! A page may bring its own storage, and no storage is believed further than it must be: it may call the change again, late or never, may give it no
//! purchases to hold a budget against, and may say that it has failed when it has written.

use std::cell::RefCell;

use super::{
    super::{
        defect::{self, Defect},
        json::Json,
    },
    change::{Change, Put, Written, decides_alike},
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
    /// The storage has not called it.
    Waiting,
    /// It was called, and for the last time so.
    Applied(Applied<J>),
    /// Its caller was told how it ended: what is called later changes nothing.
    Closed,
}

/// What became of a record.
#[derive(Clone, Debug)]
struct Applied<J> {
    found: Option<J>,
    put: Put<J>,
    written: Written<J>,
}

/// What is known of a change once the storage has answered.
#[derive(Clone, Debug)]
pub enum Settled<J> {
    /// What came of it, or why it could not be written; `None` when it is not known whether it was.
    Over(Result<Written<J>, Option<J>>),
    /// A storage that fails may have written all the same: its record shows whether it has.
    Doubted(Doubt<J>),
}

/// A change of which the storage says that it has failed.
#[derive(Clone, Debug)]
pub struct Doubt<J> {
    applied: Applied<J>,
    thrown: J,
}

impl<J: Json> Edit<J> {
    /// A change of the record of that id.
    #[must_use]
    pub fn new(id: &str, change: Change<J>) -> Self {
        Self { id: id.into(), change, progress: RefCell::new(Progress::Waiting) }
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
    /// Why nothing does: without the purchases of its period, a budget would count as unspent.
    pub fn apply(&self, record: Option<J>, since: Option<&[J]>) -> Result<Put<J>, &'static str> {
        if matches!(*self.progress.borrow(), Progress::Closed) {
            return Ok(Put::Keep);
        }
        let is_needed = self.change.since().is_some() && !defect::is_on(Defect::MissingPeriodUnspent);
        if is_needed && since.is_none() {
            return Err("the storage did not give the purchases of the budget's period");
        }
        let (put, written) = self.change.apply(&self.id, record.as_ref(), since.unwrap_or_default());
        self.progress.replace(Progress::Applied(Applied { found: record, put: put.clone(), written }));
        Ok(put)
    }

    /// Takes what the storage says: that it has written, or what it threw, or nothing in time (`Err(None)`). What nobody was told of in time may yet
    /// be written.
    #[must_use]
    pub fn settled(&self, said: Result<(), Option<J>>) -> Settled<J> {
        let said = match said {
            Err(None) => return Settled::Over(Err(None)),
            Err(Some(thrown)) => Err(thrown),
            Ok(()) => Ok(()),
        };
        match (self.progress.replace(Progress::Closed), said) {
            (Progress::Applied(applied), Ok(())) => Settled::Over(Ok(applied.written)),
            (Progress::Applied(applied), Err(thrown)) if !defect::is_on(Defect::FailedWriteBelieved) => {
                Settled::Doubted(Doubt { applied, thrown })
            }
            (_, Err(thrown)) => Settled::Over(Err(Some(thrown))),
            // A storage that has not called the change has not written it.
            (_, Ok(())) => Settled::Over(Err(Some(J::null()))),
        }
    }
}

impl<J: Json> Doubt<J> {
    /// Takes the record as the storage has it now. Another call may have gone on with what was written, or have undone it: then it is not known
    /// whether it was.
    ///
    /// # Errors
    /// What the storage threw, if it has written nothing; `None` if that is not known.
    pub fn read(self, record: Result<Option<J>, J>) -> Result<Written<J>, Option<J>> {
        let Self { applied: Applied { found, put, written }, thrown } = self;
        let Ok(record) = record else { return Err(None) };
        match put {
            Put::Keep => Ok(written),
            Put::Record(put) if decides_alike(Some(&put), record.as_ref()) => Ok(written),
            Put::Remove if record.is_none() => Ok(written),
            _ if decides_alike(found.as_ref(), record.as_ref()) || defect::is_on(Defect::ChangedRecordUnwritten) => {
                Err(Some(thrown))
            }
            _ => Err(None),
        }
    }
}
