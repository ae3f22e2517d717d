//! One evaluation of one point: its name, its state and its figures.

use serde::Serialize;
use thiserror::Error;

use super::space::Parameters;
use crate::performance::{performance, sharpe};
use crate::result::RunResult;

/// One point of a sweep and what has become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Place in the sweep, from 0.
    pub number: usize,
    /// The point.
    pub parameters: Parameters,
    /// Names subject and point; see [`digest`].
    pub digest: String,
    /// What has become of it.
    pub state: TrialState,
}

/// What has become of a trial.
#[derive(Debug, Clone, PartialEq)]
pub enum TrialState {
    /// Not evaluated: not yet, or the sweep was cancelled.
    Pending,
    /// Evaluated.
    Done(TrialResult),
    /// The evaluator returned an error, or figures that are none; the text on one line.
    Failed(String),
}

/// Figures of one evaluation. All are of the very sample that was searched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrialResult {
    /// Equity at the end, in the account's currency.
    pub final_equity: f64,
    /// Final over first equity, less 1.
    pub total_return: f64,
    /// Compound growth per 252 sessions. `None` without a return.
    pub cagr: Option<f64>,
    /// Sharpe ratio per year. `None` without variance.
    pub sharpe: Option<f64>,
    /// Deepest equity / peak - 1, zero or negative.
    pub max_drawdown: f64,
    /// Entries and exits.
    pub fills: u64,
    /// Round trips closed.
    pub trades: u64,
    /// Simple returns by session, where they were asked for: what tests of overfitting need. Not
    /// written to a table's file.
    pub daily_returns: Option<Vec<f64>>,
}

/// A figure that is not a finite number.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{figure} is {value}")]
pub struct NotFinite {
    /// Name of the figure.
    pub figure: &'static str,
    /// What it is.
    pub value: f64,
}

impl Trial {
    /// A point that waits to be evaluated.
    pub(super) fn pending(number: usize, parameters: Parameters, subject: &str) -> Self {
        let digest = digest(subject, &parameters);
        Self { number, parameters, digest, state: TrialState::Pending }
    }

    /// The point's canonical name.
    pub fn id(&self) -> String {
        self.parameters.id()
    }

    /// Its figures; `None` unless it was evaluated without an error.
    pub fn result(&self) -> Option<&TrialResult> {
        match &self.state {
            TrialState::Done(result) => Some(result),
            TrialState::Pending | TrialState::Failed(_) => None,
        }
    }
}

/// 32 hexadecimal digits that name a point evaluated on a subject.
///
/// The subject is whatever else a result depends on, best as a digest of its own: data, code,
/// configuration. Results of one subject are never taken for those of another.
pub fn digest(subject: &str, parameters: &Parameters) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("tradebot 2026-11 sweep trial");
    hasher.update(&(subject.len() as u64).to_le_bytes());
    hasher.update(subject.as_bytes());
    hasher.update(parameters.id().as_bytes());
    hasher.finalize().to_hex()[..32].to_owned()
}

impl TrialResult {
    /// Figures of an account that starts with `cash` and has these simple returns by session.
    ///
    /// The returns themselves are not kept; set [`Self::daily_returns`] for that.
    pub fn of_returns(cash: f64, returns: &[f64], fills: u64, trades: u64) -> Self {
        let measured = performance(returns);
        let total_return = measured.total_return.unwrap_or(0.0);
        Self {
            final_equity: cash * (1.0 + total_return),
            total_return,
            cagr: measured.cagr,
            sharpe: sharpe(returns),
            max_drawdown: measured.max_drawdown.unwrap_or(0.0),
            fills,
            trades,
            daily_returns: None,
        }
    }

    /// Figures of a run of the engine, daily returns included.
    ///
    /// Fills are counted as two per closed trade and one per position still open, whatever number
    /// of parts an order was filled in.
    pub fn of_run(run: &RunResult) -> Self {
        let (trades, returns) = (run.trades.len() as u64, run.returns());
        let last = run.snapshots.last();
        let open = last.map_or(0, |snapshot| snapshot.positions.len() as u64);
        let cash = run.started.cash.to_f64();
        let mut result = Self::of_returns(cash, &returns, 2 * trades + open, trades);
        if let Some(last) = last {
            result.final_equity = last.equity.to_f64();
            result.total_return = result.final_equity / cash - 1.0;
        }
        result.daily_returns = Some(returns);
        result
    }

    /// Refuses figures that are no numbers: one that is not defined is `None`.
    ///
    /// # Errors
    /// [`NotFinite`] with the first of them.
    pub fn check(&self) -> Result<(), NotFinite> {
        let figures = [
            ("final_equity", Some(self.final_equity)),
            ("total_return", Some(self.total_return)),
            ("cagr", self.cagr),
            ("sharpe", self.sharpe),
            ("max_drawdown", Some(self.max_drawdown)),
        ];
        let returns = self.daily_returns.iter().flatten().map(|r| ("a daily return", Some(*r)));
        for (figure, value) in figures.into_iter().chain(returns) {
            if let Some(value) = value.filter(|value| !value.is_finite()) {
                return Err(NotFinite { figure, value });
            }
        }
        Ok(())
    }
}

/// What trials are ranked by; more is better for each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Equity at the end.
    FinalEquity,
    /// Final over first equity, less 1.
    TotalReturn,
    /// Compound growth per year.
    Cagr,
    /// Sharpe ratio per year.
    Sharpe,
    /// The deepest drawdown, zero or negative: the shallowest is best.
    MaxDrawdown,
    /// Compound growth over the depth of the deepest drawdown. Not defined without one.
    Calmar,
}

impl Measure {
    /// The figure of a result; `None` where it is not defined.
    pub fn of(self, result: &TrialResult) -> Option<f64> {
        match self {
            Self::FinalEquity => Some(result.final_equity),
            Self::TotalReturn => Some(result.total_return),
            Self::Cagr => result.cagr,
            Self::Sharpe => result.sharpe,
            Self::MaxDrawdown => Some(result.max_drawdown),
            Self::Calmar => {
                let depth = -result.max_drawdown;
                (depth > 0.0).then_some(result.cagr? / depth)
            }
        }
    }
}
