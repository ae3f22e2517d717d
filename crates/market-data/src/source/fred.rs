//! FRED: series of numbers of the Federal Reserve Bank of St. Louis, with a free key.
//!
//! **Source:** its documentation of `fred/series/observations`: 120 calls a minute; a value is a
//! text, `.` where there is none.

use std::sync::Arc;

use serde_json::Value;

use super::body::{decimal, json, shown, str_of};
use super::fault::Fault;
use super::http::{Call, Http, Key, KeyPlace};
use super::rows::{Sieve, date};
use super::text::words;
use super::valet::in_order;
use super::{About, Answer, Capability, Observation, Observations, SeriesAsk, Source};
use crate::cache::Kind;

const ABOUT: About = About { name: "fred", unofficial: false, can: &[Capability::Series] };
const ROOT: &str = "https://api.stlouisfed.org/fred";

/// FRED with a key.
#[derive(Debug, Clone)]
pub struct Fred {
    http: Arc<Http>,
    key: Key,
}

impl Fred {
    /// Asks over `http` with `key`.
    pub const fn new(http: Arc<Http>, key: Key) -> Self {
        Self { http, key }
    }
}

impl Source for Fred {
    fn about(&self) -> About {
        ABOUT
    }

    fn series<'a>(&'a self, ask: &'a SeriesAsk) -> Answer<'a, Observations> {
        let call = Call {
            about: ABOUT,
            route: "observations",
            root: self.http.place().root(ABOUT.name, ROOT),
            path: &["series", "observations"],
            query: vec![
                ("series_id", ask.id.clone()),
                ("file_type", "json".to_owned()),
                ("observation_start", ask.from.to_string()),
                ("observation_end", ask.to.to_string()),
            ],
            key: Some((KeyPlace::Query("api_key"), &self.key)),
            kind: Kind::DailyBars,
            explain,
        };
        Box::pin(self.http.ask(call, |body| parse(body, ask)))
    }
}

/// Its errors are status 400 with a sentence.
fn explain(status: u16, text: &str) -> Option<Fault> {
    let value: Value = serde_json::from_str(text).ok()?;
    let said = str_of(&value, "error_message")?;
    let (lower, words) = (said.to_ascii_lowercase(), words(said));
    Some(if lower.contains("api_key") {
        Fault::KeyRefused { words }
    } else if lower.contains("series does not exist") {
        Fault::Unknown { name: words }
    } else if status == 429 || lower.contains("too many requests") {
        Fault::Limited { words, retry_after: None, in_words: status == 200 }
    } else if status >= 500 {
        Fault::Down { status, words }
    } else {
        Fault::Apology { words }
    })
}

/// Observations between the dates asked for.
///
/// # Errors
/// What a body can be instead; its error object is named.
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
        let read = date(str_of(row, "date").unwrap_or_default()).and_then(|date| {
            let value = match row.get("value") {
                Some(Value::String(text)) if matches!(text.trim(), "." | "") => None,
                Some(value) => {
                    Some(decimal(value).ok_or_else(|| format!("`{}` is no number", shown(value)))?)
                }
                None => return Err("value is missing".to_owned()),
            };
            Ok(Observation { date, value })
        });
        values.extend(sieve.keep(|| format!("{field}[{at}]"), read));
    }
    let kept = values.len();
    let values = in_order(values, (ask.from, ask.to), &mut sieve);
    Ok(Observations { values, left_out: sieve.finish(kept)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Date;

    fn ask() -> SeriesAsk {
        let id = "VIXCLS".to_owned();
        SeriesAsk { id, from: Date::constant(2026, 7, 1), to: Date::constant(2026, 7, 31) }
    }

    #[test]
    fn a_missing_number_is_one_and_a_wrong_one_is_left_out() {
        let text = br#"{"observations":[{"date":"2026-07-08","value":"15.89"},{"date":"2026-07-07","value":"16.44"},{"date":"2026-07-03","value":"."},{"date":"2026-07-09","value":"x"},{"date":"2026-06-01","value":"1"},{"value":"1"}]}"#;
        let read = parse(text, &ask()).unwrap();
        let values: Vec<Option<String>> =
            read.values.iter().map(|o| o.value.map(|v| v.to_string())).collect();
        assert_eq!(values, [None, Some("16.44".to_owned()), Some("15.89".to_owned())]);
        assert_eq!(read.left_out.len(), 2);
    }

    #[test]
    fn its_sentences_are_named() {
        let of = |said: &str| {
            explain(400, &format!(r#"{{"error_code":400,"error_message":"{said}"}}"#))
                .unwrap()
                .name()
        };
        assert_eq!(
            of("Bad Request.  The value for variable api_key is not registered."),
            "key_refused"
        );
        assert_eq!(of("Bad Request.  The series does not exist."), "unknown");
        assert_eq!(of("Too Many Requests.  Exceeded Rate Limit"), "limited");
        assert_eq!(of("Bad Request."), "apology");
        assert_eq!(parse(b"{}", &ask()).unwrap_err().name(), "missing");
    }
}
