//! Arguments of the commands about many runs.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::BacktestArgs;

/// Arguments of `compare`.
#[derive(Debug, Clone, Args)]
pub struct CompareArgs {
    /// The runs; the first is what the others are compared with
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    pub runs: Vec<String>,
    /// Where to write [default: in the reports of the home folder]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Search {
    /// Every combination
    Grid,
    /// Combinations drawn at random
    Random,
    /// Proposed from the results so far (tree-structured Parzen estimator)
    Guided,
}

/// What trials are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RankedBy {
    /// Sharpe ratio
    Sharpe,
    /// Growth a year
    Cagr,
    /// Growth a year over the deepest drawdown
    Calmar,
    /// The shallowest deepest drawdown
    Drawdown,
    /// Equity at the end
    Equity,
}

impl From<RankedBy> for tradebot_backtest::sweep::Measure {
    fn from(by: RankedBy) -> Self {
        match by {
            RankedBy::Sharpe => Self::Sharpe,
            RankedBy::Cagr => Self::Cagr,
            RankedBy::Calmar => Self::Calmar,
            RankedBy::Drawdown => Self::MaxDrawdown,
            RankedBy::Equity => Self::FinalEquity,
        }
    }
}

/// Arguments of `sweep`.
#[derive(Debug, Clone, Args)]
pub struct SweepArgs {
    /// What is varied; repeat it for more
    #[arg(long, value_name = "KEY=VALUES", required_unless_present = "over")]
    pub vary: Vec<String>,
    /// A rule strategy in the place of the ensemble: sma_cross
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    /// A parameter of it to be varied, as FROM:TO:STEP or a list; repeat it for more
    #[arg(long, value_name = "NAME=VALUES", requires = "strategy")]
    pub over: Vec<String>,
    /// Leave out points where the first is not below the second
    #[arg(long, value_name = "KEY<KEY")]
    pub constraint: Vec<String>,
    /// How points are chosen
    #[arg(long, default_value = "grid")]
    pub search: Search,
    /// How many trials to make [default: the whole grid]
    #[arg(long, value_name = "N")]
    pub trials: Option<usize>,
    /// What trials are ranked by
    #[arg(long, default_value = "sharpe")]
    pub measure: RankedBy,
    /// Also write the table of results to this file: CSV, or Parquet where its name ends so
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The history, account and costs that all trials share.
    #[command(flatten)]
    pub backtest: BacktestArgs,
}

/// How much of the past a choice is made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Learning {
    /// All of it
    Expanding,
    /// As many sessions as before the first test
    Rolling,
}

/// Arguments of `walk-forward`.
#[derive(Debug, Clone, Args)]
pub struct WalkForwardArgs {
    /// The trials to choose from.
    #[command(flatten)]
    pub sweep: SweepArgs,
    /// How much of the past a choice is made on
    #[arg(long, default_value = "expanding")]
    pub learn: Learning,
    /// Sessions before the first test
    #[arg(long, default_value = "756", value_name = "N")]
    pub first: usize,
    /// Sessions of each test, after which the choice is made again
    #[arg(long, default_value = "252", value_name = "N")]
    pub every: usize,
    /// Sessions left out before a test [default: the longest that a position may be open]
    #[arg(long, value_name = "N")]
    pub purge: Option<usize>,
    /// Further sessions left out
    #[arg(long, default_value = "0", value_name = "N")]
    pub embargo: usize,
    /// Allow a purge that is too short, to see what a leak does
    #[arg(long)]
    pub let_it_leak: bool,
}
