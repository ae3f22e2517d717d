//! Parameter sweeps: many points of a space evaluated, kept in a table, and looked at with distrust.
//!
//! | module | subject |
//! |---|---|
//! | [`space`] | axes, constraints, grids, random points |
//! | [`trial`] | one evaluation: names, figures, what it is ranked by |
//! | [`run`] | in parallel, resumed, observed, cancelled |
//! | [`guided`] | a search that learns where to look |
//! | [`results`] | the table: best, neighbourhoods, heat maps, files |
//! | [`crossover`] | a fast screen for crossing moving averages |
//!
//! The best of many trials looks good because it is the best of many. Every figure here is of the
//! sample that was searched; [`crate::sharpe`] and the daily returns of trials say what is left of it
//! out of sample.
//!
//! ```
//! use tradebot_backtest::sweep::{Axis, Measure, Space, Sweep, TrialResult};
//!
//! let axes = vec![Axis::integers("fast", 1, 5, 1), Axis::integers("slow", 2, 6, 2)];
//! let space = Space::new(axes, vec!["fast < slow".parse()?])?;
//! let table = Sweep::of("made up").run(&space, space.grid(), &|point: &_| evaluate(point));
//! let best = table.best(Measure::TotalReturn).expect("trials were evaluated");
//! assert_eq!((table.trials().len(), best.trial.id().as_str()), (9, "fast=3;slow=6"));
//!
//! // Any evaluator will do: the engine over recorded history, or a formula.
//! fn evaluate(point: &tradebot_backtest::sweep::Parameters) -> Result<TrialResult, &'static str> {
//!     let (fast, slow) = (point.number("fast").ok_or("fast?")?, point.number("slow").ok_or("slow?")?);
//!     let daily = [0.01, 0.02 - 0.001 * (fast - 3.0).powi(2) + 0.001 * slow];
//!     Ok(TrialResult::of_returns(10_000.0, &daily, 2, 1))
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod space;
pub mod trial;
pub mod run;
pub mod guided;
pub mod results;
pub mod crossover;

pub use guided::Guided;
pub use results::Table;
pub use run::{Evaluator, Observer, Progress, Sweep};
pub use space::{Axis, Constraint, Ladder, Parameters, Space, SpaceError, Value};
pub use trial::{Measure, Trial, TrialResult, TrialState};
