//! The rows of one symbol, in order, with the corporate actions they hold.

use std::cmp::Ordering;

use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Exchange, Symbol};

use super::rows::{Adjusted, ParsedRow};
use super::{ActionSource, RowIssue};
use crate::actions::{AdjustedClose, Derived, FactorRow, from_adjusted_close, from_factor_table};

/// Most doubts about actions told one by one.
const DOUBTS_TOLD: usize = 5;

/// A row and the file it stands in.
#[derive(Debug, Clone)]
pub(crate) struct Sourced {
    pub(crate) file: usize,
    pub(crate) row: ParsedRow,
}

/// What the files say of one symbol.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    /// By date, one a date.
    pub(crate) bars: Vec<Bar>,
    /// By ex-date.
    pub(crate) actions: Vec<CorporateAction>,
    pub(crate) action_source: Option<ActionSource>,
    pub(crate) notes: Vec<String>,
    /// Issues with the file they belong to.
    pub(crate) issues: Vec<(usize, RowIssue)>,
}

/// Orders rows and derives actions. `files` are the names that issues show.
pub(crate) fn arrange(
    symbol: Symbol,
    exchange: Exchange,
    mut rows: Vec<Sourced>,
    factors: Option<&[FactorRow]>,
    files: &[String],
) -> Incoming {
    let mut incoming = Incoming::default();
    incoming.order(&mut rows, files);
    incoming.single(&mut rows, files);
    incoming.bars = rows.iter().map(|sourced| sourced.row.bar).collect();
    incoming.derive(symbol, exchange, &rows, factors);
    incoming
}

impl Incoming {
    /// Sorts by date. Newest-first files are turned round; a row out of place is named.
    fn order(&mut self, rows: &mut [Sourced], files: &[String]) {
        let step = |pair: &[Sourced]| pair[0].row.bar.date.cmp(&pair[1].row.bar.date);
        let same_file = |pair: &[Sourced]| pair[0].file == pair[1].file;
        let down = rows.windows(2).filter(|p| same_file(p) && step(p) == Ordering::Greater).count();
        let up = rows.windows(2).filter(|p| same_file(p) && step(p) == Ordering::Less).count();
        if down > 0 && up == 0 {
            self.notes.push("the newest bars stand first; they were turned round".to_owned());
        } else if down > 0 {
            for pair in rows.windows(2).filter(|p| same_file(p) && step(p) == Ordering::Greater) {
                let before = pair[0].row.bar.date;
                self.issue(
                    &pair[1],
                    files,
                    false,
                    true,
                    (
                        format!("stands after {before}: out of order"),
                        "sort the file, or accept that its rows are sorted by their dates",
                    ),
                );
            }
        }
        // Stable: of equal dates, the first in the files stays first.
        rows.sort_by_key(|sourced| sourced.row.bar.date);
    }

    /// One row a date: the first. Repetitions are harmless, contradictions are not.
    fn single(&mut self, rows: &mut Vec<Sourced>, files: &[String]) {
        let mut kept: Vec<Sourced> = Vec::with_capacity(rows.len());
        for sourced in rows.drain(..) {
            match kept.last() {
                Some(first) if first.row.bar.date == sourced.row.bar.date => {
                    let same = first.row.bar == sourced.row.bar;
                    let line = first.row.line;
                    let words = if same {
                        (format!("repeats line {line}"), "nothing: it was left out")
                    } else {
                        (
                            format!("is a second bar for the date, other than line {line}"),
                            "leave one of them out; bars within a day are imported with their interval",
                        )
                    };
                    self.issue(&sourced, files, true, !same, words);
                }
                _ => kept.push(sourced),
            }
        }
        *rows = kept;
    }

    fn issue(
        &mut self,
        sourced: &Sourced,
        files: &[String],
        dropped: bool,
        blocks: bool,
        (problem, remedy): (String, &str),
    ) {
        let issue = RowIssue {
            file: files[sourced.file].clone(),
            line: sourced.row.line,
            column: "date".to_owned(),
            value: sourced.row.bar.date.to_string(),
            problem,
            remedy: remedy.to_owned(),
            dropped,
            blocks,
        };
        self.issues.push((sourced.file, issue));
    }

    /// Actions from the best source there is: a table, then columns, then adjusted closes.
    fn derive(
        &mut self,
        symbol: Symbol,
        exchange: Exchange,
        rows: &[Sourced],
        factors: Option<&[FactorRow]>,
    ) {
        let columns = from_columns(rows);
        let (derived, source) = if let Some(table) = factors {
            let next = |date: Date| exchange.next_session(date).ok();
            (from_factor_table(table, &self.bars, &next), ActionSource::FactorTable)
        } else if !columns.is_empty() {
            (Derived { actions: columns, doubts: Vec::new() }, ActionSource::Columns)
        } else if let Some(adjusted) = adjusted_closes(rows) {
            (from_adjusted_close(&adjusted), ActionSource::AdjustedClose)
        } else {
            (Derived::default(), ActionSource::None)
        };
        self.tell_doubts(symbol, &derived);
        self.actions = derived.actions;
        self.actions.sort_by_key(|action| action.ex_date);
        self.action_source = Some(source);
    }

    fn tell_doubts(&mut self, symbol: Symbol, derived: &Derived) {
        for doubt in derived.doubts.iter().take(DOUBTS_TOLD) {
            self.notes.push(format!("{symbol} {}: {}", doubt.date, doubt.detail));
        }
        if let Some(more) = derived.doubts.len().checked_sub(DOUBTS_TOLD + 1) {
            self.notes.push(format!("{symbol}: {} more doubtful actions", more + 1));
        }
    }
}

fn from_columns(rows: &[Sourced]) -> Vec<CorporateAction> {
    let mut actions = Vec::new();
    for Sourced { row, .. } in rows {
        let ex_date = row.bar.date.date();
        let split = row.split.map(|ratio| ActionKind::Split { ratio });
        let dividend = row.dividend.map(|amount| ActionKind::Dividend { amount });
        let kinds = split.into_iter().chain(dividend);
        actions.extend(kinds.map(|kind| CorporateAction { ex_date, kind }));
    }
    actions
}

/// Closes in cents are exact; with more decimals than this they were computed, and rounded.
const EXACT_UNIT: f64 = 0.9e-4;

/// `None` unless every row has one.
fn adjusted_closes(rows: &[Sourced]) -> Option<Vec<AdjustedClose>> {
    // Trailing zeros may be missing from a cell; the column is as fine as its finest cell.
    let finest = |unit: fn(&Adjusted) -> f64| {
        rows.iter().filter_map(|s| s.row.adjusted.as_ref()).map(unit).fold(1.0, f64::min)
    };
    let (unit, raw_unit) = (finest(|a| a.unit), finest(|a| a.raw_unit));
    rows.iter()
        .map(|Sourced { row, .. }| {
            let (date, close, adjusted) = (row.bar.date.date(), row.bar.close, row.adjusted?.close);
            let raw_noise = if raw_unit < EXACT_UNIT { 0.5 * raw_unit / close } else { 0.0 };
            let noise = 0.5 * unit / adjusted + raw_noise;
            Some(AdjustedClose { date, close, adjusted, noise })
        })
        .collect()
}
