//! The attempts behind the best strategy of a panel, and what they take off it.

use serde::{Deserialize, Serialize};

use super::Panel;
use crate::sharpe::{
    SharpeEstimate, effective_trials, expected_maximum, expected_maximum_of, minimum_backtest_years,
};
use crate::summary::{mean, standard_deviation, sum};

/// Every strategy of a panel as an attempt, and the best of them. Ratios are per session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trials {
    /// Attempts: the strategies of the panel, idle ones included, and those only counted.
    pub count: u32,
    /// Sharpe ratio of each strategy of the panel; `None` without variance.
    pub ratios: Vec<Option<f64>>,
    /// Index of the strategy with the best ratio, the first of equals.
    pub best: usize,
    /// Its ratio, with what the ratio's distribution depends on.
    pub estimate: SharpeEstimate,
    /// Variance (n - 1) of the ratios; 0 when there is only one.
    pub variance: f64,
    /// Mean correlation of the returns of all pairs of strategies with variance; `None` for one.
    pub mean_correlation: Option<f64>,
    /// Independent attempts that these are worth by their mean correlation (not below 0 nor above 1
    /// for this); all of them when it is not known.
    pub effective: f64,
}

impl Trials {
    /// Of a panel from which the best was chosen; `None` when no strategy has variance.
    pub fn of(panel: &Panel) -> Option<Self> {
        let count = u32::try_from(panel.strategies()).unwrap_or(u32::MAX);
        let moments = Moments::of(panel);
        let ratios = moments.ratios();
        let known: Vec<f64> = ratios.iter().copied().flatten().collect();
        let better = |best: Option<(usize, f64)>, (k, ratio): (usize, f64)| match best {
            Some((_, so_far)) if so_far >= ratio => best,
            _ => Some((k, ratio)),
        };
        let numbered = ratios.iter().enumerate().filter_map(|(k, ratio)| Some((k, (*ratio)?)));
        let (best, _) = numbered.fold(None, better)?;
        let mean_correlation = moments.mean_correlation(panel);
        Some(Self {
            count,
            best,
            estimate: SharpeEstimate::of(&panel.column(best))?,
            variance: standard_deviation(&known).map_or(0.0, |sd| sd * sd),
            ratios,
            mean_correlation,
            effective: effective(count, mean_correlation),
        })
    }

    /// The same with `more` attempts that were made on this history and are not in the panel.
    #[must_use]
    pub fn with_uncounted(mut self, more: u32) -> Self {
        self.count = self.count.saturating_add(more);
        self.effective = effective(self.count, self.mean_correlation);
        self
    }

    /// Ratio that the best of these attempts is expected to show without merit.
    ///
    /// All attempts count in full, for the correlation between them is in the variance of their
    /// ratios already.
    pub fn benchmark(&self) -> f64 {
        self.variance.sqrt() * expected_maximum(self.count)
    }

    /// The same with only as many attempts as are independent: lower, for comparison.
    pub fn benchmark_effective(&self) -> f64 {
        self.variance.sqrt() * expected_maximum_of(self.effective)
    }

    /// Probability that the true ratio of the best is above [`Self::benchmark`]: the deflated
    /// Sharpe ratio. `None` where the expansion does not hold.
    pub fn deflated(&self) -> Option<f64> {
        self.estimate.probabilistic(self.benchmark())
    }

    /// Sessions after which a ratio like that of the best would be known to be above
    /// [`Self::benchmark`] at `confidence`. `None` when it is not above it.
    pub fn minimum_track_record(&self, confidence: f64) -> Option<f64> {
        self.estimate.minimum_track_record(self.benchmark(), confidence)
    }

    /// Years below which even an annual ratio of 1 means nothing after so many attempts.
    pub fn minimum_backtest_years(&self) -> f64 {
        minimum_backtest_years(self.count)
    }
}

fn effective(count: u32, mean_correlation: Option<f64>) -> f64 {
    mean_correlation.map_or(f64::from(count), |rho| effective_trials(count, rho.clamp(0.0, 1.0)))
}

/// Means and deviations of all strategies.
struct Moments {
    means: Vec<f64>,
    /// Sample standard deviation (n - 1); 0 for values that are all equal.
    deviations: Vec<f64>,
}

impl Moments {
    fn of(panel: &Panel) -> Self {
        let n = panel.sessions() as f64;
        let first: Vec<f64> = panel.rows().next().map_or_else(Vec::new, <[f64]>::to_vec);
        let mut means = vec![0.0; panel.strategies()];
        let mut varies = vec![false; panel.strategies()];
        for row in panel.rows() {
            for (((mean, varies), value), first) in
                means.iter_mut().zip(&mut varies).zip(row).zip(&first)
            {
                *mean += value;
                *varies |= value != first;
            }
        }
        for mean in &mut means {
            *mean /= n;
        }
        let mut deviations = vec![0.0; panel.strategies()];
        for row in panel.rows() {
            for ((squares, value), mean) in deviations.iter_mut().zip(row).zip(&means) {
                *squares += (value - mean) * (value - mean);
            }
        }
        for (deviation, varies) in deviations.iter_mut().zip(varies) {
            *deviation = if varies { (*deviation / (n - 1.0)).sqrt() } else { 0.0 };
        }
        Self { means, deviations }
    }

    fn ratios(&self) -> Vec<Option<f64>> {
        let ratio = |(mean, deviation): (&f64, &f64)| (*deviation > 0.0).then(|| mean / deviation);
        self.means.iter().zip(&self.deviations).map(ratio).collect()
    }

    /// From the variance of the sum of the standardised returns, which is the sum of all
    /// correlations: no pair is looked at.
    fn mean_correlation(&self, panel: &Panel) -> Option<f64> {
        let count = self.deviations.iter().filter(|d| **d > 0.0).count() as f64;
        let scales: Vec<f64> =
            self.deviations.iter().map(|d| if *d > 0.0 { 1.0 / d } else { 0.0 }).collect();
        let standardised = |row: &[f64]| {
            let parts = row.iter().zip(&self.means).zip(&scales);
            sum(parts.map(|((value, mean), scale)| (value - mean) * scale))
        };
        let sums: Vec<f64> = panel.rows().map(standardised).collect();
        let squares: Vec<f64> = sums.iter().map(|s| s * s).collect();
        let variance = mean(&squares)? * sums.len() as f64 / (sums.len() as f64 - 1.0);
        (count > 1.0).then(|| (variance - count) / (count * (count - 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    fn panel(columns: &[Vec<f64>]) -> Panel {
        Panel::from_columns(columns).unwrap()
    }

    #[test]
    fn one_attempt_is_not_deflated() {
        let returns = noise(400, 0.0005, 0.01, 1);
        let one = Trials::of(&panel(std::slice::from_ref(&returns))).unwrap();
        assert_eq!((one.count, one.best, one.variance, one.benchmark()), (1, 0, 0.0, 0.0));
        assert_eq!((one.mean_correlation, one.effective), (None, 1.0));
        assert_eq!(one.deflated(), SharpeEstimate::of(&returns).unwrap().probabilistic(0.0));
    }

    #[test]
    fn the_parts_are_those_of_the_formula() {
        let columns: Vec<Vec<f64>> = (0..6).map(|k| noise(300, 0.0002, 0.01, k)).collect();
        let trials = Trials::of(&panel(&columns)).unwrap();
        let ratios: Vec<f64> =
            columns.iter().map(|c| mean(c).unwrap() / standard_deviation(c).unwrap()).collect();
        for (got, want) in trials.ratios.iter().zip(&ratios) {
            assert!((got.unwrap() - want).abs() < 1e-12);
        }
        assert!((trials.variance.sqrt() - standard_deviation(&ratios).unwrap()).abs() < 1e-12);
        let best = ratios.iter().copied().fold(f64::MIN, f64::max);
        assert!((trials.estimate.ratio - best).abs() < 1e-12);
        let deflated = trials.estimate.deflated(6, trials.variance);
        assert!((trials.deflated().unwrap() - deflated.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn the_mean_correlation_is_that_of_all_pairs() {
        let common = noise(500, 0.0, 0.01, 9);
        let column = |k: u64| -> Vec<f64> {
            let own = noise(500, 0.0, 0.01, 20 + k);
            own.iter().zip(&common).map(|(own, common)| own + k as f64 * common).collect()
        };
        let columns: Vec<Vec<f64>> = (0..5).map(column).collect();
        let correlation = |a: &[f64], b: &[f64]| {
            let (x, y) = (mean(a).unwrap(), mean(b).unwrap());
            let products: f64 = a.iter().zip(b).map(|(a, b)| (a - x) * (b - y)).sum();
            products / 499.0 / standard_deviation(a).unwrap() / standard_deviation(b).unwrap()
        };
        let pairs: Vec<f64> = (0..5)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| correlation(&columns[i], &columns[j]))
            .collect();
        let trials = Trials::of(&panel(&columns)).unwrap();
        assert!((trials.mean_correlation.unwrap() - mean(&pairs).unwrap()).abs() < 1e-12);
        assert!(trials.effective < 5.0 && trials.benchmark_effective() < trials.benchmark());
    }

    /// A thousand copies are one attempt, and their ratios do not differ.
    #[test]
    fn copies_are_worth_one_attempt() {
        let copies = vec![noise(200, 0.001, 0.01, 3); 50];
        let trials = Trials::of(&panel(&copies)).unwrap();
        assert!((trials.effective - 1.0).abs() < 1e-9 && trials.benchmark() < 1e-9);
        assert_eq!(trials.best, 0);
    }

    #[test]
    fn idle_strategies_are_attempts_without_a_ratio() {
        let columns = [vec![0.0; 200], noise(200, 0.001, 0.01, 3), noise(200, 0.0, 0.01, 4)];
        let trials = Trials::of(&panel(&columns)).unwrap();
        assert_eq!((trials.count, trials.ratios[0]), (3, None));
        assert_eq!(Trials::of(&panel(&columns[..1])), None);
        let more = trials.clone().with_uncounted(997);
        assert_eq!(more.count, 1_000);
        assert!(more.benchmark() > trials.benchmark() && more.deflated() < trials.deflated());
        assert!((more.minimum_backtest_years() - 10.595_816).abs() < 1e-6);
    }
}
