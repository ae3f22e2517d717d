//! Forecasts of volatility, where skill exists: of one series, walk-forward by construction.
//!
//! Which way a price goes within days is close to a coin toss; how far it goes is not, because
//! calm and storm persist. After each session [`VolatilityForecaster::update`] answers three
//! questions about the next `horizon` sessions (five by default):
//!
//! | question | answer |
//! |---|---|
//! | will they move more than such stretches did in the median of the last year? | `p_above_median` |
//! | will one of them move by more than 2 % (or another threshold)? | `p_large_move` |
//! | how much will they move? | `volatility`, annualised |
//!
//! How far a stretch of sessions moved is its *realised variance*, the sum of squared log returns
//! (Andersen, Bollerslev, Diebold and Labys 2003).
//!
//! ## The models
//! Two logistic regressions and one linear regression of the logarithm of realised variance, each
//! on seven columns:
//!
//! 1. The EWMA of squared returns with decay 0.94 (RiskMetrics 1996).
//! 2. Range variance of the day, the week and the month: Parkinson's estimate from high and low
//!    plus the squared gap from the close before, averaged over 1, 5 and 22 sessions. These are
//!    the horizons of the heterogeneous autoregressive model (HAR, Corsi 2009); ranges take the
//!    place of intraday returns, which daily bars do not have.
//! 3. The return of the day and of the week in standard deviations: falls are followed by more
//!    volatility than rises, the leverage effect (in a HAR: Corsi and Renò 2012).
//! 4. The VIX of the session before or, where there is none, what the EWMA says it would be
//!    ([`VixOrProxy`](tradebot_features::market::VixOrProxy)).
//!
//! Variances are in logarithms. Where the question is about the median, they count from the
//! median, and the VIX from its own median of the last year.
//!
//! Two *baselines* of the same kind stand beside them, on the EWMA alone and on the three
//! range variances alone (the HAR). Volatility is so persistent that a base rate is easily beaten;
//! whoever claims skill has to beat these two.
//!
//! Tried and left out, since they made forecasts worse on the bundled index or others: the rank of
//! the average true range within a year, the return of the month, Garman and Klass's range
//! variance together with Parkinson's, and the mean range variance of the year.
//!
//! ## What is known when
//! - A session is an example with what was known at its close, its median included. Its outcome
//!   is known `horizon` sessions later, and only then is it learned from: nothing that overlaps a
//!   forecast's own future can be in its training (the purge of Lopez de Prado 2018, chapter 7).
//! - All examples so far are learned from (an expanding window), every `refit_every` sessions.
//!   Neighbours overlap in all sessions but one, so each counts `1 / horizon` against the prior.
//! - Everything is a function of the bars and VIX values so far, to the last bit. A stored state
//!   holds those inputs and the fits, and repeats the rest when it is restored.
//!
//! Memory grows by about 150 bytes a session. An update takes microseconds, a refit milliseconds:
//! the example `volatility_walk_forward` measures them, and prints the scores on real data.
//!
//! **Sources:** Corsi, *Journal of Financial Econometrics* 7 (2009); Andersen, Bollerslev, Diebold
//! and Labys, *Econometrica* 71 (2003); J.P. Morgan/Reuters, *RiskMetrics Technical Document*,
//! 4th edition (1996); Parkinson, *Journal of Business* 53 (1980); Corsi and Renò, *Journal of
//! Business and Economic Statistics* 30 (2012); Lopez de Prado, *Advances in Financial Machine
//! Learning* (2018).
//!
//! ```
//! use tradebot_domain::{Bar, Date, Span};
//! use tradebot_models::{VolatilityConfig, VolatilityForecaster};
//!
//! let mut forecaster = VolatilityForecaster::new(VolatilityConfig::default())?;
//! let mut close = 100.0;
//! for day in 0..500_i32 {
//!     let date = Date::constant(2010, 1, 4).checked_add(Span::new().days(day))?.into();
//!     let move_of_day = if day % 3 == 0 { 1.01 } else { 0.995 };
//!     let (open, high, low) = (close, close * 1.012, close * 0.992);
//!     close *= move_of_day;
//!     let forecast = forecaster.update(&Bar { date, open, high, low, close, volume: 1e6 }, None);
//!     assert_eq!(forecast.is_some(), day as usize >= forecaster.config().warm_up());
//! }
//! let forecast = forecaster.latest().expect("the warm-up is over");
//! assert!(forecast.p_large_move < 0.1 && (0.05..0.25).contains(&forecast.volatility));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod config; // horizon, threshold, how often to learn
mod measures; // what is measured of a session
mod median; // of the last year
mod models; // three views of the future, fitted to examples
mod state; // stored and restored

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Date};
use tradebot_features::operators::ewma::SESSIONS_PER_YEAR;

pub use config::{VolatilityConfig, VolatilityConfigError};
pub use state::{RestoreError, StoredForecaster};

use measures::{Measures, Observed};
use models::{Lessons, Models};
use state::Day;

/// What one model expects of the next `horizon` sessions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VolatilityView {
    /// Probability that realised variance exceeds its median of the last year.
    pub p_above_median: f64,
    /// Probability that the absolute log return of at least one session exceeds the threshold.
    pub p_large_move: f64,
    /// Root of the expected variance, annualised, a fraction (0.16 = 16 %).
    pub volatility: f64,
}

/// What is expected after one session.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VolatilityForecast {
    /// The last session it knows of.
    pub session: Date,
    /// Probability that realised variance of the next `horizon` sessions exceeds `median`.
    pub p_above_median: f64,
    /// Probability that the absolute log return of at least one of them exceeds the threshold.
    pub p_large_move: f64,
    /// Root of their expected variance, annualised, a fraction (0.16 = 16 %).
    pub volatility: f64,
    /// Median volatility of stretches of `horizon` sessions within the last year, annualised.
    pub median: f64,
    /// The baseline that sees the EWMA only.
    pub ewma: VolatilityView,
    /// The baseline that sees range variance of day, week and month only.
    pub har: VolatilityView,
    /// Resolved examples behind the fit in use.
    pub examples: usize,
}

/// One series, its examples so far and the models fitted to them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "StoredForecaster", try_from = "StoredForecaster")]
pub struct VolatilityForecaster {
    config: VolatilityConfig,
    /// Every bar taken so far: what a restored state repeats.
    days: Vec<Day>,
    measures: Measures,
    /// Examples whose outcome is not known yet, oldest first; at most `horizon`.
    pending: VecDeque<Observed>,
    lessons: Lessons,
    models: Option<Models>,
    sessions_since_fit: usize,
    latest: Option<VolatilityForecast>,
}

impl VolatilityForecaster {
    /// Knows no session yet.
    ///
    /// # Errors
    /// [`VolatilityConfigError`] naming the parameter that is out of its range.
    pub fn new(config: VolatilityConfig) -> Result<Self, VolatilityConfigError> {
        config.check()?;
        Ok(Self {
            config,
            days: Vec::new(),
            measures: Measures::new(&config),
            pending: VecDeque::with_capacity(config.horizon),
            lessons: Lessons::new(&config),
            models: None,
            sessions_since_fit: 0,
            latest: None,
        })
    }

    /// Takes the next session: its bar, and the VIX close of the session before (points).
    ///
    /// - **Bars** form one series without steps at splits and dividends, see [`Bar::scaled`].
    /// - **VIX:** one that is missing or no such price is replaced by its proxy. The
    ///   proxy of a stock's own volatility is no market VIX: whoever has the index hands in its
    ///   proxy instead.
    /// - **Edges:** `None` while warming up: the first forecast comes with bar
    ///   [`VolatilityConfig::warm_up`] + 1. A bar with a price outside 1e-9..=1e12 gives `None` and
    ///   changes nothing. The session seen last, again, gives its forecast again, whatever its
    ///   bar; an earlier one gives `None`; neither changes anything.
    pub fn update(&mut self, bar: &Bar, vix_previous: Option<f64>) -> Option<VolatilityForecast> {
        let day = Day::of(bar, vix_previous)?;
        match self.days.last() {
            Some(last) if day.date == last.date => return self.latest,
            Some(last) if day.date < last.date => return None,
            _ => {}
        }
        let observed = self.take(day);
        self.refit_when_due();
        self.latest = observed.and_then(|observed| self.forecast(&observed));
        self.latest
    }

    /// The forecast of the last session seen.
    pub const fn latest(&self) -> Option<VolatilityForecast> {
        self.latest
    }

    /// What it was made with.
    pub const fn config(&self) -> &VolatilityConfig {
        &self.config
    }

    /// Sessions taken so far.
    pub fn sessions(&self) -> usize {
        self.days.len()
    }

    /// Examples whose outcome is known.
    pub fn examples(&self) -> usize {
        self.lessons.len()
    }

    /// Measures a session, and learns what became of the one `horizon` sessions before it.
    fn take(&mut self, day: Day) -> Option<Observed> {
        self.days.push(day);
        let observed = self.measures.update(&day)?;
        if self.pending.len() == self.config.horizon
            && let Some(example) = self.pending.pop_front()
        {
            self.lessons.push(example, self.measures.outcome(example.median));
        }
        self.pending.push_back(observed);
        Some(observed)
    }

    fn refit_when_due(&mut self) {
        self.sessions_since_fit += 1;
        let is_due = self.models.is_none() || self.sessions_since_fit >= self.config.refit_every;
        if !is_due || self.lessons.len() < self.config.examples_min {
            return;
        }
        // A fit of finite numbers under a proper prior does not fail; if it did, the last one is
        // still the best there is.
        if let Ok(models) = Models::fit(&self.lessons, self.models.as_ref()) {
            self.models = Some(models);
            self.sessions_since_fit = 0;
        }
    }

    fn forecast(&self, observed: &Observed) -> Option<VolatilityForecast> {
        let models = self.models.as_ref()?;
        let own = models.own.view(observed);
        let yearly = SESSIONS_PER_YEAR / self.config.horizon as f64;
        Some(VolatilityForecast {
            session: self.days.last()?.date,
            p_above_median: own.p_above_median,
            p_large_move: own.p_large_move,
            volatility: own.volatility,
            median: (yearly * observed.median).sqrt(),
            ewma: models.ewma.view(observed),
            har: models.har.view(observed),
            examples: models.examples,
        })
    }
}

#[cfg(test)]
mod tests;
