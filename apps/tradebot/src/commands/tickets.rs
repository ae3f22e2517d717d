//! `tradebot tickets`: what a person is asked to enter at the broker, and what they say about it.

mod page;

use serde::Serialize;
use tradebot_domain::Timestamp;
use tradebot_execution::ticket::{self, AnswerError, Ticket, TicketBook, slippage};
use tradebot_journal::{
    TicketChange, TicketEntry, TicketFill, TicketMatch, TicketRecord, TicketState, Urgency,
};
use tradebot_storage::{Mode, Store};

use super::{Context, columns};
use crate::cli::{Format, TicketMode, TicketsArgs, TicketsCommand};
use crate::exit::Failure;
use crate::live::shelf::{Shelf, ShelfError};
use crate::live::telling;
use crate::output::{self, Column, number, text};

const COLUMNS: [Column; 9] = [
    text("ticket"),
    text("urgency"),
    text("state"),
    text("symbol"),
    text("to do"),
    text("valid until"),
    text("so far"),
    number("bp"),
    text("why"),
];

/// What a narrow terminal can do without, the first first.
const DISPENSABLE: [&str; 3] = ["why", "bp", "urgency"];

/// Runs one of the ticket commands.
///
/// # Errors
/// A usage failure for a mode without tickets, a home without live mode, or an answer that is not
/// taken, with what to do instead.
pub fn run(context: &Context, command: &TicketsCommand) -> Result<(), Failure> {
    match command {
        TicketsCommand::List { all, place, format } => list(context, *place, *all, *format),
        TicketsCommand::Show { ticket, place, json } => show(context, *place, ticket, *json),
        TicketsCommand::Done { ticket, order, place } => {
            let said = ("says that it is done", ticket.as_str());
            answer(context, *place, said, |book, by| {
                Ok(vec![ticket::done(book, (&named(ticket), *order), (by, now()))?])
            })
        }
        TicketsCommand::Skip { ticket, reason, place } => {
            let said = ("skips it", ticket.as_str());
            answer(context, *place, said, |book, by| {
                Ok(vec![ticket::skip(book, &named(ticket), (by, reason), now())?])
            })
        }
    }
}

/// A ticket as JSON has it.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: &'a TicketRecord,
    state: TicketState,
    found: TicketMatch,
    note: &'a str,
    urgency: Urgency,
    orders: &'a [i64],
    candidates: &'a [i64],
    claimed: Option<Timestamp>,
    fills: &'a [TicketFill],
    slippage_bp: Option<f64>,
    slippage_r: Option<f64>,
}

impl<'a> Shown<'a> {
    fn of(book: &TicketBook, ticket: &'a Ticket) -> Self {
        let slipped = slippage(book, ticket);
        Self {
            record: ticket.record(),
            state: ticket.state(),
            found: ticket.found(),
            note: ticket.note(),
            urgency: ticket.urgency(),
            orders: ticket.orders(),
            candidates: ticket.candidates(),
            claimed: ticket.claimed(),
            fills: ticket.fills(),
            slippage_bp: slipped.map(|s| s.basis_points),
            slippage_r: slipped.map(|s| s.r),
        }
    }
}

fn list(context: &Context, place: TicketsArgs, all: bool, format: Format) -> Result<(), Failure> {
    let book = book(context, place)?;
    let mut tickets: Vec<&Ticket> = book.tickets().iter().collect();
    if !all {
        tickets.retain(|ticket| ticket.is_open());
        // Stable: what is as urgent stays in the order in which it was issued.
        tickets.sort_by_key(|ticket| std::cmp::Reverse(ticket.urgency()));
    }
    let shown: Vec<Shown<'_>> = tickets.iter().map(|ticket| Shown::of(&book, ticket)).collect();
    let when_empty = if all || book.tickets().is_empty() {
        "no ticket was issued yet".to_owned()
    } else {
        "nothing is to be done (those that are over: tradebot tickets list --all)".to_owned()
    };
    columns::records(format, &COLUMNS, &DISPENSABLE, &shown, cells, &when_empty)
}

fn cells(shown: &Shown<'_>) -> Vec<String> {
    let record = shown.record;
    vec![
        record.id.clone(),
        shown.urgency.name().to_owned(),
        telling::words(shown.state.name()),
        record.symbol.to_string(),
        telling::order(record),
        record.valid_until.map_or_else(String::new, |end| end.to_string()),
        so_far(shown),
        shown.slippage_bp.map_or_else(String::new, |bp| format!("{bp:+.1}")),
        record.reason.clone(),
    ]
}

fn so_far(shown: &Shown<'_>) -> String {
    if !shown.candidates.is_empty() {
        let orders: Vec<String> = shown.candidates.iter().map(i64::to_string).collect();
        return format!("which order: {}?", orders.join(" or "));
    }
    match (shown.found, shown.note, shown.claimed) {
        (TicketMatch::None, "", Some(_)) => "you said it is done; not seen yet".to_owned(),
        (TicketMatch::None, note, _) => note.to_owned(),
        (found, note, _) => format!("{}, {note}", telling::words(found.name())),
    }
}

fn show(context: &Context, place: TicketsArgs, id: &str, json: bool) -> Result<(), Failure> {
    let entries = entries(context, place)?;
    let book = TicketBook::replay(&entries)?;
    let id = named(id);
    let last = book.tickets().len();
    let unknown = || Failure::usage(AnswerError::Unknown { id: id.clone(), last }.to_string());
    let ticket = book.get(&id).ok_or_else(unknown)?;
    let history: Vec<&TicketEntry> = entries.iter().filter(|entry| entry.ticket == id).collect();
    if json {
        #[derive(Serialize)]
        struct Whole<'a> {
            ticket: Shown<'a>,
            history: Vec<&'a TicketEntry>,
        }
        return output::json(&Whole { ticket: Shown::of(&book, ticket), history });
    }
    output::line(page::of(&book, ticket, &history).text().trim_end())
}

fn answer(
    context: &Context,
    place: TicketsArgs,
    (said, id): (&str, &str),
    decide: impl Fn(&TicketBook, &str) -> Result<Vec<TicketEntry>, Refused>,
) -> Result<(), Failure> {
    there(context, place)?;
    let mut shelf = Shelf::open(&context.home)?;
    let by = person();
    let written = shelf.decide(|book| decide(book, &by)).map_err(|refused| match refused {
        Refused::Answer(error) => Failure::usage(error.to_string()),
        Refused::Shelf(error) => Failure::from(error),
    })?;
    let told = written.iter().any(|e| matches!(e.change, TicketChange::Moved { .. }));
    let next = if told { "" } else { "; the next look at the broker confirms it" };
    output::line(&format!("{}: on record that {by} {said}{next}", named(id)))
}

/// An answer that is not taken, or cannot be written.
enum Refused {
    Answer(AnswerError),
    Shelf(ShelfError),
}

impl From<AnswerError> for Refused {
    fn from(error: AnswerError) -> Self {
        Self::Answer(error)
    }
}

impl From<ShelfError> for Refused {
    fn from(error: ShelfError) -> Self {
        Self::Shelf(error)
    }
}

fn book(context: &Context, place: TicketsArgs) -> Result<TicketBook, Failure> {
    Ok(TicketBook::replay(&entries(context, place)?)?)
}

fn entries(context: &Context, place: TicketsArgs) -> Result<Vec<TicketEntry>, Failure> {
    there(context, place)?;
    Ok(Store::open_read(&context.home, Mode::Live)?.ticket_entries()?)
}

/// There are tickets to speak of.
fn there(context: &Context, place: TicketsArgs) -> Result<(), Failure> {
    if place.mode != TicketMode::Live {
        return Err(Failure::usage(
            "this mode has no tickets: its orders are filled by a simulated broker (tradebot orders shows them). Tickets are \
             of live mode; leave out --mode",
        ));
    }
    if Mode::Live.database(&context.home).is_file() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "there are no tickets in {}: live mode has not run there yet",
        context.home.display()
    )))
}

/// `t3` and `3` are T3.
fn named(id: &str) -> String {
    let digits = id.trim_start_matches(['t', 'T']);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { format!("T{digits}") } else { id.to_owned() }
}

/// Who is at the keyboard, as far as the system knows.
fn person() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_default();
    if user.is_empty() { "a person".to_owned() } else { user }
}

/// Now; answers are dated by it.
#[expect(clippy::disallowed_methods, reason = "an app dates answers by the clock of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_may_be_named_carelessly() {
        for given in ["T3", "t3", "3"] {
            assert_eq!(named(given), "T3");
        }
        for given in ["", "T", "T3x", "latest"] {
            assert_eq!(named(given), given);
        }
    }

    #[test]
    fn a_price_keeps_its_cents() {
        let shown = crate::commands::figures::price(
            tradebot_domain::Price::new("100.8".parse().unwrap()).unwrap(),
        );
        assert_eq!(shown, "100.80");
    }
}
