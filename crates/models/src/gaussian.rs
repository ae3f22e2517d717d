//! Gaussian naive Bayes for any table, its moments fitted by linfa.
//!
//! Each outcome has a normal distribution per standardised column, as if columns were independent
//! given the outcome. They are not, so scores spread far too wide: they rank, and calibration says
//! what they are worth.
//!
//! linfa-bayes takes no example weights: examples are drawn in proportion to them. Its moments are
//! taken as they are; its probabilities are not asked for, because linfa takes no common factor
//! out and they are infinite where the likelihoods of both outcomes are too small for an f64.
//!
//! **Source:** Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, 6.6.3.

use std::collections::BTreeMap;

use linfa::dataset::Dataset;
use linfa::traits::Fit as _;
use linfa_bayes::GaussianNb;
use ndarray::{Array1, Array2};
use serde::Deserialize;

use crate::error::FitError;
use crate::regression::{design, draws, sigmoid};
use crate::scale::{CUT, Scale};
use crate::table::{Examples, Table};

/// Parameters of a [`GaussianBayes`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianConfig {
    /// Added to every variance, as a share of the largest: a column that hardly varied among the
    /// few examples of one outcome must not decide alone. Above 0 and finite.
    pub smoothing: f64,
    /// Standardised values are cut at so many standard deviations; above 0, infinity for never.
    pub cut: f64,
    /// For the draw of weighted examples.
    pub seed: u64,
}

impl Default for GaussianConfig {
    fn default() -> Self {
        Self { smoothing: 1e-2, cut: CUT, seed: 0 }
    }
}

/// Normal distributions of wins and losses.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianBayes {
    scale: Scale,
    cut: f64,
    /// Log odds of a win but for the squared distances: priors and spreads.
    offset: f64,
    /// Means and halved inverse variances of each column, losses first.
    columns: Vec<[Normal; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Normal {
    mean: f64,
    half_precision: f64,
}

impl GaussianBayes {
    /// Fits the distributions. Where all outcomes are alike, or no column varies, it answers
    /// their rate.
    ///
    /// # Errors
    /// [`FitError::Parameter`] for a parameter out of its range, [`FitError::Solver`].
    pub fn fit(config: &GaussianConfig, examples: &Examples<'_>) -> Result<Self, FitError> {
        let smoothing = config.smoothing;
        let good = smoothing > 0.0 && smoothing.is_finite();
        FitError::unless(good, "smoothing", smoothing, "above 0 and finite")?;
        FitError::unless(config.cut > 0.0, "cut", config.cut, "above 0")?;
        let x = examples.x();
        let scale = Scale::of_values(x.values(), x.columns());
        let drawn = draws(examples, config.seed);
        let won = Array1::from_iter(drawn.iter().map(|i| usize::from(examples.won()[*i])));
        if scale.is_flat() || won.iter().all(|w| *w == won[0]) {
            let rate = examples.base_rate();
            return Ok(Self {
                scale,
                cut: config.cut,
                offset: (rate / (1.0 - rate)).ln(),
                columns: Vec::new(),
            });
        }
        let records = design(x, &scale, config.cut, &drawn);
        let [lost, won] = moments(records, won, smoothing)?;
        let spread = |m: &ClassMoments| m.sigma.iter().fold(0.0, |sum, v| sum + v.ln());
        let offset = (won.prior / lost.prior).ln() - 0.5 * (spread(&won) - spread(&lost));
        let normal = |m: &ClassMoments, j: usize| Normal {
            mean: m.theta[j],
            half_precision: 0.5 / m.sigma[j],
        };
        let columns = (0..x.columns()).map(|j| [normal(&lost, j), normal(&won, j)]).collect();
        Ok(Self { scale, cut: config.cut, offset, columns })
    }

    /// Probability of a win for one row, in `0.0..=1.0`.
    ///
    /// `None` when the row has another number of columns than the examples had, or holds a value
    /// that is not finite.
    pub fn predict(&self, row: &[f64]) -> Option<f64> {
        let fits = row.len() == self.scale.features() && row.iter().all(|x| x.is_finite());
        fits.then(|| self.probability(row))
    }

    /// [`GaussianBayes::predict`] for every row of a table.
    ///
    /// # Errors
    /// [`FitError::WrongCount`] when the table has another number of columns.
    pub fn predict_all(&self, x: Table<'_>) -> Result<Vec<f64>, FitError> {
        if x.columns() != self.scale.features() {
            let (expected, found) = (self.scale.features(), x.columns());
            return Err(FitError::WrongCount { example: 0, expected, found });
        }
        Ok((0..x.rows()).map(|i| self.probability(x.row(i))).collect())
    }

    fn probability(&self, row: &[f64]) -> f64 {
        let terms = self.columns.iter().zip(row).enumerate();
        let log_odds = terms.fold(self.offset, |sum, (j, ([lost, won], x))| {
            let z = self.scale.within(j, *x, self.cut);
            sum + lost.distance(z) - won.distance(z)
        });
        sigmoid(log_odds)
    }
}

impl Normal {
    fn distance(self, z: f64) -> f64 {
        let d = z - self.mean;
        d * d * self.half_precision
    }
}

/// What linfa's fitted model holds, in its own serialised form. Read through a map with an order.
#[derive(Deserialize)]
struct Moments {
    class_info: BTreeMap<usize, ClassMoments>,
}

/// Moments of one outcome.
#[derive(Deserialize)]
pub(crate) struct ClassMoments {
    /// Share of this outcome, > 0.
    pub(crate) prior: f64,
    /// Mean per column.
    pub(crate) theta: Array1<f64>,
    /// Variance per column, > 0.
    pub(crate) sigma: Array1<f64>,
}

/// Moments of losses and wins, both of which there must be. Fits by linfa and reads the moments,
/// which linfa keeps to itself, from its serialised form.
pub(crate) fn moments(
    records: Array2<f64>,
    won: Array1<usize>,
    smoothing: f64,
) -> Result<[ClassMoments; 2], FitError> {
    let fitted = GaussianNb::<f64, usize>::params()
        .var_smoothing(smoothing)
        .fit(&Dataset::new(records, won))
        .map_err(|e| solver(&e.to_string()))?;
    let value = serde_json::to_value(&fitted).map_err(|e| solver(&e.to_string()))?;
    let mut moments: Moments = serde_json::from_value(value).map_err(|e| solver(&e.to_string()))?;
    let mut class = |outcome: usize| {
        moments.class_info.remove(&outcome).ok_or_else(|| solver("an outcome is missing"))
    };
    Ok([class(0)?, class(1)?])
}

fn solver(detail: &str) -> FitError {
    FitError::Solver { member: "naive_bayes", detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plain;
    use linfa_bayes::NaiveBayes as _;

    #[test]
    fn probabilities_are_those_of_linfa() {
        let plain = Plain::world(300, 3, 0.4, 31);
        let config = GaussianConfig::default();
        let model = GaussianBayes::fit(&config, &plain.examples()).unwrap();
        let all: Vec<usize> = (0..300).collect();
        let records = design(plain.x(), &model.scale, config.cut, &all);
        let won = Array1::from_iter(plain.won.iter().map(|w| usize::from(*w)));
        let fitted = GaussianNb::<f64, usize>::params()
            .var_smoothing(config.smoothing)
            .fit(&Dataset::new(records.clone(), won))
            .unwrap();
        let (theirs, _) = fitted.predict_proba(records.view());
        for (i, p) in model.predict_all(plain.x()).unwrap().into_iter().enumerate() {
            assert!((p - theirs[[i, 1]]).abs() < 1e-12, "{p} {}", theirs[[i, 1]]);
            assert_eq!(model.predict(plain.x().row(i)), Some(p));
        }
    }

    #[test]
    fn without_spread_or_with_one_outcome_the_answer_is_the_rate() {
        let mut plain = Plain::world(60, 2, 0.3, 5);
        plain.values.fill(2.0);
        let model = GaussianBayes::fit(&GaussianConfig::default(), &plain.examples()).unwrap();
        let rate = plain.examples().base_rate();
        assert!((model.predict(&[9.0, 9.0]).unwrap() - rate).abs() < 1e-12);
        plain.won.fill(true);
        let model = GaussianBayes::fit(&GaussianConfig::default(), &plain.examples()).unwrap();
        assert_eq!(model.predict(&[9.0, 9.0]), Some(1.0));
        assert_eq!(model.predict(&[9.0]), None);
        let bad = GaussianConfig { smoothing: 0.0, ..GaussianConfig::default() };
        assert!(GaussianBayes::fit(&bad, &plain.examples()).is_err());
    }
}
