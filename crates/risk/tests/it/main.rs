//! What sizing and review promise, through the public interface only.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

mod fixture;
mod chance;
mod vectors;
mod ruin;
mod floor;
mod formulas;
mod portfolio;
mod portfolio_laws;
mod portfolio_inputs;
mod tiers;
mod sizing;
mod laws;
mod pipeline;
mod overlays;
mod approval;
mod account;
