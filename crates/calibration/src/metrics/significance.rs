//! Whether a calibration error could be chance.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use statrs::function::erf::erfc;

use super::Forecasts;
use super::binned::ece;

/// Spiegelhalter's test of perfect calibration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spiegelhalter {
    /// Standard normal under perfect calibration and independent outcomes.
    pub z: f64,
    /// Two-sided p-value.
    pub p_value: f64,
}

/// Spiegelhalter's test; `None` when every probability is 0, one half or 1, on which it is blind.
///
/// Overlapping outcomes are not independent and make the p-value too small.
///
/// **Source:** Spiegelhalter, Statistics in Medicine 5 (1986).
pub fn spiegelhalter(of: &Forecasts<'_>) -> Option<Spiegelhalter> {
    let surprise: f64 = of.pairs().map(|(p, y)| (y - p) * (1.0 - 2.0 * p)).sum();
    let variance: f64 = of.p().iter().map(|p| (1.0 - 2.0 * p).powi(2) * p * (1.0 - p)).sum();
    (variance > 0.0).then(|| {
        let z = surprise / variance.sqrt();
        Spiegelhalter { z, p_value: erfc(z.abs() / std::f64::consts::SQRT_2) }
    })
}

/// What a measure of calibration error would be if every probability were right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NullBand {
    /// Mean over the simulations: the bias of the measure.
    pub mean: f64,
    /// 95 % quantile: an error above it is not chance.
    pub upper: f64,
}

/// The band of any measure: simulates outcomes from the probabilities themselves, independent of
/// each other; the same seed gives the same band.
///
/// - `simulations` at least 1; a thousand is usual. The quantile is the value at rank
///   `ceil(0.95 simulations)`.
///
/// ```
/// use tradebot_calibration::metrics::{Forecasts, ace, null_band};
///
/// let of = Forecasts::new(&[0.2, 0.4, 0.9], &[false, true, true])?;
/// let band = null_band(&of, 1_000, 7, |simulated| ace(simulated, 2));
/// assert!(ace(&of, 2) < band.upper);
/// # Ok::<(), tradebot_calibration::metrics::MetricError>(())
/// ```
pub fn null_band(
    of: &Forecasts<'_>,
    simulations: u32,
    seed: u64,
    measure: impl Fn(&Forecasts<'_>) -> f64,
) -> NullBand {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut errors: Vec<f64> = (0..simulations.max(1))
        .map(|_| {
            let won = simulated_outcomes(of.p(), &mut random);
            measure(&Forecasts { p: of.p(), won: &won })
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    let rank = (errors.len() * 95).div_ceil(100);
    NullBand { mean: errors.iter().sum::<f64>() / errors.len() as f64, upper: errors[rank - 1] }
}

/// [`null_band`] of the expected calibration error on `bins` bins of equal width.
pub fn ece_null_band(of: &Forecasts<'_>, bins: usize, simulations: u32, seed: u64) -> NullBand {
    null_band(of, simulations, seed, |simulated| ece(simulated, bins))
}

/// One outcome for each probability, as if it were right.
pub(super) fn simulated_outcomes(p: &[f64], random: &mut Xoshiro256PlusPlus) -> Vec<bool> {
    p.iter().map(|&p| uniform(random) < p).collect()
}

/// Uniform on [0, 1) in steps of 2^-53.
fn uniform(random: &mut Xoshiro256PlusPlus) -> f64 {
    (random.next_u64() >> 11) as f64 * (0.5_f64).powi(53)
}
