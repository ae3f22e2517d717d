//! What a symbol-day costs, drawn.

use anyhow::anyhow;
use plotters::prelude::*;

use super::case::Measured;

const SIZE: (u32, u32) = (720, 320);

/// CPU time of a symbol-day over the number of symbols, at one year.
pub(super) fn by_symbols(all: &[Measured]) -> anyhow::Result<String> {
    let points = |sqlite| {
        let wanted = all.iter().filter(|m| m.case.years == 1 && m.case.sqlite == sqlite);
        wanted.map(|m| (f64::from(m.case.symbols), m.cpu_us)).collect()
    };
    draw(
        "CPU time of a symbol-day, one year of decisions",
        "symbols",
        &points(false),
        &points(true),
    )
}

/// The same over years, at 100 symbols.
pub(super) fn by_years(all: &[Measured]) -> anyhow::Result<String> {
    let points = |sqlite| {
        let wanted = all.iter().filter(|m| m.case.symbols == 100 && m.case.sqlite == sqlite);
        wanted.map(|m| (f64::from(m.case.years), m.cpu_us)).collect()
    };
    draw("CPU time of a symbol-day, 100 symbols", "years", &points(false), &points(true))
}

type Points = Vec<(f64, f64)>;

fn draw(title: &str, below: &str, plain: &Points, stored: &Points) -> anyhow::Result<String> {
    let both = || plain.iter().chain(stored);
    let right = both().map(|p| p.0).fold(1.0, f64::max) * 1.05;
    let top = both().map(|p| p.1).fold(1.0, f64::max) * 1.15;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 16))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(52)
            .build_cartesian_2d(0.0..right, 0.0..top)
            .map_err(failed)?;
        chart
            .configure_mesh()
            .x_desc(below)
            .y_desc("microseconds")
            .x_label_formatter(&|x| format!("{x:.0}"))
            .y_label_formatter(&|y| format!("{y:.0}"))
            .draw()
            .map_err(failed)?;
        for (points, name, color) in [(plain, "digest only", BLUE), (stored, "SQLite", RED)] {
            chart
                .draw_series(LineSeries::new(points.iter().copied(), color.stroke_width(2)))
                .map_err(failed)?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color));
            chart
                .draw_series(points.iter().map(|&p| Circle::new(p, 3, color.filled())))
                .map_err(failed)?;
        }
        chart.configure_series_labels().border_style(BLACK).draw().map_err(failed)?;
        area.present().map_err(failed)?;
    }
    Ok(svg)
}

fn failed<E: std::fmt::Display>(error: E) -> anyhow::Error {
    anyhow!("the plot cannot be drawn: {error}")
}
