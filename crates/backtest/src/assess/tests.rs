//! Runs of every length are judged, in the same way on any number of threads.

use tradebot_journal::{ExitReason, LearnedRecord, RiskRecord, SizeBasis};

use super::*;
use crate::testing::{date, forecasts, noise, run, trade};
use crate::verdict::Finding;

fn quick(result: &RunResult) -> Assessment {
    assess_with(result, AssessmentConfig { replications: 200, ..AssessmentConfig::of(result) })
}

#[test]
fn a_run_without_sessions_is_judged_as_nothing() {
    let mut empty = run(&[]);
    empty.finished = None;
    let judged = assess(&empty);
    assert_eq!(judged.verdict.finding, Finding::NothingToJudge);
    assert_eq!((judged.span, judged.performance.total_return), (None, None));
    assert!(!judged.finished && judged.monthly.is_empty());
    assert_eq!(judged.sharpe, None);
}

#[test]
fn one_session_is_a_start_and_no_return() {
    let mut one = run(&[0.0]);
    one.snapshots.truncate(1);
    let judged = assess(&one);
    assert_eq!(judged.span, Some((date(0), date(0))));
    assert_eq!(judged.performance.sessions, 0);
    assert_eq!(judged.activity.exposure, Some(0.0));
    assert_eq!(judged.benchmark, None);
}

#[test]
fn a_run_that_never_traded_has_no_ratios() {
    let idle = assess(&run(&[0.0; 400]));
    assert_eq!((idle.performance.sharpe, idle.intervals.as_ref()), (None, None));
    assert_eq!((idle.trades.all.win_rate, idle.trades.all.profit_factor), (None, None));
    assert_eq!((idle.costs.share, idle.other_orders), (None, None));
    assert_eq!(idle.verdict.finding, Finding::NothingToJudge);
    assert!(idle.benchmark.unwrap().held.sharpe.is_some());
}

#[test]
fn what_is_not_defined_is_null_in_json_and_all_of_it_can_be_read_back() {
    let mut result = run(&noise(300, 0.0003, 0.01, 1));
    result.trades.push(trade("AAPL", 1.0, SizeBasis::Explore, ExitReason::Target));
    result.forecasts = forecasts(300, 0.1, 0.5, 1);
    let judged = quick(&result);
    let json = serde_json::to_string(&judged).unwrap();
    assert!(json.contains(r#""profit_factor":null"#), "{json}");
    assert!(json.contains(r#""by_basis":{"explore":"#));
    let back: Assessment = serde_json::from_str(&json).unwrap();
    assert_eq!(back, judged);
}

#[test]
fn the_same_run_is_judged_the_same_on_one_thread_and_two() {
    let mut result = run(&noise(300, 0.0003, 0.01, 2));
    result.forecasts = forecasts(300, 0.1, 0.5, 2);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| quick(&result))
    };
    assert_eq!(on(1), on(2));
}

#[test]
fn the_limit_is_the_one_that_the_run_met() {
    let mut result = run(&[-0.03; 10]);
    assert_eq!(AssessmentConfig::of(&result).drawdown_limit, Limits::simulated().drawdown_max);
    result.risk_events.push(RiskRecord {
        session: date(3),
        event: DRAWDOWN_STOP.to_owned(),
        symbol: None,
        value: 0.09,
        limit: 0.08,
        detail: String::new(),
    });
    let judged = assess(&result);
    assert_eq!((judged.drawdown.limit, judged.drawdown.stops), (0.08, 1));
    assert!((judged.drawdown.deepest.unwrap() - (1.0 - 0.97_f64.powi(10))).abs() < 1e-12);
}

#[test]
fn the_run_s_own_test_is_taken_from_what_it_learned_last() {
    let mut result = run(&[0.0; 5]);
    assert_eq!(assess(&result).own_skill_test, None);
    let learned = |skill_sessions, skill_lower| LearnedRecord {
        session: date(1),
        outcomes: 0,
        members: Vec::new(),
        rows: Vec::new(),
        consensus_brier: 0.2,
        equal_weight_brier: 0.2,
        base_brier: 0.2,
        skill_sessions,
        skill_lower,
    };
    for (sessions, lower, shown) in [(249, 0.1, false), (250, 0.1, true), (900, -0.1, false)] {
        result.learned.push(learned(sessions, lower));
        let test = assess(&result).own_skill_test.unwrap();
        assert_eq!(test, OwnSkillTest { sessions, lower, shown });
    }
}
