//! Bars side by side, by period or group.

use plotters::element::{PathElement, Rectangle};
use plotters::style::Color as _;

use super::{Area, Axis, Drawn, Ink, Margins, Mesh, Size, Tick, chart, mesh, upx};

/// Share of a group's width that stays free beside its bars.
const FREE: f64 = 0.24;

/// Groups of bars: for each label one bar per series.
#[derive(Debug, Clone)]
pub(crate) struct Bars {
    /// Names of the groups, from left to right.
    pub(crate) labels: Vec<String>,
    /// The series: colour and one value per label; no bar where it is not defined.
    pub(crate) series: Vec<(Ink, Vec<Option<f64>>)>,
}

impl Bars {
    fn ends(&self) -> (f64, f64) {
        let values = self.series.iter().flat_map(|s| s.1.iter().flatten());
        let finite = values.copied().filter(|v| v.is_finite());
        finite.fold((0.0_f64, 0.0_f64), |(lo, hi), v| (lo.min(v), hi.max(v)))
    }

    /// So many labels at most that they do not touch.
    fn axis(&self, size: Size) -> Axis {
        let most = if size.is_narrow() { 6 } else { 14 };
        let step = self.labels.len().div_ceil(most).max(1);
        let shown = self.labels.iter().enumerate().step_by(step);
        let ticks = shown.map(|(i, label)| Tick { at: i as f64 + 0.5, label: label.clone() });
        Axis::with_ticks((0.0, self.labels.len() as f64), ticks.collect())
    }
}

/// Draws the bars from zero on, over lines at the ticks of the values.
///
/// - `room`: left of the plot for the labels of values, logical pixels.
///
/// # Errors
/// Only when the backend fails.
pub(crate) fn draw_bars(
    bars: &Bars,
    (area, size): (&Area<'_>, Size),
    room: u32,
    label: impl Fn(f64) -> String,
) -> Drawn {
    let (lo, hi) = bars.ends();
    let y = Axis::around((lo, if hi > lo { hi } else { lo + 0.01 }), 5, label);
    let x = bars.axis(size);
    let (left, right) = (x.from(), x.to());
    let margins = Margins { left: room, below: 22, right: 14, above: 8 };
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Horizontal)?;
    let width = (1.0 - FREE) / bars.series.len().max(1) as f64;
    for (k, (ink, values)) in bars.series.iter().enumerate() {
        let offset = FREE / 2.0 + k as f64 * width;
        let drawn = values.iter().enumerate().filter_map(|(i, v)| Some((i as f64, (*v)?)));
        chart.draw_series(drawn.filter(|(_, v)| v.is_finite()).map(|(i, v)| {
            let from = i + offset;
            Rectangle::new([(from, 0.0), (from + width, v)], ink.color().filled())
        }))?;
    }
    let zero = Ink::Axis.color().stroke_width(upx(1.0));
    chart.draw_series([PathElement::new(vec![(left, 0.0), (right, 0.0)], zero)]).map(|_| ())
}
