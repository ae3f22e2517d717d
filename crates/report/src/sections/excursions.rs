//! How far trades went against and for their owner before they ended.

use plotters::element::{Circle, Cross, PathElement};
use plotters::style::Color as _;
use tradebot_backtest::summary::{mean, quantile};
use tradebot_backtest::trades::counted as in_statistics;
use tradebot_journal::TradeRecord;

use super::Subject;
use crate::ReportError;
use crate::figure::{
    Area, Axes, Axis, Caption, Drawn, Ink, Margins, Mesh, Size, chart, key, mesh, small_figure, upx,
};
use crate::format::{count, counted, listed, or_dash, percent, signed};
use crate::markup::{Markup, details, element, note, paragraph};
use crate::measure::excursion::{Excursion, excursion};
use crate::table::{Cell, Table, figure, words};

/// Size of one drawing, logical pixels.
const SIZE: Size = Size { width: 440, height: 320 };
/// Trades listed one by one.
const SHOWN: usize = 200;

/// Trades with something in common: what they are called and which they are.
type Group = (&'static str, fn(&Went<'_>) -> bool);

/// A trade and how far it went.
#[derive(Debug, Clone, Copy)]
struct Went<'r> {
    trade: &'r TradeRecord,
    far: Excursion,
}

impl Went<'_> {
    fn won(&self) -> bool {
        self.trade.net.to_f64() > 0.0
    }
}

pub(super) fn body(of: Subject<'_>) -> Result<Markup, ReportError> {
    let all = in_statistics(&of.result.trades).count();
    let went = went(of);
    if went.is_empty() {
        let none = if all == 0 {
            "No trade was closed: none went anywhere."
        } else {
            "The run holds no closes for the sessions of its trades: how far they went is not known."
        };
        return Ok(element("p", &[("class", "none")], none));
    }
    let adverse = small_figure(adverse_caption(&went), SIZE, |area, _| {
        draw(&went, area, |w| w.far.adverse, false)
    })?;
    let favourable = small_figure(favourable_caption(&went), SIZE, |area, _| {
        draw(&went, area, |w| w.far.favourable, true)
    })?;
    let intro = paragraph(
        "Measured on highs and lows: the furthest of entry, the bars held to their end and the \
         exit. What the bar of the exit did before it is not known. Runs without highs and lows \
         are measured on closes.",
    );
    let marks = key([(Ink::Good, "Profit (dot)"), (Ink::Bad, "Loss (cross)")]);
    let both = element("div", &[("class", "grid pair")], adverse.and(favourable));
    let mut body = intro.and(marks).and(both).and(table(&went));
    if went.len() < all {
        let text =
            format!("{} of {} trades; the others lack a close.", count(went.len()), count(all));
        body.push(note(text));
    }
    Ok(body.and(one_by_one(&went)))
}

fn went(of: Subject<'_>) -> Vec<Went<'_>> {
    in_statistics(&of.result.trades)
        .filter(|trade| trade.r_multiple.is_finite())
        .filter_map(|trade| {
            let points = of.result.prices.get(&trade.symbol)?;
            Some(Went { trade, far: excursion(trade, points)? })
        })
        .collect()
}

fn adverse_caption(went: &[Went<'_>]) -> Caption {
    let winners: Vec<f64> = went.iter().filter(|w| w.won()).map(|w| w.far.adverse).collect();
    Caption {
        id: "f-adverse".to_owned(),
        title: "Furthest against (MAE) and result".to_owned(),
        description: format!(
            "{} as points. Nine in ten winners never fell below {} R.",
            counted(went.len(), "trade", "trades"),
            or_dash(quantile(&winners, 0.1), |v| signed(v, 2)),
        ),
        help: "The further left, the deeper a trade was under water. Left of the last winner \
               a stop saved money in hindsight."
            .to_owned(),
        axes: Axes::named("furthest against, R", "result after costs, R"),
        legend: Markup::default(),
    }
}

fn favourable_caption(went: &[Went<'_>]) -> Caption {
    let given_back = went.iter().filter(|w| !w.won() && w.far.favourable >= 1.0).count();
    Caption {
        id: "f-favourable".to_owned(),
        title: "Furthest in favour (MFE) and result".to_owned(),
        description: format!(
            "{} as points. {} that ended with a loss had been ahead by 1 R or more.",
            counted(went.len(), "trade", "trades"),
            counted(given_back, "trade", "trades"),
        ),
        help:
            "On the line a trade was left at its best price; the distance below it is profit given \
               back, and costs."
                .to_owned(),
        axes: Axes::named("furthest in favour, R", "result after costs, R"),
        legend: Markup::default(),
    }
}

fn draw(
    went: &[Went<'_>],
    area: &Area<'_>,
    far: impl Fn(&Went<'_>) -> f64,
    diagonal: bool,
) -> Drawn {
    let ends = |of: &dyn Fn(&Went<'_>) -> f64| {
        went.iter().map(of).fold((0.0_f64, 0.0_f64), |(lo, hi), v| (lo.min(v), hi.max(v)))
    };
    let decimals = |(lo, hi): (f64, f64)| usize::from(hi - lo < 4.0);
    let (across, up) = (ends(&far), ends(&|w| w.trade.r_multiple));
    let x = Axis::around(across, 5, |v| signed(v, decimals(across)));
    let y = Axis::around(up, 6, |v| signed(v, decimals(up)));
    let (left, right, bottom, top) = (x.from(), x.to(), y.from(), y.to());
    let margins = Margins { left: 40, below: 22, right: 16, above: 8 };
    let mut chart = chart(area, (x, y), margins)?;
    mesh(&mut chart, Mesh::Both)?;
    let line = Ink::Axis.color().stroke_width(upx(1.2));
    chart.draw_series([PathElement::new(vec![(left, 0.0), (right, 0.0)], line)])?;
    if diagonal {
        let ends = vec![(left.max(bottom), left.max(bottom)), (right.min(top), right.min(top))];
        chart.draw_series([PathElement::new(ends, Ink::Soft.color().stroke_width(upx(1.2)))])?;
    }
    let scale = if went.len() > 250 { 0.8 } else { 1.0 };
    let place = |w: &Went<'_>| (far(w), w.trade.r_multiple);
    let lost = Ink::Bad.color().stroke_width(upx(1.4 * scale));
    let losers = went.iter().filter(|w| !w.won());
    chart.draw_series(losers.map(|w| Cross::new(place(w), upx(2.8 * scale), lost)))?;
    let good = Ink::Good.color().filled();
    let winners = went.iter().filter(|w| w.won());
    chart.draw_series(winners.map(|w| Circle::new(place(w), upx(2.8 * scale), good))).map(|_| ())
}

fn table(went: &[Went<'_>]) -> Markup {
    let mut table = Table::new(
        "Excursions, units of planned risk (R)",
        vec![
            words("Trades that"),
            figure("Trades"),
            figure("Mean against"),
            figure("One in ten beyond"),
            figure("Mean in favour"),
            figure("One in ten beyond"),
            figure("Mean result"),
            figure("Kept of the best price"),
        ],
    );
    let groups: [Group; 3] =
        [("won", |w| w.won()), ("did not win", |w| !w.won()), ("were closed", |_| true)];
    for (name, belongs) in groups {
        let group: Vec<Went<'_>> = went.iter().filter(|w| belongs(w)).copied().collect();
        table.row(group_row(name, &group));
    }
    Markup::from(table).and(note(
        "Kept: the sum of results after costs over the sum of what was furthest in favour; a group that \
         lost kept nothing.",
    ))
}

fn group_row(name: &str, group: &[Went<'_>]) -> Vec<Cell> {
    let of = |f: fn(&Went<'_>) -> f64| -> Vec<f64> { group.iter().map(f).collect() };
    let (against, favour, results) =
        (of(|w| w.far.adverse), of(|w| w.far.favourable), of(|w| w.trade.r_multiple));
    let best: f64 = favour.iter().sum();
    let sum: f64 = results.iter().sum();
    let kept = (best > 0.0 && sum > 0.0).then(|| sum / best);
    let r = |v: Option<f64>| figure(or_dash(v, |v| signed(v, 2)));
    vec![
        words(name),
        figure(count(group.len())),
        r(mean(&against)),
        r(quantile(&against, 0.1)),
        r(mean(&favour)),
        r(quantile(&favour, 0.9)),
        r(mean(&results)),
        figure(or_dash(kept, |v| percent(v, 0))),
    ]
}

fn one_by_one(went: &[Went<'_>]) -> Markup {
    let last = &went[went.len().saturating_sub(SHOWN)..];
    let title = format!("{}, how far", listed(last.len(), went.len(), "trade", "trades"));
    let mut table = Table::new(
        format!("{title}, the latest first; units of planned risk (R)"),
        vec![
            words("Symbol"),
            words("Entry"),
            words("Exit"),
            figure("Furthest against"),
            figure("Furthest in favour"),
            figure("At the exit"),
            figure("Result after costs"),
        ],
    );
    for w in last.iter().rev() {
        table.row(vec![
            words(w.trade.symbol.as_str()),
            words(w.trade.entry_session.to_string()),
            words(w.trade.exit_session.to_string()),
            figure(signed(w.far.adverse, 2)),
            figure(signed(w.far.favourable, 2)),
            figure(signed(w.far.exit, 2)),
            figure(signed(w.trade.r_multiple, 2)).toned(w.trade.r_multiple),
        ]);
    }
    details(title, table)
}
