//! Bounds of results on real bars, where daily bars leave open what happened.

use tradebot_brackets::labels::{Label, LabelSpec, Signal};
use tradebot_brackets::{Bounds, CostModel, Side};

use crate::reference::{atr_14, index_bars};

#[test]
fn tight_brackets_on_the_index_have_bounds_apart_and_wide_ones_have_none() {
    let bars = index_bars();
    let atr = atr_14(&bars);
    let signals: Vec<Signal> =
        (20..bars.len() - 1).step_by(5).map(|bar| Signal { bar, atr: atr[bar] }).collect();
    let costs = CostModel::default();
    let of = |multiples| {
        let spec = LabelSpec::new(Side::Long, multiples, 10);
        Bounds::<Vec<Label>>::of(&bars, &signals, &spec, &costs).unwrap()
    };
    let tight = of((0.3, 0.45)).summary();
    assert!(tight.pessimistic.ambiguous > 0);
    assert!(tight.pessimistic.mean_net_r < tight.optimistic.mean_net_r);
    assert_eq!(tight.pessimistic.ambiguous, tight.optimistic.ambiguous);
    let apart = of((0.3, 0.45)).net_r().iter().filter(|bounds| bounds.width() > 0.0).count();
    assert_eq!(apart, tight.pessimistic.ambiguous);
    let wide = of((2.0, 3.0));
    assert_eq!(wide.summary().pessimistic.ambiguous, 0);
    assert!(wide.net_r().iter().all(|bounds| bounds.width() == 0.0));
}
