//! What a person is told, in a line: the text of every notification.

use tradebot_execution::ticket::{Ticket, TicketBook, slippage};
use tradebot_journal::{
    TicketChange, TicketEntry, TicketFill, TicketKind, TicketRecord, TicketState, Urgency,
};

use crate::commands::figures::price;

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How loudly.
    pub urgency: Urgency,
    /// The ticket.
    pub ticket: String,
    /// A line.
    pub text: String,
}

/// What of new entries is worth telling, in their order.
pub fn tell(book: &TicketBook, entries: &[TicketEntry]) -> Vec<Told> {
    let about = |entry: &TicketEntry| {
        let ticket = book.get(&entry.ticket)?;
        let text = line(book, ticket, &entry.change)?;
        let urgency = match &entry.change {
            TicketChange::Asked { .. } => Urgency::Urgent,
            TicketChange::Escalated { urgency } => *urgency,
            _ => Urgency::Routine,
        };
        Some(Told { urgency, ticket: entry.ticket.clone(), text })
    };
    entries.iter().filter_map(about).collect()
}

/// Hands what is told to the log, louder things at higher levels.
pub fn log(told: &[Told]) {
    for Told { urgency, ticket, text } in told {
        match urgency {
            Urgency::Routine | Urgency::Soon => {
                tracing::info!(target: "tickets", %ticket, "{text}");
            }
            Urgency::Urgent => tracing::warn!(target: "tickets", %ticket, "{text}"),
            Urgency::Alarm => tracing::error!(target: "tickets", %ticket, "{text}"),
        }
    }
}

fn line(book: &TicketBook, ticket: &Ticket, change: &TicketChange) -> Option<String> {
    let record = ticket.record();
    let id = &record.id;
    Some(match change {
        TicketChange::Issued(_) => format!("{id}: {} ({})", order(record), record.reason),
        TicketChange::Asked { orders } => {
            let orders: Vec<String> = orders.iter().map(i64::to_string).collect();
            format!(
                "{id}: which order is it: {}? Say: tradebot tickets done {id} --order N",
                orders.join(" or ")
            )
        }
        TicketChange::Escalated { urgency } if *urgency > Urgency::Soon => {
            format!("{id}: still not done, {urgency}: {}", order(record))
        }
        TicketChange::Filled(fill) => filled(book, ticket, fill),
        TicketChange::Unbound { why, .. } => format!("{id}: not its order: {why}"),
        TicketChange::Moved { state, note, .. } if said(*state) => {
            format!("{id} ({} {}) is {}: {note}", record.kind, record.symbol, words(state.name()))
        }
        _ => return None,
    })
}

const fn said(state: TicketState) -> bool {
    !matches!(state, TicketState::Issued | TicketState::PartlyDone)
}

fn filled(book: &TicketBook, ticket: &Ticket, fill: &TicketFill) -> String {
    let record = ticket.record();
    let cost = slippage(book, ticket).map_or_else(String::new, |s| {
        format!("; {:+.1} bp and {:+.3} R against the ticket", s.basis_points, s.r)
    });
    format!(
        "{} ({} {}): {} shares at {}{cost}",
        record.id,
        record.kind,
        record.symbol,
        fill.shares,
        price(fill.price)
    )
}

/// What is to be entered at the broker, in words: `sell 100 ACME, stop 96.00, good till cancelled`.
pub fn order(record: &TicketRecord) -> String {
    let prices = [("limit", record.limit), ("stop", record.stop)];
    let named: Vec<String> = prices
        .into_iter()
        .filter_map(|(word, named)| named.map(|named| format!("{word} {}", price(named))))
        .collect();
    let prices = if named.is_empty() { "at the market".to_owned() } else { named.join(", ") };
    let what = match (record.kind, record.concerns) {
        (TicketKind::Cancel, Some(order)) => return format!("cancel order {order}"),
        (TicketKind::MoveStop, Some(order)) => format!("change order {order}: "),
        _ => String::new(),
    };
    format!(
        "{what}{} {} {}, {prices}, {}",
        record.side,
        record.shares,
        record.symbol,
        words(record.life.name())
    )
}

/// A word of tables as people write it.
pub fn words(name: &str) -> String {
    name.replace('_', " ")
}
