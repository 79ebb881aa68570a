//! The two clocks of a purchase: the chain's, which alone decides when an authorization expires, and this machine's,
//! which every time reported to the page refers to.
//!
//! Either may be wrong. If they are up to a day apart, an authorization is stamped by the chain's clock; if further,
//! nothing is signed. Whether its window has passed is decided by both: by a block's time, and by the time that has
//! passed on this machine since the stamp.

use std::{cell::RefCell, rc::Rc};

use super::{
    block::{self, Block},
    error::{Code, Error, Stage},
    json::Json,
    text::{number, text},
    wallet::{self, Question, Reply},
};

/// Normal age of a node's latest block.
const BLOCK_AGE_MS: u64 = 30_000;
/// Some chains make blocks only when there are transactions.
const LONGEST_GAP_MS: u64 = 300_000;
/// A larger difference between a node and this machine means that one of them is broken.
const FURTHEST_OFF_MS: u64 = 24 * 3_600_000;
const HOUR_MS: u64 = 3_600_000;

/// How far a chain's clock is ahead of this machine's, according to its latest block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChainClock {
    /// Milliseconds; 0 until a block has been read.
    ahead: i64,
}

impl ChainClock {
    /// Sets the clock by a node's time.
    ///
    /// # Errors
    /// `clock_mismatch` with `{chain, machine}` if the two are a day apart or more.
    fn set(chain_ms: u64, now_ms: u64) -> Result<Self, Error> {
        if !is_plausible(chain_ms, now_ms) {
            return Err(mismatch(chain_ms, now_ms));
        }
        let is_off = chain_ms.abs_diff(now_ms) >= BLOCK_AGE_MS;
        let ahead = chain_ms.checked_signed_diff(now_ms).filter(|_| is_off);
        Ok(Self { ahead: ahead.unwrap_or_default() })
    }

    /// Converts a time of this machine to the chain's clock.
    #[must_use]
    pub const fn at(self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.ahead)
    }

    /// Stamps an authorization now. A chain that seems to be behind may only have made no block for a while: a window
    /// that is a little too long does no harm, while one that has expired is useless.
    #[must_use]
    pub fn stamp(self, now_ms: u64) -> Stamp {
        let chain_ms = self.at(now_ms);
        let is_idle = chain_ms.saturating_add(LONGEST_GAP_MS) > now_ms;
        Stamp { machine_ms: now_ms, time_ms: if is_idle { chain_ms.max(now_ms) } else { chain_ms }, chain_ms }
    }
}

/// Whether a block's time is less than a day from this machine's clock. A block further off proves nothing.
#[must_use]
pub const fn is_plausible(chain_ms: u64, now_ms: u64) -> bool {
    chain_ms.abs_diff(now_ms) < FURTHEST_OFF_MS
}

fn mismatch(chain_ms: u64, machine_ms: u64) -> Error {
    let hours = chain_ms.abs_diff(machine_ms).checked_div(HOUR_MS).unwrap_or_default();
    let apart = if hours < 48 { text!(number(hours), " hours") } else { text!(number(hours / 24), " days") };
    let message = text!(
        "the wallet's node and this machine's clock are ",
        apart,
        " apart, so nothing was signed and nothing was paid: set the clock of this machine, or choose another node in the \
         wallet (a local fork shows the time of its last block: mine a new one)"
    );
    let error = Error::unpaid(Code::ClockMismatch, Stage::Wallet, message);
    error.detail("chain", chain_ms).detail("machine", machine_ms)
}

/// The moment at which an authorization is stamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    machine_ms: u64,
    /// The time of the stamp.
    time_ms: u64,
    /// The chain's time, as far as it is known.
    chain_ms: u64,
}

impl Stamp {
    /// The time of the stamp, in milliseconds.
    #[must_use]
    pub const fn time_ms(self) -> u64 {
        self.time_ms
    }

    /// The chain's time, in milliseconds.
    #[must_use]
    pub const fn chain_ms(self) -> u64 {
        self.chain_ms
    }

    /// Converts a time on the stamp's clock to this machine's.
    #[must_use]
    pub const fn here(self, time_ms: u64) -> u64 {
        self.machine_ms.saturating_add(time_ms.saturating_sub(self.time_ms))
    }

    /// This machine's time once the chain has reached that time as well, counted from the stamp.
    #[must_use]
    pub const fn on_chain(self, time_ms: u64) -> u64 {
        self.machine_ms.saturating_add(time_ms.saturating_sub(self.chain_ms))
    }
}

impl From<u64> for Stamp {
    /// Stamps by this machine's clock alone.
    fn from(machine_ms: u64) -> Self {
        ChainClock::default().stamp(machine_ms)
    }
}

/// The questions for a wallet's chain and its latest block, to be asked at once and without a prompt.
#[must_use]
pub fn questions(wallet: usize) -> Vec<(usize, Question)> {
    vec![(wallet, Question::chain_id()), (wallet, block::latest())]
}

/// The chain clocks that one wallet of this page has shown: chain ids, and by how many milliseconds each was ahead of
/// this machine. Kept for the life of the page, so that a click does not depend on how fast a node responds.
#[derive(Clone, Debug, Default)]
pub struct Clocks(Rc<RefCell<Vec<(u64, i64)>>>);

impl Clocks {
    /// Stores what the wallet has shown, even if it is far off.
    pub fn learn(&self, chain_id: u64, block: Block, now_ms: u64) {
        let Some(ahead) = block.time_ms().checked_signed_diff(now_ms) else { return };
        let mut clocks = self.0.borrow_mut();
        clocks.retain(|(id, _)| *id != chain_id);
        clocks.push((chain_id, ahead));
    }

    /// Learns from the replies to [`questions`].
    pub fn learn_from<J: Json>(&self, replies: &[Reply<J>], now_ms: u64) {
        let [Ok(chain), Ok(block)] = replies else { return };
        if let Some((id, block)) = wallet::read_chain_id(chain).zip(Block::read(block)) {
            self.learn(id, block, now_ms);
        }
    }

    /// Whether the wallet has shown the clock of that chain.
    #[must_use]
    pub fn knows(&self, chain_id: u64) -> bool {
        self.0.borrow().iter().any(|(id, _)| *id == chain_id)
    }

    /// The clock of a chain; this machine's if nothing is known.
    ///
    /// # Errors
    /// `clock_mismatch` with `{chain, machine}` if the two are a day apart or more.
    pub fn of(&self, chain_id: u64, now_ms: u64) -> Result<ChainClock, Error> {
        let clocks = self.0.borrow();
        let known = clocks.iter().find(|(id, _)| *id == chain_id);
        known.map_or(Ok(ChainClock::default()), |(_, ahead)| {
            ChainClock::set(now_ms.saturating_add_signed(*ahead), now_ms)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        assets::ASSETS,
        authorization::{Authorization, LONGEST_SECONDS},
        error::{Paid, Retry},
        terms::tests::offer,
    };
    use alloy_primitives::{B256, address};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const NOW: u64 = 1_740_672_089_000;
    const DAY: i64 = 86_400;

    fn block(timestamp: u64) -> Block {
        Block::read(&json!({"number": "0x1", "timestamp": format!("0x{timestamp:x}")})).unwrap()
    }

    fn clock(off_seconds: i64) -> Result<ChainClock, Error> {
        ChainClock::set(block((NOW / 1000).saturating_add_signed(off_seconds)).time_ms(), NOW)
    }

    #[test]
    fn a_wrong_clock_is_corrected_by_the_chain() {
        assert_eq!(ChainClock::default().at(NOW), NOW, "untold");
        for (off, at) in [(0, 0), (-29, 0), (29, 0), (-30, -30), (3600, 3600), (-3600, -3600), (DAY - 1, DAY - 1)] {
            assert_eq!(clock(off).unwrap().at(NOW), NOW.saturating_add_signed(at * 1000), "{off} s");
        }
        for (off, time) in [(-299, 0), (-300, -300), (-301, -301), (-3600, -3600), (40, 40), (3600, 3600)] {
            let stamp = clock(off).unwrap().stamp(NOW);
            assert_eq!(stamp.time_ms(), NOW.saturating_add_signed(time * 1000), "{off} s");
            assert_eq!(stamp.here(stamp.time_ms() + 60_000), NOW + 60_000, "{off} s");
        }
    }

    #[test]
    fn clocks_that_are_a_day_apart_are_named_with_both_times() {
        for off in [DAY, -DAY, 40 * DAY, -1_000_000_000] {
            let error = clock(off).unwrap_err();
            let chain = NOW.saturating_add_signed(off * 1000);
            assert_eq!(
                (error.code, error.stage, error.paid, error.retry),
                (Code::ClockMismatch, Stage::Wallet, Paid::No, Retry::Safe)
            );
            assert_eq!(Value::of(&error.details), json!({"chain": chain, "machine": NOW}));
        }
        for (hours, words) in [(24, "24 hours"), (47, "47 hours"), (48, "2 days"), (-71, "2 days"), (960, "40 days")] {
            let message = clock(hours * 3_600).unwrap_err().message.clone();
            assert!(message.contains(&format!(" are {words} apart")), "{hours}: {message}");
        }
        assert!(ChainClock::set(block(u64::MAX).time_ms(), NOW).is_err());
    }

    #[test]
    fn a_window_ends_on_this_machine_when_it_ends_on_the_chain() {
        // A chain that is up to five minutes behind may only be idle: the stamp is by the machine, the end by the
        // chain.
        for (off, time, end) in [(0, 0, 60), (3600, 3600, 60), (-3600, -3600, 60), (-200, 0, 260)] {
            let stamp = clock(off).unwrap().stamp(NOW);
            let closes = NOW.saturating_add_signed(time * 1000) + 60_000;
            assert_eq!(stamp.chain_ms(), NOW.saturating_add_signed(off * 1000), "{off} s");
            assert_eq!((stamp.here(closes), stamp.on_chain(closes)), (NOW + 60_000, NOW + end * 1000), "{off} s");
        }
        assert_eq!(Stamp::from(NOW), ChainClock::default().stamp(NOW));
    }

    #[test]
    fn a_wallet_is_asked_for_its_chain_and_its_latest_block() {
        assert_eq!(questions(3), [(3, Question::chain_id()), (3, block::latest())]);
    }

    #[test]
    fn a_page_remembers_the_clocks_that_a_wallet_has_shown() {
        let clocks = Clocks::default();
        let at = |id| clocks.of(id, NOW).unwrap().at(NOW);
        let ahead = |seconds: i64| block((NOW / 1000).saturating_add_signed(seconds));
        assert_eq!((at(8453), clocks.knows(8453)), (NOW, false));
        clocks.learn(8453, ahead(3600), NOW);
        clocks.learn(1, ahead(-3600), NOW);
        clocks.learn(8453, ahead(7200), NOW);
        assert_eq!((at(8453), at(1)), (NOW + 7_200_000, NOW - 3_600_000));
        assert!(clocks.knows(1) && clocks.knows(8453) && !clocks.knows(137));
        let shown = json!({"number": "0x1", "timestamp": format!("0x{:x}", NOW / 1000 + 60)});
        clocks.learn_from(&[Ok(json!("0x2105")), Ok(shown.clone())], NOW);
        assert_eq!(at(8453), NOW + 60_000);
        for nothing in [[Err(None), Ok(shown)], [Ok(json!("0x2105")), Ok(json!(null))]] {
            clocks.learn_from(&nothing, NOW + 9_000_000);
            assert_eq!(at(8453), NOW + 60_000);
        }
        let far = json!({"number": "0x1", "timestamp": format!("0x{:x}", NOW / 1000 + 30 * 86_400)});
        clocks.learn_from(&[Ok(json!("0x2105")), Ok(far)], NOW);
        assert_eq!(
            clocks.of(8453, NOW).unwrap_err().code,
            Code::ClockMismatch,
            "a clock that is days off is remembered"
        );
    }

    proptest! {
        /// Promise 10: valid for ten minutes at most by the node's clock, whatever the two clocks show; if the node
        /// lies, a day more.
        #[test]
        fn an_authorization_is_open_for_ten_minutes_by_the_clock_of_the_node(
            off in -100_000i64..100_000,
            seconds in 10u64..5_000,
        ) {
            let payer = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
            let Ok(clock) = clock(off) else {
                prop_assert!(off.abs() >= DAY);
                return Ok(());
            };
            let stamp = clock.stamp(NOW);
            let authorization =
                Authorization::stamp(&offer(&ASSETS[0], 1, seconds), payer, B256::ZERO, stamp);
            let by_node = clock.at(NOW) + LONGEST_SECONDS * 1000;
            prop_assert!(authorization.valid_before_ms() <= by_node);
            prop_assert!(stamp.here(authorization.valid_before_ms()) > NOW + 250_000.min(seconds * 1000 - 1_000), "of use");
        }
    }
}
