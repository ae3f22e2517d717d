//! Option chains, quotes of options and of strategies: enough to read them, not to trade them.
//!
//! Two expiries, five strikes around the last close of the session before; prices are intrinsic value plus
//! 0.4 S v sqrt(T), the value at the money to first order (Brenner and Subrahmanyam 1988).

use jiff::ToSpan as _;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Value, json};
use tradebot_broker_questrade::BrokerTime;
use tradebot_broker_questrade::option::{Expiry, OptionsReply, Root, Strike};
use tradebot_broker_questrade::words::{Exchange as Listing, OptionExercise};
use tradebot_domain::Date;

use super::World;
use super::error::ApiError;
use super::market::Instrument;
use super::market::tape::{price, units};
use super::reads::tree;
use super::reads_market::{has_options, no_options, object};
use super::ticket::integer;
use super::time::{eastern, midnight};

/// Ids of options: this, plus 1,000 for each underlying, 100 for each expiry, 2 for each strike.
const FIRST_OPTION: i64 = 91_000_000;
/// Strikes of an expiry.
const STRIKES: i64 = 5;

/// One option.
#[derive(Debug, Clone)]
struct OptionSeries {
    id: i64,
    underlying: i64,
    root: String,
    expiry: Date,
    strike: Decimal,
    call: bool,
}

impl OptionSeries {
    /// Root, expiry as `DDMmmYY`, `C` or `P`, strike with two decimals.
    fn symbol(&self) -> String {
        let side = if self.call { 'C' } else { 'P' };
        format!("{}{}{side}{:.2}", self.root, self.expiry.strftime("%d%b%y"), self.strike)
    }
}

impl World {
    fn series_of(&self, instrument: &Instrument) -> Vec<OptionSeries> {
        if !has_options(instrument) {
            return Vec::new();
        }
        // From the close before the start, so that ids mean the same all along.
        let close = instrument.before(self.started).last().map_or(10.0, |bar| bar.close);
        let step = price((units(close) / 20 / 5_000).max(1) * 5_000);
        let middle = (price(units(close)) / step).round() * step;
        let root = instrument.symbol.split('.').next().unwrap_or_default().to_owned();
        let base = FIRST_OPTION + 1_000 * (instrument.id % 1_000);
        let mut all = Vec::new();
        for (nth, expiry) in (0_i64..).zip(expiries(self.started)) {
            for strike in 0..STRIKES {
                for call in [true, false] {
                    all.push(OptionSeries {
                        id: base + 100 * nth + 2 * strike + i64::from(!call),
                        underlying: instrument.id,
                        root: root.clone(),
                        expiry,
                        strike: middle + step * Decimal::from(strike - STRIKES / 2),
                        call,
                    });
                }
            }
        }
        all
    }

    pub(crate) fn read_options(&self, id: &str) -> Result<Value, ApiError> {
        let id: i64 = id.parse().map_err(|_| ApiError::invalid("id"))?;
        let instrument = self.market.get(id).ok_or_else(|| ApiError::general(1019))?;
        let all = self.series_of(instrument);
        if all.is_empty() {
            return Ok(no_options());
        }
        let exchange = if instrument.is_canadian() { Listing::Montreal } else { Listing::Opra };
        let expiry = |date: Date| {
            let of_day = |s: &&OptionSeries| s.expiry == date;
            let strikes = all.iter().filter(of_day).filter(|s| s.call).map(|call| Strike {
                strike_price: call.strike,
                call_symbol_id: call.id,
                put_symbol_id: call.id + 1,
            });
            Expiry {
                expiry_date: eastern(midnight(date)),
                description: instrument.description.clone(),
                listing_exchange: exchange.clone(),
                option_exercise_type: OptionExercise::American,
                chain_per_root: vec![Root {
                    option_root: all[0].root.clone(),
                    multiplier: Some(Decimal::ONE_HUNDRED),
                    chain_per_strike_price: strikes.collect(),
                }],
            }
        };
        tree(&OptionsReply {
            option_chain: expiries(self.started).into_iter().map(expiry).collect(),
        })
    }

    pub(crate) fn read_option_quotes(&self, body: &[u8]) -> Result<Value, ApiError> {
        let body = object(body)?;
        let everything: Vec<OptionSeries> =
            self.market.all().flat_map(|i| self.series_of(i)).collect();
        let ids: Vec<i64> = body["optionIds"]
            .as_array()
            .map_or_else(Vec::new, |ids| ids.iter().filter_map(Value::as_i64).collect());
        let filters = body["filters"].as_array().cloned().unwrap_or_default();
        if ids.is_empty() && filters.is_empty() {
            return Err(ApiError::missing("optionIds"));
        }
        if ids.len() > self.knobs.market.ids_max {
            return Err(ApiError::general(1003));
        }
        let filters = filters.iter().map(Filter::of).collect::<Result<Vec<_>, _>>()?;
        let wanted = |s: &&OptionSeries| {
            ids.contains(&s.id) || filters.iter().any(|filter| filter.lets_through(s))
        };
        let quotes: Vec<Value> =
            everything.iter().filter(wanted).map(|s| self.option_quote(s)).collect();
        Ok(json!({"optionQuotes": quotes}))
    }

    fn option_quote(&self, series: &OptionSeries) -> Value {
        let instrument = self.market.get(series.underlying);
        let print = instrument.and_then(|i| self.market.print(i, self.now));
        let spot = print.as_ref().and_then(|p| p.last.to_f64()).unwrap_or(0.0);
        let strike = series.strike.to_f64().unwrap_or(0.0);
        let years = self.days_to(series.expiry) as f64 / 252.0;
        let intrinsic = if series.call { spot - strike } else { strike - spot }.max(0.0);
        let value = intrinsic + 0.4 * spot * self.knobs.market.option_volatility * years.sqrt();
        let cents = |x: f64| (x.max(0.01) * 100.0).round() / 100.0;
        let (bid, ask) = (cents(value - 0.02), cents(value + 0.02));
        json!({
            "underlying": instrument.map(|i| i.symbol.clone()), "underlyingId": series.underlying,
            "symbol": series.symbol(), "symbolId": series.id,
            "bidPrice": bid, "bidSize": 10, "askPrice": ask, "askSize": 10,
            "lastTradePriceTrHrs": Value::Null, "lastTradePrice": Value::Null, "lastTradeSize": 0,
            "lastTradeTick": Value::Null, "lastTradeTime": Value::Null, "volume": 0,
            "openPrice": 0, "highPrice": 0, "lowPrice": 0,
            "volatility": self.knobs.market.option_volatility * 100.0,
            "delta": Value::Null, "gamma": Value::Null, "theta": Value::Null, "vega": Value::Null,
            "rho": Value::Null, "openInterest": 0, "delay": i64::from(!self.knobs.market.real_time),
            "isHalted": false, "VWAP": 0,
        })
    }

    /// Each variant at the sum of its legs' sides.
    pub(crate) fn read_strategy_quotes(&self, body: &[u8]) -> Result<Value, ApiError> {
        let body = object(body)?;
        let variants = body["variants"].as_array().ok_or_else(|| ApiError::missing("variants"))?;
        let quotes =
            variants.iter().map(|v| self.strategy_quote(v)).collect::<Result<Vec<_>, _>>()?;
        Ok(json!({"strategyQuotes": quotes}))
    }

    fn strategy_quote(&self, variant: &Value) -> Result<Value, ApiError> {
        let legs = variant["legs"].as_array().filter(|legs| (1..=4).contains(&legs.len()));
        let legs = legs.ok_or_else(|| ApiError::invalid("legs"))?;
        let all: Vec<OptionSeries> = self.market.all().flat_map(|i| self.series_of(i)).collect();
        let (mut bid, mut ask, mut underlying) = (0.0, 0.0, None);
        for leg in legs {
            let id = integer(leg, "symbolId")?;
            let series = all.iter().find(|s| s.id == id).ok_or_else(|| ApiError::general(1019))?;
            let quote = self.option_quote(series);
            let side = |name: &str| quote[name].as_f64().unwrap_or(0.0);
            let ratio = leg["ratio"].as_f64().unwrap_or(1.0);
            let sells = leg["action"] == "Sell";
            bid += ratio * if sells { -side("askPrice") } else { side("bidPrice") };
            ask += ratio * if sells { -side("bidPrice") } else { side("askPrice") };
            underlying = self.market.get(series.underlying);
        }
        let cents = |x: f64| (x * 100.0).round() / 100.0;
        Ok(json!({
            "variantId": variant["variantId"], "bidPrice": cents(bid), "askPrice": cents(ask),
            "underlying": underlying.map(|i| i.symbol.clone()),
            "underlyingId": underlying.map(|i| i.id), "openPrice": Value::Null,
            "volatility": Value::Null, "delta": Value::Null, "gamma": Value::Null,
            "theta": Value::Null, "vega": Value::Null, "rho": Value::Null,
            "isRealTime": self.knobs.market.real_time,
        }))
    }
}

/// A filter of option quotes. Both spellings of the strike bounds are read.
struct Filter {
    underlying: i64,
    expiry: Date,
    call: Option<bool>,
    strikes: (Option<f64>, Option<f64>),
}

impl Filter {
    fn of(body: &Value) -> Result<Self, ApiError> {
        let expiry = body["expiryDate"].as_str().ok_or_else(|| ApiError::missing("expiryDate"))?;
        let expiry: BrokerTime = expiry.parse().map_err(|_| ApiError::invalid("expiryDate"))?;
        let bound = |a: &str, b: &str| body[a].as_f64().or(body[b].as_f64());
        Ok(Self {
            underlying: integer(body, "underlyingId")?,
            expiry: expiry.eastern_date(),
            call: body["optionType"].as_str().map(|word| word == "Call"),
            strikes: (
                bound("minstrikePrice", "minStrikePrice"),
                bound("maxstrikePrice", "maxStrikePrice"),
            ),
        })
    }

    fn lets_through(&self, series: &OptionSeries) -> bool {
        let strike = series.strike.to_f64().unwrap_or(0.0);
        series.underlying == self.underlying
            && series.expiry == self.expiry
            && self.call.is_none_or(|call| call == series.call)
            && self.strikes.0.is_none_or(|min| strike >= min)
            && self.strikes.1.is_none_or(|max| strike <= max)
    }
}

/// The third Fridays of the next month and of the one half a year later.
fn expiries(from: Date) -> [Date; 2] {
    [1, 6].map(|months| {
        let month = from.first_of_month().checked_add(months.months()).unwrap_or(from);
        month.nth_weekday_of_month(3, jiff::civil::Weekday::Friday).unwrap_or(month)
    })
}
