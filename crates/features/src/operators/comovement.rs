//! How a symbol moves with its index.

use super::window::Window;
use crate::period::Period;

/// Correlation and regression slope of the last n pairs of returns, first with pair n.
///
/// **Numbers:** sums of products, not of deviations: returns have means near zero, so nothing
/// cancels, and rounding stays below 1e-12 over decades of sessions.
#[derive(Debug, Clone)]
pub struct CoMovement {
    period: Period,
    own: Window,
    market: Window,
    sums: Sums,
}

/// Running sums over the pairs (x, y) in the window.
#[derive(Debug, Clone, Default)]
struct Sums {
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Sums {
    fn add(&mut self, x: f64, y: f64, sign: f64) {
        self.x += sign * x;
        self.y += sign * y;
        self.xx += sign * x * x;
        self.yy += sign * y * y;
        self.xy += sign * x * y;
    }
}

/// What [`CoMovement`] says of a session.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CoMovementReading {
    /// Pearson correlation, -1 to 1; 0 when either side does not move.
    pub correlation: f64,
    /// Covariance over the market's variance; 0 when the market does not move.
    pub beta: f64,
}

/// A variance of daily returns below this (a deviation of 0.0001 %) is no movement.
const VARIANCE_MIN: f64 = 1e-12;

impl CoMovement {
    /// Over `period` pairs.
    pub fn new(period: Period) -> Self {
        let window = || Window::new(period);
        Self { period, own: window(), market: window(), sums: Sums::default() }
    }

    /// Takes the returns of the symbol and of the market in the same session.
    pub fn update(&mut self, own: f64, market: f64) -> Option<CoMovementReading> {
        if !(own.is_finite() && market.is_finite()) {
            return None;
        }
        if let (Some(x), Some(y)) = (self.own.push(own), self.market.push(market)) {
            self.sums.add(x, y, -1.0);
        }
        self.sums.add(own, market, 1.0);
        self.own.is_full().then(|| self.reading())
    }

    fn reading(&self) -> CoMovementReading {
        let n = self.period.to_f64();
        let Sums { x, y, xx, yy, xy } = self.sums;
        let covariance = xy / n - (x / n) * (y / n);
        let own_variance = xx / n - (x / n) * (x / n);
        let market_variance = yy / n - (y / n) * (y / n);
        if market_variance < VARIANCE_MIN || own_variance < VARIANCE_MIN {
            return CoMovementReading { correlation: 0.0, beta: 0.0 };
        }
        let correlation = covariance / (own_variance * market_variance).sqrt();
        CoMovementReading {
            correlation: correlation.clamp(-1.0, 1.0),
            beta: covariance / market_variance,
        }
    }

    /// Pairs without an answer: n - 1.
    pub const fn warm_up(&self) -> usize {
        self.period.get() - 1
    }

    /// Settled with the first answer: pair n.
    pub const fn settling(&self) -> usize {
        self.warm_up() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_market_has_beta_two_and_its_mirror_minus_two() {
        let mut twice = CoMovement::new(Period::of::<5>());
        let mut mirror = CoMovement::new(Period::of::<5>());
        let mut last = None;
        for i in 0..40 {
            let market = 0.01 * f64::from(i * i % 7 - 3);
            last = twice
                .update(2.0 * market + 0.001, market)
                .zip(mirror.update(-2.0 * market, market));
        }
        let (twice, mirror) = last.unwrap();
        assert!(
            (twice.beta - 2.0).abs() < 1e-9 && (twice.correlation - 1.0).abs() < 1e-9,
            "{twice:?}"
        );
        assert!(
            (mirror.beta + 2.0).abs() < 1e-9 && (mirror.correlation + 1.0).abs() < 1e-9,
            "{mirror:?}"
        );
    }

    #[test]
    fn a_symbol_that_stands_still_moves_with_nothing() {
        let mut still = CoMovement::new(Period::of::<3>());
        let last = (0..9).filter_map(|i| still.update(0.0, 0.01 * f64::from(i % 3))).last();
        assert_eq!(last, Some(CoMovementReading { correlation: 0.0, beta: 0.0 }));
    }
}
