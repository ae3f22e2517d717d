//! The bracket of an order that has none.

use tradebot_domain::{Decimal, Price, Rounding, Tick};

use super::{Bracket, BracketError};

/// Nobody can trade at a lower price: a stop here never works.
const NO_STOP: Decimal = Decimal::from_parts(1, 0, 0, false, 4);
/// No bar that can be traded on has a higher price, so a target here never works.
const NO_TARGET: Decimal = Decimal::from_parts(0xD4A5_1000, 0xE8, 0, false, 0);
/// Keeps a limit inside its collar when it is divided by the close again.
const INSIDE: f64 = 1.0 - 1e-9;

impl Bracket {
    /// An entry at the market: bought at the next open, with neither stop nor target nor time
    /// limit, until someone sells.
    ///
    /// Against a price that ran away it has a collar: an open further than `collar` (a fraction)
    /// above `close` is not taken. The stop stands at the smallest price there is, so that the
    /// planned risk of such a position is its whole value: without a stop, that is what can be
    /// lost. Accordingly the distance of the stop is one close (`atr` x `atr_multiplier`).
    ///
    /// # Errors
    /// [`BracketError::Input`] when close or collar is not a positive number,
    /// [`BracketError::Price`] or [`BracketError::Collapsed`] when the limit is no price above
    /// the stop.
    pub fn at_market(close: f64, collar: f64) -> Result<Self, BracketError> {
        for (what, value) in [("close", close), ("collar", collar)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(BracketError::Input { what, value });
            }
        }
        let units = 1e4;
        let limit = (close * (1.0 + collar * INSIDE) * units).floor() / units;
        let bracket = Self {
            entry_limit: Price::from_f64(limit, Tick::MIL, Rounding::Nearest)?,
            stop: Price::new(NO_STOP)?,
            target: Price::new(NO_TARGET)?,
            max_holding_sessions: u32::MAX,
            atr: close,
            atr_multiplier: 1.0,
            r_multiple: 1e12 / close,
            trailing_atr: None,
        };
        bracket.standing_apart()
    }

    /// It was made by [`Bracket::at_market`].
    pub fn is_at_market(&self) -> bool {
        self.max_holding_sessions == u32::MAX
            && self.stop.decimal() == NO_STOP
            && self.target.decimal() == NO_TARGET
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CostModel, Management, Progress, Walk};
    use tradebot_domain::Bar;

    #[test]
    fn stop_and_target_stand_where_nobody_can_trade() {
        let bracket = Bracket::at_market(50.0, 0.08).unwrap();
        assert!(bracket.is_at_market());
        assert_eq!(bracket.stop.to_string(), "0.0001");
        assert_eq!(bracket.target.to_string(), "1000000000000");
        assert!(bracket.entry_limit.to_f64() <= 54.0 && bracket.entry_limit.to_f64() > 53.99);
    }

    #[test]
    fn the_limit_never_leaves_its_collar() {
        for i in 1_u32..3_000 {
            let close = f64::from(i) * 0.37;
            let limit = Bracket::at_market(close, 0.08).unwrap().entry_limit.to_f64();
            assert!(limit / close - 1.0 <= 0.08, "{close}");
        }
    }

    #[test]
    fn no_bar_ends_it_and_a_reversal_does() {
        let management = Management { exit_on_reversal: true, ..Management::OFF };
        let bracket = Bracket::at_market(50.0, 0.08).unwrap();
        let mut walk = Walk::new(&bracket).managed(&management, &CostModel::FREE);
        let bar = |open, high, low, close| {
            let date = "2005-02-28".parse().unwrap();
            walk_bar(date, [open, high, low, close])
        };
        assert_eq!(walk.step(&bar(51.0, 9e11, 0.001, 20.0)), Progress::Open);
        assert_eq!(walk.step(&bar(20.0, 20.0, 0.01, 0.01)), Progress::Open);
        assert!(walk.on_reversal());
        assert!(
            matches!(walk.step(&bar(3.0, 4.0, 2.0, 3.0)), Progress::Closed(e) if e.price == 3.0)
        );
        let mut late = Walk::new(&bracket);
        assert!(matches!(late.step(&bar(54.1, 55.0, 54.0, 54.0)), Progress::NotTaken { .. }));
    }

    fn walk_bar(date: tradebot_domain::Moment, [open, high, low, close]: [f64; 4]) -> Bar {
        Bar { date, open, high, low, close, volume: 1.0 }
    }

    #[test]
    fn what_is_no_price_carries_no_order() {
        for (close, collar) in [(f64::NAN, 0.1), (0.0, 0.1), (1.0, 0.0), (1e-5, 0.1), (1e13, 0.1)] {
            assert!(Bracket::at_market(close, collar).is_err(), "{close} {collar}");
        }
    }
}
