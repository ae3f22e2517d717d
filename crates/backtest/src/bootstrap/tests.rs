//! The draws are what they claim to be, and the same everywhere.

use proptest::prelude::*;

use super::*;
use crate::performance::performance;
use crate::testing::noise;

/// Reproducible returns with a little memory.
fn returns(n: usize, mean: f64, seed: u64) -> Vec<f64> {
    let mut chance = Chance::numbered(seed, 0);
    let mut before = 0.0;
    (0..n)
        .map(|_| {
            let noise: f64 = (0..12).map(|_| chance.uniform()).sum::<f64>() - 6.0;
            before = 0.2 * before + 0.01 * noise;
            mean + before
        })
        .collect()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn intervals_are_the_same_on_any_number_of_threads() {
    let (run, other) = (returns(400, 0.0003, 1), returns(400, 0.0, 2));
    let work = || performance_intervals(&run, &other, 300, 7).unwrap();
    let one = on_threads(1, work);
    assert_eq!(one, on_threads(2, work));
    assert_eq!(one, on_threads(5, work));
    assert_ne!(one, performance_intervals(&run, &other, 300, 8).unwrap());
}

#[test]
fn an_interval_holds_the_figure_it_is_about() {
    for seed in 1..=5 {
        let run = returns(800, 0.0004, seed);
        let figures = performance(&run);
        let intervals = performance_intervals(&run, &[], 400, seed).unwrap();
        assert!(intervals.sharpe.unwrap().contains(figures.sharpe.unwrap()));
        assert!(intervals.cagr.unwrap().contains(figures.cagr.unwrap()));
        assert_eq!(intervals.sharpe_over_benchmark, None);
    }
}

/// A true annual ratio of 0 lies in about 90 % of the intervals.
#[test]
fn intervals_hold_the_truth_about_as_often_as_they_say() {
    let holds = |seed: u64| {
        let run = noise(400, 0.0, 0.01, seed);
        performance_intervals(&run, &[], 200, seed).unwrap().sharpe.unwrap().contains(0.0)
    };
    let held = (0..120).filter(|seed| holds(*seed)).count();
    assert!((96..=117).contains(&held), "{held} of 120");
}

#[test]
fn a_run_beside_itself_is_not_ahead() {
    let run = returns(300, 0.0004, 3);
    let intervals = performance_intervals(&run, &run, 100, 1).unwrap();
    assert_eq!(intervals.sharpe_over_benchmark, Some(crate::Interval { lo: 0.0, hi: 0.0 }));
}

#[test]
fn short_and_idle_runs_have_no_interval() {
    assert_eq!(performance_intervals(&returns(19, 0.0, 1), &[], 100, 1), None);
    assert_eq!(performance_intervals(&[0.0; 500], &[], 100, 1), None);
    // One active session in 500: most replicates miss it or repeat it; no ratio to speak of.
    let mut rare = vec![0.0; 500];
    rare[250] = 0.01;
    let intervals = performance_intervals(&rare, &[], 400, 1).unwrap();
    assert_eq!(intervals.sharpe, None);
    assert!(intervals.cagr.is_some());
}

#[test]
fn stretches_have_the_mean_length_asked_for() {
    let bootstrap = StationaryBootstrap::new(10_000, 8.0, 11);
    let count: usize = (0..50).map(|i| bootstrap.draw(i).len()).sum();
    let mean = 500_000.0 / count as f64;
    assert!((mean - 8.0).abs() < 0.15, "{mean}");
    assert!(StationaryBootstrap::new(50, 0.0, 1).draw(0).iter().all(|s| s.length == 1));
}

#[test]
fn every_observation_is_drawn_equally_often() {
    let bootstrap = StationaryBootstrap::new(20, 5.0, 3);
    let mut drawn = [0_u32; 20];
    for number in 0..5_000 {
        for stretch in bootstrap.draw(number) {
            stretch.positions(20).for_each(|at| drawn[at] += 1);
        }
    }
    // 5,000 each; stretches make the spread about three times that of single draws.
    assert!(drawn.iter().all(|n| (4_600..5_400).contains(n)), "{drawn:?}");
}

#[test]
fn neighbouring_seeds_share_nothing() {
    let draws = |seed: u64| -> Vec<_> {
        (0..20).map(|number| StationaryBootstrap::new(1_000, 5.0, seed).draw(number)).collect()
    };
    let (one, next) = (draws(1), draws(2));
    assert!(one.iter().all(|draw| !next.contains(draw)));
}

#[test]
fn values_without_variance_have_no_block_length() {
    assert_eq!(block_length(&[1.0; 100]), None);
    assert_eq!(block_length(&[1.0, 2.0]), None);
    assert!(block_length(&returns(10, 0.0, 1)).is_some());
}

#[test]
fn memory_asks_for_longer_stretches() {
    let noise = returns(1_000, 0.0, 4);
    let remembered: Vec<f64> = noise.windows(20).map(|w| w.iter().sum()).collect();
    let (short, long) = (block_length(&noise).unwrap(), block_length(&remembered).unwrap());
    assert!(long.stationary > 2.0 * short.stationary, "{short:?} {long:?}");
}

proptest! {
    #[test]
    fn a_replicate_is_as_long_as_history(n in 1_usize..300, mean in 0.5_f64..50.0, seed: u64) {
        let stretches = StationaryBootstrap::new(n, mean, seed).draw(3);
        prop_assert_eq!(stretches.iter().map(|s| s.length).sum::<usize>(), n);
        prop_assert!(stretches.iter().all(|s| s.start < n && s.length >= 1));
    }

    #[test]
    fn running_sums_add_up_what_the_positions_say(
        rows in prop::collection::vec((-1.0_f64..1.0, -1.0_f64..1.0), 1..80), seed: u64,
    ) {
        let mut sums = RunningSums::new(2);
        for (a, b) in &rows {
            sums.push(&[*a, *b]);
        }
        let stretches = StationaryBootstrap::new(rows.len(), 6.0, seed).draw(0);
        let over = sums.over(&stretches);
        let (mut a, mut b) = (0.0, 0.0);
        for at in stretches.iter().flat_map(|s| s.positions(rows.len())) {
            a += rows[at].0;
            b += rows[at].1;
        }
        prop_assert!((over[0] - a).abs() < 1e-10 && (over[1] - b).abs() < 1e-10);
    }

    #[test]
    fn a_shuffle_loses_nothing(mut values in prop::collection::vec(0_u32..50, 0..40), seed: u64) {
        let mut before = values.clone();
        Chance::numbered(seed, 0).shuffle(&mut values);
        before.sort_unstable();
        values.sort_unstable();
        prop_assert_eq!(before, values);
    }
}
