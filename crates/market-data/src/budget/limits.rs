//! What an interface allows, and how much of it we take.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Who may go first, and how much of a window each may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Cancels, order and position queries, protective orders: the whole of what we take.
    Safety,
    /// What a decision of this cycle waits for: all but the reserve of safety.
    Decision,
    /// What can wait: scans, history, news. A share of what decisions may use.
    Research,
}

impl Priority {
    /// All, first to last.
    pub const ALL: [Self; 3] = [Self::Safety, Self::Decision, Self::Research];

    /// Its name in tables and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Decision => "decision",
            Self::Research => "research",
        }
    }
}

/// At most so many calls in any stretch of so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Length of the window, seconds; at least 1.
    pub seconds: u32,
    /// Calls that the server allows in it; at least 1.
    pub calls: u32,
}

impl Quota {
    /// Calls per second.
    pub const fn per_second(calls: u32) -> Self {
        Self { seconds: 1, calls }
    }

    /// Calls per minute.
    pub const fn per_minute(calls: u32) -> Self {
        Self { seconds: 60, calls }
    }

    /// Calls per hour.
    pub const fn per_hour(calls: u32) -> Self {
        Self { seconds: 3_600, calls }
    }

    /// Calls per day.
    pub const fn per_day(calls: u32) -> Self {
        Self { seconds: 86_400, calls }
    }

    /// Length of the window.
    pub const fn length(self) -> Duration {
        Duration::from_secs(self.seconds as u64)
    }
}

/// The budget of one interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Windows of the server, shortest first.
    pub quotas: Vec<Quota>,
    /// Share of the windows shorter than a minute that is used at all, in (0, 1]: calls that leave
    /// evenly may arrive in a bunch, and another program may use the same key.
    #[serde(default = "Limits::default_use_of_short")]
    pub use_of_short: f64,
    /// Share of each window that only safety calls may touch, in [0, 0.9].
    #[serde(default = "Limits::default_reserve")]
    pub reserve: f64,
    /// Share of what decisions may use that research may use, in (0, 1].
    #[serde(default = "Limits::default_research")]
    pub research: f64,
    /// Calls on their way at once, at least 1.
    #[serde(default = "Limits::default_at_once")]
    pub at_once: u32,
}

/// A budget that cannot be kept.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LimitError {
    /// No window at all.
    #[error("budget {api}: it has no quota; give at least one, for example 2 calls in 1 second")]
    NoQuota {
        /// Interface.
        api: String,
    },
    /// A window or its number of calls is 0.
    #[error("budget {api}: a quota of {calls} calls in {seconds} s; both must be at least 1")]
    Empty {
        /// Interface.
        api: String,
        /// As given.
        calls: u32,
        /// As given.
        seconds: u32,
    },
    /// Windows out of order or twice.
    #[error(
        "budget {api}: a window of {second} s follows one of {first} s; order them, shortest first, each once"
    )]
    Order {
        /// Interface.
        api: String,
        /// Seconds of the earlier one.
        first: u32,
        /// Seconds of the later one.
        second: u32,
    },
    /// A share outside its range.
    #[error("budget {api}: {what} is {value}, which is not in {range}")]
    Share {
        /// Interface.
        api: String,
        /// Which one.
        what: &'static str,
        /// As given.
        value: f64,
        /// What is possible.
        range: &'static str,
    },
}

impl Limits {
    /// Serves everyone alike: the windows of the server with the usual shares.
    pub fn of(quotas: impl Into<Vec<Quota>>) -> Self {
        Self {
            quotas: quotas.into(),
            use_of_short: Self::default_use_of_short(),
            reserve: Self::default_reserve(),
            research: Self::default_research(),
            at_once: Self::default_at_once(),
        }
    }

    /// The same without a reserve: for interfaces that have no safety calls.
    #[must_use]
    pub fn without_reserve(self) -> Self {
        Self { reserve: 0.0, research: 1.0, ..self }
    }

    const fn default_use_of_short() -> f64 {
        0.6
    }

    const fn default_reserve() -> f64 {
        0.3
    }

    const fn default_research() -> f64 {
        0.6
    }

    const fn default_at_once() -> u32 {
        8
    }

    /// Calls of a window that a priority may fill: rounded down, at least 1. Where a window is so
    /// small that the reserve rounds to nothing, safety still goes first.
    pub fn ceiling(&self, quota: Quota, priority: Priority) -> u32 {
        let used = if quota.seconds < 60 { self.use_of_short } else { 1.0 };
        let share = match priority {
            Priority::Safety => used,
            Priority::Decision => used * (1.0 - self.reserve),
            Priority::Research => used * (1.0 - self.reserve) * self.research,
        };
        let calls = (f64::from(quota.calls) * share + 1e-9).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the calls of the quota, which are a u32"
        )]
        let calls = calls as u32;
        calls.max(1)
    }

    /// Checks that the budget can be kept.
    ///
    /// # Errors
    /// [`LimitError`] with the interface and the value.
    pub fn validate(&self, api: &str) -> Result<(), LimitError> {
        let api = || api.to_owned();
        if self.quotas.is_empty() {
            return Err(LimitError::NoQuota { api: api() });
        }
        if let Some(q) = self.quotas.iter().find(|q| q.calls == 0 || q.seconds == 0) {
            return Err(LimitError::Empty { api: api(), calls: q.calls, seconds: q.seconds });
        }
        for pair in self.quotas.windows(2) {
            let (first, second) = (pair[0].seconds, pair[1].seconds);
            if first >= second {
                return Err(LimitError::Order { api: api(), first, second });
            }
        }
        let share = |what, value: f64, fits: bool, range| {
            let wrong = || LimitError::Share { api: api(), what, value, range };
            fits.then_some(()).ok_or_else(wrong)
        };
        let part = |v: f64| v > 0.0 && v <= 1.0;
        share("use_of_short", self.use_of_short, part(self.use_of_short), "(0, 1]")?;
        share("reserve", self.reserve, (0.0..=0.9).contains(&self.reserve), "[0, 0.9]")?;
        share("research", self.research, part(self.research), "(0, 1]")?;
        share("at_once", f64::from(self.at_once), self.at_once > 0, "1 and more")
    }
}

/// The budget of an interface that nobody listed: 2 calls a second, 2,000 a day.
pub fn unlisted_limits() -> Limits {
    let limits = Limits::of([Quota::per_second(2), Quota::per_day(2_000)]).without_reserve();
    Limits { use_of_short: 1.0, at_once: 2, ..limits }
}

/// Budgets of the interfaces we know, by name.
///
/// Sources: Questrade's documentation of rate limits (account calls 30 a second and 30,000 an hour,
/// market data 20 and 15,000; what it says nothing of, orders and logins, is set low); Alpha Vantage's free key
/// (25 a day), Finnhub's (60 a minute), NewsAPI's (100 a day).
pub fn standard_limits() -> BTreeMap<String, Limits> {
    let research = |quotas: &[Quota]| Limits { at_once: 2, ..Limits::of(quotas).without_reserve() };
    let one = Quota::per_second(1);
    [
        ("questrade_account", Limits::of([Quota::per_second(30), Quota::per_hour(30_000)])),
        ("questrade_market", Limits::of([Quota::per_second(20), Quota::per_hour(15_000)])),
        ("questrade_login", Limits::of([Quota::per_minute(10), Quota::per_day(1_000)])),
        ("questrade_orders", Limits::of([Quota::per_second(10), Quota::per_hour(10_000)])),
        ("alpha_vantage", research(&[one, Quota::per_day(25)])),
        ("finnhub", research(&[Quota::per_minute(60)])),
        ("newsapi", research(&[one, Quota::per_day(100)])),
    ]
    .into_iter()
    .map(|(name, limits)| (name.to_owned(), limits))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_budget_can_be_kept() {
        for (api, limits) in standard_limits() {
            assert_eq!(limits.validate(&api), Ok(()));
        }
        assert_eq!(unlisted_limits().validate("other"), Ok(()));
    }

    #[test]
    fn safety_may_use_more_than_decisions_and_decisions_more_than_research() {
        let limits = Limits::of([Quota::per_second(20), Quota::per_hour(15_000)]);
        let ceilings = |q| Priority::ALL.map(|p| limits.ceiling(limits.quotas[q], p));
        assert_eq!(ceilings(0), [12, 8, 5]);
        assert_eq!(ceilings(1), [15_000, 10_500, 6_300]);
    }

    #[test]
    fn a_window_of_one_call_serves_all() {
        let limits = Limits::of([Quota::per_second(1)]);
        assert_eq!(Priority::ALL.map(|p| limits.ceiling(limits.quotas[0], p)), [1, 1, 1]);
    }

    #[test]
    fn a_budget_that_cannot_be_kept_is_refused_with_its_name_and_value() {
        let text = |limits: Limits| limits.validate("finnhub").unwrap_err().to_string();
        let good = Limits::of([Quota::per_second(2)]);
        assert!(
            text(Limits { quotas: vec![], ..good.clone() }).contains("finnhub: it has no quota")
        );
        assert!(text(Limits::of([Quota::per_second(0)])).contains("0 calls in 1 s"));
        assert!(
            text(Limits::of([Quota::per_hour(9), Quota::per_second(1)]))
                .contains("1 s follows one of 3600 s")
        );
        for (limits, what) in [
            (Limits { reserve: 1.0, ..good.clone() }, "reserve is 1"),
            (Limits { research: 0.0, ..good.clone() }, "research is 0"),
            (Limits { use_of_short: f64::NAN, ..good.clone() }, "use_of_short is NaN"),
            (Limits { at_once: 0, ..good }, "at_once is 0"),
        ] {
            assert!(text(limits).contains(what), "{what}");
        }
    }
}
