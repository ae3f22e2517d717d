//! What the sizes of trades were earned by: skill, drift or exploration.

use tradebot_backtest::trades::TradeStatistics;
use tradebot_journal::SizeBasis;

use super::{Subject, bar, basis_words};
use crate::format::{count, number, or_dash, percent, signed};
use crate::markup::{Markup, facts, note, paragraph};
use crate::table::{Cell, Table, figure, words};

const ALL: [SizeBasis; 3] = [SizeBasis::Skill, SizeBasis::Drift, SizeBasis::Explore];

pub(super) fn body(of: Subject<'_>) -> Markup {
    let trades = &of.assessment.trades;
    let mut table = Table::new(
        format!("Closed trades by what their size was earned by; money in {}", of.currency()),
        columns("Earned by"),
    );
    for basis in ALL {
        let group = trades.by_basis.get(&basis).copied().unwrap_or_default();
        table.row(row(basis_words(basis), &group, trades.all.trades));
    }
    table.row(row("All", &trades.all, trades.all.trades));
    let means = facts(
        [
            (
                "Skill",
                "the forecasts beat the base rate out of sample, and this one beat break-even",
            ),
            ("Drift", "no skill shown; the base rate of the regime alone beat break-even"),
            ("Exploration", "neither; a fixed small risk, so that the bot keeps learning"),
        ]
        .map(|(name, meaning)| (name.into(), meaning.into())),
    );
    let mut body = Markup::from(table).and(means);
    if trades.cut_by_end_of_data > 0 {
        let cut = count(trades.cut_by_end_of_data);
        body.push(note(format!(
            "{cut} more had to be closed because the data ended; nobody decided to leave there, so \
             they are left out of all statistics."
        )));
    }
    if trades.all.trades == 0 {
        body = paragraph("No trade was closed.").and(body);
    }
    body
}

/// Headings of a table of groups of trades.
pub(super) fn columns(what: &str) -> Vec<Cell> {
    vec![
        words(what),
        figure("Trades"),
        words("Share"),
        figure("Won"),
        figure("Mean R"),
        figure("Profit factor"),
        figure("Sessions held"),
        figure("Net"),
    ]
}

/// One group of trades.
pub(super) fn row(name: &str, group: &TradeStatistics, all: usize) -> Vec<Cell> {
    let share = if all > 0 { group.trades as f64 / all as f64 } else { 0.0 };
    vec![
        words(name),
        figure(count(group.trades)),
        words(bar(share, percent(share, 0))),
        figure(or_dash(group.win_rate, |v| percent(v, 1))),
        figure(or_dash(group.expectancy, |v| signed(v, 3))).toned(group.expectancy.unwrap_or(0.0)),
        figure(or_dash(group.profit_factor, |v| number(v, 2))),
        figure(or_dash(group.sessions_held, |v| number(v, 1))),
        figure(signed(group.net, 2)).toned(group.net),
    ]
}
