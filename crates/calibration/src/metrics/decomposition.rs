//! The Brier score taken apart: how much is bad calibration, how much is knowing something.

use super::binned::{Bin, equal_width_bins};
use super::isotonic::isotonic;
use super::{Forecasts, brier};
use crate::bins::bin_of;

/// Murphy's decomposition on equal-width bins, with the two terms that make it exact for
/// probabilities that differ within a bin.
///
/// `brier = reliability - resolution + uncertainty + within_variance - within_covariance`.
///
/// **Source:** Murphy, Journal of Applied Meteorology 12 (1973); Stephenson, Coelho and Jolliffe,
/// Weather and Forecasting 23 (2008).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Murphy {
    /// Squared distance of probability from rate, over bins; 0 is perfect calibration.
    pub reliability: f64,
    /// Squared distance of the bins' rates from the overall rate; higher knows more.
    pub resolution: f64,
    /// `rate (1 - rate)`: what a constant base rate scores.
    pub uncertainty: f64,
    /// Mean squared distance of probabilities from their bin's mean.
    pub within_variance: f64,
    /// Twice the mean product of distances of probabilities and outcomes from their bin's means.
    pub within_covariance: f64,
}

impl Murphy {
    /// The Brier score that the parts add up to.
    pub fn brier(&self) -> f64 {
        self.reliability - self.resolution + self.uncertainty + self.within_variance
            - self.within_covariance
    }
}

/// Takes the Brier score apart on `bins` bins of equal width, at least 1.
pub fn murphy(of: &Forecasts<'_>, bins: usize) -> Murphy {
    let bins = bins.max(1);
    let by_bin = equal_width_bins(of, bins);
    let (total, rate) = (of.len() as f64, of.rate());
    let over_bins = |f: &dyn Fn(&Bin) -> f64| {
        by_bin.iter().map(|bin| bin.n as f64 * f(bin)).sum::<f64>() / total
    };
    let home = |p: f64| &by_bin[bin_of(p, bins).expect("forecasts are checked probabilities")];
    Murphy {
        reliability: over_bins(&|bin| (bin.mean_forecast - bin.rate()).powi(2)),
        resolution: over_bins(&|bin| (bin.rate() - rate).powi(2)),
        uncertainty: rate * (1.0 - rate),
        within_variance: of.mean(|p, _| (p - home(p).mean_forecast).powi(2)),
        within_covariance: 2.0 * of.mean(|p, y| (p - home(p).mean_forecast) * (y - home(p).rate())),
    }
}

/// The decomposition without bins: against the isotonic recalibration of the same forecasts.
///
/// `brier = miscalibration - discrimination + uncertainty`, the first two never negative.
///
/// **Source:** Dimitriadis, Gneiting and Jordan, PNAS 118 (2021).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corp {
    /// What recalibration would save.
    pub miscalibration: f64,
    /// What the recalibrated forecasts know beyond the base rate.
    pub discrimination: f64,
    /// `rate (1 - rate)`.
    pub uncertainty: f64,
}

/// Takes the Brier score apart without bins. Equal probabilities are recalibrated as one.
pub fn corp(of: &Forecasts<'_>) -> Corp {
    let order = of.by_probability();
    let (mut rates, mut counts) = (Vec::new(), Vec::new());
    for tied in order.chunk_by(|&i, &j| of.p()[i] == of.p()[j]) {
        let wins = tied.iter().filter(|&&i| of.won()[i]).count();
        rates.push(wins as f64 / tied.len() as f64);
        counts.push(tied.len() as f64);
    }
    let fitted = isotonic(&rates, &counts);
    // A group of n with rate r, all forecast as f, scores n (f^2 - 2 f r + r).
    let recalibrated = fitted
        .iter()
        .zip(&rates)
        .zip(&counts)
        .map(|((f, r), n)| n * (f * f - 2.0 * f * r + r))
        .sum::<f64>()
        / of.len() as f64;
    let uncertainty = of.rate() * (1.0 - of.rate());
    Corp {
        // Neither can be negative but by rounding.
        miscalibration: (brier(of) - recalibrated).max(0.0),
        discrimination: (uncertainty - recalibrated).max(0.0),
        uncertainty,
    }
}
