//! The same positions at another time.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::{Placebo, PlaceboError};
use crate::bootstrap::Chance;
use crate::performance::sharpe;

/// Turns the strategy's positions round against history: what is past its end comes in at its
/// beginning.
///
/// - `positions`: weight held during each session, decided before it; `costs`: what trading into it
///   cost, as a return, at least 0 (empty for none); `returns`: of the market. All of one length.
///
/// The result is the annual Sharpe ratio of `position * return - cost`. Positions keep their sizes,
/// order and costs, returns keep theirs; only that they belong together is lost. With no more than
/// `replications` sessions every rotation is taken once, otherwise so many are drawn.
///
/// # Errors
/// [`PlaceboError`] for series of different lengths, without a position or a replicate, and where
/// the ratio or all placebos' ratios are not defined.
pub fn rotations(
    positions: &[f64],
    costs: &[f64],
    returns: &[f64],
    replications: usize,
    seed: u64,
) -> Result<Placebo, PlaceboError> {
    let n = returns.len();
    let given = [positions.len(), if costs.is_empty() { n } else { costs.len() }];
    if let Some(found) = given.into_iter().find(|length| *length != n) {
        return Err(PlaceboError::Lengths { found, expected: n });
    }
    let turned = |by: usize| {
        let net: Vec<f64> = (0..n)
            .map(|t| {
                let from = (t + by) % n;
                positions[from] * returns[t] - costs.get(from).copied().unwrap_or(0.0)
            })
            .collect();
        sharpe(&net)
    };
    let offsets: Vec<usize> = if n.saturating_sub(1) <= replications {
        (1..n).collect()
    } else {
        let mut chance = Chance::numbered(seed, 0);
        (0..replications).map(|_| 1 + chance.below(n - 1)).collect()
    };
    let placebos: Vec<f64> =
        offsets.into_par_iter().map(|by| turned(by).unwrap_or(f64::NAN)).collect();
    let trades = positions.iter().filter(|position| **position != 0.0).count();
    turned(0)
        .and_then(|actual| Placebo::beside(actual, &placebos))
        .ok_or(PlaceboError::Nothing { trades, replications })
}
