//! The product's Gaussian naive Bayes, its moments fitted by linfa.
//!
//! Each outcome has a normal distribution per standardised feature, as if features were
//! independent given the outcome, and a categorical one for the policy row (a normal fitted to a
//! 0/1 column would distort rare rows tenfold). Since features are not independent the scores
//! spread far too wide: they rank, and calibration says what they are worth.
//!
//! linfa-bayes takes no example weights: examples are drawn in proportion to uniqueness by
//! systematic resampling. Its moments are taken as they are; its probabilities are not asked for,
//! because linfa takes no common factor out and they are infinite where the likelihoods of both
//! outcomes are too small for an f64.

use ndarray::{Array1, Array2};
use tradebot_domain::Regime;

use crate::bytes::{Reader, Writer};
use crate::chance::{Chance, systematic};
use crate::error::FitError;
use crate::gaussian::{ClassMoments, moments};
use crate::input::{Input, column_name};
use crate::regression::sigmoid;
use crate::scale::{CUT, Scale};
use crate::training::TrainingSet;

/// Added to every variance, as a share of the largest: a feature that hardly varied among the
/// few examples of one outcome must not decide alone.
const SMOOTHING: f64 = 0.01;
/// Examples assumed of each policy row and outcome before any is seen (Laplace).
const ROW_PRIOR: f64 = 1.0;

/// Method and parameters in one line.
pub(crate) fn recipe() -> String {
    format!(
        "naive_bayes 1: linfa Gaussian moments, variance smoothing {SMOOTHING}, rows categorical \
         with {ROW_PRIOR} assumed of each, features standardised and cut at {CUT}"
    )
}

/// The two outcomes, losses first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NaiveBayes {
    scale: Scale,
    lost: Class,
    won: Class,
}

/// What the examples of one outcome look like.
#[derive(Debug, Clone, PartialEq)]
struct Class {
    /// Share of this outcome, > 0.
    prior: f64,
    /// Mean per standardised feature.
    mean: Vec<f64>,
    /// Variance per standardised feature, > 0.
    variance: Vec<f64>,
    /// Share of each policy row, > 0.
    rows: [f64; 5],
}

impl NaiveBayes {
    /// `None` when the examples drawn have one outcome only, or no feature has any spread.
    pub(crate) fn fit(set: &TrainingSet, seed: u64) -> Result<Option<Self>, FitError> {
        let scale = Scale::of(set);
        let drawn = systematic(&set.weights, set.weight_sum, &mut Chance::new(seed, 0));
        let targets = Array1::from_iter(drawn.iter().map(|i| usize::from(set.won[*i])));
        if scale.is_flat() || targets.iter().all(|t| *t == targets[0]) {
            return Ok(None);
        }
        let class = |outcome: usize, found: ClassMoments| {
            let rows = row_shares(
                drawn.iter().filter(|i| usize::from(set.won[**i]) == outcome).map(|i| set.rows[*i]),
            );
            let (mean, variance) = (found.theta.to_vec(), found.sigma.to_vec());
            Class { prior: found.prior, mean, variance, rows }
        };
        let [lost, won] = moments(design(set, &scale, &drawn), targets, SMOOTHING)?;
        let (lost, won) = (class(0, lost), class(1, won));
        Ok(Some(Self { scale, lost, won }))
    }

    /// In `0.0..=1.0` for a checked input.
    pub(crate) fn score(&self, input: &Input<'_>) -> f64 {
        let row = input.row.index();
        let (w, l) = (&self.won, &self.lost);
        let mut log_odds = (w.prior / l.prior).ln() + (w.rows[row] / l.rows[row]).ln();
        for (j, x) in input.features.iter().enumerate() {
            let z = self.scale.standardised(j, *x);
            log_odds += w.log_density(j, z) - l.log_density(j, z);
        }
        sigmoid(log_odds)
    }

    /// Features by how far apart the outcomes are, in pooled standard deviations (wins less
    /// losses), the farthest first.
    pub(crate) fn leanings(&self) -> Vec<(String, f64)> {
        let count = self.won.mean.len();
        let apart = |j: usize| {
            let pooled = f64::midpoint(self.won.variance[j], self.lost.variance[j]).sqrt();
            (self.won.mean[j] - self.lost.mean[j]) / pooled
        };
        let mut all: Vec<_> = (0..count).map(|j| (column_name(j, count), apart(j))).collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        all
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        self.scale.write(writer);
        for class in [&self.lost, &self.won] {
            writer.f64(class.prior);
            writer.floats(&class.mean);
            writer.floats(&class.variance);
            writer.floats(&class.rows);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        let scale = Scale::read(reader, feature_count)?;
        let lost = Class::read(reader, feature_count)?;
        let won = Class::read(reader, feature_count)?;
        Ok(Self { scale, lost, won })
    }
}

impl Class {
    /// Log of the normal density, without the constant that both outcomes share.
    #[inline]
    fn log_density(&self, j: usize, z: f64) -> f64 {
        let (d, variance) = (z - self.mean[j], self.variance[j]);
        -0.5 * (variance.ln() + d * d / variance)
    }

    fn read(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        let prior = reader.unit_f64()?;
        let mean = reader.floats(feature_count)?;
        let variance = reader.floats(feature_count)?;
        let mut rows = [0.0; 5];
        for share in &mut rows {
            *share = reader.unit_f64()?;
        }
        if rows.iter().chain(&variance).chain([&prior]).any(|x| *x <= 0.0) {
            return Err("a share or a variance is zero".to_owned());
        }
        Ok(Self { prior, mean, variance, rows })
    }
}

fn design(set: &TrainingSet, scale: &Scale, drawn: &[usize]) -> Array2<f64> {
    let mut values = Vec::with_capacity(drawn.len() * set.feature_count);
    for i in drawn {
        let features = set.example(*i).iter().enumerate();
        values.extend(features.map(|(j, x)| scale.standardised(j, *x)));
    }
    Array2::from_shape_vec((drawn.len(), set.feature_count), values)
        .expect("one value per feature and draw")
}

fn row_shares(rows: impl Iterator<Item = Regime>) -> [f64; 5] {
    let mut counts = [ROW_PRIOR; 5];
    for row in rows {
        counts[row.index()] += 1.0;
    }
    let sum: f64 = counts.iter().sum();
    counts.map(|c| c / sum)
}

#[cfg(test)]
mod tests;
