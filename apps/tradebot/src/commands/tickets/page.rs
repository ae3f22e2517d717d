//! One ticket on one page.

use tradebot_execution::ticket::{Ticket, TicketBook, slippage};
use tradebot_journal::{TicketChange, TicketEntry};

use super::{Shown, so_far};
use crate::commands::figures::price;
use crate::commands::page::Page;
use crate::live::telling;

/// What to enter, why, what became of it.
pub(super) fn of(book: &TicketBook, ticket: &Ticket, history: &[&TicketEntry]) -> Page {
    let record = ticket.record();
    let mut page = Page::new();
    page.title(&format!(
        "{}: {} of {}, {}",
        record.id,
        telling::words(record.kind.name()),
        record.symbol,
        telling::words(ticket.state().name())
    ));
    enter(&mut page, ticket);
    page.section("Why");
    page.say(&record.reason);
    page.say(&format!(
        "intent {} of run {}: tradebot explain {}",
        record.intent_id, record.run, record.decision
    ));
    done(&mut page, book, ticket);
    page.section("History");
    let rows: Vec<Vec<String>> =
        history.iter().map(|entry| vec![entry.at.to_string(), event(&entry.change)]).collect();
    page.rows("<~", &rows);
    page
}

fn enter(page: &mut Page, ticket: &Ticket) {
    let record = ticket.record();
    page.section("Enter at the broker");
    let mut rows = vec![
        ("account", record.account.clone()),
        ("symbol", record.symbol.to_string()),
        ("action", record.side.name().to_owned()),
        ("shares", record.shares.to_string()),
        ("order type", telling::words(record.order.name())),
    ];
    rows.extend(record.limit.map(|limit| ("limit", price(limit))));
    rows.extend(record.stop.map(|stop| ("stop", price(stop))));
    rows.push(("works", telling::words(record.life.name())));
    rows.extend(record.valid_until.map(|end| ("enter it before", end.to_string())));
    rows.extend(record.concerns.map(|order| ("it is about order", order.to_string())));
    if let Some(plan) = record.plan {
        rows.push(("then its stop", price(plan.bracket.stop)));
        rows.push(("and its target", price(plan.bracket.target)));
        rows.extend(plan.exit_after.map(|end| ("left at the latest", end.to_string())));
    }
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(what, value)| vec![what.to_owned(), value]).collect();
    page.rows("<~", &rows);
}

fn done(page: &mut Page, book: &TicketBook, ticket: &Ticket) {
    page.section("So far");
    let so_far = so_far(&Shown::of(book, ticket));
    page.say(if so_far.is_empty() { "nothing was seen at the broker" } else { &so_far });
    for fill in ticket.fills() {
        page.say(&format!("{} shares at {} ({})", fill.shares, price(fill.price), fill.at));
    }
    if let Some(slipped) = slippage(book, ticket) {
        page.say(&format!(
            "against the ticket's {}: {:+.1} basis points, {:+.3} R (plus is worse)",
            price(slipped.named),
            slipped.basis_points,
            slipped.r
        ));
    }
}

fn event(change: &TicketChange) -> String {
    match change {
        TicketChange::Issued(_) => "issued".to_owned(),
        TicketChange::Bound { order, by } => format!("order {order} is its own ({by})"),
        TicketChange::Unbound { order, why } => format!("order {order} is not its own: {why}"),
        TicketChange::Asked { orders } => {
            let orders: Vec<String> = orders.iter().map(i64::to_string).collect();
            format!("asked which order it is: {}", orders.join(" or "))
        }
        TicketChange::Filled(fill) => {
            format!("{} shares at {} by order {}", fill.shares, price(fill.price), fill.order)
        }
        TicketChange::Moved { state, found, note } => {
            let (state, found) = (telling::words(state.name()), telling::words(found.name()));
            format!("{state} ({found}) {note}").trim_end().to_owned()
        }
        TicketChange::Escalated { urgency } => format!("told as {urgency}"),
        TicketChange::Claimed { by } => format!("{by} says that it is done"),
        TicketChange::Managed { stop, exit } => match (stop, exit) {
            (Some(stop), _) => format!("the stop is wanted at {}", price(*stop)),
            (None, Some(why)) => format!("to be left: {why}"),
            (None, None) => "managed".to_owned(),
        },
    }
}
