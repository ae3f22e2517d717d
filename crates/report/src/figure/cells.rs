//! A matrix of values as coloured cells.

use plotters::element::{PathElement, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, ShapeStyle};

use super::ink::SCALE_MIDDLE;
use super::{
    Area, Axis, Chart, Drawn, Ink, Margins, Mesh, Size, Tick, chart, letters, mesh, room_for, upx,
};

/// Share of a cell that stays free around its colour, on each side.
const INSET: f64 = 0.03;
/// Letters in cells, logical pixels: smallest and largest.
const LETTERS_MIN: f64 = 8.5;
const LETTERS_MAX: f64 = 12.5;

/// A matrix, its colours and what is written into it.
#[derive(Debug, Clone)]
pub(crate) struct Cells {
    /// Names of the rows, from the top.
    pub(crate) rows: Vec<String>,
    /// Names of the columns, from the left.
    pub(crate) columns: Vec<String>,
    /// Text and step of the scale per cell, `[rows x columns]`; `None` is a missing cell.
    pub(crate) matrix: Vec<Vec<Option<(String, usize)>>>,
    /// Row and column of the cell with a frame.
    pub(crate) marked: Option<(usize, usize)>,
}

/// The step of the scale that a value has: the middle stands for `neutral`, the ends for what is
/// furthest from it in `range`. Without a neutral value the middle stands for the worst.
pub(crate) fn scale_step(
    value: f64,
    range: (f64, f64),
    neutral: Option<f64>,
    more_is_better: bool,
) -> usize {
    let (lo, hi) = range;
    let worst = if more_is_better { lo } else { hi };
    let centre = neutral.unwrap_or(worst);
    let reach = (hi - centre).abs().max((lo - centre).abs());
    let away = if reach > 0.0 { ((value - centre) / reach).clamp(-1.0, 1.0) } else { 0.0 };
    let better = if more_is_better { away } else { -away };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to twice middle"
    )]
    let step = (SCALE_MIDDLE as f64 * (1.0 + better)).round() as usize;
    step
}

/// Draws the cells with the names of rows and columns.
///
/// # Errors
/// Only when the backend fails.
pub(crate) fn draw_cells(of: &Cells, area: &Area<'_>, size: Size) -> Drawn {
    let (rows, columns) = (of.rows.len(), of.columns.len());
    let left = room_for(of.rows.iter().map(String::as_str), 12.0);
    let width = f64::from(size.width.saturating_sub(left + 8)) / columns.max(1) as f64;
    let longest = of.columns.iter().map(|c| c.chars().count()).max().unwrap_or(0);
    let every = ((longest as f64 * 7.5 + 8.0) / width).ceil().max(1.0);
    let x = Axis::with_ticks((0.0, columns as f64), middles(&of.columns, 1.0, every));
    let y = Axis::with_ticks((-(rows as f64), 0.0), middles(&of.rows, -1.0, 1.0));
    let mut chart = chart(area, (x, y), Margins { left, below: 24, right: 8, above: 6 })?;
    mesh(&mut chart, Mesh::Neither)?;
    let texts = of.matrix.iter().flatten().flatten().map(|cell| cell.0.chars().count());
    let letter = letters_that_fit(texts.max().unwrap_or(0), width);
    for (i, row) in of.matrix.iter().enumerate() {
        for (j, cell) in row.iter().enumerate() {
            draw_cell(&mut chart, (i, j), cell.as_ref(), letter)?;
        }
    }
    let Some((i, j)) = of.marked else { return Ok(()) };
    chart.draw_series([frame((i, j), 0.0, Ink::Text.color().stroke_width(upx(2.5)))]).map(|_| ())
}

/// The size of letters at which the longest text stays within a cell; `None` when they would be too
/// small to read.
fn letters_that_fit(longest: usize, width: f64) -> Option<f64> {
    let size = (width - 5.0) / (0.6 * longest.max(1) as f64);
    (size >= LETTERS_MIN).then_some(size.min(LETTERS_MAX))
}

/// Ticks in the middle of every `every`-th place.
fn middles(names: &[String], sign: f64, every: f64) -> Vec<Tick> {
    let shown = names.iter().enumerate().filter(|(i, _)| *i as f64 % every == 0.0);
    shown.map(|(i, name)| Tick { at: sign * (i as f64 + 0.5), label: name.clone() }).collect()
}

fn corners((i, j): (usize, usize), inset: f64) -> [(f64, f64); 2] {
    let (x, y) = (j as f64, -(i as f64));
    [(x + inset, y - inset), (x + 1.0 - inset, y - 1.0 + inset)]
}

fn frame(place: (usize, usize), inset: f64, style: ShapeStyle) -> PathElement<(f64, f64)> {
    let [(left, top), (right, bottom)] = corners(place, inset);
    let points = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    PathElement::new(points.to_vec(), style)
}

/// A cell in its colour with its text, if that fits; a missing one is struck out.
fn draw_cell(
    chart: &mut Chart<'_, '_>,
    place: (usize, usize),
    cell: Option<&(String, usize)>,
    letter: Option<f64>,
) -> Drawn {
    let Some((text, step)) = cell else {
        let style = Ink::Grid.color().stroke_width(upx(1.0));
        let struck = PathElement::new(corners(place, 0.2).to_vec(), style);
        return chart.draw_series([frame(place, INSET, style), struck]).map(|_| ());
    };
    let fill = Ink::Scale(*step).color().filled();
    chart.draw_series([Rectangle::new(corners(place, INSET), fill)])?;
    let Some(letter) = letter else { return Ok(()) };
    let [(left, top), (right, bottom)] = corners(place, 0.0);
    let middle = (f64::midpoint(left, right), f64::midpoint(top, bottom));
    let style = letters(letter, Ink::Text).pos(Pos::new(HPos::Center, VPos::Center));
    chart.draw_series([Text::new(text.clone(), middle, style)]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_has_its_middle_at_the_neutral_value_and_its_ends_at_the_furthest() {
        let of = |v| scale_step(v, (-1.0, 2.0), Some(0.0), true);
        assert_eq!([of(0.0), of(2.0), of(-1.0), of(-2.0)], [4, 8, 2, 0]);
        // Without one: from the worst in the middle to the best at the end.
        let of = |v| scale_step(v, (1.0, 3.0), None, true);
        assert_eq!([of(1.0), of(2.0), of(3.0)], [4, 6, 8]);
        // Where less is better, less is the good end.
        let of = |v| scale_step(v, (1.0, 3.0), None, false);
        assert_eq!([of(1.0), of(2.0), of(3.0)], [8, 6, 4]);
        assert_eq!(scale_step(1.0, (1.0, 1.0), None, true), 4, "all cells alike are in the middle");
    }
}
