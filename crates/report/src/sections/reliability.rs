//! Reliability diagrams: what happened when a chance of so much was given.

use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::Color as _;
use tradebot_backtest::skill::{CalibrationRow, ForecasterSkill};

use super::Subject;
use super::skill::{forecasters, name};
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Drawn, Ink, Margins, Mesh, Size, chart, mesh, small_figure, upx,
};
use crate::format::{count, interval, number, or_dash, percent};
use crate::markup::{Markup, details, element, paragraph};
use crate::table::{Table, figure, words};

/// Size of one diagram, logical pixels.
const SIZE: Size = Size { width: 300, height: 300 };
/// Bins worth fewer outcomes than this say next to nothing: they are in the tables only.
const SPARSE: f64 = 10.0;
/// Share of the height that the bars of counts take.
const COUNTS: f64 = 0.16;

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let all = forecasters(of);
    if all.is_empty() {
        let none = "No forecast has an outcome yet.";
        return Ok(element("p", &[("class", "none")], none));
    }
    let ends = ends(&all);
    // The consensus first: it is what trades are sized on.
    let mut diagrams = Markup::default();
    for (number, f) in all.iter().rev().enumerate() {
        diagrams.push(diagram(number, f, ends)?);
    }
    let intro = paragraph(
        "A dot on the diagonal: what was given so much chance happened that often. The line through \
         a dot is the 90 % interval of how often; where it misses the diagonal the probabilities \
         were wrong, and it is in the colour of losses with a ring in place of the dot. Bars at the foot say where the forecasts were. Tenths worth \
         fewer than ten outcomes are left to the tables.",
    );
    Ok(intro.and(element("div", &[("class", "grid")], diagrams)).and(tables(&all)))
}

/// The common ends of all diagrams: the bins in use, in tenths.
fn ends(all: &[&ForecasterSkill]) -> (f64, f64) {
    let used = || all.iter().flat_map(|f| known(f));
    let lo = used().map(|r| r.from.min((r.interval.lo * 10.0).floor() / 10.0)).fold(1.0, f64::min);
    let hi = used().map(|r| r.until.max((r.interval.hi * 10.0).ceil() / 10.0)).fold(0.0, f64::max);
    if lo < hi { (lo, hi) } else { (0.0, 1.0) }
}

fn used(of: &ForecasterSkill) -> impl Iterator<Item = &CalibrationRow> {
    of.calibration.iter().filter(|r| r.forecasts > 0)
}

/// Bins that say something.
fn known(of: &ForecasterSkill) -> impl Iterator<Item = &CalibrationRow> {
    used(of).filter(|r| r.effective >= SPARSE)
}

fn diagram(number: usize, of: &ForecasterSkill, ends: (f64, f64)) -> Result<Markup, ReportError> {
    let said: Vec<String> = known(of)
        .map(|r| {
            format!(
                "said {}, happened {} ({})",
                or_dash(r.mean_forecast, |v| percent(v, 0)),
                or_dash(r.rate, |v| percent(v, 0)),
                interval(r.interval, |v| percent(v, 0)),
            )
        })
        .collect();
    let caption = Caption {
        id: format!("f-reliability-{number}"),
        title: name(of),
        description: format!("Reliability of {}: {}.", name(of), said.join("; ")),
        help: format!(
            "mean distance {}, {} forecasts",
            percent(of.calibration_error, 1),
            count(of.forecasts),
        ),
        axes: Axes::named("chance that was given", "share that happened"),
        legend: Markup::default(),
    };
    small_figure(caption, SIZE, |area, _| draw(of, area, ends))
}

fn draw(of: &ForecasterSkill, area: &Area<'_>, ends: (f64, f64)) -> Drawn {
    let axis = || Axis::around(ends, 5, |v| percent(v, 0));
    let (lo, hi) = (axis().from(), axis().to());
    let margins = Margins { left: 44, below: 22, right: 22, above: 8 };
    let mut chart = chart(area, (axis(), axis()), margins)?;
    let tint = Ink::RunTint.color().filled();
    let most = used(of).map(|r| r.effective).fold(0.0, f64::max);
    chart.draw_series(used(of).filter(|_| most > 0.0).map(|r| {
        let height = lo + COUNTS * (hi - lo) * r.effective / most;
        let inset = 0.08 * (r.until - r.from);
        let corners = [(r.from + inset, lo), (r.until - inset, height)];
        Rectangle::new(corners.map(|(x, y)| (axis().clamped(x), y)), tint)
    }))?;
    mesh(&mut chart, Mesh::Both)?;
    let diagonal = vec![(lo, lo), (hi, hi)];
    chart.draw_series([PathElement::new(diagonal, Ink::Soft.color().stroke_width(upx(1.2)))])?;
    for r in known(of) {
        let (Some(said), Some(rate)) = (r.mean_forecast, r.rate) else { continue };
        let ink = if r.consistent { Ink::Run } else { Ink::Bad };
        let whole = vec![(said, r.interval.lo), (said, r.interval.hi)];
        chart.draw_series([PathElement::new(whole, ink.color().stroke_width(upx(2.0)))])?;
        let dot =
            if r.consistent { ink.color().filled() } else { ink.color().stroke_width(upx(1.8)) };
        chart.draw_series([Circle::new((said, rate), upx(4.0), dot)])?;
    }
    Ok(())
}

fn tables(all: &[&ForecasterSkill]) -> Markup {
    let tables = all.iter().rev().map(|f| {
        let mut table = Table::new(
            format!("Reliability of {}", name(f)),
            vec![
                words("Said"),
                figure("Forecasts"),
                figure("Worth"),
                figure("Mean forecast"),
                figure("Happened"),
                figure("90 % interval"),
                words("Agrees"),
            ],
        );
        for r in used(f) {
            table.row(vec![
                words(format!("{} to {}", percent(r.from, 0), percent(r.until, 0))),
                figure(count(r.forecasts)),
                figure(number(r.effective, 0)),
                figure(or_dash(r.mean_forecast, |v| percent(v, 1))),
                figure(or_dash(r.rate, |v| percent(v, 1))),
                figure(interval(r.interval, |v| percent(v, 1))),
                words(if r.consistent { "yes" } else { "no" }),
            ]);
        }
        Markup::from(table)
    });
    details("The same as tables", tables.collect::<Markup>())
}
