//! Views per regime inside the ensemble: switched off, by hand, and against the plain algorithm.

use proptest::prelude::*;
use tradebot_calibration::Calibrated;
use tradebot_domain::MemberId;

use super::super::{Ensemble, SecondLevel};
use super::*;
use crate::RegimeAware;

const CALM: Regime = Regime::TrendingLowVol;
const WILD: Regime = Regime::ChoppyHighVol;

type Lesson = (Regime, [Option<f64>; 3], bool, f64);

fn ensemble(config: EnsembleConfig) -> Ensemble {
    let members = ["trend", "momentum", "forest"].map(|name| MemberId::new(name).unwrap());
    Ensemble::new(config, &members)
}

fn by_regime() -> EnsembleConfig {
    EnsembleConfig { second_level: SecondLevel::Regimes, ..EnsembleConfig::default() }
}

/// What is learned is used at once, and nothing is forgotten but by `half_life_sessions`.
fn unheld(half_life_sessions: f64) -> EnsembleConfig {
    EnsembleConfig { floor: 0.0, step_max: 1.0, half_life_sessions, ..by_regime() }
}

fn opinions(means: [Option<f64>; 3]) -> [Option<Calibrated>; 3] {
    means.map(|p| p.map(|mean| Calibrated { mean, lo: mean, hi: mean, var: 0.001, n: 10.0 }))
}

fn outcome(means: [Option<f64>; 3], won: bool, uniqueness: f64) -> ScoredOutcome {
    ScoredOutcome {
        means: means.to_vec(),
        raw: means.to_vec(),
        consensus: 0.5,
        equal_weight: 0.5,
        row_rate: 0.5,
        won,
        uniqueness,
    }
}

fn scored((regime, means, won, uniqueness): Lesson) -> (Regime, ScoredOutcome) {
    (regime, outcome(means, won, uniqueness))
}

fn any_lesson() -> impl Strategy<Value = Lesson> {
    let means = prop::array::uniform3(prop::option::weighted(0.8, 0.0_f64..=1.0));
    (prop::sample::select(Regime::ALL.to_vec()), means, any::<bool>(), 0.01_f64..=1.0)
}

fn any_sessions() -> impl Strategy<Value = Vec<Vec<(Regime, ScoredOutcome)>>> {
    let outcomes = prop::collection::vec(any_lesson().prop_map(scored), 0..5);
    prop::collection::vec(outcomes, 0..50)
}

fn views(ensemble: &Ensemble) -> &RegimeViews {
    ensemble.regimes.as_ref().unwrap()
}

#[track_caller]
fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
}

#[test]
fn settings_that_leave_it_off_are_written_as_they_were_before_it_existed() {
    let text = serde_json::to_string(&EnsembleConfig::default()).unwrap();
    assert_eq!(
        text,
        "{\"eta\":2.0,\"half_life_sessions\":1250.0,\"floor\":0.01,\"step_max\":0.1,\
         \"rolling_sessions\":60,\"skill_lag\":30,\"skill_sessions_min\":250}"
    );
    let back: EnsembleConfig = serde_json::from_str(&text).unwrap();
    assert_eq!(back, EnsembleConfig::default());
    let state = serde_json::to_string(&ensemble(EnsembleConfig::default())).unwrap();
    assert!(!state.contains("regimes"), "{state}");
    let on = serde_json::to_string(&by_regime()).unwrap();
    assert!(on.ends_with(",\"second_level\":\"regimes\"}"), "{on}");
}

#[test]
fn switched_off_there_are_no_views() {
    let off = ensemble(EnsembleConfig::default());
    assert_eq!((off.regime_weights(CALM), off.trust()), (None, None));
}

/// Member 0 is right when it is calm, member 1 when it is wild.
#[test]
fn where_regimes_contradict_each_other_their_views_are_followed() {
    let mut ensemble = ensemble(by_regime());
    for session in 0..300 {
        let (regime, won) = if session / 20 % 2 == 0 { (CALM, true) } else { (WILD, false) };
        let said = [Some(0.7), Some(0.3), Some(0.5)];
        let lesson = |won| (regime, outcome(said, won, 0.8));
        ensemble.learn_session_in(&[lesson(won), lesson(won), lesson(!won)]).unwrap();
    }
    assert!(ensemble.trust().unwrap()[1] > 0.98, "{:?}", ensemble.trust());
    assert!(ensemble.regime_weights(CALM).unwrap()[0] > 0.9);
    assert!(ensemble.regime_weights(WILD).unwrap()[1] > 0.9);
    let asked = opinions([Some(0.7), Some(0.4), None]);
    let in_regime = |regime| ensemble.combine_in(regime, &asked).unwrap();
    assert!(in_regime(CALM).mean > 0.65, "{:?}", in_regime(CALM));
    assert!(in_regime(WILD).mean < 0.45, "{:?}", in_regime(WILD));
    assert!(in_regime(CALM).weights[0] > 0.9);
}

#[test]
fn an_unseen_regime_weighs_members_equally() {
    let mut ensemble = ensemble(by_regime());
    for _ in 0..100 {
        let lesson = (CALM, outcome([Some(0.9), Some(0.5), Some(0.2)], true, 1.0));
        ensemble.learn_session_in(&[lesson]).unwrap();
    }
    assert_eq!(ensemble.regime_weights(WILD), Some([1.0 / 3.0; 3].as_slice()));
    let means = [Some(0.2), None, Some(0.8)];
    let consensus = ensemble.combine_in(WILD, &opinions(means)).unwrap();
    let global = ensemble.combine(&opinions(means)).unwrap();
    let trust = ensemble.trust().unwrap();
    // Two equal members of which one says 0.2 and the other 0.8 meet in the middle.
    let said = [(global.mean, trust[0].ln()), (0.5, trust[1].ln())];
    close(consensus.mean, pool::substitution(said.into_iter(), 2.0).unwrap());
    close(consensus.weights[0], trust[0] * global.weights[0] + trust[1] * 0.5);
    close(consensus.weights.iter().sum(), 1.0);
    assert_eq!(consensus.weights[1], 0.0);
}

#[test]
fn an_outcome_of_weight_u_counts_u_of_a_loss_in_both_levels() {
    let mut ensemble = ensemble(by_regime());
    let said = [Some(0.9), Some(0.5), Some(0.1)];
    // The global view learns a lesson of its own first, so that the views differ.
    for _ in 0..50 {
        ensemble.learn_session(&[outcome(said, true, 1.0)]).unwrap();
    }
    let global = ensemble.combine(&opinions(said)).unwrap().mean;
    let unseen = ensemble.combine_in(WILD, &opinions(said)).unwrap();
    assert_ne!(global, unseen.mean);
    ensemble.learn_session_in(&[(WILD, outcome(said, false, 0.3))]).unwrap();
    let levels = views(&ensemble).levels.learned.weights();
    // The regime's view said 0.5: equal weights on opinions symmetric about it.
    close((levels[1] / levels[0]).ln(), 2.0 * 0.3 * (global * global - 0.25));
    let own = views(&ensemble).seen[&WILD].learned.weights();
    close((own[2] / own[0]).ln(), 2.0 * 0.3 * (0.81 - 0.01));
}

#[test]
fn a_regime_forgets_only_while_it_teaches() {
    let mut ensemble = ensemble(by_regime());
    let lesson = |regime, won| (regime, outcome([Some(0.9), Some(0.5), Some(0.1)], won, 1.0));
    ensemble.learn_session_in(&[lesson(CALM, true), lesson(CALM, true)]).unwrap();
    let learned = |ensemble: &Ensemble| views(ensemble).seen[&CALM].learned.weights();
    let before = learned(&ensemble);
    for _ in 0..200 {
        ensemble.learn_session_in(&[lesson(WILD, false)]).unwrap();
        ensemble.learn_session_in(&[]).unwrap();
    }
    assert_eq!(learned(&ensemble), before);
    ensemble.learn_session_in(&[lesson(CALM, true)]).unwrap();
    let gamma = 0.5_f64.powf(1.0 / 1_250.0);
    let after = learned(&ensemble);
    close((after[0] / after[2]).ln(), (1.0 + 2.0 * gamma) * 2.0 * (0.81 - 0.01));
}

#[test]
fn a_faulty_outcome_teaches_no_level_anything() {
    let mut ensemble = ensemble(by_regime());
    let good = scored((CALM, [Some(0.9), None, Some(0.1)], true, 1.0));
    ensemble.learn_session_in(std::slice::from_ref(&good)).unwrap();
    let before = ensemble.clone();
    let faulty = (WILD, ScoredOutcome { uniqueness: f64::NAN, ..good.1.clone() });
    assert!(ensemble.learn_session_in(&[good, faulty]).is_err());
    assert_eq!(ensemble, before);
}

#[test]
fn an_abstention_is_the_same_in_every_regime() {
    let ensemble = ensemble(by_regime());
    for asked in [&[None; 3][..], &[None; 2]] {
        assert_eq!(ensemble.combine_in(CALM, asked), ensemble.combine(asked));
        assert!(ensemble.combine(asked).is_err());
    }
}

#[test]
fn one_member_alone_may_have_all_the_floor() {
    let config = EnsembleConfig { floor: 1.0, ..by_regime() };
    let mut alone = Ensemble::new(config, &[MemberId::new("trend").unwrap()]);
    let lesson = ScoredOutcome {
        means: vec![Some(0.9)],
        raw: vec![Some(0.9)],
        ..outcome([None; 3], false, 1.0)
    };
    alone.learn_session_in(&[(CALM, lesson)]).unwrap();
    assert_eq!(alone.trust(), Some([0.5, 0.5]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn switched_off_regimes_change_no_bit(
        sessions in any_sessions(), asked in prop::array::uniform3(prop::option::of(0.0_f64..=1.0)),
    ) {
        let mut plain = ensemble(EnsembleConfig::default());
        let mut told = plain.clone();
        for session in &sessions {
            let unsaid: Vec<_> = session.iter().map(|(_, outcome)| outcome.clone()).collect();
            plain.learn_session(&unsaid).unwrap();
            told.learn_session_in(session).unwrap();
        }
        prop_assert_eq!(&told, &plain);
        let asked = opinions(asked);
        prop_assert_eq!(told.combine_in(CALM, &asked), plain.combine(&asked));
    }

    /// The global level is what it is without the second one.
    #[test]
    fn switched_on_the_global_weights_and_scores_are_the_same_bits(sessions in any_sessions()) {
        let (mut off, mut on) = (ensemble(EnsembleConfig::default()), ensemble(by_regime()));
        for session in &sessions {
            off.learn_session_in(session).unwrap();
            on.learn_session_in(session).unwrap();
        }
        prop_assert_eq!(on.member_stats(), off.member_stats());
        prop_assert_eq!(on.skill(), off.skill());
    }

    #[test]
    fn written_out_and_read_back_it_continues_to_the_last_bit(
        sessions in any_sessions(), cut in 0_usize..50,
    ) {
        let (mut straight, mut resumed) = (ensemble(by_regime()), ensemble(by_regime()));
        for (t, session) in sessions.iter().enumerate() {
            if t == cut {
                let text = serde_json::to_string(&resumed).unwrap();
                resumed = serde_json::from_str(&text).unwrap();
            }
            straight.learn_session_in(session).unwrap();
            resumed.learn_session_in(session).unwrap();
        }
        prop_assert_eq!(resumed, straight);
    }

    #[test]
    fn floor_and_step_hold_in_every_vector(sessions in any_sessions()) {
        let mut ensemble = ensemble(by_regime());
        let all = |e: &Ensemble| -> Vec<f64> {
            let regimes = Regime::ALL.iter().flat_map(|r| e.regime_weights(*r).unwrap());
            regimes.copied().chain(e.trust().unwrap()).collect()
        };
        for session in &sessions {
            let before = all(&ensemble);
            ensemble.learn_session_in(session).unwrap();
            for (now, before) in all(&ensemble).into_iter().zip(before) {
                prop_assert!(now >= 0.01 - 1e-12 && (now - before).abs() <= 0.10 + 1e-12);
            }
        }
    }

    /// With an outcome per session, known before the next forecast, and weights that are not held
    /// back: the same as the algorithm whose guarantees are tested.
    #[test]
    fn unheld_it_is_the_regime_aware_algorithm(
        lessons in prop::collection::vec(any_lesson(), 1..60),
        half_life in prop_oneof![Just(f64::INFINITY), 5.0_f64..500.0],
    ) {
        let mut ensemble = ensemble(unheld(half_life));
        let gamma = 0.5_f64.powf(1.0 / half_life);
        let mut plain = RegimeAware::new(3, 2.0, Memory::Discount { gamma });
        for (regime, means, won, _) in lessons {
            let forecast = plain.forecast(&means, Some(&regime));
            let consensus = ensemble.combine_in(regime, &opinions(means));
            prop_assert_eq!(consensus.is_ok(), forecast.is_some());
            if let (Ok(consensus), Some(forecast)) = (consensus, forecast) {
                prop_assert!((consensus.mean - forecast).abs() < 1e-9);
            }
            plain.update(&means, Some(&regime), won);
            ensemble.learn_session_in(&[scored((regime, means, won, 1.0))]).unwrap();
        }
    }
}
