//! Sigmoid maps: Platt, beta calibration, temperature, and the constant they all contain.

use serde::{Deserialize, Serialize};

use super::examples::Examples;
use super::logistic::{LogisticLoss, with_intercept};
use super::platt::{PlattLine, Targets};
use super::{CalibrationMap, Estimate, checked, logit, logs, sigmoid};
use crate::error::CalibrationError;
use crate::metrics::LOG_CLIP;

/// `sigmoid(a ln p - b ln(1-p) + c)`, scores clipped to `[1e-6, 1 - 1e-6]` before the logarithms.
///
/// One form for four methods: a = b is a line on the logit (Platt, temperature, beta "am"), a and
/// b apart bend the two ends on their own (beta "abm"), a = b = 1, c = 0 is the identity and
/// a = b = 0 a constant. The map rises when a, b >= 0, which all but Platt's guarantee; then it
/// changes no ranking.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SigmoidMap {
    /// Weight of ln p.
    pub a: f64,
    /// Weight of -ln(1-p).
    pub b: f64,
    /// Intercept.
    pub c: f64,
}

impl SigmoidMap {
    /// The same probability for every score; kept `1e-6` away from 0 and 1.
    pub fn constant(probability: f64) -> Self {
        Self { a: 0.0, b: 0.0, c: logit(probability) }
    }

    /// Platt's sigmoid on the logit of the score, see [`PlattLine`]: a = b = -A, c = -B.
    ///
    /// - **Edges:** outcomes all alike give the constant `(n + 1) / (n + 2)` or `1 / (n + 2)`. A
    ///   score that ranks upside down gets a falling map.
    pub fn platt(examples: &Examples<'_>) -> Self {
        let scores: Vec<f64> = examples.iter().map(|(p, ..)| logit(p)).collect();
        let (won, weights): (Vec<bool>, Vec<f64>) =
            examples.iter().map(|(_, won, weight)| (won, weight)).unzip();
        let PlattLine { a, b } = PlattLine::of_checked(&scores, &won, &weights);
        Self { a: -a, b: -a, c: -b }
    }

    /// Beta calibration with three parameters, the likeliest with a, b >= 0.
    ///
    /// - **Edges:** outcomes all alike give the constant base rate (Beta(2,2)-smoothed). When
    ///   some score parts all wins from all losses no finite fit is likeliest; it is then fitted
    ///   to Platt's smoothed targets instead, and stays finite.
    ///
    /// **Source:** Kull, Silva Filho and Flach, AISTATS (2017), "abm".
    pub fn beta(examples: &Examples<'_>) -> Self {
        Self::or_base_rate(examples, |goal| {
            let row = |p: f64| {
                let (ln_p, ln_q) = logs(p);
                [ln_p, -ln_q, 1.0]
            };
            let lowest = [0.0, 0.0, f64::NEG_INFINITY];
            let [a, b, c] = goal.likeliest(examples, row, lowest);
            Self { a, b, c }
        })
    }

    /// Beta calibration with a = b, the likeliest with a >= 0: two parameters.
    ///
    /// - **Edges:** as [`beta`](Self::beta).
    ///
    /// **Source:** Kull, Silva Filho and Flach, AISTATS (2017), "am".
    pub fn beta_am(examples: &Examples<'_>) -> Self {
        Self::or_base_rate(examples, |goal| {
            let lowest = [0.0, f64::NEG_INFINITY];
            let [a, c] = goal.likeliest(examples, |p| [logit(p), 1.0], lowest);
            Self { a, b: a, c }
        })
    }

    /// Temperature scaling: a = b = 1 / T >= 0, c = 0, the likeliest.
    ///
    /// - **Edges:** outcomes all alike give the constant base rate; scores that are all one half
    ///   say nothing about T and give the identity; when one half parts all wins from all losses,
    ///   smoothed targets keep T above 0.
    ///
    /// **Source:** Guo, Pleiss, Sun and Weinberger, ICML (2017), section 4.2.
    pub fn temperature(examples: &Examples<'_>) -> Self {
        if examples.one_class() {
            return Self::constant(examples.base_rate().mean());
        }
        let contradicted = examples.iter().any(|(p, won, _)| if won { p < 0.5 } else { p > 0.5 });
        let Goal { targets, weights, .. } = Goal::of(examples, !contradicted);
        let rows: Vec<[f64; 1]> = examples.iter().map(|(p, ..)| [logit(p)]).collect();
        let loss =
            LogisticLoss { rows: &rows, targets: &targets, weights: &weights, lowest: [0.0] };
        let [a] = loss.minimise([1.0]);
        Self { a, b: a, c: 0.0 }
    }

    /// The probability of a score in `0..=1`.
    fn at(&self, p: f64) -> f64 {
        let (ln_p, ln_q) = logs(p);
        sigmoid(self.a * ln_p - self.b * ln_q + self.c)
    }

    /// A fit, or the base rate where there is nothing to fit.
    fn or_base_rate(examples: &Examples<'_>, fit: impl Fn(Goal) -> Self) -> Self {
        if examples.one_class() {
            return Self::constant(examples.base_rate().mean());
        }
        fit(Goal::of(examples, parted(examples)))
    }
}

impl CalibrationMap for SigmoidMap {
    fn calibrate(&self, p: f64) -> Result<Estimate, CalibrationError> {
        Ok(Estimate::point(self.at(checked(p)?)))
    }

    fn parameters(&self) -> Vec<f64> {
        vec![self.a, self.b, self.c]
    }
}

/// Whether no loss has a higher score than any win, so that an ever steeper rising curve fits ever
/// better.
fn parted(examples: &Examples<'_>) -> bool {
    let scores = |of: bool| {
        examples.iter().filter(move |e| e.1 == of).map(|e| e.0.clamp(LOG_CLIP, 1.0 - LOG_CLIP))
    };
    let lowest_win = scores(true).fold(f64::INFINITY, f64::min);
    let highest_loss = scores(false).fold(f64::NEG_INFINITY, f64::max);
    let constant = scores(true).chain(scores(false)).all(|score| score == lowest_win);
    highest_loss <= lowest_win && !constant
}

/// What a sigmoid is fitted to.
struct Goal {
    targets: Vec<f64>,
    weights: Vec<f64>,
    /// Logit of the share of wins.
    constant: f64,
}

impl Goal {
    fn of(examples: &Examples<'_>, smoothed: bool) -> Self {
        let (wins, losses) = examples.totals();
        let targets = if smoothed { Targets::smoothed(wins, losses) } else { Targets::PLAIN };
        Self {
            targets: examples.iter().map(|(_, won, _)| targets.of(won)).collect(),
            weights: examples.iter().map(|(.., weight)| weight).collect(),
            constant: logit(wins / (wins + losses)),
        }
    }

    /// The likeliest coefficients of the features of a score; the last feature is 1.
    fn likeliest<const D: usize>(
        &self,
        examples: &Examples<'_>,
        row: impl Fn(f64) -> [f64; D],
        lowest: [f64; D],
    ) -> [f64; D] {
        let rows = examples.iter().map(|(p, ..)| row(p)).collect();
        with_intercept(rows, &self.targets, &self.weights, lowest, self.constant)
    }
}
