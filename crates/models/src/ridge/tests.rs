//! The regressions against their definitions.

use proptest::prelude::*;

use super::*;
use crate::chance::Chance;

const PRIOR: Prior = Prior { precision: 2.0, indicators_from: 2 };

/// Rows of two columns in -1..1, one of them far from standard, with outcomes and weights.
fn world(n: usize, seed: u64) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let mut chance = Chance::new(seed, 5);
    let (mut x, mut won, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let (a, b) = (2.0 * chance.unit() - 1.0, 2.0 * chance.unit() - 1.0);
        x.extend([a, 1e3 + 50.0 * b]);
        won.push(chance.unit() < 0.5 + 0.3 * a - 0.1 * b);
        weights.push(0.2 + chance.unit());
    }
    (x, won, weights)
}

fn fitted(n: usize, seed: u64, start: Option<&Line>) -> Line {
    let (x, won, weights) = world(n, seed);
    let table = Table::new(&x, 2).unwrap();
    let examples = Examples::new(table, &won).unwrap().weighted(&weights).unwrap();
    logistic(&examples, PRIOR, start).unwrap().line
}

/// The likelihood written out, on columns standardised here.
fn penalised(theta: [f64; 3], n: usize, seed: u64) -> f64 {
    let (x, won, weights) = world(n, seed);
    let worth: f64 = weights.iter().sum();
    let moments = |j: usize| {
        let column: Vec<f64> = x.iter().skip(j).step_by(2).copied().collect();
        let mean = column.iter().zip(&weights).map(|(x, w)| w * x).sum::<f64>() / worth;
        let squares = column.iter().zip(&weights).map(|(x, w)| w * (x - mean).powi(2));
        (mean, (squares.sum::<f64>() / worth).sqrt())
    };
    let (first, second) = (moments(0), moments(1));
    let term = |i: usize| {
        let z = [(x[2 * i] - first.0) / first.1, (x[2 * i + 1] - second.0) / second.1];
        let p = sigmoid(theta[0] + theta[1] * z[0] + theta[2] * z[1]);
        weights[i] * (if won[i] { p } else { 1.0 - p }).ln()
    };
    let penalty = 0.25 * theta[0].powi(2) + 2.0 * (theta[1].powi(2) + theta[2].powi(2));
    (0..n).map(term).sum::<f64>() - 0.5 * penalty
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn no_neighbour_has_a_higher_penalised_likelihood() {
    let line = fitted(300, 1, None);
    let found = line.theta();
    let top = penalised([found[0], found[1], found[2]], 300, 1);
    for j in 0..3 {
        for step in [-1e-3, 1e-3] {
            let mut theta = [found[0], found[1], found[2]];
            theta[j] += step;
            assert!(penalised(theta, 300, 1) < top, "coefficient {j} by {step}");
        }
    }
}

#[test]
fn the_start_moves_the_result_by_rounding_only() {
    let cold = fitted(300, 1, None);
    let warm = fitted(300, 1, Some(&fitted(250, 2, None)));
    for (a, b) in cold.theta().iter().zip(warm.theta()) {
        assert!((a - b).abs() < 1e-8, "{a} {b}");
    }
    assert_eq!(fitted(300, 1, None), cold);
}

#[test]
fn a_planted_effect_is_found_with_its_sign_and_size() {
    let line = fitted(20_000, 3, None);
    let p = |x: [f64; 2]| sigmoid(line.at(&x));
    assert!((p([0.8, 1e3]) - 0.74).abs() < 0.03, "{}", p([0.8, 1e3]));
    assert!((p([0.0, 1e3 + 40.0]) - 0.42).abs() < 0.03, "{}", p([0.0, 1e3 + 40.0]));
}

/// The evidence is the integral of likelihood times prior; with one column it can be summed.
#[test]
fn the_evidence_is_near_the_integral_it_stands_for_and_prefers_the_right_prior() {
    let mut chance = Chance::new(9, 5);
    let x: Vec<f64> = (0..200).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let won: Vec<bool> = x.iter().map(|x| chance.unit() < sigmoid(0.8 * x)).collect();
    let examples = Examples::new(Table::new(&x, 1).unwrap(), &won).unwrap();
    let of = |precision: f64| {
        logistic(&examples, Prior { precision, indicators_from: 1 }, None).unwrap().evidence
    };
    let density = |t: f64, precision: f64| {
        (precision / std::f64::consts::TAU).sqrt() * (-0.5 * precision * t * t).exp()
    };
    let grid = |from: f64| (0..400).map(move |k| from + 0.01 * f64::from(k));
    let mut integral = 0.0;
    for a in grid(-2.0) {
        for b in grid(-1.5) {
            let logs = x.iter().zip(&won).map(|(x, won)| {
                let p = sigmoid(a + b * x);
                (if *won { p } else { 1.0 - p }).ln()
            });
            integral += logs.sum::<f64>().exp() * density(a, 0.25) * density(b, 2.0) * 1e-4;
        }
    }
    // Both leave out the factor 2 pi per coefficient: it is in the density and in the width.
    assert!((of(2.0) - integral.ln()).abs() < 0.05, "{} {}", of(2.0), integral.ln());
    assert!(of(2.0) > of(1e3) && of(2.0) > of(1e-4));
}

#[test]
fn outcomes_that_are_all_alike_give_finite_odds() {
    let x: Vec<f64> = (0..40).map(f64::from).collect();
    let won = [true; 40];
    let examples = Examples::new(Table::new(&x, 1).unwrap(), &won).unwrap();
    let line = logistic(&examples, PRIOR, None).unwrap().line;
    let p = sigmoid(line.at(&[20.0]));
    assert!(0.9 < p && p < 0.999, "{p}");
}

#[test]
fn a_column_without_spread_counts_for_nothing_and_an_indicator_keeps_its_size() {
    let x = [7.0, 0.0, 7.0, 1.0, 7.0, 0.0, 7.0, 1.0];
    let won = [false, true, false, true];
    let prior = Prior { precision: 2.0, indicators_from: 1 };
    let examples = Examples::new(Table::new(&x, 2).unwrap(), &won).unwrap();
    let line = logistic(&examples, prior, None).unwrap().line;
    assert_eq!(line.at(&[7.0, 1.0]), line.at(&[-300.0, 1.0]));
    let slope = line.theta()[2];
    assert!((line.at(&[7.0, 1.0]) - line.at(&[7.0, 0.0]) - slope).abs() < 1e-12);
    assert!(slope > 0.1);
}

#[test]
fn a_ridge_line_is_that_of_the_textbook() {
    // One standardised column, weights 1: slope = cov / (var + precision / n) in its deviations.
    let x = [1.0, 2.0, 3.0, 4.0];
    let y = [2.0, 1.0, 4.0, 5.0];
    let prior = Prior { precision: 2.0, indicators_from: 1 };
    let (line, left) = linear(Table::new(&x, 1).unwrap(), &y, &[1.0; 4], prior).unwrap();
    let deviation = 1.25_f64.sqrt();
    let covariance = (-1.5 * 2.0 - 0.5 * 1.0 + 0.5 * 4.0 + 1.5 * 5.0) / deviation;
    let slope = covariance / (4.0 + 2.0);
    let expected = |x: f64| 3.0 + slope * (x - 2.5) / deviation;
    assert!((line.at(&[4.0]) - expected(4.0)).abs() < 1e-12);
    let rests = x.iter().zip(y).map(|(x, y)| (y - expected(*x)).powi(2)).sum::<f64>() / 4.0;
    assert!((left - rests).abs() < 1e-12);
}

#[test]
fn targets_and_weights_must_fit_the_rows() {
    let x = Table::new(&[1.0, 2.0], 1).unwrap();
    let lengths = |y: &[f64], w: &[f64]| linear(x, y, w, PRIOR).unwrap_err().to_string();
    assert_eq!(lengths(&[1.0], &[1.0; 2]), "1 targets, 2 expected");
    assert_eq!(lengths(&[1.0; 2], &[1.0; 3]), "3 weights, 2 expected");
}

#[test]
fn a_line_of_another_shape_or_with_no_numbers_is_not_sound() {
    let line = fitted(100, 4, None);
    assert!(line.is_sound(2) && !line.is_sound(3));
    let mut broken = line.clone();
    broken.intercept = f64::NAN;
    assert!(!broken.is_sound(2));
    let mut negative = line;
    negative.columns[1].inverse = -1.0;
    assert!(!negative.is_sound(2));
}

proptest! {
    /// Values far outside the fit are cut, so log-odds stay finite for any input.
    #[test]
    fn any_number_has_finite_log_odds(a in prop::num::f64::NORMAL, b in prop::num::f64::NORMAL) {
        let line = fitted(60, 6, None);
        prop_assert!(line.at(&[a, b]).is_finite());
    }

    /// An example of weight 2 is two examples of weight 1.
    #[test]
    fn weights_count_examples(seed in 0_u64..50) {
        let (x, won, _) = world(60, seed);
        let prior = Prior { precision: 1.0, indicators_from: 2 };
        let doubled: Vec<f64> = x.chunks_exact(2).flat_map(|row| [row, row].concat()).collect();
        let outcomes: Vec<bool> = won.iter().flat_map(|w| [*w, *w]).collect();
        let once = Examples::new(Table::new(&x, 2).unwrap(), &won).unwrap();
        let twice = Examples::new(Table::new(&doubled, 2).unwrap(), &outcomes).unwrap();
        let a = logistic(&once.weighted(&[2.0; 60]).unwrap(), prior, None).unwrap().line;
        let b = logistic(&twice, prior, None).unwrap().line;
        for (a, b) in a.theta().iter().zip(b.theta()) {
            prop_assert!((a - b).abs() < 1e-7, "{a} {b}");
        }
    }
}
