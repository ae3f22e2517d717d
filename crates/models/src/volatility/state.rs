//! A forecaster as it is stored: its inputs and its fits.
//!
//! Everything else follows from the inputs, so it is not stored but repeated: a session costs a
//! microsecond, and what is not stored cannot disagree.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Date};

use super::VolatilityForecaster;
use super::config::{VolatilityConfig, VolatilityConfigError};
use super::models::Models;

/// One session as it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) open: f64,
    pub(super) high: f64,
    pub(super) low: f64,
    pub(super) close: f64,
    /// A price, too, when present.
    pub(super) vix: Option<f64>,
}

impl Day {
    /// `None` for a price that is no price.
    pub(super) fn of(bar: &Bar, vix: Option<f64>) -> Option<Self> {
        let Bar { date, open, high, low, close, .. } = *bar;
        let day = Self {
            date: date.date(),
            open,
            high,
            low,
            close,
            vix: vix.filter(|vix| is_price(*vix)),
        };
        day.is_usable().then_some(day)
    }

    fn is_usable(&self) -> bool {
        [self.open, self.high, self.low, self.close].into_iter().all(is_price)
            && self.vix.is_none_or(is_price)
    }
}

/// No market has prices beyond these, and their logarithms and squares stay numbers.
fn is_price(x: f64) -> bool {
    (1e-9..=1e12).contains(&x)
}

/// What is written of a [`VolatilityForecaster`] and read again. Only serde looks inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredForecaster {
    config: VolatilityConfig,
    days: Vec<Day>,
    models: Option<Models>,
    sessions_since_fit: usize,
}

/// A stored forecaster that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RestoreError {
    /// A parameter is out of its range.
    #[error(transparent)]
    Config(#[from] VolatilityConfigError),
    /// A session holds a price that is no price, or does not follow the one before it.
    #[error("session {date} is no price or out of order")]
    Session {
        /// Its date.
        date: Date,
    },
    /// Fits of another shape, with numbers that are none, or where there can be none.
    #[error("the stored fits do not belong to the {examples} examples of the stored sessions")]
    Fits {
        /// Resolved examples of the stored sessions.
        examples: usize,
    },
}

impl From<VolatilityForecaster> for StoredForecaster {
    fn from(forecaster: VolatilityForecaster) -> Self {
        let VolatilityForecaster { config, days, models, sessions_since_fit, .. } = forecaster;
        Self { config, days, models, sessions_since_fit }
    }
}

impl TryFrom<StoredForecaster> for VolatilityForecaster {
    type Error = RestoreError;

    fn try_from(stored: StoredForecaster) -> Result<Self, RestoreError> {
        let mut forecaster = Self::new(stored.config)?;
        forecaster.days.reserve(stored.days.len());
        let mut observed = None;
        for day in stored.days {
            let follows = forecaster.days.last().is_none_or(|last| last.date < day.date);
            if !follows || !day.is_usable() {
                return Err(RestoreError::Session { date: day.date });
            }
            observed = forecaster.take(day);
        }
        let examples = forecaster.examples();
        let belongs = match &stored.models {
            None => examples < stored.config.examples_min,
            Some(models) => {
                models.is_sound()
                    && (stored.config.examples_min..=examples).contains(&models.examples)
            }
        };
        if !belongs {
            return Err(RestoreError::Fits { examples });
        }
        forecaster.models = stored.models;
        forecaster.sessions_since_fit = stored.sessions_since_fit;
        forecaster.latest = observed.and_then(|observed| forecaster.forecast(&observed));
        Ok(forecaster)
    }
}
