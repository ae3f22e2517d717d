//! A bracket as a bet: what is won and lost per unit of risk after costs.

use crate::kelly::kelly_fraction;

/// A stop and a target, both as fractions of the price, with the costs of a round trip.
///
/// What is lost at the stop, stop distance plus costs, is the unit: a bet loses 1 of it, or wins
/// [`BracketBet::payoff`] of it.
///
/// **Source:** Thorp (2006), section 2, for the bet; Tharp, "Trade Your Way to Financial Freedom"
/// (1998), for counting in units of initial risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BracketBet {
    stop: f64,
    target: f64,
    cost: f64,
}

/// A distance or cost that makes no bracket.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{what} of {value} makes no bracket; {wanted} is wanted")]
pub struct BracketBetError {
    /// Which number.
    pub what: &'static str,
    /// What was found; may be NaN.
    pub value: f64,
    /// What it must be.
    pub wanted: &'static str,
}

impl BracketBet {
    /// From distances to stop and target and the cost of a round trip.
    ///
    /// - **Units:** fractions of the entry price, 0.04 for 4 %; the cost of its notional.
    ///
    /// # Errors
    /// A distance that is not finite and above zero, a cost that is negative or not finite. A cost
    /// above the target distance is no error: such a bet has no payoff and no Kelly fraction.
    pub fn new(stop: f64, target: f64, cost: f64) -> Result<Self, BracketBetError> {
        for (what, value) in [("stop distance", stop), ("target distance", target)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(BracketBetError { what, value, wanted: "a finite number above 0" });
            }
        }
        if !(cost >= 0.0 && cost.is_finite()) {
            let wanted = "a finite number of at least 0";
            return Err(BracketBetError { what: "cost", value: cost, wanted });
        }
        Ok(Self { stop, target, cost })
    }

    /// From multiples of ATR: distances are `stop_atr` and `target_atr` times `atr` / `price`.
    ///
    /// # Errors
    /// As [`BracketBet::new`], and for a price that is not above zero.
    pub fn from_atr(
        stop_atr: f64,
        target_atr: f64,
        atr: f64,
        price: f64,
        cost: f64,
    ) -> Result<Self, BracketBetError> {
        if !(price > 0.0 && price.is_finite()) {
            let wanted = "a finite number above 0";
            return Err(BracketBetError { what: "price", value: price, wanted });
        }
        let unit = atr / price;
        Self::new(stop_atr * unit, target_atr * unit, cost)
    }

    /// Lost at the stop, costs included: a fraction of the notional.
    pub const fn loss(&self) -> f64 {
        self.stop + self.cost
    }

    /// Won at the target for each unit lost at the stop: b = (target - cost) / (stop + cost).
    ///
    /// Zero or negative when costs eat the target.
    pub const fn payoff(&self) -> f64 {
        (self.target - self.cost) / self.loss()
    }

    /// Probability of the target at which the bet neither earns nor costs: 1 / (1 + b).
    ///
    /// Above 1 when costs eat the target: no probability is enough.
    pub const fn break_even(&self) -> f64 {
        self.loss() / (self.target + self.stop)
    }

    /// Kelly fraction at probability `p` of the target: the fraction of wealth that is lost when
    /// the stop is hit. 0, no bet, without an edge.
    pub fn kelly(&self, p: f64) -> f64 {
        kelly_fraction(p, self.payoff(), 1.0).max(0.0)
    }

    /// Notional that loses the fraction `f` of `wealth` at the stop: f W / (stop + cost).
    pub const fn notional(&self, f: f64, wealth: f64) -> f64 {
        f * wealth / self.loss()
    }
}
