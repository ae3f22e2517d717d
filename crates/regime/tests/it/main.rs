//! The rule against the outside: reference labels, twenty real years, days that all remember.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture should stop")]

mod series;
mod reference;
mod years;
