//! How often noise is deployed, and how often a planted edge is.

use super::*;
use crate::testing::noise;

const QUICK: AdviceConfig = AdviceConfig {
    confidence: 0.95,
    overfitting_max: 0.2,
    sessions_min: 252,
    uncounted: 0,
    blocks: 8,
    replications: 300,
    seed: 1,
};

/// Strategies without merit, the fourth of them with an annual Sharpe ratio of `edge`.
fn panel(strategies: u64, sessions: usize, edge: f64, seed: u64) -> Panel {
    let daily = 0.01 * edge / SESSIONS_PER_YEAR.sqrt();
    let column =
        |k: u64| noise(sessions, if k == 3 { daily } else { 0.0 }, 0.01, 1_000 + 100 * seed + k);
    Panel::from_columns(&(0..strategies).map(column).collect::<Vec<_>>()).unwrap()
}

/// Shares of panels deployed and not to be deployed.
fn shares(panels: u64, panel: impl Fn(u64) -> Panel) -> [f64; 2] {
    let given: Vec<Advice> =
        (0..panels).map(|seed| advise(&panel(seed), &QUICK).unwrap().advice).collect();
    [Advice::Deploy, Advice::DoNotDeploy]
        .map(|advice| given.iter().filter(|a| **a == advice).count() as f64 / panels as f64)
}

#[test]
fn noise_is_deployed_at_most_one_time_in_twenty() {
    let [deployed, refused] = shares(200, |seed| panel(10, 500, 0.0, seed));
    assert!(deployed <= 0.05 && refused > 0.5, "{deployed} {refused}");
}

/// Two attempts leave the least to count, so the most to the resampling.
#[test]
fn noise_of_few_attempts_is_deployed_at_most_one_time_in_twenty() {
    let [deployed, _] = shares(200, |seed| panel(2, 300, 0.0, 500 + seed));
    assert!(deployed <= 0.05, "{deployed}");
}

/// The size that the documentation promises.
#[test]
fn a_planted_edge_is_deployed_four_times_in_five() {
    let planted = |seed: u64| panel(20, 1_260, 2.5, 300 + seed);
    let [deployed, _] = shares(40, planted);
    assert!(deployed >= 0.8, "{deployed}");
    let verdict = advise(&planted(1), &QUICK).unwrap();
    assert_eq!(verdict.trials.as_ref().unwrap().best, 3);
    assert!(verdict.reason.contains("best of 20 attempts"), "{}", verdict.reason);
}

#[test]
fn more_attempts_than_shown_turn_a_deployment_into_doubt() {
    let planted = panel(20, 1_260, 3.0, 301);
    assert_eq!(advise(&planted, &QUICK).unwrap().advice, Advice::Deploy);
    let many = AdviceConfig { uncounted: 5_000_000, ..QUICK };
    let doubted = advise(&planted, &many).unwrap();
    assert_ne!(doubted.advice, Advice::Deploy, "{doubted:?}");
    assert_eq!(doubted.trials.unwrap().count, 5_000_020);
}

#[test]
fn a_short_history_is_undecided_however_good() {
    let short = panel(6, 200, 8.0, 1);
    let verdict = advise(&short, &QUICK).unwrap();
    assert_eq!(verdict.advice, Advice::Undecided);
    assert!(verdict.reason.contains("200 sessions are fewer than 252"), "{}", verdict.reason);
}

#[test]
fn idle_and_losing_panels_are_not_deployed() {
    let idle = Panel::from_columns(&[vec![0.0; 400], vec![0.0; 400]]).unwrap();
    let verdict = advise(&idle, &QUICK).unwrap();
    assert_eq!((verdict.advice, verdict.trials), (Advice::DoNotDeploy, None));
    let losing: Vec<Vec<f64>> = (0..5).map(|k| noise(400, -0.003, 0.01, k)).collect();
    let verdict = advise(&Panel::from_columns(&losing).unwrap(), &QUICK).unwrap();
    assert_eq!(verdict.advice, Advice::DoNotDeploy);
    assert_eq!(verdict.reason, "Not even the best attempt earned anything.");
}

/// One attempt was not chosen, so nothing was overfitted; its ratio alone has to do.
#[test]
fn a_single_strategy_is_judged_without_halves() {
    let one = Panel::from_columns(&[noise(1_000, 0.0015, 0.01, 2)]).unwrap();
    let verdict = advise(&one, &QUICK).unwrap();
    assert_eq!((verdict.overfitting, verdict.advice), (None, Advice::Deploy), "{verdict:?}");
    let nothing = Panel::from_columns(&[noise(1_000, 0.0, 0.01, 2)]).unwrap();
    assert_ne!(advise(&nothing, &QUICK).unwrap().advice, Advice::Deploy);
}

#[test]
fn a_panel_shorter_than_its_blocks_is_an_error() {
    let refused = advise(&panel(4, 6, 0.0, 1), &QUICK).unwrap_err();
    assert_eq!(refused, CscvError::TooShort { sessions: 6, blocks: 8 });
}
