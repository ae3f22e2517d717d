//! The figures that most people look for, with intervals, and all the others behind them.

use tradebot_backtest::Interval;
use tradebot_backtest::performance::Performance;

use super::Subject;
use crate::format::{UNDEFINED, count, interval, number, or_dash, percent, signed, signed_percent};
use crate::markup::{Markup, details, element, note};
use crate::table::{Table, figure, words};

/// Which of the figures of a series, and how it is written.
pub(crate) type Column = (&'static str, fn(&Performance) -> Option<f64>, fn(f64) -> String);

pub(super) fn body(of: Subject<'_>) -> Markup {
    let cards: Markup = [account(of), trading(of), forecasts(of)].into_iter().flatten().collect();
    element("div", &[("class", "cards")], cards)
        .and(note(
            "Ranges hold 90 %: from stretches of history drawn anew (stationary bootstrap). A range \
             on both sides of zero means that the sign of the figure is not known. An en dash is a \
             figure that is not defined, which is not zero.",
        ))
        .and(details("All figures beside buy-and-hold", beside_benchmark(of)))
        .and(more(of))
}

fn card(name: &str, value: String, beneath: String) -> Markup {
    let mut inner = element("dt", &[], name).and(element("dd", &[("class", "value")], value));
    if !beneath.is_empty() {
        inner.push(element("dd", &[("class", "beneath")], beneath));
    }
    element("dl", &[("class", "card")], inner)
}

fn range(of: Option<Interval>, show: impl Fn(f64) -> String) -> String {
    of.map_or_else(|| "no range: too little history".to_owned(), |i| interval(i, show))
}

fn account(of: Subject<'_>) -> Vec<Markup> {
    let (a, p) = (of.assessment, &of.assessment.performance);
    let intervals = a.intervals.as_ref();
    let equity = of.result.snapshots.last().map(|s| s.equity);
    let held = a.benchmark.as_ref().map(|b| &b.held);
    vec![
        card(
            "Total return",
            or_dash(p.total_return, |v| signed_percent(v, 1)),
            equity.map_or_else(String::new, |e| {
                format!("{} {} at the end", crate::format::money(e), of.currency())
            }),
        ),
        card(
            "Growth a year",
            or_dash(p.cagr, |v| signed_percent(v, 2)),
            range(intervals.and_then(|i| i.cagr), |v| signed_percent(v, 1)),
        ),
        card(
            "Sharpe ratio a year",
            or_dash(p.sharpe, |v| number(v, 2)),
            range(intervals.and_then(|i| i.sharpe), |v| number(v, 2)),
        ),
        card(
            "Deepest drawdown",
            or_dash(p.max_drawdown, |v| percent(v, 1)),
            range(intervals.and_then(|i| i.max_drawdown), |v| percent(v, 1)),
        ),
        card(
            "Volatility a year",
            or_dash(p.volatility, |v| percent(v, 1)),
            format!("invested {} of sessions", or_dash(a.activity.exposure, |v| percent(v, 0))),
        ),
        card(
            "Buy-and-hold, growth a year",
            or_dash(held.and_then(|h| h.cagr), |v| signed_percent(v, 2)),
            or_dash(held.and_then(|h| h.max_drawdown), |v| {
                format!("with a drawdown of {}", percent(v, 1))
            }),
        ),
    ]
}

fn trading(of: Subject<'_>) -> Vec<Markup> {
    let (all, costs) = (&of.assessment.trades.all, &of.assessment.costs);
    vec![
        card(
            "Closed trades",
            count(all.trades),
            or_dash(all.win_rate, |v| format!("{} won", percent(v, 1))),
        ),
        card(
            "Mean result of a trade",
            or_dash(all.expectancy, |v| format!("{} R", signed(v, 3))),
            or_dash(all.profit_factor, |v| format!("profit factor {}", number(v, 2))),
        ),
        card(
            "Costs, of the profit before them",
            or_dash(costs.share, |v| percent(v, 1)),
            or_dash(costs.basis_points, |v| format!("{} bp of value traded", number(v, 1))),
        ),
    ]
}

fn forecasts(of: Subject<'_>) -> Vec<Markup> {
    let consensus = of.assessment.skill.consensus.as_ref();
    vec![
        card(
            "Brier skill of the consensus",
            or_dash(consensus.and_then(|c| c.brier_skill), |v| signed_percent(v, 2)),
            range(consensus.and_then(|c| c.brier_skill_interval), |v| signed_percent(v, 2)),
        ),
        card(
            "On the right side of one half",
            or_dash(consensus, |c| percent(c.accuracy, 1)),
            or_dash(consensus, |c| {
                let beside = format!("the more frequent outcome: {}", percent(c.majority, 1));
                match c.accuracy_interval {
                    Some(i) => format!("{}; {beside}", interval(i, |v| percent(v, 1))),
                    None => beside,
                }
            }),
        ),
        card(
            "Calibration error",
            or_dash(consensus, |c| percent(c.calibration_error, 1)),
            "mean distance of probability from what happened".to_owned(),
        ),
    ]
}

/// The figures of a series, in the order in which they are shown.
pub(crate) const PERFORMANCE: [Column; 14] = [
    ("Total return", |p| p.total_return, |v| signed_percent(v, 1)),
    ("Growth a year", |p| p.cagr, |v| signed_percent(v, 2)),
    ("Volatility a year", |p| p.volatility, |v| percent(v, 2)),
    ("Sharpe ratio a year", |p| p.sharpe, |v| number(v, 2)),
    ("Sortino ratio a year", |p| p.sortino, |v| number(v, 2)),
    ("Deepest drawdown", |p| p.max_drawdown, |v| percent(v, 2)),
    ("Growth over deepest drawdown (Calmar)", |p| p.calmar, |v| number(v, 2)),
    ("Longest drawdown, sessions", |p| p.drawdown_sessions.map(|n| n as f64), |v| number(v, 0)),
    ("Ulcer index", |p| p.ulcer, |v| percent(v, 2)),
    ("One session in twenty worse than", |p| p.value_at_risk_95, |v| percent(v, 2)),
    ("Mean of that worst twentieth", |p| p.expected_shortfall_95, |v| percent(v, 2)),
    ("Gains over losses by session (Omega)", |p| p.omega, |v| number(v, 2)),
    ("Best session", |p| p.best, |v| signed_percent(v, 2)),
    ("Worst session", |p| p.worst, |v| signed_percent(v, 2)),
];

fn beside_benchmark(of: Subject<'_>) -> Markup {
    let benchmark = of.assessment.benchmark.as_ref();
    let head = vec![
        words("Figure"),
        figure("Run"),
        figure("Buy-and-hold"),
        figure("Buy-and-hold at the run's volatility"),
    ];
    let mut table = Table::new("The run beside buying the same symbols and holding them", head)
        .with_class("names");
    for (name, of_series, show) in PERFORMANCE {
        let cell = |p: Option<&Performance>| figure(or_dash(p.and_then(of_series), show));
        table.row(vec![
            words(name),
            cell(Some(&of.assessment.performance)),
            cell(benchmark.map(|b| &b.held)),
            cell(benchmark.and_then(|b| b.at_same_volatility.as_ref())),
        ]);
    }
    table.into()
}

fn more(of: Subject<'_>) -> Markup {
    let (a, activity) = (of.assessment, &of.assessment.activity);
    let sharpe = a.sharpe.as_ref();
    let benchmark = a.benchmark.as_ref();
    let orders = a.other_orders.as_ref();
    let mut table = Table::new(
        "What can be told from luck, and how the account was used",
        vec![words("Figure"), figure("Value")],
    );
    let mut row = |name: &str, value: String| table.row(vec![words(name), figure(value)]);
    let probability = |p: Option<f64>| or_dash(p, |v| percent(v, 1));
    row("Probability that the true Sharpe ratio is above 0", {
        probability(sharpe.and_then(|s| s.probabilistic))
    });
    let deflated = sharpe.map(|s| s.deflated_if.as_slice()).unwrap_or_default();
    for deflated in deflated.iter().filter(|d| d.trials > 1) {
        let name = format!(
            "The same, were it the best of {} on this history",
            crate::format::counted(deflated.trials as usize, "attempt", "attempts"),
        );
        row(&name, probability(deflated.probability));
    }
    row(
        "Sharpe ratio ahead of buy-and-hold, 90 % range",
        a.intervals
            .as_ref()
            .and_then(|i| i.sharpe_over_benchmark)
            .map_or_else(|| UNDEFINED.to_owned(), |i| interval(i, |v| signed(v, 2))),
    );
    row(
        "Correlation with buy-and-hold",
        or_dash(benchmark.and_then(|b| b.correlation), |v| number(v, 2)),
    );
    row("Slope on buy-and-hold (beta)", or_dash(benchmark.and_then(|b| b.beta), |v| number(v, 2)));
    row("Value of positions over equity, mean", or_dash(activity.mean_gross, |v| percent(v, 1)));
    row("Value of positions over equity, highest", or_dash(activity.max_gross, |v| percent(v, 1)));
    row("Open risk at stops over equity, mean", or_dash(activity.mean_heat, |v| percent(v, 2)));
    row("Turnover a year", or_dash(activity.turnover, |v| format!("{} ×", number(v, 1))));
    row("Sessions with entries stopped", or_dash(activity.stopped, |v| percent(v, 1)));
    row("Drawdown that one order of the same trades in twenty exceeds", {
        or_dash(orders, |o| percent(o.drawdown_95, 1))
    });
    details("Inference and use of the account", table)
}
