//! What stands around a drawing: its title, how to read it, the names of its axes.

use plotters::drawing::IntoDrawingArea as _;
use plotters::element::Text;
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Area, Drawn, Ink, NARROW, Size, UNITS, WIDE, ink, letters, px};
use crate::ReportError;
use crate::markup::{Markup, element};

/// Height of a line that names an axis, logical pixels.
const STRIP: u32 = 18;
/// Size of the letters in it, logical pixels.
const STRIP_LETTERS: f64 = 11.5;

/// What the axes measure and in which unit; empty where the labels say it, as dates do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Axes {
    /// Named below, on the right.
    pub(crate) horizontal: String,
    /// Named above, on the left.
    pub(crate) vertical: String,
}

impl Axes {
    /// Values over dates.
    pub(crate) fn over_time(vertical: impl Into<String>) -> Self {
        Self { horizontal: String::new(), vertical: vertical.into() }
    }

    /// Both named.
    pub(crate) fn named(horizontal: impl Into<String>, vertical: impl Into<String>) -> Self {
        Self { horizontal: horizontal.into(), vertical: vertical.into() }
    }

    /// Lines above and below a drawing that the names take, logical pixels.
    fn strips(&self) -> (u32, u32) {
        let strip = |name: &str| if name.is_empty() { 0 } else { STRIP };
        (strip(&self.vertical), strip(&self.horizontal))
    }

    fn draw(&self, canvas: &Area<'_>, width: u32, height: u32) -> Drawn {
        let style = |h, v| letters(STRIP_LETTERS, Ink::Soft).pos(Pos::new(h, v));
        if !self.vertical.is_empty() {
            let style = style(HPos::Left, VPos::Top);
            canvas.draw(&Text::new(self.vertical.clone(), (px(2.0), px(1.0)), style))?;
        }
        if !self.horizontal.is_empty() {
            let place = (px(f64::from(width) - 2.0), px(f64::from(height) - 2.0));
            let style = style(HPos::Right, VPos::Bottom);
            canvas.draw(&Text::new(self.horizontal.clone(), place, style))?;
        }
        Ok(())
    }
}

/// What a figure is called and what it shows, for eyes and ears.
#[derive(Debug, Clone)]
pub(crate) struct Caption {
    /// Unique in the page; of letters, digits and hyphens.
    pub(crate) id: String,
    /// What it is, a few words.
    pub(crate) title: String,
    /// What it says, in sentences, for whoever cannot see it.
    pub(crate) description: String,
    /// How to read it, a sentence under the title; may be empty beside figures of the same kind.
    pub(crate) help: String,
    /// What its axes measure.
    pub(crate) axes: Axes,
    /// Keys and remarks between help and drawing; may be empty.
    pub(crate) legend: Markup,
}

/// A figure in both widths. `heights`: wide and narrow, logical pixels, without names of axes.
///
/// # Errors
/// [`ReportError::Figure`] when the backend fails.
pub(crate) fn figure(
    caption: Caption,
    heights: (u32, u32),
    draw: impl Fn(&Area<'_>, Size) -> Drawn,
) -> Result<Markup, ReportError> {
    let wide = Size { width: WIDE, height: heights.0 };
    let narrow = Size { width: NARROW, height: heights.1 };
    let drawings =
        drawing(&caption, "wide", wide, &draw)?.and(drawing(&caption, "narrow", narrow, &draw)?);
    Ok(framed(caption, drawings, "chart"))
}

/// A small figure in one size, to stand beside others like it.
///
/// # Errors
/// [`ReportError::Figure`] when the backend fails.
pub(crate) fn small_figure(
    caption: Caption,
    size: Size,
    draw: impl Fn(&Area<'_>, Size) -> Drawn,
) -> Result<Markup, ReportError> {
    let drawing = drawing(&caption, "only", size, &draw)?;
    Ok(framed(caption, drawing, "small"))
}

fn framed(caption: Caption, drawings: Markup, class: &str) -> Markup {
    let mut legend = element("span", &[("class", "title")], caption.title);
    if !caption.help.is_empty() {
        legend.push(element("span", &[("class", "beneath help")], caption.help));
    }
    let legend = element("figcaption", &[], legend.and(caption.legend));
    element("figure", &[("class", class)], legend.and(drawings))
}

fn drawing(
    caption: &Caption,
    variant: &'static str,
    size: Size,
    draw: impl Fn(&Area<'_>, Size) -> Drawn,
) -> Result<Markup, ReportError> {
    let mut svg = String::new();
    let failed =
        |source| ReportError::Figure { figure: caption.title.clone(), source: Box::new(source) };
    let (above, below) = caption.axes.strips();
    let height = size.height + above + below;
    {
        let units = (size.width * UNITS, height * UNITS);
        let canvas = SVGBackend::with_string(&mut svg, units).into_drawing_area();
        let area = canvas.margin(above * UNITS, below * UNITS, 0, 0);
        draw(&area, size).map_err(failed)?;
        caption.axes.draw(&canvas, size.width, height).map_err(failed)?;
        canvas.present().map_err(failed)?;
    }
    let (title, description) =
        (format!("{}-{variant}-t", caption.id), format!("{}-{variant}-d", caption.id));
    let named = element("title", &[("id", &title)], caption.title.as_str())
        .and(element("desc", &[("id", &description)], caption.description.as_str()))
        .into_string();
    let opening = format!(
        "<svg class=\"{variant}\" role=\"img\" aria-labelledby=\"{title} {description}\" \
         viewBox=\"0 0 {} {}\">{named}",
        size.width * UNITS,
        height * UNITS,
    );
    Ok(Markup::drawing(inlined(&svg, &opening)))
}

/// The backend's document with an opening of ours, coloured by the page and without what it says
/// needlessly.
fn inlined(svg: &str, opening: &str) -> String {
    let body = svg.find('>').map_or(svg, |end| &svg[end + 1..]);
    let plain = body
        .replace(" opacity=\"1\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" font-family=\"sans-serif\"", "")
        .replace(">\n", ">")
        .replace(" \"/>", "\"/>");
    format!("{opening}{}", ink::painted(&plain))
}
