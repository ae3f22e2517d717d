//! The drawdown multiplier as a floor under wealth: it holds in small steps, and not over gaps.

use tradebot_risk::continuous::kelly_leverage;
use tradebot_risk::drawdown_multiplier;

use crate::chance::Chance;

const FLOOR: f64 = 0.9;
const STEPS_PER_YEAR: f64 = 252.0 * 20.0;
/// Two years of them.
const STEPS: u32 = 2 * 252 * 20;

/// Deepest drawdown of a log investor who holds (mu / s^2)(W - floor x peak) at risk, when each
/// return is what `step` draws.
fn deepest(seed: u64, mut step: impl FnMut(&mut Chance) -> f64) -> f64 {
    let (leverage, drawdown_max) = (kelly_leverage(0.10, 0.0, 0.20), 1.0 - FLOOR);
    let mut chance = Chance::seeded(seed);
    let (mut wealth, mut peak, mut deepest) = (1.0_f64, 1.0_f64, 0.0_f64);
    for _ in 0..STEPS {
        let multiplier = drawdown_multiplier(1.0 - wealth / peak, drawdown_max);
        // At the peak the cushion is 1 - floor of wealth.
        let exposure = leverage * drawdown_max * multiplier;
        wealth *= 1.0 + exposure * step(&mut chance);
        peak = peak.max(wealth);
        deepest = deepest.max(1.0 - wealth / peak);
    }
    deepest
}

fn small_step(chance: &mut Chance) -> f64 {
    0.10 / STEPS_PER_YEAR + 0.20 / STEPS_PER_YEAR.sqrt() * chance.normal()
}

#[test]
fn in_small_steps_the_floor_holds_and_is_approached() {
    let deepest = (0..40).map(|seed| deepest(seed, small_step)).fold(0.0, f64::max);
    assert!(deepest < 1.0 - FLOOR, "{deepest}");
    assert!(deepest > 0.06, "the floor is never put to the test: {deepest}");
}

#[test]
fn the_exposure_is_leverage_times_the_cushion() {
    // What Grossman and Zhou prescribe, against the normalised multiplier.
    for (wealth, peak) in [(1.0, 1.0), (0.97, 1.0), (1.41, 1.5), (0.9, 1.0)] {
        let cushion = wealth - FLOOR * peak;
        let drawdown = 1.0 - wealth / peak;
        let exposure = wealth * (1.0 - FLOOR) * drawdown_multiplier(drawdown, 1.0 - FLOOR);
        assert!((exposure - cushion).abs() < 1e-12, "wealth {wealth} of {peak}");
    }
}

#[test]
fn over_gaps_the_floor_can_break() {
    // Once a year or so the market opens 45 % lower: leverage 2.5 of the cushion loses more than it.
    let gaps = |chance: &mut Chance| {
        let gap = if chance.uniform() < 1.0 / STEPS_PER_YEAR { -0.45 } else { 0.0 };
        small_step(chance) + gap
    };
    let broken = (0..40).filter(|seed| deepest(*seed, gaps) >= 1.0 - FLOOR).count();
    assert!(broken > 20, "{broken} of 40");
}
