//! The cycle as a whole, on synthetic markets: what it records, refuses, and survives.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up may stop")]

mod market;
mod laws;
mod limits;
mod barred;
mod management;
mod oddities;
mod adapting;
mod durability;
mod experts;
mod warm;
mod rules;
mod terms;
mod brief;
mod intraday;
