//! The same trades in another order, or drawn anew.
//!
//! At a fixed fraction of equity per trade the order leaves the final equity as it is: it is a
//! product. So a shuffle says only how deep the way there could have been; for where it could have
//! led, trades are drawn with replacement. Both take trades for independent and one after the
//! other, which overlapping positions are not.

use serde::{Deserialize, Serialize};

use crate::bootstrap::Chance;
use crate::performance::drawdowns;
use crate::summary::{Interval, median, quantile};

/// Other orders of the trades of a run, at a fixed fraction of equity at risk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OtherOrders {
    /// Fraction of equity risked on each trade.
    pub fraction: f64,
    /// Replicates.
    pub replications: usize,
    /// Growth of equity by all trades, the same in every order; 0 is unchanged.
    pub total_return: f64,
    /// Median over shuffles of the deepest drawdown, zero or negative.
    pub median_drawdown: f64,
    /// The drawdown that one shuffle in twenty goes below.
    pub drawdown_95: f64,
    /// 90 % interval of growth when as many trades are drawn with replacement.
    pub redrawn_return: Option<Interval>,
}

/// Growth of equity by trades with these results in units of risk, each of them risking the
/// `fraction` of equity.
pub fn growth_at_fixed_fraction(results: &[f64], fraction: f64) -> f64 {
    results.iter().map(|r| 1.0 + fraction * r).product::<f64>() - 1.0
}

/// Shuffles and redraws results; `None` without any.
pub fn other_orders(
    results: &[f64],
    fraction: f64,
    replications: usize,
    seed: u64,
) -> Option<OtherOrders> {
    if results.is_empty() || replications == 0 {
        return None;
    }
    let returns: Vec<f64> = results.iter().map(|r| fraction * r).collect();
    let (mut deepest, mut redrawn) = (Vec::new(), Vec::new());
    for number in 0..replications {
        let mut chance = Chance::numbered(seed, number as u64);
        let mut shuffled = returns.clone();
        chance.shuffle(&mut shuffled);
        deepest.push(drawdowns(&shuffled).into_iter().fold(0.0, f64::min));
        let draw = |_| 1.0 + returns[chance.below(returns.len())];
        redrawn.push((0..returns.len()).map(draw).product::<f64>() - 1.0);
    }
    Some(OtherOrders {
        fraction,
        replications,
        total_return: growth_at_fixed_fraction(results, fraction),
        median_drawdown: median(&deepest)?,
        drawdown_95: quantile(&deepest, 0.05)?,
        redrawn_return: Interval::middle_90(&redrawn),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_trades_there_is_no_other_order() {
        assert_eq!(other_orders(&[], 0.01, 100, 1), None);
    }

    #[test]
    fn losses_in_a_row_are_deeper_than_most_orders() {
        let sorted: Vec<f64> = (0..60).map(|i| if i < 30 { -1.0 } else { 1.2 }).collect();
        let others = other_orders(&sorted, 0.01, 500, 3).unwrap();
        let in_a_row = 0.99_f64.powi(30) - 1.0;
        assert!(others.drawdown_95 > in_a_row && others.median_drawdown > others.drawdown_95);
        assert!(others.redrawn_return.unwrap().contains(others.total_return));
        assert_eq!(others, other_orders(&sorted, 0.01, 500, 3).unwrap());
    }

    proptest! {
        /// Multiplication does not mind the order.
        #[test]
        fn the_order_of_trades_leaves_the_final_equity(
            mut results in prop::collection::vec(-1.5_f64..3.0, 1..150), seed: u64,
        ) {
            let before = growth_at_fixed_fraction(&results, 0.01);
            Chance::numbered(seed, 0).shuffle(&mut results);
            let after = growth_at_fixed_fraction(&results, 0.01);
            prop_assert!((before - after).abs() <= 1e-12 * (1.0 + before.abs()));
        }
    }
}
