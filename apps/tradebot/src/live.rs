//! What a process that talks to the outside is made of.
//!
//! What it shares among all who call:
//! 1. [`calls`] joins the one governor of calls with the broker's transport: the two edges never see
//!    each other.
//! 2. [`usage`] keeps what was called across restarts.
//! 3. [`probes`] asks every interface that is set up whether it works, before anything relies on it.
//!
//! Tickets for a person, looks at the broker, and what is told:
//! - [`desk`] is the ticket sink: intents become tickets, looks at the broker become matches,
//!   follow-ups and urgency.
//! - [`shelf`] keeps tickets on disk, together with whoever answers at the command line.
//! - [`look`] reads the broker's orders and executions in the words of `tradebot-execution`.
//! - [`sinks`] chooses between a person and the program.
//! - [`terms`] says until when a ticket is valid, by the exchange's calendar.
//! - [`telling`] is what a notification says.

pub mod calls;
pub mod desk;
pub mod look;
pub mod probes;
pub mod shelf;
pub mod sinks;
pub mod telling;
pub mod terms;
pub mod usage;
