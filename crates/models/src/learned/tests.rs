//! Tests of the module `learned`.

use super::*;
use crate::testing::{Example, brier, in_time, scores, set_of, world};
use proptest::prelude::*;
use tradebot_domain::Regime;

/// Those of the roster, and the one that waits for its place in it.
const KINDS: [LearnedKind; 4] =
    [LearnedKind::Logistic, LearnedKind::NaiveBayes, LearnedKind::Forest, LearnedKind::Boosted];

fn fitted(kind: LearnedKind, examples: &[Example], seed: u64) -> Box<dyn LearnedMember> {
    fit(kind, &in_time(examples, 5), seed).unwrap()
}

fn on_threads(threads: usize, kind: LearnedKind, set: &TrainingSet) -> Vec<u8> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| fit(kind, set, 42).unwrap().to_bytes())
}

#[test]
fn a_fit_has_the_same_bits_on_any_number_of_threads_and_again() {
    let mut examples = world(700, 8, 0.3, 17);
    for (i, e) in examples.iter_mut().enumerate() {
        e.weight = [0.05, 0.3, 1.0][i % 3];
    }
    let set = set_of(&examples);
    for kind in KINDS {
        let once = on_threads(1, kind, &set);
        for threads in [1, 2, 5] {
            assert_eq!(on_threads(threads, kind, &set), once, "{kind} on {threads} threads");
        }
    }
}

#[test]
fn a_stored_member_comes_back_exactly() {
    let examples = world(400, 5, 0.3, 4);
    for kind in KINDS {
        let member = fitted(kind, &examples, 9);
        let bytes = member.to_bytes();
        let back = from_bytes(kind, &bytes).unwrap();
        assert_eq!(back.to_bytes(), bytes, "{kind}");
        assert_eq!(back.card(), member.card());
        assert_eq!(back.id(), kind.id());
        let bits = |m: &dyn LearnedMember| -> Vec<u64> {
            scores(m, &examples).into_iter().map(f64::to_bits).collect()
        };
        assert_eq!(bits(back.as_ref()), bits(member.as_ref()), "{kind}");
    }
}

/// Pinned once from this code: a change here changes what the bot decides.
#[test]
fn a_known_fit_gives_the_known_scores() {
    let mut examples = world(600, 4, 0.35, 2024);
    for (i, e) in examples.iter_mut().enumerate() {
        e.weight = [0.1, 0.4, 0.9][i % 3];
    }
    let asked = Input { features: &[0.5, -0.25, 0.125, 0.75], row: Regime::ChoppyLowVol };
    let known = [0.520_487_819_507, 0.716_752_517_163, 0.568_321_047_723, 0.575_607_544_809];
    for (kind, expected) in KINDS.into_iter().zip(known) {
        let score = fitted(kind, &examples, 11).opine(&asked).unwrap();
        assert!((score - expected).abs() < 1e-9, "{kind}: {score:.17}");
    }
    // The forest uses no functions that differ between machines: its bytes are pinned too.
    let bytes = fit(LearnedKind::Forest, &set_of(&examples), 11).unwrap().to_bytes();
    assert_eq!(&blake3::hash(&bytes).to_hex()[..16], "e6e640cd15b0aa96");
}

#[test]
fn a_planted_signal_is_found() {
    let examples = world(3_000, 6, 0.45, 1);
    let (learn, unseen) = examples.split_at(2_000);
    for kind in KINDS {
        let score = brier(fitted(kind, learn, 1).as_ref(), unseen);
        // The true probabilities score 1/4 - 0.45^2 / 3 = 0.1825, the base rate 0.25.
        assert!(score < 0.21, "{kind}: {score}");
    }
}

#[test]
fn the_rate_of_a_row_is_learned() {
    let mut examples = world(3_000, 3, 0.0, 6);
    for (i, e) in examples.iter_mut().enumerate() {
        let wins_of_20 = [4, 8, 10, 12, 16][e.row.index()];
        e.won = (i / 5 * 7) % 20 < wins_of_20;
    }
    for kind in KINDS {
        let member = fitted(kind, &examples, 1);
        let of = |row| member.opine(&Input { features: &[0.0; 3], row }).unwrap();
        let (low, high) = (of(Regime::TrendingLowVol), of(Regime::Transition));
        assert!(low < 0.35 && high > 0.65, "{kind}: {low} {high}");
    }
}

#[test]
fn in_pure_noise_nothing_is_found() {
    let examples = world(4_000, 10, 0.0, 3);
    let (learn, unseen) = examples.split_at(2_000);
    for kind in KINDS {
        let score = brier(fitted(kind, learn, 1).as_ref(), unseen);
        assert!((score - 0.25).abs() < 0.005, "{kind}: {score}");
    }
}

#[test]
fn labels_dealt_out_anew_leave_no_skill() {
    let mut examples = world(3_000, 6, 0.45, 1);
    let labels: Vec<bool> = examples[..2_000].iter().map(|e| e.won).collect();
    for (i, e) in examples[..2_000].iter_mut().enumerate() {
        e.won = labels[(i * 1_237 + 501) % 2_000];
    }
    let (learn, unseen) = examples.split_at(2_000);
    for kind in KINDS {
        let score = brier(fitted(kind, learn, 1).as_ref(), unseen);
        assert!(score > 0.24, "{kind}: {score}");
    }
}

#[test]
fn exchanged_labels_mirror_the_score() {
    let mut examples = world(800, 3, 0.4, 2);
    for kind in KINDS {
        let straight = scores(fitted(kind, &examples, 1).as_ref(), &examples);
        for e in &mut examples {
            e.won = !e.won;
        }
        let mirrored = scores(fitted(kind, &examples, 1).as_ref(), &examples);
        for e in &mut examples {
            e.won = !e.won;
        }
        for (p, q) in straight.iter().zip(&mirrored) {
            assert!((p + q - 1.0).abs() < 1e-4, "{kind}: {p} {q}");
        }
    }
}

#[test]
fn contradicting_examples_count_by_their_weights() {
    let mut examples = world(1_500, 2, 0.0, 14);
    for (i, e) in examples.iter_mut().enumerate() {
        // As many wins as losses everywhere, but a win is unique and a loss one of ten alike.
        e.won = i % 2 == 0;
        e.weight = if e.won { 1.0 } else { 0.1 };
    }
    for kind in KINDS {
        let mean = scores(fitted(kind, &examples, 1).as_ref(), &examples).iter().sum::<f64>();
        let mean = mean / examples.len() as f64;
        assert!((mean - 10.0 / 11.0).abs() < 0.02, "{kind}: {mean}");
    }
}

/// One win of five, weights by how often an outcome is told: what is rare stays rare.
#[test]
fn the_mean_score_is_near_the_base_rate_where_outcomes_are_unbalanced() {
    let mut examples = world(3_000, 4, 0.0, 7);
    for (i, e) in examples.iter_mut().enumerate() {
        e.won = (i * 7) % 20 < if e.features[0] > 0.5 { 8 } else { 3 };
        e.weight = if e.won { 0.3 } else { [0.2, 0.6][i % 2] };
    }
    let set = set_of(&examples);
    for (kind, near) in KINDS.into_iter().zip([1e-6, 0.01, 0.015, 0.01]) {
        let scores = scores(fitted(kind, &examples, 1).as_ref(), &examples);
        let sum: f64 = scores.iter().zip(&examples).map(|(p, e)| e.weight * p).sum();
        let (mean, rate) = (sum / set.effective_len(), set.base_rate());
        assert!(rate < 0.2 && (mean - rate).abs() < near, "{kind}: {mean} {rate}");
    }
}

#[test]
fn a_label_horizon_that_is_longer_looks_at_less_and_may_choose_otherwise() {
    let examples = world(900, 3, 0.3, 3);
    let of = |horizon| {
        let set = in_time(&examples, 3).with_horizon(horizon);
        fit(LearnedKind::Logistic, &set, 1).unwrap().to_bytes()
    };
    assert_eq!(of(10), of(10));
    assert_ne!(of(10), of(60));
}

#[test]
fn where_all_outcomes_are_alike_the_answer_is_their_rate() {
    for won in [false, true] {
        for n in [1, 40] {
            let mut examples = world(n, 3, 0.0, 1);
            for e in &mut examples {
                e.won = won;
            }
            for kind in KINDS {
                let member = fitted(kind, &examples, 1);
                let score = member.opine(&Input { features: &[9.0; 3], row: Regime::Transition });
                assert_eq!(score, Some(f64::from(u8::from(won))), "{kind}");
                assert!(member.card().contains("base rate"), "{}", member.card());
                let back = from_bytes(kind, &member.to_bytes()).unwrap();
                assert_eq!(back.to_bytes(), member.to_bytes());
            }
        }
    }
}

#[test]
fn features_that_never_vary_and_sets_without_features_give_a_score_near_the_base_rate() {
    for count in [0, 4] {
        let mut examples = world(500, count, 0.0, 2);
        for (i, e) in examples.iter_mut().enumerate() {
            e.features = vec![0.1; count];
            e.row = Regime::Transition;
            e.won = i % 4 == 0;
        }
        for kind in KINDS {
            let member = fitted(kind, &examples, 1);
            let asked = vec![-7.0; count];
            let score = member.opine(&Input { features: &asked, row: Regime::Transition }).unwrap();
            assert!((score - 0.25).abs() < 0.02, "{kind}: {score}");
        }
    }
}

#[test]
fn an_input_that_is_not_finite_or_of_another_count_is_not_answered() {
    let examples = world(200, 3, 0.3, 1);
    for kind in KINDS {
        let member = fitted(kind, &examples, 1);
        let ask = |features: &[f64]| member.opine(&Input { features, row: Regime::Transition });
        assert!(ask(&[0.0; 3]).is_some());
        assert_eq!(ask(&[0.0, f64::NAN, 0.0]), None, "{kind}");
        assert_eq!(ask(&[f64::NEG_INFINITY, 0.0, 0.0]), None, "{kind}");
        assert_eq!(ask(&[0.0; 4]), None, "{kind}");
    }
}

#[test]
fn a_card_says_what_a_reader_needs() {
    let names = tradebot_features::feature_names();
    let mut examples = world(300, names.len(), 0.45, 1);
    for e in &mut examples {
        e.weight = 0.5;
    }
    for kind in KINDS {
        let card = fitted(kind, &examples, 77).card();
        let base_rate = format!("base rate {:.4}", set_of(&examples).base_rate());
        for word in [
            kind.name(),
            "after costs",
            "300 resolved outcomes decided 2001-01-01 to 2001-03-01",
            "worth 150.0",
            &base_rate,
            "seed        77",
            &kind.recipe(),
            "limits",
            "after calibration",
        ] {
            assert!(card.contains(word), "`{word}` is not in\n{card}");
        }
        for name in names {
            assert!(card.contains(name), "{name} is not in\n{card}");
        }
        let leans_on = card.lines().find(|line| line.starts_with("leans on")).unwrap();
        assert!(leans_on.contains(names[0]), "the planted signal: {leans_on}");
    }
}

#[test]
fn more_features_than_can_be_counted_are_refused() {
    let set = TrainingSet::new(1_001);
    let refused = fit(LearnedKind::Forest, &set, 1).err();
    assert_eq!(refused, Some(FitError::TooManyFeatures { found: 1_001, most: 1_000 }));
}

#[test]
fn bytes_of_another_member_or_length_are_refused() {
    let examples = world(200, 2, 0.3, 1);
    for kind in KINDS {
        let bytes = fitted(kind, &examples, 1).to_bytes();
        for other in KINDS.into_iter().filter(|other| *other != kind) {
            let refused = from_bytes(other, &bytes).err().unwrap();
            assert!(refused.to_string().contains("another member"), "{refused}");
        }
        for end in [0, 7, 8, 20, bytes.len() / 2, bytes.len() - 1] {
            assert!(from_bytes(kind, &bytes[..end]).is_err(), "{kind} cut at {end}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(from_bytes(kind, &longer).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_bytes_are_refused_or_still_safe_to_ask(
        at in 0.0_f64..1.0, byte: u8, x in -1e300_f64..1e300
    ) {
        static ARTEFACTS: std::sync::OnceLock<Vec<(LearnedKind, Vec<u8>)>> = std::sync::OnceLock::new();
        let artefacts = ARTEFACTS.get_or_init(|| {
            let examples = world(120, 2, 0.3, 1);
            KINDS.map(|kind| (kind, fitted(kind, &examples, 1).to_bytes())).to_vec()
        });
        for (kind, bytes) in artefacts {
            let mut bytes = bytes.clone();
            // Heads matter more than the many leaves at the end.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at is in 0..1")]
            let place = (at * at * at * bytes.len() as f64) as usize;
            bytes[place] = byte;
            if let Ok(member) = from_bytes(*kind, &bytes) {
                let score = member.opine(&Input { features: &[x, -x], row: Regime::ChoppyLowVol });
                prop_assert!(score.is_none_or(|p| (0.0..=1.0).contains(&p)), "{:?}", score);
                prop_assert_eq!(member.to_bytes().len(), bytes.len());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_was_learned_every_score_is_a_probability(
        n in 1_usize..120, signal in -0.5_f64..0.5, seed: u64,
        features in prop::collection::vec(-1e9_f64..1e9, 3),
    ) {
        let mut examples = world(n, 3, signal, seed);
        for e in &mut examples {
            e.weight = 0.05 + 0.95 * e.features[2].abs();
            e.features[1] = e.features[1].powi(9) * 1e6;
        }
        for kind in KINDS {
            let member = fitted(kind, &examples, seed);
            for row in Regime::ALL {
                let score = member.opine(&Input { features: &features, row });
                prop_assert!(score.is_some_and(|p| (0.0..=1.0).contains(&p)), "{} {:?}", kind, score);
            }
        }
    }
}
