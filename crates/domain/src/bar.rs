//! One price bar.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// Open, high, low, close and volume of one session, or of a part of one.
///
/// - **Units:** prices in the instrument's currency per share, volume in shares.
/// - **Raw or adjusted:** a bar says nothing of it; who hands one over does.
/// - **Range:** a bar from outside may hold anything, NaN included; quality-gates decide.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// When the bar ended: the session it covers, or a minute of it.
    pub date: Moment,
    /// First trade; at the opening auction where the bar begins with it.
    pub open: f64,
    /// Highest trade.
    pub high: f64,
    /// Lowest trade.
    pub low: f64,
    /// Last trade; at the closing auction where the bar ends with it.
    pub close: f64,
    /// Shares traded.
    pub volume: f64,
}

impl Bar {
    /// The same bar with prices multiplied by `factor` and volume divided by it.
    ///
    /// With the product of all split and dividend factors up to the bar's date this gives a
    /// series without steps at corporate actions that knows nothing of later ones.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        Self {
            date: self.date,
            open: self.open * factor,
            high: self.high * factor,
            low: self.low * factor,
            close: self.close * factor,
            volume: self.volume / factor,
        }
    }
}
