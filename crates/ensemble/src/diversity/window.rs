//! The errors of the last so many outcomes, member by member.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::error_correlation;

/// Errors `p - y` of the last `window` outcomes, with gaps where a member had no opinion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ErrorWindow {
    members: usize,
    window: usize,
    errors: VecDeque<Vec<Option<f64>>>,
}

impl ErrorWindow {
    /// No outcomes yet. `window` at least 1; 60 is usual.
    pub fn new(members: usize, window: usize) -> Self {
        Self { members, window: window.max(1), errors: VecDeque::new() }
    }

    /// Takes one outcome; one probability per member, `None` where it had no opinion.
    pub fn push(&mut self, advice: &[Option<f64>], won: bool) {
        let y = f64::from(u8::from(won));
        if self.errors.len() == self.window {
            self.errors.pop_front();
        }
        self.errors.push_back(advice.iter().map(|p| p.map(|p| p - y)).collect());
    }

    /// Mean squared error of each member over those outcomes that it had an opinion on; `None`
    /// without any.
    pub fn brier(&self) -> Vec<Option<f64>> {
        let mean = |k: usize| {
            let squares = || self.errors.iter().filter_map(|row| row[k]).map(|e| e * e);
            let n = squares().count();
            (n > 0).then(|| squares().sum::<f64>() / n as f64)
        };
        (0..self.members).map(mean).collect()
    }

    /// [`error_correlation`] of two members over the outcomes that both had an opinion on.
    pub fn correlation(&self, a: usize, b: usize) -> Option<f64> {
        let both = self.errors.iter().filter_map(|row| Some((row[a]?, row[b]?)));
        let (a, b): (Vec<f64>, Vec<f64>) = both.unzip();
        error_correlation(&a, &b)
    }

    /// Correlations of all pairs: one row and one column per member.
    pub fn correlations(&self) -> Vec<Vec<Option<f64>>> {
        let row = |a| (0..self.members).map(|b| self.correlation(a, b)).collect();
        (0..self.members).map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Round = ([Option<f64>; 3], bool);

    fn round() -> impl Strategy<Value = Round> {
        (prop::array::uniform3(prop::option::weighted(0.7, 0.0_f64..=1.0)), any::<bool>())
    }

    fn filled(rounds: &[Round], window: usize) -> ErrorWindow {
        let mut errors = ErrorWindow::new(3, window);
        for (advice, won) in rounds {
            errors.push(advice, *won);
        }
        errors
    }

    fn last(rounds: &[Round], window: usize) -> impl Iterator<Item = &Round> {
        rounds.iter().skip(rounds.len().saturating_sub(window))
    }

    /// Sums of powers instead of deviations.
    fn textbook(pairs: &[(f64, f64)]) -> f64 {
        let n = pairs.len() as f64;
        let sum = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
        let (a, b) = (sum(|p| p.0), sum(|p| p.1));
        let (aa, bb, ab) = (sum(|p| p.0 * p.0), sum(|p| p.1 * p.1), sum(|p| p.0 * p.1));
        (n * ab - a * b) / ((n * aa - a * a).sqrt() * (n * bb - b * b).sqrt())
    }

    #[test]
    fn nothing_scored_has_no_score_and_no_correlation() {
        let errors = ErrorWindow::new(3, 60);
        assert_eq!(errors.brier(), [None; 3]);
        assert_eq!(errors.correlation(0, 1), None);
    }

    proptest! {
        #[test]
        fn scores_are_those_of_the_last_outcomes_with_an_opinion(
            rounds in prop::collection::vec(round(), 0..120), window in 1_usize..80,
        ) {
            let errors = filled(&rounds, window);
            for (k, brier) in errors.brier().into_iter().enumerate() {
                let (mut sum, mut n) = (0.0, 0.0);
                for (advice, won) in last(&rounds, window) {
                    if let Some(p) = advice[k] {
                        sum += if *won { (1.0 - p).powi(2) } else { p.powi(2) };
                        n += 1.0;
                    }
                }
                prop_assert_eq!(brier.is_some(), n > 0.0);
                prop_assert!(brier.is_none_or(|brier| (brier - sum / n).abs() < 1e-12));
            }
        }

        #[test]
        fn correlations_are_those_of_the_outcomes_that_both_had_an_opinion_on(
            rounds in prop::collection::vec(round(), 40..120), window in 30_usize..80,
        ) {
            let all = filled(&rounds, window).correlations();
            for (a, b) in [(0, 1), (0, 2), (1, 2)] {
                let y = |won: bool| f64::from(u8::from(won));
                let pairs: Vec<_> = last(&rounds, window)
                    .filter_map(|(p, won)| Some((p[a]? - y(*won), p[b]? - y(*won))))
                    .collect();
                if pairs.len() > 5 {
                    let got = all[a][b].unwrap();
                    prop_assert!((got - textbook(&pairs)).abs() < 1e-9, "{got}");
                    prop_assert!((got - all[b][a].unwrap()).abs() < 1e-12);
                }
            }
        }
    }
}
