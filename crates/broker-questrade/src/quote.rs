//! Quotes, and whether one can be acted on.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Price, Timestamp};

use crate::time::{self, BrokerTime};
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::TickType;

/// `GET /v1/markets/quotes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotesReply {
    /// The quotes, in no promised order.
    pub quotes: Vec<Quote>,
}

/// One quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct Quote {
    /// The broker's symbol; empty in frames of a stream.
    #[serde(default)]
    pub symbol: String,
    /// The broker's id of it.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Tier of the listing.
    #[serde(default)]
    pub tier: String,
    /// Best bid; none when there is none.
    #[serde(default, with = "number::optional")]
    pub bid_price: Option<Decimal>,
    /// Its size, as the exchange sends it: lots or shares.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub bid_size: i64,
    /// Best offer; none when there is none.
    #[serde(default, with = "number::optional")]
    pub ask_price: Option<Decimal>,
    /// Its size.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub ask_size: i64,
    /// Last trade in regular hours; also written `lastTradeTrHrs`.
    #[serde(default, with = "number::optional")]
    pub last_trade_price_tr_hrs: Option<Decimal>,
    /// Last trade.
    #[serde(default, with = "number::optional")]
    pub last_trade_price: Option<Decimal>,
    /// Its size.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub last_trade_size: i64,
    /// Its direction.
    #[serde(default)]
    pub last_trade_tick: Option<TickType>,
    /// When it was; midnight means a date alone, without a trade today.
    #[serde(default, with = "time::optional")]
    pub last_trade_time: Option<BrokerTime>,
    /// Shares traded today.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub volume: i64,
    /// First trade today; none or 0 when there was none.
    #[serde(default, with = "number::optional")]
    pub open_price: Option<Decimal>,
    /// Highest trade today; none or 0 when there was none.
    #[serde(default, with = "number::optional")]
    pub high_price: Option<Decimal>,
    /// Lowest trade today; none or 0 when there was none.
    #[serde(default, with = "number::optional")]
    pub low_price: Option<Decimal>,
    /// 0 for real-time; anything else, `true` included, is delayed.
    #[serde(deserialize_with = "integer::deserialize")]
    pub delay: i64,
    /// Trading is halted.
    pub is_halted: bool,
    /// Highest price of a year.
    #[serde(default, rename = "high52w", with = "number::optional")]
    pub high_52_weeks: Option<Decimal>,
    /// Lowest price of a year.
    #[serde(default, rename = "low52w", with = "number::optional")]
    pub low_52_weeks: Option<Decimal>,
    /// Volume-weighted average price of the day.
    #[serde(default, rename = "VWAP", with = "number::optional")]
    pub vwap: Option<Decimal>,
}
tolerant_record!(Quote, "lastTradeTrHrs" => "lastTradePriceTrHrs");

/// Why a quote cannot be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteProblem {
    /// Delayed, as every quote is once the quota of snap quotes is used up.
    #[error("the quote is delayed (delay {0})")]
    Delayed(i64),
    /// Trading is halted.
    #[error("trading is halted")]
    Halted,
    /// No bid, no offer, or one of them is not a price.
    #[error("the quote has one side or none")]
    OneSided,
    /// The bid is at or above the offer.
    #[error("bid {bid} is not below ask {ask}")]
    Crossed {
        /// Best bid.
        bid: Price,
        /// Best offer.
        ask: Price,
    },
    /// No trade to tell the age by.
    #[error("the quote has no time")]
    NoTime,
    /// The last trade is too long ago, or lies in the future.
    #[error("the last trade is {age_s} s old; 0 to {age_s_max} are allowed")]
    Age {
        /// Age in seconds; negative for a moment that has not come.
        age_s: i64,
        /// Largest allowed.
        age_s_max: i64,
    },
}

impl Quote {
    /// Bid and offer, when the quote can be acted on at `now`.
    ///
    /// # Errors
    /// The first [`QuoteProblem`]; a delayed quote is a problem whatever its prices are.
    pub fn actionable(
        &self,
        now: Timestamp,
        age_s_max: i64,
    ) -> Result<(Price, Price), QuoteProblem> {
        if self.delay != 0 {
            return Err(QuoteProblem::Delayed(self.delay));
        }
        if self.is_halted {
            return Err(QuoteProblem::Halted);
        }
        let side = |price: Option<Decimal>| price.and_then(|p| Price::new(p).ok());
        let (Some(bid), Some(ask)) = (side(self.bid_price), side(self.ask_price)) else {
            return Err(QuoteProblem::OneSided);
        };
        if bid >= ask {
            return Err(QuoteProblem::Crossed { bid, ask });
        }
        let traded = self.last_trade_time.ok_or(QuoteProblem::NoTime)?;
        let age_s = now.as_second() - traded.instant().as_second();
        if (0..=age_s_max).contains(&age_s) {
            Ok((bid, ask))
        } else {
            Err(QuoteProblem::Age { age_s, age_s_max })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn quotes(json: &str) -> Vec<Quote> {
        serde_json::from_str::<QuotesReply>(json).unwrap().quotes
    }

    fn now() -> Timestamp {
        "2026-07-09T14:31:22Z".parse().unwrap()
    }

    #[test]
    fn both_dialects_say_the_same_quote() {
        assert_eq!(quotes(samples::QUOTES_DOCUMENTED), quotes(samples::QUOTES_LIVE));
    }

    #[test]
    fn a_fresh_two_sided_quote_can_be_acted_on() {
        let quote = &quotes(samples::QUOTES_LIVE)[0];
        let (bid, ask) = quote.actionable(now(), 3).unwrap();
        assert_eq!((bid.to_string(), ask.to_string()), ("36.54".to_owned(), "36.56".to_owned()));
    }

    #[test]
    fn each_problem_is_named() {
        let good = quotes(samples::QUOTES_LIVE).remove(0);
        let problem = |change: fn(&mut Quote)| {
            let mut quote = good.clone();
            change(&mut quote);
            quote.actionable(now(), 3).unwrap_err()
        };
        assert_eq!(problem(|q| q.delay = 15), QuoteProblem::Delayed(15));
        assert_eq!(problem(|q| q.is_halted = true), QuoteProblem::Halted);
        assert_eq!(problem(|q| q.bid_price = None), QuoteProblem::OneSided);
        assert_eq!(problem(|q| q.ask_price = Some(Decimal::ZERO)), QuoteProblem::OneSided);
        assert!(matches!(problem(|q| q.bid_price = q.ask_price), QuoteProblem::Crossed { .. }));
        assert_eq!(problem(|q| q.last_trade_time = None), QuoteProblem::NoTime);
        let old = good.actionable("2026-07-09T14:31:24Z".parse().unwrap(), 3).unwrap_err();
        assert_eq!(old, QuoteProblem::Age { age_s: 4, age_s_max: 3 });
        let early = good.actionable("2026-07-09T14:00:00Z".parse().unwrap(), 3).unwrap_err();
        assert!(matches!(early, QuoteProblem::Age { age_s, .. } if age_s < 0));
    }

    #[test]
    fn delay_is_read_as_number_flag_and_minutes() {
        for (written, delay) in [("0", 0), ("false", 0), ("1", 1), ("true", 1), ("15", 15)] {
            let json = samples::QUOTES_LIVE.replace("\"delay\":0", &format!("\"delay\":{written}"));
            assert_eq!(quotes(&json)[0].delay, delay, "{written}");
        }
    }

    #[test]
    fn a_quote_that_does_not_say_whether_it_is_delayed_is_refused() {
        let json = samples::QUOTES_LIVE.replace("\"delay\":0,", "");
        assert_ne!(json, samples::QUOTES_LIVE);
        assert!(serde_json::from_str::<QuotesReply>(&json).is_err());
    }
}
