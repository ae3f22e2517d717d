//! The drawdown constraint, held to its promise by simulation.

use tradebot_risk::discrete::{Outcome, kelly_leverage, risk_constrained_leverage};
use tradebot_risk::{kelly_fraction, risk_constrained, ruin_bound};

use crate::chance::{Bet, standard_error};

const PATHS: u32 = 10_000;
const BETS: u32 = 200;

/// Wealth falls below alpha on no more than beta of all paths, give or take three standard errors.
#[track_caller]
fn keeps_the_promise(bet: &Bet, (alpha, beta): (f64, f64)) {
    let share = bet.share_below(alpha, PATHS, BETS);
    let most = beta + 3.0 * standard_error(beta, PATHS);
    assert!(share <= most, "below {alpha} on {share} of all paths, {beta} was promised");
}

/// The same harness sees a bet that promises nothing of the kind.
#[track_caller]
fn breaks_the_promise(bet: &Bet, (alpha, beta): (f64, f64)) {
    let share = bet.share_below(alpha, PATHS, BETS);
    assert!(share > 2.0 * beta, "only {share} of all paths fall below {alpha}; {beta} is no test");
}

#[test]
fn binary_bets_keep_the_bound_and_full_kelly_breaks_it() {
    for (p, win, loss) in [(0.55, 1.5, 1.0), (0.45, 1.8, 0.95), (0.60, 0.8, 1.1)] {
        for promise in [(0.8, 0.1), (0.7, 0.1), (0.9, 0.05)] {
            let f = risk_constrained(p, win, loss, promise.0, promise.1);
            keeps_the_promise(&Bet::binary(p, win, loss, f), promise);
            let kelly = kelly_fraction(p, win, loss);
            breaks_the_promise(&Bet::binary(p, win, loss, kelly), promise);
        }
    }
}

#[test]
fn bets_with_several_outcomes_keep_the_bound_and_full_kelly_breaks_it() {
    // Target, stop, time-out, and a gap through the stop.
    let outcomes = [(0.42, 0.06), (0.35, -0.04), (0.20, 0.005), (0.03, -0.10)]
        .map(|(probability, outcome)| Outcome { probability, outcome });
    let at = |f: f64| Bet::new(outcomes.iter().map(|o| (o.probability, 1.0 + f * o.outcome)));
    for promise in [(0.8, 0.1), (0.7, 0.2), (0.9, 0.1)] {
        keeps_the_promise(&at(risk_constrained_leverage(&outcomes, promise.0, promise.1)), promise);
        breaks_the_promise(&at(kelly_leverage(&outcomes)), promise);
    }
}

#[test]
fn the_bound_on_ruin_is_above_what_happens_and_below_one() {
    for (p, win, loss, f) in [(0.55, 1.5, 1.0, 0.05), (0.55, 1.5, 1.0, 0.25), (0.6, 0.8, 1.1, 0.05)]
    {
        for alpha in [0.9, 0.8, 0.6] {
            let bound = ruin_bound(p, win, loss, f, alpha);
            let share = Bet::binary(p, win, loss, f).share_below(alpha, PATHS, BETS);
            assert!(share <= bound + 3.0 * standard_error(bound, PATHS), "{share} > {bound}");
            assert!(bound < 1.0);
        }
    }
}

#[test]
fn the_bound_on_ruin_undoes_the_constraint() {
    for (p, win, loss) in [(0.53, 1.0, 1.0), (0.45, 1.8, 0.95), (0.52, 0.03, 0.02)] {
        for (alpha, beta) in [(0.8, 0.1), (0.7, 0.05), (0.9, 0.3)] {
            let f = risk_constrained(p, win, loss, alpha, beta);
            let bound = ruin_bound(p, win, loss, f, alpha);
            assert!((bound - beta).abs() < 1e-9, "p {p}, alpha {alpha}: {bound}, not {beta}");
        }
    }
}

#[test]
fn ruin_is_certain_or_impossible_where_it_must_be() {
    assert_eq!(ruin_bound(0.5, 1.0, 1.0, 0.1, 0.8), 1.0, "a bet that does not grow");
    assert_eq!(ruin_bound(0.9, 1.0, 1.0, 1.0, 0.8), 1.0, "everything staked");
    assert_eq!(ruin_bound(0.6, 1.0, 1.0, 0.0, 0.8), 0.0, "nothing staked");
    assert_eq!(ruin_bound(1.0, 1.0, 1.0, 0.5, 0.8), 0.0, "a sure win");
    for (p, w, l, f, alpha) in [
        (f64::NAN, 1.0, 1.0, 0.1, 0.8),
        (0.6, -1.0, 1.0, 0.1, 0.8),
        (0.6, 1.0, 0.0, 0.1, 0.8),
        (0.6, 1.0, 1.0, f64::NAN, 0.8),
        (0.6, 1.0, 1.0, 0.1, 1.0),
        (0.6, 1.0, 1.0, 0.1, f64::NAN),
    ] {
        assert_eq!(ruin_bound(p, w, l, f, alpha), 1.0, "what makes no sense is no bound");
    }
}
