//! Returns by calendar year, beside buy-and-hold.

use std::collections::BTreeMap;

use tradebot_backtest::benchmark::benchmark_returns;
use tradebot_backtest::monthly::monthly_returns;
use tradebot_backtest::performance::scaled;
use tradebot_domain::Date;

use super::Subject;
use crate::ReportError;
use crate::figure::{Axes, Bars, Caption, Ink, draw_bars, figure as draw_figure, key};
use crate::format::{number, or_dash, percent, signed, signed_percent};
use crate::markup::{Markup, details, element, note};
use crate::table::{Table, figure, words};

/// One year: the run and buy-and-hold, fractions.
struct Year {
    number: i16,
    run: f64,
    held: Option<f64>,
    /// Buy-and-hold with only that part of the account in it that makes it swing as the run does.
    same_volatility: Option<f64>,
}

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let years = years(of);
    if years.is_empty() {
        let none = "Fewer than two closes: no year has a return.";
        return Ok(element("p", &[("class", "none")], none));
    }
    let bars = Bars {
        labels: years.iter().map(|y| y.number.to_string()).collect(),
        series: vec![
            (Ink::Run, years.iter().map(|y| Some(y.run)).collect()),
            (Ink::Member(1), years.iter().map(|y| y.same_volatility).collect()),
        ],
    };
    let drawn = years.iter().flat_map(|y| [Some(y.run), y.same_volatility]).flatten();
    let decimals = usize::from(drawn.map(f64::abs).fold(0.0, f64::max) < 0.08);
    let chart = draw_figure(caption(&years), (240, 220), |area, size| {
        draw_bars(&bars, (area, size), 58, |v| percent(v, decimals))
    })?;
    Ok(chart.and(details("The same as a table", table(&years))).and(note(
        "The first and the last year hold only the sessions of the run. Drawn beside it is \
         buy-and-hold with only that part of the account in it which makes it swing as much as the \
         run over its whole length; the table has all of it too.",
    )))
}

fn years(of: Subject<'_>) -> Vec<Year> {
    let snapshots = &of.result.snapshots;
    let values: Vec<f64> = snapshots.iter().map(|s| s.benchmark).collect();
    let sessions: Vec<Date> = snapshots.iter().skip(1).map(|s| s.session.date()).collect();
    let returns = benchmark_returns(&values);
    let by_year = |returns: &[f64]| -> BTreeMap<i16, f64> {
        let all = sessions.iter().copied().zip(returns.iter().copied());
        let years = monthly_returns(all).into_iter().map(|y| (y.year, y.total));
        years.filter(|(_, total)| total.is_finite()).collect()
    };
    let share = of.assessment.benchmark.as_ref().and_then(|b| b.share_at_same_volatility);
    let held = by_year(&returns);
    let same = share.map(|share| by_year(&scaled(&returns, share))).unwrap_or_default();
    let years = of.assessment.monthly.iter();
    years
        .map(|y| Year {
            number: y.year,
            run: y.total,
            held: held.get(&y.year).copied(),
            same_volatility: same.get(&y.year).copied(),
        })
        .collect()
}

fn caption(years: &[Year]) -> Caption {
    let gains = years.iter().filter(|y| y.run > 0.0).count();
    let ahead = years.iter().filter(|y| y.same_volatility.is_some_and(|v| y.run > v)).count();
    let best = years.iter().max_by(|a, b| a.run.total_cmp(&b.run));
    let worst = years.iter().min_by(|a, b| a.run.total_cmp(&b.run));
    let said = |y: Option<&Year>| {
        y.map_or_else(String::new, |y| format!("{} with {}", y.number, signed_percent(y.run, 1)))
    };
    Caption {
        id: "f-annual".to_owned(),
        title: "Return of each calendar year".to_owned(),
        description: format!(
            "Bars by year. {gains} of {} years gained, {ahead} were ahead of buy-and-hold at the \
             run's volatility. Best {}, worst {}.",
            years.len(),
            said(best),
            said(worst),
        ),
        help: "Bars above zero are gains. A run that gains only in the years of buy-and-hold has \
               earned its return by being invested."
            .to_owned(),
        axes: Axes::over_time("return, per cent of equity"),
        legend: key([
            (Ink::Run, "The run"),
            (Ink::Member(1), "Buy-and-hold at the run's volatility"),
        ]),
    }
}

fn table(years: &[Year]) -> Markup {
    let mut table = Table::new(
        "Returns by calendar year, per cent",
        vec![
            words("Year"),
            figure("Run"),
            figure("Buy-and-hold"),
            figure("At the run's volatility"),
            figure("Run less that"),
        ],
    );
    for y in years {
        let difference = y.same_volatility.map(|same| (y.run - same) * 100.0);
        table.row(vec![
            words(y.number.to_string()),
            figure(signed(y.run * 100.0, 2)).toned(y.run),
            figure(or_dash(y.held, |v| number(v * 100.0, 2))),
            figure(or_dash(y.same_volatility, |v| number(v * 100.0, 2))),
            figure(or_dash(difference, |v| signed(v, 2))),
        ]);
    }
    table.into()
}
