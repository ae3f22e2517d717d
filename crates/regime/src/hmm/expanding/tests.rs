//! Tests of the schedule and of what a refit may know.

use super::*;

fn noise(len: u32) -> Vec<f64> {
    // Two levels of volatility in turn, without chance.
    let wave = |i: u32| (f64::from(i) * 1.7).sin() + (f64::from(i) * 0.31).cos();
    (0..len).map(|i| wave(i) * if i / 40 % 2 == 0 { 0.5 } else { 2.0 }).collect()
}

fn small() -> (RefitSchedule, FitOptions) {
    let schedule = RefitSchedule { first: 60, every: 25, restart_every: 2 };
    (schedule, FitOptions { restarts: 3, ..FitOptions::default() })
}

#[test]
fn fits_are_due_with_the_first_value_and_every_so_many_more() {
    let schedule = RefitSchedule { first: 500, every: 63, restart_every: 4 };
    let due: Vec<(usize, Due)> =
        (0..=800).filter_map(|seen| schedule.due(seen).map(|due| (seen, due))).collect();
    let resume = |seen| (seen, Due::Resume);
    let expected =
        [(500, Due::Restart), resume(563), resume(626), resume(689), (752, Due::Restart)];
    assert_eq!(due, expected);
}

#[test]
fn nothing_is_said_before_the_first_fit_and_the_fit_knows_its_own_value() {
    let (schedule, options) = small();
    let mut hmm = ExpandingHmm::new(schedule, options).unwrap();
    let values = noise(120);
    for (i, x) in values.iter().enumerate() {
        let got = hmm.update(*x).map(<[f64]>::to_vec);
        assert_eq!(got.is_some(), i + 1 >= 60, "value {i}");
        let expected = if i + 1 < 60 { 0 } else { 60 + (i + 1 - 60) / 25 * 25 };
        assert_eq!(hmm.fitted_on(), expected, "value {i}");
    }
}

#[test]
fn between_fits_the_filter_of_the_latest_model_runs_on() {
    let (schedule, options) = small();
    let mut hmm = ExpandingHmm::new(schedule, options).unwrap();
    let values = noise(100);
    for x in &values {
        hmm.update(*x);
    }
    let mut filter = Filter::new(hmm.model().unwrap().clone());
    for x in &values {
        filter.update(*x);
    }
    assert_eq!(hmm.probabilities().unwrap(), filter.probabilities());
    let sds = hmm.model().unwrap().sds();
    assert!(sds[0] < sds[1], "{sds:?}");
}

#[test]
fn missing_values_count_for_no_fit() {
    let (schedule, options) = small();
    let mut hmm = ExpandingHmm::new(schedule, options).unwrap();
    for x in noise(59) {
        hmm.update(f64::NAN);
        hmm.update(x);
    }
    assert!(hmm.update(f64::NAN).is_none());
    assert!(hmm.update(0.7).is_some());
    assert_eq!(hmm.fitted_on(), 60);
}

#[test]
fn a_fit_that_fails_is_reported_and_tried_again_when_the_next_is_due() {
    let (schedule, options) = small();
    let mut hmm = ExpandingHmm::new(schedule, options).unwrap();
    for _ in 0..60 {
        assert!(hmm.update(0.5).is_none());
    }
    assert!(matches!(hmm.latest_fit(), Some(Err(FitError::NoSpread { .. }))));
    let said: Vec<bool> = noise(25).into_iter().map(|x| hmm.update(x).is_some()).collect();
    assert_eq!(said.iter().filter(|said| **said).count(), 1);
    assert!(said[24] && matches!(hmm.latest_fit(), Some(Ok(_))));
}

#[test]
fn schedules_of_nothing_are_refused() {
    let (schedule, options) = small();
    let broken = RefitSchedule { every: 0, ..schedule };
    let error = ExpandingHmm::new(broken, options).unwrap_err();
    assert_eq!(error.to_string(), "every is 0; it must be in 1..");
    let broken = FitOptions { restarts: 0, ..options };
    assert!(ExpandingHmm::new(schedule, broken).is_err());
}
