//! Tests of the module `boosted`.

use super::*;
use crate::testing::Plain;

fn config() -> BoostedConfig {
    BoostedConfig { rounds: 60, seed: 4, ..BoostedConfig::default() }
}

fn fitted(config: &BoostedConfig, plain: &Plain) -> Boosted {
    Boosted::fit(config, &plain.examples()).unwrap()
}

#[test]
fn a_fit_has_the_same_bits_on_any_number_of_threads_and_seeds_matter() {
    let plain = Plain::world(600, 6, 0.4, 17);
    let config = BoostedConfig { row_share: 0.6, column_share: 0.5, ..config() };
    let once = fitted(&config, &plain).to_bytes();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| fitted(&config, &plain).to_bytes()), once, "{threads} threads");
    }
    assert_ne!(fitted(&BoostedConfig { seed: 5, ..config }, &plain).to_bytes(), once);
}

#[test]
fn what_needs_two_columns_at_once_is_found() {
    let mut plain = Plain::world(3_000, 3, 0.0, 12);
    for i in 0..plain.won.len() {
        let row = plain.x().row(i);
        let won = row[0] * row[1] > 0.0;
        plain.won[i] = won;
    }
    let learn = plain.examples().range(0..2_000).unwrap();
    let model = Boosted::fit(&config(), &learn).unwrap();
    let scores = model.predict_all(plain.x().range(2_000..3_000)).unwrap();
    let wrong = scores.iter().zip(&plain.won[2_000..]).filter(|(p, won)| (**p > 0.5) != **won);
    assert!(wrong.count() < 80, "of 1,000");
    assert!(model.importance()[2] < 0.2, "noise: {:?}", model.importance());
}

#[test]
fn each_round_lowers_the_loss_on_what_it_learns_from() {
    let plain = Plain::world(800, 5, 0.4, 6);
    let config = BoostedConfig { learning_rate: 0.05, ..config() };
    let examples = plain.examples();
    let mut boosting = Boosting::new(&config, &examples);
    let mut before = f64::INFINITY;
    for _ in 0..config.rounds {
        assert!(boosting.round());
        let scores: Vec<f64> = boosting.log_odds.iter().map(|f| sigmoid(*f)).collect();
        let loss = scores
            .iter()
            .zip(&plain.won)
            .fold(0.0, |sum, (p, won)| sum - if *won { p.ln() } else { (1.0 - p).ln() });
        assert!(loss < before, "{loss} {before}");
        before = loss;
    }
    // What was carried on is what the finished trees say.
    let carried: Vec<f64> = boosting.log_odds.iter().map(|f| sigmoid(*f)).collect();
    assert_eq!(boosting.finish().predict_all(plain.x()).unwrap(), carried);
}

#[test]
fn weights_count_as_copies_do() {
    let once = Plain::world(300, 3, 0.4, 5);
    let mut weighted = Plain::world(300, 3, 0.4, 5);
    let mut copies = Plain::world(300, 3, 0.4, 5);
    for i in 0..300 {
        if i % 3 == 0 {
            weighted.weights[i] = 2.0;
            let row = once.x().row(i).to_vec();
            copies.values.extend(row);
            copies.won.push(once.won[i]);
            copies.weights.push(1.0);
        }
    }
    // As many bins as values, so that copies do not move the quantiles.
    let config = BoostedConfig { bins: 256, rounds: 5, ..config() };
    let values: Vec<f64> = once.values.iter().map(|x| (x * 40.0).round()).collect();
    weighted.values.copy_from_slice(&values);
    copies.values.iter_mut().for_each(|x| *x = (*x * 40.0).round());
    let (a, b) = (fitted(&config, &weighted), fitted(&config, &copies));
    let (p, q) = (a.predict_all(weighted.x()).unwrap(), b.predict_all(weighted.x()).unwrap());
    assert!(p.iter().zip(&q).all(|(p, q)| (p - q).abs() < 1e-6));
    assert_ne!(p, fitted(&config, &once).predict_all(weighted.x()).unwrap());
}

#[test]
fn early_stopping_finds_few_rounds_in_noise_and_many_in_a_signal() {
    let stopping = EarlyStopping { tail: 0.25, purge: 10, patience: 20 };
    let config = BoostedConfig { rounds: 200, early_stopping: Some(stopping), ..config() };
    let noise = fitted(&config, &Plain::world(1_200, 5, 0.0, 3));
    let signal = fitted(&config, &Plain::world(1_200, 5, 0.5, 3));
    let (few, many) = (noise.trees(), signal.trees());
    assert!(few <= 12 && many > 15, "{few} {many}");
    let fixed = BoostedConfig { rounds: u16::try_from(signal.trees()).unwrap(), ..config };
    let fixed = BoostedConfig { early_stopping: None, ..fixed };
    assert_eq!(fitted(&fixed, &Plain::world(1_200, 5, 0.5, 3)), signal, "all examples are used");
}

/// What comes after the tail cannot matter, and what is purged does not: the rounds come from the
/// head and the tail alone.
#[test]
fn the_rounds_do_not_depend_on_what_is_purged() {
    let stopping = EarlyStopping { tail: 0.25, purge: 100, patience: 20 };
    let plain = Plain::world(1_200, 4, 0.4, 8);
    let mut other = Plain::world(1_200, 4, 0.4, 8);
    for won in &mut other.won[800..900] {
        *won = !*won;
    }
    let rounds = |plain: &Plain| stop::best_rounds(&config(), stopping, &plain.examples()).unwrap();
    assert_eq!(rounds(&plain), rounds(&other));
}

#[test]
fn outcomes_that_are_all_alike_and_columns_that_never_vary_give_their_rate() {
    let mut plain = Plain::world(90, 2, 0.3, 5);
    for won in [true, false] {
        plain.won.fill(won);
        let model = fitted(&config(), &plain);
        let p = model.predict(&[0.1, 0.2]).unwrap();
        assert!((p - f64::from(u8::from(won))).abs() < 1e-15 && model.trees() == 0, "{p}");
    }
    for (i, won) in plain.won.iter_mut().enumerate() {
        *won = i % 3 == 0;
    }
    plain.values.fill(1.5);
    let p = fitted(&config(), &plain).predict(&[7.0, -7.0]).unwrap();
    assert!((p - 1.0 / 3.0).abs() < 1e-9, "{p}");
}

#[test]
fn a_stored_model_comes_back_exactly_and_damage_is_refused_or_safe() {
    let plain = Plain::world(300, 3, 0.4, 8);
    let model = fitted(&BoostedConfig { rounds: 3, ..config() }, &plain);
    let bytes = model.to_bytes();
    let back = Boosted::from_bytes(&bytes).unwrap();
    assert_eq!((&back, back.to_bytes()), (&model, bytes.clone()));
    for end in [0, 7, 9, bytes.len() / 2, bytes.len() - 1] {
        assert!(Boosted::from_bytes(&bytes[..end]).is_err(), "cut at {end}");
    }
    for at in 0..bytes.len() {
        for byte in [0, 1, 0x7F, 0xFF] {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            if let Ok(model) = Boosted::from_bytes(&bytes) {
                let score = model.predict(&vec![0.3; model.columns()]);
                assert!(score.is_some_and(|p| (0.0..=1.0).contains(&p)), "{at} {byte}: {score:?}");
            }
        }
    }
}

#[test]
fn a_row_that_is_not_finite_or_of_another_width_is_not_answered() {
    let model = fitted(&config(), &Plain::world(200, 3, 0.4, 3));
    assert!(model.predict(&[0.1, 0.2, 0.3]).is_some());
    assert_eq!(model.predict(&[0.1, f64::NAN, 0.3]), None);
    assert_eq!(model.predict(&[0.1, 0.2]), None);
    let narrow = Table::new(&[1.0, 2.0], 2).unwrap();
    assert!(matches!(model.predict_all(narrow), Err(FitError::WrongCount { .. })));
}
