//! Whether the best of many strategies is better than luck, judged from all that were tried.
//!
//! Who tries a hundred variants and keeps the best has a good backtest whether or not any of them
//! knows anything. What is judged here is therefore never one track record but the [`Panel`] it was
//! chosen from: sessions by strategies, the discarded ones included.
//!
//! | question | answer |
//! |---|---|
//! | does the choice made on one half of history hold on the other half | [`cscv`](fn@cscv) |
//! | how good would the best of so many look without merit | [`Trials`] |
//! | should it be deployed | [`advise`] |
//!
//! ```
//! use tradebot_backtest::overfit::{AdviceConfig, Panel, advise, cscv};
//!
//! // Two strategies over 400 sessions; the second earns a little every day, the first nothing.
//! let swing = |t: u32, k: u32| f64::from((t * (7 + 4 * k)) % 23) / 1_000.0 - 0.011;
//! let columns = [0, 1].map(|k| (0..400).map(|t| swing(t, k) + 0.004 * f64::from(k)).collect());
//! let panel = Panel::from_columns(&columns)?;
//! let halves = cscv(&panel, 10)?;
//! assert_eq!((halves.logits.len(), halves.probability), (252, 0.0));
//! let advice = advise(&panel, &AdviceConfig::default())?;
//! println!("{:?}: {}", advice.advice, advice.reason);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Source:** Bailey, Borwein, Lopez de Prado and Zhu, "The Probability of Backtest Overfitting",
//! Journal of Computational Finance 20 (2017); Bailey and Lopez de Prado, "The Deflated Sharpe
//! Ratio", Journal of Portfolio Management 40 (2014).

mod panel;
mod cscv;
mod trials;
mod advice;

pub use advice::{Advice, AdviceConfig, PanelVerdict, advise};
pub use cscv::{BLOCKS_MAX, Cscv, CscvError, cscv};
pub use panel::{Panel, PanelError};
pub use trials::Trials;
