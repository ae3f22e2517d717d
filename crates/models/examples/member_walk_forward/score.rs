//! How good probabilities were.

use tradebot_calibration::metrics::{Forecasts, auc, brier, ece};

use crate::stream::Stream;
use crate::walk::{Said, Walked};

const ECE_BINS: usize = 10;

/// Forecasts of one voice on the questions it answered, beside the rate of the row as it was known.
#[derive(Default)]
pub(crate) struct Voice {
    p: Vec<f64>,
    row_rate: Vec<f64>,
    rate: Vec<f64>,
    won: Vec<bool>,
    weights: Vec<f64>,
}

impl Voice {
    pub(crate) fn of(stream: &Stream, walked: &Walked, say: impl Fn(&Said) -> Option<f64>) -> Self {
        let mut voice = Self::default();
        for (asked, said) in stream.asked.iter().zip(&walked.said) {
            // Before the first fits there is nothing to compare.
            let all = said.raw.iter().all(Option::is_some);
            if let (true, Some(ended), Some(p)) = (all, asked.ended, say(said)) {
                voice.p.push(p);
                voice.row_rate.push(said.row.rate);
                voice.rate.push(said.rate);
                voice.won.push(ended.won());
                voice.weights.push(ended.uniqueness);
            }
        }
        voice
    }

    fn weighted_brier(&self, p: &[f64]) -> f64 {
        let (mut sum, mut worth) = (0.0, 0.0);
        for ((p, won), weight) in p.iter().zip(&self.won).zip(&self.weights) {
            sum += weight * (p - f64::from(u8::from(*won))).powi(2);
            worth += weight;
        }
        sum / worth
    }

    /// n, Brier, base Brier, skill, skill by uniqueness, AUC, accuracy, ECE, spread of forecasts.
    pub(crate) fn print(&self, name: &str) {
        let of = Forecasts::new(&self.p, &self.won).unwrap();
        let base = Forecasts::new(&self.row_rate, &self.won).unwrap();
        let n = self.p.len() as f64;
        let right = self.p.iter().zip(&self.won).filter(|(p, won)| (**p >= 0.5) == **won).count();
        let mean = self.p.iter().sum::<f64>() / n;
        let spread = (self.p.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / n).sqrt();
        println!(
            "  {name:<26} {n:>6}  {:.4}  {:.4}  {:+.4}  {:+.4}  {:+.4}   {:.3}  {:.3}  {:.3}  {spread:.3}",
            brier(&of),
            brier(&base),
            1.0 - brier(&of) / brier(&base),
            1.0 - self.weighted_brier(&self.p) / self.weighted_brier(&self.row_rate),
            1.0 - self.weighted_brier(&self.p) / self.weighted_brier(&self.rate),
            auc(&of).unwrap_or(f64::NAN),
            right as f64 / n,
            ece(&of, ECE_BINS),
        );
    }
}

pub(crate) fn print(name: &str, stream: &Stream, walked: &Walked) {
    println!("{name}: {} questions, {} refits", stream.asked.len(), walked.refits);
    println!(
        "  {:<26} {:>6}  Brier   base    skill    by uniq. over all  AUC    right  ECE    spread",
        "", "n"
    );
    for (at, id) in walked.ids.iter().enumerate() {
        Voice::of(stream, walked, |s| s.raw[at]).print(&format!("{id}"));
        Voice::of(stream, walked, |s| s.means[at]).print(&format!("{id}, calibrated"));
    }
    Voice::of(stream, walked, |s| Some(s.consensus.mean)).print("consensus");
    Voice::of(stream, walked, |s| Some(s.consensus.equal_weight)).print("equal weights");
}
