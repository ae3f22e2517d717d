//! Arguments of `tickets`.

use clap::{Args, Subcommand, ValueEnum};

use super::Format;

/// Order tickets: what the bot asks you to enter at the broker, and what you say about it.
#[derive(Debug, Clone, Subcommand)]
pub enum TicketsCommand {
    /// What is to be done, the most urgent first
    #[command(
        after_help = "Examples:\n  tradebot tickets list\n  tradebot tickets list --all --json\n\nstate: issued, seen (an order of yours fits it), partly done, asked (which order is it?), and with --all those that are\nover: done, done differently, late, skipped, expired, withdrawn."
    )]
    List {
        /// Those that are over, too
        #[arg(long)]
        all: bool,
        /// Where.
        #[command(flatten)]
        place: TicketsArgs,
        /// The format.
        #[command(flatten)]
        format: Format,
    },
    /// One ticket: what to enter, why, and what became of it
    #[command(
        after_help = "Examples:\n  tradebot tickets show T3\n  tradebot tickets show T3 --json"
    )]
    Show {
        /// The ticket, such as T3
        ticket: String,
        /// Where.
        #[command(flatten)]
        place: TicketsArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Say that a ticket is done, or which of your orders it was
    #[command(
        after_help = "Examples:\n  tradebot tickets done T3\n  tradebot tickets done T3 --order 900000456\n\nYou rarely need it: the bot sees your orders by itself. It asks when several could be the ticket."
    )]
    Done {
        /// The ticket, such as T3
        ticket: String,
        /// Number of the order at the broker
        #[arg(long, value_name = "NUMBER")]
        order: Option<i64>,
        /// Where.
        #[command(flatten)]
        place: TicketsArgs,
    },
    /// Say no to a ticket
    #[command(
        after_help = "Examples:\n  tradebot tickets skip T3\n  tradebot tickets skip T3 --reason \"earnings tomorrow\"\n\nA stop for shares that are held cannot be skipped: enter it, or sell them."
    )]
    Skip {
        /// The ticket, such as T3
        ticket: String,
        /// Why, for the record
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        /// Where.
        #[command(flatten)]
        place: TicketsArgs,
    },
}

/// Which mode's tickets.
#[derive(Debug, Clone, Copy, Args)]
pub struct TicketsArgs {
    /// Which mode: live alone has tickets
    #[arg(long, default_value = "live", value_name = "MODE")]
    pub mode: TicketMode,
}

/// A mode, as it may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TicketMode {
    /// Real account: a person enters orders
    Live,
    /// Simulated broker: no tickets
    Paper,
    /// Simulated broker: no tickets
    Demo,
    /// Simulated broker: no tickets
    Backtest,
}
