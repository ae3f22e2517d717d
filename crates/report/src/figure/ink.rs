//! Colours by meaning.
//!
//! The backend writes a colour as six hexadecimal digits. Ours begin with four that say *this is a
//! mark* and end with the number of the ink; [`painted`] turns marks into variables of the style
//! sheet, which has a value for light pages and one for dark pages.

use plotters::style::RGBColor;

/// The first two bytes of every mark.
const MARK: (u8, u8) = (0xE1, 0xD2);
/// A mark up to its last two digits, as the backend writes it.
const MARK_TEXT: &str = "\"#E1D2";

/// A colour by what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Letters that matter.
    Text,
    /// Letters of axes.
    Soft,
    /// Lines at ticks.
    Grid,
    /// The axes and lines of reference.
    Axis,
    /// The run.
    Run,
    /// A tint under the run.
    RunTint,
    /// What the run is compared with.
    Benchmark,
    /// A gain.
    Good,
    /// A loss.
    Bad,
    /// One of the five regimes, by its index.
    Regime(usize),
    /// The same, faint, behind lines.
    RegimeTint(usize),
    /// One of the members or of several runs, by its place.
    Member(usize),
    /// A step of the scale from bad over neutral to good.
    Scale(usize),
}

/// Members have so many colours, then they repeat.
pub(crate) const MEMBER_INKS: usize = 8;
/// Steps of the scale.
pub(crate) const SCALE_STEPS: usize = 9;
/// The neutral one in the middle.
pub(crate) const SCALE_MIDDLE: usize = SCALE_STEPS / 2;

impl Ink {
    fn code(self) -> u8 {
        let small = |n: usize| u8::try_from(n).unwrap_or_default();
        match self {
            Self::Text => 0,
            Self::Soft => 1,
            Self::Grid => 2,
            Self::Axis => 3,
            Self::Run => 4,
            Self::RunTint => 5,
            Self::Benchmark => 6,
            Self::Good => 7,
            Self::Bad => 8,
            Self::Regime(index) => 16 + small(index % 5),
            Self::RegimeTint(index) => 24 + small(index % 5),
            Self::Member(index) => 32 + small(index % MEMBER_INKS),
            Self::Scale(step) => 48 + small(step.min(SCALE_STEPS - 1)),
        }
    }

    /// The mark that the backend writes.
    pub(crate) fn color(self) -> RGBColor {
        RGBColor(MARK.0, MARK.1, self.code())
    }

    /// The value in a style sheet.
    pub(crate) fn variable(self) -> String {
        variable(self.code()).expect("every ink has a code of the list")
    }
}

/// The variable of a code; none for a number that no ink has.
fn variable(code: u8) -> Option<String> {
    let name = match code {
        0 => "ink",
        1 => "soft",
        2 => "grid",
        3 => "axis",
        4 => "run",
        5 => "run-tint",
        6 => "benchmark",
        7 => "good",
        8 => "bad",
        16..=20 => return Some(format!("var(--r{})", code - 16)),
        24..=28 => return Some(format!("var(--t{})", code - 24)),
        32..=39 => return Some(format!("var(--m{})", code - 32)),
        48..=56 => return Some(format!("var(--s{})", code - 48)),
        _ => return None,
    };
    Some(format!("var(--{name})"))
}

/// The drawing with variables in place of marks.
pub(super) fn painted(svg: &str) -> String {
    let mut parts = svg.split(MARK_TEXT);
    let mut html = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(variable) = code.and_then(variable) {
            html.push('"');
            html.push_str(&variable);
            html.push_str(&part[2..]);
        } else {
            // Not one of ours: left as it was.
            html.push_str(MARK_TEXT);
            html.push_str(part);
        }
    }
    html
}

#[cfg(test)]
mod tests;
