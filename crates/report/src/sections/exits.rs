//! How positions were left, and what trading cost.

use super::{Subject, basis, exit_words};
use tradebot_backtest::costs::{ambiguous, costs_by_kind};

use crate::format::{count, number, or_dash, percent};
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
    row("All costs", number(costs.costs, 2));
    if let Some(kinds) = costs_by_kind(&of.result.trades) {
        for (name, (_, money)) in KINDS.into_iter().zip(kinds.named()) {
            row(name, number(money.to_f64(), 2));
        }
    }
    row("Profit after costs", number(costs.net, 2));
    row("Costs of profit before costs", or_dash(costs.share, |v| percent(v, 1)));
    row("Costs that the profit would have borne", {
        or_dash(costs.bearable_multiple, |v| format!("{} ×", number(v, 2)))
    });
    row("Costs a year over mean equity", or_dash(costs.per_year, |v| percent(v, 2)));
    row("Costs of value traded, basis points", or_dash(costs.basis_points, |v| number(v, 2)));
    Markup::from(table).and(doubtful(of)).and(note(
        "Trades cut by the end of the data are counted here: their costs were paid. Below 1 × costs \
         ate the profit.",
    ))
}

/// Costs by kind, in the order of [`tradebot_journal::CostKinds::named`].
const KINDS: [&str; 7] = [
    "- of them commission",
    "- ECN, ATS and exchange fees",
    "- regulatory fees on sales",
    "- half the spread",
    "- slippage",
    "- market impact",
    "- currency conversion",
];

/// What bars that held both stop and target leave open.
fn doubtful(of: Subject<'_>) -> Markup {
    let Some(found) = ambiguous(&of.result.trades) else { return Markup::default() };
    note(format!(
        "{} of {} trades ended in a bar that held both their stop and their target. The stop was \
         assumed: all trades together made {} with every such bar resolved against them, and {} \
         with every one resolved for them.",
        count(found.trades),
        count(of.result.trades.len()),
        number(found.pessimistic.to_f64(), 2),
        number(found.optimistic.to_f64(), 2),
    ))
}
