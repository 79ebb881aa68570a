//! Defects that tests switch on, one at a time, to check that they are found. No other build contains them.

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// A call with a signature may write it, even if the intent belongs to another call.
    OwnerUnchecked,
    /// A signature is written although its intent was forgotten.
    ForgottenIntentSigned,
    /// An intent replaces a payment that was signed.
    SignedReplaced,
    /// The wallet opens before the purchase is in the journal.
    AskedBeforeWritten,
    /// The payment is sent before it is in the journal.
    SentBeforeWritten,
    /// What the wallet signed is not compared with what it was shown.
    SignerNotCompared,
    /// A payment that the token has not taken is declared dead while its window is open.
    WindowIgnored,
    /// A block alone shows that the window has passed; this machine's clock is not checked.
    MachineTimeIgnored,
    /// A wallet that is not the payer's is believed.
    OneReaderBelieved,
    /// If no wallet can be asked, the purchase is reported as unpaid.
    AbandonedWithoutBlock,
    /// A resend is a different payment.
    AnotherResent,
    /// A task counts as paid although the token never took its payment.
    UnpaidTaskPaid,
    /// An unknown status word counts as a task.
    OddWordBelieved,
    /// A purchase can be forgotten while its payment is in progress.
    ForgottenUnderWay,
    /// The budget is checked against records that were read earlier.
    BudgetReadBefore,
    /// A record that cannot be read is resumed before others.
    UnreadableChosen,
    /// A storage that reports a failure is assumed to have written nothing.
    FailedWriteBelieved,
    /// A record that another call has since changed counts as never written.
    ChangedRecordUnwritten,
    /// A storage that returns no purchases for a budget's period is assumed to have none.
    MissingPeriodUnspent,
    /// If a storage calls a change twice with different records, the last call counts.
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

/// Switches one defect on for this thread, and all others off.
#[cfg(test)]
pub fn switch(defect: Option<Defect>) {
    ON.set(defect);
}

/// Whether the defect is switched on.
#[cfg(test)]
#[must_use]
pub fn is_on(defect: Defect) -> bool {
    ON.get() == Some(defect)
}

/// Whether the defect is switched on.
#[cfg(not(test))]
#[must_use]
pub const fn is_on(_: Defect) -> bool {
    false
}
