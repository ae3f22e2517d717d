//! The level of prices, from the newest bar back.

use tradebot_domain::Bar;

use super::{Proposal, Repair};

/// Bars whose median close says where prices are now: two bad ones at the end do not move it.
const NEWEST: usize = 5;
/// Daily noise is never taken to be less than this.
const NOISE_MIN: f64 = 0.01;

/// Where prices stand at the end of the series; none without prices.
pub(super) fn newest(bars: &[Bar]) -> Option<f64> {
    let closes = bars.iter().rev().map(|bar| bar.close).filter(|c| is_price(*c)).take(NEWEST);
    median(closes.collect())
}

/// A number that can be a price.
pub(super) fn is_price(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// A usual move from close to close, as a log return: 1.4826 times the median of the absolute ones,
/// which estimates the standard deviation of a normal and does not see a few jumps.
pub(super) fn noise(bars: &[Bar]) -> f64 {
    let moves = bars
        .windows(2)
        .filter(|pair| is_price(pair[0].close) && is_price(pair[1].close))
        .map(|pair| (pair[1].close / pair[0].close).ln().abs());
    median(moves.collect()).map_or(NOISE_MIN, |m| (1.4826 * m).max(NOISE_MIN))
}

/// The middle value; the upper of two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// A factor explains a price: with it the price is at the level, without it the factor away.
pub(super) fn explains(factor: f64, price: f64, level: f64, noise: f64) -> bool {
    let (off, size) = ((price / level).ln(), factor.ln().abs());
    let left = (off + factor.ln()).abs();
    left <= (5.0 * noise).max(0.15).min(size / 3.0) && off.abs() >= size * 2.0 / 3.0
}

/// Runs of neighbouring bars with the same factors, as proposals.
pub(super) fn runs(
    bars: &[Bar],
    factors: &[[f64; 5]],
    because: impl Fn(&Bar, &[f64; 5], usize) -> String,
) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    let mut at = 0;
    while at < bars.len() {
        let same = factors[at..].iter().take_while(|f| **f == factors[at]).count();
        if factors[at] != [1.0; 5] {
            let (first, last) = (&bars[at], &bars[at + same - 1]);
            let (from, to) = (first.date, last.date);
            let repair = Repair::Scale { from, to, bars: same, factors: factors[at] };
            proposals.push(Proposal { repair, because: because(first, &factors[at], same) });
        }
        at += same;
    }
    proposals
}
