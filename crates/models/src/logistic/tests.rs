//! Tests of the module `logistic`.

use super::*;
use crate::testing::{Example, in_time, world};
use proptest::prelude::*;

/// Weights of three kinds, three symbols a session.
fn weighted_world(n: usize, features: usize, signal: f64, seed: u64) -> Vec<Example> {
    let mut examples = world(n, features, signal, seed);
    for (i, e) in examples.iter_mut().enumerate() {
        e.weight = [0.05, 0.3, 1.0][i % 7 % 3];
    }
    examples
}

fn fitted(examples: &[Example]) -> Logistic {
    Logistic::fit(&in_time(examples, 3)).unwrap()
}

/// Gradient of the penalised log likelihood, computed here from its definition.
#[test]
fn the_fit_stands_where_the_weighted_and_penalised_likelihood_is_flat() {
    let examples = weighted_world(900, 3, 0.4, 21);
    let model = fitted(&examples);
    let mut gradient = [0.0; 9];
    for e in &examples {
        let miss = e.weight * (model.score(&e.input()) - f64::from(u8::from(e.won)));
        for (j, x) in e.features.iter().enumerate() {
            gradient[j] += miss * model.scale.standardised(j, *x);
        }
        gradient[3 + e.row.index()] += miss;
        gradient[8] += miss;
    }
    for (j, (sum, coefficient)) in gradient.iter_mut().zip(&model.coefficients).enumerate() {
        *sum += if j < 3 { model.l2 } else { ROW_L2 } * coefficient;
    }
    let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
    let worth: f64 = examples.iter().map(|e| e.weight).sum();
    assert!(norm <= 1.01 * GRADIENT * worth, "{norm}: {gradient:?}");
    assert!(model.coefficients[0] > 0.2, "the signal: {:?}", model.coefficients);
}

#[test]
fn ten_copies_of_a_tenth_of_the_weight_teach_the_same() {
    let once = world(600, 4, 0.3, 5);
    let tenth =
        |e: &Example| Example { features: e.features.clone(), row: e.row, won: e.won, weight: 0.1 };
    let copies: Vec<Example> =
        once.iter().flat_map(|e| (0..10).map(|_| tenth(e)).collect::<Vec<_>>()).collect();
    let (a, b) = (fitted(&once), Logistic::fit(&in_time(&copies, 30)).unwrap());
    // A session counts as one outcome however many examples it has, so the choice is the same but
    // for how much: ten times the examples at a tenth of the weight are a tenth per symbol.
    assert!(b.l2 >= a.l2, "{} {}", a.l2, b.l2);
    let (rows, columns) = (design_of(&copies), penalties(&in_time(&once, 3), a.l2));
    let theta = Problem::new(&rows).solve(&columns, begin(&rows), GRADIENT).unwrap();
    for (x, y) in a.coefficients.iter().zip(&theta[1..]) {
        assert!((x - y).abs() < 1e-5, "{x} {y}");
    }
}

fn design_of(examples: &[Example]) -> Rows {
    let set = in_time(examples, 30);
    design(&set, &Scale::of(&set), &(0..set.len()).collect::<Vec<_>>())
}

#[test]
fn noise_asks_for_a_large_penalty_and_a_signal_for_a_small_one() {
    let noise = fitted(&world(3_000, 12, 0.0, 4));
    let signal = fitted(&world(3_000, 2, 0.5, 4));
    assert!(noise.l2 > 3_000.0, "{}", noise.chosen());
    assert!(signal.l2 < 60.0, "{}", signal.chosen());
    assert_eq!(signal.losses.len(), GRID.len());
}

#[test]
fn a_set_too_short_to_weigh_penalties_takes_their_middle_and_says_so() {
    let model = fitted(&world(120, 2, 0.4, 3));
    assert!(model.losses.is_empty());
    assert!((model.l2 - 1_600.0).abs() < 1e-9, "{}", model.l2);
    assert!(model.chosen().contains("too short"), "{}", model.chosen());
}

#[test]
fn the_sign_does_not_depend_on_which_outcome_is_commoner() {
    for flip in [false, true] {
        // Drop most wins, or most losses.
        let mut kept = 0;
        let mut examples = world(1_800, 2, 0.4, 8);
        examples.retain(|e| {
            kept += u32::from(e.won == flip);
            e.won != flip || kept % 4 == 0
        });
        let model = fitted(&examples);
        assert!(model.coefficients[0] > 0.1, "{:?}", model.coefficients);
    }
}

/// Where examples say nothing the row still has its rate.
#[test]
fn without_news_in_the_features_the_score_is_near_the_rate_of_the_row() {
    let mut examples = world(6_000, 8, 0.0, 12);
    for (i, e) in examples.iter_mut().enumerate() {
        e.won = (i / 5 * 7) % 20 < [4, 8, 10, 12, 16][e.row.index()];
    }
    let model = fitted(&examples);
    for (row, rate) in Regime::ALL.into_iter().zip([0.2, 0.4, 0.5, 0.6, 0.8]) {
        let p = model.score(&Input { features: &[0.0; 8], row });
        assert!((p - rate).abs() < 0.06, "{row}: {p} for {rate}");
    }
}

/// The same by linfa, which takes no weights and one penalty for all columns.
#[test]
fn with_equal_weights_and_penalties_the_answer_is_that_of_linfa() {
    let rows = design_of(&world(500, 3, 0.4, 2));
    let l2 = 7.0;
    let penalties: Vec<f64> = (0..rows.width).map(|j| if j == 0 { 0.0 } else { l2 }).collect();
    let ours = Problem::new(&rows).solve(&penalties, begin(&rows), 1e-9).unwrap();
    let columns = rows.width - 1;
    let records = rows.values.chunks(rows.width).flat_map(|row| row[1..].to_vec()).collect();
    let (intercept, theirs) = crate::regression::Problem {
        records: ndarray::Array2::from_shape_vec((rows.won.len(), columns), records).unwrap(),
        won: ndarray::Array1::from_vec(rows.won.clone()),
        l2,
        gradient: 1e-6,
        iterations: 500,
    }
    .solve()
    .unwrap();
    assert!((ours[0] - intercept).abs() < 1e-6, "{} {intercept}", ours[0]);
    for (a, b) in ours[1..].iter().zip(&theirs) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
}

#[test]
fn the_start_moves_the_answer_within_the_gradient_only() {
    let rows = design_of(&weighted_world(400, 3, 0.3, 9));
    let set = in_time(&weighted_world(400, 3, 0.3, 9), 3);
    let problem = Problem::new(&rows);
    let solve = |start| problem.solve(&penalties(&set, 25.0), start, 1e-9).unwrap();
    let (cold, warm) = (solve(begin(&rows)), solve(vec![0.7; rows.width]));
    for (a, b) in cold.iter().zip(&warm) {
        assert!((a - b).abs() < 1e-6, "{a} {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// The first-order condition of the intercept: weights and penalties distort no probability.
    #[test]
    fn the_mean_score_by_weight_is_the_base_rate_by_weight(
        n in 60_usize..900, signal in -0.5_f64..0.5, drop in 1_usize..9, seed: u64
    ) {
        let mut examples = weighted_world(n, 4, signal, seed);
        let mut seen = 0;
        examples.retain(|e| { seen += usize::from(e.won); !e.won || seen % drop == 0 });
        prop_assume!(examples.iter().any(|e| e.won) && examples.iter().any(|e| !e.won));
        let model = fitted(&examples);
        let worth: f64 = examples.iter().map(|e| e.weight).sum();
        let mean = examples.iter().map(|e| e.weight * model.score(&e.input())).sum::<f64>() / worth;
        let rate = in_time(&examples, 3).base_rate();
        prop_assert!((mean - rate).abs() < 1e-6, "{} {}", mean, rate);
    }
}
