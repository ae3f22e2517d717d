//! Order tickets: what a person is asked to enter at the broker, and what became of it.
//!
//! A ticket is issued once and never changed; everything after that is a [`TicketEntry`] of its
//! own, and the state of a ticket is what its entries add up to. Tickets stand beside the hash
//! chain of a run: they depend on a person and on clocks, and so are no part of what a replay
//! repeats.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Price, Shares, Symbol, Timestamp};

use crate::event::{BracketRecord, DecisionId};

/// A closed set of words, with the spelling of tables and JSON.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$one])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in tables and JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

words! {
    /// What a ticket is for.
    TicketKind {
        /// Opens the position.
        Entry = "entry",
        /// Protective stop of what was bought.
        Stop = "stop",
        /// Profit target of what was bought.
        Target = "target",
        /// Changes a stop order that rests at the broker.
        MoveStop = "move_stop",
        /// Leaves the position.
        Exit = "exit",
        /// Cancels an order that rests at the broker and has no position any more.
        Cancel = "cancel",
    }
}

words! {
    /// Which way shares go.
    TicketSide {
        /// Into the account.
        Buy = "buy",
        /// Out of it.
        Sell = "sell",
    }
}

words! {
    /// Type of an order, as the broker's form asks for it.
    TicketOrder {
        /// At the market.
        Market = "market",
        /// At the limit or better.
        Limit = "limit",
        /// At the market once the stop price trades.
        Stop = "stop",
        /// At the limit once the stop price trades.
        StopLimit = "stop_limit",
        /// A type that no ticket asks for: trailing, on the open or close.
        Other = "other",
    }
}

words! {
    /// How long an order works.
    TicketLife {
        /// Until the close.
        Day = "day",
        /// Until it is cancelled, at most 90 days at Questrade.
        GoodTillCancelled = "good_till_cancelled",
    }
}

words! {
    /// Where a ticket is in its life.
    TicketState {
        /// Written down; nothing of it was seen at the broker.
        Issued = "issued",
        /// An order that fits it works at the broker; nothing is executed.
        Seen = "seen",
        /// A part is executed, or in place where the ticket asks for a resting order.
        PartlyDone = "partly_done",
        /// Done as it was asked for.
        Done = "done",
        /// Done with another size or price.
        DoneDifferently = "done_differently",
        /// Done after it had expired.
        Late = "late",
        /// A person said no.
        Skipped = "skipped",
        /// Its time passed and nothing was done.
        Expired = "expired",
        /// More than one order may be it: a person is asked.
        Asked = "asked",
        /// No longer wanted: the position changed.
        Withdrawn = "withdrawn",
    }
}

impl TicketState {
    /// Nothing more is expected of anybody.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Issued | Self::Seen | Self::PartlyDone | Self::Asked)
    }
}

words! {
    /// How what was seen at the broker compares with the ticket.
    TicketMatch {
        /// Nothing fits.
        None = "none",
        /// As asked for.
        Exact = "exact",
        /// As asked for, a part of it so far.
        Partial = "partial",
        /// Another number of shares.
        DifferentSize = "different_size",
        /// Another type, limit or stop.
        DifferentPrice = "different_price",
        /// Entered after the ticket had expired.
        Late = "late",
        /// Several orders fit and none is the surest.
        Ambiguous = "ambiguous",
    }
}

words! {
    /// How loudly a person is told.
    Urgency {
        /// It stands in the list.
        Routine = "routine",
        /// Do it when you see it.
        Soon = "soon",
        /// Do it now.
        Urgent = "urgent",
        /// Money is at risk without protection.
        Alarm = "alarm",
    }
}

/// A ticket as it was issued. It never changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketRecord {
    /// Unique in the file: `T1`, `T2` ...
    pub id: String,
    /// The account, as the broker writes it: leading zeros count.
    pub account: String,
    /// The run that decided.
    pub run: String,
    /// The journaled intent it comes from.
    pub intent_id: String,
    /// The decision behind the intent.
    pub decision: DecisionId,
    /// The symbol.
    pub symbol: Symbol,
    /// What it is for.
    pub kind: TicketKind,
    /// Buy or sell.
    pub side: TicketSide,
    /// Type of the order.
    pub order: TicketOrder,
    /// Limit price, of limit orders.
    pub limit: Option<Price>,
    /// Stop price, of stop orders.
    pub stop: Option<Price>,
    /// Shares.
    pub shares: Shares,
    /// How long the order is to work.
    pub life: TicketLife,
    /// When it was issued.
    pub issued: Timestamp,
    /// Since when the thing is owed: a ticket that takes another's place inherits its age.
    pub owed_since: Timestamp,
    /// It is not to be entered after this.
    pub valid_until: Option<Timestamp>,
    /// Why, in a sentence.
    pub reason: String,
    /// The broker's order (first of its chain) that is to be changed or cancelled, or that is asked
    /// about.
    pub concerns: Option<i64>,
    /// The whole plan of the position; entries alone have it.
    pub plan: Option<TicketPlan>,
}

/// What is to become of a position once its entry is executed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TicketPlan {
    /// Prices, fixed at the decision.
    pub bracket: BracketRecord,
    /// The position is left after this: its time limit. None: no limit is set yet.
    pub exit_after: Option<Timestamp>,
}

/// Shares of one execution that belong to a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFill {
    /// The broker's id of the execution.
    pub fill_id: i64,
    /// The broker's order (first of its chain).
    pub order: i64,
    /// Shares of the execution that belong to this ticket.
    pub shares: Shares,
    /// Shares of the execution in all.
    pub executed: Shares,
    /// Price.
    pub price: Price,
    /// When it was executed, by the broker's clock.
    pub at: Timestamp,
}

/// One thing that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum TicketChange {
    /// It was issued.
    Issued(Box<TicketRecord>),
    /// An order of the broker is its own.
    Bound {
        /// First order of the chain.
        order: i64,
        /// `matcher`, or the person who said so.
        by: String,
    },
    /// An order that a person named turned out not to fit.
    Unbound {
        /// First order of the chain.
        order: i64,
        /// Why not.
        why: String,
    },
    /// Several orders may be it.
    Asked {
        /// First orders of the chains.
        orders: Vec<i64>,
    },
    /// Shares were executed for it.
    Filled(TicketFill),
    /// It is in another state, or compares otherwise with what was seen.
    Moved {
        /// The state.
        state: TicketState,
        /// How it compares.
        found: TicketMatch,
        /// For people: `60 of 100 shares`.
        note: String,
    },
    /// It is told more loudly from now on.
    Escalated {
        /// How loudly.
        urgency: Urgency,
    },
    /// A person says that it is done; nothing was seen yet.
    Claimed {
        /// Who.
        by: String,
    },
    /// The management of the position asks for something; on its entry ticket.
    Managed {
        /// The stop is to be here.
        stop: Option<Price>,
        /// The position is to be left, and why.
        exit: Option<String>,
    },
}

impl TicketChange {
    /// The word in the table of events.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Issued(_) => "issued",
            Self::Bound { .. } => "bound",
            Self::Unbound { .. } => "unbound",
            Self::Asked { .. } => "asked",
            Self::Filled(_) => "filled",
            Self::Moved { .. } => "moved",
            Self::Escalated { .. } => "escalated",
            Self::Claimed { .. } => "claimed",
            Self::Managed { .. } => "managed",
        }
    }
}

/// One entry in the history of tickets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketEntry {
    /// Which ticket.
    pub ticket: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: TicketChange,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_says_is_what_tables_say() {
        for state in TicketState::ALL {
            let json = serde_json::to_string(state).unwrap();
            assert_eq!(json, format!("\"{}\"", state.name()));
            assert_eq!(serde_json::from_str::<TicketState>(&json).unwrap(), *state);
        }
        let at = Timestamp::UNIX_EPOCH;
        let change = TicketChange::Asked { orders: vec![7, 9] };
        let entry = TicketEntry { ticket: "T1".to_owned(), at, change };
        let json = serde_json::to_value(&entry).unwrap();
        assert_eq!(json["change"]["change"], entry.change.name());
        assert_eq!(serde_json::from_value::<TicketEntry>(json).unwrap(), entry);
    }

    #[test]
    fn urgency_has_an_order() {
        assert!(Urgency::Routine < Urgency::Soon && Urgency::Urgent < Urgency::Alarm);
        let open = TicketState::ALL.iter().filter(|s| !s.is_final()).count();
        assert_eq!(open, 4);
    }
}
