//! The five market regimes, their confidence and hysteresis.
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
//! **Does not know:** forecasts, positions, what a row permits.
//!
//! **Read next:** `tradebot-policy` for the rows, `tradebot-models`.

pub mod config;
pub mod severity;
pub mod trend;
pub mod confidence;
pub mod detector;

pub use config::{ConfigError, RegimeConfig};
pub use detector::{RegimeDetector, RegimeReading};
pub use severity::SeverityMachine;
pub use trend::{TrendMachine, TrendState};
