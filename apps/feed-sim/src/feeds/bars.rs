//! Daily bars, quotes and overviews in the shapes of their providers.

use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Map, Value, json};
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date};

use super::market::{Market, our_name};
use crate::call::{Reply, Request};

/// Sessions that a free key of Alpha Vantage gets.
const COMPACT: usize = 100;

/// As traded, numbers as texts.
pub(super) fn alpha_vantage(market: &Market, today: Date, request: &Request) -> Reply {
    let spelled = request.parameter("symbol");
    if request.parameter("outputsize") == "full" {
        let text = "The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint.";
        return Reply::json(200, &json!({ "Information": text }));
    }
    let Some(share) = market.share("alpha_vantage", &our_name(spelled), today) else {
        let text =
            "Invalid API call. Please retry or visit the documentation for TIME_SERIES_DAILY.";
        return Reply::json(200, &json!({ "Error Message": text }));
    };
    let late = share.bars.len().saturating_sub(COMPACT);
    let day = |bar: &Bar| {
        let price = |price: f64| format!("{price:.4}");
        let row = json!({
            "1. open": price(bar.open), "2. high": price(bar.high), "3. low": price(bar.low),
            "4. close": price(bar.close), "5. volume": format!("{:.0}", bar.volume),
        });
        (bar.date.to_string(), row)
    };
    let days: Map<String, Value> = share.bars[late..].iter().map(day).collect();
    let meta = json!({"1. Information": "Daily Prices (open, high, low, close) and Volumes", "2. Symbol": spelled,
        "3. Last Refreshed": today.to_string(), "4. Output Size": "Compact", "5. Time Zone": "US/Eastern"});
    Reply::json(200, &json!({"Meta Data": meta, "Time Series (Daily)": days}))
}

/// A company's overview: numbers as texts, absences as `None` and `-`.
pub(super) fn overview(market: &Market, today: Date, request: &Request) -> Reply {
    let spelled = request.parameter("symbol");
    let share = market.share("alpha_vantage", &our_name(spelled), today);
    let Some((share, last)) = share.and_then(|s| s.bars.last().copied().map(|last| (s, last)))
    else {
        return Reply::json(200, &json!({}));
    };
    let dividend = share.actions.iter().rev().find_map(|action| match action.kind {
        ActionKind::Dividend { amount } => Some((action.ex_date, amount)),
        ActionKind::Split { .. } => None,
    });
    let (ex_date, amount) = dividend
        .map_or(("None".to_owned(), "None".to_owned()), |(date, amount)| {
            (date.to_string(), amount.normalize().to_string())
        });
    let value = json!({
        "Symbol": spelled, "AssetType": "Common Stock", "Name": format!("{spelled} Inc"),
        "Currency": share.currency, "Sector": "TECHNOLOGY", "PERatio": format!("{:.2}", last.close / 10.0),
        "EPS": "10.0", "Beta": "-", "DividendPerShare": amount, "ExDividendDate": ex_date,
        "MarketCapitalization": format!("{:.0}", last.close * 1e9), "LatestQuarter": today.to_string(),
    });
    Reply::json(200, &value)
}

/// A quote; zeros where the symbol is not known.
pub(super) fn quote(market: &Market, today: Date, request: &Request) -> Reply {
    let share = market.share("finnhub", request.parameter("symbol"), today);
    let bars = share.map(|share| share.bars).unwrap_or_default();
    let (Some(last), Some(before)) = (bars.last(), bars.iter().rev().nth(1)) else {
        return Reply::json(200, &json!({"c":0,"d":null,"dp":null,"h":0,"l":0,"o":0,"pc":0,"t":0}));
    };
    let change = last.close - before.close;
    let at = second(last.date.date(), 16, "America/New_York");
    Reply::json(
        200,
        &json!({"c": last.close, "d": change, "dp": change / before.close * 100.0, "h": last.high,
            "l": last.low, "o": last.open, "pc": before.close, "t": at}),
    )
}

/// Adjusted for later splits, in doubles next to single-precision numbers, with a row of nulls where
/// the span ends today.
pub(super) fn yahoo(market: &Market, today: Date, rest: &str, request: &Request) -> Reply {
    let spelled = rest.strip_prefix("v8/finance/chart/").unwrap_or_default();
    let Some(share) = market.share("yahoo", &our_name(spelled), today) else {
        let text = "No data found, symbol may be delisted";
        let error = json!({"code": "Not Found", "description": text});
        return Reply::json(404, &json!({"chart": {"result": null, "error": error}}));
    };
    let span = |name: &str, or: i64| request.parameter(name).parse().unwrap_or(or);
    let (from, to) = (span("period1", 0), span("period2", i64::MAX));
    let at = |date: Date| second(date, 9, share.zone) + 1_800;
    let inside = |date: Date| (from..to).contains(&at(date));
    let bars: Vec<Bar> = share
        .bars
        .iter()
        .filter(|bar| inside(bar.date.date()))
        .map(|bar| bar.scaled(1.0 / later_splits(&share.actions, bar.date.date())))
        .collect();
    let column = |of: fn(&Bar) -> f64| bars.iter().map(of).map(single).collect::<Vec<_>>();
    let quote = json!({"open": column(|b| b.open), "high": column(|b| b.high), "low": column(|b| b.low),
        "close": column(|b| b.close), "volume": bars.iter().map(|b| b.volume.round()).collect::<Vec<_>>()});
    let mut value = json!({
        "meta": {"currency": share.currency, "symbol": spelled, "exchangeTimezoneName": share.zone},
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": column(|b| b.close)}]},
    });
    if !bars.is_empty() {
        value["timestamp"] = bars.iter().map(|b| at(b.date.date())).collect();
    }
    let (mut splits, mut dividends) = (Map::new(), Map::new());
    for action in share.actions.iter().filter(|action| inside(action.ex_date)) {
        let time = at(action.ex_date);
        match action.kind {
            ActionKind::Split { ratio } => {
                let row = json!({"date": time, "numerator": ratio.to_f64(), "denominator": 1, "splitRatio": format!("{ratio}:1")});
                splits.insert(time.to_string(), row);
            }
            ActionKind::Dividend { amount } => {
                let factor = later_splits(&share.actions, action.ex_date);
                let told = amount.to_f64().unwrap_or_default() / factor;
                dividends.insert(time.to_string(), json!({"date": time, "amount": told}));
            }
        }
    }
    value["events"] = json!({"splits": splits, "dividends": dividends});
    Reply::json(200, &json!({"chart": {"result": [value], "error": null}}))
}

/// Product of the ratios of splits after a date.
fn later_splits(actions: &[CorporateAction], date: Date) -> f64 {
    actions
        .iter()
        .filter(|action| action.ex_date > date)
        .map(|action| match action.kind {
            ActionKind::Split { ratio } => ratio.to_f64().unwrap_or(1.0),
            ActionKind::Dividend { .. } => 1.0,
        })
        .product()
}

#[expect(clippy::cast_possible_truncation, reason = "that is what the provider does")]
fn single(price: f64) -> f64 {
    f64::from(price as f32)
}

/// Seconds since 1970 of a full hour of a date in a zone.
fn second(date: Date, hour: i8, zone: &str) -> i64 {
    date.at(hour, 0, 0, 0).in_tz(zone).map_or(0, |zoned| zoned.timestamp().as_second())
}
