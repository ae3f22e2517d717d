//! Windows of time: how a long one is cut into those the broker answers, and how the parts are
//! put together again without losing or doubling a row.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan as _};
use serde::Serialize;
use tradebot_domain::Timestamp;

/// From one moment up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Timestamp,
    to: Timestamp,
}

/// A window that ends before it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window from {from} to {to} holds nothing")]
pub struct EmptyWindow {
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
}

impl Window {
    /// The window `[from, to)`.
    ///
    /// # Errors
    /// [`EmptyWindow`] unless `from` lies before `to`.
    pub fn new(from: Timestamp, to: Timestamp) -> Result<Self, EmptyWindow> {
        if from < to { Ok(Self { from, to }) } else { Err(EmptyWindow { from, to }) }
    }

    /// The `days` before `now`, up to the end of today on the exchanges' clock.
    pub fn last_days(days: i32, now: Timestamp) -> Self {
        let today = eastern().to_datetime(now).date();
        let midnight = |offset: i32| {
            let day = today.saturating_add(offset.days());
            day.to_zoned(eastern()).map_or(now, |zoned| zoned.timestamp())
        };
        Self { from: midnight(-days.clamp(0, 36_500)), to: midnight(1) }
    }

    /// Begin.
    pub const fn from(self) -> Timestamp {
        self.from
    }

    /// End.
    pub const fn to(self) -> Timestamp {
        self.to
    }

    /// Parts of at most `days` days of the exchanges' clock. Each begins one day before the one
    /// before it ends, at midnight: a row on a border is in two parts rather than in none,
    /// whichever way the broker reads the ends.
    pub(crate) fn days(self, days: i32) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = self.from;
        loop {
            let to = midnight_after(from, days).filter(|to| *to < self.to).unwrap_or(self.to);
            parts.push(Self { from, to });
            if to >= self.to {
                return parts;
            }
            from = midnight_after(from, days - 1).filter(|next| *next > from).unwrap_or(to);
        }
    }

    /// Parts of at most `span`, each beginning `overlap` before the one before it ends.
    pub(crate) fn spans(self, span: SignedDuration, overlap: SignedDuration) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = self.from;
        loop {
            let to = from.saturating_add(span).unwrap_or(self.to).min(self.to);
            parts.push(Self { from, to });
            if to >= self.to {
                return parts;
            }
            from =
                to.saturating_sub(overlap).unwrap_or(to).max(from + SignedDuration::from_secs(1));
        }
    }

    /// Two halves, the second beginning `overlap` before the first ends; none when that would not
    /// make them much shorter.
    pub(crate) fn halves(self, overlap: SignedDuration) -> Option<[Self; 2]> {
        let half = SignedDuration::from_secs((self.to.as_second() - self.from.as_second()) / 2);
        let middle = self.from.checked_add(half).ok()?;
        let late = middle.checked_sub(overlap).ok()?;
        (half > overlap * 2).then_some([Self { to: middle, ..self }, Self { from: late, ..self }])
    }
}

/// The clock of the exchanges in New York and Toronto.
pub(crate) fn eastern() -> TimeZone {
    TimeZone::get("America/New_York")
        .expect("the time zone database is compiled in, and New York is in it")
}

/// Midnight on the exchanges' clock, so many days after the day of `moment`. Days of 23 and 25
/// hours are days.
fn midnight_after(moment: Timestamp, days: i32) -> Option<Timestamp> {
    let day = eastern().to_datetime(moment).date().checked_add(days.days()).ok()?;
    Some(day.to_zoned(eastern()).ok()?.timestamp())
}

/// Rows of all parts, each as often as the part that has it most often: two equal rows may both be
/// true, while a row that two parts share is one.
pub(crate) fn merged_by_count<T: Serialize>(parts: Vec<Vec<T>>) -> Vec<T> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for part in parts {
        let mut here: BTreeMap<String, usize> = BTreeMap::new();
        for row in part {
            let key = serde_json::to_string(&row).expect("a row that was read can be written");
            let count = here.entry(key.clone()).or_default();
            *count += 1;
            let before = seen.entry(key).or_default();
            if *count > *before {
                *before = *count;
                rows.push(row);
            }
        }
    }
    rows
}

/// Rows of all parts, one for each key; of two the one that `newer` prefers. Ascending by key.
pub(crate) fn merged_by_key<K: Ord, T>(
    parts: Vec<Vec<T>>,
    key: impl Fn(&T) -> K,
    newer: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let mut rows: BTreeMap<K, T> = BTreeMap::new();
    for row in parts.into_iter().flatten() {
        let key = key(&row);
        if rows.get(&key).is_none_or(|known| newer(&row, known)) {
            rows.insert(key, row);
        }
    }
    rows.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn window(from: &str, to: &str) -> Window {
        Window::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn days_are_those_of_the_exchanges_over_both_changes_of_the_clock() {
        for (from, to, expected) in [
            (
                "2026-03-07T05:00:00Z",
                "2026-03-10T04:00:00Z",
                ["2026-03-09T04:00:00Z", "2026-03-08T05:00:00Z"],
            ),
            (
                "2026-10-31T04:00:00Z",
                "2026-11-03T05:00:00Z",
                ["2026-11-02T05:00:00Z", "2026-11-01T04:00:00Z"],
            ),
        ] {
            let parts = window(from, to).days(2);
            assert_eq!([parts[0].to, parts[1].from], expected.map(at), "{parts:?}");
            assert_eq!(parts.last().unwrap().to, at(to));
        }
    }

    #[test]
    fn the_last_days_end_with_today() {
        let week = Window::last_days(7, at("2026-07-09T14:00:00Z"));
        assert_eq!((week.from, week.to), (at("2026-07-02T04:00:00Z"), at("2026-07-10T04:00:00Z")));
        assert!(Window::new(week.to, week.from).is_err());
    }

    #[test]
    fn equal_rows_stay_two_and_shared_rows_become_one() {
        let merged = merged_by_count(vec![vec!["a", "b", "b"], vec!["b", "b", "c"], vec!["b"]]);
        assert_eq!(merged, ["a", "b", "b", "c"]);
    }

    proptest! {
        /// Parts cover the window without a gap, overlap by a day, and none is longer than allowed.
        #[test]
        fn parts_of_days_cover_everything(
            from in 0_i64..4_000_000_000, length in 1_i64..400_000_000, days in 2_i32..40,
        ) {
            let from = Timestamp::from_second(from).unwrap();
            let window = Window::new(from, from + SignedDuration::from_secs(length)).unwrap();
            let parts = window.days(days);
            prop_assert_eq!((parts[0].from, parts.last().unwrap().to), (window.from, window.to));
            for part in &parts {
                let hours = part.to.duration_since(part.from).as_hours();
                prop_assert!(part.from < part.to && hours <= i64::from(days) * 24 + 1, "{part:?}");
            }
            for pair in parts.windows(2) {
                prop_assert!(pair[1].from < pair[0].to && pair[1].from > pair[0].from);
            }
        }

        #[test]
        fn parts_of_spans_cover_everything(
            length in 1_i64..4_000_000, span in 120_i64..200_000, overlap in 0_i64..100,
        ) {
            let from = Timestamp::UNIX_EPOCH;
            let window = Window::new(from, from + SignedDuration::from_secs(length)).unwrap();
            let seconds = SignedDuration::from_secs;
            let parts = window.spans(seconds(span), seconds(overlap));
            prop_assert_eq!((parts[0].from, parts.last().unwrap().to), (window.from, window.to));
            for pair in parts.windows(2) {
                prop_assert_eq!(pair[0].to.duration_since(pair[1].from), seconds(overlap));
            }
        }

        /// However rows are spread over overlapping parts, each is there as often as it was true.
        #[test]
        fn merging_by_count_restores_the_rows(
            rows in prop::collection::vec(0_u8..6, 0..30), borders in prop::collection::vec(0_usize..30, 0..4),
        ) {
            // Rows of one value stand together, as rows of one day do.
            let mut rows = rows;
            rows.sort_unstable();
            let mut parts = Vec::new();
            let mut borders: Vec<usize> = borders.into_iter().filter(|b| *b < rows.len()).collect();
            borders.sort_unstable();
            let mut begin = 0;
            for border in borders {
                let day = rows[border];
                let end = rows.iter().rposition(|r| *r == day).unwrap() + 1;
                parts.push(rows[begin..end].to_vec());
                begin = rows.iter().position(|r| *r == day).unwrap();
            }
            parts.push(rows[begin..].to_vec());
            let mut merged = merged_by_count(parts);
            merged.sort_unstable();
            prop_assert_eq!(merged, rows);
        }
    }
}
