//! Results on stdout: tables for people, JSON and CSV for programs; talk goes to stderr.

use std::io::{self, IsTerminal as _, Write as _};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use crate::cli::Format;
use crate::exit::Failure;

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Heading, also the CSV heading.
    pub name: &'static str,
    /// Numbers stand on the right.
    pub right: bool,
}

/// A left-aligned column.
pub const fn text(name: &'static str) -> Column {
    Column { name, right: false }
}

/// A right-aligned column.
pub const fn number(name: &'static str) -> Column {
    Column { name, right: true }
}

/// Writes to stdout; a closed pipe (`| head`) ends quietly.
///
/// # Errors
/// When stdout cannot be written for another reason.
pub fn line(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}

/// Prints a value as indented JSON.
///
/// # Errors
/// When it cannot be encoded or written.
pub fn json<T: Serialize>(value: &T) -> Result<(), Failure> {
    line(&serde_json::to_string_pretty(value)?)
}

/// Prints records in the format asked for. `cells` gives the text of each column.
///
/// # Errors
/// When stdout cannot be written.
pub fn records<T: Serialize>(
    format: Format,
    columns: &[Column],
    records: &[T],
    cells: impl Fn(&T) -> Vec<String>,
    when_empty: &str,
) -> Result<(), Failure> {
    if format.json {
        return json(&records);
    }
    let rows: Vec<Vec<String>> = records.iter().map(cells).collect();
    if format.csv {
        return line(csv_text(columns, &rows)?.trim_end());
    }
    if rows.is_empty() {
        return line(when_empty);
    }
    line(&table(columns, &rows))
}

fn csv_text(columns: &[Column], rows: &[Vec<String>]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|c| c.name))?;
    for row in rows {
        writer.write_record(row)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// A table that fits the terminal; where it cannot, a block of lines per record.
pub fn table(columns: &[Column], rows: &[Vec<String>]) -> String {
    let width = usize::from(terminal_width());
    let narrowest: usize = columns
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let cells = rows.iter().map(|r| r[i].chars().count()).max().unwrap_or(0);
            c.name.len().max(cells.min(24)) + 2
        })
        .sum();
    if narrowest > width { blocks(columns, rows, width) } else { grid(columns, rows, width) }
}

fn grid(columns: &[Column], rows: &[Vec<String>], width: usize) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX))
        .set_header(columns.iter().map(|c| aligned(c.name, c.right)));
    for row in rows {
        table.add_row(row.iter().zip(columns).map(|(cell, c)| aligned(cell, c.right)));
    }
    let lines: Vec<String> =
        table.lines().map(|l| l.strip_prefix(' ').unwrap_or(&l).trim_end().to_owned()).collect();
    lines.join("\n")
}

fn aligned(text: &str, right: bool) -> Cell {
    let side = if right { CellAlignment::Right } else { CellAlignment::Left };
    Cell::new(text).set_alignment(side)
}

fn blocks(columns: &[Column], rows: &[Vec<String>], width: usize) -> String {
    let label = columns.iter().map(|c| c.name.len()).max().unwrap_or(0);
    let line = |(c, cell): (&Column, &String)| {
        if label + 2 + cell.chars().count() > width {
            return format!("{}\n{}", c.name, folded(cell, 2));
        }
        format!("{:label$}  {cell}", c.name).trim_end().to_owned()
    };
    let block =
        |row: &Vec<String>| columns.iter().zip(row).map(line).collect::<Vec<_>>().join("\n");
    rows.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

/// Columns of the terminal: COLUMNS when set, else asked of it, else 100.
pub fn terminal_width() -> u16 {
    let named = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).filter(|c| *c >= 20);
    named.or_else(|| Table::new().width()).unwrap_or(100)
}

/// Whether colours and moving bars are welcome on stderr.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Colours are welcome: a terminal, and NO_COLOR is not set.
pub fn colour() -> bool {
    stderr_is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Folds text at word borders to the terminal's width, with an indent on every line.
pub fn folded(text: &str, indent: usize) -> String {
    let width = usize::from(terminal_width()).saturating_sub(indent).max(20);
    let pad = " ".repeat(indent);
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in text.split_whitespace() {
        if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{pad}{current}"));
            current.clear();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    if !current.is_empty() {
        lines.push(format!("{pad}{current}"));
    }
    lines.join("\n")
}

/// A fraction as a percentage with `digits` decimals.
pub fn percent(fraction: f64, digits: usize) -> String {
    format!("{:.digits$} %", fraction * 100.0)
}

/// Money with thousands separated and cents.
pub fn money(amount: tradebot_domain::Money) -> String {
    let cents = amount.to_cents().0;
    let text = format!("{:.2}", cents.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if cents.is_sign_negative() && !cents.is_zero() { "-" } else { "" };
    format!("{sign}{grouped}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::{Decimal, Money};

    #[test]
    fn money_is_grouped_and_signed() {
        for (value, expected) in
            [(0, "0.00"), (5, "0.05"), (-123, "-1.23"), (123_456_789, "1,234,567.89")]
        {
            assert_eq!(money(Money(Decimal::new(value, 2))), expected);
        }
    }

    #[test]
    fn a_table_too_wide_for_the_terminal_becomes_blocks() {
        let columns = [text("symbol"), number("a rather long heading")];
        let rows = vec![vec!["AAPL".to_owned(), "1".to_owned()]];
        let shown = blocks(&columns, &rows, 40);
        assert_eq!(shown, "symbol                 AAPL\na rather long heading  1");
    }
}
