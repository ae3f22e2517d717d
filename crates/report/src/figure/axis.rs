//! Axes with ticks where people expect them.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

/// No axis has more.
const TICKS_MAX: u32 = 100;

/// A place on an axis and what is written there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    /// The place.
    pub(crate) at: f64,
    /// The label; may be empty.
    pub(crate) label: String,
}

/// An axis: from, to, and ticks in between.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    from: f64,
    to: f64,
    ticks: Vec<Tick>,
    logarithmic: bool,
}

impl Axis {
    /// An axis with ticks given. A range that is empty or not finite becomes one around it.
    pub(crate) fn with_ticks(range: (f64, f64), ticks: Vec<Tick>) -> Self {
        let (from, to) = proper(range);
        Self { from, to, ticks, logarithmic: false }
    }

    /// An axis from round number to round number around the range, with about so many ticks.
    pub(crate) fn around(range: (f64, f64), about: usize, label: impl Fn(f64) -> String) -> Self {
        let (from, to) = proper(range);
        let step = round_step((to - from) / about.max(1) as f64);
        let (first, last) = ((from / step + 1e-9).floor(), (to / step - 1e-9).ceil());
        if last - first < 1.0 {
            // Too narrow a range at too high a place: steps are lost in rounding.
            return Self::with_ticks((from, to), vec![Tick { at: from, label: label(from) }]);
        }
        let steps = (0..=TICKS_MAX).map(f64::from).take_while(|n| *n <= last - first);
        let ticks =
            steps.map(|n| (first + n) * step).map(|at| Tick { at, label: label(at) }).collect();
        Self { from: first * step, to: last * step, ticks, logarithmic: false }
    }

    /// An axis on which equal ratios are equally long; for ranges above zero.
    pub(crate) fn logarithmic(range: (f64, f64), label: impl Fn(f64) -> String) -> Self {
        let (from, to) = proper(range);
        let from = from.max(f64::MIN_POSITIVE);
        let steps: &[f64] = match to / from {
            ratio if ratio > 30.0 => &[1.0, 3.0],
            ratio if ratio > 8.0 => &[1.0, 2.0, 5.0],
            _ => &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0],
        };
        let mut ticks = Vec::new();
        let mut decade = 10.0_f64.powf(from.log10().floor());
        while decade <= to {
            let inside = steps.iter().map(|s| s * decade).filter(|v| (from..=to).contains(v));
            ticks.extend(inside.map(|at| Tick { at, label: label(at) }));
            decade *= 10.0;
        }
        Self { from, to, ticks, logarithmic: true }
    }

    /// What is written at a tick.
    pub(crate) fn label(&self, at: f64) -> String {
        self.ticks.iter().find(|t| t.at == at).map(|t| t.label.clone()).unwrap_or_default()
    }

    /// Logical pixels that labels of a horizontal axis in letters of this size may stick out.
    pub(crate) fn overhang(&self, letters: f64) -> u32 {
        super::room_for(self.ticks.iter().map(|t| t.label.as_str()), letters / 2.0).min(60)
    }

    /// Equal ratios are equally long on it.
    pub(crate) const fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// The lower end.
    pub(crate) const fn from(&self) -> f64 {
        self.from
    }

    /// The upper end.
    pub(crate) const fn to(&self) -> f64 {
        self.to
    }

    /// The value moved onto the axis when it lies outside.
    pub(crate) fn clamped(&self, value: f64) -> f64 {
        if value.is_nan() { self.from } else { value.clamp(self.from, self.to) }
    }

    /// The value so far along the axis, 0 to 1.
    pub(crate) fn at_share(&self, share: f64) -> f64 {
        if self.logarithmic {
            self.from * (self.to / self.from).powf(share)
        } else {
            self.from + share * (self.to - self.from)
        }
    }

    fn share(&self, value: f64) -> f64 {
        let value = self.clamped(value);
        if self.logarithmic {
            (value / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        }
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let length = f64::from(limit.1 - limit.0);
        #[expect(clippy::cast_possible_truncation, reason = "within the limits of the drawing")]
        let along = (length * self.share(*value)).round() as i32;
        limit.0 + along
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.ticks.iter().map(|t| t.at).collect()
    }

    fn range(&self) -> Range<f64> {
        self.from..self.to
    }
}

/// The range itself, or one of length 1 around it when it has no length.
fn proper((from, to): (f64, f64)) -> (f64, f64) {
    if from.is_finite() && to.is_finite() && to > from {
        return (from, to);
    }
    let middle = if from.is_finite() { from } else { 0.0 };
    (middle - 0.5, middle + 0.5)
}

/// 1, 2 or 5 times a power of ten, not below `step`.
fn round_step(step: f64) -> f64 {
    let power = 10.0_f64.powf(step.log10().floor());
    let times = step / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|r| times <= *r * (1.0 + 1e-9)).unwrap_or(10.0);
    round * power
}
