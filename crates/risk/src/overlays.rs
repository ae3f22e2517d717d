//! Options of sizing that are off unless somebody asks for them.

use crate::hold::Hold;

/// What may make a size smaller beyond the pinned steps. [`Overlays::OFF`] changes nothing.
///
/// - `gap_atr`: risk is counted at a stop that slips by so many ATR. Take it from
///   [`crate::gap::slip_atr`] for the regime of the session.
/// - `volatility_scale`: exposure times this, from [`crate::volatility::VolatilityTarget::scale`].
///   Above 1 counts as 1, because sizing never enlarges after a cap.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Overlays {
    /// Slip of the stop beyond its price, in ATR of the bracket; finite, >= 0.
    pub gap_atr: Option<f64>,
    /// Exposure that a volatility target allows; >= 0.
    pub volatility_scale: Option<f64>,
}

impl Overlays {
    /// Nothing beyond the pinned steps.
    pub const OFF: Self = Self { gap_atr: None, volatility_scale: None };

    /// The first number that cannot be used, named.
    pub(crate) fn check(&self, atr: f64) -> Result<(), Hold> {
        let unusable = |what, value| Err(Hold::Unusable { what, value });
        let allowed = 0.0..f64::INFINITY;
        match (self.gap_atr, self.volatility_scale) {
            (Some(slip), _) if !allowed.contains(&slip) => {
                unusable("slip of the stop in ATR", slip)
            }
            (Some(_), _) if !allowed.contains(&atr) => unusable("ATR of the bracket", atr),
            (_, Some(scale)) if scale.is_nan() || scale < 0.0 => {
                unusable("volatility scale", scale)
            }
            _ => Ok(()),
        }
    }
}
