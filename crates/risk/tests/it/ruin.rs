//! The drawdown constraint, held to its promise by simulation.

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use tradebot_risk::{kelly_fraction, risk_constrained};

const PATHS: u32 = 4_000;
const BETS: u32 = 200;

/// Share of seeded paths on which wealth falls to `alpha`.
fn share_below(p: f64, win: f64, loss: f64, f: f64, alpha: f64) -> f64 {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut below = 0_u32;
    for _ in 0..PATHS {
        let mut wealth = 1.0;
        let fell = (0..BETS).any(|_| {
            let uniform = f64::from(rng.next_u32()) / f64::from(u32::MAX);
            wealth *= if uniform < p { 1.0 + win * f } else { 1.0 - loss * f };
            wealth < alpha
        });
        below += u32::from(fell);
    }
    f64::from(below) / f64::from(PATHS)
}

#[test]
fn wealth_falls_below_alpha_on_no_more_than_beta_of_all_paths() {
    for (p, win, loss) in [(0.55, 1.5, 1.0), (0.45, 1.8, 0.95), (0.60, 0.8, 1.1)] {
        for (alpha, beta) in [(0.8, 0.1), (0.7, 0.1)] {
            let f = risk_constrained(p, win, loss, alpha, beta);
            let share = share_below(p, win, loss, f, alpha);
            let standard_error = (beta * (1.0 - beta) / f64::from(PATHS)).sqrt();
            assert!(share <= beta + 3.0 * standard_error, "p {p}: {share} > {beta}");

            // Full Kelly breaks the same promise, so the constraint does something.
            let kelly = kelly_fraction(p, win, loss);
            assert!(share_below(p, win, loss, kelly, alpha) > 2.0 * beta, "p {p}: Kelly is tame");
        }
    }
}
