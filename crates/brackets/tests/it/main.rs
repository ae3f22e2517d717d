//! The walker against reference fills of ATR brackets on the S&P 500, 2007 to 2010.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod reference;
