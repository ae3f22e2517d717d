//! Trials run in order, once, on any number of threads.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::*;
use crate::sweep::space::Axis;

fn space() -> Space {
    Space::new(vec![Axis::integers("n", 0, 99, 1)], Vec::new()).unwrap()
}

/// Returns that only the point decides; three points in a hundred have none.
fn evaluate(point: &Parameters) -> Result<TrialResult, String> {
    let n = point.number("n").unwrap();
    match point.count("n") {
        Some(13) => Err("no\nluck".to_owned()),
        Some(14) => Ok(TrialResult::of_returns(f64::NAN, &[0.1], 0, 0)),
        Some(15) => Ok(TrialResult { sharpe: Some(f64::INFINITY), ..result(n) }),
        _ => Ok(result(n)),
    }
}

fn result(n: f64) -> TrialResult {
    TrialResult::of_returns(100.0, &[0.01, -0.02, 0.001 * n], 3, 1)
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn the_table_is_the_same_for_any_number_of_threads() {
    let run = || Sweep::of("subject").run(&space(), space().grid(), &evaluate);
    let one = on_threads(1, run);
    assert_eq!(one, on_threads(3, run));
    assert!(one.trials().iter().enumerate().all(|(n, trial)| trial.number == n));
}

#[test]
fn an_error_is_a_result_of_its_trial_and_figures_that_are_no_numbers_are_errors() {
    let table = Sweep::of("subject").run(&space(), space().grid(), &evaluate);
    let failed = |n: usize| match &table.trials()[n].state {
        TrialState::Failed(why) => why.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(13), "no luck");
    assert_eq!(failed(14), "final_equity is NaN");
    assert_eq!(failed(15), "sharpe is inf");
    let count = table.count();
    assert_eq!((count.done, count.failed, count.pending), (97, 3, 0));
}

#[derive(Default)]
struct Heard {
    started: Mutex<Vec<Progress>>,
    settled: Mutex<BTreeSet<(usize, usize)>>,
}

impl Observer for Heard {
    fn started(&self, progress: Progress) {
        self.started.lock().unwrap().push(progress);
    }

    fn settled(&self, trial: &Trial, progress: Progress) {
        assert_ne!(trial.state, TrialState::Pending);
        assert_eq!(progress.trials, 100);
        self.settled.lock().unwrap().insert((progress.settled, trial.number));
    }
}

#[test]
fn known_trials_are_not_evaluated_again_and_the_table_does_not_show_it() {
    let whole = Sweep::of("subject").run(&space(), space().grid(), &evaluate);
    let known = whole.trials()[..40].to_vec();
    let heard = Heard::default();
    let resumed = Sweep::of("subject").knowing(known).observed_by(&heard);
    assert_eq!(resumed.run(&space(), space().grid(), &evaluate), whole);
    let settled = heard.settled.into_inner().unwrap();
    let evaluated: BTreeSet<usize> = settled.iter().map(|(_, number)| *number).collect();
    assert_eq!(evaluated, (40..100).collect());
    assert!(settled.iter().map(|(settled, _)| *settled).eq(41..=100));
    assert_eq!(*heard.started.lock().unwrap(), [Progress { settled: 40, trials: 100 }]);
}

/// How many evaluations a sweep needs.
fn evaluations(sweep: &Sweep<'_>) -> usize {
    let evaluated = AtomicUsize::new(0);
    let counting = |point: &Parameters| {
        evaluated.fetch_add(1, Ordering::Relaxed);
        evaluate(point)
    };
    sweep.run(&space(), space().grid(), &counting);
    evaluated.into_inner()
}

#[test]
fn what_is_known_of_another_subject_or_without_what_is_needed_is_not_known() {
    let known = Sweep::of("subject").run(&space(), space().grid(), &evaluate).trials().to_vec();
    let sweep = Sweep::of("subject").knowing(known.clone());
    assert_eq!(evaluations(&sweep), 0);
    assert_eq!(evaluations(&sweep.clone().retrying_failures()), 3);
    assert_eq!(evaluations(&sweep.needing_returns()), 97);
    assert_eq!(evaluations(&Sweep::of("other").knowing(known)), 100);
}

#[test]
fn a_cancelled_sweep_leaves_the_rest_pending_and_is_resumed_to_the_same_table() {
    struct StopsAt<'a>(&'a AtomicBool);

    impl Observer for StopsAt<'_> {
        fn settled(&self, _trial: &Trial, progress: Progress) {
            if progress.settled == 10 {
                self.0.store(true, Ordering::Relaxed);
            }
        }
    }

    let cancel = AtomicBool::new(false);
    let observer = StopsAt(&cancel);
    let sweep = Sweep::of("subject").cancelled_by(&cancel).observed_by(&observer);
    let stopped = on_threads(1, || sweep.run(&space(), space().grid(), &evaluate));
    assert_eq!(stopped.count().pending, 90);
    let resumed = Sweep::of("subject").knowing(stopped.trials().to_vec());
    let whole = Sweep::of("subject").run(&space(), space().grid(), &evaluate);
    assert_eq!(resumed.run(&space(), space().grid(), &evaluate), whole);
}

#[test]
fn figures_of_returns_are_those_of_their_performance() {
    let result = TrialResult::of_returns(200.0, &[0.5, -0.5, 0.2], 4, 2);
    assert!((result.final_equity - 180.0).abs() < 1e-12);
    assert!((result.total_return + 0.1).abs() < 1e-15);
    assert!((result.max_drawdown + 0.5).abs() < 1e-15);
    assert_eq!((result.fills, result.trades, result.daily_returns), (4, 2, None));
    let idle = TrialResult::of_returns(200.0, &[], 0, 0);
    assert_eq!((idle.final_equity, idle.cagr, idle.sharpe), (200.0, None, None));
}

#[test]
fn figures_of_a_run_are_those_of_its_snapshots_and_trades() {
    let returns = [0.01, -0.02, 0.03];
    let mut run = crate::testing::run(&returns);
    run.trades = vec![crate::testing::trade(
        "AAPL",
        1.0,
        tradebot_journal::SizeBasis::Skill,
        tradebot_journal::ExitReason::Target,
    )];
    let result = TrialResult::of_run(&run);
    let equity = 10_000.0 * 1.01 * 0.98 * 1.03;
    assert!((result.final_equity - equity).abs() < 1e-3);
    assert_eq!((result.fills, result.trades), (2, 1));
    assert_eq!(result.daily_returns.as_deref(), Some(&returns[..]));
    assert!((result.max_drawdown + 0.02).abs() < 1e-12);
}
