//! Key figures beside each other, with their differences.

use tradebot_backtest::costs::{CostAssessment, assess_costs};
use tradebot_backtest::performance::{Performance, performance};
use tradebot_backtest::summary::mean;
use tradebot_backtest::trades::{TradeResult, TradeStatistics, trade_statistics};
use tradebot_journal::TradeRecord;

use super::none;
use super::side::{Compared, Side};
use crate::format::{UNDEFINED, number, or_dash, percent, signed};
use crate::markup::{Markup, note};
use crate::sections::PERFORMANCE;
use crate::table::{Cell, Table, figure, words};

/// What is measured of a run within the common sessions.
struct Numbers {
    performance: Performance,
    trades: TradeStatistics,
    costs: CostAssessment,
    /// Mean value of positions over equity at the close.
    gross: Option<f64>,
}

/// A figure: its name, which it is, how it is written.
type Row = (&'static str, fn(&Numbers) -> Option<f64>, fn(f64) -> String);

const ROWS: [Row; 9] = [
    ("Positions over equity, mean", |n| n.gross, |v| percent(v, 1)),
    ("Closed trades", |n| Some(n.trades.trades as f64), |v| number(v, 0)),
    ("Trades won", |n| n.trades.win_rate, |v| percent(v, 1)),
    ("Mean result of a trade, R", |n| n.trades.expectancy, |v| signed(v, 3)),
    ("Best trade, R", |n| n.trades.best, |v| signed(v, 2)),
    ("Worst trade, R", |n| n.trades.worst, |v| signed(v, 2)),
    ("Profit factor", |n| n.trades.profit_factor, |v| number(v, 2)),
    ("Sessions held, mean", |n| n.trades.sessions_held, |v| number(v, 1)),
    ("Costs, of the profit before them", |n| n.costs.share, |v| percent(v, 1)),
];

pub(super) fn body(of: &Compared<'_>) -> Markup {
    if of.sides.iter().all(|side| side.snapshots.len() < 2) {
        return none("No run has two closes: no figure is defined.");
    }
    let numbers: Vec<Numbers> = of.sides.iter().map(measured).collect();
    let mut head = vec![words("Figure")];
    for (place, side) in of.sides.iter().enumerate() {
        head.push(figure(side.letter.as_str()));
        if place > 0 {
            head.push(figure(format!("{} − {}", side.letter, of.sides[0].letter)));
        }
    }
    let mut table =
        Table::new("Figures of the sessions that all runs have", head).with_class("names");
    for (name, of_series, show) in PERFORMANCE {
        let values: Vec<Option<f64>> = numbers.iter().map(|n| of_series(&n.performance)).collect();
        table.row(row(name, &values, show));
    }
    for (name, of_numbers, show) in ROWS {
        let values: Vec<Option<f64>> = numbers.iter().map(of_numbers).collect();
        table.row(row(name, &values, show));
    }
    Markup::from(table).and(note(
        "Differences are the later run less the first; those of per cent are in points. A trade \
         belongs to the sessions when it was entered and left within them.",
    ))
}

fn measured(side: &Side<'_>) -> Numbers {
    let trades: Vec<TradeRecord> = side.trades().into_iter().cloned().collect();
    let results: Vec<TradeResult> = trades.iter().map(TradeResult::from).collect();
    let equity: Vec<f64> = side.snapshots.iter().map(|s| s.equity.to_f64()).collect();
    let gross: Vec<f64> = side.snapshots.iter().map(|s| s.gross).collect();
    Numbers {
        performance: performance(&side.returns()),
        trades: trade_statistics(&results),
        costs: assess_costs(&trades, mean(&equity), side.snapshots.len()),
        gross: mean(&gross),
    }
}

fn row(name: &str, values: &[Option<f64>], show: fn(f64) -> String) -> Vec<Cell> {
    let mut cells = vec![words(name)];
    let first = values.first().copied().flatten();
    for (place, value) in values.iter().enumerate() {
        cells.push(figure(or_dash(*value, show)));
        if place > 0 {
            let difference = value.zip(first).map(|(b, a)| b - a);
            cells.push(figure(or_dash(difference, |d| with_sign(d, show))).with_class("step"));
        }
    }
    cells
}

/// The value as it is written otherwise, and always with its sign.
fn with_sign(value: f64, show: fn(f64) -> String) -> String {
    let text = show(value);
    let plain = text == UNDEFINED || !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if value > 0.0 && !plain && !text.starts_with('+') { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_its_sign_once() {
        let plain = |v| with_sign(v, |v| number(v, 1));
        assert_eq!(
            [plain(1.5), plain(-1.5), plain(0.0), plain(0.01)],
            ["+1.5", "−1.5", "0.0", "0.0"]
        );
        assert_eq!(with_sign(1.5, |v| signed(v, 1)), "+1.5");
        assert_eq!(plain(f64::NAN), UNDEFINED);
    }
}
