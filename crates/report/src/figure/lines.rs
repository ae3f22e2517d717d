//! Lines over an axis, with gaps where there is no value.

use plotters::element::Polygon;
use plotters::series::LineSeries;
use plotters::style::Color as _;

use super::{Axis, Chart, Drawn, Ink, Size, thin, upx};

/// Points by ascending x.
pub(crate) type Line = Vec<(f64, f64)>;

/// Lowest and highest finite value; the wrong way round when there is none.
pub(crate) fn range<'l>(lines: impl IntoIterator<Item = &'l [(f64, f64)]>) -> (f64, f64) {
    lines
        .into_iter()
        .flatten()
        .map(|p| p.1)
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

/// A range that hardly moves gets room, or its labels would all be the same.
fn widened((lo, hi): (f64, f64)) -> (f64, f64) {
    if hi - lo < 0.004 * hi { (lo * 0.99, hi * 1.01) } else { (lo, hi) }
}

/// An axis of values above zero: of equal ratios when the highest is more than `ratio` times the
/// lowest, since that shows more.
pub(crate) fn value_axis(range: (f64, f64), ratio: f64, label: impl Fn(f64) -> String) -> Axis {
    let (lo, hi) = widened(range);
    if lo > 0.0 && hi / lo > ratio {
        Axis::logarithmic((lo * 0.95, hi * 1.05), label)
    } else {
        Axis::around((lo, hi), 5, label)
    }
}

/// A line in as many points as can be seen.
pub(crate) fn draw_line(
    chart: &mut Chart<'_, '_>,
    points: &[(f64, f64)],
    (ink, width): (Ink, f64),
    size: Size,
) -> Drawn {
    let style = ink.color().stroke_width(upx(width));
    chart.draw_series(LineSeries::new(thin(points, size.width), style)).map(|_| ())
}

/// The same, broken wherever a value is not finite.
pub(crate) fn draw_segments(
    chart: &mut Chart<'_, '_>,
    points: &[(f64, f64)],
    (ink, width): (Ink, f64),
    size: Size,
) -> Drawn {
    let finite = |p: &(f64, f64)| p.1.is_finite();
    for segment in points.chunk_by(|a, b| finite(a) == finite(b)).filter(|s| finite(&s[0])) {
        let share = segment.len() as f64 / points.len() as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below width")]
        let columns = (f64::from(size.width) * share).ceil() as u32;
        let style = ink.color().stroke_width(upx(width));
        chart.draw_series(LineSeries::new(thin(segment, columns), style))?;
    }
    Ok(())
}

/// What lies between a line and zero, tinted.
pub(crate) fn draw_area(
    chart: &mut Chart<'_, '_>,
    points: &[(f64, f64)],
    ink: Ink,
    size: Size,
) -> Drawn {
    let line = thin(points, size.width);
    let (Some(first), Some(last)) = (line.first().copied(), line.last().copied()) else {
        return Ok(());
    };
    let mut outline = vec![(first.0, 0.0)];
    outline.extend(&line);
    outline.push((last.0, 0.0));
    chart.draw_series([Polygon::new(outline, ink.color().filled())]).map(|_| ())
}
