//! What is seen when an act is judged.

use serde::{Deserialize, Serialize};
use tradebot_domain::Regime;

use super::MetaError;

/// Columns of the regression.
pub(super) const COLUMNS: usize = INDICATORS_FROM + Regime::ALL.len();
/// The policy row's indicators start here.
pub(super) const INDICATORS_FROM: usize = 5;

/// Probabilities are cut here before they become odds: beyond, a member is merely loud.
const CUT: f64 = 0.02;

/// What the first model said of a decision, and the weather it was said in. All numbers in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetaInput {
    /// Policy row of the decision.
    pub row: Regime,
    /// Consensus probability that the bracket wins.
    pub consensus: f64,
    /// Upper less lower bound of the consensus.
    pub width: f64,
    /// Standard deviation of the members' probabilities.
    pub disagreement: f64,
    /// Probability that volatility exceeds its median of the last year.
    pub p_above_median: Option<f64>,
    /// Probability of a large move.
    pub p_large_move: Option<f64>,
}

impl MetaInput {
    /// Without forecasts of volatility.
    pub const fn new(row: Regime, consensus: f64, width: f64, disagreement: f64) -> Self {
        Self { row, consensus, width, disagreement, p_above_median: None, p_large_move: None }
    }

    /// With both probabilities of a [`VolatilityForecast`](crate::VolatilityForecast).
    #[must_use]
    pub const fn with_volatility(self, p_above_median: f64, p_large_move: f64) -> Self {
        Self { p_above_median: Some(p_above_median), p_large_move: Some(p_large_move), ..self }
    }

    /// # Errors
    /// [`MetaError::Input`] naming the first number outside 0..=1, which NaN always is.
    pub(super) fn check(&self) -> Result<(), MetaError> {
        for (what, value) in [
            ("consensus", self.consensus),
            ("width", self.width),
            ("disagreement", self.disagreement),
            ("p_above_median", self.p_above_median.unwrap_or(0.5)),
            ("p_large_move", self.p_large_move.unwrap_or(0.5)),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(MetaError::Input { what, value });
            }
        }
        Ok(())
    }

    /// Log odds of the probabilities, the rest as it is, then one indicator per policy row. A
    /// missing forecast counts as one half: nothing is known.
    pub(super) fn columns(&self) -> [f64; COLUMNS] {
        let mut columns = [0.0; COLUMNS];
        columns[0] = log_odds(self.consensus);
        columns[1] = self.width;
        columns[2] = self.disagreement;
        columns[3] = self.p_above_median.map_or(0.0, log_odds);
        columns[4] = self.p_large_move.map_or(0.0, log_odds);
        columns[INDICATORS_FROM + self.row.index()] = 1.0;
        columns
    }
}

/// Names of the columns, for cards.
pub(super) fn column_names() -> impl Iterator<Item = String> {
    let numbers =
        ["consensus (log odds)", "width", "disagreement", "p_above_median", "p_large_move"];
    let rows = Regime::ALL.into_iter().map(|row| format!("row {}", row.name()));
    numbers.into_iter().map(str::to_owned).chain(rows)
}

fn log_odds(p: f64) -> f64 {
    let p = p.clamp(CUT, 1.0 - CUT);
    (p / (1.0 - p)).ln()
}
