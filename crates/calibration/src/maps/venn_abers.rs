//! Venn-ABERS prediction: two isotonic fits that bracket the truth.

use serde::{Deserialize, Serialize};

use super::examples::{Examples, Tied};
use super::{Bounds, CalibrationMap, Estimate, checked};
use crate::error::CalibrationError;

/// Inductive Venn-ABERS prediction.
///
/// For a score, p0 is the isotonic fit there had the score itself been added to the examples as a
/// loss of weight 1, p1 had it been added as a win. If examples and forecast are exchangeable one
/// of the two is a calibrated probability; their distance says how much one more outcome would
/// move the fit. As one number they are merged to `p1 / (1 - p0 + p1)`, which is minimax for log
/// loss. Markets are not exchangeable: the guarantee then holds no longer, the width still informs.
///
/// - **Bounds of an estimate:** p0 and p1.
/// - **Edges:** below the lowest example p0 is 0, above the highest p1 is 1.
/// - **Cost:** n log n to sort, then linear for both fits at every score at once; log n to ask.
///
/// **Source:** Vovk and Petej, UAI (2014); Vovk, Petej and Fedorova, NIPS (2015), for all fits at
/// once and for the merging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VennAbersMap {
    steps: Vec<Step>,
}

/// The two fits at one score of the examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Step {
    score: f64,
    /// Holds from this score up to the next.
    p0: f64,
    /// Holds down to the score before.
    p1: f64,
}

impl VennAbersMap {
    /// The fit.
    pub fn fit(examples: &Examples<'_>) -> Self {
        let tied = examples.tied();
        let with_a_win = fits_with_a_win(&tied);
        // With wins and losses, and up and down, exchanged it is the same question.
        let mirrored: Vec<Tied> =
            tied.iter().rev().map(|t| Tied { wins: t.weight - t.wins, ..*t }).collect();
        let with_a_loss = fits_with_a_win(&mirrored);
        let steps = tied
            .iter()
            .zip(with_a_win)
            .zip(with_a_loss.into_iter().rev())
            .map(|((t, p1), mirrored)| Step { score: t.score, p0: 1.0 - mirrored, p1 });
        Self { steps: steps.collect() }
    }

    /// p0 and p1 at a score.
    ///
    /// # Errors
    /// [`CalibrationError::Score`] when `p` is NaN or outside `0..=1`.
    pub fn pair(&self, p: f64) -> Result<Bounds, CalibrationError> {
        let p = checked(p)?;
        let below = self.steps.partition_point(|step| step.score <= p);
        let from = self.steps.partition_point(|step| step.score < p);
        let lo = self.steps[..below].last().map_or(0.0, |step| step.p0);
        let hi = self.steps.get(from).map_or(1.0, |step| step.p1);
        // They can only cross by rounding.
        Ok(Bounds { lo, hi: hi.max(lo) })
    }
}

impl CalibrationMap for VennAbersMap {
    fn calibrate(&self, p: f64) -> Result<Estimate, CalibrationError> {
        let bounds = self.pair(p)?;
        Ok(Estimate { mean: bounds.hi / (1.0 - bounds.lo + bounds.hi), bounds: Some(bounds) })
    }

    fn parameters(&self) -> Vec<f64> {
        self.steps.iter().flat_map(|step| [step.score, step.p0, step.p1]).collect()
    }
}

/// A corner of the sums of outcomes over the sums of weights.
type Corner = (f64, f64);

/// The isotonic fit at each score with a win of weight 1 added there.
///
/// The fit is the slope of the highest convex curve below the running sums. The added win is a
/// stretch of slope 1; all sums before it are drawn one down and one to the left. The slope over
/// the stretch is that of the edge that bridges it, from a corner of what is drawn back to one
/// of what is not. From score to score one more sum is drawn back: if it comes to lie below the
/// bridge the new bridge begins there.
fn fits_with_a_win(tied: &[Tied]) -> Vec<f64> {
    // Above the highest loss another win changes nothing, and every edge would have slope 1.
    let until = tied.iter().rposition(|t| t.wins < t.weight).map_or(0, |highest| highest + 1);
    let sums = running_sums(&tied[..until]);
    // Corners of the curve to the right of the bridge's beginning, that one last.
    let mut corners: Vec<Corner> = Vec::with_capacity(sums.len() + 1);
    for &sum in sums.iter().rev() {
        put(&mut corners, sum);
    }
    put(&mut corners, (-1.0, -1.0));
    let mut fits = vec![1.0; tied.len()];
    for (fit, drawn) in fits.iter_mut().zip(&sums[1..]) {
        let [.., to, from] = corners[..] else { unreachable!("the last sum stays a corner") };
        *fit = slope(from, to);
        let back = (drawn.0 - 1.0, drawn.1 - 1.0);
        if turn(from, back, to) > 0.0 {
            corners.pop();
            put(&mut corners, back);
        }
    }
    fits
}

/// (weight, wins) before the first group, after it, after the second and so on.
fn running_sums(tied: &[Tied]) -> Vec<Corner> {
    let mut sum = (0.0, 0.0);
    let mut sums = vec![sum];
    for group in tied {
        sum = (sum.0 + group.weight, sum.1 + group.wins);
        sums.push(sum);
    }
    sums
}

/// In `0..=1`; 1, the slope of the added win, should rounding leave nothing to divide by.
fn slope(from: Corner, to: Corner) -> f64 {
    let run = to.0 - from.0;
    if run > 0.0 { ((to.1 - from.1) / run).clamp(0.0, 1.0) } else { 1.0 }
}

/// Puts a corner to the left of the others and takes out those that it makes not convex.
fn put(corners: &mut Vec<Corner>, new: Corner) {
    while let [.., after, next] = corners[..] {
        if turn(new, next, after) > 0.0 {
            break;
        }
        corners.pop();
    }
    corners.push(new);
}

/// Above 0 when the way from `a` over `b` to `c` bends upwards: `b` lies below the line.
///
/// From `b` on, not all from `a`: a step of one beside sums of millions would be lost in rounding.
fn turn(a: Corner, b: Corner, c: Corner) -> f64 {
    (b.0 - a.0) * (c.1 - b.1) - (c.0 - b.0) * (b.1 - a.1)
}
