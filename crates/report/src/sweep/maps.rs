//! The cells of a sweep as maps and as tables.

use super::{Sweep, SweepCell, SweepPanel, judged};
use crate::ReportError;
use crate::figure::{
    Axes, Caption, Cells, Ink, NARROW, SCALE_STEPS, Size, draw_cells, scale_step, small_figure,
};
use crate::format::{count, counted, number, or_dash};
use crate::markup::{Markup, details, element};
use crate::table::{Cell, Table, figure, words};

/// Height of a row of cells, logical pixels.
const ROW: u32 = 34;
/// Width of a map beside its verdict, logical pixels.
const WIDTH: u32 = 560;
/// Maps drawn at most; the tables have all.
const PANELS_MAX: usize = 12;

/// The maps with the verdict beside them.
///
/// # Errors
/// [`ReportError::Figure`] when a figure could not be drawn.
pub(super) fn with_verdict(of: &Sweep) -> Result<Markup, ReportError> {
    let verdict = element("div", &[("class", "verdict")], judged::body(of));
    if of.values().next().is_none() {
        let none = "No setting has a figure: there is no map to draw.";
        return Ok(verdict.and(element("p", &[("class", "none")], none)));
    }
    let mut maps = Markup::default();
    for (place, panel) in of.panels.iter().enumerate().take(PANELS_MAX) {
        maps.push(map(of, place, panel)?);
    }
    if of.panels.len() > PANELS_MAX {
        let text = format!("Drawn are {PANELS_MAX} of {} maps.", count(of.panels.len()));
        maps.push(element("p", &[("class", "note")], text));
    }
    let maps = element("div", &[], legend(of).and(maps));
    Ok(element("div", &[("class", "beside")], verdict.and(maps)))
}

fn range(of: &Sweep) -> (f64, f64) {
    of.values().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

fn map(of: &Sweep, place: usize, panel: &SweepPanel) -> Result<Markup, ReportError> {
    let ends = range(of);
    let cell = |v: &Option<f64>| {
        let value = v.filter(|v| v.is_finite())?;
        let step = scale_step(value, ends, of.neutral, of.higher_is_better);
        Some((number(value, of.decimals), step))
    };
    let marked = of.best.filter(|best| best.panel == place);
    let cells = Cells {
        rows: of.rows.values.clone(),
        columns: of.columns.values.clone(),
        matrix: panel.cells.iter().map(|row| row.iter().map(cell).collect()).collect(),
        marked: marked.map(|best| (best.row, best.column)),
    };
    let rows = u32::try_from(of.rows.values.len()).unwrap_or(u32::MAX).clamp(1, 60);
    let height = 30 + ROW * rows;
    let draw = |size: Size, variant: &str| {
        let caption =
            Caption { id: format!("f-map-{place}{variant}"), ..caption(of, place, panel) };
        small_figure(caption, size, |area, size| draw_cells(&cells, area, size))
    };
    let wide = draw(Size { width: WIDTH, height }, "")?;
    let narrow = draw(Size { width: NARROW, height }, "-narrow")?;
    Ok(element("div", &[("class", "wide")], wide).and(element(
        "div",
        &[("class", "narrow")],
        narrow,
    )))
}

fn caption(of: &Sweep, place: usize, panel: &SweepPanel) -> Caption {
    let fixed: Vec<String> =
        panel.fixed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let title = if fixed.is_empty() { of.metric.clone() } else { fixed.join("; ") };
    let values: Vec<f64> =
        panel.cells.iter().flatten().filter_map(|v| *v).filter(|v| v.is_finite()).collect();
    let show = |v: Option<f64>| or_dash(v, |v| number(v, of.decimals));
    let best = of.best.filter(|best| best.panel == place).map_or_else(String::new, |best| {
        format!(
            " The best in sample, {}, is at {}.",
            show(of.value(best)),
            judged::described(of, best)
        )
    });
    Caption {
        id: String::new(),
        title,
        description: format!(
            "Heat map of {}, {} by {}: {} from {} to {}.{best}",
            of.metric,
            of.rows.name,
            of.columns.name,
            counted(values.len(), "cell", "cells"),
            show(values.iter().copied().reduce(f64::min)),
            show(values.iter().copied().reduce(f64::max)),
        ),
        help: if place == 0 {
            "A cell is one setting. Trust broad hills, not single cells: the frame marks the best in \
             sample, a struck cell is missing."
                .to_owned()
        } else {
            String::new()
        },
        axes: Axes::named(of.columns.name.as_str(), of.rows.name.as_str()),
        legend: Markup::default(),
    }
}

/// The scale of colours from bad to good with its ends.
fn legend(of: &Sweep) -> Markup {
    let (lo, hi) = range(of);
    let show = |v: f64| number(v, of.decimals);
    let (worst, best) = if of.higher_is_better { (lo, hi) } else { (hi, lo) };
    let step = |v: f64| scale_step(v, (lo, hi), of.neutral, of.higher_is_better);
    let (from, to) = (step(worst).min(SCALE_STEPS - 1), step(best));
    let steps: Markup = (from..=to)
        .map(|k| {
            let style = format!("background:{}", Ink::Scale(k).variable());
            element("span", &[("class", "swatch"), ("style", &style)], "")
        })
        .collect();
    let neutral = of.neutral.map_or_else(String::new, |v| format!(", pale at {}", show(v)));
    let text = format!("{} (worst) to {} (best){neutral}", show(worst), show(best));
    element("p", &[("class", "beneath scale")], element("span", &[], steps).and(text))
}

/// Every panel as a table, for whoever cannot see the map or wants the numbers.
pub(super) fn tables(of: &Sweep) -> Markup {
    if of.values().next().is_none() {
        return element("p", &[("class", "none")], "No setting has a figure: nothing to list.");
    }
    let mut body = Markup::default();
    for (place, panel) in of.panels.iter().enumerate() {
        let table = table(of, place, panel);
        if place < 3 || of.best.is_some_and(|best| best.panel == place) {
            body.push(table);
        } else {
            body.push(details(caption(of, place, panel).title, table));
        }
    }
    body
}

fn table(of: &Sweep, place: usize, panel: &SweepPanel) -> Markup {
    let fixed: Vec<String> =
        panel.fixed.iter().map(|(name, v)| format!("; {name} = {v}")).collect();
    let caption = format!("{}{}; the best in sample in bold", of.metric, fixed.concat());
    let corner = match (of.rows.name.as_str(), of.columns.name.as_str()) {
        ("", columns) => columns.to_owned(),
        (rows, "") => rows.to_owned(),
        (rows, columns) => format!("{rows} \\ {columns}"),
    };
    let columns = of.columns.values.iter().map(|v| figure(v.as_str()));
    let mut table = Table::new(caption, std::iter::once(words(corner)).chain(columns).collect());
    for (row, (name, values)) in of.rows.values.iter().zip(&panel.cells).enumerate() {
        let cells = values
            .iter()
            .enumerate()
            .map(|(column, _)| cell(of, SweepCell { panel: place, row, column }));
        table.row(std::iter::once(words(name.as_str())).chain(cells).collect());
    }
    table.into()
}

fn cell(of: &Sweep, at: SweepCell) -> Cell {
    let text = or_dash(of.value(at), |v| number(v, of.decimals));
    if of.best == Some(at) { figure(text).with_class("total") } else { figure(text) }
}
