//! The statistics against values computed by independent libraries, through the public API.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

mod vectors;
mod sharpe;
mod performance;
mod bootstrap;
mod overfit;
mod skill;
mod sweep;
