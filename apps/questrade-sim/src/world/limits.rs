//! The two windows of the rate limiter.

use tradebot_domain::Timestamp;

use crate::knobs::{LimitKnobs, RateLimit, Window};
use crate::world::time::MICROS;

/// Which limit a call counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    Account,
    MarketData,
    Orders,
}

/// Calls let through in one window.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    window: i64,
    calls: u32,
}

impl Count {
    /// Moves on to the window of `at`; never back, should the machine's clock step.
    fn at(&mut self, at: Timestamp, seconds: i64) {
        let window = at.as_microsecond().div_euclid(MICROS * seconds);
        if window > self.window {
            *self = Self { window, calls: 0 };
        }
    }

    fn end(self, seconds: i64) -> i64 {
        (self.window + 1) * seconds
    }
}

/// What the limiter says of a call, and what the headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) allowed: bool,
    /// Calls left in the window of the headers.
    pub(crate) remaining: u32,
    /// Unix second at which it ends.
    pub(crate) reset: i64,
}

/// Windows aligned to the second and to the hour, for each category.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limiter {
    counts: [[Count; 2]; 3],
    /// Calls that found a window full.
    pub(crate) refused: u64,
}

/// Lengths of the windows in seconds.
const SECONDS: [i64; 2] = [1, 3_600];

impl Limiter {
    /// Counts a call, unless a window is full.
    pub(crate) fn take(
        &mut self,
        category: Category,
        at: Timestamp,
        knobs: &LimitKnobs,
    ) -> Verdict {
        let limit = limit_of(category, knobs);
        let counts = &mut self.counts[category as usize];
        let most = [limit.per_second, limit.per_hour];
        for (count, seconds) in counts.iter_mut().zip(SECONDS) {
            count.at(at, seconds);
        }
        let allowed = counts.iter().zip(most).all(|(count, most)| count.calls < most);
        if allowed {
            for count in counts.iter_mut() {
                count.calls += 1;
            }
        }
        self.refused += u64::from(!allowed);
        let shown = usize::from(knobs.header_window == Window::Hour);
        let count = counts[shown];
        Verdict {
            allowed,
            remaining: most[shown].saturating_sub(count.calls),
            reset: count.end(SECONDS[shown]),
        }
    }
}

fn limit_of(category: Category, knobs: &LimitKnobs) -> RateLimit {
    match category {
        Category::Account => knobs.account,
        Category::MarketData => knobs.market_data,
        Category::Orders => knobs.orders,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(micros).unwrap()
    }

    #[test]
    fn the_next_second_has_room_again_and_the_hour_is_what_headers_speak_of() {
        let (mut limiter, knobs) = (Limiter::default(), LimitKnobs::default());
        let call = |l: &mut Limiter, micros| l.take(Category::MarketData, at(micros), &knobs);
        let start = 7_200 * MICROS;
        for n in 0..20 {
            let verdict = call(&mut limiter, start + n);
            assert_eq!(
                (verdict.allowed, verdict.remaining),
                (true, 14_999 - u32::try_from(n).unwrap())
            );
            assert_eq!(verdict.reset, 10_800);
        }
        let refused = call(&mut limiter, start + 999_999);
        assert_eq!((refused.allowed, refused.remaining), (false, 14_980));
        assert!(call(&mut limiter, start + MICROS).allowed);
        assert!(limiter.take(Category::Account, at(start), &knobs).allowed);
    }

    proptest! {
        #[test]
        fn no_window_lets_more_through_than_its_limit(
            steps in prop::collection::vec((0_i64..400_000, -50_000_i64..10), 1..400),
            per_second in 1_u32..6,
            per_hour in 5_u32..40,
        ) {
            let orders = RateLimit { per_second, per_hour };
            let knobs = LimitKnobs { orders, ..LimitKnobs::default() };
            let mut limiter = Limiter::default();
            let (mut now, mut through) = (3_600 * MICROS, BTreeMap::new());
            let mut latest = 0;
            for (forward, step) in steps {
                now += forward;
                // A clock that steps back must not open a window again.
                let seen = now + step;
                latest = latest.max(seen);
                if limiter.take(Category::Orders, at(seen), &knobs).allowed {
                    *through.entry((0_usize, latest / MICROS)).or_insert(0_u32) += 1;
                    *through.entry((1, latest / (3_600 * MICROS))).or_insert(0_u32) += 1;
                }
            }
            for ((window, _), calls) in through {
                let most = [per_second, per_hour][window];
                prop_assert!(calls <= most, "{} of {}", calls, most);
            }
        }
    }
}
