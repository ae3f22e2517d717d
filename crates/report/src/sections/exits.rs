//! How positions were left, and what trading cost.

use super::{Subject, basis, exit_words};
use crate::format::{number, or_dash, percent};
use crate::markup::{Markup, heading, note};
use crate::table::{Table, figure, words};

pub(super) fn body(of: Subject<'_>) -> Markup {
    let trades = &of.assessment.trades;
    let caption = format!("Closed trades by reason of the exit; money in {}", of.currency());
    let mut table = Table::new(caption, basis::columns("Left by"));
    for (reason, group) in &trades.by_reason {
        table.row(basis::row(exit_words(*reason), group, trades.all.trades));
    }
    table.or("No trade was closed.").and(heading("Costs")).and(costs(of))
}

fn costs(of: Subject<'_>) -> Markup {
    let costs = &of.assessment.costs;
    let caption = format!("What trading cost; money in {}", of.currency());
    let mut table = Table::new(caption, vec![words("Figure"), figure("Value")]);
    let mut row = |name: &str, value: String| table.row(vec![words(name), figure(value)]);
    row("Profit of all trades before costs", number(costs.before_costs, 2));
    row("Commission, half the spread and slippage", number(costs.costs, 2));
    row("Profit after costs", number(costs.net, 2));
    row("Costs of profit before costs", or_dash(costs.share, |v| percent(v, 1)));
    row("Costs that the profit would have borne", {
        or_dash(costs.bearable_multiple, |v| format!("{} ×", number(v, 2)))
    });
    row("Costs a year over mean equity", or_dash(costs.per_year, |v| percent(v, 2)));
    row("Costs of value traded, basis points", or_dash(costs.basis_points, |v| number(v, 2)));
    Markup::from(table).and(note(
        "Trades cut by the end of the data are counted here: their costs were paid. Below 1 × costs \
         ate the profit.",
    ))
}
