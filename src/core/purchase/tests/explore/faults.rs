//! The faults, and where each can happen.

use super::*;

/// The steps of a course: what a tab does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// No library call is in progress.
    Idle,
    Recall,
    Probe,
    FindPayer,
    Talk,
    Count,
    Intend,
    Draw,
    Sign,
    Check,
    Seal,
    /// What a storage has written although it reports a failure.
    Reread,
    Pay,
    Look,
    FindReaders,
    FindOthers,
    Read,
    Sleep,
    End,
    Withdraw,
}

/// What goes wrong at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Fault {
    /// The page dies before the step.
    Crash,
    /// The page dies after the step has taken effect.
    CrashAfter,
    /// The caller aborts.
    Abort,
    /// The step takes longer than any window is open.
    Slow,
    /// The payment that the seller held back is settled now.
    Settle,
    /// The visitor resumes the purchase instead of buying again.
    Resume,
    /// The visitor forgets the purchase.
    Forget,
    /// The storage throws.
    Blocked,
    /// The tab that has the lock loses it to this one.
    Steal,
    /// The storage does not call the change, and throws.
    Full,
    /// The storage writes, and throws.
    Denied,
    /// The storage calls the change, writes nothing, and throws.
    Undone,
    /// The storage writes, and then calls the change once more, with an outdated absence of the record.
    Twice,
    /// The storage does not supply the purchases of the budget's period.
    Hollow,
    /// The storage's records cannot be read.
    Unread,
    /// The storage writes, and does not respond in time.
    Untold,
    /// The storage does not write, and does not respond in time.
    Dropped,
    /// The request is lost on the way.
    Lost,
    /// The response is lost on the way.
    Unanswered,
    /// A gateway responds 500 instead of the service.
    Gateway,
    /// The service refuses the payment, and holds it back.
    Refused,
    /// The service starts the job, and holds the payment back.
    Unsettled,
    /// The service temporarily knows no task of that id.
    Unknown,
    /// The service responds 200 with an unknown status word.
    Odd,
    /// There is no wallet on the page.
    NoWallet,
    /// There is another wallet on the page, which is asked as well.
    Crowd,
    /// The visitor refuses.
    Decline,
    /// The wallet does not answer.
    Mute,
    /// The wallet signs with another account.
    OtherKey,
    /// The wallet is on another chain.
    Elsewhere,
    /// The wallet's node is an hour ahead.
    Ahead,
    /// Another wallet, an hour ahead, reports that the payment was never taken.
    LieUnused,
    /// Another wallet reports that the payment was taken.
    LieTaken,
    /// The browser has no secure randomness.
    NoEntropy,
}

impl Kind {
    pub(super) const ALL: [Self; 20] = [
        Self::Idle,
        Self::Recall,
        Self::Probe,
        Self::FindPayer,
        Self::Talk,
        Self::Count,
        Self::Intend,
        Self::Draw,
        Self::Sign,
        Self::Check,
        Self::Seal,
        Self::Reread,
        Self::Pay,
        Self::Look,
        Self::FindReaders,
        Self::FindOthers,
        Self::Read,
        Self::Sleep,
        Self::End,
        Self::Withdraw,
    ];

    pub(super) fn of(step: &Step<Value>) -> Self {
        match step {
            Step::Recall(..) => Self::Recall,
            Step::Send(_, Sent::Probing(_)) => Self::Probe,
            Step::Send(_, Sent::Paying(_)) => Self::Pay,
            Step::Send(_, Sent::Looking(_)) => Self::Look,
            Step::FindWallets(Finding::Payer(_)) => Self::FindPayer,
            Step::FindWallets(Finding::Readers(_)) => Self::FindReaders,
            Step::FindWallets(Finding::Others(_)) => Self::FindOthers,
            Step::Ask(_, _, Asked::Talking(_)) => Self::Talk,
            Step::Ask(_, _, Asked::Signing(_)) => Self::Sign,
            Step::Ask(_, _, Asked::Checking(_)) => Self::Check,
            Step::AskAll(_, Gathered::Counting(_)) => Self::Count,
            Step::AskAll(_, Gathered::Reading(_)) => Self::Read,
            Step::Write(_, _, Writing::Intent(_)) => Self::Intend,
            Step::Write(_, _, Writing::Payment(..)) => Self::Seal,
            Step::Write(_, _, Writing::End(_)) => Self::End,
            Step::DrawNonce(_) => Self::Draw,
            Step::Sleep(..) => Self::Sleep,
            Step::Confirm(..) | Step::Done(_) => panic!("no scene has it"),
        }
    }

    /// Whether another tab's actions may affect the step, or the step that tab: the journal, the prompt, the payment,
    /// and time. All other steps commute.
    pub(super) const fn is_shared(self) -> bool {
        matches!(
            self,
            Self::Idle
                | Self::Recall
                | Self::Intend
                | Self::Sign
                | Self::Seal
                | Self::Reread
                | Self::Pay
                | Self::End
                | Self::Withdraw
                | Self::Sleep
        )
    }

    /// Whether it writes to the journal.
    pub(super) const fn writes(self) -> bool {
        matches!(self, Self::Intend | Self::Seal | Self::End | Self::Withdraw)
    }

    /// Whether it takes ten seconds at most, or has failed.
    pub(super) const fn is_brief(self) -> bool {
        self.writes() || matches!(self, Self::Reread)
    }
}

impl Fault {
    pub(super) const ALL: [Self; 34] = [
        Self::Crash,
        Self::CrashAfter,
        Self::Abort,
        Self::Slow,
        Self::Settle,
        Self::Resume,
        Self::Forget,
        Self::Blocked,
        Self::Steal,
        Self::Full,
        Self::Denied,
        Self::Undone,
        Self::Twice,
        Self::Hollow,
        Self::Unread,
        Self::Untold,
        Self::Dropped,
        Self::Lost,
        Self::Unanswered,
        Self::Gateway,
        Self::Refused,
        Self::Unsettled,
        Self::Unknown,
        Self::Odd,
        Self::NoWallet,
        Self::Crowd,
        Self::Decline,
        Self::Mute,
        Self::OtherKey,
        Self::Elsewhere,
        Self::Ahead,
        Self::LieUnused,
        Self::LieTaken,
        Self::NoEntropy,
    ];

    /// Why it cannot happen at that step; `None` if it can.
    pub(super) fn excluded(self, at: Kind) -> Option<&'static str> {
        let (can, why) = match self {
            Self::Crash => (at != Kind::Idle, "with no call under way, nothing is left in the middle"),
            Self::CrashAfter => (at.writes() || matches!(at, Kind::Sign | Kind::Pay), "the step leaves nothing behind"),
            Self::Abort => (
                !matches!(at, Kind::Idle | Kind::End | Kind::Withdraw),
                "there is no call, or it is over but for its last write",
            ),
            Self::Slow => (!at.is_brief(), "a write or a read that takes longer than ten seconds has failed"),
            Self::Settle => (
                matches!(at, Kind::Idle | Kind::Sleep | Kind::Read),
                "whether it is settled before another step makes no difference",
            ),
            Self::Resume | Self::Forget => (at == Kind::Idle, "a call of its own"),
            Self::Blocked | Self::Steal => (at == Kind::Recall, "only the first step reads, and takes the lock"),
            Self::Full | Self::Untold | Self::Dropped => (at.writes(), "only what writes"),
            Self::Denied | Self::Undone | Self::Twice => {
                (at.writes() && at != Kind::Withdraw, "only what writes, and then nobody hears of it")
            }
            Self::Hollow => (at == Kind::Intend, "only what claims a part of a budget"),
            Self::Unread => (at == Kind::Reread, "only what is read after a write that failed"),
            Self::Lost => (matches!(at, Kind::Probe | Kind::Pay | Kind::Look), "only requests"),
            Self::Gateway => (matches!(at, Kind::Probe | Kind::Pay | Kind::Look), "only requests"),
            Self::Unanswered | Self::Refused | Self::Unsettled => (at == Kind::Pay, "only the payment has an effect"),
            Self::Unknown | Self::Odd => (at == Kind::Look, "only the question for the task"),
            Self::NoWallet => {
                (matches!(at, Kind::FindPayer | Kind::FindReaders | Kind::FindOthers), "only the search for wallets")
            }
            Self::Crowd | Self::LieUnused | Self::LieTaken => {
                (matches!(at, Kind::FindReaders | Kind::FindOthers), "only who reads may be more than one")
            }
            Self::Decline => (matches!(at, Kind::Talk | Kind::Sign), "only what opens a prompt"),
            Self::Mute => (
                matches!(at, Kind::Talk | Kind::Count | Kind::Sign | Kind::Check | Kind::Read),
                "only wallets are asked",
            ),
            Self::OtherKey => (at == Kind::Sign, "only the signature"),
            Self::Elsewhere | Self::Ahead => (at == Kind::Read, "only what is read of the payment"),
            Self::NoEntropy => (at == Kind::Draw, "only the nonce"),
        };
        (!can).then_some(why)
    }

    /// What can go wrong at that step.
    pub(super) fn at(kind: Kind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |fault| fault.excluded(kind).is_none())
    }
}
