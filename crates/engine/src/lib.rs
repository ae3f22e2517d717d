//! The decision cycle: the one place that branches over all stages.
//!
//! A session goes through [`Engine::run_session`] from top to bottom: what the open and the bar did
//! to orders and brackets, what their outcomes teach, then gate, features, regime, opinions,
//! consensus, risk, and the intents that go out for the next open. Everything that happens is an
//! event of the journal; demo, backtest, paper and live differ only in who feeds sessions, who
//! keeps the journal and who fills orders.
//!
//! **Does not know:** files, sockets, clocks.
//!
//! **Read next:** [`cycle`], then the stage crates in the order it calls them.

pub mod config;
pub mod intraday;
pub mod phase;
pub mod error;
pub mod volumes;
pub mod symbol_state;
pub mod shadow;
pub mod learning;
pub mod roster;
mod arrival;
pub mod candidate;
pub mod account;
pub mod adapting;
pub mod strategy;
pub mod cycle;
pub mod warm;

pub use config::EngineConfig;
pub use cycle::Engine;
pub use error::EngineError;
pub use intraday::Intraday;
pub use phase::{Observer, Phase, Silent};
pub use strategy::{Admission, Entry, Holding, Protection, Ruling, Strategy, Wish};
pub use tradebot_brackets::BracketSpec;
pub use tradebot_risk::Size;
pub use warm::{Asked, LearnedOutcome, LearnedSession, Recalled, Recollection};
