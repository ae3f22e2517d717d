//! Sizing for a stop that does not hold its price.

use tradebot_domain::Regime;

/// ATR that a stop is assumed to slip by, beyond its price, while volatility is stressed.
pub const STRESSED_SLIP_ATR: f64 = 1.0;

/// The slip to assume in a regime, in ATR: [`STRESSED_SLIP_ATR`] on the two rows of high
/// volatility, none elsewhere.
///
/// The regime `TRANSITION` is about the trend and carries no volatility; who knows the severity
/// behind it can ask for the slip there too.
///
/// **Source:** Klass and Nowicki, "The Grossman and Zhou Investment Strategy Is Not Always
/// Optimal", Statistics & Probability Letters 74 (2005), on what discrete time does to a drawdown
/// floor; the size of the slip is a choice.
pub const fn slip_atr(regime: Regime) -> Option<f64> {
    match regime {
        Regime::TrendingHighVol | Regime::ChoppyHighVol => Some(STRESSED_SLIP_ATR),
        Regime::TrendingLowVol | Regime::ChoppyLowVol | Regime::Transition => None,
    }
}

/// What one share loses at its stop, what it loses besides when the stop slips, and what is lost
/// whatever the size. All in the same unit: money, or fractions of equity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlippingStop {
    /// Loss per share at the stop, costs included, > 0.
    pub loss: f64,
    /// Further loss per share when the stop slips, >= 0.
    pub slip: f64,
    /// Loss of the order whatever its size, >= 0.
    pub fixed: f64,
}

impl SlippingStop {
    /// The planned loss that keeps the loss at the slipped stop within `allowed`:
    /// fixed + (allowed - fixed) loss / (loss + slip).
    ///
    /// - **Range:** never above `allowed`, and equal to it without a slip.
    /// - **Edges:** `allowed` itself where it does not even pay for `fixed`: it buys nothing. 0 when a
    ///   number is NaN.
    pub fn planned(&self, allowed: f64) -> f64 {
        let Self { loss, slip, fixed } = *self;
        if slip == 0.0 || allowed <= fixed {
            return allowed;
        }
        let planned = fixed + (allowed - fixed) / (loss + slip) * loss;
        if planned.is_nan() { 0.0 } else { planned.min(allowed) }
    }
}
