//! Maps against naive references: refits, conditions of optimality, searches. The reference
//! vectors are in `tests/it`.

use proptest::prelude::*;

use super::*;
use crate::metrics::{MetricError, isotonic};
use crate::posterior::BetaPosterior;

type Rows = (Vec<f64>, Vec<bool>, Vec<f64>);

/// Scores on a coarse grid, so that there are ties, both ends among them.
fn tied_rows(most: usize) -> impl Strategy<Value = Rows> {
    prop::collection::vec((0_u8..=12, any::<bool>(), 0.05_f64..2.0), 1..most).prop_map(|rows| {
        let p = rows.iter().map(|r| f64::from(r.0) / 12.0).collect();
        (p, rows.iter().map(|r| r.1).collect(), rows.iter().map(|r| r.2).collect())
    })
}

/// Scores anywhere, wins more likely where they are high or low, in any mixture.
fn rows(most: usize) -> impl Strategy<Value = Rows> {
    prop::collection::vec((0.0_f64..=1.0, any::<bool>(), 0.05_f64..2.0), 1..most).prop_map(|rows| {
        let p = rows.iter().map(|r| r.0).collect();
        (p, rows.iter().map(|r| r.1).collect(), rows.iter().map(|r| r.2).collect())
    })
}

fn all_methods() -> [MapMethod; 7] {
    use MapMethod::{BetaAbm, BetaAm, BetaBins, Isotonic, Platt, Temperature, VennAbers};
    let bins = BetaBins(BinSettings::default());
    [Platt, BetaAbm, BetaAm, Temperature, Isotonic, VennAbers, bins]
}

/// Isotonic fit at every score, by the definition: the highest, over beginnings, of the lowest,
/// over ends, of the mean in between.
fn max_min_fit(p: &[f64], won: &[bool], weights: &[f64], at: f64) -> f64 {
    let mut scores = p.to_vec();
    scores.sort_by(f64::total_cmp);
    scores.dedup();
    let mean = |from: f64, to: f64| {
        let inside = |i: &usize| p[*i] >= from && p[*i] <= to;
        let all: f64 = (0..p.len()).filter(inside).map(|i| weights[i]).sum();
        let wins: f64 = (0..p.len()).filter(inside).filter(|i| won[*i]).map(|i| weights[i]).sum();
        wins / all
    };
    let lowest = |from: f64| {
        scores.iter().filter(|to| **to >= at).map(|to| mean(from, *to)).fold(1.0, f64::min)
    };
    scores.iter().filter(|from| **from <= at).map(|from| lowest(*from)).fold(0.0, f64::max)
}

/// Venn-ABERS by its definition: a refit for each of the two outcomes of each score asked about.
fn refitted_pair((p, won, weights): &Rows, at: f64) -> Bounds {
    let fit = |outcome: bool| {
        let (mut p, mut won, mut weights) = (p.clone(), won.clone(), weights.clone());
        p.push(at);
        won.push(outcome);
        weights.push(1.0);
        max_min_fit(&p, &won, &weights, at)
    };
    Bounds { lo: fit(false), hi: fit(true) }
}

fn examples((p, won, weights): &Rows) -> Examples<'_> {
    Examples::weighted(p, won, weights).unwrap()
}

/// Slope of the weighted log loss when a, b and c are moved by so much, as a share of the sum of
/// the absolute terms it is made of.
fn slope(map: &SigmoidMap, of: &Examples<'_>, by: [f64; 3], target: impl Fn(bool) -> f64) -> f64 {
    let (mut sum, mut size) = (0.0, 0.0);
    for (p, won, weight) in of.iter() {
        let (ln_p, ln_q) = logs(p);
        let moved = by[0] * ln_p - by[1] * ln_q + by[2];
        sum += weight * (map.calibrate(p).unwrap().mean - target(won)) * moved;
        size += weight * moved.abs();
    }
    sum / size
}

const BY_A: [f64; 3] = [1.0, 0.0, 0.0];
const BY_B: [f64; 3] = [0.0, 1.0, 0.0];
const BY_BOTH: [f64; 3] = [1.0, 1.0, 0.0];
const BY_C: [f64; 3] = [0.0, 0.0, 1.0];

fn log_loss_of(map: &SigmoidMap, of: &Examples<'_>) -> f64 {
    let loss = |(p, won, weight): (f64, bool, f64)| {
        let q = map.calibrate(p).unwrap().mean;
        -weight * if won { q.ln() } else { (1.0 - q).ln() }
    };
    of.iter().map(loss).sum()
}

fn plain(won: bool) -> f64 {
    f64::from(u8::from(won))
}

/// Some loss has a higher score than some win, so that a rising curve has a finite best fit.
fn mixed((p, won, _): &Rows) -> bool {
    let clipped = |i: usize| p[i].clamp(LOG_CLIP, 1.0 - LOG_CLIP);
    (0..p.len()).any(|i| (0..p.len()).any(|j| won[i] && !won[j] && clipped(i) < clipped(j)))
}

#[test]
fn what_cannot_be_fitted_on_is_named() {
    let lengths = MetricError::Lengths { forecasts: 1, outcomes: 0 };
    assert_eq!(Examples::new(&[0.5], &[]).unwrap_err(), ExamplesError::Forecasts(lengths));
    let empty = ExamplesError::Forecasts(MetricError::Empty);
    assert_eq!(Examples::new(&[], &[]).unwrap_err(), empty);
    assert!(Examples::new(&[f64::NAN], &[true]).is_err());
    assert_eq!(
        Examples::weighted(&[0.5], &[true], &[]).unwrap_err(),
        ExamplesError::Lengths { examples: 1, weights: 0 }
    );
    for bad in [0.0, -1.0, f64::INFINITY, 9e-7, 1.1e6] {
        let refused = Examples::weighted(&[0.5, 0.6], &[true, false], &[1.0, bad]).unwrap_err();
        assert_eq!(refused, ExamplesError::Weight { index: 1, value: bad });
    }
    assert!(Examples::weighted(&[0.5], &[true], &[f64::NAN]).is_err());
    let scores = [0.0, f64::INFINITY];
    let refused = PlattLine::fit(&scores, &[true, false], &[1.0, 1.0]).unwrap_err();
    assert_eq!(refused, ExamplesError::Score { index: 1, value: f64::INFINITY });
    assert_eq!(PlattLine::fit(&[], &[], &[]).unwrap_err(), empty);
}

#[test]
fn a_score_that_is_none_is_refused_by_every_map() {
    let of = Examples::new(&[0.2, 0.4, 0.7], &[false, true, true]).unwrap();
    for method in all_methods() {
        let map = method.fit(&of);
        for bad in [f64::NAN, -1e-9, 1.0 + 1e-9, f64::INFINITY] {
            let refused = map.calibrate(bad);
            assert!(matches!(refused, Err(CalibrationError::Score { .. })), "{method:?} {bad}");
        }
        assert!(map.calibrate(0.0).is_ok() && map.calibrate(1.0).is_ok());
    }
}

#[test]
fn outcomes_all_alike_give_a_constant_on_their_side() {
    let p = [0.1, 0.4, 0.4, 0.8, 1.0];
    for won in [true, false] {
        let of = [won; 5];
        for method in all_methods() {
            let map = method.fit(&Examples::new(&p, &of).unwrap());
            let said: Vec<f64> = p.iter().map(|p| map.calibrate(*p).unwrap().mean).collect();
            assert!(said.iter().all(|q| (*q > 0.5) == won), "{method:?}: {said:?}");
            let smoothed = if won { 7.0 / 9.0 } else { 2.0 / 9.0 };
            match method {
                MapMethod::Isotonic => assert_eq!(said, [plain(won); 5]),
                MapMethod::BetaAbm | MapMethod::BetaAm | MapMethod::Temperature => {
                    assert!(said.iter().all(|q| (q - smoothed).abs() < 1e-12), "{said:?}");
                }
                MapMethod::Platt => {
                    let target = if won { 6.0 / 7.0 } else { 1.0 / 7.0 };
                    assert!(said.iter().all(|q| (q - target).abs() < 1e-12), "{said:?}");
                }
                MapMethod::VennAbers | MapMethod::BetaBins(_) => {}
            }
        }
    }
}

#[test]
fn equal_scores_give_the_share_of_wins() {
    let (p, won) = ([0.3; 8], [true, false, false, false, true, false, false, false]);
    let of = Examples::new(&p, &won).unwrap();
    for method in [MapMethod::BetaAbm, MapMethod::BetaAm, MapMethod::Isotonic] {
        for at in [0.0, 0.3, 0.9] {
            let said = method.fit(&of).calibrate(at).unwrap().mean;
            assert!((said - 0.25).abs() < 1e-9, "{method:?} at {at}: {said}");
        }
    }
    let pair = VennAbersMap::fit(&of).pair(0.3).unwrap();
    let expected = Bounds { lo: 2.0 / 9.0, hi: 3.0 / 9.0 };
    assert!((pair.lo - expected.lo).abs() < 1e-12 && (pair.hi - expected.hi).abs() < 1e-12);
}

#[test]
fn classes_that_a_score_parts_still_have_a_finite_fit() {
    let p = [0.1, 0.2, 0.3, 0.6, 0.7, 0.9];
    let won = [false, false, false, true, true, true];
    let of = Examples::new(&p, &won).unwrap();
    for map in [SigmoidMap::beta(&of), SigmoidMap::beta_am(&of), SigmoidMap::temperature(&of)] {
        let parameters = map.parameters();
        assert!(parameters.iter().all(|x| x.is_finite() && x.abs() < 100.0), "{parameters:?}");
        let [low, high] = [0.1, 0.7].map(|p| map.calibrate(p).unwrap().mean);
        assert!(low > 0.01 && low < 0.35 && high > 0.65 && high < 0.99, "{map:?} {low} {high}");
    }
    // Upside down nothing is parted: the best rising curve is the constant.
    let falling = won.map(|won| !won);
    let of = Examples::new(&p, &falling).unwrap();
    for map in [SigmoidMap::beta(&of), SigmoidMap::beta_am(&of)] {
        assert_eq!((map.a, map.b), (0.0, 0.0));
        assert!((map.calibrate(0.9).unwrap().mean - 0.5).abs() < 1e-12);
    }
    assert!(SigmoidMap::platt(&of).a < 0.0);
}

#[test]
fn scores_of_one_half_leave_the_temperature_at_one() {
    let of = Examples::new(&[0.5; 3], &[true, false, true]).unwrap();
    assert_eq!(SigmoidMap::temperature(&of), SigmoidMap { a: 1.0, b: 1.0, c: 0.0 });
}

#[test]
fn a_platt_line_does_not_mind_where_scores_lie() {
    let near = [-1.0, 0.5, 0.25, 2.0, -0.5, 1.0];
    let won = [false, true, false, true, true, false];
    let weights = [1.0; 6];
    let line = PlattLine::fit(&near, &won, &weights).unwrap();
    for (scale, shift) in [(1e-6, 0.0), (1e9, -4e9), (3.0, 1e6)] {
        let far = near.map(|s| s * scale + shift);
        let moved = PlattLine::fit(&far, &won, &weights).unwrap();
        for (near, far) in near.iter().zip(far) {
            let (p, q) = (line.probability(*near), moved.probability(far));
            assert!((p - q).abs() < 1e-8, "{scale} {shift}: {p} {q}");
        }
    }
    for huge in [[1e300, -1e300, 0.0], [f64::MAX, f64::MIN, 1.0], [7.0; 3]] {
        let line = PlattLine::fit(&huge, &[true, false, true], &[1.0; 3]).unwrap();
        assert!(line.a.is_finite() && line.b.is_finite(), "{line:?}");
    }
}

#[test]
fn settings_of_bins_are_checked_also_when_read() {
    let root = BetaPosterior::ROOT;
    assert_eq!(BinSettings::new(0, root, 0.2).unwrap_err().setting, "bins");
    let bad = BetaPosterior { a: 0.0, b: 2.0 };
    assert_eq!(BinSettings::new(10, bad, 0.2).unwrap_err().setting, "root");
    assert_eq!(BinSettings::new(10, root, 0.5).unwrap_err().setting, "quantile");
    let method = MapMethod::BetaBins(BinSettings::new(7, root, 0.1).unwrap());
    let text = serde_json::to_string(&method).unwrap();
    assert_eq!(serde_json::from_str::<MapMethod>(&text).unwrap(), method);
    let spoilt = text.replace("\"bins\":7", "\"bins\":0");
    assert!(spoilt != text && serde_json::from_str::<MapMethod>(&spoilt).is_err());
}

proptest! {
    #[test]
    fn isotonic_is_the_highest_of_the_lowest_means(data in tied_rows(40)) {
        let map = IsotonicMap::fit(&examples(&data));
        for at in &data.0 {
            let expected = max_min_fit(&data.0, &data.1, &data.2, *at);
            let said = map.calibrate(*at).unwrap().mean;
            prop_assert!((said - expected).abs() < 1e-12, "{} at {}: {}", said, at, expected);
        }
        let rising = map.knots().windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1);
        prop_assert!(rising, "{:?}", map);
    }

    /// Between scores a straight line, whichever knots were left out.
    #[test]
    fn isotonic_is_straight_between_neighbouring_scores(
        data in tied_rows(40), share in 0.0_f64..=1.0,
    ) {
        let map = IsotonicMap::fit(&examples(&data));
        let mut scores = data.0.clone();
        scores.sort_by(f64::total_cmp);
        scores.dedup();
        let at = |p: f64| map.calibrate(p).unwrap().mean;
        for w in scores.windows(2) {
            let between = at(w[0] + share * (w[1] - w[0]));
            let straight = at(w[0]) + share * (at(w[1]) - at(w[0]));
            prop_assert!((between - straight).abs() < 1e-9, "{} {}", between, straight);
        }
        let (first, last) = (scores[0], scores[scores.len() - 1]);
        prop_assert_eq!(at(0.0), at(first));
        prop_assert_eq!(at(1.0), at(last));
    }

    /// At scores of the examples, between them and beyond them, with and without weights.
    #[test]
    fn venn_abers_equals_two_refits(
        data in tied_rows(30), whole in any::<bool>(), off in 0.0_f64..1.0,
    ) {
        let mut data = data;
        if whole {
            data.2.fill(1.0);
        }
        let map = VennAbersMap::fit(&examples(&data));
        for k in 0..=12 {
            for at in [f64::from(k) / 12.0, (f64::from(k) + off).min(12.0) / 12.0] {
                let (got, want) = (map.pair(at).unwrap(), refitted_pair(&data, at));
                prop_assert!((got.lo - want.lo).abs() < 1e-12, "{} {:?} {:?}", at, got, want);
                prop_assert!((got.hi - want.hi).abs() < 1e-12, "{} {:?} {:?}", at, got, want);
                let said = map.calibrate(at).unwrap().mean;
                let inside = got.lo - 1e-12 <= said && said <= got.hi + 1e-12;
                prop_assert!(inside, "{} {:?}", said, got);
            }
        }
    }

    /// The same where no two scores are equal.
    #[test]
    fn venn_abers_equals_two_refits_without_ties(data in rows(70), at in 0.0_f64..=1.0) {
        let map = VennAbersMap::fit(&examples(&data));
        for at in [at, data.0[0], data.0[data.0.len() / 2]] {
            let (got, want) = (map.pair(at).unwrap(), refitted_pair(&data, at));
            let off = (got.lo - want.lo).abs().max((got.hi - want.hi).abs());
            prop_assert!(off < 1e-12, "{} {:?} {:?}", at, got, want);
        }
    }

    /// Both slopes vanish at the fit, or push a coefficient at rest below 0.
    #[test]
    fn beta_calibration_is_the_likeliest_rising_map(data in rows(60)) {
        let of = examples(&data);
        prop_assume!(mixed(&data));
        let (map, am) = (SigmoidMap::beta(&of), SigmoidMap::beta_am(&of));
        for (map, coefficient, by) in
            [(map, map.a, BY_A), (map, map.b, BY_B), (am, am.a, BY_BOTH)]
        {
            let slope = slope(&map, &of, by, plain);
            prop_assert!(coefficient >= 0.0, "{:?}", map);
            let at_rest = coefficient == 0.0 && slope > 0.0;
            prop_assert!(slope.abs() < 1e-9 || at_rest, "{:?} {}", map, slope);
        }
        for map in [map, am] {
            prop_assert!(slope(&map, &of, BY_C, plain).abs() < 1e-9, "{:?}", map);
        }
        prop_assert!(log_loss_of(&map, &of) <= log_loss_of(&am, &of) + 1e-9);
    }

    #[test]
    fn platt_is_the_best_line_for_its_smoothed_targets(data in rows(60)) {
        let of = examples(&data);
        let map = SigmoidMap::platt(&of);
        let (wins, losses) = of.totals();
        let target =
            |won| if won { (wins + 1.0) / (wins + 2.0) } else { 1.0 / (losses + 2.0) };
        for by in [BY_BOTH, BY_C] {
            prop_assert!(slope(&map, &of, by, target).abs() < 1e-9, "{:?}", map);
        }
    }

    #[test]
    fn no_other_temperature_is_likelier(data in rows(60)) {
        let (p, won, _) = &data;
        let contradicted = (0..p.len()).any(|i| if won[i] { p[i] < 0.5 } else { p[i] > 0.5 });
        let of = examples(&data);
        prop_assume!(contradicted && !of.one_class());
        let map = SigmoidMap::temperature(&of);
        let best = log_loss_of(&map, &of);
        for other in (0..400).map(|k| 0.01 * f64::from(k)) {
            let other = SigmoidMap { a: other, b: other, c: 0.0 };
            prop_assert!(best <= log_loss_of(&other, &of) + 1e-9, "{:?} {:?}", map, other);
        }
    }

    /// A weight of 2 is an example seen twice. Platt's targets and the added outcome of Venn-ABERS
    /// know totals only, so it holds for all.
    #[test]
    fn weights_are_repetitions(data in tied_rows(25), twice in prop::collection::vec(any::<bool>(), 25)) {
        let (p, won, _) = data;
        let weights: Vec<f64> = (0..p.len()).map(|i| if twice[i] { 2.0 } else { 1.0 }).collect();
        let (mut long_p, mut long_won) = (p.clone(), won.clone());
        for i in (0..p.len()).filter(|i| twice[*i]) {
            long_p.push(p[i]);
            long_won.push(won[i]);
        }
        for method in all_methods() {
            let short = method.fit(&Examples::weighted(&p, &won, &weights).unwrap());
            let long = method.fit(&Examples::new(&long_p, &long_won).unwrap());
            for at in &p {
                let (a, b) = (short.calibrate(*at).unwrap(), long.calibrate(*at).unwrap());
                prop_assert!((a.mean - b.mean).abs() < 1e-9, "{:?} {:?} {:?}", method, a, b);
            }
        }
    }

    /// Whatever the examples: a probability, within its bounds where it has some, rising with the
    /// score where the method promises it.
    #[test]
    fn every_map_answers_every_score(data in rows(30), few in 1_usize..4) {
        let few = few.min(data.0.len());
        let part = (data.0[..few].to_vec(), data.1[..few].to_vec(), data.2[..few].to_vec());
        for data in [&data, &part] {
            for method in all_methods() {
                let map = method.fit(&examples(data));
                prop_assert!(map.parameters().iter().all(|x| x.is_finite()), "{:?}", map);
                let scores = (0..=50).map(|k| f64::from(k) / 50.0);
                let said: Vec<Estimate> = scores.map(|p| map.calibrate(p).unwrap()).collect();
                for Estimate { mean, bounds } in &said {
                    prop_assert!((0.0..=1.0).contains(mean), "{:?} {}", method, mean);
                    if let Some(Bounds { lo, hi }) = bounds {
                        prop_assert!(0.0 <= *lo && lo <= hi && *hi <= 1.0, "{:?}", method);
                    }
                }
                let may_fall = matches!(method, MapMethod::Platt | MapMethod::BetaBins(_));
                let rising = said.windows(2).all(|w| w[0].mean <= w[1].mean + 1e-12);
                prop_assert!(may_fall || rising, "{:?} {:?}", method, map);
            }
        }
    }

    /// Scores next to each other or at the ends, weights over twelve powers of ten.
    #[test]
    fn the_strangest_examples_still_give_probabilities(
        rows in prop::collection::vec((0_u8..8, any::<bool>(), -6_i32..=6), 1..25),
        at in 0.0_f64..=1.0,
    ) {
        let near = [0.0, 1e-12, 0.5, 0.5 + 1e-15, 0.5 + 1e-9, 0.7, 1.0 - 1e-12, 1.0];
        let p: Vec<f64> = rows.iter().map(|r| near[usize::from(r.0)]).collect();
        let won: Vec<bool> = rows.iter().map(|r| r.1).collect();
        let weights: Vec<f64> = rows.iter().map(|r| 10_f64.powi(r.2)).collect();
        for method in all_methods() {
            let map = method.fit(&Examples::weighted(&p, &won, &weights).unwrap());
            prop_assert!(map.parameters().iter().all(|x| x.is_finite()), "{:?}", map);
            for at in [at, 0.0, 0.5, 1.0] {
                let Estimate { mean, bounds } = map.calibrate(at).unwrap();
                prop_assert!((0.0..=1.0).contains(&mean), "{:?} {}", method, mean);
                if let Some(Bounds { lo, hi }) = bounds {
                    prop_assert!(0.0 <= lo && lo <= hi && hi <= 1.0, "{:?} {} {}", method, lo, hi);
                }
            }
        }
    }

    #[test]
    fn maps_survive_being_written_down(data in rows(30)) {
        for method in all_methods() {
            let map = method.fit(&examples(&data));
            let text = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(&serde_json::from_str::<FittedMap>(&text).unwrap(), &map);
            prop_assert_eq!(method.fit(&examples(&data)).parameters(), map.parameters());
        }
    }

    /// What the fit of the isotonic map goes through is what the metrics' pooling gives.
    #[test]
    fn isotonic_agrees_with_plain_pooling(outcomes in prop::collection::vec(any::<bool>(), 1..60)) {
        let p: Vec<f64> = (0..outcomes.len()).map(|i| i as f64 / 60.0).collect();
        let map = IsotonicMap::fit(&Examples::new(&p, &outcomes).unwrap());
        let values: Vec<f64> = outcomes.iter().map(|won| plain(*won)).collect();
        for (p, fit) in p.iter().zip(isotonic(&values, &vec![1.0; p.len()])) {
            prop_assert_eq!(map.calibrate(*p).unwrap().mean, fit);
        }
    }
}
