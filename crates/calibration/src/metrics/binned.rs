//! Calibration error by bins. Biased upwards in small samples and dependent on the bins: to be
//! reported with their number, the number of forecasts and a null band.

use super::Forecasts;
use crate::bins::bin_of;

/// Forecasts that fell into one bin.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// Forecasts.
    pub n: usize,
    /// Wins among them.
    pub wins: usize,
    /// Their mean probability; 0 when there are none.
    pub mean_forecast: f64,
}

impl Bin {
    /// Share of wins; 0 when there are none.
    pub fn rate(&self) -> f64 {
        if self.n == 0 { 0.0 } else { self.wins as f64 / self.n as f64 }
    }

    /// Distance of the mean probability from the share of wins; 0 when there are none.
    pub fn gap(&self) -> f64 {
        (self.mean_forecast - self.rate()).abs()
    }

    fn of(members: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut bin = Self::default();
        let mut sum = 0.0;
        for (p, won) in members {
            bin.n += 1;
            bin.wins += usize::from(won);
            sum += p;
        }
        bin.mean_forecast = if bin.n == 0 { 0.0 } else { sum / bin.n as f64 };
        bin
    }
}

/// `bins` bins of equal width, empty ones included; see [`bin_of`] for their borders.
pub fn equal_width_bins(of: &Forecasts<'_>, bins: usize) -> Vec<Bin> {
    let mut members = vec![Vec::new(); bins];
    for (&p, &won) in of.p().iter().zip(of.won()) {
        if let Some(bin) = bin_of(p, bins) {
            members[bin].push((p, won));
        }
    }
    members.into_iter().map(|of_bin| Bin::of(of_bin.into_iter())).collect()
}

/// `bins` bins of equal count in ascending order of probability; when the count does not divide,
/// the first ones hold one more. Ties stay in their order.
pub fn equal_mass_bins(of: &Forecasts<'_>, bins: usize) -> Vec<Bin> {
    let order = of.by_probability();
    let (each, more) = (of.len() / bins.max(1), of.len() % bins.max(1));
    let mut rest = order.as_slice();
    (0..bins)
        .map(|bin| {
            let (these, after) = rest.split_at(each + usize::from(bin < more));
            rest = after;
            Bin::of(these.iter().map(|&i| (of.p()[i], of.won()[i])))
        })
        .collect()
}

/// Expected calibration error: mean gap of equal-width bins, weighted by their counts.
pub fn ece(of: &Forecasts<'_>, bins: usize) -> f64 {
    mean_gap(&equal_width_bins(of, bins))
}

/// Maximum calibration error: the widest gap of equal-width bins.
pub fn mce(of: &Forecasts<'_>, bins: usize) -> f64 {
    equal_width_bins(of, bins).iter().map(Bin::gap).fold(0.0, f64::max)
}

/// Adaptive calibration error: the same mean gap over equal-mass bins.
pub fn ace(of: &Forecasts<'_>, bins: usize) -> f64 {
    mean_gap(&equal_mass_bins(of, bins))
}

fn mean_gap(bins: &[Bin]) -> f64 {
    let total: usize = bins.iter().map(|bin| bin.n).sum();
    if total == 0 {
        return 0.0;
    }
    bins.iter().map(|bin| bin.n as f64 * bin.gap()).sum::<f64>() / total as f64
}
