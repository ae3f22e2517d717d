//! Tests of the module `naive_bayes`.

use super::*;
use crate::testing::{Example, set_of, world};
use linfa::dataset::Dataset;
use linfa::traits::Fit as _;
use linfa_bayes::{GaussianNb, NaiveBayes as _};
use ndarray::Axis;

/// linfa's own probability of a win, from a fit to the same standardised values.
fn by_linfa(examples: &[Example], asked: &Example) -> f64 {
    let set = set_of(examples);
    let scale = Scale::of(&set);
    let all: Vec<usize> = (0..set.len()).collect();
    let targets = Array1::from_iter(examples.iter().map(|e| usize::from(e.won)));
    let fitted = GaussianNb::<f64, usize>::params()
        .var_smoothing(SMOOTHING)
        .fit(&Dataset::new(design(&set, &scale, &all), targets))
        .unwrap();
    let z = asked.features.iter().enumerate().map(|(j, x)| scale.standardised(j, *x));
    let z = Array1::from_iter(z).insert_axis(Axis(0));
    let (probabilities, classes) = fitted.predict_proba(z.view());
    assert_eq!(classes, [&0, &1]);
    probabilities[[0, 1]]
}

/// One row and as many wins as losses, so that the row says nothing.
fn balanced(signal: f64) -> Vec<Example> {
    let mut examples = world(400, 3, signal, 31);
    for (i, e) in examples.iter_mut().enumerate() {
        e.row = Regime::Transition;
        e.won = i % 2 == 0;
        e.features[0] += if e.won { signal } else { -signal };
    }
    examples
}

#[test]
fn scores_are_those_of_linfa_where_the_row_says_nothing() {
    let examples = balanced(0.3);
    let model = NaiveBayes::fit(&set_of(&examples), 1).unwrap().unwrap();
    for asked in examples.iter().take(50) {
        let (ours, theirs) = (model.score(&asked.input()), by_linfa(&examples, asked));
        assert!((ours - theirs).abs() < 1e-12, "{ours} {theirs}");
    }
}

#[test]
fn far_from_all_examples_the_score_is_still_a_number_where_linfa_has_none() {
    // Nearly no spread within an outcome, and a value between the two.
    let mut examples = balanced(0.0);
    for (i, e) in examples.iter_mut().enumerate() {
        let noise = 1e-3 * (i % 7) as f64;
        e.features = vec![if e.won { 1.0 + noise } else { -1.0 - noise }; 60];
    }
    let model = NaiveBayes::fit(&set_of(&examples), 1).unwrap().unwrap();
    let asked =
        Example { features: vec![0.0; 60], row: Regime::Transition, won: true, weight: 1.0 };
    let theirs = by_linfa(&examples, &asked);
    assert!(!(0.0..=1.0).contains(&theirs), "no common factor taken out: {theirs}");
    assert!((0.0..=1.0).contains(&model.score(&asked.input())));
}

#[test]
fn the_row_counts_by_its_share_among_wins_and_losses() {
    let mut examples = balanced(0.0);
    for (i, e) in examples.iter_mut().enumerate() {
        e.row = if i % 10 == 0 || i % 4 == 1 { Regime::ChoppyLowVol } else { Regime::Transition };
    }
    let model = NaiveBayes::fit(&set_of(&examples), 1).unwrap().unwrap();
    // 200 wins, 40 of them in CHOPPY_LOW_VOL; 200 losses, 100 of them in it; one of each assumed.
    let row = Regime::ChoppyLowVol.index();
    let shares = (model.won.rows[row], model.lost.rows[row]);
    assert_eq!(shares, (41.0 / 205.0, 101.0 / 205.0));
    let features = [0.0; 3];
    let score = |row| model.score(&Input { features: &features, row });
    let odds = |p: f64| p / (1.0 - p);
    let ratio = odds(score(Regime::ChoppyLowVol)) / odds(score(Regime::Transition));
    let expected = (41.0 / 101.0) / (161.0 / 101.0);
    assert!((ratio - expected).abs() < 1e-9, "{ratio} {expected}");
}
