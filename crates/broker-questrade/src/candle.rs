//! Candles, and the daily bars they are.

use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Date, Decimal};

use crate::reply::Conversion;
use crate::time::BrokerTime;
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};

/// `GET /v1/markets/candles/:id`: ascending, at most 2,000.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandlesReply {
    /// The candles; sessions without a trade have none.
    pub candles: Vec<Candle>,
}

/// One candle. The first one's `start` and the last one's `end` are clipped to the window asked
/// for, and the last one may not be finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Candle {
    /// Begin.
    pub start: BrokerTime,
    /// End.
    pub end: BrokerTime,
    /// First trade.
    #[serde(with = "number")]
    pub open: Decimal,
    /// Highest trade.
    #[serde(with = "number")]
    pub high: Decimal,
    /// Lowest trade.
    #[serde(with = "number")]
    pub low: Decimal,
    /// Last trade.
    #[serde(with = "number")]
    pub close: Decimal,
    /// Shares traded.
    #[serde(deserialize_with = "integer::deserialize")]
    pub volume: i64,
    /// Volume-weighted average price; not in the broker's pages.
    #[serde(default, rename = "VWAP", with = "number::optional")]
    pub vwap: Option<Decimal>,
}
tolerant_record!(Candle);

impl Candle {
    /// The daily bar of the Eastern date on which the candle starts. Nothing is checked: that is
    /// the quality gate's work.
    ///
    /// # Errors
    /// [`Conversion`] never for what was read here; a price beyond `f64` otherwise.
    pub fn daily_bar(&self) -> Result<Bar, Conversion> {
        let number =
            |what, value: Decimal| value.to_f64().ok_or_else(|| Conversion::new(what, &value));
        Ok(Bar {
            date: self.start.eastern_date().into(),
            open: number("open", self.open)?,
            high: number("high", self.high)?,
            low: number("low", self.low)?,
            close: number("close", self.close)?,
            volume: self.volume as f64,
        })
    }
}

impl CandlesReply {
    /// Daily bars up to the last finished session, which the caller knows from a calendar: the
    /// broker sends the unfinished one too.
    ///
    /// # Errors
    /// As [`Candle::daily_bar`].
    pub fn daily_bars(&self, last_finished: Date) -> Result<Vec<Bar>, Conversion> {
        self.candles
            .iter()
            .filter(|candle| candle.start.eastern_date() <= last_finished)
            .map(Candle::daily_bar)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_clipped_candle_keeps_its_eastern_date_and_the_unfinished_one_is_left_out() {
        let reply: CandlesReply = serde_json::from_str(samples::CANDLES).unwrap();
        assert_eq!(reply.candles.len(), 3);
        let yesterday = Date::new(2026, 7, 8).unwrap();
        let bars = reply.daily_bars(yesterday).unwrap();
        let dates: Vec<_> = bars.iter().map(|b| b.date.to_string()).collect();
        assert_eq!(dates, ["2026-07-07", "2026-07-08"]);
        let expected = Bar {
            date: yesterday.into(),
            open: 36.2,
            high: 36.7,
            low: 36.02,
            close: 36.43,
            volume: 501_233.0,
        };
        assert_eq!(bars[1], expected);
        assert_eq!(reply.candles[0].vwap, None);
    }
}
