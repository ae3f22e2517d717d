//! Reference values over real forecasts, naive formulas, guarantees in games, and numbers at the
//! edge.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

mod reference;
mod naive;
mod guarantees;
mod numerics;
