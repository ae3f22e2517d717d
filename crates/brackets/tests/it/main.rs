//! Walker and labels against reference fills of ATR brackets on the S&P 500, 2007 to 2010; the
//! adaptive R-multiple on real stocks.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod reference;
mod labels;
mod adaptive;
