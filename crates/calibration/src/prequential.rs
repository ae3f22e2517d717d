//! Calibrators that learn outcome by outcome, and only from what is over.
//!
//! Both calibrators here are taught [`ResolvedForecast`]s and asked for forecasts, and neither can
//! look ahead:
//!
//! - an outcome has a moment at which it became known, later than its forecast was issued;
//! - outcomes are learned in the order (moment, id), whatever order they are handed over in;
//! - a forecast is asked for at a moment, and refused when a later outcome has been learned.
//!
//! An id is learned once: handing over the same rows again, all or some, changes nothing. So a
//! restart replays every resolved row of the database and has the live state to the last bit.
//!
//! Moments are whole numbers on any clock that only goes up: sessions, days, milliseconds. The
//! moment of an outcome that arrives late is that of its arrival.
//!
//! **Source:** Dawid, Journal of the Royal Statistical Society A 147 (1984), for forecasting and
//! judging in this order.

mod ids;
mod history;
mod beta;
mod map;

use serde::{Deserialize, Serialize};

pub use beta::{PrequentialBeta, PrequentialBetaConfig};
pub use map::{Cadence, PrequentialMap, PrequentialMapConfig};

use crate::error::CalibrationError;

/// A forecast whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ResolvedForecast {
    /// Names the forecast; no two of a calibrator share one.
    pub id: u64,
    /// Moment at which it was issued.
    pub issued_at: i64,
    /// Moment at which its outcome became known, after `issued_at`.
    pub resolved_at: i64,
    /// The raw score, in `0..=1`.
    pub p: f64,
    /// Number of the regime in which it was issued; `None` when that was not known.
    pub regime: Option<u32>,
    /// The event came about.
    pub won: bool,
    /// How many independent outcomes it is worth, in `1e-6..=1`: its uniqueness when outcomes
    /// overlap, else 1.
    pub weight: f64,
}

/// What a prequential calibrator refuses; its state is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PrequentialError {
    /// A score to learn that is NaN or outside `0..=1`.
    #[error("forecast {id} has the score {value}, not in 0..=1")]
    Score {
        /// The forecast.
        id: u64,
        /// Its score.
        value: f64,
    },
    /// A weight that is NaN or outside `1e-6..=1`.
    #[error("forecast {id} has the weight {value}, not in 1e-6..=1")]
    Weight {
        /// The forecast.
        id: u64,
        /// Its weight.
        value: f64,
    },
    /// An outcome known before, or when, its forecast was issued.
    #[error("forecast {id} was issued at {issued_at}, not before its outcome at {resolved_at}")]
    Foreknown {
        /// The forecast.
        id: u64,
        /// When it was issued.
        issued_at: i64,
        /// When its outcome became known.
        resolved_at: i64,
    },
    /// An outcome that should have been learned before others that have been. One that arrives
    /// late is to carry the moment of its arrival.
    #[error("outcome {id} of moment {resolved_at} comes after outcome {last_id} of {last_at}")]
    OutOfOrder {
        /// The outcome.
        id: u64,
        /// Its moment.
        resolved_at: i64,
        /// The last one learned.
        last_id: u64,
        /// Its moment.
        last_at: i64,
    },
    /// A forecast asked for as of a moment before the last outcome learned.
    #[error("a forecast of moment {at} would know the outcomes of {last_at}")]
    Hindsight {
        /// The moment asked about.
        at: i64,
        /// Moment of the last outcome learned.
        last_at: i64,
    },
    /// A score to calibrate that the map refuses.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
}

#[cfg(test)]
mod tests;
