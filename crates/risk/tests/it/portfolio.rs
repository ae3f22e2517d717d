//! Several assets, against stored solutions, the published table and conditions of optimality.

use ndarray::{Array1, Array2, ArrayView1};
use serde_json::Value;
use tradebot_risk::portfolio::{
    Allocation, Constraints, DrawdownBound, GAP_MAX, Scenarios, covariance, ledoit_wolf,
    log_optimal, mean_variance_kelly, oas, quadratic,
};

use crate::chance::Bet;
use crate::vectors::{check, fixture, number};

fn numbers(value: &Value) -> Array1<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows = value.as_array().unwrap();
    let all: Vec<f64> = rows.iter().flat_map(numbers).collect();
    Array2::from_shape_vec((rows.len(), all.len() / rows.len()), all).unwrap()
}

/// Daily simple returns of eight stocks, `[377 x 8]`.
fn stock_returns() -> Array2<f64> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/vectors/data_asset_returns.csv");
    let rows: Vec<f64> = csv::Reader::from_path(path)
        .unwrap()
        .records()
        .flat_map(|row| {
            let row = row.unwrap();
            row.iter().skip(1).map(|cell| cell.parse().unwrap()).collect::<Vec<f64>>()
        })
        .collect();
    Array2::from_shape_vec((rows.len() / 8, 8), rows).unwrap()
}

/// The published problem: 20 bets, the last of them cash, and 100 outcomes.
fn published() -> (Value, Scenarios, Array2<f64>) {
    let vectors = fixture("09b_rck_finite.json");
    let payoffs = matrix(&vectors["r_rows_are_bets"]).reversed_axes();
    let scenarios =
        Scenarios::from_payoffs(numbers(&vectors["pi"]).view(), payoffs.view()).unwrap();
    (vectors, scenarios, payoffs)
}

fn solve(scenarios: &Scenarios, kind: &str, lambda: f64) -> Allocation {
    let constraints = Constraints::default().drawdown(DrawdownBound::with_lambda(lambda).unwrap());
    if kind == "RCK" {
        log_optimal(scenarios, &constraints).unwrap()
    } else {
        let (mean, second_moment) = (scenarios.mean(), scenarios.second_moment());
        quadratic(mean.view(), second_moment.view(), &constraints).unwrap()
    }
}

#[track_caller]
fn is_allowed(allocation: &Allocation, cap: f64) {
    assert!(allocation.weights.iter().all(|w| (0.0..=cap).contains(w)), "{allocation:?}");
    assert!(allocation.weights.sum() <= 1.0 && allocation.cash >= 0.0, "{allocation:?}");
    assert!(allocation.gap <= GAP_MAX && allocation.multiplier >= 0.0, "{allocation:?}");
}

#[test]
fn the_published_table_comes_out_to_every_printed_digit() {
    let (vectors, scenarios, _) = published();
    let results = vectors["results"].as_array().unwrap();
    assert_eq!(results.len(), 6);
    for result in results {
        let (kind, lambda) = (result["kind"].as_str().unwrap(), number(result, "lam"));
        let allocation = solve(&scenarios, kind, lambda);
        is_allowed(&allocation, 1.0);
        let weights = allocation.weights.view();
        let growth = scenarios.growth(weights);
        let expected = number(result, "growth_exact");
        assert!((growth - expected).abs() < 1e-6, "{kind} {lambda}: {growth}, not {expected}");
        let excess = scenarios.drawdown_excess(weights, lambda);
        assert!(excess <= 1e-6 && (excess + 1.0 - number(result, "constraint_E_pow")).abs() < 1e-5);
        let bound = DrawdownBound::with_lambda(lambda).unwrap().chance_below(0.7);
        check("bound", bound, number(result, "bound"), 1e-12);
        let bets = numbers(&result["b"]);
        for (got, expected) in allocation.bets().iter().zip(&bets) {
            assert!((got - expected).abs() < 5e-4, "{kind} {lambda}: bet {got}, not {expected}");
        }

        let gains = 1.0 + scenarios.returns().dot(&weights);
        let bet = Bet::new(scenarios.probabilities().iter().copied().zip(gains));
        let share = bet.share_below(0.7, 10_000, 100);
        let expected = number(result, "mc_prob_wmin_lt_alpha");
        assert!((share - expected).abs() < 0.015, "{kind} {lambda}: {share}, not {expected}");

        let key = if lambda == 0.0 { "0".to_owned() } else { format!("{lambda:.3}") };
        let printed = numbers(&vectors["published"][kind][key]);
        assert!((growth - printed[0]).abs() <= 0.000_5, "{growth} is not printed {}", printed[0]);
        assert!((bound - printed[1]).abs() <= 0.000_5, "{bound} is not printed {}", printed[1]);
        assert!((share - printed[2]).abs() < 0.015, "{share} is not printed {}", printed[2]);
    }
}

/// Conditions of optimality of the paper, computed here from the payoffs alone: with kappa the
/// multiplier, E[r_i / r'b] + kappa lambda E[r_i (r'b)^(-lambda - 1)] is 1 + kappa lambda for each
/// bet that is held and no more for the others.
#[test]
fn solutions_meet_the_conditions_of_optimality() {
    let (vectors, scenarios, payoffs) = published();
    let probabilities = numbers(&vectors["pi"]);
    for lambda in [1.0, 5.5, 6.455_696_235_812_881, 13.425, 50.0] {
        let allocation = solve(&scenarios, "RCK", lambda);
        is_allowed(&allocation, 1.0);
        let bets = Array1::from(allocation.bets());
        let wealth = payoffs.dot(&bets);
        let kappa = allocation.multiplier;
        let pull = |bet: ArrayView1<'_, f64>| -> f64 {
            let each = bet.iter().zip(&wealth).zip(&probabilities);
            each.map(|((r, w), pi)| pi * r * (w.powi(-1) + kappa * lambda * w.powf(-lambda - 1.0)))
                .sum()
        };
        let price = 1.0 + kappa * lambda;
        for (i, (bet, held)) in payoffs.columns().into_iter().zip(&bets).enumerate() {
            let pull = pull(bet) / price;
            assert!(pull <= 1.0 + 1e-7, "lambda {lambda}: more of bet {i} would grow faster");
            assert!(*held < 1e-3 || pull >= 1.0 - 1e-5, "lambda {lambda}: less of bet {i}: {pull}");
        }
        let slack = -scenarios.drawdown_excess(allocation.weights.view(), lambda);
        assert!((0.0..1e-6).contains(&slack) || kappa < 1e-6, "{lambda}: {slack} of slack");
        assert!(kappa * slack < 1e-8);
    }
}

#[test]
fn a_tighter_bound_never_grows_faster_and_none_is_the_fastest() {
    let (_, scenarios, _) = published();
    let free = log_optimal(&scenarios, &Constraints::default()).unwrap();
    let mut last = free.objective;
    for lambda in [0.0, 0.5, 1.0, 2.0, 5.0, 20.0, 100.0, 500.0] {
        let allocation = solve(&scenarios, "RCK", lambda);
        assert!(allocation.objective <= last + GAP_MAX, "lambda {lambda}");
        assert!(allocation.objective > 0.0);
        last = allocation.objective;
    }
    assert!(last < 0.1 * free.objective);
}

#[test]
fn shrunk_covariances_of_the_stocks_match() {
    let (vectors, returns) = (fixture("09_kelly_multi.json"), stock_returns());
    assert_eq!(returns.nrows() as f64, number(&vectors, "T"));
    let expected = &vectors["ledoit_wolf"];
    let shrunk = ledoit_wolf(returns.view()).unwrap();
    relative("shrinkage", shrunk.shrinkage, number(expected, "shrinkage"));
    for (got, expected) in shrunk.matrix.iter().zip(&matrix(&expected["covariance"])) {
        relative("covariance", *got, *expected);
    }
    let last = returns.slice_axis(ndarray::Axis(0), ndarray::Slice::from(-40..));
    let few = ledoit_wolf(last).unwrap().shrinkage;
    relative("last 40", few, number(expected, "last40_shrinkage"));
    let expected = number(&vectors["oas"], "shrinkage");
    relative("OAS", oas(returns.view()).unwrap().shrinkage, expected);
}

#[test]
fn unconstrained_mean_variance_kelly_of_the_stocks_matches() {
    let (vectors, returns) = (fixture("09_kelly_multi.json"), stock_returns());
    let mean = returns.mean_axis(ndarray::Axis(0)).unwrap();
    let shrunk = ledoit_wolf(returns.view()).unwrap().matrix;
    let full = mean_variance_kelly(mean.view(), shrunk.view(), 1.0).unwrap();
    let quarter = mean_variance_kelly(mean.view(), shrunk.view(), 0.25).unwrap();
    let expected = numbers(&vectors["kelly_unconstrained_mean_variance"]);
    for ((full, quarter), expected) in full.iter().zip(&quarter).zip(&expected) {
        relative("full", *full, *expected);
        relative("quarter", *quarter, 0.25 * expected);
    }
}

#[test]
fn log_optimal_stocks_match_with_and_without_the_drawdown_bound() {
    let (vectors, returns) = (fixture("09_kelly_multi.json"), stock_returns());
    let scenarios = Scenarios::equally_likely(returns.view()).unwrap();
    let capped = Constraints::default().cap(0.35);
    let bound = DrawdownBound::new(0.8, 0.1).unwrap();
    check("lambda", bound.lambda(), number(&vectors["rck"], "lam"), 1e-12);
    let bounded = capped.clone().drawdown(bound);
    for (name, constraints) in [("log_optimal", &capped), ("rck", &bounded)] {
        let allocation = log_optimal(&scenarios, constraints).unwrap();
        is_allowed(&allocation, 0.35);
        let (growth, expected) = (allocation.objective, number(&vectors[name], "growth_slsqp"));
        assert_eq!(growth, scenarios.growth(allocation.weights.view()));
        assert!((growth - expected).abs() < 2e-7, "{name}: {growth}, not {expected}");
        near(&allocation, &vectors[name]["w"]);
        if name == "rck" {
            let excess = scenarios.drawdown_excess(allocation.weights.view(), bound.lambda());
            assert!(excess <= 1e-6, "{excess}");
        }
    }
}

#[test]
fn quadratic_stocks_match() {
    let (vectors, returns) = (fixture("09_kelly_multi.json"), stock_returns());
    let mean = returns.mean_axis(ndarray::Axis(0)).unwrap();
    let column = mean.view().insert_axis(ndarray::Axis(1));
    let second_moment = ledoit_wolf(returns.view()).unwrap().matrix + column.dot(&column.t());
    let constraints = Constraints::default().cap(0.35);
    let allocation = quadratic(mean.view(), second_moment.view(), &constraints).unwrap();
    is_allowed(&allocation, 0.35);
    let expected = number(&vectors["quadratic"], "objective");
    assert!((allocation.objective - expected).abs() < 1e-10, "{}", allocation.objective);
    near(&allocation, &vectors["quadratic"]["w"]);
}

#[test]
fn a_capped_asset_leaves_room_for_the_others_and_a_cap_of_zero_leaves_it_out() {
    let scenarios = Scenarios::equally_likely(stock_returns().view()).unwrap();
    let mut caps = Array1::from_elem(8, 1.0);
    caps[4] = 0.0;
    caps[5] = 0.1;
    for bound in [None, Some(DrawdownBound::new(0.8, 0.1).unwrap())] {
        let mut constraints = Constraints::default().caps(caps.view());
        if let Some(bound) = bound {
            constraints = constraints.drawdown(bound);
        }
        let without = log_optimal(&scenarios, &constraints).unwrap();
        assert_eq!(without.weights[4], 0.0);
        assert!(without.weights[5] <= 0.1);
        let (mean, square) = (scenarios.mean(), scenarios.second_moment());
        let without = quadratic(mean.view(), square.view(), &constraints).unwrap();
        assert_eq!(without.weights[4], 0.0);
        assert!(without.weights[5] <= 0.1);
    }
}

#[test]
fn second_moments_are_covariances_plus_squared_means() {
    let returns = stock_returns();
    let scenarios = Scenarios::equally_likely(returns.view()).unwrap();
    let mean = scenarios.mean();
    let column = mean.view().insert_axis(ndarray::Axis(1));
    let expected = covariance(returns.view()).unwrap() + column.dot(&column.t());
    for (got, expected) in scenarios.second_moment().iter().zip(&expected) {
        relative("moment", *got, *expected);
    }
}

#[track_caller]
fn relative(what: &str, got: f64, expected: f64) {
    assert!((got / expected - 1.0).abs() < 1e-9, "{what}: {got}, expected {expected}");
}

/// The optimum is flat, so weights are compared loosely.
#[track_caller]
fn near(allocation: &Allocation, expected: &Value) {
    for (got, expected) in allocation.weights.iter().zip(&numbers(expected)) {
        assert!((got - expected).abs() < 5e-2, "{got}, expected {expected}");
    }
}
