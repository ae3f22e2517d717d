//! The crate against the outside: reference values, real series, its own promises.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture should stop")]

mod series;
mod operator;
mod naive;
mod definition;
mod reference;
mod batch;
mod promises;
mod settling;
mod rows;
