//! What may be done to the simulator while it runs.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tradebot_domain::Date;

use crate::knobs::{FaultRule, KnobError, LoginFault, Quirk};

/// What is done to the simulator. Written as JSON with the name of the command in `do`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Moves the clock on by seconds.
    Advance {
        /// Seconds, 0 or more.
        seconds: i64,
    },
    /// Moves the clock on to a moment with an offset.
    AdvanceTo {
        /// The moment.
        time: String,
    },
    /// Sets the speed of the clock; 0 stands still.
    Speed {
        /// Virtual seconds in a second.
        speed: f64,
    },
    /// Changes settings: a partial tree.
    Set {
        /// The tree.
        knobs: Value,
    },
    /// Adds a fault.
    Fault {
        /// The fault.
        rule: FaultRule,
    },
    /// Removes all faults.
    ClearFaults,
    /// Turns a quirk on.
    Quirk {
        /// Which.
        name: Quirk,
        /// How often it strikes; always when absent.
        #[serde(default)]
        times: Option<u32>,
    },
    /// Turns a quirk off.
    ClearQuirk {
        /// Which.
        name: Quirk,
    },
    /// The next exchanges of a token fail.
    FailLogin {
        /// How, in order.
        faults: Vec<LoginFault>,
    },
    /// A new refresh token by hand; the chain's session ends. Replies it.
    IssueToken {
        /// Number of the chain.
        #[serde(default)]
        chain: usize,
    },
    /// Every access token dies.
    ExpireAccess,
    /// The next exchange names another API host.
    RotateHost,
    /// Streams are dropped without a word.
    KillStreams {
        /// `quotes`, `notifications`, or both when absent.
        #[serde(default)]
        kind: Option<String>,
    },
    /// The next frames of streams are lost.
    LoseFrames {
        /// How many.
        count: u32,
    },
    /// A person enters an order in the broker's own program. Replies its id.
    Human {
        /// Account number.
        account: String,
        /// The order, as in the body of the order call.
        order: Value,
    },
    /// A symbol splits.
    Split {
        /// The broker's symbol.
        symbol: String,
        /// New shares for an old one.
        ratio: Decimal,
        /// First session at the new price; the next one when absent.
        #[serde(default)]
        ex_date: Option<Date>,
    },
    /// A symbol pays.
    Dividend {
        /// The broker's symbol.
        symbol: String,
        /// Per share.
        amount: Decimal,
        /// First session without it; the next one when absent.
        #[serde(default)]
        ex_date: Option<Date>,
    },
    /// Trading halts or resumes.
    Halt {
        /// The broker's symbol.
        symbol: String,
        /// Halted or not.
        halted: bool,
    },
    /// Sides of the quote go missing or come back.
    Sides {
        /// The broker's symbol.
        symbol: String,
        /// There is a bid.
        bid: bool,
        /// There is an offer.
        ask: bool,
    },
    /// A symbol gets another id. Replies it.
    NewId {
        /// The broker's symbol.
        symbol: String,
    },
    /// Money in (or out, when negative).
    Deposit {
        /// Account number.
        account: String,
        /// `CAD` or `USD`.
        currency: String,
        /// Amount.
        amount: Decimal,
    },
    /// An execution is booked back.
    Bust {
        /// Its id.
        execution: i64,
    },
    /// The broker sells what an account holds of a symbol.
    Liquidate {
        /// Account number.
        account: String,
        /// The broker's symbol.
        symbol: String,
    },
    /// The account's status changes.
    Status {
        /// Account number.
        account: String,
        /// As on the wire.
        status: String,
    },
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No such symbol.
    #[error("symbol `{0}` is not known")]
    Symbol(String),
    /// No such account.
    #[error("account `{0}` is not known")]
    Account(String),
    /// No such route.
    #[error("route `{0}` is not known")]
    Route(String),
    /// A value that does not read or makes no sense.
    #[error("{what}: `{value}`")]
    Value {
        /// Which value.
        what: &'static str,
        /// As given.
        value: String,
    },
    /// Settings that are not accepted.
    #[error(transparent)]
    Knobs(#[from] KnobError),
    /// An order that was refused.
    #[error("order refused with code {code}: {message}")]
    Refused {
        /// The broker's code.
        code: i64,
        /// The broker's message.
        message: String,
    },
}
