//! The five market regimes, their confidence and hysteresis, and two second opinions.
//!
//! A rule that a person can check by hand, on two axes, from the context index and the VIX:
//!
//! 1. [`severity`]: how nervous the market is, 0 to 3; up at once, down after a dwell.
//! 2. [`trend`]: whether it goes somewhere; a new state waits for its confirmation.
//! 3. [`RegimeDetector`] puts both together: the confirmed trend and the severity name the row,
//!    an unconfirmed trend is [`Regime::Transition`](tradebot_domain::Regime::Transition).
//! 4. [`confidence`] says how far the nearest change is and how often such days brought one.
//!
//! A reading uses the bars through its own session and the VIX close of the session before, which
//! is printed too late for a decision on the same close.
//!
//! Beside the rule, and without a vote, from the returns of the index alone:
//!
//! 5. [`hmm`]: how probable a state of high volatility is, by a hidden Markov model that is
//!    learned anew on what was known by then.
//! 6. [`bocpd`]: how probable it is that the returns changed a few days ago.
//! 7. [`SecondOpinion`] puts both on record, warns when they and the rule disagree for long, and
//!    says when memories should fade faster.
//!
//! [`hindsight`] looks ahead and is for research only.
//!
//! ```
//! use tradebot_domain::{Bar, Moment};
//! use tradebot_regime::{RegimeConfig, RegimeDetector, SecondOpinion, SecondOpinionConfig};
//!
//! let mut rule = RegimeDetector::new(RegimeConfig::default());
//! let mut second = SecondOpinion::new(SecondOpinionConfig::default())?;
//! for day in 0..600 {
//!     let close = 1_000.0 + f64::from(day) + 5.0 * f64::from(day % 7);
//!     let (high, low) = (close + 4.0, close - 6.0);
//!     let date = Moment::constant(2020, 1, 2); // any: only the order counts
//!     let bar = Bar { date, open: close - 1.0, high, low, close, volume: 0.0 };
//!     let reading = rule.update(&bar, Some(14.5)); // VIX close of the session before
//!     let opinion = second.update(close, reading.map(|reading| reading.severity));
//!     assert_eq!(reading.is_some(), day + 1 >= 266);
//!     assert!(opinion.is_none_or(|opinion| (0.0..=1.0).contains(&opinion.changed)));
//! }
//! # Ok::<(), tradebot_regime::SecondOpinionError>(())
//! ```
//!
//! **Does not know:** forecasts, positions, what a row permits.
//!
//! **Read next:** `tradebot-policy` for the rows, `tradebot-models`.

pub mod config;
pub mod severity;
pub mod trend;
pub mod confidence;
pub mod detector;
mod chance;
mod numerics;
pub mod hmm;
pub mod bocpd;
pub mod second_opinion;
pub mod hindsight;

pub use config::{ConfigError, RegimeConfig};
pub use detector::{RegimeDetector, RegimeReading};
pub use second_opinion::{
    Observations, SecondOpinion, SecondOpinionConfig, SecondOpinionError, SecondOpinionReading,
};
pub use severity::SeverityMachine;
pub use trend::{TrendMachine, TrendState};
