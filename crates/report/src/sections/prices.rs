//! Trades on the prices of each symbol.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use plotters::element::{Circle, Cross, PathElement, TriangleMarker};
use plotters::style::Color as _;
use tradebot_backtest::PricePoint;
use tradebot_domain::{Moment, Symbol};
use tradebot_journal::TradeRecord;

use super::Subject;
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Chart, Drawn, Ink, Line, Margins, Mesh, Size, chart, date_axis,
    day_number, draw_line, figure, key, mesh, range, upx, value_axis,
};
use crate::format::{count, counted, number, signed};
use crate::markup::{Markup, element, note};

/// Symbols drawn at most.
const SYMBOLS_MAX: usize = 12;
/// Above this ratio of highest to lowest a scale of equal ratios shows more.
const LOGARITHMIC_FROM: f64 = 4.0;

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let mut body = Markup::default();
    let drawn = symbols(of);
    for (number, symbol) in drawn.iter().enumerate() {
        body.push(chart_of(of, number, *symbol, &of.result.prices[symbol])?);
    }
    if body.is_empty() {
        let none = "Fewer than two closes of any symbol: nothing to draw.";
        return Ok(element("p", &[("class", "none")], none));
    }
    let marks = key([
        (Ink::Benchmark, "Close"),
        (Ink::Text, "Entry (triangle)"),
        (Ink::Good, "Exit with a profit (dot)"),
        (Ink::Bad, "Exit with a loss (cross)"),
    ]);
    let all = of.result.prices.len();
    if drawn.len() < all {
        body.push(note(format!(
            "Drawn are {} of {} symbols: those with the most trades.",
            count(drawn.len()),
            count(all),
        )));
    }
    Ok(marks.and(body).and(note(
        "Closes are continuous over splits and dividends (they begin at the price of the first \
         session), and fills stand at the price that this scale gives them. A line joins entry and \
         exit; a dot ends a profit after costs, a cross a loss.",
    )))
}

/// Symbols to draw, in their order: those with the most trades when there are many.
fn symbols(of: Subject<'_>) -> Vec<Symbol> {
    let trades = &of.assessment.trades.by_symbol;
    let mut symbols: Vec<Symbol> =
        of.result.prices.iter().filter(|(_, p)| p.len() > 1).map(|(symbol, _)| *symbol).collect();
    symbols.sort_by_key(|s| (Reverse(trades.get(s).map_or(0, |t| t.trades)), *s));
    symbols.truncate(SYMBOLS_MAX);
    symbols.sort_unstable();
    symbols
}

/// A trade on the scale of the chart.
struct Mark {
    entry: (f64, f64),
    exit: (f64, f64),
    won: bool,
}

fn chart_of(
    of: Subject<'_>,
    number: usize,
    symbol: Symbol,
    points: &[PricePoint],
) -> Result<Markup, ReportError> {
    let factors: BTreeMap<Moment, f64> = points.iter().map(|p| (p.session, p.factor)).collect();
    let trades: Vec<&TradeRecord> =
        of.result.trades.iter().filter(|t| t.symbol == symbol).collect();
    let marks: Vec<Mark> = trades.iter().filter_map(|t| mark(t, &factors)).collect();
    let closes: Line = points.iter().map(|p| (day_number(p.session), p.close)).collect();
    let (from, to) = (points[0].session, points[points.len() - 1].session);
    let net: f64 = trades.iter().map(|t| t.net.to_f64()).sum();
    let caption = Caption {
        id: format!("f-price-{number}"),
        title: symbol.to_string(),
        description: format!(
            "Closes of {symbol} from {from} to {to} with entries and exits of {}, {} of which won.",
            counted(marks.len(), "trade", "trades"),
            marks.iter().filter(|m| m.won).count(),
        ),
        help: format!(
            "{}, net {} {}",
            counted(trades.len(), "trade", "trades"),
            signed(net, 2),
            of.currency(),
        ),
        axes: Axes::over_time(format!("{} a share", of.currency())),
        legend: Markup::default(),
    };
    figure(caption, (300, 260), |area, size| {
        let x = date_axis(from, to, if size.is_narrow() { 5 } else { 12 });
        draw(&closes, &marks, area, x, size)
    })
}

fn mark(trade: &TradeRecord, factors: &BTreeMap<Moment, f64>) -> Option<Mark> {
    let place =
        |session: Moment, price: f64| Some((day_number(session), price * factors.get(&session)?));
    Some(Mark {
        entry: place(trade.entry_session, trade.entry_price.to_f64())?,
        exit: place(trade.exit_session, trade.exit_price.to_f64())?,
        won: trade.net.to_f64() > 0.0,
    })
}

fn draw(closes: &[(f64, f64)], marks: &[Mark], area: &Area<'_>, x: Axis, size: Size) -> Drawn {
    let fills: Line = marks.iter().flat_map(|m| [m.entry, m.exit]).collect();
    let ends = range([closes, &fills]);
    let decimals = match ends.1 - ends.0 {
        length if length < 10.0 => 2,
        length if ends.0 < 10.0 && length > LOGARITHMIC_FROM * ends.0 => 1,
        _ => 0,
    };
    let y = value_axis(ends, LOGARITHMIC_FROM, |v| number(v, decimals));
    let margins = Margins { left: 52, below: 22, right: x.overhang(12.0), above: 8 };
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Horizontal)?;
    draw_line(&mut chart, closes, (Ink::Benchmark, 1.2), size)?;
    let scale = if size.is_narrow() || marks.len() > 120 { 0.75 } else { 1.0 };
    draw_marks(marks, &mut chart, scale)
}

/// Lines first, then entries, then exits: what says how it ended is on top.
fn draw_marks(marks: &[Mark], chart: &mut Chart<'_, '_>, scale: f64) -> Drawn {
    let ink = |m: &Mark| if m.won { Ink::Good } else { Ink::Bad };
    chart.draw_series(
        marks.iter().map(|m| {
            PathElement::new(vec![m.entry, m.exit], ink(m).color().stroke_width(upx(1.6)))
        }),
    )?;
    chart.draw_series(
        marks
            .iter()
            .map(|m| TriangleMarker::new(m.entry, upx(4.5 * scale), Ink::Text.color().filled())),
    )?;
    chart.draw_series(
        marks
            .iter()
            .filter(|m| m.won)
            .map(|m| Circle::new(m.exit, upx(3.2 * scale), Ink::Good.color().filled())),
    )?;
    let lost = Ink::Bad.color().stroke_width(upx(1.8 * scale));
    let crosses = marks.iter().filter(|m| !m.won);
    chart.draw_series(crosses.map(|m| Cross::new(m.exit, upx(3.0 * scale), lost))).map(|_| ())
}
