//! Quotes of options, and how they are asked for.

use serde::{Deserialize, Serialize};
use tradebot_domain::Decimal;

use crate::time::{self, BrokerTime};
use crate::wire::fields::tolerant_record;
use crate::wire::{integer, number};
use crate::words::{OptionType, TickType};

/// Body of `POST /v1/markets/quotes/options`. A read, though it is a POST.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionQuotesRequest {
    /// Options by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub option_ids: Vec<i64>,
    /// Options of an underlying and an expiry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<OptionFilter>,
}

/// Which options of a chain. The broker spells the strike keys with one capital less than the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionFilter {
    /// The broker's id of the underlying.
    pub underlying_id: i64,
    /// The day they end.
    pub expiry_date: BrokerTime,
    /// Calls or puts; both when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option_type: Option<OptionType>,
    /// Lowest strike price.
    #[serde(
        rename = "minstrikePrice",
        skip_serializing_if = "Option::is_none",
        with = "number::optional"
    )]
    pub min_strike_price: Option<Decimal>,
    /// Highest strike price.
    #[serde(
        rename = "maxstrikePrice",
        skip_serializing_if = "Option::is_none",
        with = "number::optional"
    )]
    pub max_strike_price: Option<Decimal>,
}

/// `POST /v1/markets/quotes/options`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OptionQuotesReply {
    /// The quotes, in no promised order.
    pub option_quotes: Vec<OptionQuote>,
}

/// One quote of an option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct OptionQuote {
    /// The underlying's symbol.
    #[serde(default)]
    pub underlying: String,
    /// The broker's id of it.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub underlying_id: i64,
    /// The option's symbol.
    #[serde(default)]
    pub symbol: String,
    /// The broker's id of it.
    #[serde(deserialize_with = "integer::deserialize")]
    pub symbol_id: i64,
    /// Best bid; none when there is none.
    #[serde(default, with = "number::optional")]
    pub bid_price: Option<Decimal>,
    /// Its size, contracts.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub bid_size: i64,
    /// Best offer; none when there is none.
    #[serde(default, with = "number::optional")]
    pub ask_price: Option<Decimal>,
    /// Its size, contracts.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub ask_size: i64,
    /// Last trade in regular hours.
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
    /// When it was.
    #[serde(default, with = "time::optional")]
    pub last_trade_time: Option<BrokerTime>,
    /// Contracts traded today.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub volume: i64,
    /// First trade today.
    #[serde(default, with = "number::optional")]
    pub open_price: Option<Decimal>,
    /// Highest trade today.
    #[serde(default, with = "number::optional")]
    pub high_price: Option<Decimal>,
    /// Lowest trade today.
    #[serde(default, with = "number::optional")]
    pub low_price: Option<Decimal>,
    /// Implied volatility, per cent a year.
    #[serde(default, with = "number::optional")]
    pub volatility: Option<Decimal>,
    /// Change of price with that of the underlying.
    #[serde(default, with = "number::optional")]
    pub delta: Option<Decimal>,
    /// Change of delta with the underlying.
    #[serde(default, with = "number::optional")]
    pub gamma: Option<Decimal>,
    /// Change of price with time.
    #[serde(default, with = "number::optional")]
    pub theta: Option<Decimal>,
    /// Change of price with volatility.
    #[serde(default, with = "number::optional")]
    pub vega: Option<Decimal>,
    /// Change of price with the interest rate.
    #[serde(default, with = "number::optional")]
    pub rho: Option<Decimal>,
    /// Contracts open.
    #[serde(default, deserialize_with = "integer::deserialize")]
    pub open_interest: i64,
    /// 0 for real-time; anything else is delayed.
    #[serde(deserialize_with = "integer::deserialize")]
    pub delay: i64,
    /// Trading is halted.
    pub is_halted: bool,
    /// Volume-weighted average price of the day.
    #[serde(default, rename = "VWAP", with = "number::optional")]
    pub vwap: Option<Decimal>,
}
tolerant_record!(OptionQuote, "lastTradeTrHrs" => "lastTradePriceTrHrs");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_quote_without_greeks_has_none() {
        let reply: OptionQuotesReply = serde_json::from_str(samples::OPTION_QUOTES).unwrap();
        let [whole, bare] = &reply.option_quotes[..] else { panic!("two") };
        assert_eq!(whole.delta.unwrap().to_string(), "0.5123");
        assert_eq!((bare.delta, bare.bid_price, bare.delay), (None, None, 1));
    }

    #[test]
    fn a_request_is_spelled_as_the_broker_spells_it() {
        let filter = OptionFilter {
            underlying_id: 1,
            expiry_date: "2027-01-15T00:00:00.000000-05:00".parse().unwrap(),
            option_type: Some(OptionType::Call),
            min_strike_price: Some(Decimal::new(705, 1)),
            max_strike_price: None,
        };
        let request = OptionQuotesRequest { option_ids: vec![], filters: vec![filter] };
        assert_eq!(
            serde_json::to_string(&request).unwrap(),
            r#"{"filters":[{"underlyingId":1,"expiryDate":"2027-01-15T00:00:00.000000-05:00","optionType":"Call","minstrikePrice":70.5}]}"#
        );
    }
}
