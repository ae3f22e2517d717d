//! From two prices of a day to its bar: the extremes between them, and the exchange's tick.

use tradebot_domain::Exchange;

use crate::chance::Chance;

/// Highest and lowest log price, relative to the open, of a day that goes from 0 to `end` with
/// standard deviation `sd`.
///
/// The extremes of a Brownian bridge have a distribution in closed form: the maximum exceeds m with
/// probability exp(-2 m (m - end) / sd²). Each of the two is drawn exactly, the pair as if they were
/// independent.
///
/// **Source:** Karatzas and Shreve, *Brownian Motion and Stochastic Calculus*, 4.3.40.
pub(crate) fn extremes(chance: &mut Chance, end: f64, sd: f64) -> (f64, f64) {
    let mut reach = || (end * end - 2.0 * sd * sd * chance.uniform().ln()).sqrt();
    let high = f64::midpoint(end, reach());
    let low = f64::midpoint(end, -reach());
    (high, low)
}

/// The nearest price the exchange can write, at least one tick.
///
/// - XNYS: a cent from 1 dollar on, a hundredth of a cent below (Regulation NMS, rule 612).
/// - XTSE: a cent from 0.50 on, half a cent below (UMIR 6.1).
///
/// It never turns the order of two prices around.
pub(crate) fn on_tick(exchange: Exchange, price: f64) -> f64 {
    let per_unit = match exchange {
        Exchange::Xnys if price < 1.0 => 10_000.0,
        Exchange::Xtse if price < 0.5 => 200.0,
        _ => 100.0,
    };
    (price * per_unit).round().max(1.0) / per_unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_those_of_the_exchange() {
        assert_eq!(on_tick(Exchange::Xnys, 12.3456), 12.35);
        assert_eq!(on_tick(Exchange::Xnys, 0.123_456), 0.1235);
        assert_eq!(on_tick(Exchange::Xtse, 0.123_456), 0.125);
        assert_eq!(on_tick(Exchange::Xtse, 0.004_9), 0.005);
        assert_eq!(on_tick(Exchange::Xtse, 1e-9), 0.005);
        assert_eq!(on_tick(Exchange::Xtse, 7.777), 7.78);
    }

    proptest! {
        #[test]
        fn rounding_keeps_the_order_of_prices(a in 1e-4_f64..3.0, b in 1e-4_f64..3.0) {
            for exchange in Exchange::ALL {
                let (low, high) = (a.min(b), a.max(b));
                prop_assert!(on_tick(exchange, low) <= on_tick(exchange, high));
            }
        }

        #[test]
        fn extremes_enclose_both_ends(seed in 0_u64..5_000, end in -0.3_f64..0.3, sd in 1e-4_f64..0.2) {
            let (high, low) = extremes(&mut Chance::new(seed, "day"), end, sd);
            prop_assert!(high >= end.max(0.0) && low <= end.min(0.0), "{} {}", high, low);
        }
    }

    #[test]
    fn the_mean_range_is_that_of_brownian_motion() {
        // From 0 to a free end: mean of maximum less minimum is sd sqrt(8 / pi) (Feller 1951).
        let mut chance = Chance::new(3, "range");
        let n = 200_000;
        let mean = (0..n)
            .map(|_| {
                let end = 0.02 * chance.normal();
                let (high, low) = extremes(&mut chance, end, 0.02);
                high - low
            })
            .sum::<f64>()
            / f64::from(n);
        let expected = 0.02 * (8.0 / std::f64::consts::PI).sqrt();
        assert!((mean / expected - 1.0).abs() < 0.01, "{mean} against {expected}");
    }
}
