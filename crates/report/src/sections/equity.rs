//! Equity and drawdown beside buy-and-hold, with the regimes behind them.

use plotters::element::{Polygon, Rectangle};
use plotters::series::LineSeries;
use plotters::style::Color as _;
use tradebot_backtest::benchmark::benchmark_returns;
use tradebot_backtest::performance::drawdowns;
use tradebot_domain::Regime;

use super::{Subject, regime_words};
use crate::ReportError;
use crate::figure::{
    Area, Axis, Caption, Chart, Drawn, Ink, Margins, Mesh, Size, chart, date_axis, day_number,
    figure, key, mesh, thin, upx,
};
use crate::format::{number, or_dash, percent, signed_percent};
use crate::markup::{Markup, element, note};

/// Above this ratio of highest to lowest a scale of equal ratios shows more.
const LOGARITHMIC_FROM: f64 = 3.0;

/// Height of the strip of regimes, as a share of the chart.
const STRIP: f64 = 0.03;

/// One line of a chart: days and values.
type Line = Vec<(f64, f64)>;

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

    fn draw_equity(&self, of: Subject<'_>, area: &Area<'_>, x: Axis, size: Size) -> Drawn {
        let range = widened(range([&self.run, &self.held, &self.same_volatility]));
        let label = |v: f64| number(v, 0);
        let y = if range.0 > 0.0 && range.1 / range.0 > LOGARITHMIC_FROM {
            Axis::logarithmic((range.0 * 0.95, range.1 * 1.05), label)
        } else {
            Axis::around(range, 5, label)
        };
        let margins = Margins { left: 68, below: 22, right: x.overhang(12.0), above: 8 };
        let mut chart = chart(area, (x, y), margins)?;
        shade(of, &mut chart)?;
        mesh(&mut chart, Mesh::Horizontal)?;
        line(&mut chart, &self.held, Ink::Benchmark, 1.2, size)?;
        line(&mut chart, &self.same_volatility, Ink::Member(1), 1.2, size)?;
        line(&mut chart, &self.run, Ink::Run, 2.0, size)
    }

    fn draw_drawdown(&self, of: Subject<'_>, area: &Area<'_>, x: Axis, size: Size) -> Drawn {
        let limit = -of.assessment.drawdown.limit;
        let lowest = range([&self.run_drawdown, &self.held_drawdown]).0.min(limit);
        let y = Axis::around((lowest, 0.0), 5, |v| percent(v, 0));
        let margins = Margins { left: 68, below: 22, right: x.overhang(12.0), above: 8 };
        let (first, last) = (x.from(), x.to());
        let mut chart = chart(area, (x, y), margins)?;
        mesh(&mut chart, Mesh::Horizontal)?;
        line(&mut chart, &self.held_drawdown, Ink::Benchmark, 1.2, size)?;
        let run = thin(&self.run_drawdown, size.width);
        let ends = (run.first().copied(), run.last().copied());
        if let (Some(start), Some(end)) = ends {
            let mut outline = vec![(start.0, 0.0)];
            outline.extend(&run);
            outline.push((end.0, 0.0));
            chart.draw_series([Polygon::new(outline, Ink::RunTint.color().filled())])?;
        }
        line(&mut chart, &self.run_drawdown, Ink::Run, 1.4, size)?;
        line(&mut chart, &[(first, limit), (last, limit)], Ink::Bad, 1.0, size)
    }
}

fn range<const N: usize>(lines: [&Line; N]) -> (f64, f64) {
    lines
        .into_iter()
        .flatten()
        .map(|p| p.1)
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), v| (lo.min(v), hi.max(v)))
}

/// A range that hardly moves gets room, or its labels would all be the same.
fn widened((lo, hi): (f64, f64)) -> (f64, f64) {
    if hi - lo < 0.004 * hi { (lo * 0.99, hi * 1.01) } else { (lo, hi) }
}

fn line(
    chart: &mut Chart<'_, '_>,
    points: &[(f64, f64)],
    ink: Ink,
    width: f64,
    size: Size,
) -> Drawn {
    let style = ink.color().stroke_width(upx(width));
    chart.draw_series(LineSeries::new(thin(points, size.width), style)).map(|_| ())
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
    Caption {
        id: "f-equity".to_owned(),
        title: format!("Equity at the close, {}", of.currency()),
        description: format!(
            "Line of equity by session. The run returned {total}, buy-and-hold {held}. Stretches of \
             the five regimes are shaded in the background and marked at the foot.",
        ),
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
        title: "Drawdown from the highest close so far".to_owned(),
        description: format!(
            "How far equity lay below its peak. Deepest: run {run}, buy-and-hold {held}."
        ),
        legend: key([
            (Ink::Run, "The run"),
            (Ink::Benchmark, "Buy-and-hold"),
            (Ink::Bad, limit.as_str()),
        ]),
    }
}
