//! A circuit breaker: an interface that fails again and again is left alone for a while.

use std::time::Duration;

/// When it opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerConfig {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open the first time; doubled each time a trial fails.
    pub first: Duration,
    /// The longest that it stays open.
    pub longest: Duration,
}

impl Default for BreakerConfig {
    fn default() -> Self {
        Self { failures: 5, first: Duration::from_secs(5), longest: Duration::from_mins(5) }
    }
}

/// What the breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// Safety calls only, until then.
    Open {
        /// When a trial may be made.
        until: Duration,
    },
    /// One call, to see whether the interface is back.
    Trial,
}

/// Counts failures in a row.
#[derive(Debug, Clone)]
pub struct Breaker {
    config: BreakerConfig,
    failures: u32,
    /// Open until then, and for how long that was.
    open: Option<(Duration, Duration)>,
    /// A trial is on its way, since then.
    trial: Option<Duration>,
}

impl Breaker {
    /// Closed.
    pub const fn new(config: BreakerConfig) -> Self {
        Self { config, failures: 0, open: None, trial: None }
    }

    /// What it lets through at `now`.
    pub fn state(&self, now: Duration) -> BreakerState {
        match self.open {
            None => BreakerState::Closed,
            Some((until, _)) if now < until => BreakerState::Open { until },
            // A trial that was never answered must not close the interface for good.
            Some((_, length)) => match self.trial.map(|begun| begun + length) {
                Some(until) if now < until => BreakerState::Open { until },
                _ => BreakerState::Trial,
            },
        }
    }

    /// A call leaves.
    pub fn left(&mut self, now: Duration) {
        if self.state(now) == BreakerState::Trial {
            self.trial = Some(now);
        }
    }

    /// The interface answered, whatever it said.
    pub const fn succeeded(&mut self) {
        (self.failures, self.open, self.trial) = (0, None, None);
    }

    /// It did not answer, or said that it cannot.
    pub fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        let was_trial = self.trial.take().is_some();
        match self.open {
            // Answers to what left before it opened say nothing new.
            Some((until, _)) if now < until && !was_trial => {}
            Some((_, length)) => self.open_for(now, (length * 2).min(self.config.longest)),
            None if self.failures >= self.config.failures => self.open_for(now, self.config.first),
            None => {}
        }
    }

    fn open_for(&mut self, now: Duration, length: Duration) {
        self.open = Some((now + length, length));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn opened() -> Breaker {
        let mut b = Breaker::new(BreakerConfig::default());
        (0..5).for_each(|_| b.failed(s(1)));
        b
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let mut b = Breaker::new(BreakerConfig::default());
        for _ in 0..20 {
            (0..4).for_each(|_| b.failed(s(0)));
            b.succeeded();
        }
        assert_eq!(b.state(s(1)), BreakerState::Closed);
        assert_eq!(opened().state(s(1)), BreakerState::Open { until: s(6) });
    }

    #[test]
    fn one_trial_decides_and_each_that_fails_doubles_the_rest() {
        let mut b = opened();
        assert_eq!(b.state(s(6)), BreakerState::Trial);
        b.left(s(6));
        assert_eq!(b.state(s(7)), BreakerState::Open { until: s(11) }, "one at a time");
        b.failed(s(8));
        assert_eq!(b.state(s(9)), BreakerState::Open { until: s(18) });
        b.left(s(18));
        b.succeeded();
        assert_eq!(b.state(s(18)), BreakerState::Closed);
    }

    #[test]
    fn a_trial_without_an_answer_is_made_again() {
        let mut b = opened();
        b.left(s(6));
        assert_eq!(b.state(s(11)), BreakerState::Trial);
    }

    #[test]
    fn it_rests_five_minutes_at_the_most() {
        let mut b = opened();
        let mut now = s(6);
        for _ in 0..10 {
            b.left(now);
            b.failed(now);
            let BreakerState::Open { until } = b.state(now) else { panic!("open") };
            assert!(until <= now + s(300));
            now = until;
        }
    }

    #[test]
    fn late_failures_of_calls_from_before_do_not_lengthen_the_rest() {
        let mut b = opened();
        (0..50).for_each(|_| b.failed(s(2)));
        assert_eq!(b.state(s(6)), BreakerState::Trial);
    }
}
