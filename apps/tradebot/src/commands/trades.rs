//! `tradebot trades`: closed round trips.

use tradebot_journal::TradeRecord;

use super::figures::{in_r, price, signed_money};
use super::{Context, columns, subject};
use crate::cli::{Format, TradesArgs};
use crate::exit::Failure;
use crate::output::{self, Column, number, text};
use crate::reading;

const COLUMNS: [Column; 13] = [
    text("decided"),
    text("symbol"),
    text("row"),
    text("basis"),
    number("shares"),
    text("entered"),
    number("entry"),
    text("left"),
    number("exit"),
    text("reason"),
    number("net"),
    number("costs"),
    number("result"),
];

/// What a narrow terminal can do without, the first first.
const DISPENSABLE: [&str; 9] =
    ["decided", "costs", "row", "shares", "exit", "entry", "basis", "reason", "entered"];

/// Prints the closed trades of a run, or of one symbol of it, in the order of their ends.
///
/// # Errors
/// A usage failure for a symbol that the run does not trade; when there is no such run, or the
/// database cannot be read.
pub fn run(context: &Context, args: &TradesArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    let mut trades = found.reader.trades(found.info.key)?;
    let mut of = String::new();
    if let Some(name) = &args.symbol {
        let symbol = subject::symbol(&found, name)?;
        trades.retain(|t| t.symbol == symbol);
        of = format!(" of {symbol}");
    }
    let when_empty = format!("{} has no closed trades{of}", found.info.id);
    let cells = |t: &TradeRecord| cells(t, args.format);
    columns::records(args.format, &COLUMNS, &DISPENSABLE, &trades, cells, &when_empty)
}

/// People get grouped figures with units, programs the plain numbers.
fn cells(t: &TradeRecord, format: Format) -> Vec<String> {
    let (net, costs, result) = if format.csv {
        (t.net.to_string(), t.costs.to_string(), t.r_multiple.to_string())
    } else {
        (signed_money(t.net), output::money(t.costs), in_r(t.r_multiple))
    };
    vec![
        t.decision.session.to_string(),
        t.symbol.to_string(),
        t.row.to_string(),
        t.basis.name().to_owned(),
        t.entry_shares.to_string(),
        t.entry_session.to_string(),
        price(t.entry_price),
        t.exit_session.to_string(),
        price(t.exit_price),
        t.reason.name().to_owned(),
        net,
        costs,
        result,
    ]
}
