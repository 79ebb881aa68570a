//! When to poll a task again.
//!
//! The first poll comes soon, since a refusal comes at once; the second late, since hardly any task is done within half
//! a minute. After that, polls follow at the page's interval, unless progress shows when the task will be done: then
//! each poll comes halfway to that time, so that few are spent on the way and the last ones gather around the end. (A
//! *look* in the code is one such poll.)
//!
//! All times are wall-clock times in milliseconds: a device that slept is late by at most that sleep.

use super::{named::named, text::read_number};

/// A refusal is known by then.
const FIRST_LOOK_MS: u64 = 5_000;
/// Minimum pause between a response and the next poll, whatever happens.
const SHORTEST_PAUSE_MS: u64 = 2_000;
/// Maximum pause after errors.
const LONGEST_BACKOFF_MS: u64 = 30_000;
/// A page that is hidden for longer than this is polled more slowly.
const LONG_HIDDEN_MS: u64 = 300_000;
/// The pause of a page that is hidden for long, or offline. Browsers sometimes report this wrongly, so polling never
/// stops.
const SLOW_PAUSE_MS: u64 = 60_000;
/// Maximum `Retry-After` that is obeyed.
const LONGEST_RETRY_AFTER_MS: u64 = 300_000;

named! {
    /// Why polling is slow.
    pub enum Why {
        /// The browser has stopped the page.
        Frozen,
        /// There is no network.
        Offline,
        /// Nobody has seen the page for minutes.
        Hidden,
    }
}

/// The state of the page while its task is waited for. Times are in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presence {
    /// Since when it has been hidden; `None` while it is visible.
    pub hidden_since: Option<u64>,
    /// When it was last shown, focused, restored or resumed, or the network came back.
    pub returned_at: u64,
    /// The browser reports that it is offline.
    pub is_offline: bool,
    /// The browser has frozen it.
    pub is_frozen: bool,
}

impl Presence {
    /// Why polling is slow, if it is.
    #[must_use]
    pub const fn away(&self, now: u64) -> Option<Why> {
        match self.hidden_since {
            _ if self.is_frozen => Some(Why::Frozen),
            _ if self.is_offline => Some(Why::Offline),
            Some(since) if now >= since.saturating_add(LONG_HIDDEN_MS) => Some(Why::Hidden),
            _ => None,
        }
    }
}

/// The history of polls, which determines the next one.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: u64,
    /// Varies the pauses a little, so that not all pages in the world poll at once.
    seed: u64,
    /// When the last poll ended.
    since: u64,
    /// The pause until the next poll, not counting what happens on the page.
    pause: u64,
    /// When the page last learned the task's status; after a failed poll, when that poll began. A return later than
    /// this brings the next poll forward. A return in the same millisecond does not: it may be the one that started
    /// that poll.
    seen_at: u64,
    /// No poll before this time, whatever happens on the page.
    quiet_until: u64,
    /// No poll before this time, not even at a deadline: the server asked for it.
    server_quiet_until: u64,
    looks: u32,
    failures: u32,
    /// The first progress received, and the latest that was higher.
    first: Option<Mark>,
    latest: Option<Mark>,
}

/// A percentage, and when it was received.
#[derive(Clone, Copy, Debug)]
struct Mark {
    percent: u64,
    at: u64,
}

impl Pace {
    /// Starts the wait for a task that was accepted at `accepted_at`, if known. `interval` is the page's, `seed` any
    /// number.
    #[must_use]
    pub fn new(interval: u64, accepted_at: Option<u64>, seed: u64, now: u64) -> Self {
        // When it was accepted, its progress was 0.
        let accepted = accepted_at.filter(|at| *at <= now).map(|at| Mark { percent: 0, at });
        let mut pace = Self {
            interval,
            seed,
            since: now,
            pause: 0,
            seen_at: now,
            quiet_until: now.saturating_add(SHORTEST_PAUSE_MS),
            server_quiet_until: 0,
            looks: 0,
            failures: 0,
            first: accepted,
            latest: accepted,
        };
        pace.pause = pace.jittered(interval.min(FIRST_LOOK_MS));
        pace
    }

    /// When the next poll is due.
    #[must_use]
    pub fn due(&self, presence: &Presence) -> u64 {
        let slowest = presence.away(self.since).map_or(0, |_| SLOW_PAUSE_MS);
        let regular = self.since.saturating_add(self.pause.max(slowest));
        let has_returned = presence.returned_at > self.seen_at;
        let due = if has_returned { regular.min(presence.returned_at) } else { regular };
        due.max(self.quiet_until).max(self.server_quiet_until)
    }

    /// Whether the server has asked not to be polled before some later time.
    #[must_use]
    pub const fn must_wait(&self, now: u64) -> bool {
        now < self.server_quiet_until
    }

    /// A poll was answered; `percent` is its progress.
    pub fn answered(&mut self, percent: Option<u64>, now: u64) {
        self.failures = 0;
        if let Some(percent) = percent.filter(|percent| self.latest.is_none_or(|latest| *percent > latest.percent)) {
            let mark = Mark { percent, at: now };
            self.first = self.first.or(Some(mark));
            self.latest = Some(mark);
        }
        self.seen_at = now;
        self.quiet_until = now.saturating_add(SHORTEST_PAUSE_MS);
        self.ended(now);
        let pause = self.rhythm(now);
        self.pause = self.jittered(pause);
    }

    /// A poll that began at `asked_at` failed. Returns the number of consecutive failures.
    pub fn missed(&mut self, asked_at: u64, now: u64) -> u32 {
        self.failures = self.failures.saturating_add(1);
        self.seen_at = asked_at;
        self.quiet_until = now.saturating_add(SHORTEST_PAUSE_MS);
        self.ended(now);
        let backoff = 1000u64.saturating_mul(2u64.saturating_pow(self.failures)).min(LONGEST_BACKOFF_MS);
        self.pause = self.jittered(backoff);
        self.failures
    }

    /// A poll was cancelled, so its answer is not known.
    pub const fn cancelled(&mut self, now: u64) {
        self.seen_at = now;
        self.since = now;
    }

    /// The server asks for a pause by the header `Retry-After` in seconds ([RFC
    /// 9110](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). A date is ignored.
    pub fn obey_retry_after(&mut self, retry_after: &str, now: u64) {
        if let Some(seconds) = read_number(retry_after) {
            let ms = seconds.saturating_mul(1000).min(LONGEST_RETRY_AFTER_MS);
            self.server_quiet_until = self.server_quiet_until.max(now.saturating_add(ms));
        }
    }

    const fn ended(&mut self, now: u64) {
        self.looks = self.looks.saturating_add(1);
        self.since = now;
    }

    fn rhythm(&self, now: u64) -> u64 {
        let longest = self.interval.saturating_add(self.interval / 2);
        let Some(end) = self.expected_end() else {
            return if self.looks == 1 { longest } else { self.interval };
        };
        let longest = if end > now { longest } else { self.interval };
        (end.abs_diff(now) / 2).max(self.interval / 4).max(SHORTEST_PAUSE_MS).min(longest)
    }

    /// When the task will be done if it goes on at the rate between the first and the latest progress.
    fn expected_end(&self) -> Option<u64> {
        let (first, latest) = (self.first?, self.latest?);
        let done = latest.percent.saturating_sub(first.percent);
        let left = 100u64.saturating_sub(latest.percent);
        let took = latest.at.saturating_sub(first.at);
        Some(latest.at.saturating_add(took.saturating_mul(left).checked_div(done)?))
    }

    /// The pause, up to a tenth longer or shorter.
    const fn jittered(&mut self, pause: u64) -> u64 {
        // Knuth's linear congruential generator, whose upper bits are the better ones.
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let permille = 900u64.saturating_add((self.seed >> 33) % 201);
        pause.saturating_mul(permille) / 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INTERVAL: u64 = 15_000;
    const VISIBLE: Presence = Presence { hidden_since: None, returned_at: 0, is_offline: false, is_frozen: false };

    /// Asserts a pause within the tenth by which pauses vary.
    fn assert_about(pause: u64, expected: u64) {
        assert!(pause >= expected * 9 / 10 && pause <= expected * 11 / 10, "{pause} is not about {expected}");
    }

    /// The pauses before each poll, given the progress that each receives.
    fn pauses(progress: &[Option<u64>]) -> Vec<u64> {
        let mut now = 0;
        let mut pace = Pace::new(INTERVAL, None, 1, now);
        let mut pauses = Vec::new();
        for percent in progress {
            let due = pace.due(&VISIBLE);
            pauses.push(due - now);
            now = due;
            pace.answered(*percent, now);
        }
        pauses
    }

    /// The expected numbers are from another implementation of Knuth's generator.
    #[test]
    fn pauses_differ_by_the_upper_bits_of_the_generator() {
        let mut pace = Pace::new(INTERVAL, None, 7, 0);
        assert_eq!(pace.due(&VISIBLE), 5_500);
        assert_eq!([pace.jittered(1_000), pace.jittered(1_000)], [1_067, 999]);
    }

    #[test]
    fn the_first_poll_is_soon_the_second_late_and_the_others_keep_the_interval() {
        for (pause, expected) in pauses(&[None; 6]).into_iter().zip([5_000, 22_500, 15_000, 15_000, 15_000, 15_000]) {
            assert_about(pause, expected);
        }
    }

    #[test]
    fn polls_gather_around_the_end_that_progress_predicts() {
        let finished = 100_000;
        let mut now = 0;
        let mut pace = Pace::new(INTERVAL, None, 3, now);
        let mut looks = Vec::new();
        while now < finished {
            now = pace.due(&VISIBLE);
            looks.push(now);
            pace.answered(Some(now * 100 / finished), now);
        }
        assert!(now < finished + INTERVAL / 4, "{looks:?}");
        assert!(looks.len() <= 8, "{looks:?}");
    }

    #[test]
    fn a_task_that_is_fast_is_seen_done_soon() {
        let mut pace = Pace::new(INTERVAL, Some(0), 1, 0);
        pace.answered(Some(75), 6_000);
        assert!(pace.due(&VISIBLE) <= 10_500, "three quarters took six seconds");
        let mut unknown = Pace::new(INTERVAL, Some(9_000), 1, 0);
        unknown.answered(Some(75), 6_000);
        assert!(unknown.due(&VISIBLE) > 20_000, "a time to come says nothing");
        let mut resumed = Pace::new(INTERVAL, Some(0), 1, 86_400_000);
        resumed.answered(Some(75), 86_405_000);
        assert_about(resumed.due(&VISIBLE) - 86_405_000, INTERVAL * 3 / 2);
    }

    #[test]
    fn stalled_progress_is_not_trusted_for_long() {
        let standing = [Some(0), Some(25), Some(50), Some(90)].into_iter().chain([Some(90); 20]).collect::<Vec<_>>();
        assert_about(*pauses(&standing).last().unwrap(), INTERVAL);
    }

    #[test]
    fn errors_back_off_and_are_forgotten() {
        let mut pace = Pace::new(INTERVAL, None, 1, 0);
        for (attempt, expected) in (1..).zip([2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
            assert_eq!(pace.missed(0, 0), attempt);
            assert_about(pace.due(&VISIBLE).max(1_800), expected);
        }
        pace.answered(None, 0);
        assert_eq!(pace.missed(0, 0), 1);
    }

    #[test]
    fn a_page_that_returns_polls_at_once_unless_it_just_got_an_answer() {
        let mut pace = Pace::new(INTERVAL, None, 1, 0);
        let returned = |at| Presence { returned_at: at, ..VISIBLE };
        pace.answered(None, 10_000);
        assert_eq!(pace.due(&returned(14_000)), 14_000);
        assert_eq!(pace.due(&returned(10_500)), 12_000, "two seconds after the answer");
        assert!(pace.due(&returned(9_000)) > 20_000, "it was back when the answer came");
        pace.missed(30_000, 40_000);
        assert_eq!(pace.due(&returned(35_000)), 42_000, "it came back while the look failed: two seconds after that");
        assert!(pace.due(&returned(29_000)) >= 42_000, "it was back when the look began");
    }

    #[test]
    fn a_return_in_the_same_millisecond_as_the_last_news_does_not_bring_the_next_poll_forward() {
        let returned = |at| Presence { returned_at: at, ..VISIBLE };
        let mut pace = Pace::new(2_100, None, 2, 1_000);
        assert!(pace.due(&VISIBLE) > 3_000, "the pause is too short to tell the two apart");
        assert_eq!(pace.due(&returned(1_000)), pace.due(&VISIBLE), "the wait began");
        assert_eq!(pace.due(&returned(1_001)), 3_000);
        pace.answered(None, 10_000);
        assert_eq!(pace.due(&returned(10_000)), pace.due(&VISIBLE), "an answer came");
        assert_eq!(pace.due(&returned(10_001)), 12_000);
        pace.missed(20_000, 25_000);
        assert_eq!(pace.due(&returned(20_000)), pace.due(&VISIBLE), "the poll that the return asked for failed");
        assert_eq!(pace.due(&returned(20_001)), 27_000);
    }

    #[test]
    fn a_hidden_page_is_polled_slowly() {
        let mut pace = Pace::new(INTERVAL, None, 1, 0);
        let hidden = Presence { hidden_since: Some(0), ..VISIBLE };
        pace.answered(None, LONG_HIDDEN_MS - 1);
        assert!(pace.due(&hidden) < LONG_HIDDEN_MS + 25_000);
        pace.answered(None, LONG_HIDDEN_MS);
        assert_eq!(pace.due(&hidden), LONG_HIDDEN_MS + SLOW_PAUSE_MS);
        assert_eq!(pace.due(&Presence { is_offline: true, ..VISIBLE }), LONG_HIDDEN_MS + SLOW_PAUSE_MS);
    }

    #[test]
    fn a_servers_retry_after_is_obeyed() {
        let mut pace = Pace::new(INTERVAL, None, 1, 0);
        for (asked, quiet) in
            [("40", 40_000), ("0", 0), ("100000", LONGEST_RETRY_AFTER_MS), ("Fri, 31 Dec 1999 23:59:59 GMT", 0)]
        {
            pace.missed(1_000_000, 1_000_000);
            pace.obey_retry_after(asked, 1_000_000);
            let at_once = Presence { returned_at: 1_000_001, ..VISIBLE };
            assert_eq!(pace.due(&at_once), 1_000_000 + quiet.max(2_000), "{asked}");
            assert_eq!((pace.must_wait(1_000_000), pace.must_wait(1_000_000 + quiet)), (quiet > 0, false));
            pace.server_quiet_until = 0;
        }
    }

    #[derive(Clone, Debug)]
    enum Event {
        Heard(Option<u64>),
        Missed,
        CalledOff,
        RetryAfter(u32),
        Returned,
        Hidden,
        Offline,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => prop::option::of(0u64..=100).prop_map(Event::Heard),
            2 => Just(Event::Missed),
            1 => Just(Event::CalledOff),
            1 => (0u32..1_000).prop_map(Event::RetryAfter),
            2 => Just(Event::Returned),
            1 => Just(Event::Hidden),
            1 => Just(Event::Offline),
        ]
    }

    proptest! {
        /// Whatever progress is received and whatever the page does: two seconds between a response or an error and the
        /// next poll, a minute at most without one unless the server or the page asked for more, never before the
        /// server allows it, and at once when the page returns. A return in the same millisecond as the last answer
        /// changes nothing.
        #[test]
        fn polls_are_neither_too_frequent_nor_too_rare(
            events in prop::collection::vec((event(), 0u64..100_000), 1..100),
            interval in 2_000u64..120_000,
            accepted_at in prop::option::of(0u64..2_000),
            seed: u64,
        ) {
            let mut now = 1_000;
            let mut pace = Pace::new(interval, accepted_at, seed, now);
            let mut presence = VISIBLE;
            let (mut answered, mut known, mut allowed) = (now, now, 0);
            for (event, wait) in events {
                match event {
                    Event::Heard(percent) => {
                        now = now.max(pace.due(&presence));
                        pace.answered(percent, now);
                        (answered, known) = (now, now);
                    }
                    Event::Missed => {
                        let asked = now.max(pace.due(&presence));
                        now = asked + wait % 20_000;
                        pace.missed(asked, now);
                        (answered, known) = (now, asked);
                    }
                    Event::CalledOff => {
                        pace.cancelled(now);
                        known = now;
                    }
                    Event::RetryAfter(seconds) => {
                        pace.obey_retry_after(&seconds.to_string(), now);
                        allowed = allowed.max(now + u64::from(seconds.min(300)) * 1_000);
                    }
                    Event::Returned => {
                        now += wait;
                        presence = Presence { returned_at: now, ..VISIBLE };
                        let due = pace.due(&presence);
                        if now > known {
                            let soonest = now.max(answered + 2_000).max(allowed);
                            prop_assert!(due <= soonest, "{due} is too late for a return at {now}");
                        } else {
                            prop_assert_eq!(due, pace.due(&VISIBLE), "this return must change nothing");
                        }
                    }
                    Event::Hidden => presence.hidden_since = Some(now),
                    Event::Offline => presence.is_offline = true,
                }
                let due = pace.due(&presence);
                prop_assert!(due >= answered + 2_000, "{due} is too soon after {answered}");
                prop_assert!(due >= allowed, "{due} is before {allowed}");
                let longest = (interval * 3 / 2).max(LONGEST_BACKOFF_MS) * 11 / 10;
                prop_assert!(due <= (now + longest.max(SLOW_PAUSE_MS)).max(allowed), "{due} is too late at {now}");
            }
        }
    }
}
