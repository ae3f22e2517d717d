//! The hierarchy on small cases; the reference vectors are in `tests/it`.

use proptest::prelude::*;

use super::*;

fn two_levels(half_life: f64) -> HierarchicalBeta<(Option<u8>, u8)> {
    HierarchicalBeta::new(BetaPosterior::ROOT, 20.0, Decay::half_life(half_life))
}

#[test]
fn the_empty_chain_is_the_root_and_unseen_keys_pass_the_mean_on() {
    let beliefs = two_levels(250.0);
    assert_eq!(beliefs.posterior(&[]), BetaPosterior::ROOT);
    assert_eq!(beliefs.posterior(&[(None, 3)]), BetaPosterior::ROOT);
    let unseen = beliefs.posterior(&[(None, 3), (Some(1), 3)]);
    assert_eq!(unseen, BetaPosterior { a: 10.0, b: 10.0 });
}

#[test]
fn a_sibling_learns_through_the_parent_only() {
    let mut beliefs = two_levels(f64::INFINITY);
    for _ in 0..16 {
        beliefs.observe(&[(None, 3), (Some(1), 3)], true, 1.0);
    }
    let parent_mean = 18.0 / 20.0;
    let sibling = beliefs.posterior(&[(None, 3), (Some(2), 3)]);
    assert!((sibling.a - 20.0 * parent_mean).abs() < 1e-12);
    assert!((sibling.n() - 20.0).abs() < 1e-12);
    let own = beliefs.posterior(&[(None, 3), (Some(1), 3)]);
    assert!((own.a - (20.0 * parent_mean + 16.0)).abs() < 1e-12);
}

#[test]
fn counts_never_exceed_what_the_half_life_can_hold() {
    let mut beliefs = two_levels(250.0);
    for i in 0..6_000 {
        beliefs.forget();
        beliefs.observe(&[(None, 0)], i % 3 == 0, 1.0);
    }
    let n = beliefs.cell(&(None, 0)).n();
    assert!(n < 362.0 && n > 360.0, "{n}");
}

proptest! {
    /// Decay owed equals decay paid at every step, whatever is touched when.
    #[test]
    fn lazy_decay_equals_eager_decay(
        events in prop::collection::vec((0_u8..4, any::<bool>(), 0.01_f64..1.0), 1..300),
        half_life in 5.0_f64..2_000.0,
    ) {
        let mut lazy = two_levels(half_life);
        let factor = Decay::half_life(half_life).factor();
        let mut eager = [(0.0_f64, 0.0_f64); 4];
        for (key, won, weight) in events {
            lazy.forget();
            for cell in &mut eager {
                cell.0 *= factor;
                cell.1 *= factor;
            }
            lazy.observe(&[(None, key)], won, weight);
            let cell = &mut eager[usize::from(key)];
            if won { cell.0 += weight } else { cell.1 += weight }
        }
        for (key, cell) in (0..4).zip(eager) {
            let BetaCell { wins, losses, .. } = lazy.cell(&(None, key));
            prop_assert!((wins - cell.0).abs() <= 1e-12 * cell.0.max(1.0));
            prop_assert!((losses - cell.1).abs() <= 1e-12 * cell.1.max(1.0));
        }
    }
}
