//! Copies for outcomes that arrive late: one bound per copy.

use std::collections::VecDeque;

use proptest::prelude::*;
use tradebot_ensemble::{AggregatingAlgorithm, FreeCopies, Interleaved, Memory};

use super::bounds::{ROUNDING, over_best_expert, regret_max};
use super::game::{Dice, Player, Scene, Table, World, play, tables};

fn untaught(experts: usize) -> AggregatingAlgorithm {
    AggregatingAlgorithm::new(experts, 2.0, Memory::Full)
}

/// Learns an outcome when its copy is next due, `horizon` rounds later.
struct InTurn {
    copies: Interleaved<AggregatingAlgorithm>,
    horizon: u64,
    round: u64,
    late: VecDeque<(Scene, bool)>,
}

impl InTurn {
    fn new(experts: usize, horizon: usize) -> Self {
        let copies = Interleaved::new(horizon.try_into().unwrap(), untaught(experts));
        Self { copies, horizon: horizon as u64, round: 0, late: VecDeque::new() }
    }
}

impl Player for InTurn {
    fn forecast(&mut self, scene: &Scene) -> Option<f64> {
        if let Some(known) = self.round.checked_sub(self.horizon) {
            let (scene, won) = self.late.pop_front().unwrap();
            self.copies.resolve(known).unwrap().update(&scene.advice, won);
        }
        self.copies.issue(self.round).unwrap().forecast(&scene.advice)
    }

    fn learn(&mut self, scene: &Scene, won: bool) {
        self.late.push_back((scene.clone(), won));
        self.round += 1;
    }
}

/// Learns each outcome after a delay of its own, in the order in which they arrive.
struct WhenFree {
    copies: FreeCopies<AggregatingAlgorithm>,
    dice: Dice,
    delay_max: usize,
    round: usize,
    copy: usize,
    late: Vec<(usize, usize, Scene, bool)>,
    outstanding_max: usize,
    /// Copies made, by round.
    made: Vec<usize>,
}

impl Player for WhenFree {
    fn forecast(&mut self, scene: &Scene) -> Option<f64> {
        let round = self.round;
        for (_, copy, scene, won) in self.late.extract_if(.., |(due, ..)| *due <= round) {
            self.copies.resolve(copy).unwrap().update(&scene.advice, won);
        }
        self.outstanding_max = self.outstanding_max.max(self.copies.outstanding());
        let (copy, algorithm) = self.copies.issue();
        self.copy = copy;
        let forecast = algorithm.forecast(&scene.advice);
        self.made.push(self.copies.copies().len());
        forecast
    }

    fn learn(&mut self, scene: &Scene, won: bool) {
        let due = self.round + 1 + self.dice.below(self.delay_max + 1);
        self.late.push((due, self.copy, scene.clone(), won));
        self.round += 1;
    }
}

/// The factor is needed: without it the bound is broken.
#[test]
fn copies_in_turn_break_the_bound_of_a_single_one() {
    let table = Table::new(World::Contrary, 1, 2, 400);
    let regret = over_best_expert(&play(&table, &mut InTurn::new(2, 6)), 1.0);
    assert!(regret > 1.0, "{regret}");
}

#[test]
fn with_a_fixed_delay_both_are_the_same() {
    let table = Table::new(World::Skilled, 9, 3, 200);
    let in_turn = play(&table, &mut InTurn::new(3, 4));
    // An outcome that is due h rounds later is there before that round's forecast.
    let mut free = FreeCopies::new(untaught(3));
    let mut waiting: VecDeque<(usize, &Scene, bool)> = VecDeque::new();
    for round in &in_turn {
        if waiting.len() == 4 {
            let (copy, scene, won) = waiting.pop_front().unwrap();
            free.resolve(copy).unwrap().update(&scene.advice, won);
        }
        let (copy, algorithm) = free.issue();
        assert_eq!(algorithm.forecast(&round.scene.advice), round.forecast);
        waiting.push_back((copy, &round.scene, round.won));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// G4.
    #[test]
    fn copies_in_turn_pay_once_each(table in tables(8, 200), horizon in 1_usize..=12) {
        let game = play(&table, &mut InTurn::new(table.experts, horizon));
        let allowed = horizon as f64 * (table.experts as f64).ln() / 2.0;
        prop_assert!(regret_max(&game, 1.0) <= allowed + ROUNDING);
    }

    /// Joulani, Gyorgy and Szepesvari 2013: a copy more than were ever outstanding.
    #[test]
    fn free_copies_pay_once_each_and_are_no_more_than_were_needed(
        table in tables(6, 200), delay_max in 0_usize..12,
    ) {
        let mut player = WhenFree {
            copies: FreeCopies::new(untaught(table.experts)),
            dice: Dice::new(table.seed ^ 1),
            delay_max,
            round: 0,
            copy: 0,
            late: Vec::new(),
            outstanding_max: 0,
            made: Vec::new(),
        };
        let game = play(&table, &mut player);
        prop_assert_eq!(player.copies.copies().len(), player.outstanding_max + 1);
        for k in 0..table.experts {
            let mut regret = 0.0;
            for (round, made) in game.iter().zip(&player.made) {
                regret += round.regret(k).unwrap();
                let allowed = *made as f64 * (table.experts as f64).ln() / 2.0;
                prop_assert!(regret <= allowed + ROUNDING);
            }
        }
    }
}
