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

proptest! {
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
        prop_assert!(miscalibration > -1e-12 && discrimination > -1e-12);
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
