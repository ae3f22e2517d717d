//! What a check is: a promise, how to measure it, and the bound it must keep.

use std::fmt;

use crate::validate::evidence::Evidence;

/// One promise as a row of the suite.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable name, beginning with its phase: `p06-cash-never-negative`.
    pub id: &'static str,
    /// Phase of the product, 0 to 14.
    pub phase: u8,
    /// What is promised, in a few words.
    pub promise: &'static str,
    /// How it is measured; `None` for what is not built yet.
    pub measure: Option<fn(&Evidence) -> Measured>,
    /// What the measured number must keep.
    pub bound: Bound,
    /// Unit of the number.
    pub unit: &'static str,
    /// Whether a failure fails the suite.
    pub gating: Gating,
}

/// The number a check measured, and what it was measured on.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The number; NaN when there was nothing to measure, which fails every bound.
    pub value: f64,
    /// How many things were looked at, where that says something.
    pub of: Option<usize>,
    /// The first fault, or why there was nothing to measure; for people.
    pub detail: String,
}

/// What a measured number must keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// This value and no other.
    Exactly(f64),
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// From the first to the second.
    Between(f64, f64),
}

/// Whether a failure fails the suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gating {
    /// Always.
    Always,
    /// Unless the machine is shared: a bound on time.
    Timing,
    /// Never: a figure that is to be seen, not promised.
    Never,
}

impl Check {
    /// A promise that is measured and gates.
    pub const fn new(
        (id, phase): (&'static str, u8),
        promise: &'static str,
        (bound, unit): (Bound, &'static str),
        measure: fn(&Evidence) -> Measured,
    ) -> Self {
        Self { id, phase, promise, measure: Some(measure), bound, unit, gating: Gating::Always }
    }

    /// A promise of which nothing can be measured yet. The bound is what will be asked.
    pub const fn not_built(
        (id, phase): (&'static str, u8),
        promise: &'static str,
        (bound, unit): (Bound, &'static str),
    ) -> Self {
        Self { id, phase, promise, measure: None, bound, unit, gating: Gating::Never }
    }

    /// The same promise as a bound on time.
    #[must_use]
    pub const fn timing(self) -> Self {
        Self { gating: Gating::Timing, ..self }
    }

    /// The same promise as a figure that does not gate.
    #[must_use]
    pub const fn shown(self) -> Self {
        Self { gating: Gating::Never, ..self }
    }
}

impl Measured {
    /// A plain number.
    pub fn value(value: f64) -> Self {
        Self { value, of: None, detail: String::new() }
    }

    /// A number measured on `of` things.
    pub fn over(value: f64, of: usize) -> Self {
        Self { value, of: Some(of), detail: String::new() }
    }

    /// There is nothing to measure on, which is a failure of its own: a promise that holds
    /// because nothing happened was not measured.
    pub fn nothing(why: impl Into<String>) -> Self {
        Self { value: f64::NAN, of: Some(0), detail: why.into() }
    }

    /// Counts faults among `of` things; the first one is kept for people.
    pub fn faults(of: usize, found: impl IntoIterator<Item = String>) -> Self {
        if of == 0 {
            return Self::nothing("nothing to look at");
        }
        let mut found = found.into_iter();
        let detail = found.next();
        let count = usize::from(detail.is_some()) + found.count();
        Self { value: count as f64, of: Some(of), detail: detail.unwrap_or_default() }
    }

    /// The largest of some numbers; NaN among them fails, and so do none.
    pub fn largest(values: impl IntoIterator<Item = f64>) -> Self {
        let mut of = 0;
        let worst = values.into_iter().fold(f64::NEG_INFINITY, |worst, value| {
            of += 1;
            if value.is_nan() || worst.is_nan() { f64::NAN } else { worst.max(value) }
        });
        if of == 0 { Self::nothing("nothing to look at") } else { Self::over(worst, of) }
    }

    /// The smallest of some numbers, as [`Measured::largest`].
    pub fn smallest(values: impl IntoIterator<Item = f64>) -> Self {
        let negated = Self::largest(values.into_iter().map(|v| -v));
        Self { value: -negated.value, ..negated }
    }

    /// The same with a word for people.
    #[must_use]
    pub fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }
}

impl Bound {
    /// Whether the number keeps the bound; NaN keeps none.
    pub fn holds(&self, value: f64) -> bool {
        match *self {
            Self::Exactly(bound) => value == bound,
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
            Self::Between(low, high) => (low..=high).contains(&value),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exactly(bound) => write!(f, "= {}", figure(bound)),
            Self::AtMost(bound) => write!(f, "<= {}", figure(bound)),
            Self::AtLeast(bound) => write!(f, ">= {}", figure(bound)),
            Self::Between(low, high) => write!(f, "{} to {}", figure(low), figure(high)),
        }
    }
}

/// A number as people write it: whole where it is whole, four digits that count otherwise.
pub fn figure(value: f64) -> String {
    if value.is_nan() {
        return "none".to_owned();
    }
    let size = value.abs();
    if value == value.trunc() && size < 1e15 {
        return format!("{value:.0}");
    }
    if !(1e-4..1e6).contains(&size) {
        return format!("{value:.1e}");
    }
    let before_point = format!("{:.0}", size.trunc()).len();
    let decimals = if size >= 1.0 { 4_usize.saturating_sub(before_point) } else { 4 };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bound_holds_for_what_was_not_measured() {
        for bound in
            [Bound::Exactly(0.0), Bound::AtMost(1.0), Bound::AtLeast(1.0), Bound::Between(0.0, 1.0)]
        {
            assert!(!bound.holds(f64::NAN), "{bound}");
            assert!(!bound.holds(Measured::faults(0, []).value), "{bound}");
            assert!(!bound.holds(Measured::largest([]).value), "{bound}");
            assert!(!bound.holds(Measured::largest([0.5, f64::NAN, 0.5]).value), "{bound}");
            assert!(!bound.holds(Measured::smallest([f64::NAN, 1.0]).value), "{bound}");
        }
    }

    #[test]
    fn bounds_hold_at_their_edges_and_not_beyond() {
        for (bound, inside, outside) in [
            (Bound::Exactly(2.0), 2.0, 2.5),
            (Bound::AtMost(2.0), 2.0, 2.000_001),
            (Bound::AtLeast(2.0), 2.0, 1.999_999),
            (Bound::Between(1.0, 2.0), 1.0, 0.999_999),
        ] {
            assert!(bound.holds(inside) && !bound.holds(outside), "{bound}");
        }
    }

    #[test]
    fn faults_are_counted_and_the_first_is_named() {
        let found = Measured::faults(9, ["a", "b"].map(str::to_owned));
        assert_eq!(found, Measured { value: 2.0, of: Some(9), detail: "a".to_owned() });
        assert_eq!(Measured::smallest([3.0, 1.0, 2.0]).value, 1.0);
    }

    #[test]
    fn figures_are_short() {
        for (value, expected) in [
            (0.0, "0"),
            (12_154.0, "12154"),
            (0.05, "0.05"),
            (1.234_56, "1.235"),
            (123.456, "123.5"),
            (1e-9, "1.0e-9"),
            (f64::NAN, "none"),
            (0.999_96, "1"),
        ] {
            assert_eq!(figure(value), expected);
        }
    }
}
