//! Tests of the model: what is refused, and the stationary distribution.

use proptest::prelude::*;

use super::*;
use crate::hmm::enumeration::models;

fn two_states() -> HmmParameters {
    HmmParameters {
        means: vec![0.08, -0.12],
        sds: vec![0.8, 2.4],
        transitions: vec![vec![0.98, 0.02], vec![0.05, 0.95]],
        start: None,
    }
}

#[test]
fn without_a_start_the_model_starts_in_its_long_run_shares() {
    let model = GaussianHmm::new(two_states()).unwrap();
    assert!((model.start()[0] - 5.0 / 7.0).abs() < 1e-15);
    assert!((model.start()[1] - 2.0 / 7.0).abs() < 1e-15);
}

#[test]
fn shares_of_a_state_left_once_in_a_trillion_keep_their_digits() {
    let rare = 1e-12;
    let transitions = [1.0 - rare, rare, 3.0 * rare, 1.0 - 3.0 * rare];
    let shares = stationary(&transitions, 2).unwrap();
    assert!((shares[0] - 0.75).abs() < 1e-15 && (shares[1] - 0.25).abs() < 1e-15, "{shares:?}");
}

#[test]
fn a_state_without_a_way_out_needs_a_given_start() {
    let trap = HmmParameters { transitions: vec![vec![0.5, 0.5], vec![0.0, 1.0]], ..two_states() };
    let error = GaussianHmm::new(trap.clone()).unwrap_err();
    assert_eq!(error, HmmError::NoStationary { state: 1 });
    let given = GaussianHmm::new(HmmParameters { start: Some(vec![1.0, 0.0]), ..trap }).unwrap();
    assert_eq!(given.start(), [1.0, 0.0]);
}

#[test]
fn numbers_that_make_no_model_are_named() {
    let check = |parameters: HmmParameters, text: &str| {
        assert_eq!(GaussianHmm::new(parameters).unwrap_err().to_string(), text);
    };
    let base = two_states();
    check(HmmParameters { means: vec![], ..base.clone() }, "a model without states");
    check(
        HmmParameters { sds: vec![1.0], ..base.clone() },
        "sds has 1 entries; there are 2 states",
    );
    check(
        HmmParameters { sds: vec![1.0, 0.0], ..base.clone() },
        "sd of state 1 is 0; it must be finite and above 0",
    );
    check(
        HmmParameters { means: vec![f64::NAN, 0.0], ..base.clone() },
        "mean of state 0 is NaN; it must be finite",
    );
    check(
        HmmParameters { transitions: vec![vec![0.9, 0.1], vec![0.5, 0.6]], ..base.clone() },
        "row 1 of transitions is [0.5, 0.6]; it must hold chances in 0..=1 that sum to 1",
    );
    check(
        HmmParameters { start: Some(vec![1.5, -0.5]), ..base.clone() },
        "start is [1.5, -0.5]; it must hold chances in 0..=1 that sum to 1",
    );
    check(
        HmmParameters { transitions: vec![vec![1.0], vec![0.5, 0.5]], ..base },
        "a row of transitions has 1 entries; there are 2 states",
    );
}

#[test]
fn a_model_read_from_text_is_checked_too() {
    let text = r#"{"means":[0.0],"sds":[-1.0],"transitions":[[1.0]]}"#;
    let error = serde_json::from_str::<GaussianHmm>(text).unwrap_err().to_string();
    assert!(error.contains("sd of state 0 is -1"), "{error}");
}

#[test]
fn ordering_by_deviation_permutes_everything_alike() {
    let model = GaussianHmm::new(HmmParameters {
        means: vec![1.0, 2.0, 3.0],
        sds: vec![3.0, 1.0, 2.0],
        transitions: vec![vec![0.7, 0.2, 0.1], vec![0.3, 0.6, 0.1], vec![0.15, 0.05, 0.8]],
        start: Some(vec![0.5, 0.3, 0.2]),
    });
    let ordered = model.unwrap().ordered_by_sd();
    assert_eq!(ordered.means(), [2.0, 3.0, 1.0]);
    assert_eq!(ordered.sds(), [1.0, 2.0, 3.0]);
    assert_eq!(ordered.start(), [0.3, 0.2, 0.5]);
    assert_eq!(ordered.transitions(0), [0.6, 0.1, 0.3]);
    assert_eq!(ordered.transitions(2), [0.2, 0.1, 0.7]);
}

proptest! {
    #[test]
    fn the_chain_keeps_its_stationary_distribution(model in models()) {
        let shares = model.stationary().unwrap();
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for to in 0..model.states() {
            let next: f64 =
                shares.iter().enumerate().map(|(from, p)| p * model.transitions(from)[to]).sum();
            prop_assert!((next - shares[to]).abs() < 1e-12, "{shares:?}");
        }
    }

    #[test]
    fn a_model_written_and_read_is_the_same(model in models()) {
        let text = serde_json::to_string(&model).unwrap();
        prop_assert_eq!(serde_json::from_str::<GaussianHmm>(&text).unwrap(), model);
    }
}
