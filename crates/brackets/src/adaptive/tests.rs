//! Tests of the module `adaptive`: planted worlds, noise, and restarts.

use super::*;
use crate::exit::Progress;
use crate::manage::PartialExit;
use crate::walk::Walk;
use proptest::prelude::*;
use tradebot_domain::{ActionKind, Decimal};

mod world;

use world::{Path, Random, World, bar, question, symbol};

#[test]
fn where_a_farther_target_pays_more_a_row_climbs_to_it() {
    let mut world = World::new(1.5, Path::HalfRunAway, 7);
    let reviews = world.months(26);
    assert_eq!(world.row.r_multiple(), 3.0);
    let path: Vec<f64> = reviews.iter().map(|r| r.to_r).collect();
    assert!(path.windows(2).all(|w| w[1] >= w[0]), "{path:?}");
    let last = reviews.last().unwrap();
    assert_eq!((last.finding, last.best_r, last.gain), (Finding::AtBest, 3.0, 0.0));
}

#[test]
fn where_prices_turn_back_early_a_row_comes_down_to_where_they_turn() {
    let mut world = World::new(2.0, Path::TurnBackAt(1.25), 7);
    let reviews = world.months(20);
    assert_eq!(world.row.r_multiple(), 1.2);
    assert_eq!(reviews.last().unwrap().best_r, 1.2);
}

#[test]
fn in_noise_a_row_stays_where_its_owner_put_it() {
    let mut moved = 0;
    for seed in 0..8 {
        let mut world = World::new(1.5, Path::Noise, seed);
        let reviews = world.months(24);
        moved += reviews.iter().filter(|r| r.finding == Finding::Moved).count();
        let far = (world.row.r_multiple() - 1.5).abs();
        assert!(far < 0.25, "seed {seed}: {}", world.row.r_multiple());
    }
    assert!(moved <= 4, "{moved} moves in 16 years");
}

#[test]
fn a_handful_of_outcomes_moves_nothing_however_clear_they_are() {
    let mut world = World::new(1.5, Path::HalfRunAway, 7);
    let first = world.months(1).remove(0);
    assert!(first.outcomes < 30.0 && first.best_r > 1.5, "{first:?}");
    assert_eq!((first.finding, first.to_r), (Finding::TooFew, 1.5));
}

#[test]
fn nothing_is_known_before_the_first_outcome_and_everything_breaks_even() {
    let row = AdaptiveR::new(question(2.0), AdaptiveConfig::default()).unwrap();
    let candidates = row.candidates();
    assert_eq!(candidates.len(), CANDIDATES);
    for candidate in candidates {
        assert!((candidate.p - 1.0 / 3.0).abs() < 1e-12);
        assert!((candidate.mean_win - 2.0).abs() < 1e-12);
        assert!((candidate.mean_loss - 1.0).abs() < 1e-12);
        assert!(candidate.growth.abs() < 1e-12 && candidate.n == 0.0);
    }
}

#[test]
fn a_row_off_the_steps_and_values_off_their_ranges_are_refused() {
    let config = AdaptiveConfig::default();
    for bad in [0.9, 1.25, 3.1, f64::NAN] {
        assert!(AdaptiveR::new(question(bad), config).is_err(), "{bad}");
    }
    for index in 0..CANDIDATES {
        let row = AdaptiveR::new(question(candidate_r(index)), config).unwrap();
        assert_eq!(row.r_multiple(), candidate_r(index));
    }
    let bad = [
        AdaptiveConfig { half_life_sessions: 0.0, ..config },
        AdaptiveConfig { half_life_sessions: f64::INFINITY, ..config },
        AdaptiveConfig { prior_outcomes: 0.0, ..config },
        AdaptiveConfig { outcomes_min: -1.0, ..config },
        AdaptiveConfig { shared_movement: 1.5, ..config },
        AdaptiveConfig { margin: 0.5, ..config },
        AdaptiveConfig { margin: f64::NAN, ..config },
    ];
    for bad in bad {
        let found = AdaptiveR::new(question(1.5), bad);
        assert!(matches!(found, Err(AdaptiveError::Config { .. })), "{bad:?}");
    }
}

#[test]
fn a_decision_counts_once_and_not_when_its_entry_did_not_happen() {
    let mut row = AdaptiveR::new(question(1.5), AdaptiveConfig::default()).unwrap();
    let (acme, day) = (symbol("ACME"), world::start());
    assert_eq!(row.decide(acme, day, 100.0, 2.0), Ok(true));
    assert_eq!(row.decide(acme, day, 100.0, 2.0), Ok(false));
    assert!(row.decide(acme, day.date().tomorrow().unwrap().into(), -1.0, 2.0).is_err());
    assert_eq!(row.open_fans(), 1);
    row.on_bar(acme, &bar(day, [101.0, 120.0, 90.0, 100.0]));
    assert_eq!((row.open_fans(), row.end_session(day, 1).0), (0, vec![]), "above the limit");

    row.decide(acme, day, 100.0, 2.0).unwrap();
    row.no_bar(acme);
    assert_eq!(row.open_fans(), 0);
    row.decide(acme, day, 100.0, 2.0).unwrap();
    row.on_bar(acme, &bar(day, [100.0, 101.0, 99.0, 100.0]));
    row.no_bar(acme);
    assert_eq!(row.open_fans(), 1, "a position stays");
    row.end_of_data(acme);
    assert_eq!((row.open_fans(), row.end_session(day, 1).0), (0, vec![]));
}

#[test]
fn uniqueness_is_one_over_the_fans_of_the_symbol_that_were_open() {
    let mut row = AdaptiveR::new(question(1.5), AdaptiveConfig::default()).unwrap();
    let acme = symbol("ACME");
    let mut day = world::start();
    let quiet = |day| bar(day, [100.0, 100.5, 99.5, 100.0]);
    row.decide(acme, day, 100.0, 2.0).unwrap();
    day = day.date().tomorrow().unwrap().into();
    row.on_bar(acme, &quiet(day));
    row.decide(acme, day, 100.0, 2.0).unwrap();
    day = day.date().tomorrow().unwrap().into();
    // One was open alone for a session and with the other in the one that ends both.
    row.on_bar(acme, &bar(day, [100.0, 101.0, 95.0, 96.0]));
    let (ended, _) = row.end_session(day, 1);
    let weights: Vec<f64> = ended.iter().map(|outcome| outcome.uniqueness[0]).collect();
    assert_eq!(weights, [0.75, 0.5]);
    assert!(ended.iter().all(|o| o.uniqueness == [o.uniqueness[0]; CANDIDATES]));
    assert!(ended.iter().all(|o| o.net_r == [o.net_r[0]; CANDIDATES] && o.net_r[0] < 0.0));
}

#[test]
fn a_bracket_that_has_ended_takes_no_share_of_its_own_r() {
    let mut row = AdaptiveR::new(question(1.5), AdaptiveConfig::default()).unwrap();
    let acme = symbol("ACME");
    let mut day = world::start();
    row.decide(acme, day, 100.0, 2.0).unwrap();
    day = day.date().tomorrow().unwrap().into();
    // 1.0 to 1.2 reach their targets in the first session, the rest goes on.
    row.on_bar(acme, &bar(day, [100.0, 104.9, 99.0, 101.0]));
    row.decide(acme, day, 101.0, 2.0).unwrap();
    day = day.date().tomorrow().unwrap().into();
    row.on_bar(acme, &bar(day, [101.0, 102.0, 95.0, 96.0]));
    let (ended, _) = row.end_session(day, 1);
    let of = |i: usize| ended.iter().map(|outcome| outcome.uniqueness[i]).collect::<Vec<_>>();
    assert_eq!((of(2), of(3)), (vec![1.0, 1.0], vec![0.75, 0.5]));
    assert!(ended[0].net_r[2] > 0.0 && ended[0].net_r[3] < 0.0);
}

#[test]
fn what_symbols_share_is_taken_off_the_outcomes() {
    let outcomes = |symbols: u32| {
        let mut world = World::new(1.5, Path::HalfRunAway, 7);
        world.symbols_told = symbols;
        world.months(3).pop().unwrap().outcomes
    };
    let (alone, eleven) = (outcomes(1), outcomes(11));
    assert!((alone / eleven - 4.0).abs() < 1e-9, "1 + 0.3 x 10, found {alone} / {eleven}");
}

#[test]
fn memory_is_bounded_by_symbols_and_holding() {
    let mut world = World::new(1.5, Path::Noise, 3);
    world.months(3);
    let per_symbol = question(1.5).spec.max_holding_sessions as usize + 1;
    assert!(world.most_open <= 2 * per_symbol, "{} fans", world.most_open);
    assert!(world.most_open > per_symbol / 2, "{} fans", world.most_open);
    assert!(std::mem::size_of::<Fan>() < 1024, "{} bytes", std::mem::size_of::<Fan>());
}

/// Sums over a list of outcomes, written down outcome by outcome.
fn by_hand(outcomes: &[(u32, FanOutcome)], now: u32, half_life: f64) -> Vec<(f64, f64, f64, f64)> {
    (0..CANDIDATES)
        .map(|i| {
            let (mut n, mut won, mut gain, mut loss) = (0.0, 0.0, 0.0, 0.0);
            for (at, outcome) in outcomes {
                let w = outcome.uniqueness[i] * 0.5_f64.powf(f64::from(now - at) / half_life);
                let net = outcome.net_r[i];
                n += w;
                won += if net > 0.0 { w } else { 0.0 };
                gain += w * net.max(0.0);
                loss += w * (-net).max(0.0);
            }
            (n, won, gain, loss)
        })
        .collect()
}

#[test]
fn candidates_are_decayed_weighted_means_with_thirty_outcomes_of_prior() {
    let mut world = World::new(1.5, Path::Noise, 5);
    world.symbols_told = 1;
    world.months(14);
    let now = world.session;
    let sums = by_hand(&world.outcomes, now, AdaptiveConfig::default().half_life_sessions);
    for (candidate, (n, won, gain, loss)) in world.row.candidates().iter().zip(sums) {
        let (wins, losses) = (won + 12.0, n - won + 18.0);
        let close = |found: f64, wanted: f64| {
            assert!((found - wanted).abs() < 1e-9, "{found} for {wanted}: {candidate:?}");
        };
        close(candidate.n, n);
        close(candidate.p, wins / (n + 30.0));
        close(candidate.mean_win, (gain + 12.0 * 1.5) / wins);
        close(candidate.mean_loss, (loss + 18.0) / losses);
        assert!(candidate.time_outs > 0.0 && candidate.time_outs < 1.0);
    }
}

#[test]
fn the_standard_error_is_that_of_paired_first_order_growth() {
    let mut world = World::new(1.5, Path::HalfRunAway, 9);
    world.symbols_told = 1;
    let review = world.months(6).pop().unwrap();
    let (half_life, now) = (1_250.0, world.session);
    let index = |r: f64| (0..CANDIDATES).find(|i| candidate_r(*i) == r).unwrap();
    let (best, from) = (index(review.best_r), index(review.from_r));
    assert_ne!(best, from);
    // What each outcome adds to growth, candidate by candidate, about its own mean.
    let added = |i: usize, net: f64| {
        let Candidate { mean_win: w, mean_loss: l, kelly: f, .. } = review.candidates[i];
        if net > 0.0 {
            (1.0 + f * w).ln() + f * (net - w) / (1.0 + f * w)
        } else {
            (1.0 - f * l).ln() - f * (-net - l) / (1.0 - f * l)
        }
    };
    let weight = |i: usize, at: u32, o: &FanOutcome| {
        o.uniqueness[i] * 0.5_f64.powf(f64::from(now - at) / half_life)
    };
    let about_mean = |i: usize| {
        let all = || world.outcomes.iter().map(|(at, o)| (weight(i, *at, o), added(i, o.net_r[i])));
        let n: f64 = all().map(|(w, _)| w).sum();
        let mean = all().map(|(w, g)| w * g).sum::<f64>() / n;
        let scale = n / (n + 30.0) / n;
        all().map(|(w, g)| w.sqrt() * (g - mean) * scale).collect::<Vec<f64>>()
    };
    let (a, b) = (about_mean(best), about_mean(from));
    let wanted = a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    let found = review.standard_error.unwrap();
    assert!((found - wanted).abs() < 1e-9 * wanted.max(1e-3), "{found} for {wanted}");
}

#[test]
fn a_review_survives_json_and_names_its_finding() {
    let mut world = World::new(1.5, Path::HalfRunAway, 7);
    for review in world.months(6) {
        let text = serde_json::to_string(&review).unwrap();
        assert_eq!(serde_json::from_str::<Review>(&text).unwrap(), review);
        assert!(text.contains(&format!("\"finding\":\"{}\"", review.finding.name())));
    }
}

/// What each candidate's own walk gives, with nothing shared.
fn alone(
    question: &Question,
    bars: &[Bar],
    actions: &[(usize, CorporateAction)],
    reversal: usize,
) -> Option<Vec<f64>> {
    let end = |index: usize| {
        let spec = BracketSpec { r_multiple: candidate_r(index), ..question.spec };
        let bracket = crate::Bracket::around_close(100.0, 2.0, &spec, question.tick).unwrap();
        let mut walk = Walk::new(&bracket).managed(&question.management, &question.costs);
        for (i, bar) in bars.iter().enumerate() {
            for (_, action) in actions.iter().filter(|(at, _)| *at == i) {
                walk.apply_action(action);
            }
            if let Progress::Closed(exit) = walk.step(bar) {
                return Some(walk.net_r(&exit, &question.costs));
            }
            if i == reversal {
                walk.on_reversal();
            }
        }
        None
    };
    (0..CANDIDATES).map(end).collect()
}

fn any_management() -> impl Strategy<Value = (Management, Option<f64>)> {
    let part = proptest::option::of((0.3_f64..3.0, 0.1_f64..0.9));
    let even = proptest::option::of(0.3_f64..2.0);
    (any::<bool>(), even, part, proptest::option::of(1.0_f64..4.0)).prop_map(
        |(exit_on_reversal, break_even_at_r, part, trailing)| {
            let partial_exit = part.map(|(at_r, share)| PartialExit { at_r, share });
            (Management { exit_on_reversal, break_even_at_r, partial_exit }, trailing)
        },
    )
}

proptest! {
    #[test]
    fn every_candidate_of_a_fan_ends_as_its_own_walk_does(
        seed: u64, (management, trailing_atr) in any_management(), reversal in 1_usize..40,
        dividend in proptest::option::of((0_usize..20, 1_i64..200)),
        split in proptest::option::of(0_usize..20),
    ) {
        let spec = BracketSpec { trailing_atr, ..question(1.5).spec };
        let question = Question { spec, management, ..question(1.5) };
        let mut random = Random(seed);
        let day = world::start();
        let mut bars: Vec<Bar> = Vec::new();
        let mut close = 100.0;
        for _ in 0..30 {
            let next = random.bar(day, close, 0.02);
            close = next.close;
            bars.push(next);
        }
        let mut actions = Vec::new();
        if let Some((at, cents)) = dividend {
            let kind = ActionKind::Dividend { amount: Decimal::new(cents, 2) };
            actions.push((at, CorporateAction { ex_date: day.date(), kind }));
        }
        if let Some(at) = split {
            let kind = ActionKind::Split { ratio: Decimal::TWO };
            actions.push((at, CorporateAction { ex_date: day.date(), kind }));
            for bar in &mut bars[at..] {
                *bar = bar.scaled(0.5);
            }
        }
        let mut row = AdaptiveR::new(question, AdaptiveConfig::default()).unwrap();
        let acme = symbol("ACME");
        row.decide(acme, day, 100.0, 2.0).unwrap();
        for (i, bar) in bars.iter().enumerate() {
            for (_, action) in actions.iter().filter(|(at, _)| *at == i) {
                row.on_action(acme, action);
            }
            row.on_bar(acme, bar);
            if i == reversal {
                row.on_reversal(acme);
            }
        }
        let (ended, _) = row.end_session(day, 1);
        let wanted = alone(&question, &bars, &actions, reversal);
        prop_assert_eq!(ended.len(), usize::from(wanted.is_some()));
        if let (Some(outcome), Some(wanted)) = (ended.first(), wanted) {
            prop_assert_eq!(&outcome.net_r[..], &wanted[..]);
        }
    }
}

proptest! {
    // Whole histories of months: fewer of them.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn r_moves_at_most_once_a_month_by_a_tenth_and_stays_between_one_and_three(
        seed: u64, own in 0_usize..CANDIDATES, which in 0_usize..3,
    ) {
        let path = [Path::HalfRunAway, Path::TurnBackAt(1.05), Path::Noise][which];
        let mut world = World::new(candidate_r(own), path, seed);
        let reviews = world.months(8);
        prop_assert_eq!(reviews.len(), 8);
        for pair in reviews.windows(2) {
            prop_assert!((pair[0].session.year(), pair[0].session.month())
                < (pair[1].session.year(), pair[1].session.month()));
            prop_assert_eq!(pair[0].to_r, pair[1].from_r);
        }
        for review in &reviews {
            let step = (review.to_r - review.from_r).abs();
            let clear = review.standard_error.is_some_and(|e| review.gain > e);
            prop_assert!(step < 1e-9 || ((step - 0.1).abs() < 1e-9 && clear), "{:?}", review);
            prop_assert_eq!(step > 0.0, review.finding == Finding::Moved);
            prop_assert!((1.0..=3.0).contains(&review.to_r));
        }
        prop_assert!(world.steps_between_months == 0, "and never in between");
    }

    #[test]
    fn a_restart_from_what_was_written_goes_on_as_if_nothing_had_happened(
        seed: u64, which in 0_usize..2, every in 1_u32..40,
    ) {
        let path = [Path::HalfRunAway, Path::Noise][which];
        let (mut through, mut restarted) =
            (World::new(1.5, path, seed), World::new(1.5, path, seed));
        restarted.restart_every = Some(every);
        prop_assert_eq!(through.months(5), restarted.months(5));
        prop_assert_eq!(through.row, restarted.row);
    }
}
