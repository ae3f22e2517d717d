//! HTML that is escaped and balanced by construction.
//!
//! Text becomes [`Markup`] only through [`Markup::text`] (or `From`), which escapes it; elements
//! only through [`element`], which closes what it opens. Names of elements and attributes are
//! literals of this crate, never data.

use std::fmt::Display;

/// Well-formed HTML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Escaped text.
    pub(crate) fn text(text: impl Display) -> Self {
        let mut escaped = Self::default();
        escape_into(&mut escaped.0, &text.to_string());
        escaped
    }

    /// A literal of this crate, taken as it is.
    pub(crate) fn literal(html: &'static str) -> Self {
        Self(html.to_owned())
    }

    /// A drawing that the figure module has made and checked.
    pub(crate) fn drawing(svg: String) -> Self {
        Self(svg)
    }

    /// Puts something behind it.
    pub(crate) fn push(&mut self, next: impl Into<Self>) {
        self.0.push_str(&next.into().0);
    }

    /// The same with something behind it.
    #[must_use]
    pub(crate) fn and(mut self, next: impl Into<Self>) -> Self {
        self.push(next);
        self
    }

    /// Nothing at all.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The HTML.
    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

impl From<&str> for Markup {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Markup {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl FromIterator<Self> for Markup {
    fn from_iter<I: IntoIterator<Item = Self>>(parts: I) -> Self {
        parts.into_iter().fold(Self::default(), Self::and)
    }
}

/// An element with its attributes; values are escaped, an attribute without a value is written
/// as its name alone.
pub(crate) fn element(
    name: &'static str,
    attributes: &[(&'static str, &str)],
    inner: impl Into<Markup>,
) -> Markup {
    let mut html = format!("<{name}");
    for (key, value) in attributes {
        html.push(' ');
        html.push_str(key);
        if !value.is_empty() {
            html.push_str("=\"");
            escape_into(&mut html, value);
            html.push('"');
        }
    }
    html.push('>');
    html.push_str(&inner.into().0);
    html.push_str("</");
    html.push_str(name);
    html.push('>');
    if matches!(name, "p" | "tr" | "section" | "li" | "figure" | "table" | "details" | "div") {
        html.push('\n');
    }
    Markup(html)
}

/// A paragraph.
pub(crate) fn paragraph(inner: impl Into<Markup>) -> Markup {
    element("p", &[], inner)
}

/// A remark in small print.
pub(crate) fn note(inner: impl Into<Markup>) -> Markup {
    element("p", &[("class", "note")], inner)
}

/// A heading of the third rank.
pub(crate) fn heading(text: &str) -> Markup {
    element("h3", &[], text)
}

/// Something long that opens when asked for.
pub(crate) fn details(summary: impl Into<Markup>, inner: impl Into<Markup>) -> Markup {
    element("details", &[], element("summary", &[], summary).and(inner))
}

/// Names and values, as a description list.
pub(crate) fn facts(pairs: impl IntoIterator<Item = (Markup, Markup)>) -> Markup {
    let rows: Markup = pairs
        .into_iter()
        .map(|(name, value)| {
            element("div", &[], element("dt", &[], name).and(element("dd", &[], value)))
        })
        .collect();
    element("dl", &[("class", "facts")], rows)
}

fn escape_into(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Control characters are not allowed in HTML, not even escaped.
            c if c.is_control() && !matches!(c, '\n' | '\t') => html.push('\u{fffd}'),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attribute_values_cannot_leave_their_place() {
        let hostile = "</td><script>alert('1')</script>&\"\u{0}";
        let html = element("td", &[("title", hostile)], hostile).into_string();
        assert!(!html.contains("<script") && !html.contains("'1'") && !html.contains('\u{0}'));
        assert_eq!(html.matches("</td>").count(), 1, "{html}");
        assert_eq!(html.matches('"').count(), 2, "{html}");
    }

    #[test]
    fn elements_nest_and_an_attribute_may_stand_alone() {
        let html = element("details", &[("open", "")], element("b", &[], "a < b"));
        assert_eq!(html.into_string(), "<details open><b>a &lt; b</b></details>\n");
    }
}
