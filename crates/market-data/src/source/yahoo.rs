//! Yahoo's chart interface. **Unofficial**: nobody promised it, its terms speak against programs, it
//! changes without a word. It is off unless somebody names it.
//!
//! **Source:** what public clients of the interface were seen to send and get. Its prices are adjusted
//! for splits that came later; they are turned back into prices as traded with the splits it tells,
//! which is why the span asked for always reaches to now. Toronto's units are spelled `-UN.TO`.

use std::sync::Arc;

use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;
use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Decimal, Symbol, Timestamp};

use super::body::{decimal, json, number, shown, str_of};
use super::fault::Fault;
use super::finnhub::moment;
use super::http::{Call, Http};
use super::rows::{Sieve, bar};
use super::text::words;
use super::{About, Answer, Bars, BarsAsk, Capability, Source};
use crate::cache::Kind;

const ABOUT: About = About { name: "yahoo", unofficial: true, can: &[Capability::DailyBars] };
const ROOT: &str = "https://query1.finance.yahoo.com";

/// Yahoo's charts.
#[derive(Debug, Clone)]
pub struct Yahoo(Arc<Http>);

impl Yahoo {
    /// Asks over `http`.
    pub const fn new(http: Arc<Http>) -> Self {
        Self(http)
    }
}

impl Source for Yahoo {
    fn about(&self) -> About {
        ABOUT
    }

    fn daily_bars<'a>(&'a self, ask: &'a BarsAsk) -> Answer<'a, Bars> {
        Box::pin(async move {
            let symbol = spelled(ask.symbol);
            let midnight = |date: Date| {
                let zoned = date.to_zoned(jiff::tz::TimeZone::UTC);
                zoned.map_or(0, |z| z.timestamp().as_second())
            };
            // To the end of today: splits after the last bar asked for change the bars before.
            let now = self.0.governor().clock().wall().as_second().max(midnight(ask.to));
            let end = (now / 86_400 + 1) * 86_400;
            let call = Call {
                about: ABOUT,
                route: "chart",
                root: self.0.place().root(ABOUT.name, ROOT),
                path: &["v8", "finance", "chart", &symbol],
                query: vec![
                    ("period1", midnight(ask.from).to_string()),
                    ("period2", end.to_string()),
                    ("interval", "1d".to_owned()),
                    ("events", "div,splits".to_owned()),
                    ("includePrePost", "false".to_owned()),
                ],
                key: None,
                kind: Kind::DailyBars,
                explain,
            };
            self.0.ask(call, |body| parse(body, ask)).await
        })
    }
}

/// Our symbol in its spelling.
fn spelled(symbol: Symbol) -> String {
    let text = symbol.as_str();
    match text.strip_suffix(".TO") {
        Some(stem) => format!("{}.TO", stem.replace('.', "-")),
        None => text.replace('.', "-"),
    }
}

/// `chart.error`, and limits told as a sentence.
fn explain(status: u16, text: &str) -> Option<Fault> {
    let sentence = !text.trim_start().starts_with(['{', '[', '<']);
    if sentence && text.to_ascii_lowercase().contains("too many requests") {
        return Some(Fault::Limited {
            words: words(text),
            retry_after: None,
            in_words: status == 200,
        });
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let error = value.pointer("/chart/error").or_else(|| value.pointer("/finance/error"))?;
    let code = str_of(error, "code")?;
    let said = words(str_of(error, "description").unwrap_or(code));
    Some(match code {
        "Not Found" => Fault::Unknown { name: said },
        "Unauthorized" => Fault::KeyRefused { words: said },
        _ if status >= 500 => Fault::Down { status, words: said },
        _ => Fault::Apology { words: said },
    })
}

/// Bars and actions as they were traded, of the span asked for.
///
/// # Errors
/// Its own error object by name; what a body can be instead.
pub fn parse(body: &[u8], ask: &BarsAsk) -> Result<Bars, Fault> {
    if let Ok(text) = super::body::text(body)
        && let Some(fault) = explain(200, text)
    {
        return Err(fault);
    }
    let value = json(body)?;
    let field = "chart.result[0]";
    let result = value.pointer("/chart/result/0").filter(|r| r.is_object());
    let result = result.ok_or(Fault::Missing { field })?;
    let zone = zone_of(result)?;
    let mut sieve = Sieve::default();
    let rows = rows(result, &zone, &mut sieve)?;
    let kept = rows.len();
    let adjusted = sieve.in_order(rows);
    let actions = actions(result, &zone, &mut sieve);
    let (bars, actions) = as_traded(adjusted, actions);
    let inside = |date: Date| (ask.from..=ask.to).contains(&date);
    let currency = result.pointer("/meta/currency").and_then(Value::as_str);
    Ok(Bars {
        bars: bars.into_iter().filter(|bar| inside(bar.date.date())).collect(),
        actions: actions.into_iter().filter(|action| inside(action.ex_date)).collect(),
        tells_actions: true,
        currency: currency.and_then(|code| code.parse().ok()),
        is_cut: false,
        left_out: sieve.finish(kept)?,
    })
}

fn zone_of(result: &Value) -> Result<jiff::tz::TimeZone, Fault> {
    let field = "meta.exchangeTimezoneName";
    let name = result.pointer("/meta/exchangeTimezoneName").and_then(Value::as_str);
    let name = name.ok_or(Fault::Missing { field })?;
    jiff::tz::TimeZone::get(name).map_err(|_| Fault::Missing { field })
}

fn rows(result: &Value, zone: &jiff::tz::TimeZone, sieve: &mut Sieve) -> Result<Vec<Bar>, Fault> {
    let field = "timestamp";
    let times = match result.get(field) {
        Some(Value::Array(times)) => times.as_slice(),
        // A span without a session has no such list.
        None => return Ok(Vec::new()),
        Some(_) => return Err(Fault::Missing { field }),
    };
    let field = "indicators.quote[0]";
    let quote = result.pointer("/indicators/quote/0").ok_or(Fault::Missing { field })?;
    let mut bars = Vec::new();
    for (at, time) in times.iter().enumerate() {
        let cell = |name: &str| quote.get(name).and_then(|column| column.get(at));
        let columns = ["open", "high", "low", "close", "volume"].map(cell);
        // A session without a trade, or one that has not begun, is a row of nulls.
        if columns[..4].iter().all(|cell| cell.is_none_or(Value::is_null)) {
            continue;
        }
        let values = columns.map(|cell| cell.and_then(number).map(shortest));
        let read = day(time, zone)
            .ok_or_else(|| format!("`{}` is no moment", shown(time)))
            .and_then(|date| bar(date, values));
        bars.extend(sieve.keep(|| format!("timestamp[{at}]"), read));
    }
    Ok(bars)
}

fn day(time: &Value, zone: &jiff::tz::TimeZone) -> Option<Date> {
    let at: Timestamp = moment(number(time)?)?;
    Some(zone.to_datetime(at).date())
}

/// Prices come as the doubles next to single-precision numbers: 36.43000030517578 was 36.43.
fn shortest(value: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "only kept where nothing is lost")]
    let single = value as f32;
    if f64::from(single) == value { single.to_string().parse().unwrap_or(value) } else { value }
}

fn actions(result: &Value, zone: &jiff::tz::TimeZone, sieve: &mut Sieve) -> Vec<CorporateAction> {
    let mut all = Vec::new();
    let mut of = |kind: &str, read: fn(&Value) -> Option<ActionKind>| {
        let rows = result.pointer(&format!("/events/{kind}")).and_then(Value::as_object);
        for row in rows.into_iter().flat_map(serde_json::Map::values) {
            let action = row.get("date").and_then(|time| day(time, zone)).zip(read(row));
            let action = action.ok_or_else(|| format!("not understood: {}", shown(row)));
            let action = sieve.keep(|| format!("events.{kind}"), action);
            all.extend(action.map(|(ex_date, kind)| CorporateAction { ex_date, kind }));
        }
    };
    of("splits", |row| {
        let part = |name: &str| row.get(name).and_then(decimal).filter(|n| *n > Decimal::ZERO);
        let ratio = part("numerator")?.checked_div(part("denominator")?)?;
        (ratio > Decimal::ZERO).then_some(ActionKind::Split { ratio })
    });
    of("dividends", |row| {
        let amount = row.get("amount").and_then(decimal).filter(|n| *n > Decimal::ZERO)?;
        Some(ActionKind::Dividend { amount })
    });
    all.sort_by_key(|action| action.ex_date);
    all
}

/// Takes the splits of later dates out of prices, volumes and dividends.
fn as_traded(
    adjusted: Vec<Bar>,
    mut actions: Vec<CorporateAction>,
) -> (Vec<Bar>, Vec<CorporateAction>) {
    let splits: Vec<(Date, Decimal)> = actions
        .iter()
        .filter_map(|action| match action.kind {
            ActionKind::Split { ratio } => Some((action.ex_date, ratio)),
            ActionKind::Dividend { .. } => None,
        })
        .collect();
    let later = |date: Date| {
        let mut ratios = splits.iter().filter(|(ex_date, _)| *ex_date > date);
        ratios.try_fold(Decimal::ONE, |product, (_, ratio)| product.checked_mul(*ratio))
    };
    let factor =
        |date: Date| later(date).and_then(|f| f.to_f64()).filter(|f| f.is_finite() && *f > 0.0);
    let bars = adjusted.into_iter().filter_map(|bar| {
        let factor = factor(bar.date.date())?;
        Some(if factor == 1.0 { bar } else { cents(bar.scaled(factor)) })
    });
    let bars = bars.collect();
    for action in &mut actions {
        if let ActionKind::Dividend { amount } = &mut action.kind
            && let Some(told) = later(action.ex_date).and_then(|f| amount.checked_mul(f))
        {
            *amount = told.round_dp(6);
        }
    }
    (bars, actions)
}

/// Prices were traded in ten-thousandths at the finest, shares in whole ones.
fn cents(bar: Bar) -> Bar {
    let round = |price: f64| (price * 1e4).round() / 1e4;
    Bar {
        open: round(bar.open),
        high: round(bar.high),
        low: round(bar.low),
        close: round(bar.close),
        volume: bar.volume.round(),
        ..bar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> BarsAsk {
        let symbol = Symbol::new("HOM.UN.TO").unwrap();
        BarsAsk { symbol, from: Date::constant(2026, 7, 7), to: Date::constant(2026, 7, 9) }
    }

    const GOOD: &str = r#"{"chart":{"result":[{"meta":{"currency":"CAD","symbol":"ZZQ.TO","exchangeTimezoneName":"America/Toronto"},
        "timestamp":[1783431000,1783517400,1783603800,1783690200],
        "events":{"splits":{"1783603800":{"date":1783603800,"numerator":2,"denominator":1,"splitRatio":"2:1"}},
                  "dividends":{"1783517400":{"date":1783517400,"amount":0.25}}},
        "indicators":{"quote":[{"open":[18.1,18.2,null,37],"high":[18.35000038146973,18.5,null,37],"low":[18.01,18,null,37],
            "close":[18.21500015258789,18.25,null,37],"volume":[1002466,501233,null,1]}],"adjclose":[{"adjclose":[1,1,1,1]}]}}],"error":null}}"#;

    #[test]
    fn prices_are_turned_back_into_those_that_were_traded() {
        let bars = parse(GOOD.as_bytes(), &ask()).unwrap();
        assert_eq!(bars.bars.len(), 2, "nulls are no bars, and the live row lies beyond");
        let first = bars.bars[0];
        assert_eq!((first.high, first.close, first.volume), (36.7, 36.43, 501_233.0));
        assert_eq!(bars.currency.unwrap().code(), "CAD");
        let kinds: Vec<String> = bars.actions.iter().map(|a| format!("{:?}", a.kind)).collect();
        assert_eq!(kinds, ["Dividend { amount: 0.50 }", "Split { ratio: 2 }"]);
        assert_eq!(spelled(ask().symbol), "HOM-UN.TO");
        assert_eq!(spelled(Symbol::new("BRK.B").unwrap()), "BRK-B");
        assert_eq!(spelled(Symbol::new("^VIX").unwrap()), "^VIX");
    }

    #[test]
    fn what_is_no_chart_is_named() {
        let of = |text: &str| parse(text.as_bytes(), &ask()).unwrap_err().name();
        for (text, name) in [
            (
                r#"{"chart":{"result":null,"error":{"code":"Not Found","description":"No data found, symbol may be delisted"}}}"#,
                "unknown",
            ),
            (
                r#"{"chart":{"result":null,"error":{"code":"Bad Request","description":"x"}}}"#,
                "apology",
            ),
            (
                r#"{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}"#,
                "key_refused",
            ),
            ("Too Many Requests\r\n", "limited"),
            ("Edge: Too Many Requests", "limited"),
            (r#"{"chart":{"result":null,"error":null}}"#, "missing"),
            (r#"{"chart":{"result":[{"meta":{}}],"error":null}}"#, "missing"),
            (
                r#"{"chart":{"result":[{"meta":{"exchangeTimezoneName":"Mars/Olympus"}}]}}"#,
                "missing",
            ),
            ("<html>", "html"),
        ] {
            assert_eq!(of(text), name, "{text}");
        }
        let empty = r#"{"chart":{"result":[{"meta":{"exchangeTimezoneName":"America/Toronto"},"indicators":{"quote":[{}]}}]}}"#;
        assert_eq!(parse(empty.as_bytes(), &ask()).unwrap().bars, []);
    }

    #[test]
    fn single_precision_becomes_the_decimal_that_was_meant() {
        assert_eq!(shortest(36.430_000_305_175_78), 36.43);
        assert_eq!(shortest(36.43), 36.43);
        assert_eq!(shortest(501_233.0), 501_233.0);
    }
}
