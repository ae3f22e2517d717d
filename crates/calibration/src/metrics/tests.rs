//! Identities, closed cases and bad inputs; the reference vectors are in `tests/it`.

use proptest::prelude::*;

use super::*;

fn forecasts_and_outcomes() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
    prop::collection::vec((0.0_f64..=1.0, any::<bool>()), 1..200)
        .prop_map(|pairs| pairs.into_iter().unzip())
}

/// A rounded score makes ties, which isotonic fits must treat as one.
fn tied_forecasts() -> impl Strategy<Value = (Vec<f64>, Vec<bool>)> {
    forecasts_and_outcomes()
        .prop_map(|(p, won)| (p.iter().map(|p| (p * 8.0).round() / 8.0).collect(), won))
}

#[test]
fn what_cannot_be_scored_is_named() {
    assert_eq!(Forecasts::new(&[], &[]).unwrap_err(), MetricError::Empty);
    assert_eq!(
        Forecasts::new(&[0.5], &[]).unwrap_err(),
        MetricError::Lengths { forecasts: 1, outcomes: 0 }
    );
    let out = Forecasts::new(&[0.5, 1.5], &[true, false]).unwrap_err();
    assert_eq!(out, MetricError::OutOfRange { index: 1, value: 1.5 });
    assert!(Forecasts::new(&[f64::NAN], &[true]).is_err());
}

#[test]
fn the_first_base_rate_is_one_half_and_each_knows_only_what_came_before() {
    assert_eq!(prequential_base_rate(&[true, true, false]), [0.5, 0.6, 4.0 / 6.0]);
    assert_eq!(brier_skill(0.2, 0.25), Some(1.0 - 0.2 / 0.25));
    assert_eq!(brier_skill(0.2, 0.0), None);
}

#[test]
fn certainty_that_is_wrong_costs_the_clip_and_no_more() {
    let wrong = Forecasts::new(&[1.0, 0.0], &[false, true]).unwrap();
    assert!((log_loss(&wrong) + LOG_CLIP.ln()).abs() < 1e-9);
    assert_eq!(brier(&wrong), 1.0);
    assert_eq!(spiegelhalter(&wrong), None);
}

#[test]
fn one_sided_outcomes_have_no_ranking_and_no_uncertainty() {
    let all_won = Forecasts::new(&[0.2, 0.7, 0.7], &[true; 3]).unwrap();
    assert_eq!(auc(&all_won), None);
    assert_eq!(corp(&all_won).uncertainty, 0.0);
    assert_eq!(corp(&all_won).discrimination, 0.0);
    assert_eq!(auc(&Forecasts::new(&[0.3, 0.3], &[true, false]).unwrap()), Some(0.5));
}

#[test]
fn isotonic_pools_adjacent_violators_by_weight() {
    assert_eq!(isotonic(&[1.0, 2.0, 3.0], &[1.0; 3]), [1.0, 2.0, 3.0]);
    assert_eq!(isotonic(&[3.0, 1.0, 4.0], &[1.0, 3.0, 1.0]), [1.5, 1.5, 4.0]);
    assert_eq!(isotonic(&[3.0, 2.0, 1.0], &[1.0; 3]), [2.0; 3]);
    assert!(isotonic(&[], &[]).is_empty());
}

#[test]
fn the_null_band_is_reproducible_and_holds_forecasts_that_are_right() {
    let p: Vec<f64> = (0..400).map(|i| 0.2 + 0.6 * f64::from(i) / 400.0).collect();
    // As near to the stated probabilities as wins can be: one whenever their sum passes a whole.
    let (mut owed, mut won) = (0.0, Vec::new());
    for p in &p {
        owed += p;
        won.push(owed >= 1.0);
        owed -= f64::from(u8::from(owed >= 1.0));
    }
    let right = Forecasts::new(&p, &won).unwrap();
    let band = ece_null_band(&right, 10, 1_000, 7);
    assert_eq!(band, ece_null_band(&right, 10, 1_000, 7));
    assert_ne!(band, ece_null_band(&right, 10, 1_000, 8));
    assert!(ece(&right, 10) < band.mean && band.mean < band.upper, "{band:?}");

    let contrary: Vec<bool> = won.iter().map(|won| !won).collect();
    assert!(ece(&Forecasts::new(&p, &contrary).unwrap(), 10) > band.upper);
}

#[test]
fn an_empty_bin_of_the_diagram_says_so() {
    let rows = reliability(&Forecasts::new(&[0.95, 0.91], &[true, false]).unwrap(), 10, 50, 1);
    assert_eq!(rows.len(), 10);
    assert_eq!((rows[0].n, rows[0].rate, rows[0].consistent), (0, None, None));
    assert_eq!((rows[9].n, rows[9].wins, rows[9].rate), (2, 1, Some(0.5)));
    assert!(rows[9].consistent.is_some() && rows[9].lo < 0.5 && rows[9].hi > 0.5);
    let without = reliability(&Forecasts::new(&[0.5], &[true]).unwrap(), 10, 0, 1);
    assert!(without.iter().all(|row| row.consistent.is_none()));
}

#[test]
fn a_null_band_of_any_measure_is_seeded() {
    let p: Vec<f64> = (0..300).map(|i| 0.1 + 0.8 * f64::from(i % 29) / 29.0).collect();
    let won: Vec<bool> = (0..300).map(|i| i % 3 == 0).collect();
    let of = Forecasts::new(&p, &won).unwrap();
    let bands = [1, 2].map(|seed| null_band(&of, 400, seed, |simulated| ace(simulated, 10)));
    assert_eq!(bands[0], null_band(&of, 400, 1, |simulated| ace(simulated, 10)));
    assert_ne!(bands[0], bands[1]);
    assert!(bands[0].mean > 0.0 && bands[0].mean < bands[0].upper);
    assert!(null_band(&of, 400, 1, |simulated| mce(simulated, 10)).upper > bands[0].upper);
    assert_eq!(
        null_band(&of, 400, 1, |simulated| ece(simulated, 7)),
        ece_null_band(&of, 7, 400, 1)
    );
    // The band holds 95 of 100 histories in which every probability is right.
    let mut outside = 0;
    for history in 0..400 {
        let band = null_band(&of, 1, 10_000 + history, |simulated| ace(simulated, 10));
        outside += u32::from(band.mean > bands[0].upper);
    }
    assert!((5..=40).contains(&outside), "{outside} of 400");
}

#[test]
fn a_delayed_base_rate_knows_less() {
    let won = [true, true, false, true];
    assert_eq!(delayed_base_rate(&won, 0), prequential_base_rate(&won));
    assert_eq!(delayed_base_rate(&won, 2), [0.5, 0.5, 0.5, 0.6]);
    assert_eq!(delayed_base_rate(&won, 9), [0.5; 4]);
    let p = delayed_base_rate(&won, 1);
    let of = Forecasts::new(&p, &won).unwrap();
    assert_eq!(prequential_brier_skill(&of, 1), Some(0.0));
    let p = delayed_base_rate(&[true; 3], 1);
    let of_wins = Forecasts::new(&p, &[true; 3]).unwrap();
    assert!(prequential_brier_skill(&of_wins, 0).unwrap() < 0.0);
    let sure = Forecasts::new(&[1.0, 1.0, 0.0, 1.0], &won).unwrap();
    assert_eq!(prequential_brier_skill(&sure, 1), Some(1.0));
}

#[test]
fn rolling_skill_looks_at_its_window_only() {
    let (p, won) = ([0.9, 0.9, 0.2, 0.6], [false, true, false, true]);
    let of = Forecasts::new(&p, &won).unwrap();
    let rolling = rolling_brier_skill(&of, &[0.5, 0.5, 0.5, 1.0], 2);
    assert_eq!(rolling[0], None);
    for (got, want) in
        rolling[1..].iter().zip([1.0 - 0.82 / 0.5, 1.0 - 0.05 / 0.5, 1.0 - 0.2 / 0.25])
    {
        assert!((got.unwrap() - want).abs() < 1e-12, "{got:?} {want}");
    }
    assert_eq!(rolling_brier_skill(&of, &[0.0, 1.0, 0.0, 1.0], 2), [None; 4]);
    assert_eq!(rolling_brier_skill(&of, &[0.5; 4], 0), [None; 4]);
    assert_eq!(rolling_brier_skill(&of, &[0.5; 4], 5), [None; 4]);
    assert_eq!(rolling_brier_skill(&of, &[0.5; 5], 2), [None; 4]);
}

#[test]
fn the_surest_forecasts_are_judged_against_the_majority_among_them() {
    let p = [0.9, 0.8, 0.2, 0.55, 0.5, 0.45, 0.1, 0.7];
    let won = [true, true, true, false, true, true, false, false];
    let of = Forecasts::new(&p, &won).unwrap();
    let quarter = accuracy_at_coverage(&of, 0.25).unwrap();
    assert_eq!((quarter.n, quarter.accuracy, quarter.majority), (2.0, 1.0, 0.5));
    let half = accuracy_at_coverage(&of, 0.5).unwrap();
    assert_eq!((half.n, half.accuracy, half.majority), (4.0, 0.75, 0.75));
    let all = accuracy_at_coverage(&of, 1.0).unwrap();
    assert_eq!((all.n, all.accuracy, all.majority), (8.0, 0.5, 0.625));
    // The third of three that are equally sure, two of which are right.
    let tied = Forecasts::new(&[0.7, 0.3, 0.7], &[true, true, true]).unwrap();
    let third = accuracy_at_coverage(&tied, 1.0 / 3.0).unwrap();
    assert!((third.accuracy - 2.0 / 3.0).abs() < 1e-12 && third.majority == 1.0, "{third:?}");
    for bad in [0.0, -0.5, 1.1, f64::NAN] {
        assert_eq!(accuracy_at_coverage(&of, bad), None);
    }
}

#[test]
fn overlapping_outcomes_widen_the_diagram() {
    // Every outcome stays for twenty forecasts; probabilities alternate between two bins.
    let p: Vec<f64> = (0..800).map(|i| if i % 2 == 0 { 0.42 } else { 0.58 }).collect();
    let won: Vec<bool> = (0..800).map(|i| (i / 20 * 7919) % 13 < 6).collect();
    let of = Forecasts::new(&p, &won).unwrap();
    let alone = reliability(&of, 10, 400, 3);
    let blocks = Blocks { length: 40, replications: 400, seed: 3 };
    let widened = reliability_blocks(&of, 10, &blocks).unwrap();
    assert_eq!(widened, reliability_blocks(&of, 10, &blocks).unwrap());
    let width = |(lo, hi): (f64, f64)| hi - lo;
    for bin in [4, 5] {
        let (alone, wide) = (&alone[bin], &widened[bin]);
        assert_eq!((wide.n, wide.wins, wide.rate), (alone.n, alone.wins, alone.rate));
        let (narrow, broad) = (alone.consistent.unwrap(), wide.consistent.unwrap());
        assert!(width(broad) > 1.5 * width(narrow), "{narrow:?} {broad:?}");
        assert!(width((wide.lo, wide.hi)) > 1.5 * width((alone.lo, alone.hi)), "{wide:?}");
        assert!(broad.0 < wide.mean_forecast.unwrap() && wide.mean_forecast.unwrap() < broad.1);
    }
    assert_eq!((widened[0].n, widened[0].consistent), (0, None));
    for (length, replications) in [(0, 100), (401, 100), (usize::MAX, 100), (10, 0)] {
        let blocks = Blocks { length, replications, seed: 1 };
        let refused = reliability_blocks(&of, 10, &blocks).unwrap_err();
        assert_eq!(refused, BlocksError { length, forecasts: 800, replications });
    }
}

proptest! {
    /// Whatever is drawn: never narrower than for independent outcomes, never outside 0 to 1.
    #[test]
    fn blocks_never_narrow_the_diagram(
        (p, won) in forecasts_and_outcomes(), length in 1_usize..20,
    ) {
        let of = Forecasts::new(&p, &won).unwrap();
        prop_assume!(length <= p.len() / 2);
        let blocks = Blocks { length, replications: 40, seed: 9 };
        let rows = reliability_blocks(&of, 5, &blocks).unwrap();
        for (wide, alone) in rows.iter().zip(reliability(&of, 5, 40, 9)) {
            prop_assert!(wide.lo <= alone.lo && alone.hi <= wide.hi);
            prop_assert!(0.0 <= wide.lo && wide.hi <= 1.0);
            prop_assert_eq!(wide.consistent.is_some(), wide.n > 0);
            if let (Some(wide), Some(alone)) = (wide.consistent, alone.consistent) {
                prop_assert!(wide.0 <= alone.0 && alone.1 <= wide.1);
                prop_assert!(0.0 <= wide.0 && wide.1 <= 1.0);
            }
        }
    }

    /// Sorted by confidence in any order of ties, the mean over the orders is what is reported.
    #[test]
    fn the_order_of_forecasts_does_not_matter_to_coverage(
        (p, won) in tied_forecasts(), coverage in 0.01_f64..=1.0,
    ) {
        let said = accuracy_at_coverage(&Forecasts::new(&p, &won).unwrap(), coverage).unwrap();
        let (back_p, back_won): (Vec<f64>, Vec<bool>) =
            p.iter().copied().zip(won.iter().copied()).rev().unzip();
        let back = Forecasts::new(&back_p, &back_won).unwrap();
        let back = accuracy_at_coverage(&back, coverage).unwrap();
        prop_assert!((said.accuracy - back.accuracy).abs() < 1e-12);
        prop_assert!((said.majority - back.majority).abs() < 1e-12);
        prop_assert!((0.0..=1.0 + 1e-12).contains(&said.accuracy));
        prop_assert!((0.5 - 1e-12..=1.0 + 1e-12).contains(&said.majority));
    }

    #[test]
    fn murphy_adds_up_to_the_brier_score(
        (p, won) in forecasts_and_outcomes(), bins in 1_usize..20,
    ) {
        let forecasts = Forecasts::new(&p, &won).unwrap();
        let parts = murphy(&forecasts, bins);
        prop_assert!((parts.brier() - brier(&forecasts)).abs() < 1e-12);
    }

    #[test]
    fn corp_adds_up_and_its_parts_are_never_negative((p, won) in tied_forecasts()) {
        let forecasts = Forecasts::new(&p, &won).unwrap();
        let Corp { miscalibration, discrimination, uncertainty } = corp(&forecasts);
        let sum = miscalibration - discrimination + uncertainty;
        prop_assert!((sum - brier(&forecasts)).abs() < 1e-12);
        prop_assert!(miscalibration >= 0.0 && discrimination >= 0.0);
    }

    /// The fit rises and keeps the weighted mean.
    #[test]
    fn isotonic_is_monotone_and_keeps_the_mean(
        pairs in prop::collection::vec((-5.0_f64..5.0, 0.1_f64..3.0), 1..60),
    ) {
        let (values, weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let fit = isotonic(&values, &weights);
        prop_assert_eq!(fit.len(), values.len());
        prop_assert!(fit.windows(2).all(|w| w[0] <= w[1]));
        let total = |x: &[f64]| x.iter().zip(&weights).map(|(x, w)| x * w).sum::<f64>();
        prop_assert!((total(&fit) - total(&values)).abs() < 1e-9);
    }

    #[test]
    fn bins_hold_every_forecast_once((p, won) in forecasts_and_outcomes(), bins in 1_usize..20) {
        let forecasts = Forecasts::new(&p, &won).unwrap();
        let wins = won.iter().filter(|&&won| won).count();
        for all in [equal_width_bins(&forecasts, bins), equal_mass_bins(&forecasts, bins)] {
            prop_assert_eq!(all.iter().map(|bin| bin.n).sum::<usize>(), p.len());
            prop_assert_eq!(all.iter().map(|bin| bin.wins).sum::<usize>(), wins);
        }
        prop_assert!(ece(&forecasts, bins) <= mce(&forecasts, bins) + 1e-12);
    }
}
