//! What an execution cost against the ticket.

use tradebot_domain::{Decimal, Money, Price, Shares};
use tradebot_journal::TicketSide;

use super::book::{Ticket, TicketBook};

/// What the executions of a ticket cost against the price that it named. Positive is worse for the
/// account, whichever side it was on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slippage {
    /// Shares executed.
    pub shares: Shares,
    /// Their mean price, exact.
    pub mean_price: Decimal,
    /// The price that the ticket named: its limit, else its stop.
    pub named: Price,
    /// Against the named price, in basis points of it.
    pub basis_points: f64,
    /// The same in units of planned risk (entry limit less stop, per share).
    pub r: f64,
}

/// Slippage of a ticket; none while nothing is executed, or where the ticket names no price.
pub fn slippage(book: &TicketBook, ticket: &Ticket) -> Option<Slippage> {
    let record = ticket.record();
    let named = record.limit.or(record.stop)?;
    let shares = ticket.filled();
    if shares == Shares::ZERO {
        return None;
    }
    let value: Decimal = ticket.fills().iter().map(|fill| fill.price.times(fill.shares).0).sum();
    let mean_price = value / Decimal::from(shares.0);
    let worse = match record.side {
        TicketSide::Buy => mean_price - named.decimal(),
        TicketSide::Sell => named.decimal() - mean_price,
    };
    let bracket = book.plan(&record.intent_id)?.bracket;
    let risk = bracket.entry_limit.decimal() - bracket.stop.decimal();
    let ratio = |part: Decimal, whole: Decimal| {
        part.checked_div(whole).map_or(f64::NAN, |ratio| Money(ratio).to_f64())
    };
    Some(Slippage {
        shares,
        mean_price,
        named,
        basis_points: ratio(worse * Decimal::from(10_000), named.decimal()),
        r: ratio(worse, risk),
    })
}
