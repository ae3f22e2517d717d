//! Tables that leave out columns where the terminal is narrow.

use serde::Serialize;

use crate::cli::Format;
use crate::exit::Failure;
use crate::output::{self, Column};

/// Room that a column of prose is counted with, as the table itself does.
const CELL_MAX: usize = 24;

/// Prints records. Where they do not fit the terminal, columns named in `dispensable` are left
/// out, the first of them first, until they do; JSON and CSV always have all.
///
/// # Errors
/// When stdout cannot be written.
pub(crate) fn records<T: Serialize>(
    format: Format,
    columns: &[Column],
    dispensable: &[&str],
    records: &[T],
    cells: impl Fn(&T) -> Vec<String>,
    when_empty: &str,
) -> Result<(), Failure> {
    if format.json || format.csv || records.is_empty() {
        return output::records(format, columns, records, cells, when_empty);
    }
    let rows: Vec<Vec<String>> = records.iter().map(cells).collect();
    let kept = fitting(columns, dispensable, &rows, usize::from(output::terminal_width()));
    let columns: Vec<Column> = kept.iter().map(|i| columns[*i]).collect();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| kept.iter().map(|i| row[*i].clone()).collect()).collect();
    output::line(&output::table(&columns, &rows))
}

/// Positions of the columns that stay.
fn fitting(
    columns: &[Column],
    dispensable: &[&str],
    rows: &[Vec<String>],
    width: usize,
) -> Vec<usize> {
    let room = |i: usize| {
        let cells = rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
        columns[i].name.len().max(cells.min(CELL_MAX)) + 2
    };
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    for name in dispensable {
        if kept.iter().map(|i| room(*i)).sum::<usize>() <= width {
            break;
        }
        kept.retain(|i| columns[*i].name != *name);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{number, text};

    #[test]
    fn columns_go_one_by_one_until_the_rest_fits() {
        let columns = [text("symbol"), text("basis"), number("net"), number("costs")];
        let rows = vec![["AAPL", "drift", "-1,234.56", "10.00"].map(str::to_owned).to_vec()];
        let kept = |width| fitting(&columns, &["costs", "basis"], &rows, width);
        assert_eq!(kept(33), [0, 1, 2, 3]);
        assert_eq!(kept(32), [0, 1, 2]);
        assert_eq!(kept(25), [0, 2]);
        assert_eq!(kept(10), [0, 2], "what cannot be spared stays");
    }
}
