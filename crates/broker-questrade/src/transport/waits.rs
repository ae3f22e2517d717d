//! How long to wait between two attempts at a read. The one place that knows `backoff`.

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;

use super::fault::{Fault, FaultClass};

/// How reads are repeated. Nothing but reads is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    /// Attempts after the first; the broker's users do well with three.
    pub retries_max: u32,
    /// The first wait, before jitter of half of it either way; each further one doubles.
    pub first: Duration,
    /// The longest wait, and the most that is granted to a wait the broker asks for.
    pub longest: Duration,
    /// Wait after a rate limit that says nothing about its end.
    pub limit: Duration,
    /// All attempts and waits together end after this.
    pub total: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            retries_max: 3,
            first: Duration::from_millis(500),
            longest: Duration::from_mins(1),
            limit: Duration::from_secs(1),
            total: Duration::from_mins(3),
        }
    }
}

/// The waits of one call.
pub(crate) struct Waits<'a> {
    rules: &'a Retries,
    left: u32,
    growing: ExponentialBackoff,
}

impl<'a> Waits<'a> {
    pub(crate) fn new(rules: &'a Retries) -> Self {
        let growing = ExponentialBackoff {
            current_interval: rules.first,
            initial_interval: rules.first,
            max_interval: rules.longest,
            multiplier: 2.0,
            randomization_factor: 0.5,
            // Attempts and total time are capped here and by the caller: its own budget of time
            // does not hold for waits that the other side asks for.
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        };
        Self { rules, left: rules.retries_max, growing }
    }

    /// The wait before the next attempt; none when this fault is not repeated, or no more.
    pub(crate) fn next(&mut self, fault: &Fault) -> Option<Duration> {
        let asked = match (fault.class(), fault) {
            (FaultClass::Transient, _) => Duration::ZERO,
            (FaultClass::Limit, Fault::Limit { wait }) => {
                wait.unwrap_or_default().max(self.rules.limit)
            }
            _ => return None,
        };
        // Longer than we are ready to wait: the caller decides, with the time in the error.
        if asked > self.rules.longest {
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        let growing = self.growing.next_backoff()?;
        // Jitter on top, so that several callers do not come back in the same instant.
        Some(if asked.is_zero() { growing } else { asked + growing.min(asked) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(faults: impl IntoIterator<Item = Fault>) -> Vec<Option<Duration>> {
        let rules = Retries::default();
        let mut waits = Waits::new(&rules);
        faults.into_iter().map(|fault| waits.next(&fault)).collect()
    }

    #[test]
    fn waits_grow_with_jitter_and_end_after_three() {
        let all = waits((0..4).map(|_| Fault::Timeout));
        let [Some(first), Some(second), Some(third), None] = all[..] else { panic!("{all:?}") };
        for (wait, middle_ms) in [(first, 500), (second, 1000), (third, 2000)] {
            let ms = u64::try_from(wait.as_millis()).unwrap();
            assert!((middle_ms / 2..=middle_ms * 3 / 2).contains(&ms), "{ms} of {middle_ms}");
        }
    }

    #[test]
    fn a_wait_the_broker_asks_for_is_kept_and_never_cut_short() {
        let limit = |s| Fault::Limit { wait: Some(Duration::from_secs(s)) };
        let [Some(wait)] = waits([limit(7)])[..] else { panic!() };
        assert!(wait >= Duration::from_secs(7) && wait < Duration::from_secs(14), "{wait:?}");
        assert_eq!(waits([limit(61)]), [None]);
        let [Some(wait)] = waits([Fault::Limit { wait: None }])[..] else { panic!() };
        assert!(wait >= Duration::from_secs(1), "{wait:?}");
    }

    #[test]
    fn what_repeating_cannot_mend_is_not_repeated() {
        let never = [
            Fault::Auth { status: 401, code: 1017 },
            Fault::out_of_scope(403, 1016),
            Fault::TooLarge { bytes_max: 1 },
            Fault::Redirect { status: 302, to: String::new() },
        ];
        assert!(waits(never).iter().all(Option::is_none));
    }
}
