//! The ways a period can go.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::error::PortfolioError;
use super::fixed_order::{gram, times};
use crate::constrained::excess;

/// How far the sum of probabilities may be from 1.
const SUM_TOLERANCE: f64 = 1e-9;

/// A finite distribution of one period's returns.
///
/// - **Shape:** probabilities `[scenarios]`, returns `[scenarios x assets]`.
/// - **Units:** simple returns over cash, >= -1; cash itself is no column.
/// - **Range:** probabilities >= 0 that sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenarios {
    probabilities: Array1<f64>,
    returns: Array2<f64>,
}

impl Scenarios {
    /// From a probability per scenario and simple returns over cash.
    ///
    /// # Errors
    /// [`PortfolioError`] for no scenario or asset, lengths that differ, numbers that are not finite,
    /// probabilities that are none, and a return below -1.
    pub fn new(
        probabilities: ArrayView1<'_, f64>,
        returns: ArrayView2<'_, f64>,
    ) -> Result<Self, PortfolioError> {
        check_returns(returns)?;
        check_probabilities(probabilities, returns.nrows())?;
        if let Some(((scenario, asset), value)) = returns.indexed_iter().find(|(_, r)| **r < -1.0) {
            let what = "simple return: more is lost than there was";
            return Err(PortfolioError::Payoff { scenario, asset, value: *value, what });
        }
        Ok(Self { probabilities: probabilities.to_owned(), returns: returns.to_owned() })
    }

    /// Past periods as equally likely scenarios of the next one.
    ///
    /// # Errors
    /// As [`Scenarios::new`].
    pub fn equally_likely(returns: ArrayView2<'_, f64>) -> Result<Self, PortfolioError> {
        let n = returns.nrows();
        let probabilities = Array1::from_elem(n, 1.0 / n.max(1) as f64);
        Self::new(probabilities.view(), returns)
    }

    /// From payoffs per unit staked, the last of which is cash: the form of Busseti, Ryu and Boyd.
    ///
    /// - **Shape:** `[scenarios x bets]`; the last column is 1 throughout.
    /// - **Units:** gross: 1.1 wins 10 %, 0 loses everything.
    ///
    /// # Errors
    /// As [`Scenarios::new`], and for a last column that is not 1.
    pub fn from_payoffs(
        probabilities: ArrayView1<'_, f64>,
        payoffs: ArrayView2<'_, f64>,
    ) -> Result<Self, PortfolioError> {
        let Some(last) = payoffs.ncols().checked_sub(1) else {
            return Err(PortfolioError::Empty { what: "bets" });
        };
        let cash = payoffs.column(last);
        if let Some((scenario, value)) = cash.indexed_iter().find(|(_, r)| **r != 1.0) {
            let what = "payoff of cash, which is 1";
            return Err(PortfolioError::Payoff { scenario, asset: last, value: *value, what });
        }
        let (bets, _) = payoffs.split_at(Axis(1), last);
        Self::new(probabilities, (&bets - 1.0).view())
    }

    /// Assets, cash not counted.
    pub fn assets(&self) -> usize {
        self.returns.ncols()
    }

    /// Probability of each scenario.
    pub fn probabilities(&self) -> ArrayView1<'_, f64> {
        self.probabilities.view()
    }

    /// Returns over cash, `[scenarios x assets]`.
    pub fn returns(&self) -> ArrayView2<'_, f64> {
        self.returns.view()
    }

    /// Expected return of each asset.
    pub fn mean(&self) -> Array1<f64> {
        self.expected(|_| 1.0)
    }

    /// E[x x'], `[assets x assets]`: second moments about zero, not about the mean.
    pub fn second_moment(&self) -> Array2<f64> {
        gram(self.returns.view(), |scenario| self.probabilities[scenario])
    }

    /// Expected log growth of wealth per period: E ln(1 + x'w). Minus infinity when a scenario
    /// takes everything.
    /// - **Shape:** weights `[assets]`; those that are missing count as 0.
    pub fn growth(&self, weights: ArrayView1<'_, f64>) -> f64 {
        let log = |gain: f64| if gain <= -1.0 { f64::NEG_INFINITY } else { gain.ln_1p() };
        self.possible(weights).map(|(probability, gain)| probability * log(gain)).sum()
    }

    /// E[(1 + x'w)^-lambda] - 1, which a drawdown bound wants at or below zero.
    /// - **Shape:** weights `[assets]`; those that are missing count as 0.
    pub fn drawdown_excess(&self, weights: ArrayView1<'_, f64>, lambda: f64) -> f64 {
        self.possible(weights).map(|(probability, gain)| excess(probability, gain, lambda)).sum()
    }

    /// 1 + x'w, `[scenarios]`.
    pub(super) fn wealth(&self, weights: ArrayView1<'_, f64>) -> Array1<f64> {
        times(self.returns.view(), weights) + 1.0
    }

    /// The same scenarios for some of the assets.
    pub(super) fn of_assets(&self, assets: &[usize]) -> Self {
        Self {
            probabilities: self.probabilities.clone(),
            returns: self.returns.select(Axis(1), assets),
        }
    }

    /// E[factor x], `[assets]`, over the scenarios that can happen.
    pub(super) fn expected(&self, factor: impl Fn(usize) -> f64) -> Array1<f64> {
        let mut sum = Array1::zeros(self.assets());
        for (scenario, row) in self.returns.outer_iter().enumerate() {
            let probability = self.probabilities[scenario];
            if probability > 0.0 {
                sum.scaled_add(probability * factor(scenario), &row);
            }
        }
        sum
    }

    /// Probability and gain x'w of each scenario that can happen.
    fn possible(&self, weights: ArrayView1<'_, f64>) -> impl Iterator<Item = (f64, f64)> {
        let gains = times(self.returns.view(), weights);
        self.probabilities.iter().copied().zip(gains).filter(|(probability, _)| *probability > 0.0)
    }
}

/// Something to work on, and all of it numbers.
pub(super) fn check_returns(returns: ArrayView2<'_, f64>) -> Result<(), PortfolioError> {
    if returns.ncols() == 0 {
        return Err(PortfolioError::Empty { what: "assets" });
    }
    if returns.nrows() == 0 {
        return Err(PortfolioError::Empty { what: "periods" });
    }
    match returns.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((row, column), value)) => {
            Err(PortfolioError::NotFinite { what: "returns", row, column, value: *value })
        }
    }
}

/// All of a vector are numbers, and there are as many as wanted.
pub(super) fn check_vector(
    what: &'static str,
    vector: ArrayView1<'_, f64>,
    wanted: usize,
) -> Result<(), PortfolioError> {
    if vector.len() != wanted {
        return Err(PortfolioError::Shape { what, found: vector.len(), wanted });
    }
    match vector.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((column, value)) => {
            Err(PortfolioError::NotFinite { what, row: 0, column, value: *value })
        }
    }
}

fn check_probabilities(
    probabilities: ArrayView1<'_, f64>,
    wanted: usize,
) -> Result<(), PortfolioError> {
    check_vector("probabilities", probabilities, wanted)?;
    if let Some(value) = probabilities.iter().copied().find(|p| *p < 0.0) {
        let (what, wanted) = ("a probability", "a number from 0 to 1");
        return Err(PortfolioError::OutOfRange { what, value, wanted });
    }
    let sum = probabilities.sum();
    if (sum - 1.0).abs() > SUM_TOLERANCE {
        let (what, wanted) = ("the sum of probabilities", "1");
        return Err(PortfolioError::OutOfRange { what, value: sum, wanted });
    }
    Ok(())
}
