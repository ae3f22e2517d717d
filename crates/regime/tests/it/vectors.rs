//! The model of several series against reference values and on real years.

use serde_json::Value;
use tradebot_domain::Date;
use tradebot_regime::hindsight::smooth;
use tradebot_regime::hmm::{
    Covariance, Filter, FitOptions, HiddenMarkov as _, VectorHmm, VectorOptions, VectorParameters,
    fit_vectors,
};
use tradebot_regime::{Observations, SecondOpinion, SecondOpinionConfig};

use crate::series::{bundled_vix, index, readings, reference};

/// Return in percent and logarithm of the range in percent, one after another.
pub(crate) fn observations(first: &str, last: &str) -> Vec<f64> {
    let period = first.parse::<Date>().unwrap()..=last.parse().unwrap();
    let bars: Vec<_> =
        index().into_iter().filter(|bar| period.contains(&bar.date.date())).collect();
    let seen = |pair: &[tradebot_domain::Bar]| {
        let (before, bar) = (&pair[0], &pair[1]);
        let range = (100.0 * (bar.high / bar.low).ln()).ln();
        [100.0 * (bar.close / before.close).ln(), range]
    };
    bars.windows(2).flat_map(seen).collect()
}

fn numbers<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

#[track_caller]
fn check(got: &[f64], expected: &[f64], tolerance: f64) {
    for (a, b) in got.iter().zip(expected) {
        assert!((a - b).abs() < tolerance, "{got:?}, expected {expected:?}");
    }
}

#[test]
fn filter_smoothing_and_likelihood_equal_the_reference() {
    let expected = reference("17_vector_hmm.json");
    let params: VectorParameters = numbers(&expected["params"]);
    let model = VectorHmm::new(params).unwrap();
    let values = observations("2007-01-03", "2010-12-31");
    assert_eq!(values.len() as u64, 2 * expected["observations"].as_u64().unwrap());
    let mut filter = Filter::new(model.clone());
    let filtered: Vec<Vec<f64>> = values.chunks(2).map(|seen| filter.see(seen).to_vec()).collect();
    let smoothed = smooth(&model, &values);
    let at: Vec<usize> = numbers(&expected["at"]);
    let rows = |key: &str| -> Vec<Vec<f64>> { numbers(&expected[key]) };
    for ((t, wanted), wanted_later) in at.iter().zip(rows("filtered")).zip(rows("smoothed")) {
        check(&filtered[*t], &wanted, 1e-9);
        check(&smoothed[*t], &wanted_later, 1e-9);
    }
    let likelihood = expected["loglik"].as_f64().unwrap();
    assert!((filter.log_likelihood() / likelihood - 1.0).abs() < 1e-10);
}

/// The best of twelve starts of the reference, whose own floor is lower than ours.
#[test]
fn fits_are_as_likely_as_the_best_of_the_reference() {
    let expected = reference("17_vector_hmm.json");
    let values = observations("2007-01-03", "2010-12-31");
    for wanted in expected["fits"].as_array().unwrap() {
        let full = wanted["covariance"] == "full";
        let covariance = if full { Covariance::Full } else { Covariance::Diagonal };
        let states: usize = numbers(&wanted["states"]);
        let fit = FitOptions { states, ..FitOptions::default() };
        let fit = fit_vectors(&values, &VectorOptions { series: 2, covariance, fit }).unwrap();
        let best = wanted["loglik"].as_f64().unwrap();
        println!("{states} {covariance:?}: {:.4}, reference {best:.4}", fit.log_likelihood);
        assert!(fit.converged && fit.log_likelihood >= best - 0.5, "{fit:?}");
        if fit.log_likelihood > best + 0.5 {
            continue; // a higher summit than that of the reference
        }
        let (means, transitions): (Vec<Vec<f64>>, Vec<Vec<f64>>) =
            (numbers(&wanted["means"]), numbers(&wanted["transitions"]));
        let covariances: Vec<Value> = numbers(&wanted["covariances"]);
        for state in 0..states {
            check(fit.model.means(state), &means[state], 0.02);
            check(fit.model.transitions(state), &transitions[state], 0.02);
            let variance = covariances[state][0][0].as_f64().unwrap();
            assert!((fit.model.covariance(state, 0, 0) / variance - 1.0).abs() < 0.02);
        }
    }
}

/// What is known of crises and calms must be seen by any model of volatility: by the return alone,
/// with the range, and with the change of the VIX where that is bundled.
#[test]
fn crises_are_high_and_calms_are_not_whatever_is_seen() {
    let (bars, vix) = (index(), bundled_vix());
    let rule = readings(&bars, &vix);
    for covariance in [Covariance::Full, Covariance::Diagonal] {
        let seen = Observations::ReturnAndRange;
        let config = SecondOpinionConfig { seen, covariance, ..SecondOpinionConfig::default() };
        let mut opinion = SecondOpinion::new(config).unwrap();
        let mut high = Vec::new();
        for (bar, (_, rule)) in bars.iter().zip(&rule) {
            let said = opinion.update_bar(bar, None, rule.map(|rule| rule.severity));
            high.extend(said.and_then(|said| Some((bar.date, said.high_volatility?))));
        }
        let mean = |first: &str, last: &str| {
            let period = first.parse::<Date>().unwrap()..=last.parse().unwrap();
            let of: Vec<f64> =
                high.iter().filter(|(d, _)| period.contains(&d.date())).map(|(_, p)| *p).collect();
            of.iter().sum::<f64>() / of.len() as f64
        };
        let crisis = mean("2008-09-15", "2008-12-31");
        let (calm, burst) = (mean("2017-01-01", "2017-12-31"), mean("2018-02-05", "2018-02-16"));
        println!("{covariance:?}: 2008 {crisis:.4}, 2017 {calm:.4}, February 2018 {burst:.4}");
        assert!(crisis > 0.95 && calm < 0.05 && burst > 0.8, "{crisis} {calm} {burst}");
    }
}

#[test]
fn the_vix_is_seen_where_there_is_one_and_missed_where_there_is_none() {
    let (bars, vix) = (index(), bundled_vix());
    let seen = Observations::ReturnRangeAndVix;
    let config = SecondOpinionConfig { seen, ..SecondOpinionConfig::default() };
    let mut opinion = SecondOpinion::new(config).unwrap();
    let (mut before, mut fitted) = (None, Vec::new());
    for bar in &bars {
        let said = opinion.update_bar(bar, before, None);
        fitted.extend(said.filter(|said| said.fitted_on > 0).map(|_| bar.date));
        before = vix.get(&bar.date.date()).copied();
    }
    // The bundled VIX begins in 2014; two years of it make the first fit.
    assert_eq!(fitted[0].year(), 2015, "{:?}", fitted[0]);
}
