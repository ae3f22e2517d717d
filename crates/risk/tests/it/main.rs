//! What sizing and review promise, through the public interface only.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod fixture;
mod vectors;
mod ruin;
mod tiers;
mod sizing;
mod laws;
mod approval;
