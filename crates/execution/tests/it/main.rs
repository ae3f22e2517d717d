//! From a proposal to a closed trade, through the doors that every user has to take.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod approval_to_trade;
