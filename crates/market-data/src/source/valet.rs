//! Valet: exchange rates and other series of the Bank of Canada, without a key.
//!
//! **Source:** the bank's documentation of the Valet web services; daily rates such as `FXUSDCAD`
//! begin in 2017 and are published at 16:30 Eastern on the bank's business days.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tradebot_domain::Date;

use super::body::{decimal, json, shown, str_of};
use super::fault::Fault;
use super::http::{Call, Http};
use super::rows::{Sieve, date};
use super::text::words;
use super::{About, Answer, Capability, Observation, Observations, SeriesAsk, Source, SourceError};
use crate::cache::Kind;

const ABOUT: About = About { name: "valet", unofficial: false, can: &[Capability::Series] };
const ROOT: &str = "https://www.bankofcanada.ca/valet";
const ROUTE: &str = "observations";

/// The Bank of Canada's series.
#[derive(Debug, Clone)]
pub struct Valet(Arc<Http>);

impl Valet {
    /// Asks over `http`.
    pub const fn new(http: Arc<Http>) -> Self {
        Self(http)
    }
}

impl Source for Valet {
    fn about(&self) -> About {
        ABOUT
    }

    fn series<'a>(&'a self, ask: &'a SeriesAsk) -> Answer<'a, Observations> {
        Box::pin(async move {
            // The name becomes a part of the path.
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if ask.id.is_empty() || !ask.id.chars().all(plain) || ask.id.starts_with('.') {
                let fault = Fault::Unknown { name: words(&ask.id) };
                return Err(SourceError::new(ABOUT.name, ROUTE, fault));
            }
            let call = Call {
                about: ABOUT,
                route: ROUTE,
                root: self.0.place().root(ABOUT.name, ROOT),
                path: &["observations", &ask.id, "json"],
                query: vec![("start_date", ask.from.to_string()), ("end_date", ask.to.to_string())],
                key: None,
                kind: Kind::DailyBars,
                explain,
            };
            self.0.ask(call, |body| parse(body, ask)).await
        })
    }
}

/// Its errors are `{"message":"..."}`.
fn explain(status: u16, text: &str) -> Option<Fault> {
    let value: Value = serde_json::from_str(text).ok()?;
    if value.get("observations").is_some() {
        return None;
    }
    let said = words(str_of(&value, "message")?);
    Some(match status {
        404 => Fault::Unknown { name: said },
        500.. => Fault::Down { status, words: said },
        429 => Fault::Limited { words: said, retry_after: None, in_words: false },
        _ if said.to_ascii_lowercase().contains("not found") => Fault::Unknown { name: said },
        _ => Fault::Apology { words: said },
    })
}

/// Observations between the dates asked for.
///
/// # Errors
/// What a body can be instead; its message is named.
pub fn parse(body: &[u8], ask: &SeriesAsk) -> Result<Observations, Fault> {
    let value = json(body)?;
    if let Some(fault) = explain(200, &value.to_string()) {
        return Err(fault);
    }
    let field = "observations";
    let rows = value.get(field).and_then(Value::as_array).ok_or(Fault::Missing { field })?;
    let mut sieve = Sieve::default();
    let mut values = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let read = date(str_of(row, "d").unwrap_or_default()).and_then(|date| {
            // A day of another series of the same answer has no such field.
            let value = match row.get(&ask.id).and_then(|cell| cell.get("v")) {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) if text.trim().is_empty() => None,
                Some(value) => {
                    Some(decimal(value).ok_or_else(|| format!("`{}` is no number", shown(value)))?)
                }
            };
            Ok(Observation { date, value })
        });
        values.extend(sieve.keep(|| format!("{field}[{at}]"), read));
    }
    let kept = values.len();
    let values = in_order(values, (ask.from, ask.to), &mut sieve);
    Ok(Observations { values, left_out: sieve.finish(kept)? })
}

/// Each date once, in order, inside the span; of two numbers that contradict each other neither.
pub(super) fn in_order(
    values: Vec<Observation>,
    (from, to): (Date, Date),
    sieve: &mut Sieve,
) -> Vec<Observation> {
    let mut by_date: BTreeMap<Date, Option<Observation>> = BTreeMap::new();
    for value in values {
        let held = by_date.entry(value.date).or_insert(Some(value));
        if *held != Some(value) {
            *held = None;
            sieve.note(value.date.to_string(), "two different numbers for one date".to_owned());
        }
    }
    by_date.range(from..=to.max(from)).filter_map(|(_, value)| *value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> SeriesAsk {
        let id = "FXUSDCAD".to_owned();
        SeriesAsk { id, from: Date::constant(2026, 7, 1), to: Date::constant(2026, 7, 31) }
    }

    #[test]
    fn rates_are_exact_and_in_order() {
        let text = br#"{"terms":{"url":"x"},"seriesDetail":{"FXUSDCAD":{"label":"USD/CAD"}},"observations":[
            {"d":"2026-07-09","FXUSDCAD":{"v":"1.3856"}},{"d":"2026-07-08","FXUSDCAD":{"v":1.3850}},{"d":"2026-07-10"},
            {"d":"2026-07-13","FXUSDCAD":{"v":"n/a"}},{"d":"x"},{"d":"2026-07-14","FXUSDCAD":{"v":"1"}},{"d":"2026-07-14","FXUSDCAD":{"v":"2"}}]}"#;
        let read = parse(text, &ask()).unwrap();
        let values: Vec<String> = read
            .values
            .iter()
            .map(|o| format!("{} {:?}", o.date, o.value.map(|v| v.to_string())))
            .collect();
        assert_eq!(
            values,
            ["2026-07-08 Some(\"1.385\")", "2026-07-09 Some(\"1.3856\")", "2026-07-10 None"]
        );
        assert_eq!(read.left_out.len(), 3, "{:?}", read.left_out);
    }

    #[test]
    fn its_messages_are_named() {
        let text = r#"{"message":"Series FXNOPE not found.","docs":"https://example.com"}"#;
        assert_eq!(explain(404, text).unwrap().name(), "unknown");
        assert_eq!(parse(text.as_bytes(), &ask()).unwrap_err().name(), "unknown");
        assert_eq!(parse(br#"{"message":"maintenance"}"#, &ask()).unwrap_err().name(), "apology");
        assert_eq!(parse(b"[]", &ask()).unwrap_err().name(), "missing");
    }
}
