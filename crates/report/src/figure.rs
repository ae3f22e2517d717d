//! Figures: drawn by plotters, inlined as SVG that scales and takes the colours of the page.
//!
//! A figure is drawn twice, for a desk and for a telephone, since a wide drawing shrunk to a
//! narrow screen has unreadable letters; the style sheet shows one of the two. Drawings are in
//! quarter pixels, for the backend knows whole numbers only and a line wants to be smooth.
//! Colours are written as marks by the backend and become variables of the style sheet, so that
//! one drawing serves a light and a dark page.

mod frame;
mod axis;
mod dates;
mod ink;
mod thin;
mod lines;
mod ends;
mod bars;
mod cells;

use std::io;

use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::SVGBackend;
use plotters::style::{Color as _, TRANSPARENT, TextStyle};

pub(crate) use axis::{Axis, Tick};
pub(crate) use bars::{Bars, draw_bars};
pub(crate) use cells::{Cells, draw_cells, scale_step};
pub(crate) use dates::{date_axis, day_number, month_name};
pub(crate) use ends::{Ended, draw_ends, room_for_ends};
pub(crate) use frame::{Axes, Caption, figure, small_figure};
pub(crate) use ink::{Ink, MEMBER_INKS, SCALE_STEPS};
pub(crate) use lines::{Line, draw_area, draw_line, draw_segments, range, value_axis};
pub(crate) use thin::thin;

use crate::markup::{Markup, element};

/// Units of a drawing per logical pixel.
const UNITS: u32 = 4;

/// Where things are drawn.
pub(crate) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// A chart with two axes.
pub(crate) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
/// Whether drawing went well; it writes to memory, so only a bug of ours makes it fail.
pub(crate) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

/// How large a drawing is, logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Width.
    pub(crate) width: u32,
    /// Height.
    pub(crate) height: u32,
}

impl Size {
    /// For a screen without room for more than about 400 pixels.
    pub(crate) const fn is_narrow(self) -> bool {
        self.width < 600
    }
}

/// Width of figures on a desk, logical pixels.
pub(crate) const WIDE: u32 = 960;
/// Width of figures on a telephone, logical pixels.
pub(crate) const NARROW: u32 = 380;

/// Logical pixels in units of the drawing.
pub(crate) fn px(pixels: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "sizes of letters and lines; saturates")]
    let units = (pixels * f64::from(UNITS)).round() as i32;
    units
}

/// Logical pixels, zero or more, in units of the drawing.
pub(crate) fn upx(pixels: f64) -> u32 {
    px(pixels).unsigned_abs()
}

/// Letters of so many logical pixels.
pub(crate) fn letters(pixels: f64, ink: Ink) -> TextStyle<'static> {
    // The backend divides by 1.24, the ratio of line height to letter size.
    let size = pixels * f64::from(UNITS) * 1.24;
    let mut style = TextStyle::from(("sans-serif", size));
    style.color = ink.color().to_backend_color();
    style
}

/// Logical pixels that a name in letters of this size takes at most, with the space beside it.
pub(crate) fn room_for<'n>(names: impl IntoIterator<Item = &'n str>, letters: f64) -> u32 {
    let longest = names.into_iter().map(|n| n.chars().count()).max().unwrap_or(0);
    // A generic font is unknown: six tenths of its size per letter holds for all common ones.
    (px(longest as f64 * letters * 0.6 + 8.0) / px(1.0)).unsigned_abs().clamp(12, 200)
}

/// Space around a chart, logical pixels: left for labels, below for labels, right, above.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Margins {
    /// Labels of the vertical axis.
    pub(crate) left: u32,
    /// Labels of the horizontal axis.
    pub(crate) below: u32,
    /// Free on the right.
    pub(crate) right: u32,
    /// Free above.
    pub(crate) above: u32,
}

/// A chart with axes but without lines yet, so that a background can be put in first.
///
/// # Errors
/// Only when the backend fails.
pub(crate) fn chart<'a, 'b>(
    area: &'a Area<'b>,
    (x, y): (Axis, Axis),
    margins: Margins,
) -> Result<Chart<'a, 'b>, DrawingAreaErrorKind<io::Error>> {
    ChartBuilder::on(area)
        .set_label_area_size(plotters::chart::LabelAreaPosition::Left, margins.left * UNITS)
        .set_label_area_size(plotters::chart::LabelAreaPosition::Bottom, margins.below * UNITS)
        .margin_right(margins.right * UNITS)
        .margin_top(margins.above * UNITS)
        .build_cartesian_2d(x, y)
}

/// Which lines go through a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mesh {
    /// Along the ticks of the vertical axis.
    Horizontal,
    /// Along the ticks of the horizontal axis.
    Vertical,
    /// Both.
    Both,
    /// None: only labels.
    Neither,
}

/// Draws lines and labels at the ticks.
///
/// # Errors
/// Only when the backend fails.
pub(crate) fn mesh(chart: &mut Chart<'_, '_>, lines: Mesh) -> Drawn {
    let x = chart.as_coord_spec().x_spec().clone();
    let y = chart.as_coord_spec().y_spec().clone();
    let (label_x, label_y) = (|v: &f64| x.label(*v), |v: &f64| y.label(*v));
    let mut mesh = chart.configure_mesh();
    mesh.light_line_style(TRANSPARENT)
        .bold_line_style(Ink::Grid.color().stroke_width(upx(1.0)))
        .axis_style(Ink::Axis.color().stroke_width(upx(1.0)))
        .label_style(letters(12.0, Ink::Soft))
        .set_all_tick_mark_size(upx(3.0))
        .x_label_formatter(&label_x)
        .y_label_formatter(&label_y);
    if matches!(lines, Mesh::Horizontal | Mesh::Neither) {
        mesh.disable_x_mesh();
    }
    if matches!(lines, Mesh::Vertical | Mesh::Neither) {
        mesh.disable_y_mesh();
    }
    mesh.draw()
}

/// A key to colours: a swatch and what it stands for.
pub(crate) fn key<'n>(entries: impl IntoIterator<Item = (Ink, &'n str)>) -> Markup {
    let items: Markup = entries
        .into_iter()
        .map(|(ink, name)| {
            let style = format!("background:{}", ink.variable());
            let swatch = element("span", &[("class", "swatch"), ("style", &style)], "");
            element("li", &[], swatch.and(name))
        })
        .collect();
    element("ul", &[("class", "key")], items)
}

#[cfg(test)]
mod tests;
