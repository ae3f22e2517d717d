//! Block length, bootstrap intervals, and tests of superior forecasts.

use tradebot_backtest::Interval;
use tradebot_backtest::bootstrap::{
    RunningSums, StationaryBootstrap, block_length, resampled_sharpes,
};
use tradebot_backtest::comparison::{
    Recentring, diebold_mariano, reality_check, superior_predictive_ability,
};

use crate::vectors::{all_columns, close, columns, index_returns, json, near, number, numbers};

const RELATIVE: f64 = 1e-9;

/// Brier losses of the base rate less those of each challenger.
fn loss_differences() -> Vec<Vec<f64>> {
    let names = ["base", "gnb", "logit", "rf", "persist", "y"];
    let data = columns("data_forecasts.csv", &names);
    let loss = |k: usize, t: usize| (data[k][t] - data[5][t]).powi(2);
    (1..=4).map(|k| (0..data[0].len()).map(|t| loss(0, t) - loss(k, t)).collect()).collect()
}

#[test]
fn block_lengths_equal_the_reference() {
    let expected = json("13_spa_bootstrap.json");
    let returns = index_returns();
    let squared: Vec<f64> = returns.iter().map(|r| r * r).collect();
    for (key, values) in [("returns", returns), ("squared_returns", squared)] {
        let got = block_length(&values).unwrap();
        let want = numbers(&expected["optimal_block_length"][key]);
        close(key, got.stationary, want[0], RELATIVE);
        close(key, got.circular, want[1], RELATIVE);
    }
}

#[test]
fn the_interval_of_the_index_s_sharpe_ratio_is_that_of_the_reference() {
    let expected = json("13_spa_bootstrap.json");
    let returns = index_returns();
    let n = returns.len() as f64;
    let mut sums = RunningSums::new(2);
    for r in &returns {
        sums.push(&[*r, r * r]);
    }
    let drawn = StationaryBootstrap::new(returns.len(), 10.0, 1).replicate(4_000, |stretches| {
        let sums = sums.over(stretches);
        let variance = (sums[1] - sums[0] * sums[0] / n) / (n - 1.0);
        sums[0] / n / variance.sqrt() * 252.0_f64.sqrt()
    });
    let got = Interval::middle_90(&drawn).unwrap();
    for want in expected["stationary_bootstrap_sharpe_ci90"].as_array().unwrap() {
        let want = numbers(want);
        near("lower end", got.lo, want[0], 0.06);
        near("upper end", got.hi, want[1], 0.06);
    }
}

#[test]
fn resampled_ratios_alone_have_the_interval_of_the_reference() {
    let expected = json("13_spa_bootstrap.json");
    let drawn = resampled_sharpes(&index_returns(), 10.0, 4_000, 1).unwrap();
    let annual: Vec<f64> = drawn.into_iter().map(|ratio| ratio * 252.0_f64.sqrt()).collect();
    let got = Interval::middle_90(&annual).unwrap();
    for want in expected["stationary_bootstrap_sharpe_ci90"].as_array().unwrap() {
        let want = numbers(want);
        near("lower end", got.lo, want[0], 0.06);
        near("upper end", got.hi, want[1], 0.06);
    }
}

#[test]
fn one_challenger_is_tested_as_the_reference_tests_it() {
    let expected = json("13_spa_bootstrap.json");
    let want = &expected["diebold_mariano"];
    let got = diebold_mariano(&loss_differences()[1], 5).unwrap();
    for (key, got) in [
        ("mean", got.mean),
        ("se", got.standard_error),
        ("t", got.t),
        ("p_two_sided_normal", got.p_value),
    ] {
        close(key, got, number(&want[key]), RELATIVE);
    }
}

const RECENTRINGS: [Recentring; 3] = [Recentring::Lower, Recentring::Consistent, Recentring::Upper];

#[test]
fn the_best_of_four_forecasters_is_superior_as_in_the_reference() {
    let expected = json("13_spa_bootstrap.json");
    let got = superior_predictive_ability(&loss_differences(), 10.0, 20_000, 1).unwrap();
    let exact = &expected["deterministic"];
    for (key, got) in [
        ("mean_loss_diff", &got.means),
        ("omega", &got.deviations),
        ("t_stat", &got.t),
        ("threshold", &got.thresholds),
    ] {
        for (got, want) in got.iter().zip(numbers(&exact[key])) {
            close(key, *got, want, RELATIVE);
        }
    }
    assert_eq!(got.kept(), [true, true, true, false]);
    let studentised = &expected["own_studentised_vs_base"];
    close("statistic", got.statistic, number(&studentised["T_spa"]), RELATIVE);
    for (which, want) in RECENTRINGS.into_iter().zip(numbers(&studentised["pvalues"])) {
        near("p-value", got.p_value(which), want, 0.015);
    }
}

#[test]
fn the_best_of_twelve_strategies_is_not_superior_to_nothing() {
    let expected = &json("13_spa_bootstrap.json")["own_studentised_strategies"];
    let strategies = all_columns("data_strategies.csv");
    let got = superior_predictive_ability(&strategies, 10.0, 20_000, 2).unwrap();
    close("statistic", got.statistic, number(&expected["T_spa"]), RELATIVE);
    for (which, want) in RECENTRINGS.into_iter().zip(numbers(&expected["pvalues"])) {
        near("p-value", got.p_value(which), want, 0.015);
    }
}

/// The reference's library does not divide by standard errors: its upper p-value is the reality
/// check's.
#[test]
fn the_reality_check_is_that_of_the_reference() {
    let expected = json("13_spa_bootstrap.json");
    let mean_of_seeds = |key: &str| {
        let seeds = expected[key].as_array().unwrap();
        seeds.iter().map(|seed| number(&seed[2])).sum::<f64>() / seeds.len() as f64
    };
    let losses = loss_differences();
    let got = reality_check(&losses, 10.0, 20_000, 3).unwrap();
    near("against the base rate", got.p_value, mean_of_seeds("arch_spa_vs_base"), 0.015);
    assert_eq!(got.best, 1);
    close("mean", got.means[1], numbers(&expected["deterministic"]["mean_loss_diff"])[1], RELATIVE);
    // Against the logistic regression: the base rate and the other three.
    let base: Vec<f64> = losses[1].iter().map(|d| -d).collect();
    let against = |k: usize| -> Vec<f64> {
        losses[k].iter().zip(&losses[1]).map(|(other, logit)| other - logit).collect()
    };
    let others = [base, against(0), against(2), against(3)];
    let got = reality_check(&others, 10.0, 20_000, 4).unwrap();
    near("against logit", got.p_value, mean_of_seeds("arch_spa_benchmark_logit"), 0.015);
    let got = reality_check(&all_columns("data_strategies.csv"), 10.0, 20_000, 5).unwrap();
    near("strategies", got.p_value, mean_of_seeds("arch_spa_strategies_vs_zero"), 0.015);
}
