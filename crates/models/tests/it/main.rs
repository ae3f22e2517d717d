//! The crate as its users see it.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixture should stop")]

mod pinned;
mod volatility;
