//! What changing one currency for the other costs.

use serde::{Deserialize, Serialize};
use tradebot_domain::Currency;

use super::config::{ConfigError, in_range};

/// Terms of the broker's automatic currency conversion.
///
/// At the usual 150 basis points a conversion costs a hundred times what the rest of a liquid trade
/// does, so an account that holds one currency and trades the other pays it at the purchase and at
/// the sale. Holding a balance in the currency of the listing avoids both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Currency of the account.
    pub account: Currency,
    /// Spread of one conversion, basis points of the amount, 0 to 1,000.
    #[serde(default = "usual_bps")]
    pub spread_bps: f64,
    /// A conversion for every trade is meant. Off, a trade that needs one is refused.
    #[serde(default)]
    pub per_trade: bool,
}

const fn usual_bps() -> f64 {
    150.0
}

impl Conversion {
    /// 150 basis points a conversion, and none per trade.
    pub const fn refused(account: Currency) -> Self {
        Self { account, spread_bps: usual_bps(), per_trade: false }
    }

    /// A trade in `listing` needs a conversion, unless a balance in that currency is held.
    pub fn is_needed(&self, listing: Currency) -> bool {
        self.account != listing
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        in_range("spread_bps", self.spread_bps, (0.0, 1_000.0))
    }
}
