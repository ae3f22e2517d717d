//! Returns by month and year, coloured.

use super::Subject;
use crate::format::{number, signed};
use crate::markup::{Markup, note};
use crate::table::{Cell, Table, figure, words};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Shades on either side of zero.
const SHADES: f64 = 4.0;

pub(super) fn body(of: Subject<'_>) -> Markup {
    let head =
        std::iter::once(words("Year")).chain(MONTHS.map(figure)).chain([figure("Year")]).collect();
    let mut table = Table::new("Returns by calendar month, per cent", head).with_class("months");
    let years = &of.assessment.monthly;
    let strongest = years.iter().flat_map(|y| y.months).flatten().map(f64::abs).fold(0.0, f64::max);
    for year in years {
        let mut cells = vec![words(year.year.to_string())];
        cells.extend(year.months.map(|m| month(m, strongest)));
        cells.push(figure(signed(year.total * 100.0, 1)).toned(year.total).with_class("total"));
        table.row(cells);
    }
    let any = !table.is_empty();
    let mut body = table.or("No return yet.");
    if any {
        body.push(note(format!(
            "A row is a year: look for rows and columns that lean to one side. Gains are blue-green \
             with a plus, losses orange with a minus, stronger the further from zero; the strongest \
             shade stands for {} per cent. Months compound into years.",
            number(strongest * 100.0, 1)
        )));
    }
    body
}

fn month(value: Option<f64>, strongest: f64) -> Cell {
    let Some(value) = value else { return figure("") };
    let text = signed(value * 100.0, 1);
    // By the root, so that one stormy month does not turn all others pale.
    let shade = ((value.abs() / strongest).sqrt() * SHADES).ceil();
    match text.chars().next() {
        Some('+') => figure(text).with_class(&format!("up-{shade:.0}")),
        Some('−') => figure(text).with_class(&format!("down-{shade:.0}")),
        // Nothing, or too little to be written.
        _ => figure(text),
    }
}
