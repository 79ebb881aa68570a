//! What a purchase has cost, or may still cost, for budgets.

use alloy_primitives::U256;

use super::authorization;

/// A signature that comes later than this after it was requested is not used.
pub const LONGEST_OPEN_MS: u64 = 1000 * authorization::LONGEST_SECONDS;

/// By this long after a purchase was begun, its money has moved or never will: a node that lies about the time can
/// stretch its window to a day and ten minutes.
pub const LONGEST_LIFE_MS: u64 = 25 * 3_600_000;

/// An amount of USDC that was spent, or may still be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spending {
    /// It was spent.
    Moved {
        /// The latest time at which it moved, in milliseconds since the epoch.
        by: u64,
        /// Atomic units.
        atomic: U256,
    },
    /// Its signature was requested: it counts as long as it could still be used.
    Asked {
        /// When.
        at: u64,
        /// Atomic units.
        atomic: U256,
    },
}

impl Spending {
    /// As seen at that time. No purchase was begun later: one in the future was recorded by a clock that was ahead.
    #[must_use]
    pub fn seen_at(self, now: u64) -> Self {
        match self {
            Self::Moved { by, atomic } => Self::Moved { by: by.min(now.saturating_add(LONGEST_LIFE_MS)), atomic },
            Self::Asked { at, atomic } => Self::Asked { at: at.min(now), atomic },
        }
    }

    /// Until when it counts in a budget with that period.
    #[must_use]
    pub const fn until(&self, period_ms: u64) -> u64 {
        match self {
            Self::Moved { by, .. } => by.saturating_add(period_ms),
            Self::Asked { at, .. } => at.saturating_add(LONGEST_OPEN_MS),
        }
    }

    /// The amount.
    #[must_use]
    pub const fn atomic(&self) -> U256 {
        match self {
            Self::Moved { atomic, .. } | Self::Asked { atomic, .. } => *atomic,
        }
    }
}
