//! What a purchase has cost, or may yet cost, as budgets count it.

use alloy_primitives::U256;

use super::authorization;

/// A signature that comes later than this after it was asked for is not used.
pub const LONGEST_OPEN_MS: u64 = 1000 * authorization::LONGEST_SECONDS;

/// The money of a purchase has moved by then after it was begun, or never will: a node that lies about the time can stretch
/// its window to a day and ten minutes.
pub const LONGEST_LIFE_MS: u64 = 25 * 3_600_000;

/// An amount of USDC that was spent, or may yet be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spending {
    /// It had moved by then, in milliseconds since the epoch.
    Moved {
        /// At the latest.
        by: u64,
        /// Atomic units.
        atomic: U256,
    },
    /// A signature was asked for then: it counts as long as it could still be used.
    Asked {
        /// When.
        at: u64,
        /// Atomic units.
        atomic: U256,
    },
}

impl Spending {
    /// As it is seen at that time. No purchase was begun later: one of a time to come was noted by a clock that was ahead.
    #[must_use]
    pub fn seen_at(self, now: u64) -> Self {
        match self {
            Self::Moved { by, atomic } => Self::Moved { by: by.min(now.saturating_add(LONGEST_LIFE_MS)), atomic },
            Self::Asked { at, atomic } => Self::Asked { at: at.min(now), atomic },
        }
    }

    /// Until when it counts in a budget of that period.
    #[must_use]
    pub const fn until(&self, period_ms: u64) -> u64 {
        match self {
            Self::Moved { by, .. } => by.saturating_add(period_ms),
            Self::Asked { at, .. } => at.saturating_add(LONGEST_OPEN_MS),
        }
    }

    /// How much it is.
    #[must_use]
    pub const fn atomic(&self) -> U256 {
        match self {
            Self::Moved { atomic, .. } | Self::Asked { atomic, .. } => *atomic,
        }
    }
}
