//! How long each regime lasted and what was traded in it.

use tradebot_domain::Regime;
use tradebot_journal::RowLearned;

use super::{Subject, bar, regime_words};
use crate::format::{count, number, or_dash, percent, signed};
use crate::markup::{Markup, element, note};
use crate::table::{Table, figure, words};

pub(super) fn body(of: Subject<'_>) -> Markup {
    let regimes = &of.result.regimes;
    if regimes.is_empty() {
        let none = "The regime was never determined: too few sessions.";
        return element("p", &[("class", "none")], none);
    }
    let caption = format!("The five regimes; money in {}", of.currency());
    let mut table = Table::new(caption, head());
    for regime in Regime::ALL {
        let sessions = regimes.iter().filter(|r| r.regime == regime).count();
        let visits = regimes
            .chunk_by(|a, b| a.regime == b.regime)
            .filter(|same| same[0].regime == regime)
            .count();
        let share = sessions as f64 / regimes.len() as f64;
        let length = (visits > 0).then(|| sessions as f64 / visits as f64);
        let trades = of.assessment.trades.by_row.get(&regime).copied().unwrap_or_default();
        let row = last_learned(of, regime);
        table.row(vec![
            words(regime_words(regime)),
            words(bar(share, percent(share, 1))),
            figure(count(visits)),
            figure(or_dash(length, |v| number(v, 1))),
            figure(or_dash(row, |r| number(r.n, 0))),
            figure(or_dash(row, |r| percent(r.rate, 1))),
            figure(or_dash(row, |r| percent(r.break_even, 1))),
            figure(count(trades.trades)),
            figure(or_dash(trades.win_rate, |v| percent(v, 1))),
            figure(or_dash(trades.expectancy, |v| signed(v, 3)))
                .toned(trades.expectancy.unwrap_or(0.0)),
            figure(signed(trades.net, 2)).toned(trades.net),
        ]);
    }
    let proxies = regimes.iter().filter(|r| r.vix_is_proxy).count();
    let mut body = Markup::from(table).and(note(
        "Outcomes known, base rate and break-even stand as they were at the end, for brackets of \
         that regime, taken or not. Trades belong to the regime of their decision.",
    ));
    if proxies > 0 {
        body.push(note(format!(
            "In {} of {} sessions there was no VIX; its place took a proxy made of the volatility \
             of the index.",
            count(proxies),
            count(regimes.len()),
        )));
    }
    body
}

fn head() -> Vec<crate::table::Cell> {
    vec![
        words("Regime"),
        words("Time"),
        figure("Visits"),
        figure("Sessions a visit"),
        figure("Outcomes known"),
        figure("Base rate"),
        figure("Break-even"),
        figure("Trades"),
        figure("Won"),
        figure("Mean R"),
        figure("Net"),
    ]
}

fn last_learned(of: Subject<'_>, regime: Regime) -> Option<&RowLearned> {
    of.result.learned.iter().rev().find_map(|l| l.rows.iter().find(|r| r.row == regime))
}
