//! Sections of text for people, laid out for the width there is: 40 columns are enough.

use crate::output;

/// Lines longer than this are hard to read, however wide the terminal.
const WIDTH_MAX: usize = 100;
/// Narrower than this, nothing can be laid out.
const WIDTH_MIN: usize = 24;
/// Indent of everything below the name of a section.
const INDENT: usize = 2;
/// Columns that prose in the last cell of a row needs; with fewer it goes below its row.
const PROSE_MIN: usize = 24;

/// A page that grows from top to bottom.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    width: usize,
    lines: Vec<String>,
}

impl Page {
    /// A page as wide as the terminal.
    pub(crate) fn new() -> Self {
        Self::of_width(usize::from(output::terminal_width()))
    }

    /// A page of that many columns, within reason.
    pub(crate) fn of_width(width: usize) -> Self {
        Self { width: width.clamp(WIDTH_MIN, WIDTH_MAX), lines: Vec::new() }
    }

    /// Text at the margin.
    pub(crate) fn title(&mut self, text: &str) {
        self.lines.extend(fold(text, self.width));
    }

    /// A new section.
    pub(crate) fn section(&mut self, name: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.title(name);
    }

    /// A paragraph of the section; lines after its first stand further in.
    pub(crate) fn say(&mut self, text: &str) {
        self.hanging(text, INDENT);
    }

    /// Rows of cells below each other. `sides` has a character for each column: `<` left, `>`
    /// right, and `~` in the last place for prose that may be folded. Rows that do not fit become
    /// paragraphs.
    pub(crate) fn rows(&mut self, sides: &str, rows: &[Vec<String>]) {
        let sides: Vec<char> = sides.chars().collect();
        let prose = sides.last() == Some(&'~');
        let fixed = sides.len() - usize::from(prose);
        let widths: Vec<usize> = (0..fixed)
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| columns(cell)).max().unwrap_or(0)
            })
            .collect();
        let taken = INDENT + widths.iter().filter(|w| **w > 0).map(|w| w + 2).sum::<usize>();
        let needed = if prose { taken + PROSE_MIN } else { taken.saturating_sub(2) };
        for row in rows {
            if needed <= self.width {
                self.aligned(&sides, &widths, taken, row);
            } else {
                self.paragraph(fixed, row);
            }
        }
    }

    fn aligned(&mut self, sides: &[char], widths: &[usize], taken: usize, row: &[String]) {
        let mut line = " ".repeat(INDENT);
        for ((cell, side), width) in row.iter().zip(sides).zip(widths).filter(|(_, w)| **w > 0) {
            let padding = " ".repeat(width - columns(cell));
            match side {
                '>' => line.extend([padding.as_str(), cell, "  "]),
                _ => line.extend([cell, padding.as_str(), "  "]),
            }
        }
        let prose = row
            .get(widths.len())
            .map_or_else(Vec::new, |text| fold(text, self.width.saturating_sub(taken)));
        let mut prose = prose.into_iter();
        line.push_str(&prose.next().unwrap_or_default());
        self.lines.push(line.trim_end().to_owned());
        self.lines.extend(prose.map(|text| format!("{}{text}", " ".repeat(taken))));
    }

    fn paragraph(&mut self, fixed: usize, row: &[String]) {
        let cells: Vec<&str> =
            row.iter().take(fixed).map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
        self.hanging(&cells.join(" "), INDENT);
        if let Some(prose) = row.get(fixed).filter(|p| !p.is_empty()) {
            self.hanging(prose, 2 * INDENT);
        }
    }

    fn hanging(&mut self, text: &str, indent: usize) {
        let folded = fold(text, self.width.saturating_sub(indent + 2));
        for (i, line) in folded.into_iter().enumerate() {
            let indent = if i == 0 { indent } else { indent + 2 };
            self.lines.push(format!("{}{line}", " ".repeat(indent)));
        }
    }

    /// The text of the page.
    pub(crate) fn text(&self) -> String {
        self.lines.join("\n")
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::new()
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Breaks text between words. A unit stays with its number.
fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        if !line.is_empty() && columns(&line) + 1 + columns(&word) > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let unit = matches!(word.trim_end_matches([',', '.', ';', ':', ')']), "%" | "R");
        match words.last_mut() {
            Some(number) if unit && number.ends_with(|c: char| c.is_ascii_digit()) => {
                number.push(' ');
                number.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|c| (*c).to_owned()).collect()).collect()
    }

    #[test]
    fn rows_stand_below_each_other_where_they_fit() {
        let mut page = Page::of_width(60);
        page.section("Sizing");
        page.rows(
            "<>~",
            &cells(&[&["kelly", "4.21 %", "p 0.53"], &["drawdown", "0.5 %", "times 1"]]),
        );
        assert_eq!(page.text(), "Sizing\n  kelly     4.21 %  p 0.53\n  drawdown   0.5 %  times 1");
    }

    #[test]
    fn rows_become_paragraphs_where_they_do_not_fit() {
        let mut page = Page::of_width(24);
        page.rows("<>~", &cells(&[&["mean_reversion", "0.51 %", "lower than nearly all before"]]));
        assert_eq!(
            page.text(),
            "  mean_reversion\n    0.51 %\n    lower than nearly\n      all before"
        );
    }

    #[test]
    fn a_unit_stays_with_its_number() {
        assert_eq!(fold("a loss of 12.5 %, or 2 R", 12), ["a loss of", "12.5 %, or", "2 R"]);
        assert_eq!(fold("100 percent R", 7), ["100", "percent", "R"]);
    }

    #[test]
    fn an_empty_column_takes_no_room() {
        let mut page = Page::of_width(40);
        page.rows("<<>", &cells(&[&["a", "", "1"], &["b", "", "22"]]));
        assert_eq!(page.text(), "  a   1\n  b  22");
    }

    #[test]
    fn no_line_is_wider_than_the_page_and_no_word_is_lost() {
        let text = "the lower bound of the consensus beats break-even by 12.5 % of a unit of risk";
        for width in 24..100 {
            let mut page = Page::of_width(width);
            page.title(text);
            page.say(text);
            page.rows("<>~", &cells(&[&["name", "0.1", text], &["another_name", "12.25", text]]));
            let shown = page.text();
            assert!(shown.lines().all(|line| columns(line) <= width), "{width}: {shown}");
            assert_eq!(shown.matches("break-even").count(), 4, "{width}: {shown}");
        }
    }
}
