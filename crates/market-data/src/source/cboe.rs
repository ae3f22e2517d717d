//! Cboe: the history of its volatility indices, one CSV file each, whole every time.
//!
//! **Source:** `https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv`; columns
//! `DATE,OPEN,HIGH,LOW,CLOSE` or `DATE,<NAME>`, dates `MM/DD/YYYY`, no volume. For personal use.

use std::sync::Arc;

use tradebot_domain::{Bar, Date};

use super::fault::Fault;
use super::http::{Call, Http};
use super::rows::{Sieve, bar};
use super::text::words;
use super::{About, Answer, Bars, BarsAsk, Capability, Source, SourceError, body};
use crate::cache::Kind;

const ABOUT: About = About { name: "cboe", unofficial: false, can: &[Capability::DailyBars] };
const ROOT: &str = "https://cdn.cboe.com/api/global/us_indices/daily_prices";
const ROUTE: &str = "history";

/// Indices that have a file, by our names.
const INDICES: [(&str, &str); 6] = [
    ("^VIX", "VIX_History.csv"),
    ("^VIX9D", "VIX9D_History.csv"),
    ("^VIX3M", "VIX3M_History.csv"),
    ("^VVIX", "VVIX_History.csv"),
    ("^VXN", "VXN_History.csv"),
    ("^GVZ", "GVZ_History.csv"),
];

/// Cboe's files of volatility indices.
#[derive(Debug, Clone)]
pub struct Cboe(Arc<Http>);

impl Cboe {
    /// Asks over `http`.
    pub const fn new(http: Arc<Http>) -> Self {
        Self(http)
    }
}

impl Source for Cboe {
    fn about(&self) -> About {
        ABOUT
    }

    fn daily_bars<'a>(&'a self, ask: &'a BarsAsk) -> Answer<'a, Bars> {
        Box::pin(async move {
            let name = ask.symbol.as_str();
            let Some((_, file)) = INDICES.iter().find(|(index, _)| *index == name) else {
                let fault = Fault::Unknown { name: name.to_owned() };
                return Err(SourceError::new(ABOUT.name, ROUTE, fault));
            };
            let call = Call {
                about: ABOUT,
                route: ROUTE,
                root: self.0.place().root(ABOUT.name, ROOT),
                path: &[*file],
                query: Vec::new(),
                key: None,
                kind: Kind::DailyBars,
                explain: |_, _| None,
            };
            self.0.ask(call, |body| parse(body, ask.from, ask.to)).await
        })
    }
}

/// Bars of a history file between two dates.
///
/// # Errors
/// [`Fault::Header`] for other columns, [`Fault::NoRows`] when no row can be used, and what a body
/// can be instead of a text.
pub fn parse(body: &[u8], from: Date, to: Date) -> Result<Bars, Fault> {
    let text = body::text(body)?;
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let malformed = |e: csv::Error| Fault::Malformed { format: "CSV", detail: e.to_string() };
    let header: Vec<String> =
        reader.headers().map_err(malformed)?.iter().map(str::to_ascii_uppercase).collect();
    let columns = match header.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["DATE", "OPEN", "HIGH", "LOW", "CLOSE"] => [1, 2, 3, 4],
        // Some of the siblings have a close alone.
        ["DATE", name] if !name.is_empty() => [1, 1, 1, 1],
        _ => {
            let found = words(&header.join(","));
            return Err(Fault::Header { expected: "DATE,OPEN,HIGH,LOW,CLOSE", found });
        }
    };
    let mut sieve = Sieve::default();
    let mut bars = Vec::new();
    let ends_with_line = text.ends_with(['\n', '\r']);
    let mut records = reader.records().peekable();
    while let Some(record) = records.next() {
        let record = record.map_err(malformed)?;
        let line = record.position().map_or(0, csv::Position::line);
        // A last line without its end may be a line cut short: 16.44 and 16.4 both read.
        let row = if records.peek().is_none() && !ends_with_line && record.len() < header.len() {
            Err("the file ends in this line".to_owned())
        } else {
            row(&record, header.len(), columns)
        };
        bars.extend(sieve.keep(|| format!("line {line}"), row));
    }
    let kept = bars.len();
    let mut bars = sieve.in_order(bars);
    bars.retain(|bar| (from..=to).contains(&bar.date.date()));
    Ok(Bars { bars, left_out: sieve.finish(kept)?, ..Bars::default() })
}

fn row(record: &csv::StringRecord, width: usize, columns: [usize; 4]) -> Result<Bar, String> {
    if record.len() != width {
        return Err(format!("{} columns instead of {width}", record.len()));
    }
    let date = us_date(&record[0]).ok_or_else(|| format!("`{}` is no date", words(&record[0])))?;
    let [open, high, low, close] = columns.map(|at| record[at].parse::<f64>().ok());
    bar(date, [open, high, low, close, None])
}

/// `07/09/2026`.
fn us_date(text: &str) -> Option<Date> {
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::rows::LeftOut;
    use super::*;

    const GOOD: &str = "DATE,OPEN,HIGH,LOW,CLOSE\n07/07/2026,16.310000,17.020000,15.980000,16.440000\n\
                        07/08/2026,16.500000,16.910000,15.730000,15.890000\n";

    fn read(text: &str) -> Result<Bars, Fault> {
        parse(text.as_bytes(), Date::constant(2000, 1, 1), Date::constant(2030, 1, 1))
    }

    #[test]
    fn a_history_is_read_and_cut_to_the_dates_asked_for() {
        let bars = read(GOOD).unwrap();
        assert_eq!(bars.bars.len(), 2);
        assert_eq!((bars.bars[1].close, bars.bars[1].volume), (15.89, 0.0));
        assert!(!bars.tells_actions && bars.left_out.is_empty());
        let day = Date::constant(2026, 7, 8);
        assert_eq!(parse(GOOD.as_bytes(), day, day).unwrap().bars, bars.bars[1..]);
    }

    #[test]
    fn a_sibling_with_a_close_alone_is_read() {
        let bars = read("DATE,GVZ\n07/07/2026,16.5\n").unwrap().bars;
        assert_eq!((bars[0].open, bars[0].close), (16.5, 16.5));
    }

    #[test]
    fn rows_that_cannot_be_used_are_left_out_with_their_lines() {
        let text = format!(
            "{GOOD}13/45/2026,1,1,1,1\n07/09/2026,1,2\n07/10/2026,NaN,2,1,1\n07/13/2026,,,,\n07/14/2026,2,1,3,2\n07/06/2026,1,2,1,2\n07/07/2026,9,9,9,9"
        );
        let bars = read(&text).unwrap();
        let dates: Vec<String> = bars.bars.iter().map(|b| b.date.to_string()).collect();
        assert_eq!(dates, ["2026-07-06", "2026-07-08"], "in order; of two that differ, none");
        let places: Vec<&str> = bars.left_out.iter().map(|l: &LeftOut| l.place.as_str()).collect();
        assert_eq!(places, ["line 4", "line 5", "line 6", "line 7", "line 8", "2026-07-07"]);
    }

    #[test]
    fn what_is_no_history_is_named() {
        assert!(matches!(read("<html><title>Access denied</title>"), Err(Fault::Html { .. })));
        assert!(matches!(read(""), Err(Fault::Empty)));
        assert!(matches!(read("Date;Open\n"), Err(Fault::Header { .. })));
        assert!(matches!(read("DATE,OPEN,HIGH,LOW,CLOSE\nx,1,1,1,1\n"), Err(Fault::NoRows { .. })));
        let cut = &GOOD[..GOOD.len() - 8];
        assert_eq!(
            read(&GOOD[..GOOD.len() - 12]).unwrap().bars.len(),
            1,
            "a line cut short is no bar"
        );
        assert!(read(cut).is_ok());
    }
}
