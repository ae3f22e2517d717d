//! Calls that read symbols and markets.

use jiff::ToSpan as _;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tradebot_broker_questrade::candle::CandlesReply;
use tradebot_broker_questrade::market::{Market as Row, MarketsReply};
use tradebot_broker_questrade::option::Deliverables;
use tradebot_broker_questrade::quote::{Quote, QuotesReply};
use tradebot_broker_questrade::symbol::{
    MinTick, SearchReply, SymbolDetail, SymbolMatch, SymbolsReply,
};
use tradebot_broker_questrade::words::{Currency, Exchange as Listing, TickType};
use tradebot_domain::{ActionKind, Bar, Exchange, Timestamp};

use super::World;
use super::error::ApiError;
use super::market::tape::{price, units};
use super::market::{Instrument, Interval, Market, Print, Window};
use super::reads::{ids_of, moment, tree};
use super::time::{date_of, eastern, later_s, midnight};
use crate::http::Parameters;

/// What `snapQuotesLimit` says of a user with real-time data.
const UNLIMITED: i64 = 2_147_483_647;

impl World {
    pub(crate) fn read_symbols(
        &self,
        in_path: Option<&str>,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        let (ids, names) = (in_path.or_else(|| query.get("ids")), query.get("names"));
        let found: Vec<&Instrument> = match (ids, names) {
            (Some(_), Some(_)) => return Err(ApiError::invalid("names")),
            (None, None) => return Err(ApiError::missing("ids")),
            (Some(ids), None) => self.instruments(ids)?,
            (None, Some(names)) => {
                names.split(',').filter_map(|n| self.market.named(n.trim())).collect()
            }
        };
        tree(&SymbolsReply { symbols: found.into_iter().map(|i| self.detail(i)).collect() })
    }

    /// Instruments of a list of ids. A single unknown id is 404/1019; in a list it is left out.
    pub(crate) fn instruments(&self, ids: &str) -> Result<Vec<&Instrument>, ApiError> {
        let ids = ids_of(ids)?;
        if ids.len() > self.knobs.market.ids_max {
            return Err(ApiError::general(1003));
        }
        let found: Vec<&Instrument> = ids.iter().filter_map(|id| self.market.get(*id)).collect();
        let strict = ids.len() == 1 || self.knobs.market.unknown_in_list_is_404;
        if strict && found.len() < ids.len() {
            return Err(ApiError::general(1019));
        }
        Ok(found)
    }

    fn detail(&self, instrument: &Instrument) -> SymbolDetail {
        let today = self.today;
        let past = instrument.before(today);
        let year = &past[past.len().saturating_sub(252)..];
        let adjusted = |bar: &Bar, x: f64| x / instrument.split_factor(bar.date.date(), today);
        let highest = year.iter().map(|b| units(adjusted(b, b.high))).max().map(price);
        let lowest = year.iter().map(|b| units(adjusted(b, b.low))).min().map(price);
        // Dividends are announced some weeks ahead; a later one is not known yet.
        let announced = today.checked_add(21.days()).unwrap_or(today);
        let dividend = instrument.actions.iter().rev().find_map(|a| match a.kind {
            ActionKind::Dividend { amount } if a.ex_date <= announced => Some((amount, a.ex_date)),
            _ => None,
        });
        let close = past.last().map(|b| price(units(adjusted(b, b.close))));
        SymbolDetail {
            symbol: instrument.symbol.clone(),
            symbol_id: instrument.id,
            description: instrument.description.clone(),
            security_type: instrument.kind.clone(),
            listing_exchange: instrument.exchange.clone(),
            currency: instrument.currency.clone(),
            is_tradable: instrument.tradable,
            is_quotable: true,
            has_options: has_options(instrument),
            trade_unit: 1,
            min_ticks: min_ticks(instrument),
            prev_day_close_price: close,
            high_price_52: highest,
            low_price_52: lowest,
            average_volume_3_months: mean_volume(past, 63),
            average_volume_20_days: mean_volume(past, 20),
            outstanding_shares: None,
            eps: None,
            pe: None,
            dividend: dividend.map(|(amount, _)| amount),
            dividend_yield: None,
            market_cap: None,
            ex_date: dividend.map(|(_, date)| eastern(midnight(date))),
            dividend_date: None,
            option_type: None,
            option_duration_type: None,
            option_root: String::new(),
            option_exercise_type: None,
            option_expiry_date: None,
            option_strike_price: None,
            option_contract_deliverables: Deliverables::default(),
            industry_sector: String::new(),
            industry_group: String::new(),
            industry_subgroup: String::new(),
        }
    }

    pub(crate) fn read_search(&self, query: &Parameters) -> Result<Value, ApiError> {
        let prefix = query.get("prefix").filter(|p| !p.is_empty());
        let prefix = prefix.ok_or_else(|| ApiError::missing("prefix"))?.to_ascii_uppercase();
        let offset: usize = match query.get("offset") {
            Some(text) => text.parse().map_err(|_| ApiError::invalid("offset"))?,
            None => 0,
        };
        let by_word = |i: &&Instrument| {
            i.symbol.to_ascii_uppercase().starts_with(&prefix)
                || i.description.split(' ').any(|word| word.starts_with(&prefix))
        };
        let row = |i: &Instrument| SymbolMatch {
            symbol: i.symbol.clone(),
            symbol_id: i.id,
            description: i.description.clone(),
            security_type: i.kind.clone(),
            listing_exchange: i.exchange.clone(),
            is_tradable: i.tradable,
            is_quotable: true,
            currency: i.currency.clone(),
        };
        let page = self.knobs.market.search_page;
        let symbols = self.market.all().filter(by_word).skip(offset).take(page).map(row).collect();
        tree(&SearchReply { symbols })
    }

    pub(crate) fn read_markets(&self) -> Result<Value, ApiError> {
        let limit =
            if self.knobs.market.real_time { UNLIMITED } else { self.knobs.market.snap_quotes };
        // Filled in on holidays too: this is no calendar.
        let hour =
            |h: i64, m: i64| Some(eastern(later_s(midnight(self.today), h * 3_600 + m * 60)));
        let row = |name: &str| {
            let listing = Listing::from(name);
            let canadian = ["TSX", "TSXV", "CNSX", "MX"].contains(&name);
            let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
            Row {
                name: listing,
                trading_venues: texts(&[name]),
                default_trading_venue: "AUTO".to_owned(),
                primary_order_routes: texts(&["AUTO"]),
                secondary_order_routes: texts(&[name, "AUTO"]),
                level_1_feeds: texts(&[name]),
                level_2_feeds: Vec::new(),
                extended_start_time: hour(7, 0),
                start_time: hour(9, 30),
                end_time: hour(16, 0),
                extended_end_time: hour(20, 0),
                currency: Some(if canadian { Currency::Cad } else { Currency::Usd }),
                snap_quotes_limit: limit,
            }
        };
        let names = [
            "TSX", "TSXV", "CNSX", "MX", "NASDAQ", "NYSE", "NYSEAM", "ARCA", "OPRA", "PINX",
            "OTCBB",
        ];
        tree(&MarketsReply { markets: names.into_iter().map(row).collect() })
    }

    pub(crate) fn read_quotes(
        &mut self,
        in_path: Option<&str>,
        query: &Parameters,
    ) -> Result<Value, ApiError> {
        let ids = in_path.or_else(|| query.get("ids")).ok_or_else(|| ApiError::missing("ids"))?;
        let ids: Vec<i64> = self.instruments(ids)?.into_iter().map(|i| i.id).collect();
        if query.get("stream").is_some_and(|s| s.eq_ignore_ascii_case("true")) {
            return self.subscribe_quotes(&ids, query);
        }
        let quotes = ids.into_iter().filter_map(|id| self.snap_quote(id)).collect();
        tree(&QuotesReply { quotes })
    }

    /// A quote of a snap-quote user: real-time while the quota lasts, then delayed without a word.
    fn snap_quote(&mut self, id: i64) -> Option<Quote> {
        let market = self.market.get(id)?.exchange.as_str().to_owned();
        let fresh = self.knobs.market.real_time
            || self.market.snap(&market, self.today, self.knobs.market.snap_quotes);
        self.quote(id, !fresh)
    }

    /// A quote as of now, or as of the delay ago.
    pub(crate) fn quote(&self, id: i64, delayed: bool) -> Option<Quote> {
        let instrument = self.market.get(id)?;
        let knobs = &self.knobs.market;
        let at = later_s(self.now, if delayed { -60 * knobs.delay_minutes } else { 0 });
        let print = self.market.print(instrument, at)?;
        let closed = knobs.null_when_closed && !print.open;
        let sides = Market::sides(instrument, &print, knobs.half_spread_ticks);
        let (bid, ask) = if closed || !instrument.tradable { (None, None) } else { sides };
        Some(self.quote_of(instrument, &print, (bid, ask), i64::from(delayed)))
    }

    fn quote_of(
        &self,
        instrument: &Instrument,
        print: &Print,
        (bid, ask): (Option<Decimal>, Option<Decimal>),
        delay: i64,
    ) -> Quote {
        let detail = self.detail(instrument);
        let none = (!self.knobs.market.null_before_trade).then_some(Decimal::ZERO);
        let day = |pick: fn(&(Decimal, Decimal, Decimal)) -> Decimal| {
            print.day.as_ref().map(pick).or(none)
        };
        let size = |side: Option<Decimal>, lots: i64| side.map_or(0, |_| lots);
        let tick = match print.last.cmp(&print.before) {
            std::cmp::Ordering::Greater => TickType::Up,
            std::cmp::Ordering::Less => TickType::Down,
            std::cmp::Ordering::Equal => TickType::Equal,
        };
        Quote {
            symbol: instrument.symbol.clone(),
            symbol_id: instrument.id,
            tier: String::new(),
            bid_price: bid,
            bid_size: size(bid, 12),
            ask_price: ask,
            ask_size: size(ask, 7),
            last_trade_price_tr_hrs: Some(print.last),
            last_trade_price: Some(print.last),
            last_trade_size: 100,
            last_trade_tick: Some(tick),
            last_trade_time: Some(eastern(print.time)),
            volume: print.volume,
            open_price: day(|d| d.0),
            high_price: day(|d| d.1),
            low_price: day(|d| d.2),
            delay,
            is_halted: instrument.halted,
            high_52_weeks: detail.high_price_52,
            low_52_weeks: detail.low_price_52,
            vwap: Some(print.vwap),
        }
    }

    pub(crate) fn read_candles(&self, id: &str, query: &Parameters) -> Result<Value, ApiError> {
        let id: i64 = id.parse().map_err(|_| ApiError::invalid("id"))?;
        let instrument = self.market.get(id).ok_or_else(|| ApiError::general(1019))?;
        let need = |name: &str| moment(query, name)?.ok_or_else(|| ApiError::missing(name));
        let (from, to): (Timestamp, Timestamp) = (need("startTime")?, need("endTime")?);
        if to <= from {
            return Err(ApiError::invalid("endTime"));
        }
        let interval = query.get("interval").unwrap_or("OneDay");
        let interval = Interval::of(interval).ok_or_else(|| ApiError::invalid("interval"))?;
        let knobs = &self.knobs.market;
        let shape = (knobs.candles_max, knobs.split_adjusted, knobs.clip_candles);
        let found =
            self.market.candles(instrument, (Window { from, to }, self.now), interval, shape);
        let candles = found.map_err(|_| ApiError::invalid("startTime"))?;
        tree(&CandlesReply { candles })
    }

    /// US sessions from today to a date.
    pub(crate) fn days_to(&self, date: tradebot_domain::Date) -> i64 {
        Exchange::Xnys.sessions_between(date_of(self.now), date).map_or(0, i64::from)
    }
}

fn min_ticks(instrument: &Instrument) -> Vec<MinTick> {
    let step = |(pivot, min_tick)| MinTick { pivot, min_tick };
    instrument.ticks().into_iter().map(step).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "volumes are far below what an i64 holds")]
fn mean_volume(bars: &[Bar], sessions: usize) -> Option<Decimal> {
    let last = &bars[bars.len().saturating_sub(sessions)..];
    let sum: f64 = last.iter().map(|b| b.volume).sum();
    (!last.is_empty()).then(|| Decimal::from((sum / last.len() as f64) as i64))
}

/// The body of a reply that has to be an object.
pub(crate) fn object(body: &[u8]) -> Result<Value, ApiError> {
    let value: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    if value.is_object() { Ok(value) } else { Err(ApiError::invalid("body")) }
}

/// Options are made up for these.
pub(crate) fn has_options(instrument: &Instrument) -> bool {
    instrument.tradable && ["ZZQ.TO", "ZZQ", "IBM"].contains(&instrument.symbol.as_str())
}

/// An empty option chain.
pub(crate) fn no_options() -> Value {
    json!({"optionChain": []})
}
