//! Closed trades: how their results spread, the last of them one by one, the rest by year, and
//! what is still held.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use plotters::element::{PathElement, Rectangle};
use plotters::style::Color as _;
use tradebot_backtest::trades::{
    TradeResult, TradeStatistics, counted as in_statistics, trade_statistics,
};
use tradebot_domain::Symbol;
use tradebot_journal::TradeRecord;

use super::{Subject, basis, basis_words, exit_words, extremes, regime_words};
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Drawn, Ink, Margins, Mesh, Size, chart, figure as draw_figure, mesh,
    upx,
};
use crate::format::{count, counted, listed, money, number, percent, price, signed};
use crate::markup::{Markup, details, element, heading, note};
use crate::table::{Cell, Table, figure, words};

/// Trades shown one by one.
const SHOWN: usize = 200;
/// Symbols listed at most.
const SYMBOLS_MAX: usize = 40;
/// Results beyond are put into the outermost bars, units of planned risk.
const R_MIN: f64 = -3.0;
/// The upper end of the bars.
const R_MAX: f64 = 5.0;
/// Width of a bar.
const R_STEP: f64 = 0.25;

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let mut body = Markup::default();
    if of.result.trades.is_empty() {
        body.push(element("p", &[("class", "none")], "No trade was closed."));
    } else {
        body.push(histogram(of)?);
        body.push(extremes::body(of));
        body.push(by_symbol(of));
        body.push(one_by_one(of));
        body.push(earlier(of));
    }
    Ok(body.and(heading("Open positions")).and(open(of)))
}

fn results(of: Subject<'_>) -> Vec<f64> {
    in_statistics(&of.result.trades).map(|t| t.r_multiple).filter(|r| r.is_finite()).collect()
}

fn histogram(of: Subject<'_>) -> Result<Markup, ReportError> {
    let results = results(of);
    let all = &of.assessment.trades.all;
    let caption = Caption {
        id: "f-results".to_owned(),
        title: "Results of trades in units of planned risk (R)".to_owned(),
        description: format!(
            "Histogram of {}: {} won, {} lost; from {} to {} R, mean {} R.",
            counted(all.trades, "result", "results"),
            all.wins,
            all.losses,
            signed(all.worst.unwrap_or_default(), 2),
            signed(all.best.unwrap_or_default(), 2),
            signed(all.expectancy.unwrap_or_default(), 2),
        ),
        help: format!(
            "A bar is {R_STEP} R wide and as high as it has trades: losses left of zero, profits \
             right. What lies beyond {} or {} R is in the outermost bars. The line is the mean.",
            signed(R_MIN, 0),
            signed(R_MAX, 0),
        ),
        axes: Axes::named("result, R (units of planned risk)", "trades"),
        legend: Markup::default(),
    };
    draw_figure(caption, (260, 220), |area, size| draw_histogram(&results, area, size))
}

fn draw_histogram(results: &[f64], area: &Area<'_>, size: Size) -> Drawn {
    let bars = bars(results);
    let most = bars.iter().map(|b| b.1).max().unwrap_or(0);
    let step = if size.is_narrow() { 4 } else { 8 };
    let x = Axis::around((R_MIN, R_MAX), step, |v| signed(v, 0));
    let y = Axis::around((0.0, (most as f64).max(1.0)), 4, whole);
    let (bottom, top) = (y.from(), y.to());
    let margins = Margins { left: 44, below: 22, right: 14, above: 8 };
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Horizontal)?;
    chart.draw_series(bars.iter().filter(|b| b.1 > 0).map(|(from, n)| {
        let ink = if *from < 0.0 { Ink::Bad } else { Ink::Good };
        let inset = 0.08 * R_STEP;
        let corners = [(from + inset, 0.0), (from + R_STEP - inset, *n as f64)];
        Rectangle::new(corners, ink.color().filled())
    }))?;
    if !results.is_empty() {
        let mean = results.iter().sum::<f64>() / results.len() as f64;
        let style = Ink::Text.color().stroke_width(upx(1.5));
        chart.draw_series([PathElement::new(vec![(mean, bottom), (mean, top)], style)])?;
    }
    Ok(())
}

/// A count on an axis; nothing between whole numbers.
fn whole(value: f64) -> String {
    if value.fract() == 0.0 { number(value, 0) } else { String::new() }
}

/// Lower end and count of every bar.
fn bars(results: &[f64]) -> Vec<(f64, usize)> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small numbers from 0 up"
    )]
    let index = |r: f64| ((r.clamp(R_MIN, R_MAX - R_STEP / 2.0) - R_MIN) / R_STEP).floor() as usize;
    let mut counts = vec![0; index(R_MAX) + 1];
    for r in results {
        counts[index(*r)] += 1;
    }
    counts.into_iter().enumerate().map(|(i, n)| (R_MIN + i as f64 * R_STEP, n)).collect()
}

fn by_symbol(of: Subject<'_>) -> Markup {
    let trades = &of.assessment.trades;
    let caption = format!("Closed trades by symbol; money in {}", of.currency());
    let mut table = Table::new(caption, basis::columns("Symbol"));
    let mut groups: Vec<(&Symbol, &TradeStatistics)> = trades.by_symbol.iter().collect();
    if groups.len() > SYMBOLS_MAX {
        groups.sort_by_key(|(symbol, group)| (Reverse(group.trades), **symbol));
    }
    for (symbol, group) in groups.iter().take(SYMBOLS_MAX) {
        table.row(basis::row(symbol.as_str(), group, trades.all.trades));
    }
    let mut body = table.or("Only trades cut by the end of the data.");
    if groups.len() > SYMBOLS_MAX {
        let all = count(groups.len());
        body.push(note(format!("The {SYMBOLS_MAX} of {all} symbols with the most trades.")));
    }
    body
}

fn one_by_one(of: Subject<'_>) -> Markup {
    let all = &of.result.trades;
    let last = &all[all.len().saturating_sub(SHOWN)..];
    let title = listed(last.len(), all.len(), "trade", "trades");
    let mut table = Table::new(
        format!("{title}, the latest first; money in {}", of.currency()),
        vec![
            words("Symbol"),
            words("Entry"),
            figure("at"),
            words("Exit"),
            figure("at"),
            figure("Shares"),
            figure("Sessions"),
            figure("Net"),
            figure("R"),
            words("Left by"),
            words("Earned by"),
            words("Regime"),
            figure("Costs"),
        ],
    );
    for trade in last.iter().rev() {
        table.row(trade_row(trade));
    }
    details(title, table)
}

fn trade_row(t: &TradeRecord) -> Vec<Cell> {
    let shares = if t.entry_shares == t.exit_shares {
        count(t.exit_shares.0)
    } else {
        format!("{} → {}", count(t.entry_shares.0), count(t.exit_shares.0))
    };
    let left_by = format!("{}{}", exit_words(t.reason), if t.ambiguous { " *" } else { "" });
    vec![
        words(t.symbol.as_str()),
        words(t.entry_session.to_string()),
        figure(price(t.entry_price)),
        words(t.exit_session.to_string()),
        figure(price(t.exit_price)),
        figure(shares),
        figure(count(t.sessions_held)),
        figure(money(t.net)).toned(t.net.to_f64()),
        figure(signed(t.r_multiple, 2)).toned(t.r_multiple),
        words(left_by),
        words(basis_words(t.basis)),
        words(regime_words(t.row)),
        figure(money(t.costs)),
    ]
}

/// All trades by year of their exit, so that those not shown one by one are accounted for.
fn earlier(of: Subject<'_>) -> Markup {
    let mut years: BTreeMap<i16, Vec<TradeResult>> = BTreeMap::new();
    for trade in in_statistics(&of.result.trades) {
        years.entry(trade.exit_session.year()).or_default().push(TradeResult::from(trade));
    }
    let all = of.assessment.trades.all.trades;
    let caption = format!("All trades by year of their exit; money in {}", of.currency());
    let mut table = Table::new(caption, basis::columns("Year"));
    for (year, results) in &years {
        table.row(basis::row(&year.to_string(), &trade_statistics(results), all));
    }
    let ambiguous = of.assessment.trades.ambiguous;
    let mut body = details("All trades by year", table.or("None."));
    if ambiguous > 0 {
        body.push(note(format!(
            "* {} met stop and target within one bar and {} taken as stopped, the worse of the two.",
            counted(ambiguous, "trade", "trades"),
            if ambiguous == 1 { "was" } else { "were" },
        )));
    }
    body
}

fn open(of: Subject<'_>) -> Markup {
    let Some(last) = of.result.snapshots.last() else {
        return element("p", &[("class", "none")], "No close yet.");
    };
    let mut table = Table::new(
        format!("Held at the close of {}; money in {}", last.session, of.currency()),
        vec![
            words("Symbol"),
            words("Entry"),
            figure("at"),
            figure("Shares"),
            figure("Last close"),
            figure("Stop"),
            figure("Target"),
            words("Earned by"),
            figure("Value"),
            figure("Not yet realised"),
        ],
    );
    for p in &last.positions {
        table.row(vec![
            words(p.symbol.as_str()),
            words(p.entry_session.to_string()),
            figure(price(p.entry_price)),
            figure(count(p.shares.0)),
            figure(price(p.mark)),
            figure(price(p.stop)),
            figure(price(p.target)),
            words(basis_words(p.basis)),
            figure(money(p.value)),
            figure(money(p.unrealised)).toned(p.unrealised.to_f64()),
        ]);
    }
    let symbols: Vec<Symbol> = last.positions.iter().map(|p| p.symbol).collect();
    let gross = format!("Positions are {} of equity.", percent(last.gross, 1));
    let mut body = table.or("Nothing was held at the last close.");
    if !symbols.is_empty() {
        body.push(note(gross));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_is_in_one_bar_and_the_outermost_take_the_rest() {
        let results = [-9.0, -3.0, -0.01, 0.0, 0.24, 0.25, 4.99, 5.0, 80.0];
        let bars = bars(&results);
        assert_eq!(bars.iter().map(|b| b.1).sum::<usize>(), results.len());
        assert_eq!((bars[0], bars[bars.len() - 1]), ((-3.0, 2), (4.75, 3)));
        let at = |from: f64| bars.iter().find(|b| b.0 == from).map(|b| b.1);
        assert_eq!((at(-0.25), at(0.0), at(0.25)), (Some(1), Some(2), Some(1)));
    }
}
