//! What live mode is made of: tickets for a person, looks at the broker, and what is told.
//!
//! - [`desk`] is the ticket sink: intents become tickets, looks at the broker become matches,
//!   follow-ups and urgency.
//! - [`shelf`] keeps tickets on disk, together with whoever answers at the command line.
//! - [`look`] reads the broker's orders and executions in the words of `tradebot-execution`.
//! - [`sinks`] chooses between a person and the program.
//! - [`terms`] says until when a ticket is valid, by the exchange's calendar.
//! - [`telling`] is what a notification says.

pub mod desk;
pub mod look;
pub mod shelf;
pub mod sinks;
pub mod telling;
pub mod terms;
