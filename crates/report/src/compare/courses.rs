//! Equity of all runs from the same start, and how far each lay under water.

use tradebot_backtest::performance::drawdowns;
use tradebot_domain::Moment;

use super::none;
use super::side::{Compared, Side};
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Drawn, Ended, Ink, Line, MEMBER_INKS, Margins, Mesh, Size, chart,
    date_axis, day_number, draw_ends, draw_line, figure, key, mesh, range, room_for_ends,
    value_axis,
};
use crate::format::{count, number, or_dash, percent, signed_percent};
use crate::markup::{Markup, note};

/// Above this ratio of highest to lowest a scale of equal ratios shows more.
const LOGARITHMIC_FROM: f64 = 3.0;
/// Where every run begins.
const BASE: f64 = 100.0;

/// A run's line with what stands at its end.
struct Course {
    letter: String,
    ink: Ink,
    points: Line,
}

pub(super) fn body(of: &Compared<'_>) -> Result<Markup, ReportError> {
    let long = || of.sides.iter().enumerate().filter(|(_, side)| side.snapshots.len() > 1);
    let shown = || long().take(MEMBER_INKS);
    let Some((from, to)) = span(&of.sides) else {
        return Ok(none("No run has two closes: no line to draw."));
    };
    let course = |(place, side): (usize, &Side<'_>), values: Vec<f64>| Course {
        letter: side.letter.clone(),
        ink: Ink::Member(place),
        points: side.snapshots.iter().map(|s| day_number(s.session)).zip(values).collect(),
    };
    let equity: Vec<Course> = shown().map(|of| course(of, rebased(of.1))).collect();
    let under: Vec<Course> = shown().map(|of| course(of, under_water(of.1))).collect();
    let legend = || key_of(of, &equity);
    let above = figure(equity_caption(&equity, legend()), (360, 300), |area, size| {
        let y = value_axis(ends(&equity), LOGARITHMIC_FROM, |v| number(v, 0));
        draw(&equity, area, (x_axis(from, to, size), y), size)
    })?;
    let below = figure(drawdown_caption(&under, legend()), (230, 210), |area, size| {
        let lowest = ends(&under).0.min(-0.01);
        let y = Axis::around((lowest, 0.0), 5, |v| percent(v, usize::from(lowest > -0.05)));
        draw(&under, area, (x_axis(from, to, size), y), size)
    })?;
    let mut body = above.and(below);
    if long().count() > MEMBER_INKS {
        body.push(note(format!(
            "Drawn are the first {MEMBER_INKS} of {} runs; the tables have all.",
            count(long().count()),
        )));
    }
    Ok(body)
}

fn span(sides: &[Side<'_>]) -> Option<(Moment, Moment)> {
    let long = || sides.iter().filter(|s| s.snapshots.len() > 1).map(|s| s.snapshots);
    let first = long().filter_map(|s| s.first()).map(|s| s.session).min()?;
    let last = long().filter_map(|s| s.last()).map(|s| s.session).max()?;
    Some((first, last))
}

fn x_axis(from: Moment, to: Moment, size: Size) -> Axis {
    date_axis(from, to, if size.is_narrow() { 4 } else { 12 })
}

/// Equity with the first close at the base.
fn rebased(side: &Side<'_>) -> Vec<f64> {
    let start = side.snapshots.first().map_or(f64::NAN, |s| s.equity.to_f64());
    side.snapshots.iter().map(|s| BASE * s.equity.to_f64() / start).collect()
}

fn under_water(side: &Side<'_>) -> Vec<f64> {
    std::iter::once(0.0).chain(drawdowns(&side.returns())).collect()
}

fn ends(courses: &[Course]) -> (f64, f64) {
    range(courses.iter().map(|c| c.points.as_slice()))
}

fn draw(courses: &[Course], area: &Area<'_>, (x, y): (Axis, Axis), size: Size) -> Drawn {
    let names = courses.iter().map(|c| c.letter.as_str());
    let right = room_for_ends(names, size).max(x.overhang(12.0));
    let mut chart = chart(area, (x, y), Margins { left: 60, below: 22, right, above: 8 })?;
    mesh(&mut chart, Mesh::Horizontal)?;
    // The first run last, on top of the others.
    for course in courses.iter().rev() {
        draw_line(&mut chart, &course.points, (course.ink, 1.7), size)?;
    }
    let ended = courses.iter().filter_map(|c| {
        let at = c.points.iter().rev().map(|p| p.1).find(|v| v.is_finite())?;
        Some(Ended { name: c.letter.clone(), ink: c.ink, at })
    });
    draw_ends(&chart, area, &ended.collect::<Vec<Ended>>(), size)
}

fn key_of(of: &Compared<'_>, courses: &[Course]) -> Markup {
    let names: Vec<(Ink, String)> = courses
        .iter()
        .filter_map(|c| {
            let side = of.sides.iter().find(|s| s.letter == c.letter)?;
            Some((c.ink, format!("{}: {}", c.letter, side.run.run_id)))
        })
        .collect();
    key(names.iter().map(|(ink, name)| (*ink, name.as_str())))
}

fn last(course: &Course) -> Option<f64> {
    course.points.last().map(|p| p.1)
}

fn equity_caption(courses: &[Course], legend: Markup) -> Caption {
    let said: Vec<String> = courses
        .iter()
        .map(|c| {
            let change = last(c).map(|v| v / BASE - 1.0);
            format!("{} {}", c.letter, or_dash(change, |v| signed_percent(v, 1)))
        })
        .collect();
    Caption {
        id: "f-courses".to_owned(),
        title: "Equity at the close from a common start".to_owned(),
        description: format!("A line per run. Changes to the end: {}.", said.join(", ")),
        help: "All runs begin at 100. A line above another has earned more since then; a smoother \
               one with less risk."
            .to_owned(),
        axes: Axes::over_time("100 at the first close in common"),
        legend,
    }
}

fn drawdown_caption(courses: &[Course], legend: Markup) -> Caption {
    let deepest = |c: &Course| c.points.iter().map(|p| p.1).fold(0.0, f64::min);
    let said: Vec<String> =
        courses.iter().map(|c| format!("{} {}", c.letter, percent(deepest(c), 1))).collect();
    Caption {
        id: "f-under-water".to_owned(),
        title: "Under water: drawdown from the highest close so far".to_owned(),
        description: format!("A line per run. Deepest: {}.", said.join(", ")),
        help: "At zero a run stands at a new high. Runs that sink together carry the same risk."
            .to_owned(),
        axes: Axes::over_time("per cent of the peak"),
        legend,
    }
}
