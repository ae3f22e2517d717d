//! The ensemble by hand, over many sessions, and handed bad inputs.

use proptest::prelude::*;

use super::*;

fn members() -> Vec<MemberId> {
    ["trend", "momentum", "forest"].map(|name| MemberId::new(name).unwrap()).to_vec()
}

fn ensemble() -> Ensemble {
    Ensemble::new(EnsembleConfig::default(), &members())
}

#[expect(clippy::unnecessary_wraps, reason = "members answer with an option")]
fn opinion(mean: f64, var: f64) -> Option<Calibrated> {
    Some(Calibrated { mean, lo: mean, hi: mean, var, n: 10.0 })
}

fn outcome(means: [Option<f64>; 3], won: bool, uniqueness: f64) -> ScoredOutcome {
    ScoredOutcome {
        means: means.to_vec(),
        raw: means.map(|p| p.map(|p| p * 0.5)).to_vec(),
        consensus: 0.6,
        equal_weight: 0.55,
        row_rate: 0.5,
        won,
        uniqueness,
    }
}

#[track_caller]
fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
}

#[test]
fn members_that_agree_make_a_consensus_as_wide_as_each() {
    let consensus = ensemble().combine(&[opinion(0.6, 0.004); 3]).unwrap();
    close(consensus.mean, 0.6);
    assert!(consensus.disagreement < 1e-12, "{consensus:?}");
    // Mean 0.6 and variance 0.004 are those of Beta(35.4, 23.6).
    let same = tradebot_calibration::BetaPosterior { a: 35.4, b: 23.6 };
    assert!((consensus.lo - same.quantile(0.2)).abs() < 1e-9, "{consensus:?}");
    assert!((consensus.hi - same.quantile(0.8)).abs() < 1e-9, "{consensus:?}");
}

#[test]
fn sleepers_have_no_part_and_the_awake_share_all_the_weight() {
    let consensus = ensemble().combine(&[opinion(0.4, 0.002), None, opinion(0.7, 0.001)]).unwrap();
    assert_eq!(consensus.weights.len(), 3);
    assert_eq!(consensus.weights[1], 0.0);
    close(consensus.weights[0], 0.5);
    close(consensus.equal_weight, 0.55);
    close(consensus.disagreement, 0.15);
    let g = |o: f64| {
        let mixed = |p: f64| 0.5 * (-2.0 * (o - p) * (o - p)).exp();
        -0.5 * (mixed(0.4) + mixed(0.7)).ln()
    };
    close(consensus.mean, 0.5 + 0.5 * (g(0.0) - g(1.0)));
    assert!((consensus.mean - 0.55).abs() > 1e-4, "the pool is not the linear one");
}

#[test]
fn disagreement_widens_the_bounds() {
    let agreed = ensemble().combine(&[opinion(0.55, 0.001); 3]).unwrap();
    let divided = ensemble().combine(&[opinion(0.35, 0.001), opinion(0.75, 0.001), None]).unwrap();
    assert!(divided.hi - divided.lo > 2.0 * (agreed.hi - agreed.lo), "{divided:?} {agreed:?}");
}

#[test]
fn certainties_have_no_width() {
    let consensus = ensemble().combine(&[opinion(1.0, 0.0); 3]).unwrap();
    close(consensus.mean, 1.0);
    assert!((consensus.hi - consensus.lo).abs() < 1e-9, "{consensus:?}");
}

#[test]
fn without_opinions_it_abstains_and_nonsense_is_named() {
    let ensemble = ensemble();
    assert_eq!(ensemble.combine(&[None; 3]), Err(Abstention::Quorum { need: 1, have: 0 }));
    assert_eq!(ensemble.combine(&[None; 2]), Err(Abstention::Shape { found: 2, members: 3 }));
    for (mean, var) in [(f64::NAN, 0.1), (1.1, 0.1), (-0.1, 0.1), (0.5, f64::NAN), (0.5, -1.0)] {
        let refused = ensemble.combine(&[opinion(0.5, 0.1), opinion(mean, var), None]);
        assert!(matches!(refused, Err(Abstention::Opinion { member: 1, .. })), "{mean} {var}");
    }
}

#[test]
fn scores_are_weighted_by_uniqueness_and_only_of_the_awake() {
    let mut ensemble = ensemble();
    let session = [
        outcome([Some(0.8), None, Some(0.4)], true, 1.0),
        outcome([Some(0.8), Some(0.3), Some(0.4)], false, 0.25),
    ];
    ensemble.learn_session(&session).unwrap();
    let stats = ensemble.member_stats();
    assert_eq!((stats[0].scored, stats[1].scored), (1.25, 0.25));
    close(stats[0].brier, (0.04 + 0.25 * 0.64) / 1.25);
    close(stats[0].brier_raw, (0.36 + 0.25 * 0.16) / 1.25);
    close(stats[0].brier_60, stats[0].brier);
    close(stats[1].brier, 0.09);
    close(ensemble.consensus_brier(), (0.16 + 0.25 * 0.36) / 1.25);
    close(ensemble.base_brier(), 0.25);
    let skill = ensemble.skill();
    assert_eq!(skill.sessions, 1);
    close(skill.mean, (0.25 - 0.16) + 0.25 * (0.25 - 0.36));
}

#[test]
fn nothing_scored_reads_as_a_coin() {
    let stats = ensemble().member_stats();
    assert_eq!((stats[0].scored, stats[0].brier, stats[0].brier_60), (0.0, 0.25, 0.25));
    assert_eq!(ensemble().consensus_brier(), 0.25);
}

#[test]
fn the_rolling_score_forgets_what_left_its_window() {
    let config = EnsembleConfig { rolling_sessions: 3, ..EnsembleConfig::default() };
    let mut ensemble = Ensemble::new(config, &members());
    ensemble.learn_session(&[outcome([Some(0.0); 3], true, 1.0)]).unwrap();
    for _ in 0..3 {
        ensemble.learn_session(&[outcome([Some(0.9); 3], true, 1.0)]).unwrap();
        ensemble.learn_session(&[]).unwrap();
    }
    let stats = ensemble.member_stats();
    close(stats[0].brier_60, 0.01);
    close(stats[0].brier, 1.03 / 4.0);
    assert_eq!(ensemble.skill().sessions, 4, "sessions without outcomes are not in the test");
}

#[test]
fn learned_weights_follow_discounted_losses_by_uniqueness() {
    let mut ensemble = ensemble();
    let session = [outcome([Some(0.9), Some(0.5), Some(0.2)], true, 0.5)];
    ensemble.learn_session(&session).unwrap();
    ensemble.learn_session(&[]).unwrap();
    ensemble.learn_session(&session).unwrap();
    let stats = ensemble.member_stats();
    let gamma = 0.5_f64.powf(1.0 / 1_250.0);
    let exponent = 2.0 * 0.5 * (1.0 + gamma * gamma) * (0.64 - 0.01);
    let odds = stats[0].learned_weight / stats[2].learned_weight;
    assert!((odds / exponent.exp() - 1.0).abs() < 1e-12, "{odds}");
}

#[test]
fn a_member_that_is_always_right_gains_step_by_step_and_the_others_keep_the_floor() {
    let mut ensemble = ensemble();
    let right = |won: bool| {
        let p = if won { 0.95 } else { 0.05 };
        outcome([Some(p), Some(1.0 - p), Some(0.5)], won, 1.0)
    };
    let mut before = ensemble.weights().to_vec();
    for i in 0..400 {
        ensemble.learn_session(&vec![right(i % 2 == 0); 5]).unwrap();
        for (now, before) in ensemble.weights().iter().zip(&before) {
            assert!((now - before).abs() <= 0.10 + 1e-12 && *now >= 0.01 - 1e-12);
        }
        before = ensemble.weights().to_vec();
    }
    let expected = [0.98, 0.01, 0.01];
    for (weight, expected) in ensemble.weights().iter().zip(expected) {
        assert!((weight - expected).abs() < 1e-6, "{:?}", ensemble.weights());
    }
}

#[test]
fn skill_is_shown_to_who_beats_the_row_and_not_to_who_repeats_it() {
    let (mut skilled, mut repeating) = (ensemble(), ensemble());
    for i in 0..300 {
        let won = i % 3 == 0;
        let call = if won == (i % 5 != 0) { 0.65 } else { 0.35 };
        let base = outcome([Some(0.5); 3], won, 0.5);
        let knows = ScoredOutcome { consensus: call, ..base.clone() };
        let repeats = ScoredOutcome { consensus: base.row_rate, ..base };
        skilled.learn_session(&[knows]).unwrap();
        repeating.learn_session(&[repeats]).unwrap();
    }
    let (skilled, repeating) = (skilled.skill(), repeating.skill());
    assert!(skilled.shown && skilled.lower > 0.0, "{skilled:?}");
    assert!(!repeating.shown && repeating.mean == 0.0, "{repeating:?}");
}

#[test]
fn a_session_with_one_faulty_outcome_teaches_nothing() {
    let good = outcome([Some(0.6), None, Some(0.4)], true, 0.5);
    let faulty = [
        ScoredOutcome { means: vec![Some(0.5)], ..good.clone() },
        ScoredOutcome { raw: vec![], ..good.clone() },
        ScoredOutcome { uniqueness: 0.0, ..good.clone() },
        ScoredOutcome { uniqueness: f64::NAN, ..good.clone() },
        ScoredOutcome { consensus: f64::NAN, ..good.clone() },
        ScoredOutcome { equal_weight: 1.2, ..good.clone() },
        ScoredOutcome { row_rate: -0.1, ..good.clone() },
        outcome([Some(f64::NAN), None, None], true, 0.5),
    ];
    let mut ensemble = ensemble();
    ensemble.learn_session(std::slice::from_ref(&good)).unwrap();
    let before = ensemble.clone();
    for bad in faulty {
        let refused = ensemble.learn_session(&[good.clone(), bad.clone()]);
        assert!(refused.is_err(), "{bad:?}");
        assert_eq!(ensemble, before, "{bad:?}");
    }
}

#[test]
fn settings_outside_their_range_are_named() {
    let base = EnsembleConfig::default();
    let bad = [
        ("eta", EnsembleConfig { eta: 2.1, ..base }),
        ("half_life_sessions", EnsembleConfig { half_life_sessions: f64::NAN, ..base }),
        ("floor", EnsembleConfig { floor: 0.34, ..base }),
        ("step_max", EnsembleConfig { step_max: 0.0, ..base }),
        ("rolling_sessions", EnsembleConfig { rolling_sessions: 0, ..base }),
    ];
    for (name, config) in bad {
        assert_eq!(Ensemble::try_new(config, &members()).unwrap_err().setting, name);
    }
}

fn any_session() -> impl Strategy<Value = Vec<ScoredOutcome>> {
    let means = prop::array::uniform3(prop::option::of(0.0_f64..=1.0));
    let outcome = (means, any::<bool>(), 0.01_f64..=1.0, 0.0_f64..=1.0).prop_map(
        |(means, won, uniqueness, consensus)| ScoredOutcome {
            consensus,
            ..outcome(means, won, uniqueness)
        },
    );
    prop::collection::vec(outcome, 0..5)
}

fn taught(sessions: &[Vec<ScoredOutcome>]) -> Ensemble {
    let mut ensemble = ensemble();
    for outcomes in sessions {
        ensemble.learn_session(outcomes).unwrap();
    }
    ensemble
}

proptest! {
    // Each case is a run of sessions.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Replayed, or stopped, written out, read back and continued: the same bits.
    #[test]
    fn replay_and_restart_are_bit_identical(
        sessions in prop::collection::vec(any_session(), 0..80), cut in 0_usize..80,
    ) {
        let straight = taught(&sessions);
        let (before, after) = sessions.split_at(cut.min(sessions.len()));
        let text = serde_json::to_string(&taught(before)).unwrap();
        let mut resumed: Ensemble = serde_json::from_str(&text).unwrap();
        for outcomes in after {
            resumed.learn_session(outcomes).unwrap();
        }
        prop_assert_eq!(&resumed, &straight);
        prop_assert_eq!(serde_json::to_string(&resumed).unwrap(),
            serde_json::to_string(&straight).unwrap());
    }

    #[test]
    fn a_consensus_lies_among_its_members_within_its_bounds(
        sessions in prop::collection::vec(any_session(), 0..40),
        opinions in prop::array::uniform3(prop::option::of((0.0_f64..=1.0, 0.0_f64..0.02))),
    ) {
        let opinions = opinions.map(|o| o.and_then(|(mean, var)| opinion(mean, var)));
        let Ok(consensus) = taught(&sessions).combine(&opinions) else {
            prop_assert!(opinions.iter().all(Option::is_none));
            return Ok(());
        };
        let means: Vec<f64> = opinions.iter().flatten().map(|o| o.mean).collect();
        let low = means.iter().copied().fold(1.0, f64::min);
        let high = means.iter().copied().fold(0.0, f64::max);
        prop_assert!(low - 1e-9 <= consensus.mean && consensus.mean <= high + 1e-9);
        prop_assert!(consensus.lo <= consensus.mean && consensus.mean <= consensus.hi);
        prop_assert!((consensus.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
