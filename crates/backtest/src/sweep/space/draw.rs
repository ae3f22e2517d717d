//! Points at random.

use std::collections::BTreeSet;

use super::{Parameters, Space};
use crate::bootstrap::Chance;

/// Grids up to this size are dealt out like cards; of larger ones points are drawn and looked at.
const DEALT_SIZE_MAX: u128 = 100_000;
/// Draws per point wanted from a large grid, before it is taken as having no more.
const DRAWS_PER_POINT: usize = 100;

impl Space {
    /// Different points that meet the constraints, each as likely as any other, in random order.
    ///
    /// Fewer than `count` where there are no more; of a space above 100,000 points also where
    /// constraints leave so little of it that 100 draws per point wanted do not find enough. The
    /// same seed gives the same points.
    ///
    /// **Source:** Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", Journal of
    /// Machine Learning Research 13 (2012), which is why random points are worth having: where few of
    /// the axes matter, they try more values of those than a grid of the same size.
    pub fn random(&self, count: usize, seed: u64) -> Vec<Parameters> {
        let mut chance = Chance::numbered(seed, 0);
        if self.size() <= DEALT_SIZE_MAX {
            let mut points: Vec<Parameters> = self.grid().collect();
            chance.shuffle(&mut points);
            points.truncate(count);
            return points;
        }
        let (mut seen, mut points) = (BTreeSet::new(), Vec::new());
        for _ in 0..count.saturating_mul(DRAWS_PER_POINT) {
            if points.len() == count {
                break;
            }
            let rungs = self.random_rungs(&mut chance);
            let Some(point) = self.at(&rungs) else { continue };
            if seen.insert(rungs) {
                points.push(point);
            }
        }
        points
    }

    /// One rung per axis, whether or not constraints are met.
    fn random_rungs(&self, chance: &mut Chance) -> Vec<usize> {
        self.axes.iter().map(|axis| chance.below(axis.ladder.len())).collect()
    }
}
