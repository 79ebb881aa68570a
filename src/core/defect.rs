//! Defects that the tests switch on, one at a time, to see that they are found. In every other build there is none of it.

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Whoever has a signature may write it, whoever's the intent is.
    OwnerUnchecked,
    /// A signature is written where its intent was forgotten.
    ForgottenIntentSigned,
    /// An intent takes the place of a payment that was signed.
    SignedReplaced,
    /// The wallet opens before the journal has the purchase.
    AskedBeforeWritten,
    /// The payment leaves before the journal has it.
    SentBeforeWritten,
    /// What the wallet signed is not compared with what it was shown.
    SignerNotCompared,
    /// A payment that the token has not taken is called dead while its window is open.
    WindowIgnored,
    /// A block alone says that the window is past: this machine's clock does not.
    MachineTimeIgnored,
    /// A wallet that is not the payer's is believed.
    OneReaderBelieved,
    /// Where no wallet can be asked, nothing was paid.
    AbandonedWithoutBlock,
    /// What is sent again is another payment.
    AnotherResent,
    /// A task of a payment that the token never took is paid.
    UnpaidTaskPaid,
    /// A status word that nobody knows is a task.
    OddWordBelieved,
    /// A purchase can be forgotten while money is under way for it.
    ForgottenUnderWay,
    /// The budget is held against records that were read before.
    BudgetReadBefore,
    /// A record that cannot be read is taken up before others.
    UnreadableChosen,
    /// A storage that says it has failed has written nothing.
    FailedWriteBelieved,
    /// A record that somebody else has gone on with since was never written.
    ChangedRecordUnwritten,
    /// A storage that gives no purchases of a budget's period has none.
    MissingPeriodUnspent,
    /// Of a storage that calls a change twice, with different records, the last call counts.
    LastCallBelieved,
}

#[cfg(test)]
impl Defect {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::OwnerUnchecked,
        Self::ForgottenIntentSigned,
        Self::SignedReplaced,
        Self::AskedBeforeWritten,
        Self::SentBeforeWritten,
        Self::SignerNotCompared,
        Self::WindowIgnored,
        Self::MachineTimeIgnored,
        Self::OneReaderBelieved,
        Self::AbandonedWithoutBlock,
        Self::AnotherResent,
        Self::UnpaidTaskPaid,
        Self::OddWordBelieved,
        Self::ForgottenUnderWay,
        Self::BudgetReadBefore,
        Self::UnreadableChosen,
        Self::FailedWriteBelieved,
        Self::ChangedRecordUnwritten,
        Self::MissingPeriodUnspent,
        Self::LastCallBelieved,
    ];
}

#[cfg(test)]
thread_local! {
    static ON: std::cell::Cell<Option<Defect>> = const { std::cell::Cell::new(None) };
}

/// Switches one on for this thread, and all others off.
#[cfg(test)]
pub fn switch(defect: Option<Defect>) {
    ON.set(defect);
}

/// Whether it is switched on.
#[cfg(test)]
#[must_use]
pub fn is_on(defect: Defect) -> bool {
    ON.get() == Some(defect)
}

/// Whether it is switched on.
#[cfg(not(test))]
#[must_use]
pub const fn is_on(_: Defect) -> bool {
    false
}
