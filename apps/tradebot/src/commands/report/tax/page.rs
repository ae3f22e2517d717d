//! The report for people.

use tradebot_domain::{Decimal, Money};
use tradebot_execution::tax::{LineKind, TaxLine, YearRow, YearSummary};

use super::Report;
use crate::accounts::activities::{AFFILIATED, SELF};
use crate::commands::figures::counted;
use crate::commands::page::Page;
use crate::output::{self, Column, number, text};

const LINES: [Column; 10] = [
    text("date"),
    text("event"),
    number("shares"),
    number("proceeds"),
    number("cost base"),
    number("outlays"),
    number("gain"),
    number("denied"),
    number("held"),
    number("cost base held"),
];

const YEAR: [Column; 8] = [
    text("property"),
    number("shares"),
    number("proceeds"),
    number("cost base"),
    number("outlays"),
    number("gain"),
    number("denied"),
    number("counted"),
];

/// The whole report.
pub(super) fn written(report: &Report) -> String {
    let mut page = Page::new();
    page.title(&format!("Tax books in {}: bookkeeping, no tax advice", report.currency));
    page.say(&format!("from {}", report.source));
    let mut parts = vec![page.text()];
    let mut from = 0;
    while from < report.lines.len() {
        let first = &report.lines[from];
        let same =
            |line: &&TaxLine| (&line.property, &line.person) == (&first.property, &first.person);
        let of: Vec<&TaxLine> = report.lines[from..].iter().take_while(same).collect();
        from += of.len();
        let rows: Vec<Vec<String>> = of.iter().map(|line| row(line)).collect();
        let heading = format!("{}{}", first.property, whose(&first.person));
        parts.push(format!("{heading}\n{}", output::table(&LINES, &rows)));
    }
    parts.extend(report.years.iter().map(year));
    parts.push(remarks(report));
    parts.join("\n\n").trim_end().to_owned()
}

fn whose(person: &str) -> &'static str {
    match person {
        SELF => "",
        AFFILIATED => ", affiliated person",
        _ => ", other person",
    }
}

fn row(line: &TaxLine) -> Vec<String> {
    let denied = if line.added.is_zero() {
        blank_zero(line.denied)
    } else {
        format!("({} added)", cents(line.added))
    };
    vec![
        line.date.to_string(),
        line.kind.name().replace('_', " "),
        shares(line.shares),
        known(line.proceeds, line.kind == LineKind::Sell),
        known(line.cost, matches!(line.kind, LineKind::Sell | LineKind::Buy | LineKind::Opening)),
        line.outlays.map_or_else(String::new, blank_zero),
        known(line.gain, line.kind == LineKind::Sell),
        denied,
        shares(line.held),
        known(line.acb, true),
    ]
}

fn year(summary: &YearSummary) -> String {
    let mut rows: Vec<Vec<String>> = summary.rows.iter().map(year_row).collect();
    let mut total = year_row(&summary.total);
    "total".clone_into(&mut total[0]);
    total[1].clear();
    rows.push(total);
    let heading = format!(
        "{}{}: dispositions, as Schedule 3 asks for them",
        summary.year,
        whose(&summary.person)
    );
    let unknown = match summary.total.unknown {
        0 => String::new(),
        n => format!("\n* {} of unknown gain, left out above", counted(n, "disposition")),
    };
    format!("{heading}\n{}{unknown}", output::table(&YEAR, &rows))
}

fn year_row(row: &YearRow) -> Vec<String> {
    let property =
        if row.unknown == 0 { row.property.clone() } else { format!("{} *", row.property) };
    let mut cells = vec![property, shares(row.shares)];
    cells.extend(
        [row.proceeds, row.cost, row.outlays, row.gain, row.denied, row.counted].map(cents),
    );
    cells
}

fn remarks(report: &Report) -> String {
    let mut page = Page::new();
    if !report.warnings.is_empty() || !report.notes.is_empty() {
        page.section("What is missing or needs a look");
        for warning in &report.warnings {
            page.say(&format!("- {warning}"));
        }
        for note in &report.notes {
            page.say(&format!("- {note}"));
        }
    }
    page.section("What this is");
    page.say(
        "Average cost by the Income Tax Act, section 47, and superficial losses by section 54 and IT-456R, from \
         the records named above alone. It knows no other accounts, options, transfers in kind or income. \
         Show it to who prepares the return.",
    );
    page.text()
}

fn known(value: Option<Decimal>, due: bool) -> String {
    match value {
        Some(value) => cents(value),
        None if due => "unknown".to_owned(),
        None => String::new(),
    }
}

fn cents(value: Decimal) -> String {
    output::money(Money(value))
}

fn blank_zero(value: Decimal) -> String {
    if value.is_zero() { String::new() } else { cents(value) }
}

fn shares(value: Decimal) -> String {
    value.normalize().to_string()
}
