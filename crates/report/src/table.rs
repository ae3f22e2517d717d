//! Tables with a caption, aligned columns and a frame that scrolls when the screen is narrow.

use crate::markup::{Markup, element};

/// One cell.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    inner: Markup,
    class: String,
}

/// A cell of words.
pub(crate) fn words(inner: impl Into<Markup>) -> Cell {
    Cell { inner: inner.into(), class: String::new() }
}

/// A cell of a number: aligned to the right, digits of equal width.
pub(crate) fn figure(text: impl Into<String>) -> Cell {
    Cell { inner: Markup::from(text.into()), class: "n".to_owned() }
}

impl Cell {
    /// Coloured as a gain or a loss; zero is neither.
    #[must_use]
    pub(crate) fn toned(mut self, value: f64) -> Self {
        let tone = if value > 0.0 {
            "good"
        } else if value < 0.0 {
            "bad"
        } else {
            return self;
        };
        self.class.push(' ');
        self.class.push_str(tone);
        self
    }

    /// With one more class.
    #[must_use]
    pub(crate) fn with_class(mut self, class: &str) -> Self {
        self.class.push(' ');
        self.class.push_str(class);
        self
    }

    fn write(self, head: bool) -> Markup {
        let class = self.class.trim();
        let attributes: &[(&'static str, &str)] = match (head, class.is_empty()) {
            (true, true) => &[("scope", "row")],
            (true, false) => &[("scope", "row"), ("class", class)],
            (false, true) => &[],
            (false, false) => &[("class", class)],
        };
        element(if head { "th" } else { "td" }, attributes, self.inner)
    }
}

/// A table in the making. The first cell of each row is its heading.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    caption: String,
    head: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
    class: &'static str,
}

impl Table {
    /// A table under a caption; a column whose heading is a [`figure`] is aligned to the right.
    pub(crate) fn new(caption: impl Into<String>, head: Vec<Cell>) -> Self {
        Self { caption: caption.into(), head, rows: Vec::new(), class: "" }
    }

    /// With a class of its own.
    #[must_use]
    pub(crate) fn with_class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.head.len(), "row of `{}`", self.caption);
        self.rows.push(cells);
    }

    /// No row at all.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The HTML; `empty` in its place when there is no row.
    pub(crate) fn or(self, empty: &str) -> Markup {
        if self.is_empty() { element("p", &[("class", "none")], empty) } else { self.into() }
    }
}

impl From<Table> for Markup {
    fn from(table: Table) -> Self {
        let head: Self = table
            .head
            .into_iter()
            .map(|cell| {
                let class = cell.class.trim().to_owned();
                let both = [("scope", "col"), ("class", class.as_str())];
                element("th", &both[..if class.is_empty() { 1 } else { 2 }], cell.inner)
            })
            .collect();
        let body: Self = table
            .rows
            .into_iter()
            .map(|row| {
                let cells = row.into_iter().enumerate().map(|(i, cell)| cell.write(i == 0));
                element("tr", &[], cells.collect::<Self>())
            })
            .collect();
        let inner = element("caption", &[], table.caption.as_str())
            .and(element("thead", &[], element("tr", &[], head)))
            .and(element("tbody", &[], body));
        let class = [("class", table.class)];
        let table_element =
            element("table", if table.class.is_empty() { &[] } else { &class }, inner);
        // A frame that scrolls must be reachable by keyboard, and then needs a name.
        element(
            "div",
            &[
                ("class", "scroll"),
                ("role", "region"),
                ("tabindex", "0"),
                ("aria-label", &table.caption),
            ],
            table_element,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_caption_and_headings_of_columns_and_rows() {
        let mut table = Table::new("Sums & parts", vec![words("What"), figure("Value")]);
        table.row(vec![words("<all>"), figure("1.00").toned(1.0)]);
        let html = Markup::from(table).into_string();
        assert!(html.contains("<caption>Sums &amp; parts</caption>"));
        assert!(html.contains("<th scope=\"col\" class=\"n\">Value</th>"));
        assert!(html.contains("<th scope=\"row\">&lt;all&gt;</th>"));
        assert!(html.contains("<td class=\"n good\">1.00</td>"));
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let html = Table::new("Trades", vec![words("When")]).or("No trade.").into_string();
        assert_eq!(html, "<p class=\"none\">No trade.</p>\n");
    }
}
