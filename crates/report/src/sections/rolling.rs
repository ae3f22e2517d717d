//! Sharpe ratio and beta over half a year and a year that move along.

use tradebot_backtest::benchmark::benchmark_returns;
use tradebot_backtest::summary::median;

use super::Subject;
use crate::ReportError;
use crate::figure::{
    Axes, Axis, Caption, Ink, Line, Margins, Mesh, chart, date_axis, day_number, draw_line,
    draw_segments, figure, key, mesh, range,
};
use crate::format::{number, percent};
use crate::markup::{Markup, element, note};
use crate::measure::rolling::{rolling_beta, rolling_sharpe};

/// Half a year of sessions, and a year.
const WINDOWS: [usize; 2] = [126, 252];

/// A statistic over both windows and what is drawn behind it.
struct Rolling {
    half: Line,
    year: Line,
    behind: Line,
}

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let returns = of.result.returns();
    if returns.len() < WINDOWS[0] {
        let none = format!(
            "A window needs {} returns and the run has {}: nothing can move along yet.",
            WINDOWS[0],
            returns.len(),
        );
        return Ok(element("p", &[("class", "none")], none));
    }
    let values: Vec<f64> = of.result.snapshots.iter().map(|s| s.benchmark).collect();
    let held = benchmark_returns(&values);
    let over = |course: Vec<Option<f64>>| line(of, &course);
    let ratios = Rolling {
        half: over(rolling_sharpe(&returns, WINDOWS[0])),
        year: over(rolling_sharpe(&returns, WINDOWS[1])),
        behind: over(rolling_sharpe(&held, WINDOWS[1])),
    };
    let slopes = Rolling {
        half: over(rolling_beta(&returns, &held, WINDOWS[0])),
        year: over(rolling_beta(&returns, &held, WINDOWS[1])),
        behind: Line::new(),
    };
    let none = |what: &str| {
        let text = format!("The rolling {what} is not defined: nothing moved in any window.");
        element("p", &[("class", "none")], text)
    };
    let ratio =
        if ratios.is_empty() { none("Sharpe ratio") } else { ratios.draw(of, sharpe(&ratios))? };
    let slope = if slopes.is_empty() { none("beta") } else { slopes.draw(of, beta(&slopes))? };
    Ok(ratio.and(slope).and(note(
        "Windows that overlap share most of their sessions, so neighbours on a line are no \
         independent witnesses. A line has a gap where nothing moved in the whole window.",
    )))
}

/// A value per return at the day of its close; not finite where it is not defined.
fn line(of: Subject<'_>, course: &[Option<f64>]) -> Line {
    let days = of.result.snapshots.iter().skip(1).map(|s| day_number(s.session));
    days.zip(course).map(|(day, value)| (day, value.unwrap_or(f64::NAN))).collect()
}

fn defined(line: &Line) -> Vec<f64> {
    line.iter().map(|p| p.1).filter(|v| v.is_finite()).collect()
}

impl Rolling {
    fn is_empty(&self) -> bool {
        [&self.half, &self.year].into_iter().all(|l| defined(l).is_empty())
    }

    fn draw(&self, of: Subject<'_>, caption: Caption) -> Result<Markup, ReportError> {
        let Some((from, to)) = of.span() else { return Ok(Markup::default()) };
        let (lo, hi) = range([self.half.as_slice(), &self.year, &self.behind]);
        let decimals = if hi.max(0.0) - lo.min(0.0) < 2.5 { 2 } else { 1 };
        figure(caption, (230, 210), |area, size| {
            let x = date_axis(from, to, if size.is_narrow() { 5 } else { 12 });
            let y = Axis::around((lo.min(0.0), hi.max(0.0)), 5, |v| number(v, decimals));
            let margins = Margins { left: 52, below: 22, right: x.overhang(12.0), above: 8 };
            let zero = [(x.from(), 0.0), (x.to(), 0.0)];
            let mut chart = chart(area, (x, y), margins)?;
            mesh(&mut chart, Mesh::Horizontal)?;
            draw_line(&mut chart, &zero, (Ink::Axis, 1.2), size)?;
            draw_segments(&mut chart, &self.behind, (Ink::Benchmark, 1.2), size)?;
            draw_segments(&mut chart, &self.half, (Ink::Member(1), 1.1), size)?;
            draw_segments(&mut chart, &self.year, (Ink::Run, 2.0), size)
        })
    }

    /// What the line of a year says, in a sentence.
    fn in_words(&self) -> String {
        let year = defined(&self.year);
        let (values, window) =
            if year.is_empty() { (defined(&self.half), 126) } else { (year, 252) };
        let (lo, hi) = range([self.half.as_slice(), &self.year]);
        let above = values.iter().filter(|v| **v > 0.0).count() as f64 / values.len() as f64;
        let last = values.last().copied().unwrap_or(f64::NAN);
        format!(
            "Over {window} sessions it was above zero {} of the time, with a median of {} and {} \
             at the end; over both windows it lay between {} and {}.",
            percent(above, 0),
            number(median(&values).unwrap_or(f64::NAN), 2),
            number(last, 2),
            number(lo, 2),
            number(hi, 2),
        )
    }
}

fn sharpe(of: &Rolling) -> Caption {
    let mut entries = vec![(Ink::Run, "252 sessions"), (Ink::Member(1), "126 sessions")];
    if !defined(&of.behind).is_empty() {
        entries.push((Ink::Benchmark, "Buy-and-hold, 252 sessions"));
    }
    Caption {
        id: "f-rolling-sharpe".to_owned(),
        title: "Rolling Sharpe ratio".to_owned(),
        description: of.in_words(),
        help: "Each point is the ratio of the sessions before it. A line that stays above zero earned \
               steadily; one high hill means that a single stretch made the result."
            .to_owned(),
        axes: Axes::over_time("Sharpe ratio a year"),
        legend: key(entries),
    }
}

fn beta(of: &Rolling) -> Caption {
    Caption {
        id: "f-rolling-beta".to_owned(),
        title: "Rolling beta to buy-and-hold".to_owned(),
        description: of.in_words(),
        help: "How much of each move of buy-and-hold the account took part in: 1 is all of it, 0 none \
               of it, below 0 the opposite."
            .to_owned(),
        axes: Axes::over_time("slope of the run's returns on those of buy-and-hold"),
        legend: key([(Ink::Run, "252 sessions"), (Ink::Member(1), "126 sessions")]),
    }
}
