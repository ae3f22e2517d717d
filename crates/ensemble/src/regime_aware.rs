//! Weights per regime beside weights for all of them, and weights over the two.
//!
//! Which member is right may depend on the regime, or it may not, and there are few outcomes per
//! regime to tell by. So both views are kept: a global Aggregating Algorithm that learns from
//! every outcome, and one per regime that learns from its own. A second level, itself an
//! Aggregating Algorithm over the two forecasts, learns which view to follow.
//!
//! For eta <= 2, full memory and l the squared loss, at any time and whatever happens:
//!
//! - against either view: `sum l <= sum l(view) + ln(2) / eta`;
//! - against any expert: `sum l <= sum l_k + (ln K + ln 2) / eta`;
//! - against the best expert of each of the R regimes seen: `sum l <= sum over regimes of
//!   min_k sum l_k + (R ln K + ln 2) / eta`.
//!
//! The second and third follow from the first by the guarantee of each view. With discounting
//! the first two hold for sums in which older losses weigh less. The last two are for experts
//! that do not sleep: the second level answers for all its rounds together, so that nothing is
//! said about those rounds alone in which one expert was awake.
//!
//! **Source:** Vovk, J. Computer and System Sciences 56 (1998), for each level: its experts may be
//! anything that forecasts, algorithms included.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aggregating::{AggregatingAlgorithm, Memory};

/// A global view, one view per regime, and the second level that weighs them.
///
/// - **Unseen:** a regime is seen once an outcome of it was learned. Before that its view weighs
///   experts equally, and the second level trusts it as it does the regimes seen so far.
/// - **Unknown:** without a regime its view sleeps and the global one decides alone.
/// - **Clock:** forgetting is per outcome learned, so a view forgets while its own regime lasts
///   and remembers while it is away.
/// - **Serialised** exactly. As JSON, `R` has to be what keys of a map can be: a number, a text,
///   or an enum without fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegimeAware<R: Ord> {
    global: AggregatingAlgorithm,
    unseen: AggregatingAlgorithm,
    seen: BTreeMap<R, AggregatingAlgorithm>,
    /// Over the global view and the regime's, in this order.
    levels: AggregatingAlgorithm,
}

impl<R: Ord + Clone> RegimeAware<R> {
    /// Equal weights everywhere. `eta` and `memory` as in [`AggregatingAlgorithm::new`], for both
    /// levels.
    pub fn new(experts: usize, eta: f64, memory: Memory) -> Self {
        let untaught = AggregatingAlgorithm::new(experts, eta, memory);
        Self {
            global: untaught.clone(),
            unseen: untaught,
            seen: BTreeMap::new(),
            levels: AggregatingAlgorithm::new(2, eta, memory),
        }
    }

    /// The forecast in `0..=1` from the experts that are awake; `None` when none is.
    ///
    /// **Shape:** one advice in `0..=1` per expert, `None` for a sleeper.
    pub fn forecast(&self, advice: &[Option<f64>], regime: Option<&R>) -> Option<f64> {
        self.levels.forecast(&self.views(advice, regime))
    }

    /// The forecasts of the global view and of the regime's, in this order.
    pub fn views(&self, advice: &[Option<f64>], regime: Option<&R>) -> [Option<f64>; 2] {
        let own = regime.map(|regime| self.seen.get(regime).unwrap_or(&self.unseen));
        [self.global.forecast(advice), own.and_then(|own| own.forecast(advice))]
    }

    /// One outcome of weight 1, for both views and for the second level.
    ///
    /// **Order:** the second level is charged what the views said before they learn.
    pub fn update(&mut self, advice: &[Option<f64>], regime: Option<&R>, won: bool) {
        self.levels.update(&self.views(advice, regime), won);
        self.global.update(advice, won);
        if let Some(regime) = regime {
            let unseen = || self.unseen.clone();
            self.seen.entry(regime.clone()).or_insert_with(unseen).update(advice, won);
        }
    }

    /// Trust in the global view and in the regime's; they sum to 1.
    pub fn trust(&self) -> [f64; 2] {
        let weights = self.levels.weights();
        [weights[0], weights[1]]
    }

    /// The global view.
    pub const fn global(&self) -> &AggregatingAlgorithm {
        &self.global
    }

    /// The view of a regime; `None` while it is unseen.
    pub fn of(&self, regime: &R) -> Option<&AggregatingAlgorithm> {
        self.seen.get(regime)
    }

    /// The regimes seen, in their order.
    pub fn regimes(&self) -> impl Iterator<Item = &R> {
        self.seen.keys()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Lesson = ([Option<f64>; 3], Option<u8>, bool);

    fn untaught() -> RegimeAware<u8> {
        RegimeAware::new(3, 2.0, Memory::Full)
    }

    fn lesson() -> impl Strategy<Value = Lesson> {
        let advice = prop::array::uniform3(prop::option::of(0.0_f64..=1.0));
        (advice, prop::option::of(0_u8..4), any::<bool>())
    }

    fn taught(lessons: &[Lesson]) -> RegimeAware<u8> {
        let mut both = untaught();
        for (advice, regime, won) in lessons {
            both.update(advice, regime.as_ref(), *won);
        }
        both
    }

    /// Expert 0 is right in regime 0 and wrong in regime 1; expert 1 the other way round.
    fn contradictory() -> RegimeAware<u8> {
        let mut both = untaught();
        for t in 0..200_u32 {
            let (regime, won) = ((t / 10 % 2) as u8, t % 3 == 0);
            let right = if won { 0.9 } else { 0.1 };
            let of = |k: u8| Some(if k == regime { right } else { 1.0 - right });
            both.update(&[of(0), of(1), Some(0.5)], Some(&regime), won);
        }
        both
    }

    #[test]
    fn where_regimes_contradict_each_other_their_views_are_followed() {
        let both = contradictory();
        assert!(both.trust()[1] > 0.999, "{:?}", both.trust());
        assert!(both.of(&0).unwrap().weights()[0] > 0.999);
        assert!(both.of(&1).unwrap().weights()[1] > 0.999);
        assert_eq!(both.regimes().copied().collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn an_unseen_regime_weighs_experts_equally_and_is_seen_after_one_outcome() {
        let mut both = contradictory();
        let advice = [Some(0.2), Some(0.4), Some(0.9)];
        let equal = untaught().global().forecast(&advice);
        assert_eq!(both.views(&advice, Some(&7)), [both.global().forecast(&advice), equal]);
        assert_eq!(both.of(&7), None);
        both.update(&advice, Some(&7), true);
        let mut once = untaught().global().clone();
        once.update(&advice, true);
        assert_eq!(both.of(&7), Some(&once));
    }

    #[test]
    fn without_a_regime_the_global_view_decides_alone() {
        let both = contradictory();
        let advice = [Some(0.2), None, Some(0.9)];
        let alone = both.global().forecast(&advice).unwrap();
        assert!((both.forecast(&advice, None).unwrap() - alone).abs() < 1e-12);
        let mut later = both.clone();
        later.update(&advice, None, true);
        assert!((later.trust()[0] - both.trust()[0]).abs() < 1e-12);
        assert_eq!(later.of(&0), both.of(&0));
    }

    #[test]
    fn with_nobody_awake_there_is_no_forecast() {
        assert_eq!(contradictory().forecast(&[None; 3], Some(&0)), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn written_out_and_read_back_it_continues_to_the_last_bit(
            before in prop::collection::vec(lesson(), 0..60),
            after in prop::collection::vec(lesson(), 0..20),
        ) {
            let mut straight = taught(&before);
            let text = serde_json::to_string(&straight).unwrap();
            let mut resumed: RegimeAware<u8> = serde_json::from_str(&text).unwrap();
            for (advice, regime, won) in &after {
                let (a, b) = (resumed.forecast(advice, regime.as_ref()),
                    straight.forecast(advice, regime.as_ref()));
                prop_assert_eq!(a, b);
                resumed.update(advice, regime.as_ref(), *won);
                straight.update(advice, regime.as_ref(), *won);
            }
            prop_assert_eq!(resumed, straight);
        }
    }
}
