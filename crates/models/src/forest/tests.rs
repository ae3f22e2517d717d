//! Tests of the module `forest` as it is used alone.

use super::*;
use crate::testing::Plain;

fn config() -> ForestConfig {
    ForestConfig { trees: 40, seed: 9, ..ForestConfig::default() }
}

fn on_threads(threads: usize, config: &ForestConfig, plain: &Plain) -> Vec<u8> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| Forest::fit(config, &plain.examples()).unwrap().to_bytes())
}

#[test]
fn a_fit_has_the_same_bits_on_any_number_of_threads_and_again() {
    let plain = Plain::world(700, 8, 0.3, 17);
    let configs = [
        config(),
        ForestConfig { bins: 256, columns_per_split: ColumnsPerSplit::Count(3), ..config() },
        ForestConfig { draws: Draws::Once, min_leaf: 1, depth: 9, ..config() },
    ];
    for config in configs {
        let once = on_threads(1, &config, &plain);
        for threads in [1, 2, 5] {
            assert_eq!(on_threads(threads, &config, &plain), once, "{threads} threads");
        }
    }
}

#[test]
fn a_planted_signal_is_found_and_named() {
    let (learn, unseen) = (Plain::world(2_000, 6, 0.45, 1), Plain::world(1_000, 6, 0.45, 2));
    let forest = Forest::fit(&config(), &learn.examples()).unwrap();
    let scores = forest.predict_all(unseen.x()).unwrap();
    // The true probabilities score 1/4 - 0.45^2 / 3 = 0.1825, the base rate 0.25.
    assert!(unseen.brier(&scores) < 0.21, "{}", unseen.brier(&scores));
    let importance = forest.importance();
    assert!(importance[1..].iter().all(|share| *share < importance[0]), "{importance:?}");
    assert!((importance.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn all_rows_at_once_give_the_bits_that_each_gives_alone() {
    let plain = Plain::world(333, 5, 0.4, 3);
    let forest = Forest::fit(&config(), &plain.examples()).unwrap();
    let all = forest.predict_all(plain.x()).unwrap();
    for (i, score) in all.iter().enumerate() {
        assert_eq!(forest.predict(plain.x().row(i)), Some(*score));
    }
}

#[test]
fn a_row_that_is_not_finite_or_of_another_width_is_not_answered() {
    let plain = Plain::world(200, 3, 0.4, 3);
    let forest = Forest::fit(&config(), &plain.examples()).unwrap();
    assert!(forest.predict(&[0.1, 0.2, 0.3]).is_some());
    assert_eq!(forest.predict(&[0.1, f64::NAN, 0.3]), None);
    assert_eq!(forest.predict(&[0.1, 0.2]), None);
    let narrow = Table::new(&[1.0, 2.0], 2).unwrap();
    assert!(matches!(forest.predict_all(narrow), Err(FitError::WrongCount { .. })));
}

#[test]
fn weights_count_as_copies_do() {
    // As many wins as losses everywhere, but a win is unique and a loss one of ten alike.
    let mut plain = Plain::world(1_500, 2, 0.0, 14);
    for i in 0..plain.won.len() {
        plain.won[i] = i % 2 == 0;
        plain.weights[i] = if plain.won[i] { 1.0 } else { 0.1 };
    }
    let all = [Draws::Share(1.0), Draws::Worth { at_least: 100 }, Draws::Once];
    for draws in all {
        let forest = Forest::fit(&ForestConfig { draws, ..config() }, &plain.examples()).unwrap();
        let scores = forest.predict_all(plain.x()).unwrap();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        assert!((mean - 10.0 / 11.0).abs() < 0.02, "{draws:?}: {mean}");
    }
}

#[test]
fn outcomes_that_are_all_alike_or_columns_that_never_vary_give_their_rate() {
    for (value, won) in [(None, Some(true)), (None, Some(false)), (Some(2.5), None)] {
        let mut plain = Plain::world(150, 2, 0.3, 5);
        for x in &mut plain.values {
            *x = value.unwrap_or(*x);
        }
        for (i, w) in plain.won.iter_mut().enumerate() {
            *w = won.unwrap_or(i % 3 == 0);
        }
        let forest =
            Forest::fit(&ForestConfig { draws: Draws::Once, ..config() }, &plain.examples());
        let forest = forest.unwrap();
        let rate = f64::from(u8::from(won.unwrap_or(false)));
        let expected = if won.is_some() { rate } else { 1.0 / 3.0 };
        assert!((forest.predict(&[7.0, 7.0]).unwrap() - expected).abs() < 1e-6);
        assert_eq!(forest.importance(), [0.0, 0.0]);
    }
}

#[test]
fn a_stored_forest_comes_back_exactly_and_damage_is_refused_or_safe() {
    let plain = Plain::world(300, 3, 0.4, 8);
    let forest = Forest::fit(&ForestConfig { trees: 3, ..config() }, &plain.examples()).unwrap();
    let bytes = forest.to_bytes();
    let back = Forest::from_bytes(&bytes).unwrap();
    assert_eq!(back, forest);
    assert_eq!(back.to_bytes(), bytes);
    for end in [0, 7, 9, bytes.len() / 2, bytes.len() - 1] {
        assert!(Forest::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    for at in 0..bytes.len() {
        for byte in [0, 1, 0x7F, 0xFF] {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            if let Ok(forest) = Forest::from_bytes(&bytes) {
                let row = vec![0.3; forest.columns()];
                let alone = forest.predict(&row);
                assert!(alone.is_some_and(|p| (0.0..=1.0).contains(&p)), "{at} {byte}: {alone:?}");
                if !row.is_empty() {
                    let all = forest.predict_all(Table::new(&row, row.len()).unwrap()).unwrap();
                    assert_eq!(all, [alone.unwrap()]);
                }
            }
        }
    }
}
