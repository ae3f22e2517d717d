//! Views per regime and a second level over them.

use proptest::prelude::*;
use tradebot_ensemble::{Memory, RegimeAware};

use super::bounds::{ROUNDING, regret_max};
use super::game::{Round, Table, WORLDS, play, tables};
use super::players::Views;

const HALF_LN_2: f64 = std::f64::consts::LN_2 / 2.0;
const REGIMES: usize = 4;

fn played(table: &Table, memory: Memory) -> (Vec<Round>, Views) {
    let both = RegimeAware::new(table.experts, 2.0, memory);
    let mut player = Views { both, said: Vec::new() };
    (play(table, &mut player), player)
}

/// The largest discounted regret against either view at any time.
fn regret_of_views(game: &[Round], views: &Views, gamma: f64) -> f64 {
    let mut worst = f64::NEG_INFINITY;
    let mut regrets = [0.0; 2];
    for (round, said) in game.iter().zip(&views.said) {
        for (regret, said) in regrets.iter_mut().zip(said) {
            *regret *= gamma;
            *regret += said.map_or(0.0, |p| round.own() - round.loss(p));
            worst = f64::max(worst, *regret);
        }
    }
    worst
}

/// The largest excess at any time over the best expert of each regime and the price of it.
fn over_best_of_regimes(game: &[Round], experts: usize) -> f64 {
    let (mut worst, mut own) = (f64::NEG_INFINITY, 0.0);
    let mut losses = [const { Vec::new() }; REGIMES];
    for round in game {
        own += round.own();
        let of_regime: &mut Vec<f64> = &mut losses[usize::from(round.scene.regime)];
        of_regime.resize(experts, 0.0);
        for (sum, p) in of_regime.iter_mut().zip(&round.scene.advice) {
            *sum += round.loss(p.unwrap());
        }
        let seen = losses.iter().filter(|l| !l.is_empty());
        let best = |l: &Vec<f64>| l.iter().copied().fold(f64::INFINITY, f64::min);
        let price = seen.clone().count() as f64 * (experts as f64).ln() / 2.0 + HALF_LN_2;
        worst = worst.max(own - seen.map(best).sum::<f64>() - price);
    }
    worst
}

#[test]
fn a_best_expert_per_regime_is_followed_where_one_for_all_is_not() {
    let mut gain = Vec::new();
    for (seed, world) in WORLDS.into_iter().enumerate() {
        let (game, views) = played(&Table::new(world, seed as u64, 4, 400), Memory::Full);
        gain.push(regret_of_views(&game, &views, 1.0));
    }
    // Rigged or not, some games use most of the price of the second level.
    let most = gain.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    assert!(most > 0.3 * HALF_LN_2, "{gain:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_second_level_costs_half_ln_2(table in tables(8, 200)) {
        let (game, views) = played(&table, Memory::Full);
        prop_assert!(regret_of_views(&game, &views, 1.0) <= HALF_LN_2 + ROUNDING);
        let allowed = (table.experts as f64).ln() / 2.0 + HALF_LN_2;
        prop_assert!(regret_max(&game, 1.0) <= allowed + ROUNDING);
        prop_assert!(over_best_of_regimes(&game, table.experts) <= ROUNDING);
    }

    #[test]
    fn the_second_level_costs_half_ln_2_of_discounted_sums(
        table in tables(8, 200), gamma in 0.85_f64..1.0,
    ) {
        let (game, views) = played(&Table { gamma, ..table }, Memory::Discount { gamma });
        prop_assert!(regret_of_views(&game, &views, gamma) <= HALF_LN_2 + ROUNDING);
        let allowed = (table.experts as f64).ln() / 2.0 + HALF_LN_2;
        prop_assert!(regret_max(&game, gamma) <= allowed + ROUNDING);
    }

    /// Of experts that sleep nothing is said, of the views that pool them the same.
    #[test]
    fn the_views_are_competed_with_when_experts_sleep(table in tables(8, 200)) {
        let (game, views) = played(&Table { naps: true, ..table }, Memory::Full);
        prop_assert!(regret_of_views(&game, &views, 1.0) <= HALF_LN_2 + ROUNDING);
    }
}
