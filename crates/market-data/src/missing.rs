//! Which sessions are missing, against the exchange's calendar.

use std::collections::BTreeSet;

use serde::Serialize;
use tradebot_domain::{CalendarError, Date, Exchange, Timestamp};

/// Missing sessions with no more than so many present ones between them are asked for at once: a
/// call costs more than some bars that are known.
const JOINED_OVER: usize = 20;

/// Minutes after the close until a session's bar is final everywhere.
const SETTLED_AFTER_MINUTES: i64 = 120;

/// Missing sessions that are asked for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MissingSpan {
    /// The first missing session.
    pub from: Date,
    /// The last missing session.
    pub to: Date,
    /// Missing sessions in between, both ends included.
    pub sessions: usize,
}

/// Sessions of `exchange` from `from` to `to` that are neither in `have` nor in one of the
/// `answered` spans, as few spans, oldest first.
///
/// # Errors
/// [`CalendarError`] beyond the years that the calendar knows.
pub fn missing_spans(
    exchange: Exchange,
    have: &[Date],
    answered: &[(Date, Date)],
    (from, to): (Date, Date),
) -> Result<Vec<MissingSpan>, CalendarError> {
    let have: BTreeSet<Date> = have.iter().copied().collect();
    let known = |date: &Date| {
        have.contains(date) || answered.iter().any(|(from, to)| (*from..=*to).contains(date))
    };
    let mut spans: Vec<MissingSpan> = Vec::new();
    let mut present = 0;
    for date in if from > to { Vec::new() } else { exchange.sessions(from, to)? } {
        if known(&date) {
            present += 1;
            continue;
        }
        match spans.last_mut().filter(|_| present <= JOINED_OVER) {
            Some(span) => {
                span.to = date;
                span.sessions += 1;
            }
            None => spans.push(MissingSpan { from: date, to: date, sessions: 1 }),
        }
        present = 0;
    }
    Ok(spans)
}

/// The last session whose bar is final at `now`.
///
/// # Errors
/// [`CalendarError`] beyond the years that the calendar knows.
pub fn last_finished(exchange: Exchange, now: Timestamp) -> Result<Date, CalendarError> {
    let today = now.to_zoned(exchange.time_zone()).date();
    if let Some(hours) = exchange.session(today)? {
        let settled = hours.close.as_second() + SETTLED_AFTER_MINUTES * 60;
        if now.as_second() >= settled {
            return Ok(today);
        }
    }
    exchange.previous_session(today)
}

/// The session `sessions` before `date`, or the first that the calendar knows.
pub fn sessions_before(exchange: Exchange, date: Date, sessions: usize) -> Date {
    let mut at = date;
    for _ in 0..sessions {
        match exchange.previous_session(at) {
            Ok(before) => at = before,
            Err(_) => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NY: Exchange = Exchange::Xnys;

    #[test]
    fn what_is_there_or_was_answered_is_not_missing() {
        let year = (Date::constant(2012, 1, 3), Date::constant(2012, 12, 31));
        let all = NY.sessions(year.0, year.1).unwrap();
        let spans = |have: &[Date], answered: &[(Date, Date)]| {
            missing_spans(NY, have, answered, year).unwrap()
        };
        let whole = spans(&[], &[]);
        assert_eq!(
            whole,
            [MissingSpan { from: all[0], to: *all.last().unwrap(), sessions: all.len() }]
        );
        assert_eq!(spans(&all, &[]), []);
        assert_eq!(spans(&[], &[year]), []);
        let gap: Vec<Date> = [&all[..50], &all[60..]].concat();
        assert_eq!(spans(&gap, &[]), [MissingSpan { from: all[50], to: all[59], sessions: 10 }]);
        let two: Vec<Date> = [&all[1..100], &all[101..]].concat();
        assert_eq!(spans(&two, &[]).len(), 2, "too far apart for one call");
        let near: Vec<Date> = [&all[..10], &all[11..20], &all[21..]].concat();
        assert_eq!(spans(&near, &[]).len(), 1);
        assert_eq!(missing_spans(NY, &[], &[], (year.1, year.0)).unwrap(), []);
    }

    #[test]
    fn a_session_is_finished_when_its_bar_is_final() {
        let last = |text: &str| last_finished(NY, text.parse().unwrap()).unwrap();
        assert_eq!(
            last("2012-11-23T17:59:00Z"),
            Date::constant(2012, 11, 21),
            "a half day, not closed yet"
        );
        assert_eq!(
            last("2012-11-23T20:01:00Z"),
            Date::constant(2012, 11, 23),
            "two hours after 13:00"
        );
        assert_eq!(last("2012-11-25T20:00:00Z"), Date::constant(2012, 11, 23), "a Sunday");
        assert_eq!(
            sessions_before(NY, Date::constant(2012, 11, 26), 2),
            Date::constant(2012, 11, 21)
        );
    }

    proptest! {
        /// Every missing session lies in exactly one span, and the ends of spans are missing.
        #[test]
        fn spans_cover_what_is_missing(keep in prop::collection::vec(any::<bool>(), 252)) {
            let all = NY.sessions(Date::constant(2013, 1, 2), Date::constant(2013, 12, 31)).unwrap();
            let have: Vec<Date> = all.iter().zip(&keep).filter(|(_, k)| **k).map(|(d, _)| *d).collect();
            let spans = missing_spans(NY, &have, &[], (all[0], all[251])).unwrap();
            for date in all.iter().filter(|d| !have.contains(d)) {
                prop_assert_eq!(spans.iter().filter(|s| (s.from..=s.to).contains(date)).count(), 1);
            }
            for span in &spans {
                prop_assert!(!have.contains(&span.from) && !have.contains(&span.to));
            }
            prop_assert_eq!(spans.iter().map(|s| s.sessions).sum::<usize>(), 252 - have.len());
        }
    }
}
