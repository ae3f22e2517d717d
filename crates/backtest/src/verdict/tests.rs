//! What the words may claim and what they must not.

use tradebot_journal::{ExitReason, LearnedRecord};

use super::*;
use crate::assess::{Assessment, AssessmentConfig, assess_with};
use crate::testing::{date, forecasts, noise, run, trade};

fn judged(result: &RunResult, trials: u32) -> Assessment {
    let config = AssessmentConfig { replications: 400, trials, ..AssessmentConfig::of(result) };
    assess_with(result, config)
}

/// 60 trades of that basis in a run of these returns.
fn traded(returns: &[f64], basis: SizeBasis) -> RunResult {
    let mut result = run(returns);
    for n in 0..60 {
        let (r, reason) =
            if n % 2 == 0 { (1.4, ExitReason::Target) } else { (-1.0, ExitReason::Stop) };
        result.trades.push(trade("AAPL", r, basis, reason));
    }
    result
}

fn good() -> Vec<f64> {
    noise(1_500, 0.0012, 0.01, 3)
}

fn said(of: &Assessment) -> String {
    format!("{} {}", of.verdict.headline, of.verdict.points.join(" "))
}

#[test]
fn nothing_is_nothing() {
    let none = judged(&run(&[]), 1).verdict;
    assert_eq!(none.finding, Finding::NothingToJudge);
    assert!(none.headline.contains("no session"), "{none:?}");
    let idle = judged(&run(&[0.0; 300]), 1).verdict;
    assert!(idle.headline.contains("no trade was closed"), "{idle:?}");
}

#[test]
fn a_short_run_gets_no_verdict_on_luck_however_good() {
    let short = judged(&traded(&noise(150, 0.005, 0.005, 1), SizeBasis::Drift), 1).verdict;
    assert_eq!(short.finding, Finding::TooShort);
    assert!(short.headline.contains("Too short"), "{short:?}");
    let mut few = traded(&good(), SizeBasis::Drift);
    few.trades.truncate(10);
    assert_eq!(judged(&few, 1).verdict.finding, Finding::TooShort);
}

#[test]
fn a_loss_is_called_a_loss() {
    let slight = judged(&traded(&noise(400, -0.0003, 0.01, 5), SizeBasis::Drift), 1);
    assert_eq!(slight.verdict.finding, Finding::Loss);
    let headline = &slight.verdict.headline;
    assert!(headline.contains("bad luck alone could explain it"), "{headline}");
    let heavy = judged(&traded(&noise(1_000, -0.002, 0.01, 5), SizeBasis::Drift), 1);
    assert!(heavy.verdict.headline.contains("does not explain it"), "{}", heavy.verdict.headline);
    assert!(said(&heavy).contains("beyond the limit"));
}

#[test]
fn a_small_gain_could_be_luck() {
    let small = judged(&traded(&noise(600, 0.0005, 0.01, 8), SizeBasis::Drift), 1);
    assert!(small.performance.total_return.unwrap() > 0.0);
    assert_eq!(small.verdict.finding, Finding::CouldBeLuck);
    assert!(small.verdict.headline.contains("its 90 % interval -"), "{}", small.verdict.headline);
}

#[test]
fn a_gain_that_is_the_best_of_many_could_be_luck_again() {
    let result = traded(&noise(1_500, 0.0007, 0.01, 3), SizeBasis::Drift);
    assert_eq!(judged(&result, 1).verdict.finding, Finding::GainWithoutSkill);
    let of_many = judged(&result, 5_000);
    assert_eq!(of_many.verdict.finding, Finding::CouldBeLuck, "{:?}", of_many.sharpe);
    assert!(of_many.verdict.headline.contains("5000 attempts"), "{}", of_many.verdict.headline);
}

#[test]
fn a_gain_without_forecasts_is_no_skill() {
    let gain = judged(&traded(&good(), SizeBasis::Drift), 1);
    assert_eq!(gain.verdict.finding, Finding::GainWithoutSkill);
    assert!(gain.verdict.headline.contains("no skill of the forecasts is shown"));
    assert!(said(&gain).contains("60 by the base rate of the row alone"));
}

#[test]
fn a_gain_with_forecasts_that_know_nothing_is_no_skill() {
    for seed in 1..=5 {
        let mut result = traded(&good(), SizeBasis::Skill);
        result.forecasts = forecasts(400, 0.0, 0.0, seed);
        let gain = judged(&result, 1);
        assert_eq!(gain.verdict.finding, Finding::GainWithoutSkill);
        assert!(!said(&gain).contains("knew more"), "{}", said(&gain));
    }
}

#[test]
fn skill_takes_both_tests_and_trades_sized_on_it() {
    let mut result = traded(&good(), SizeBasis::Skill);
    result.forecasts = forecasts(400, 0.4, 1.0, 4);
    assert_eq!(judged(&result, 1).verdict.finding, Finding::Skill);

    result.learned.push(LearnedRecord {
        session: date(400),
        outcomes: 1,
        members: Vec::new(),
        rows: Vec::new(),
        consensus_brier: 0.2,
        equal_weight_brier: 0.2,
        base_brier: 0.2,
        skill_sessions: 400,
        skill_lower: -0.001,
    });
    let disputed = judged(&result, 1);
    assert_eq!(disputed.verdict.finding, Finding::GainWithoutSkill);
    assert!(said(&disputed).contains("does not agree"), "{}", said(&disputed));

    result.learned.clear();
    for trade in &mut result.trades {
        trade.basis = SizeBasis::Drift;
    }
    let unused = judged(&result, 1);
    assert_eq!(unused.verdict.finding, Finding::GainWithoutSkill);
    assert!(unused.verdict.headline.contains("no trade was sized on what"));
}

#[test]
fn an_unfinished_run_and_its_origin_are_named_first() {
    let mut result = traded(&good(), SizeBasis::Drift);
    result.finished = None;
    result.started.warm_start = Some("demo-7".to_owned());
    let verdict = judged(&result, 1).verdict;
    assert!(verdict.points[0].contains("not finished"), "{:?}", verdict.points);
    assert!(verdict.points[0].contains("demo-7"));
}

#[test]
fn costs_that_eat_the_profit_are_said() {
    let mut result = traded(&good(), SizeBasis::Drift);
    assert!(said(&judged(&result, 1)).contains("of the profit before costs"));
    for trade in &mut result.trades {
        trade.costs = tradebot_domain::Money::from_f64(3.0, 2).unwrap();
    }
    assert!(said(&judged(&result, 1)).contains("more than the profit before them"));
    result.trades.retain(|t| t.r_multiple < 0.0);
    assert!(said(&judged(&result, 1)).contains("lost money even before them"));
}

/// No figure that is not there is put into words.
#[test]
fn no_point_contains_a_number_that_is_none() {
    let mut result = traded(&good(), SizeBasis::Explore);
    result.forecasts = forecasts(30, 0.0, 0.0, 1);
    for runs in [result, run(&[]), run(&[0.0]), run(&[0.01, -0.01])] {
        let words = said(&judged(&runs, 1));
        assert!(!words.contains("NaN") && !words.contains("inf ") && !words.contains("None"));
    }
}
