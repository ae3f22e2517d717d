//! The best and the worst trades.

use tradebot_backtest::trades::counted;
use tradebot_journal::TradeRecord;

use super::{Subject, basis_words, exit_words};
use crate::format::{count, money, price, signed};
use crate::markup::Markup;
use crate::table::{Cell, Table, figure, words};

/// Trades at either end.
const SHOWN: usize = 5;

/// Both ends by result in units of planned risk; no trade is at both.
pub(super) fn body(of: Subject<'_>) -> Markup {
    let mut trades: Vec<&TradeRecord> =
        counted(&of.result.trades).filter(|t| t.r_multiple.is_finite()).collect();
    trades.sort_by(|a, b| b.r_multiple.total_cmp(&a.r_multiple));
    let best = SHOWN.min(trades.len().div_ceil(2));
    let worst = SHOWN.min(trades.len() - best);
    let currency = of.currency();
    let mut body = Markup::default();
    if best > 0 {
        body.push(table(format!("Best trades; money in {currency}"), &trades[..best]));
    }
    if worst > 0 {
        let from_worst: Vec<&TradeRecord> = trades.iter().rev().take(worst).copied().collect();
        body.push(table(format!("Worst trades; money in {currency}"), &from_worst));
    }
    body
}

fn table(caption: String, trades: &[&TradeRecord]) -> Markup {
    let mut table = Table::new(
        caption,
        vec![
            words("Symbol"),
            figure("R"),
            figure("Net"),
            words("Entry"),
            figure("at"),
            words("Exit"),
            figure("at"),
            figure("Sessions"),
            words("Left by"),
            words("Earned by"),
        ],
    );
    for trade in trades {
        table.row(row(trade));
    }
    table.into()
}

fn row(t: &TradeRecord) -> Vec<Cell> {
    vec![
        words(t.symbol.as_str()),
        figure(signed(t.r_multiple, 2)).toned(t.r_multiple),
        figure(money(t.net)).toned(t.net.to_f64()),
        words(t.entry_session.to_string()),
        figure(price(t.entry_price)),
        words(t.exit_session.to_string()),
        figure(price(t.exit_price)),
        figure(count(t.sessions_held)),
        words(exit_words(t.reason)),
        words(basis_words(t.basis)),
    ]
}

#[cfg(test)]
mod tests {
    use crate::sections::Subject;
    use crate::testing::{MadeUp, assessed};

    use super::*;

    fn rows(trades: usize) -> usize {
        let mut run = MadeUp::default().run();
        run.trades.truncate(trades);
        let assessment = assessed(&run);
        let html = body(Subject { result: &run, assessment: &assessment }).into_string();
        html.matches("<th scope=\"row\"").count()
    }

    #[test]
    fn no_trade_stands_at_both_ends() {
        assert_eq!([0, 1, 2, 3, 9, 10, 14].map(rows), [0, 1, 2, 3, 9, 10, 10]);
    }
}
