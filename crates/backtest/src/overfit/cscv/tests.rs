//! Halves against a plain count of them, and what noise and merit look like.

use proptest::prelude::*;

use super::*;
use crate::summary::standard_deviation;
use crate::testing::noise;

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

fn panel(columns: &[Vec<f64>]) -> Panel {
    Panel::from_columns(columns).unwrap()
}

fn noisy(strategies: u64, sessions: usize, seed: u64) -> Vec<Vec<f64>> {
    (0..strategies).map(|k| noise(sessions, 0.0, 0.01, 1_000 * seed + k)).collect()
}

/// The definition as it stands: sessions written out for every half, ratios from scratch.
fn by_hand(columns: &[Vec<f64>], blocks: usize) -> Vec<(u32, f64, f64, f64)> {
    let sessions = columns[0].len();
    let edge = |b: usize| b * (sessions / blocks) + b.min(sessions % blocks);
    let ratios = |wanted: &dyn Fn(usize) -> bool| -> Vec<f64> {
        let rows: Vec<usize> =
            (0..blocks).filter(|b| wanted(*b)).flat_map(|b| edge(b)..edge(b + 1)).collect();
        let ratio = |c: &Vec<f64>| {
            let part: Vec<f64> = rows.iter().map(|t| c[*t]).collect();
            standard_deviation(&part).map_or(0.0, |sd| mean(&part).unwrap() / sd)
        };
        columns.iter().map(ratio).collect()
    };
    let halves = (0..1_u32 << blocks).filter(|bits| bits.count_ones() as usize * 2 == blocks);
    // The first block in the highest bit, so that larger numbers come first in the order.
    let mut halves: Vec<u32> = halves.collect();
    halves.reverse();
    let one = |half: u32| {
        let inside = |b: usize| half >> (blocks - 1 - b) & 1 == 1;
        let (is, oos) = (ratios(&inside), ratios(&|b| !inside(b)));
        let best = (0..is.len()).fold(0, |best, k| if is[k] > is[best] { k } else { best });
        let below = oos.iter().filter(|r| **r < oos[best] - 1e-9).count() as f64;
        let tied = oos.iter().filter(|r| (**r - oos[best]).abs() <= 1e-9).count() as f64;
        let w = (below + f64::midpoint(tied, 1.0)) / (is.len() + 1) as f64;
        (u32::try_from(best).unwrap(), (w / (1.0 - w)).ln(), is[best], oos[best])
    };
    halves.into_iter().map(one).collect()
}

#[track_caller]
fn as_by_hand(columns: &[Vec<f64>], blocks: usize) {
    let got = cscv(&panel(columns), blocks).unwrap();
    let want = by_hand(columns, blocks);
    assert_eq!(got.logits.len(), want.len());
    for (split, (chosen, logit, inside, outside)) in want.into_iter().enumerate() {
        assert_eq!(got.chosen[split], chosen, "split {split}");
        assert!((got.logits[split] - logit).abs() < 1e-12, "split {split}");
        assert!((got.in_sample[split] - inside).abs() < 1e-9, "split {split}");
        assert!((got.out_of_sample[split] - outside).abs() < 1e-9, "split {split}");
    }
}

#[test]
fn every_split_is_as_counted_by_hand() {
    for (blocks, sessions) in [(2, 60), (4, 61), (6, 100), (8, 83), (12, 120)] {
        as_by_hand(&noisy(7, sessions, blocks as u64), blocks);
    }
}

/// Rules of one family often do the same for months, and often nothing.
#[test]
fn ties_and_idle_halves_are_as_counted_by_hand() {
    let mut columns = noisy(5, 96, 3);
    columns[1] = columns[0].clone();
    let same = columns[2][..48].to_vec();
    columns[3][..48].copy_from_slice(&same);
    columns[4][24..72].fill(0.0);
    columns.push(vec![0.0; 96]);
    columns.push(columns[2].iter().map(|r| 3.0 * r).collect());
    as_by_hand(&columns, 8);
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let panel = panel(&noisy(9, 203, 1));
    let one = on_threads(1, || cscv(&panel, 12).unwrap());
    assert_eq!(one, on_threads(2, || cscv(&panel, 12).unwrap()));
    assert_eq!(one, on_threads(7, || cscv(&panel, 12).unwrap()));
    assert_eq!(one.logits.len(), 924);
}

#[test]
fn a_planted_edge_is_found_again_and_noise_is_not() {
    let mut columns = noisy(20, 600, 5);
    let lucky = cscv(&panel(&columns), 10).unwrap();
    columns[13] = noise(600, 0.003, 0.01, 77);
    let good = cscv(&panel(&columns), 10).unwrap();
    assert!(lucky.probability > 0.25 && good.probability < 0.01, "{}", lucky.probability);
    assert!(good.chosen.iter().all(|k| *k == 13) && good.mean_logit > 2.0);
    assert_eq!(good.share_losing, 0.0);
}

/// Over many panels of noise the best of a half is anywhere in the other.
#[test]
fn noise_is_overfitted_half_of_the_time() {
    let probability = |seed| cscv(&panel(&noisy(10, 160, seed)), 8).unwrap().probability;
    let mean = (0..150).map(probability).sum::<f64>() / 150.0;
    assert!((mean - 0.5).abs() < 0.08, "{mean}");
}

/// What wins in one half must lose in the other when all of history sums up to nothing.
#[test]
fn returns_that_cancel_out_degrade_with_slope_minus_one() {
    let columns: Vec<Vec<f64>> = noisy(8, 200, 4)
        .into_iter()
        .map(|c| {
            let mean = mean(&c).unwrap();
            c.into_iter().map(|r| r - mean).collect()
        })
        .collect();
    let got = cscv(&panel(&columns), 10).unwrap();
    assert!((got.slope.unwrap() + 1.0).abs() < 0.25 && got.probability > 0.9, "{:?}", got.slope);
    // All but a half in which no strategy earned anything.
    assert!(got.share_losing > 0.98, "{}", got.share_losing);
}

#[test]
fn equal_strategies_have_no_line_and_stand_in_the_middle() {
    let same = vec![vec![0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01]; 3];
    let got = cscv(&panel(&same), 4).unwrap();
    assert_eq!((got.slope, got.intercept, got.mean_logit), (None, None, 0.0));
    // The median itself counts as overfitted.
    assert_eq!(got.probability, 1.0);
}

#[test]
fn what_cannot_be_halved_is_refused_with_its_numbers() {
    let columns = noisy(3, 20, 1);
    let refused = |blocks: usize| cscv(&panel(&columns), blocks).unwrap_err();
    for blocks in [0, 1, 7, 26] {
        assert_eq!(refused(blocks), CscvError::Blocks { blocks });
    }
    assert_eq!(refused(22), CscvError::TooShort { sessions: 20, blocks: 22 });
    let alone = cscv(&panel(&columns[..1]), 4).unwrap_err();
    assert_eq!(alone, CscvError::OneStrategy { strategies: 1 });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Leverage and cash at a constant risk change nothing of an order.
    #[test]
    fn scale_and_the_order_of_strategies_do_not_matter(
        seed in 0_u64..1_000, by in 0.1_f64..10.0, turn in 0_usize..6,
    ) {
        let columns = noisy(6, 64, seed);
        let one = cscv(&panel(&columns), 6).unwrap();
        let scaled: Vec<Vec<f64>> =
            columns.iter().map(|c| c.iter().map(|r| by * r).collect()).collect();
        let other = cscv(&panel(&scaled), 6).unwrap();
        prop_assert_eq!(&one.logits, &other.logits);
        prop_assert_eq!(&one.chosen, &other.chosen);
        let mut turned = columns;
        turned.rotate_left(turn);
        let other = cscv(&panel(&turned), 6).unwrap();
        prop_assert_eq!(one.logits, other.logits);
    }

    #[test]
    fn shares_are_shares_and_ranks_lie_between_the_ends(seed in 0_u64..1_000, n in 2_u64..9) {
        let got = cscv(&panel(&noisy(n, 40, seed)), 6).unwrap();
        prop_assert!((0.0..=1.0).contains(&got.probability));
        prop_assert!((0.0..=1.0).contains(&got.share_losing));
        let most = (n as f64).ln();
        prop_assert!(got.logits.iter().all(|l| l.abs() <= most + 1e-12));
        prop_assert_eq!(got.logits.len(), 20);
    }
}
