//! Scores of single probabilities.

use super::Forecasts;
use crate::posterior::BetaPosterior;

/// What probabilities are clipped to, from both ends, before logarithms.
pub const LOG_CLIP: f64 = 1e-6;

/// Mean of `(p - y)^2`, in 0 to 1; a constant one half scores 0.25.
///
/// **Source:** Brier, Monthly Weather Review 78 (1950), in its one-component form.
pub fn brier(of: &Forecasts<'_>) -> f64 {
    of.mean(|p, y| (p - y) * (p - y))
}

/// Mean of `-ln` of the probability given to what happened, clipped by [`LOG_CLIP`]; nats.
pub fn log_loss(of: &Forecasts<'_>) -> f64 {
    of.mean(|p, y| {
        let p = p.clamp(LOG_CLIP, 1.0 - LOG_CLIP);
        -(y * p.ln() + (1.0 - y) * (-p).ln_1p())
    })
}

/// Brier skill score, `1 - brier / reference`; `None` when the reference is 0.
///
/// The reference has to be a score that could have been had at the time, such as that of
/// [`prequential_base_rate`]; the rate of the very period being scored could not.
pub fn brier_skill(brier: f64, reference: f64) -> Option<f64> {
    (reference > 0.0).then(|| 1.0 - brier / reference)
}

/// The base rate as it was known before each outcome: Beta(2,2) plus those before it.
///
/// **Shape:** one per outcome, the first 0.5.
pub fn prequential_base_rate(won: &[bool]) -> Vec<f64> {
    let mut belief = BetaPosterior::ROOT;
    won.iter()
        .map(|&won| {
            let before = belief.mean();
            belief = belief.updated(f64::from(u8::from(won)), f64::from(u8::from(!won)));
            before
        })
        .collect()
}

/// The base rate as it was known when each forecast was issued, outcomes being known only after
/// `delay` further forecasts: Beta(2,2) plus those known by then. A delay of 0 is
/// [`prequential_base_rate`].
///
/// **Shape:** one per outcome, the first `delay + 1` of them 0.5.
pub fn delayed_base_rate(won: &[bool], delay: usize) -> Vec<f64> {
    let known = won.len().saturating_sub(delay);
    let mut rates = vec![BetaPosterior::ROOT.mean(); won.len() - known];
    rates.extend(prequential_base_rate(&won[..known]));
    rates
}

/// Brier skill of forecasts in the order of their issue against [`delayed_base_rate`]; `None` when
/// that one is without fault.
pub fn prequential_brier_skill(of: &Forecasts<'_>, delay: usize) -> Option<f64> {
    let reference = delayed_base_rate(of.won(), delay);
    brier_skill(brier(of), brier(&Forecasts { p: &reference, won: of.won() }))
}

/// Brier skill of the last `window` forecasts against `reference` on the same ones.
///
/// **Shape:** one per forecast. `None` before `window` forecasts, where the reference is without
/// fault, for a window of 0, and everywhere when `reference` is not as long as the forecasts.
pub fn rolling_brier_skill(
    of: &Forecasts<'_>,
    reference: &[f64],
    window: usize,
) -> Vec<Option<f64>> {
    if reference.len() != of.len() || window == 0 {
        return vec![None; of.len()];
    }
    let missed = |p: &[f64]| -> Vec<f64> {
        p.iter().zip(of.pairs()).map(|(p, (_, y))| (p - y) * (p - y)).collect()
    };
    let (own, other) = (missed(of.p()), missed(reference));
    (1..=of.len())
        .map(|until| {
            let from = until.checked_sub(window)?;
            let sum = |missed: &[f64]| missed[from..until].iter().sum::<f64>();
            brier_skill(sum(&own), sum(&other))
        })
        .collect()
}

/// Chance that a random win was given a higher probability than a random loss, ties one half;
/// `None` when all outcomes are alike.
pub fn auc(of: &Forecasts<'_>) -> Option<f64> {
    let order = of.by_probability();
    let wins = of.won().iter().filter(|&&won| won).count() as f64;
    let losses = of.len() as f64 - wins;
    if wins == 0.0 || losses == 0.0 {
        return None;
    }
    // Mann and Whitney: the sum of the wins' mid-ranks, less what it is at least.
    let mut rank_sum = 0.0;
    let mut ranked = 0;
    for tied in order.chunk_by(|&i, &j| of.p()[i] == of.p()[j]) {
        let mid_rank = ranked as f64 + f64::midpoint(tied.len() as f64, 1.0);
        rank_sum += mid_rank * tied.iter().filter(|&&i| of.won()[i]).count() as f64;
        ranked += tied.len();
    }
    Some((rank_sum - wins * (wins + 1.0) / 2.0) / (wins * losses))
}
