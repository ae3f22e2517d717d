//! The run beside buying the same symbols and holding them.

use serde::{Deserialize, Serialize};

use crate::performance::{Performance, SESSIONS_PER_YEAR, performance, scaled};
use crate::summary::{mean, standard_deviation};

/// Buy-and-hold on the sessions of the run: cash in equal parts over the symbols as they list,
/// dividends reinvested, no costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkComparison {
    /// Buy-and-hold as it is.
    pub held: Performance,
    /// The part of the account that, held in the benchmark with the rest in cash at no interest,
    /// would have had the run's volatility. `None` without variance in either.
    pub share_at_same_volatility: Option<f64>,
    /// Buy-and-hold with only that part.
    pub at_same_volatility: Option<Performance>,
    /// Annual Sharpe ratio of the run less that of the benchmark.
    pub sharpe_ahead: Option<f64>,
    /// Growth per year of the run less that of the benchmark at the same volatility.
    pub cagr_ahead_at_same_volatility: Option<f64>,
    /// Correlation of session returns.
    pub correlation: Option<f64>,
    /// Slope of the run's returns on the benchmark's.
    pub beta: Option<f64>,
    /// Return per year that the slope does not explain.
    pub alpha: Option<f64>,
}

/// Returns of the benchmark from its values, 0 where a value is not above 0.
pub fn benchmark_returns(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|w| if w[0] > 0.0 { w[1] / w[0] - 1.0 } else { 0.0 }).collect()
}

/// Compares returns with those of the benchmark on the same sessions; `None` without any or when
/// the two do not pair up.
pub fn compare_with_benchmark(returns: &[f64], benchmark: &[f64]) -> Option<BenchmarkComparison> {
    if returns.is_empty() || returns.len() != benchmark.len() {
        return None;
    }
    let (run, held) = (performance(returns), performance(benchmark));
    let share = run.volatility.zip(held.volatility).map(|(run, held)| run / held);
    let same = share.map(|share| performance(&scaled(benchmark, share)));
    let difference = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a - b);
    let beta = slope(returns, benchmark);
    let (mean_run, mean_held) = (mean(returns)?, mean(benchmark)?);
    Some(BenchmarkComparison {
        held,
        share_at_same_volatility: share,
        at_same_volatility: same,
        sharpe_ahead: difference(run.sharpe, held.sharpe),
        cagr_ahead_at_same_volatility: difference(run.cagr, same.and_then(|same| same.cagr)),
        correlation: beta.zip(share).map(|(beta, share)| beta / share),
        beta,
        alpha: beta.map(|beta| (mean_run - beta * mean_held) * SESSIONS_PER_YEAR),
    })
}

fn slope(of: &[f64], on: &[f64]) -> Option<f64> {
    let variance = standard_deviation(on)?.powi(2);
    let (mean_of, mean_on) = (mean(of)?, mean(on)?);
    let products: f64 = of.iter().zip(on).map(|(a, b)| (a - mean_of) * (b - mean_on)).sum();
    Some(products / (of.len() - 1) as f64 / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn market() -> Vec<f64> {
        (0..300_i32).map(|i| f64::from(i * 37 % 101) * 0.0004 - 0.0195).collect()
    }

    #[test]
    fn a_part_of_the_market_is_no_better_than_the_market() {
        let half = scaled(&market(), 0.5);
        let beside = compare_with_benchmark(&half, &market()).unwrap();
        assert!((beside.share_at_same_volatility.unwrap() - 0.5).abs() < 1e-12);
        assert!(beside.sharpe_ahead.unwrap().abs() < 1e-12);
        assert!(beside.cagr_ahead_at_same_volatility.unwrap().abs() < 1e-12);
        assert!((beside.beta.unwrap() - 0.5).abs() < 1e-12);
        assert!((beside.correlation.unwrap() - 1.0).abs() < 1e-12);
        assert!(beside.alpha.unwrap().abs() < 1e-12);
    }

    #[test]
    fn an_idle_account_is_beside_the_market_without_ratios() {
        let beside = compare_with_benchmark(&[0.0; 300], &market()).unwrap();
        assert!(beside.held.sharpe.is_some());
        assert_eq!((beside.share_at_same_volatility, beside.sharpe_ahead), (None, None));
        assert_eq!((beside.beta, beside.correlation), (Some(0.0), None));
    }

    #[test]
    fn what_does_not_pair_up_is_not_compared() {
        assert_eq!(compare_with_benchmark(&[], &[]), None);
        assert_eq!(compare_with_benchmark(&[0.1], &[]), None);
        assert_eq!(
            benchmark_returns(&[100.0, 110.0, 0.0, 5.0]),
            [0.100_000_000_000_000_09, -1.0, 0.0]
        );
        assert!(benchmark_returns(&[100.0]).is_empty());
    }
}
