//! What a process that talks to the outside is made of.
//!
//! What it shares among all who call:
//! - [`calls`] joins the one governor of calls with the broker's transport: the two edges never see
//!   each other. [`usage`] keeps what was called across restarts.
//! - [`probes`] asks every interface that is set up whether it works, before anything relies on it.
//!
//! Runs on live data: what is known when, kept before it is used, decided by the one engine.
//! - [`schedule`] says what comes next: a pure function of calendars, settings and the time. [`clock`]
//!   is the seam to time: the machine's, or the virtual one of a simulator.
//! - [`credentials`] are what a mode may hold: no type leads from paper to an order.
//! - [`broker`] asks; [`gathering`] says whether a session is complete; [`overlap`] compares what a
//!   source says now with what was decided on; [`assembling`] makes of it what the engine is given;
//!   [`opening`] keeps the history before the run.
//! - [`paper`] is the loop; [`status`] what others may know of it meanwhile.
//!
//! Tickets for a person, looks at the broker, and what is told:
//! - [`desk`] is the ticket sink: intents become tickets, looks at the broker become matches,
//!   follow-ups and urgency. [`shelf`] keeps them on disk, together with whoever answers at the
//!   command line.
//! - [`look`] reads the broker's orders and executions in the words of `tradebot-execution`.
//! - [`sinks`] chooses between a person and the program; [`terms`] says until when a ticket is valid;
//!   [`telling`] is what a notification says.

pub mod calls;
pub mod usage;
pub mod probes;
pub mod schedule;
pub mod clock;
pub mod credentials;
pub mod broker;
pub mod overlap;
pub mod assembling;
pub mod gathering;
pub mod opening;
pub mod status;
pub mod paper;
pub mod desk;
pub mod shelf;
pub mod look;
pub mod sinks;
pub mod terms;
pub mod telling;
