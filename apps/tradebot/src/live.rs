//! What a process that talks to the outside shares among all who call.
//!
//! 1. [`calls`] joins the one governor of calls with the broker's transport: the two edges never see
//!    each other.
//! 2. [`usage`] keeps what was called across restarts.
//! 3. [`probes`] asks every interface that is set up whether it works, before anything relies on it.

pub mod calls;
pub mod probes;
pub mod usage;
