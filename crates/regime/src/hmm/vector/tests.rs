//! Tests of the model of several series: against that of one, against what was planted, bad inputs.

use proptest::prelude::*;

use super::*;
use crate::chance::Chance;
use crate::hmm::enumeration::{models, series};
use crate::hmm::{Filter, FitError, FitOptions, GaussianHmm, StartRule};

/// The model of one series, written down as one of several.
fn as_vector(model: &GaussianHmm) -> VectorHmm {
    let square = |sd: &f64| vec![vec![sd * sd]];
    VectorHmm::new(VectorParameters {
        means: model.means().iter().map(|mean| vec![*mean]).collect(),
        covariances: model.sds().iter().map(square).collect(),
        transitions: (0..model.states()).map(|from| model.transitions(from).to_vec()).collect(),
        start: Some(model.start().to_vec()),
    })
    .unwrap()
}

proptest! {
    #[test]
    fn of_one_series_it_is_the_model_of_one_series(model in models(), values in series()) {
        let mut one = Filter::new(model.clone());
        let mut several = Filter::new(as_vector(&model));
        for x in &values {
            let wanted = one.update(*x).to_vec();
            for (got, wanted) in several.see(&[*x]).iter().zip(wanted) {
                prop_assert!((got - wanted).abs() < 1e-10, "{got}, expected {wanted}");
            }
        }
        let (got, wanted) = (several.log_likelihood(), one.log_likelihood());
        prop_assert!((got - wanted).abs() < 1e-9 * wanted.abs().max(1.0), "{got}, {wanted}");
    }

    #[test]
    fn independent_series_multiply_their_densities(
        means in prop::array::uniform3(-3.0_f64..3.0),
        sds in prop::array::uniform3(0.1_f64..4.0),
        x in prop::array::uniform3(-5.0_f64..5.0),
    ) {
        let row = |i: usize| (0..3).map(|j| if i == j { sds[i] * sds[i] } else { 0.0 }).collect();
        let model = one_state(means.to_vec(), (0..3).map(row).collect()).unwrap();
        let wanted: f64 =
            (0..3).map(|i| crate::numerics::log_normal_density(x[i], means[i], sds[i])).sum();
        let got = model.log_density(0, &x);
        prop_assert!((got - wanted).abs() < 1e-10 * wanted.abs().max(1.0), "{got}, {wanted}");
    }
}

fn one_state(mean: Vec<f64>, covariance: Vec<Vec<f64>>) -> Result<VectorHmm, HmmError> {
    VectorHmm::new(VectorParameters {
        means: vec![mean],
        covariances: vec![covariance],
        transitions: vec![vec![1.0]],
        start: None,
    })
}

#[test]
fn a_correlated_density_by_hand() {
    // Covariance [[4, 2], [2, 3]] at (2, 5) from (1, 3): distance 11/8, determinant 8.
    let model = one_state(vec![1.0, 3.0], vec![vec![4.0, 2.0], vec![2.0, 3.0]]).unwrap();
    let tau = 2.0 * std::f64::consts::PI;
    let wanted = -0.5 * 11.0 / 8.0 - 0.5 * 8.0_f64.ln() - tau.ln();
    assert!((model.log_density(0, &[2.0, 5.0]) - wanted).abs() < 1e-14);
}

/// A walk of `len` observations: calm with series that move together, wild with series that do not.
fn planted(len: usize, seed: u64) -> Vec<f64> {
    let mut chance = Chance::new(seed, 0);
    let normal = |chance: &mut Chance| (0..12).map(|_| chance.between(-0.5, 0.5)).sum::<f64>();
    let (mut wild, mut values) = (false, Vec::new());
    for _ in 0..len {
        wild ^= chance.between(0.0, 1.0) < 0.03;
        let (a, b) = (normal(&mut chance), normal(&mut chance));
        let seen = if wild { [2.0 * a, 1.0 + b] } else { [0.1 + a, 0.8 * a + 0.6 * b] };
        values.extend(seen);
    }
    values
}

fn options(covariance: Covariance) -> VectorOptions {
    VectorOptions { series: 2, covariance, fit: FitOptions::default() }
}

#[test]
fn states_that_differ_in_how_series_move_together_are_recovered() {
    let fit = fit_vectors(&planted(3_000, 5), &options(Covariance::Full)).unwrap();
    assert!(fit.converged, "{fit:?}");
    let correlation = |state: usize| {
        fit.model.covariance(state, 0, 1) / (fit.model.sd(state, 0) * fit.model.sd(state, 1))
    };
    assert!((correlation(0) - 0.8).abs() < 0.05, "{}", correlation(0));
    assert!(correlation(1).abs() < 0.1, "{}", correlation(1));
    assert!((fit.model.sd(0, 0) - 1.0).abs() < 0.1 && (fit.model.sd(1, 0) - 2.0).abs() < 0.2);
    assert!((fit.model.means(1)[1] - 1.0).abs() < 0.1, "{:?}", fit.model.means(1));
    assert!((fit.model.transitions(0)[0] - 0.97).abs() < 0.02);
}

#[test]
fn the_reported_likelihood_is_that_of_the_model_by_the_filter_and_full_beats_diagonal() {
    let mut values = planted(600, 9);
    values[17] = f64::NAN;
    (values[300], values[301]) = (80.0, -80.0);
    let likelihood = |covariance: Covariance, start: StartRule| {
        let options = options(covariance);
        let options = VectorOptions { fit: FitOptions { start, ..options.fit }, ..options };
        let fit = fit_vectors(&values, &options).unwrap();
        let mut filter = Filter::new(fit.model.clone());
        for seen in values.chunks(2) {
            filter.see(seen);
        }
        let gap = (fit.log_likelihood - filter.log_likelihood()).abs();
        assert!(gap < 1e-7, "{covariance:?} {start:?}: {gap}, {fit:?}");
        assert_eq!(fit.observed, 599);
        fit.log_likelihood
    };
    let full = likelihood(Covariance::Full, StartRule::Estimated);
    let diagonal = likelihood(Covariance::Diagonal, StartRule::Stationary);
    assert!(full > diagonal + 10.0, "{full}, {diagonal}");
}

#[test]
fn the_same_seed_gives_the_same_bits_and_units_change_nothing_but_the_units() {
    let values = planted(500, 3);
    let options = options(Covariance::Full);
    let first = fit_vectors(&values, &options).unwrap();
    assert_eq!(first, fit_vectors(&values, &options).unwrap());
    let scaled: Vec<f64> =
        values.chunks(2).flat_map(|v| [1e-3 * v[0] + 5.0, 40.0 * v[1]]).collect();
    let scaled = fit_vectors(&scaled, &options).unwrap();
    for state in 0..2 {
        let wanted = 1e-3 * 40.0 * first.model.covariance(state, 0, 1);
        assert!((scaled.model.covariance(state, 0, 1) - wanted).abs() < 1e-7, "{scaled:?}");
    }
}

#[test]
fn series_that_are_one_are_floored_and_stay_numbers() {
    let values: Vec<f64> = planted(300, 4).chunks(2).flat_map(|v| [v[0], 2.0 * v[0]]).collect();
    let fit = fit_vectors(&values, &options(Covariance::Full)).unwrap();
    assert!(fit.log_likelihood.is_finite(), "{fit:?}");
}

#[test]
fn a_resumed_model_never_loses_and_another_shape_is_refused() {
    let values = planted(900, 21);
    let options = options(Covariance::Full);
    let before = fit_vectors(&values[..1_200], &options).unwrap().model;
    let resumed = resume_vectors(&values, &before, &options).unwrap();
    let refitted = refit_vectors(&values, &before, &options).unwrap();
    assert!(refitted.log_likelihood >= resumed.log_likelihood);
    let one = one_state(vec![0.0, 0.0], vec![vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap();
    let refused = resume_vectors(&values, &one, &options).unwrap_err();
    assert_eq!(refused, FitError::OtherStates { previous: 1, states: 2 });
}

#[test]
fn what_is_no_model_and_no_window_is_refused_with_its_numbers() {
    let two = |covariance: [[f64; 2]; 2]| {
        one_state(vec![0.0, 0.0], covariance.iter().map(|row| row.to_vec()).collect())
    };
    for bad in [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.4, 1.0]], [[0.0, 0.0], [0.0, 1.0]]] {
        assert_eq!(two(bad).unwrap_err(), HmmError::Covariance { state: 0 }, "{bad:?}");
    }
    let narrow = one_state(vec![0.0, 0.0], vec![vec![1.0]]).unwrap_err();
    assert_eq!(narrow, HmmError::Width { name: "covariances", state: 0, got: 1, width: 2 });
    assert!(matches!(one_state(vec![f64::NAN], vec![vec![1.0]]), Err(HmmError::Value { .. })));
    let options = options(Covariance::Full);
    let ragged = fit_vectors(&[0.0; 41], &options).unwrap_err();
    assert_eq!(ragged, FitError::Ragged { values: 41, series: 2 });
    assert!(matches!(fit_vectors(&[1.0; 100], &options), Err(FitError::NoSpread { .. })));
    assert!(matches!(fit_vectors(&planted(10, 1), &options), Err(FitError::TooShort { .. })));
    let wide = VectorOptions { series: 5, ..options };
    let refused = fit_vectors(&[0.0; 100], &wide).unwrap_err();
    assert_eq!(refused.to_string(), "series is 5; it must be in 1..=4");
}

#[test]
fn a_model_survives_json() {
    let model = fit_vectors(&planted(300, 2), &options(Covariance::Full)).unwrap().model;
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<VectorHmm>(&text).unwrap(), model);
    let broken = text.replacen("\"covariances\":[[[", "\"covariances\":[[[-", 1);
    assert!(serde_json::from_str::<VectorHmm>(&broken).is_err());
}
