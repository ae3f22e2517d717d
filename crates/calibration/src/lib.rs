//! Raw scores to probabilities with credible intervals, learned prequentially.
//!
//! A member of the ensemble gives a number in `[0, 1]`; only outcomes say what it is worth. Each
//! score falls into a bin, each bin of each member in each policy row is a Beta cell, and each
//! cell is centred on the one above it, so that a cell without history says what its row says and
//! a row without history what all rows say:
//!
//! 1. [`BetaPosterior`] is a belief about a chance, with [`BetaPosterior::quantile`] for bounds.
//! 2. [`HierarchicalBeta`] keeps decayed counts under chains of keys that its caller chooses.
//! 3. [`Learner`] is the product's state: all rows, row, (member, row, bin), and what a win and a
//!    loss of each row are worth. It learns once per session and never from the future.
//! 4. [`maps`] are the alternatives: Platt, beta calibration, isotonic regression, Venn-ABERS, bins.
//! 5. [`prequential`] calibrators learn outcome by outcome and refuse to look ahead: two levels of
//!    Beta cells, and any map refitted on a window.
//! 6. [`metrics`] say how good probabilities were: scores, decompositions, reliability.
//!
//! ```
//! use tradebot_calibration::maps::{CalibrationMap, Examples, VennAbersMap};
//! use tradebot_calibration::metrics::{Forecasts, brier};
//!
//! let scores = [0.1, 0.3, 0.4, 0.6, 0.8, 0.9];
//! let won = [false, false, true, false, true, true];
//! let map = VennAbersMap::fit(&Examples::new(&scores, &won)?);
//! let said = map.calibrate(0.7)?;
//! assert!(said.bounds.is_some_and(|b| b.lo <= said.mean && said.mean <= b.hi));
//! assert!(brier(&Forecasts::new(&scores, &won)?) < 0.25);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Everything is a value: `Clone`, `PartialEq`, serialisable, and a pure function of the sessions
//! it was taught, in their order, to the last bit.
//!
//! **Does not know:** how scores arose, what anyone does with the probability.
//!
//! **Read next:** [`learner`], then `tradebot-ensemble`.

pub mod posterior;
pub mod bins;
pub mod decay;
pub mod hierarchy;
pub mod learner;
pub mod maps;
pub mod prequential;
pub mod metrics;
mod digest;
pub mod error;

pub use bins::bin_of;
pub use decay::Decay;
pub use error::{CalibrationError, ConfigError};
pub use hierarchy::{BetaCell, HierarchicalBeta};
pub use learner::{Calibrated, CellState, Learner, LearnerConfig, ResolvedOutcome, RowState};
pub use posterior::BetaPosterior;
