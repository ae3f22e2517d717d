//! The store as its users see it: runs, crashes, readers, damage.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod inputs;
mod world;
mod runs;
mod recovery;
mod reading;
mod refusals;
mod tampering;
mod killed;
mod cost;
mod trials;
mod accounts;
mod tickets;
