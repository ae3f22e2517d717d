//! Runs on live data: what is known when, kept before it is used, decided by the one engine.
//!
//! 1. [`schedule`] says what comes next: a pure function of calendars, settings and the time.
//! 2. [`clock`] is the seam to time: the machine's, or the virtual one of a simulator.
//! 3. [`credentials`] are what a mode may hold: no type leads from paper to an order.
//! 4. [`broker`] asks; [`gathering`] says whether a session is complete; [`overlap`] compares what a
//!    source says now with what was decided on; [`assembling`] makes of it what the engine is given.
//! 5. [`opening`] keeps the history before the run.
//! 6. [`paper`] is the loop; [`status`] what others may know of it meanwhile.

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
