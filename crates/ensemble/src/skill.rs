//! Whether the consensus knows more than the base rate of its row.
//!
//! Per session the advantage is the sum of `u [(row rate - y)^2 - (p - y)^2]` over its resolved
//! outcomes, u their uniqueness, all rows together. Skill is shown when, over enough sessions,
//! the mean advantage less 1.645 standard errors is above zero. Outcomes of neighbouring sessions
//! overlap, so the errors are those of Newey and West with Bartlett weights.
//!
//! Sessions without outcomes are not in the series: they say nothing and would only make it
//! longer.
//!
//! **Source:** Newey and West, Econometrica 55 (1987); 1.645 is the 95 % quantile of the normal.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Standard errors that the mean has to lie above zero.
pub const STANDARD_ERRORS: f64 = 1.645;

/// The result of the test so far. All zero, and not shown, without sessions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Skill {
    /// Sessions with outcomes.
    pub sessions: u32,
    /// Mean advantage per session in squared error; positive is better than the base rate.
    pub mean: f64,
    /// Newey-West standard error of the mean.
    pub standard_error: f64,
    /// `mean - 1.645 standard_error`.
    pub lower: f64,
    /// `lower` is above zero after the sessions that it takes.
    pub shown: bool,
}

/// The sums that the test needs, so that a session costs as many steps as there are lags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkillTest {
    lag: usize,
    sessions_min: u32,
    sessions: u32,
    sum: f64,
    /// Sum of x(t) x(t - l) for l = 0..=lag.
    products: Vec<f64>,
    /// The first `lag` values.
    first: Vec<f64>,
    /// The last `lag` values, the newest at the back.
    last: VecDeque<f64>,
}

impl SkillTest {
    /// No sessions yet.
    pub fn new(lag: usize, sessions_min: u32) -> Self {
        Self {
            lag,
            sessions_min,
            sessions: 0,
            sum: 0.0,
            products: vec![0.0; lag + 1],
            first: Vec::with_capacity(lag),
            last: VecDeque::with_capacity(lag),
        }
    }

    /// Takes the advantage of one more session.
    pub fn push(&mut self, advantage: f64) {
        self.sessions += 1;
        self.sum += advantage;
        self.products[0] += advantage * advantage;
        for (product, earlier) in self.products[1..].iter_mut().zip(self.last.iter().rev()) {
            *product += advantage * earlier;
        }
        if self.lag == 0 {
            return;
        }
        if self.first.len() < self.lag {
            self.first.push(advantage);
        }
        if self.last.len() == self.lag {
            self.last.pop_front();
        }
        self.last.push_back(advantage);
    }

    /// The test as it stands.
    pub fn result(&self) -> Skill {
        if self.sessions == 0 {
            return Skill { sessions: 0, mean: 0.0, standard_error: 0.0, lower: 0.0, shown: false };
        }
        let n = f64::from(self.sessions);
        let mean = self.sum / n;
        let standard_error = (self.long_run_variance(mean) / n).sqrt();
        let lower = mean - STANDARD_ERRORS * standard_error;
        let shown = self.sessions >= self.sessions_min && lower > 0.0;
        Skill { sessions: self.sessions, mean, standard_error, lower, shown }
    }

    /// gamma(0) + 2 sum (1 - l / (lag + 1)) gamma(l), not below 0.
    fn long_run_variance(&self, mean: f64) -> f64 {
        let n = f64::from(self.sessions);
        let (mut early, mut late, mut variance) = (0.0, 0.0, 0.0);
        let lags = self.lag.min(self.sessions as usize - 1);
        for l in 0..=lags {
            if l > 0 {
                early += self.first[l - 1];
                late += self.last[self.last.len() - l];
            }
            // sum over t of (x(t) - mean) (x(t - l) - mean), from the sums kept.
            let cross = self.products[l] - mean * (2.0 * self.sum - early - late)
                + (n - l as f64) * mean * mean;
            let bartlett = 1.0 - l as f64 / (self.lag as f64 + 1.0);
            variance += if l == 0 { cross } else { 2.0 * bartlett * cross };
        }
        (variance / n).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The textbook, from the whole series.
    fn newey_west(x: &[f64], lag: usize) -> (f64, f64) {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let gamma =
            |l: usize| (l..x.len()).map(|t| (x[t] - mean) * (x[t - l] - mean)).sum::<f64>() / n;
        let weighted = |l: usize| 2.0 * (1.0 - l as f64 / (lag as f64 + 1.0)) * gamma(l);
        let variance = gamma(0) + (1..=lag.min(x.len() - 1)).map(weighted).sum::<f64>();
        (mean, (variance.max(0.0) / n).sqrt())
    }

    fn tested(x: &[f64], lag: usize, sessions_min: u32) -> Skill {
        let mut test = SkillTest::new(lag, sessions_min);
        for x in x {
            test.push(*x);
        }
        test.result()
    }

    #[test]
    fn without_sessions_nothing_is_shown() {
        let skill = tested(&[], 30, 0);
        assert_eq!((skill.sessions, skill.lower, skill.shown), (0, 0.0, false));
    }

    #[test]
    fn a_series_by_hand() {
        // Mean 2, deviations -1 1 -1 1: gamma(0) = 1, gamma(1) = -3/4, weight 1/2.
        let skill = tested(&[1.0, 3.0, 1.0, 3.0], 1, 4);
        assert_eq!(skill.mean, 2.0);
        assert!((skill.standard_error - (0.25_f64 / 4.0).sqrt()).abs() < 1e-12, "{skill:?}");
        assert!(skill.shown);
    }

    #[test]
    fn too_few_sessions_show_nothing_however_good_they_are() {
        let good: Vec<f64> = (0..250).map(|i| 1.0 + f64::from(i % 2)).collect();
        assert!(!tested(&good[..249], 30, 250).shown);
        assert!(tested(&good, 30, 250).shown);
    }

    #[test]
    fn no_advantage_is_no_skill() {
        assert!(!tested(&[0.0; 300], 30, 250).shown);
    }

    #[test]
    fn overlap_widens_the_error() {
        // Each value ten times over is as much news as it was once.
        let once: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 13) - 5.0).collect();
        let tenfold: Vec<f64> = once.iter().flat_map(|x| [*x; 10]).collect();
        let naive = tested(&tenfold, 0, 1).standard_error;
        assert!(tested(&tenfold, 30, 1).standard_error > 2.0 * naive);
    }

    proptest! {
        #[test]
        fn sums_kept_give_what_the_whole_series_gives(
            x in prop::collection::vec(-1.0_f64..1.5, 1..400), lag in 0_usize..40,
        ) {
            let skill = tested(&x, lag, 250);
            let (mean, error) = newey_west(&x, lag);
            prop_assert!((skill.mean - mean).abs() < 1e-12);
            prop_assert!((skill.standard_error.powi(2) - error.powi(2)).abs() < 1e-12);
        }
    }
}
