//! The guarantees of the Aggregating Algorithm, on 400 games each.

use proptest::prelude::*;
use tradebot_ensemble::{AggregatingAlgorithm, Memory};

use super::bounds::{ROUNDING, over_best_expert, over_best_sequence, over_potential};
use super::game::{Round, Table, WORLDS, World, play, tables};
use super::players::FadesFirst;

fn played(table: &Table, eta: f64, memory: Memory) -> Vec<Round> {
    play(table, &mut AggregatingAlgorithm::new(table.experts, eta, memory))
}

fn played_fading_first(table: &Table) -> Vec<Round> {
    let memory = Memory::Discount { gamma: table.gamma };
    play(table, &mut FadesFirst(AggregatingAlgorithm::new(table.experts, 2.0, memory)))
}

/// Not only kept, but nearly used up: games that come nowhere near a bound would not test it.
#[test]
fn rigged_games_come_close_to_the_bound() {
    let slack = |world| {
        let table = Table::new(world, 1, 2, 400);
        over_best_expert(&played(&table, 2.0, Memory::Full), 1.0)
    };
    for world in [World::Contrary, World::Spiteful, World::Tempting] {
        assert!((-0.12..=ROUNDING).contains(&slack(world)), "{world:?}: {}", slack(world));
    }
}

/// The order matters: strong forgetting with the outcome exceeds the bound.
#[test]
fn fading_with_the_outcome_exceeds_the_bound_of_strong_forgetting() {
    let gamma = 0.3;
    let excess = WORLDS.map(|world| {
        let table = Table { gamma, ..Table::new(world, 1, 2, 300) };
        over_best_expert(&played(&table, 2.0, Memory::Discount { gamma }), gamma)
    });
    let most = excess.into_iter().fold(f64::NEG_INFINITY, f64::max);
    assert!((0.1..0.3).contains(&most), "{excess:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// G1.
    #[test]
    fn full_memory_is_never_behind_the_best_expert_by_more_than_half_ln_k(
        table in tables(32, 250),
    ) {
        let game = played(&table, 2.0, Memory::Full);
        prop_assert!(over_best_expert(&game, 1.0) <= ROUNDING);
        prop_assert!(over_potential(&game, 1.0) <= ROUNDING);
    }

    /// G1 for a smaller rate, whose price is `ln(K) / eta`.
    #[test]
    fn a_slower_rate_pays_ln_k_over_eta(table in tables(8, 150), eta in 0.1_f64..2.0) {
        let game = played(&table, eta, Memory::Full);
        let allowed = (table.experts as f64).ln() * (1.0 / eta - 0.5);
        prop_assert!(over_best_expert(&game, 1.0) <= allowed + ROUNDING);
    }

    /// G2: Chernov and Zhdanov 2010.
    #[test]
    fn discounting_bounds_discounted_regret(table in tables(8, 150)) {
        for gamma in [0.2, 0.5, 0.8, 0.95, 0.995, 1.0] {
            let game = played_fading_first(&Table { gamma, ..table });
            prop_assert!(over_best_expert(&game, gamma) <= ROUNDING, "{gamma}");
            prop_assert!(over_potential(&game, gamma) <= ROUNDING, "{gamma}");
        }
    }

    /// G2 where weights fade with the outcome: near 1 the same, elsewhere within 1 of it.
    #[test]
    fn discounting_with_the_outcome_bounds_it_too(table in tables(8, 150)) {
        for (gamma, more) in [(0.2, 1.0), (0.5, 1.0), (0.8, 0.0), (0.95, 0.0), (0.995, 0.0)] {
            let table = Table { gamma, ..table };
            let game = played(&table, 2.0, Memory::Discount { gamma });
            prop_assert!(over_best_expert(&game, gamma) <= more + ROUNDING, "{gamma}");
        }
    }

    /// G3: Herbster and Warmuth 1998.
    #[test]
    fn fixed_share_follows_every_sequence_at_the_price_of_its_switches(table in tables(6, 120)) {
        for alpha in [0.001, 0.005, 0.05, 0.3] {
            let game = played(&table, 2.0, Memory::FixedShare { alpha });
            let switches = if table.experts == 1 { 0 } else { 12 };
            prop_assert!(over_best_sequence(&game, alpha, switches) <= ROUNDING, "{alpha}");
        }
    }

    /// Freund, Schapire, Singer and Warmuth 1997, and for mixable losses Chernov and Vovk, ALT
    /// 2009: an expert is competed with over the rounds it was awake in, at the same price.
    #[test]
    fn sleepers_are_competed_with_over_the_rounds_they_were_awake_in(
        table in tables(8, 200), gamma in prop_oneof![Just(1.0), 0.3_f64..1.0],
    ) {
        let game = played_fading_first(&Table { naps: true, gamma, ..table });
        prop_assert!(over_best_expert(&game, gamma) <= ROUNDING);
        prop_assert!(over_potential(&game, gamma) <= ROUNDING);
    }

    /// The weight of a path changes only where its expert is awake, so that the price of G3 buys
    /// this too.
    #[test]
    fn fixed_share_follows_sequences_of_sleepers_while_they_are_awake(table in tables(5, 100)) {
        let table = Table { naps: true, ..table };
        let alpha = 0.02;
        let game = played(&table, 2.0, Memory::FixedShare { alpha });
        let switches = if table.experts == 1 { 0 } else { 8 };
        prop_assert!(over_best_sequence(&game, alpha, switches) <= ROUNDING);
    }

    /// For u in (0, 1], x^u is concave: an outcome may count u of a loss for everyone.
    #[test]
    fn outcomes_that_count_less_keep_the_bound(
        table in tables(8, 200), gamma in prop_oneof![Just(1.0), 0.3_f64..1.0],
    ) {
        let game = played_fading_first(&Table { light: true, naps: true, gamma, ..table });
        prop_assert!(over_best_expert(&game, gamma) <= ROUNDING);
        prop_assert!(over_potential(&game, gamma) <= ROUNDING);
    }
}
