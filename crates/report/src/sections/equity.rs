//! Equity and drawdown beside buy-and-hold, with the regimes behind them.

use plotters::element::Rectangle;
use plotters::style::Color as _;
use tradebot_backtest::benchmark::benchmark_returns;
use tradebot_backtest::performance::drawdowns;
use tradebot_domain::Regime;

use super::{Subject, regime_words};
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Chart, Drawn, Ink, Line, Margins, Mesh, Size, chart, date_axis,
    day_number, draw_area, draw_line, figure, key, mesh, range, value_axis,
};
use crate::format::{number, or_dash, percent, signed_percent};
use crate::markup::{Markup, element, note};

/// Above this ratio of highest to lowest a scale of equal ratios shows more.
const LOGARITHMIC_FROM: f64 = 3.0;

/// Height of the strip of regimes, as a share of the chart.
const STRIP: f64 = 0.03;

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let Some((from, to)) = of.span().filter(|(from, to)| from < to) else {
        return Ok(element("p", &[("class", "none")], "Fewer than two closes: no line to draw."));
    };
    let lines = Lines::of(of);
    let x = |size: Size| date_axis(from, to, if size.is_narrow() { 5 } else { 12 });
    let equity = figure(equity_caption(of, &lines), (360, 300), |area, size| {
        lines.draw_equity(of, area, x(size), size)
    })?;
    let drawdown = figure(drawdown_caption(of), (230, 200), |area, size| {
        lines.draw_drawdown(of, area, x(size), size)
    })?;
    Ok(equity.and(drawdown).and(note(
        "Buy-and-hold spreads the same cash over the symbols as they list, without costs. At the \
         run's volatility, only that part of the account is in it which makes it swing as much as \
         the run; the rest is cash without interest.",
    )))
}

struct Lines {
    run: Line,
    held: Line,
    /// Buy-and-hold at the volatility of the run; empty when there is none.
    same_volatility: Line,
    run_drawdown: Line,
    held_drawdown: Line,
}

impl Lines {
    fn of(of: Subject<'_>) -> Self {
        let snapshots = &of.result.snapshots;
        let days: Vec<f64> = snapshots.iter().map(|s| day_number(s.session)).collect();
        let over =
            |values: &[f64]| -> Line { days.iter().copied().zip(values.iter().copied()).collect() };
        let equity: Vec<f64> = snapshots.iter().map(|s| s.equity.to_f64()).collect();
        let held: Vec<f64> = snapshots.iter().map(|s| s.benchmark).collect();
        let held_returns = benchmark_returns(&held);
        let share = of.assessment.benchmark.as_ref().and_then(|b| b.share_at_same_volatility);
        let same = share.map(|share| {
            let start = equity.first().copied().unwrap_or_default();
            let mut value = start;
            let steps = held_returns.iter().map(|r| {
                value *= 1.0 + share * r;
                value
            });
            std::iter::once(start).chain(steps).collect::<Vec<f64>>()
        });
        let decline = |returns: &[f64]| -> Vec<f64> {
            std::iter::once(0.0).chain(drawdowns(returns)).collect()
        };
        Self {
            run: over(&equity),
            held: over(&held),
            same_volatility: over(&same.unwrap_or_default()),
            run_drawdown: over(&decline(&of.result.returns())),
            held_drawdown: over(&decline(&held_returns)),
        }
    }

    fn equity_axis(&self) -> Axis {
        let ends = range([self.run.as_slice(), &self.held, &self.same_volatility]);
        value_axis(ends, LOGARITHMIC_FROM, |v| number(v, 0))
    }

    fn draw_equity(&self, of: Subject<'_>, area: &Area<'_>, x: Axis, size: Size) -> Drawn {
        let margins = Margins { left: 68, below: 22, right: x.overhang(12.0), above: 8 };
        let mut chart = chart(area, (x, self.equity_axis()), margins)?;
        shade(of, &mut chart)?;
        mesh(&mut chart, Mesh::Horizontal)?;
        draw_line(&mut chart, &self.held, (Ink::Benchmark, 1.2), size)?;
        draw_line(&mut chart, &self.same_volatility, (Ink::Member(1), 1.2), size)?;
        draw_line(&mut chart, &self.run, (Ink::Run, 2.0), size)
    }

    fn draw_drawdown(&self, of: Subject<'_>, area: &Area<'_>, x: Axis, size: Size) -> Drawn {
        let limit = -of.assessment.drawdown.limit;
        let lowest = range([self.run_drawdown.as_slice(), &self.held_drawdown]).0.min(limit);
        let y = Axis::around((lowest, 0.0), 5, |v| percent(v, 0));
        let margins = Margins { left: 68, below: 22, right: x.overhang(12.0), above: 8 };
        let (first, last) = (x.from(), x.to());
        let mut chart = chart(area, (x, y), margins)?;
        mesh(&mut chart, Mesh::Horizontal)?;
        draw_line(&mut chart, &self.held_drawdown, (Ink::Benchmark, 1.2), size)?;
        draw_area(&mut chart, &self.run_drawdown, Ink::RunTint, size)?;
        draw_line(&mut chart, &self.run_drawdown, (Ink::Run, 1.4), size)?;
        draw_line(&mut chart, &[(first, limit), (last, limit)], (Ink::Bad, 1.0), size)
    }
}

/// A tint behind every stretch of one regime, from its first session to the next one's, and a
/// strip of its full colour at the foot.
fn shade(of: Subject<'_>, chart: &mut Chart<'_, '_>) -> Drawn {
    let x = chart.as_coord_spec().x_spec().clone();
    let y = chart.as_coord_spec().y_spec().clone();
    let stretches: Vec<(f64, Regime)> = of
        .result
        .regimes
        .chunk_by(|a, b| a.regime == b.regime)
        .map(|same| (day_number(same[0].session), same[0].regime))
        .collect();
    let ends = stretches.iter().skip(1).map(|s| s.0).chain([x.to()]);
    let foot = y.at_share(STRIP);
    let bands = stretches.iter().zip(ends).flat_map(|((from, regime), to)| {
        let (from, to) = (x.clamped(*from), x.clamped(to));
        let band = |upper, lower, ink: Ink| {
            Rectangle::new([(from, upper), (to, lower)], ink.color().filled())
        };
        let index = regime.index();
        [band(y.to(), foot, Ink::RegimeTint(index)), band(foot, y.from(), Ink::Regime(index))]
    });
    chart.draw_series(bands).map(|_| ())
}

fn equity_caption(of: Subject<'_>, lines: &Lines) -> Caption {
    let performance = &of.assessment.performance;
    let total = or_dash(performance.total_return, |v| signed_percent(v, 1));
    let held = or_dash(of.assessment.benchmark.as_ref().and_then(|b| b.held.total_return), |v| {
        signed_percent(v, 1)
    });
    let mut entries = vec![(Ink::Run, "The run"), (Ink::Benchmark, "Buy-and-hold")];
    if !lines.same_volatility.is_empty() {
        entries.push((Ink::Member(1), "Buy-and-hold at the run's volatility"));
    }
    let regimes = Regime::ALL.map(|r| (Ink::Regime(r.index()), regime_words(r)));
    let ratios = lines.equity_axis().is_logarithmic();
    let help = "What the account was worth at each close. Compare the run with the line of equal \
                volatility: the other took far more or less risk."
        .to_owned();
    Caption {
        id: "f-equity".to_owned(),
        title: "Equity at the close".to_owned(),
        description: format!(
            "Line of equity by session. The run returned {total}, buy-and-hold {held}. Stretches of \
             the five regimes are shaded in the background and marked at the foot.",
        ),
        help,
        axes: Axes::over_time(format!(
            "{}{}",
            of.currency(),
            if ratios { ", equal ratios are equally high" } else { "" }
        )),
        legend: key(entries).and(if of.result.regimes.is_empty() {
            Markup::default()
        } else {
            key(regimes)
        }),
    }
}

fn drawdown_caption(of: Subject<'_>) -> Caption {
    let deepest = |v: Option<f64>| or_dash(v, |v| percent(v, 1));
    let run = deepest(of.assessment.performance.max_drawdown);
    let held = deepest(of.assessment.benchmark.as_ref().and_then(|b| b.held.max_drawdown));
    let limit = format!("Limit, {}", percent(-of.assessment.drawdown.limit, 0));
    Caption {
        id: "f-drawdown".to_owned(),
        title: "Under water: drawdown from the highest close so far".to_owned(),
        description: format!(
            "How far equity lay below its peak. Deepest: run {run}, buy-and-hold {held}."
        ),
        help:
            "At zero the account stands at a new high; below, it shows what somebody who began at \
               the last high would have lost."
                .to_owned(),
        axes: Axes::over_time("per cent of the peak"),
        legend: key([
            (Ink::Run, "The run"),
            (Ink::Benchmark, "Buy-and-hold"),
            (Ink::Bad, limit.as_str()),
        ]),
    }
}
