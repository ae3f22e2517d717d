//! A bracket in absolute prices, fixed at the decision.

use serde::{Deserialize, Serialize};

mod market; // entries without stop and target

use tradebot_domain::{Money, OutOfRange, Price, Rounding, Tick};

/// How far above the decision's close an entry may still be bought, as a share of the stop
/// distance. Size is computed from that limit, so the planned risk is 1.2 stop distances.
pub const ENTRY_LIMIT_SHARE: f64 = 0.2;

/// What a policy row asks of a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BracketSpec {
    /// Stop distance in ATR, > 0.
    pub atr_multiplier: f64,
    /// Target distance over stop distance, > [`ENTRY_LIMIT_SHARE`].
    pub r_multiple: f64,
    /// Smallest stop distance, a fraction of the close, >= 0.
    pub stop_min: f64,
    /// Largest stop distance, a fraction of the close, in `stop_min..1`.
    pub stop_max: f64,
    /// Longest holding in sessions after the decision, >= 1.
    pub max_holding_sessions: u32,
    /// Chandelier distance in ATR below the highest high since the entry; none: the stop stays.
    pub trailing_atr: Option<f64>,
}

/// Entry limit, stop and target of one long position, with what made them.
///
/// - **Units:** raw prices of the decision session, currency per share.
/// - **Range:** from [`Bracket::around_close`]: `stop < entry_limit < target`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bracket {
    /// Limit on the open: an open above it is not taken.
    pub entry_limit: Price,
    /// Protective stop.
    pub stop: Price,
    /// Profit target.
    pub target: Price,
    /// Longest holding in sessions after the decision.
    pub max_holding_sessions: u32,
    /// ATR(14) at the decision, raw currency per share.
    pub atr: f64,
    /// Stop distance asked for, in ATR.
    pub atr_multiplier: f64,
    /// Target distance over stop distance.
    pub r_multiple: f64,
    /// Chandelier distance in ATR, when the row trails.
    pub trailing_atr: Option<f64>,
}

/// Why no bracket can be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BracketError {
    /// Close or ATR is NaN, infinite, zero or negative.
    #[error("{what} of {value} cannot carry a bracket; it must be finite and above zero")]
    Input {
        /// `close` or `ATR`.
        what: &'static str,
        /// The value found.
        value: f64,
    },
    /// A value of the row is outside its range.
    #[error("bracket spec: {what} of {value} is not {allowed}")]
    Spec {
        /// The field.
        what: &'static str,
        /// The value found.
        value: f64,
        /// The range, in words.
        allowed: &'static str,
    },
    /// On this tick the three prices do not stand apart.
    #[error(
        "stop {stop}, limit {entry_limit} and target {target} do not stand apart on their tick"
    )]
    Collapsed {
        /// Protective stop.
        stop: Price,
        /// Limit on the open.
        entry_limit: Price,
        /// Profit target.
        target: Price,
    },
    /// A price left the range of exact prices.
    #[error(transparent)]
    Price(#[from] OutOfRange),
}

impl BracketSpec {
    /// # Errors
    /// [`BracketError::Spec`] with the first field outside its range.
    pub fn validate(&self) -> Result<(), BracketError> {
        let fail = |what, value, allowed| Err(BracketError::Spec { what, value, allowed });
        if !(self.atr_multiplier.is_finite() && self.atr_multiplier > 0.0) {
            return fail("ATR multiplier", self.atr_multiplier, "finite and above 0");
        }
        if !(self.r_multiple.is_finite() && self.r_multiple > ENTRY_LIMIT_SHARE) {
            return fail("R-multiple", self.r_multiple, "finite and above 0.2");
        }
        if !(0.0..1.0).contains(&self.stop_min) {
            return fail("smallest stop", self.stop_min, "a fraction from 0 to below 1");
        }
        if !(self.stop_min..1.0).contains(&self.stop_max) {
            return fail("largest stop", self.stop_max, "from the smallest stop to below 1");
        }
        if self.max_holding_sessions == 0 {
            return fail("longest holding", 0.0, "at least one session");
        }
        match self.trailing_atr {
            Some(k) if !(k.is_finite() && k > 0.0) => {
                fail("trailing distance", k, "finite and above 0")
            }
            _ => Ok(()),
        }
    }
}

impl Bracket {
    /// The bracket that `spec` asks for after a raw `close` with raw `atr`.
    ///
    /// Stop distance = `atr_multiplier` x ATR, held between `stop_min` and `stop_max` of the
    /// close. On the tick the stop moves down (never closer than asked), the limit moves down
    /// (never dearer than sized for), and the target to the nearest.
    ///
    /// # Errors
    /// [`BracketError`] when close or ATR is not a positive number, the spec is out of range, or
    /// the prices fall together on the tick.
    pub fn around_close(
        close: f64,
        atr: f64,
        spec: &BracketSpec,
        tick: Tick,
    ) -> Result<Self, BracketError> {
        spec.validate()?;
        for (what, value) in [("close", close), ("ATR", atr)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(BracketError::Input { what, value });
            }
        }
        let distance =
            (spec.atr_multiplier * atr).clamp(spec.stop_min * close, spec.stop_max * close);
        let limit = close + ENTRY_LIMIT_SHARE * distance;
        let bracket = Self {
            entry_limit: Price::from_f64(limit, tick, Rounding::Down)?,
            stop: Price::from_f64(close - distance, tick, Rounding::Down)?,
            target: Price::from_f64(close + spec.r_multiple * distance, tick, Rounding::Nearest)?,
            max_holding_sessions: spec.max_holding_sessions,
            atr,
            atr_multiplier: spec.atr_multiplier,
            r_multiple: spec.r_multiple,
            trailing_atr: spec.trailing_atr,
        };
        bracket.standing_apart()
    }

    fn standing_apart(self) -> Result<Self, BracketError> {
        let Self { stop, entry_limit, target, .. } = self;
        if stop < entry_limit && entry_limit < target {
            Ok(self)
        } else {
            Err(BracketError::Collapsed { stop, entry_limit, target })
        }
    }

    /// What one share loses between the entry limit and the stop, before costs: the unit of R.
    pub fn planned_risk_per_share(&self) -> f64 {
        Money(self.entry_limit.decimal() - self.stop.decimal()).to_f64()
    }
}

#[cfg(test)]
mod tests;
