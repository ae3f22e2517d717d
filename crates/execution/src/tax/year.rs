//! The dispositions of a tax year, as Schedule 3 asks for them.

use std::collections::BTreeMap;

use serde::Serialize;
use tradebot_domain::Decimal;

use super::line::{LineKind, TaxBooks, TaxLine};

/// One property's dispositions of a year, or all of them, in Canadian dollars.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct YearRow {
    /// The property; empty for the total.
    pub property: String,
    /// Shares disposed of.
    pub shares: Decimal,
    /// Proceeds of disposition.
    pub proceeds: Decimal,
    /// Adjusted cost base of what was disposed of.
    pub cost: Decimal,
    /// Outlays and expenses of dispositions.
    pub outlays: Decimal,
    /// Gains less losses, before anything is denied.
    pub gain: Decimal,
    /// Superficial part of losses.
    pub denied: Decimal,
    /// Gains less losses that count.
    pub counted: Decimal,
    /// Dispositions whose gain is not known and which are in no figure above but the shares.
    pub unknown: usize,
}

/// A person's tax year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct YearSummary {
    /// The year.
    pub year: i16,
    /// Whose.
    pub person: String,
    /// By property.
    pub rows: Vec<YearRow>,
    /// All of them.
    pub total: YearRow,
}

impl YearSummary {
    /// Adds up the dispositions of a person in a year.
    pub fn of(books: &TaxBooks, person: &str, year: i16) -> Self {
        let mut rows: BTreeMap<&str, YearRow> = BTreeMap::new();
        let mut total = YearRow::default();
        let of_year =
            |line: &&TaxLine| line.person == person && line.date.year() == year && disposes(line);
        for line in books.lines.iter().filter(of_year) {
            let row = rows.entry(&line.property).or_insert_with(|| YearRow {
                property: line.property.clone(),
                ..YearRow::default()
            });
            row.take(line);
            total.take(line);
        }
        Self { year, person: person.to_owned(), rows: rows.into_values().collect(), total }
    }

    /// Every person and year with dispositions, in order.
    pub fn all(books: &TaxBooks) -> Vec<Self> {
        let mut of: Vec<(&str, i16)> = Vec::new();
        of.extend(books.lines.iter().filter(|l| disposes(l)).map(|l| (&*l.person, l.date.year())));
        of.sort_unstable();
        of.dedup();
        of.into_iter().map(|(person, year)| Self::of(books, person, year)).collect()
    }
}

/// A sale, or a return of capital beyond the cost base.
fn disposes(line: &TaxLine) -> bool {
    let deemed = line.kind == LineKind::ReturnOfCapital;
    line.kind == LineKind::Sell || deemed && line.gain.is_none_or(|gain| !gain.is_zero())
}

impl YearRow {
    fn take(&mut self, line: &TaxLine) {
        let sold = line.kind == LineKind::Sell;
        if sold {
            self.shares += line.shares;
        }
        let (Some(gain), Some(counted)) = (line.gain, line.counted()) else {
            self.unknown += 1;
            return;
        };
        if sold {
            self.proceeds += line.proceeds.unwrap_or_default();
            self.cost += line.cost.unwrap_or_default();
            self.outlays += line.outlays.unwrap_or_default();
        } else {
            self.proceeds += gain;
        }
        self.gain += gain;
        self.denied += line.denied;
        self.counted += counted;
    }
}
