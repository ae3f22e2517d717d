//! The probability of backtest overfitting, by combinatorially symmetric cross-validation.
//!
//! History is cut into an even number of blocks. Every choice of half of the blocks is in sample
//! once, the other half out of sample: the strategy with the best Sharpe ratio in sample is looked
//! up among the ratios out of sample. A choice that knows something finds its strategy near the top
//! there; one that fits noise finds it anywhere.
//!
//! A half and its complement are two splits made of the same sums, and the halves that share a
//! beginning share the sums of that beginning, so a split costs a few additions per strategy and
//! nothing is allocated for it. Both halves are added up from their own blocks, never as the whole
//! less the other half: strategies that did the same in a half are tied in it to the last bit.
//!
//! **Source:** Bailey, Borwein, Lopez de Prado and Zhu, "The Probability of Backtest Overfitting",
//! Journal of Computational Finance 20 (2017), section 2.2.

mod blocks;
mod halves;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Panel;
use crate::summary::{mean, sum};
use blocks::Blocks;
use halves::Chosen;

/// Most blocks: 24 already make 2,704,156 splits.
pub const BLOCKS_MAX: usize = 24;

/// What the strategy chosen on one half of history did on the other, over all halves.
///
/// Lists hold one entry per split, in the lexicographic order of the blocks in sample: the split of
/// blocks 0, 1, 2, ... comes first and its complement last. Ratios are Sharpe ratios per session
/// (n - 1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cscv {
    /// Probability of backtest overfitting: share of splits whose logit is 0 or less, in which the
    /// chosen strategy was no better than the median out of sample.
    pub probability: f64,
    /// Mean logit.
    pub mean_logit: f64,
    /// Slope of the ratio out of sample on that in sample, least squares; negative where more in
    /// sample meant less out of it. `None` when the ratios in sample are all equal.
    pub slope: Option<f64>,
    /// Where that line meets a ratio in sample of 0.
    pub intercept: Option<f64>,
    /// Share of splits in which the chosen strategy lost money out of sample.
    pub share_losing: f64,
    /// Logit `ln(w / (1 - w))` of the relative rank w out of sample of the chosen strategy: 1 is
    /// the worst rank, ties share their mean rank, and w is the rank over the strategies + 1.
    pub logits: Vec<f64>,
    /// The strategy chosen: the best ratio in sample, the first of those that are tied.
    pub chosen: Vec<u32>,
    /// Its ratio in sample.
    pub in_sample: Vec<f64>,
    /// Its ratio out of sample.
    pub out_of_sample: Vec<f64>,
}

/// Why a panel cannot be cut into halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CscvError {
    /// An odd number of blocks, none, or too many.
    #[error("{blocks} blocks; an even number from 2 to {BLOCKS_MAX} is needed")]
    Blocks {
        /// Blocks asked for.
        blocks: usize,
    },
    /// A half would have fewer than two sessions.
    #[error("{sessions} sessions cannot be cut into {blocks} blocks with at least 2 in a half")]
    TooShort {
        /// Sessions of the panel.
        sessions: usize,
        /// Blocks asked for.
        blocks: usize,
    },
    /// There is nothing to choose from.
    #[error("{strategies} strategy leaves no choice; at least 2 are needed")]
    OneStrategy {
        /// Strategies of the panel.
        strategies: usize,
    },
}

/// Chooses the best strategy of each half of the `blocks` blocks and looks it up in the other half.
///
/// Blocks are contiguous; where sessions do not divide, the first blocks have one more. A strategy
/// without variance in a half has ratio 0 there: it earned nothing for its risk. Ratios that agree
/// to twelve digits are tied. The result does not depend on the number of threads.
///
/// - **Cost:** `C(blocks, blocks / 2)` splits of a few operations per strategy: 16 blocks make
///   12,870, 24 make 2,704,156.
///
/// # Errors
/// [`CscvError`] for an odd number of blocks or more than [`BLOCKS_MAX`], fewer sessions than
/// blocks (or than 4), or a single strategy.
pub fn cscv(panel: &Panel, blocks: usize) -> Result<Cscv, CscvError> {
    let (sessions, strategies) = (panel.sessions(), panel.strategies());
    if blocks == 0 || blocks > BLOCKS_MAX || !blocks.is_multiple_of(2) {
        return Err(CscvError::Blocks { blocks });
    }
    if sessions < blocks.max(4) {
        return Err(CscvError::TooShort { sessions, blocks });
    }
    if strategies < 2 {
        return Err(CscvError::OneStrategy { strategies });
    }
    let pairs = halves::all(&Blocks::of(panel, blocks));
    // A half stands as far from the start of the order as its complement from the end.
    let splits: Vec<Chosen> =
        pairs.iter().map(|pair| pair[0]).chain(pairs.iter().rev().map(|pair| pair[1])).collect();
    Ok(report(&splits, strategies))
}

fn report(splits: &[Chosen], strategies: usize) -> Cscv {
    let count = splits.len() as f64;
    let logit_of: Vec<f64> = (0..=2 * strategies).map(|rank| logit(rank, strategies)).collect();
    let logits: Vec<f64> = splits.iter().map(|s| logit_of[s.rank_twice as usize]).collect();
    let in_sample: Vec<f64> = splits.iter().map(|s| s.in_sample).collect();
    let out_of_sample: Vec<f64> = splits.iter().map(|s| s.out_of_sample).collect();
    let line = line(&in_sample, &out_of_sample);
    let share =
        |holds: &dyn Fn(&Chosen) -> bool| splits.iter().filter(|s| holds(s)).count() as f64 / count;
    Cscv {
        // In whole numbers, so that the median itself is not a matter of rounding.
        probability: share(&|s| s.rank_twice as usize <= strategies + 1),
        mean_logit: sum(logits.iter().copied()) / count,
        slope: line.map(|(slope, _)| slope),
        intercept: line.map(|(_, intercept)| intercept),
        share_losing: share(&|s| s.out_of_sample < 0.0),
        chosen: splits.iter().map(|s| s.strategy).collect(),
        logits,
        in_sample,
        out_of_sample,
    }
}

/// Logit of a rank, given twice, among so many.
fn logit(rank_twice: usize, strategies: usize) -> f64 {
    let w = rank_twice as f64 / 2.0 / (strategies + 1) as f64;
    (w / (1.0 - w)).ln()
}

/// Slope and intercept of `y` on `x`.
fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (mean_x, mean_y) = (mean(x)?, mean(y)?);
    let squares: f64 = x.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
    let products: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let slope = products / squares;
    let varies = x.iter().any(|value| *value != x[0]);
    varies.then_some((slope, mean_y - slope * mean_x))
}

#[cfg(test)]
mod tests;
