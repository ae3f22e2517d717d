//! `tradebot orders`: orders in their latest state.

use tradebot_journal::OrderRecord;

use super::{Context, columns};
use crate::cli::TableArgs;
use crate::exit::Failure;
use crate::output::{Column, number, text};
use crate::reading;

const COLUMNS: [Column; 8] = [
    text("changed"),
    text("order"),
    text("symbol"),
    text("role"),
    text("state"),
    number("shares"),
    number("price"),
    text("note"),
];

/// What a narrow terminal can do without, the first first.
const DISPENSABLE: [&str; 4] = ["note", "order", "shares", "price"];

/// Prints the orders of a run, the last change last.
///
/// # Errors
/// When there is no such run, or the database cannot be read.
pub fn run(context: &Context, args: &TableArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    let mut orders = found.reader.orders(found.info.key)?;
    // Stable: orders of one session stay in the order of their ids.
    orders.sort_by_key(|o| o.session);
    let when_empty = format!("{} has no orders", found.info.id);
    columns::records(args.format, &COLUMNS, &DISPENSABLE, &orders, cells, &when_empty)
}

fn cells(o: &OrderRecord) -> Vec<String> {
    vec![
        o.session.to_string(),
        o.order_id.clone(),
        o.symbol.to_string(),
        o.role.name().to_owned(),
        o.state.name().to_owned(),
        o.shares.to_string(),
        o.price.map_or_else(String::new, |p| p.to_string()),
        o.note.clone(),
    ]
}
