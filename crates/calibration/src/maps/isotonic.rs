//! The rising curve nearest to the outcomes.

use serde::{Deserialize, Serialize};

use super::examples::{Examples, Tied};
use super::{CalibrationMap, Estimate, checked};
use crate::error::CalibrationError;
use crate::metrics::isotonic;

/// Isotonic regression of outcomes on scores: straight lines between its knots, flat outside.
///
/// - Equal scores are pooled to their weighted share of wins before the fit; of knots of one
///   height only the outer two are kept, which changes no value. These are scikit-learn's
///   conventions.
/// - **Edges:** outcomes all alike give exactly 1 or exactly 0; so may the ends of the curve.
///
/// **Source:** Zadrozny and Elkan, KDD (2002); the fit is Ayer et al. (1955).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IsotonicMap {
    /// (score, probability): scores strictly rising, probabilities never falling.
    knots: Vec<(f64, f64)>,
}

impl IsotonicMap {
    /// The fit. Costs n log n.
    pub fn fit(examples: &Examples<'_>) -> Self {
        let tied = examples.tied();
        let rates: Vec<f64> = tied.iter().map(|t| t.wins / t.weight).collect();
        let weights: Vec<f64> = tied.iter().map(|t| t.weight).collect();
        Self { knots: outer_knots(&tied, &isotonic(&rates, &weights)) }
    }

    /// (score, probability) of each knot: scores strictly rising, probabilities never falling.
    pub fn knots(&self) -> &[(f64, f64)] {
        &self.knots
    }

    fn at(&self, p: f64) -> f64 {
        let above = self.knots.partition_point(|knot| knot.0 <= p);
        match (self.knots[..above].last(), self.knots.get(above)) {
            (Some(&(x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * ((p - x0) / (x1 - x0)),
            (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
            (None, None) => unreachable!("there is no fit to no examples"),
        }
    }
}

/// The knots without those whose neighbours are as high as they are.
fn outer_knots(tied: &[Tied], heights: &[f64]) -> Vec<(f64, f64)> {
    let inner = |i: usize| {
        i > 0
            && i + 1 < heights.len()
            && heights[i - 1] == heights[i]
            && heights[i] == heights[i + 1]
    };
    let knots = tied.iter().zip(heights).enumerate();
    knots.filter(|(i, _)| !inner(*i)).map(|(_, (t, height))| (t.score, *height)).collect()
}

impl CalibrationMap for IsotonicMap {
    fn calibrate(&self, p: f64) -> Result<Estimate, CalibrationError> {
        Ok(Estimate::point(self.at(checked(p)?)))
    }

    fn parameters(&self) -> Vec<f64> {
        self.knots.iter().flat_map(|&(x, y)| [x, y]).collect()
    }
}
