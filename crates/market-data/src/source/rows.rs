//! Rows of bars on their way from a body to a series: each one usable, or left out with its reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Date};

use super::fault::Fault;

/// Rows left out that are told one by one; more are only counted, in the last one told.
const TOLD_MAX: usize = 50;

/// Something in an answer that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Where it stood: a line, a date, an index.
    pub place: String,
    /// Why.
    pub problem: String,
}

/// Collects values and what was left out.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    pub(super) left_out: Vec<LeftOut>,
    seen: usize,
    more: usize,
}

impl Sieve {
    /// Keeps a value, or notes why there is none.
    pub(super) fn keep<T>(
        &mut self,
        place: impl FnOnce() -> String,
        row: Result<T, String>,
    ) -> Option<T> {
        self.seen += 1;
        match row {
            Ok(value) => Some(value),
            Err(problem) => {
                self.note(place(), problem);
                None
            }
        }
    }

    /// Notes something left out.
    pub(super) fn note(&mut self, place: String, problem: String) {
        if self.left_out.len() < TOLD_MAX {
            self.left_out.push(LeftOut { place, problem });
        } else {
            self.more += 1;
        }
    }

    /// What was left out; an error where rows came and none could be used.
    pub(super) fn finish(mut self, kept: usize) -> Result<Vec<LeftOut>, Fault> {
        if kept == 0
            && let Some(first) = self.left_out.first()
        {
            let first = format!("{}: {}", first.place, first.problem);
            return Err(Fault::NoRows { rows: self.seen, first });
        }
        if self.more > 0 {
            let problem = format!("{} more rows were left out", self.more);
            self.left_out.push(LeftOut { place: "...".to_owned(), problem });
        }
        Ok(self.left_out)
    }

    /// Bars in order of their dates, each date once: repetitions are dropped, of two bars that
    /// contradict each other neither is taken.
    pub(super) fn in_order(&mut self, bars: Vec<Bar>) -> Vec<Bar> {
        let mut by_date: BTreeMap<Date, Option<Bar>> = BTreeMap::new();
        for bar in bars {
            let date = bar.date.date();
            let held = by_date.entry(date).or_insert(Some(bar));
            if *held != Some(bar) {
                *held = None;
                self.note(date.to_string(), "two different bars for one date".to_owned());
            }
        }
        by_date.into_values().flatten().collect()
    }
}

/// A bar of a session from its numbers; the reason where they cannot be one.
pub(super) fn bar(
    date: Date,
    [open, high, low, close, volume]: [Option<f64>; 5],
) -> Result<Bar, String> {
    let price = |name: &str, value: Option<f64>| match value {
        Some(v) if v.is_finite() && v > 0.0 => Ok(v),
        Some(v) => Err(format!("{name} is {v}, not a price")),
        None => Err(format!("{name} is missing or no number")),
    };
    let (open, high) = (price("open", open)?, price("high", high)?);
    let (low, close) = (price("low", low)?, price("close", close)?);
    let volume = volume.unwrap_or(0.0);
    if !(volume.is_finite() && volume >= 0.0) {
        return Err(format!("volume is {volume}"));
    }
    if high < low || high < open.max(close) || low > open.min(close) {
        return Err(format!(
            "open {open}, high {high}, low {low}, close {close} contradict each other"
        ));
    }
    Ok(Bar { date: date.into(), open, high, low, close, volume })
}

/// A date like `2026-07-09`; the reason where it is none.
pub(super) fn date(text: &str) -> Result<Date, String> {
    // The reader of dates takes more than this: a time of day, years before Christ.
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    plain
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| format!("`{}` is no date", super::text::words(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Date = Date::constant(2026, 7, 9);

    #[test]
    fn a_bar_that_cannot_be_is_named() {
        let of = |o: f64, h: f64, l: f64, c: f64| bar(DAY, [o, h, l, c, 1.0].map(Some));
        assert!(of(2.0, 3.0, 1.0, 2.5).is_ok());
        for (wrong, word) in [
            (of(2.0, 1.9, 1.0, 1.5), "contradict"),
            (of(2.0, 3.0, 2.1, 2.5), "contradict"),
            (of(0.0, 3.0, 1.0, 2.5), "open is 0"),
            (of(2.0, f64::NAN, 1.0, 2.5), "high is NaN"),
            (bar(DAY, [Some(1.0), Some(1.0), Some(1.0), None, None]), "close is missing"),
            (bar(DAY, [Some(1.0), Some(1.0), Some(1.0), Some(1.0), Some(-1.0)]), "volume is -1"),
        ] {
            assert!(wrong.as_ref().unwrap_err().contains(word), "{wrong:?}");
        }
        assert!(date("2026-02-30").is_err() && date("2026-07-09T10").is_err());
        assert_eq!(date("2026-07-09"), Ok(DAY));
    }

    #[test]
    fn a_repetition_is_one_bar_and_a_contradiction_none() {
        let mut sieve = Sieve::default();
        let one = bar(DAY, [1.0, 1.0, 1.0, 1.0, 5.0].map(Some)).unwrap();
        let next = Bar { date: Date::constant(2026, 7, 10).into(), ..one };
        let other = Bar { volume: 6.0, ..next };
        assert_eq!(sieve.in_order(vec![next, one, one]), [one, next]);
        assert!(sieve.left_out.is_empty());
        assert_eq!(sieve.in_order(vec![next, other, one]), [one]);
        assert_eq!(sieve.left_out.len(), 1);
    }

    #[test]
    fn rows_of_which_none_can_be_used_are_an_error_and_no_rows_are_none() {
        let mut sieve = Sieve::default();
        assert_eq!(sieve.keep(|| "line 2".to_owned(), Err::<(), _>("bad".to_owned())), None);
        assert_eq!(
            sieve.finish(0),
            Err(Fault::NoRows { rows: 1, first: "line 2: bad".to_owned() })
        );
        assert_eq!(Sieve::default().finish(0), Ok(Vec::new()));
    }
}
