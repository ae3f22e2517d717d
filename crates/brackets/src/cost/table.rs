//! Terms that change by date.

use std::fmt;

use serde::{Deserialize, Serialize};
use tradebot_domain::Date;

use super::config::ConfigError;

/// Terms by date: each row holds from its date until the next one begins.
///
/// A date that the table says nothing about is refused, never guessed at: before the first row, and
/// after [`Table::known_through`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table<T> {
    /// In ascending order of their dates; at least one.
    pub rows: Vec<Row<T>>,
    /// Last date that the last row is known to hold on; none: it holds until it is changed.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub known_through: Option<Date>,
}

/// Terms from one date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row<T> {
    /// First trade date; none: since ever, for the first row only.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// What holds.
    pub terms: T,
}

/// A table says nothing about a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKnown {
    /// The date asked about.
    pub date: Date,
    /// First date known; none: since ever.
    pub from: Option<Date>,
    /// Last date known; none: until changed.
    pub through: Option<Date>,
}

/// A default that asks nothing of `T`.
const fn none() -> Option<Date> {
    None
}

impl<T> Table<T> {
    /// The same terms on every date.
    pub fn always(terms: T) -> Self {
        Self { rows: vec![Row { from: None, terms }], known_through: None }
    }

    /// The terms of a trade date.
    ///
    /// # Errors
    /// [`NotKnown`] outside the dates that the table covers.
    pub fn on(&self, date: Date) -> Result<&T, NotKnown> {
        let begun = |row: &&Row<T>| row.from.is_none_or(|from| from <= date);
        let known = self.known_through.is_none_or(|last| date <= last);
        let row = self.rows.iter().rev().find(begun).filter(|_| known);
        row.map(|row| &row.terms).ok_or(NotKnown {
            date,
            from: self.rows.first().and_then(|row| row.from),
            through: self.known_through,
        })
    }

    /// Every date of `from..=until` is known.
    ///
    /// # Errors
    /// [`NotKnown`] of the end that is not.
    pub fn covers(&self, from: Date, until: Date) -> Result<(), NotKnown> {
        self.on(from).and_then(|_| self.on(until)).map(|_| ())
    }

    /// Dates in order, and every row's terms as `check` wants them.
    pub(crate) fn validate(
        &self,
        check: impl Fn(&T) -> Result<(), ConfigError>,
    ) -> Result<(), ConfigError> {
        if self.rows.is_empty() {
            return Err(ConfigError::new("rows", "an empty list", "one row or more"));
        }
        let mut before = None;
        for (index, row) in self.rows.iter().enumerate() {
            let at = |key: &str| format!("rows[{index}].{key}");
            if index > 0 && row.from <= before {
                let found = row.from.map_or("none".to_owned(), |date| date.to_string());
                return Err(ConfigError::new(at("from"), found, "later than the row before"));
            }
            check(&row.terms).map_err(|error| error.within(&at("terms")))?;
            before = row.from;
        }
        match self.known_through {
            Some(last) if before.is_some_and(|from| last < from) => {
                Err(ConfigError::new("known_through", last, "on or after the last row's date"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for NotKnown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing is known of {}", self.date)?;
        match (self.from, self.through) {
            (Some(from), Some(through)) => write!(f, "; the table covers {from} to {through}"),
            (Some(from), None) => write!(f, "; the table begins on {from}"),
            (None, Some(through)) => write!(f, "; the table ends on {through}"),
            (None, None) => write!(f, "; the table has no rows"),
        }
    }
}

impl std::error::Error for NotKnown {}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn rows(dates: &[Option<&str>]) -> Table<usize> {
        let row = |(terms, from): (usize, Option<&str>)| Row { from: from.map(date), terms };
        Table { rows: dates.iter().copied().enumerate().map(row).collect(), known_through: None }
    }

    #[test]
    fn a_row_holds_from_its_date_until_the_next_one_begins() {
        let table = rows(&[Some("2017-09-05"), Some("2024-05-28")]);
        assert_eq!(table.on(date("2017-09-05")), Ok(&0));
        assert_eq!(table.on(date("2024-05-27")), Ok(&0));
        assert_eq!(table.on(date("2024-05-28")), Ok(&1));
        assert_eq!(table.on(date("2030-01-01")), Ok(&1));
    }

    #[test]
    fn a_date_outside_what_is_known_is_refused_with_what_is_known() {
        let mut table = rows(&[Some("2017-09-05")]);
        table.known_through = Some(date("2025-12-31"));
        for outside in ["2017-09-04", "2026-01-01"] {
            let refused = table.on(date(outside)).unwrap_err().to_string();
            assert!(refused.contains(outside), "{refused}");
            assert!(refused.contains("2017-09-05 to 2025-12-31"), "{refused}");
        }
        assert!(table.on(date("2025-12-31")).is_ok());
        assert_eq!(Table::always(7).on(date("1899-01-01")), Ok(&7));
    }

    #[test]
    fn rows_out_of_order_and_empty_tables_are_refused_by_their_place() {
        let fine = |_: &usize| Ok(());
        let told = |table: Table<usize>| table.validate(fine).unwrap_err().at;
        assert_eq!(told(rows(&[])), "rows");
        assert_eq!(told(rows(&[Some("2020-01-02"), Some("2020-01-02")])), "rows[1].from");
        assert_eq!(told(rows(&[Some("2020-01-02"), None])), "rows[1].from");
        let mut ended = rows(&[Some("2020-01-02")]);
        ended.known_through = Some(date("2020-01-01"));
        assert_eq!(told(ended), "known_through");
        assert_eq!(rows(&[None, Some("2020-01-02")]).validate(fine), Ok(()));
        let broken = |terms: &usize| match terms {
            1 => Err(ConfigError::new("rate", "x", "a number")),
            _ => Ok(()),
        };
        let error = rows(&[None, Some("2020-01-02")]).validate(broken).unwrap_err();
        assert_eq!(error.at, "rows[1].terms.rate");
    }
}
