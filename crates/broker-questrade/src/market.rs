//! Markets: routes, feeds and the quota of snap quotes. Not a calendar: times are filled in on
//! holidays too.

use serde::{Deserialize, Serialize};

use crate::time::{self, BrokerTime};
use crate::wire::fields::tolerant_record;
use crate::wire::integer;
use crate::words::{Currency, Exchange};

/// `GET /v1/markets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketsReply {
    /// The markets.
    pub markets: Vec<Market>,
}

/// One market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Market {
    /// Its name.
    pub name: Exchange,
    /// Venues.
    #[serde(default)]
    pub trading_venues: Vec<String>,
    /// Where orders go without a word.
    #[serde(default)]
    pub default_trading_venue: String,
    /// Primary routes.
    #[serde(default)]
    pub primary_order_routes: Vec<String>,
    /// Secondary routes.
    #[serde(default)]
    pub secondary_order_routes: Vec<String>,
    /// Level 1 feeds.
    #[serde(default, rename = "level1Feeds")]
    pub level_1_feeds: Vec<String>,
    /// Level 2 feeds.
    #[serde(default, rename = "level2Feeds")]
    pub level_2_feeds: Vec<String>,
    /// Extended hours begin.
    #[serde(default, with = "time::optional")]
    pub extended_start_time: Option<BrokerTime>,
    /// Regular hours begin.
    #[serde(default, with = "time::optional")]
    pub start_time: Option<BrokerTime>,
    /// Regular hours end.
    #[serde(default, with = "time::optional")]
    pub end_time: Option<BrokerTime>,
    /// Extended hours end.
    #[serde(default, with = "time::optional")]
    pub extended_end_time: Option<BrokerTime>,
    /// Currency; in the broker's pages alone.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Snap quotes allowed; 2147483647 for a real-time subscriber.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub snap_quotes_limit: i64,
}
tolerant_record!(Market);

impl Market {
    /// Quotes of this market are real-time, without a quota.
    pub const fn is_real_time(&self) -> bool {
        self.snap_quotes_limit >= i32::MAX as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_quota_tells_a_snap_quote_account_from_a_subscriber() {
        let reply: MarketsReply = serde_json::from_str(samples::MARKETS).unwrap();
        let [tsx, nyse] = &reply.markets[..] else { panic!("two") };
        assert_eq!((&tsx.name, tsx.is_real_time()), (&Exchange::Tsx, false));
        assert_eq!((&nyse.name, nyse.is_real_time()), (&Exchange::Nyse, true));
        assert_eq!(tsx.currency, None);
        assert_eq!(nyse.currency, Some(Currency::Usd));
    }
}
