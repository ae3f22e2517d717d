//! An exact count of calls in the last stretch of time.

use std::collections::VecDeque;
use std::time::Duration;

/// Calls of the last `length`, each with its time.
///
/// A call at `t` counts from `t` on and no longer at `t + length`. Whatever fixed windows of that
/// length a server counts in, none of them ever holds more calls than the window's greatest count.
#[derive(Debug, Clone)]
pub struct SlidingWindow {
    length: Duration,
    calls: VecDeque<Duration>,
    /// Calls of others with the same key, as the server's count gives them away, until when.
    elsewhere: Option<(u32, Duration)>,
}

impl SlidingWindow {
    /// Nothing was called yet.
    pub const fn new(length: Duration) -> Self {
        Self { length, calls: VecDeque::new(), elsewhere: None }
    }

    /// Length of the window.
    pub const fn length(&self) -> Duration {
        self.length
    }

    /// Calls that count at `now`, those of others included.
    pub fn used(&self, now: Duration) -> u32 {
        self.ours(now).saturating_add(self.theirs(now))
    }

    /// Our own calls that count at `now`.
    fn ours(&self, now: Duration) -> u32 {
        let gone = self.calls.partition_point(|t| *t + self.length <= now);
        u32::try_from(self.calls.len() - gone).unwrap_or(u32::MAX)
    }

    fn theirs(&self, now: Duration) -> u32 {
        self.elsewhere.filter(|(_, until)| now < *until).map_or(0, |(calls, _)| calls)
    }

    /// The server says how many calls it has counted until `until`: what we did not make, others did.
    pub fn server_counts(&mut self, now: Duration, counted: u32, until: Duration) {
        let others = counted.saturating_sub(self.ours(now));
        self.elsewhere = (others > 0).then_some((others, until));
    }

    /// A call is made. Times must not go back.
    pub fn record(&mut self, now: Duration) {
        while self.calls.front().is_some_and(|t| *t + self.length <= now) {
            self.calls.pop_front();
        }
        self.calls.push_back(now);
    }

    /// When fewer than `ceiling` calls will count: `now` where that is so already.
    pub fn frees_at(&self, now: Duration, ceiling: u32) -> Duration {
        let (ours, theirs) = (self.ours(now), self.theirs(now));
        if ours.saturating_add(theirs) < ceiling {
            return now;
        }
        let after_others = self.elsewhere.map_or(now, |(_, until)| until);
        if theirs >= ceiling {
            // Ours may still be too many by then.
            return self.ours_free_at(after_others.max(now), ceiling);
        }
        let with_others = self.ours_free_at(now, ceiling - theirs);
        let without = self.ours_free_at(after_others.max(now), ceiling);
        with_others.min(without)
    }

    fn ours_free_at(&self, now: Duration, ceiling: u32) -> Duration {
        let ours = self.ours(now);
        if ours < ceiling {
            return now;
        }
        // The call whose going leaves one less than the ceiling.
        let gone = self.calls.len() - ours as usize;
        let last = gone + (ours - ceiling) as usize;
        self.calls.get(last).map_or(now, |t| *t + self.length)
    }

    /// Calls of the last `stretch` alone, for a rate.
    pub fn since(&self, now: Duration, stretch: Duration) -> u32 {
        let from = self.calls.partition_point(|t| *t + stretch <= now);
        u32::try_from(self.calls.len() - from).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_call_counts_until_its_window_has_passed_and_not_at_that_moment() {
        let mut w = SlidingWindow::new(s(10));
        w.record(s(5));
        assert_eq!((w.used(s(5)), w.used(s(14)), w.used(s(15))), (1, 1, 0));
        assert_eq!(w.frees_at(s(6), 1), s(15));
        assert_eq!(w.frees_at(s(6), 2), s(6));
    }

    #[test]
    fn calls_of_others_count_until_the_server_forgets_them() {
        let mut w = SlidingWindow::new(s(100));
        w.record(s(1));
        w.server_counts(s(2), 9, s(50));
        assert_eq!((w.used(s(2)), w.used(s(50))), (9, 1));
        assert_eq!(w.frees_at(s(3), 9), s(50), "the others go first");
        assert_eq!(w.frees_at(s(3), 1), s(101), "and then ours");
        w.server_counts(s(4), 1, s(50));
        assert_eq!(w.used(s(4)), 1, "they were not there after all");
    }

    proptest! {
        #[test]
        fn no_fixed_window_ever_holds_more_than_the_ceiling(
            steps in prop::collection::vec(0_u64..400, 1..300),
            ceiling in 1_u32..20,
            length in 1_u64..1_000,
            offset in 0_u64..1_000,
        ) {
            let length_ms = Duration::from_millis(length);
            let mut w = SlidingWindow::new(length_ms);
            let (mut now, mut made) = (Duration::ZERO, Vec::new());
            for step in steps {
                now += Duration::from_millis(step);
                let free = w.frees_at(now, ceiling);
                // Some wait for their turn, some give up.
                if step % 3 == 0 { now = free; }
                if w.frees_at(now, ceiling) == now {
                    w.record(now);
                    made.push(u64::try_from(now.as_millis()).unwrap());
                }
            }
            let mut counts = std::collections::BTreeMap::<u64, u32>::new();
            for t in &made { *counts.entry((t + offset) / length).or_default() += 1; }
            prop_assert!(counts.values().all(|c| *c <= ceiling));
        }

        #[test]
        fn a_call_is_free_exactly_when_it_was_said_to_be(
            times in prop::collection::vec(0_u64..50, 1..60),
            ceiling in 1_u32..10,
            others in 0_u32..12,
            until in 0_u64..3_000,
        ) {
            let mut w = SlidingWindow::new(s(1));
            let mut now = Duration::ZERO;
            for step in times {
                now += Duration::from_millis(step);
                w.record(now);
            }
            w.server_counts(now, w.used(now) + others, now + Duration::from_millis(until));
            let free = w.frees_at(now, ceiling);
            prop_assert!(w.used(free) < ceiling);
            let just_before = free.saturating_sub(Duration::from_nanos(1));
            prop_assert!(free == now || w.used(just_before) >= ceiling);
        }
    }
}
