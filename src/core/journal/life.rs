//! The steps of a purchase.

use super::{
    super::{json::Json, named::named},
    record::Known,
};

named! {
    /// The step of a purchase, according to its record.
    pub enum Life {
        /// The wallet is about to be asked for the signature.
        Signing,
        /// There is a signature; it may have been sent.
        Signed,
        /// There is a task.
        Accepted,
        /// The task has ended.
        Done,
        /// No money moved, and none ever can.
        Abandoned,
        /// The page forgot it; its spending is kept for budgets.
        Forgotten,
    }
}

impl Life {
    const ALL: [Self; 6] = [Self::Signing, Self::Signed, Self::Accepted, Self::Done, Self::Abandoned, Self::Forgotten];

    /// The step of a record; `None` if this version cannot read the record.
    #[must_use]
    pub fn read<J: Json>(record: &J) -> Option<Self> {
        Self::named(record).filter(|life| Known::at(record, *life).is_some())
    }

    /// The step that a record names, even if the rest of it cannot be read.
    pub(super) fn named<J: Json>(record: &J) -> Option<Self> {
        let step = record.text_at("step")?;
        Self::ALL.into_iter().find(|life| life.name() == step)
    }

    /// The purchase can still make progress.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        matches!(self, Self::Signed | Self::Accepted)
    }
}
