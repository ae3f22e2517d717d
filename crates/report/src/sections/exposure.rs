//! How much of the account was at work, and how often it was turned over.

use tradebot_backtest::summary::mean;

use super::Subject;
use crate::ReportError;
use crate::figure::{
    Axes, Axis, Bars, Caption, Ink, Line, Margins, Mesh, chart, date_axis, day_number, draw_area,
    draw_bars, draw_line, figure as draw_figure, key, mesh,
};
use crate::format::{number, or_dash, percent};
use crate::markup::{Markup, details, element, note};
use crate::measure::rolling::rolling_mean;
use crate::measure::turnover::{Period, turnover};
use crate::table::{Table, figure, words};

/// Sessions that the mean line is over: a quarter of a year.
const SMOOTH: usize = 63;

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    if of.result.snapshots.len() < 2 {
        let none = "Fewer than two closes: nothing was exposed over time.";
        return Ok(element("p", &[("class", "none")], none));
    }
    Ok(exposure(of)?.and(turned_over(of)?))
}

fn exposure(of: Subject<'_>) -> Result<Markup, ReportError> {
    let snapshots = &of.result.snapshots;
    let gross: Vec<f64> = snapshots.iter().map(|s| s.gross).filter(|v| v.is_finite()).collect();
    if gross.iter().all(|v| *v == 0.0) {
        let none = "No position was held at any close: the account was in cash throughout.";
        return Ok(element("p", &[("class", "none")], none));
    }
    let (from, to) = (snapshots[0].session, snapshots[snapshots.len() - 1].session);
    let held = snapshots.iter().filter(|s| s.gross.is_finite());
    let days: Vec<f64> = held.map(|s| day_number(s.session)).collect();
    let over = |values: Vec<f64>| -> Line { days.iter().copied().zip(values).collect() };
    let highest = gross.iter().copied().fold(0.0, f64::max);
    let caption = exposure_caption(&gross, highest);
    let (daily, smooth) = (over(gross.clone()), over(rolling_mean(&gross, SMOOTH)));
    draw_figure(caption, (220, 200), |area, size| {
        let x = date_axis(from, to, if size.is_narrow() { 5 } else { 12 });
        let y = Axis::around((0.0, highest), 4, |v| percent(v, usize::from(highest < 0.04)));
        let margins = Margins { left: 52, below: 22, right: x.overhang(12.0), above: 8 };
        let mut chart = chart(area, (x, y), margins)?;
        draw_area(&mut chart, &daily, Ink::RunTint, size)?;
        mesh(&mut chart, Mesh::Horizontal)?;
        draw_line(&mut chart, &smooth, (Ink::Run, 2.0), size)
    })
}

fn exposure_caption(gross: &[f64], highest: f64) -> Caption {
    let idle = gross.iter().filter(|v| **v == 0.0).count() as f64 / gross.len().max(1) as f64;
    Caption {
        id: "f-exposure".to_owned(),
        title: "Exposure: value of positions over equity".to_owned(),
        description: format!(
            "On average {} of equity was in positions at the close, at most {}; at {} of closes \
             nothing was held.",
            or_dash(mean(gross), |v| percent(v, 1)),
            percent(highest, 1),
            percent(idle, 0),
        ),
        help: "100 % is an account that is fully invested; the rest is cash. Long stretches near zero \
               are sessions without a trade worth its risk."
            .to_owned(),
        axes: Axes::over_time("per cent of equity at the close"),
        legend: key([
            (Ink::RunTint, "Each close"),
            (Ink::Run, "Mean of the last 63 sessions"),
        ]),
    }
}

fn turned_over(of: Subject<'_>) -> Result<Markup, ReportError> {
    if of.result.trades.is_empty() {
        let none = "No trade was closed: nothing was turned over.";
        return Ok(element("p", &[("class", "none")], none));
    }
    let periods = turnover(of.result);
    let bars = Bars {
        labels: periods.iter().map(|p| p.name.clone()).collect(),
        series: vec![(Ink::Run, periods.iter().map(|p| Some(p.turnover)).collect())],
    };
    let highest = periods.iter().map(|p| p.turnover).fold(0.0, f64::max);
    let decimals = if highest < 0.4 { 2 } else { usize::from(highest < 8.0) };
    let chart = draw_figure(turnover_caption(of, &periods), (190, 180), |area, size| {
        draw_bars(&bars, (area, size), 52, |v| format!("{} ×", number(v, decimals)))
    })?;
    Ok(chart.and(details("The same as a table", table(&periods))).and(note(
        "Purchases count at their entry and sales at their exit, each for one half; positions that \
         are still open count nowhere yet.",
    )))
}

fn turnover_caption(of: Subject<'_>, periods: &[Period]) -> Caption {
    let most = periods.iter().max_by(|a, b| a.turnover.total_cmp(&b.turnover));
    Caption {
        id: "f-turnover".to_owned(),
        title: "Turnover".to_owned(),
        description: format!(
            "Bars by period. {} a year over the run, most in {}.",
            or_dash(of.assessment.activity.turnover, |v| format!("{} ×", number(v, 1))),
            most.map_or_else(String::new, |p| format!(
                "{} with {} ×",
                p.name,
                number(p.turnover, 2)
            )),
        ),
        help: "1 × is the whole account bought and sold once in that period. Costs grow with it."
            .to_owned(),
        axes: Axes::over_time("times equity, in that period"),
        legend: Markup::default(),
    }
}

fn table(periods: &[Period]) -> Markup {
    let mut table =
        Table::new("Turnover by period, times equity", vec![words("Period"), figure("Turnover")]);
    for p in periods {
        table.row(vec![words(p.name.as_str()), figure(number(p.turnover, 2))]);
    }
    table.into()
}
