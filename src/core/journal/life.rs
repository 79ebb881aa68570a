//! How far a purchase has come.

use super::{
    super::{json::Json, named::named},
    record::Known,
};

named! {
    /// How far a purchase has come, as its record says.
    pub enum Life {
        /// The wallet is about to be asked for the signature.
        Signing,
        /// The signature is there; it may have been sent.
        Signed,
        /// There is a task.
        Accepted,
        /// The task has ended.
        Done,
        /// No money moved, and none ever can.
        Abandoned,
        /// The page had it forgotten; what it spent is kept for budgets.
        Forgotten,
    }
}

impl Life {
    const ALL: [Self; 6] = [Self::Signing, Self::Signed, Self::Accepted, Self::Done, Self::Abandoned, Self::Forgotten];

    /// Reads the step of a record; none of one that this version cannot read.
    #[must_use]
    pub fn read<J: Json>(record: &J) -> Option<Self> {
        Self::named(record).filter(|life| Known::at(record, *life).is_some())
    }

    /// The step that a record names, whether or not the rest of it can be read.
    pub(super) fn named<J: Json>(record: &J) -> Option<Self> {
        let step = record.text_at("step")?;
        Self::ALL.into_iter().find(|life| life.name() == step)
    }

    /// Something may still come of it.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        matches!(self, Self::Signed | Self::Accepted)
    }
}
