//! Walker and labels against reference fills of ATR brackets on the S&P 500, 2007 to 2010; the
//! adaptive R-multiple on real stocks; costs against reference values; fills that other engines got
//! wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod reference;
mod labels;
mod adaptive;
mod costs;
mod terms;
mod fill_bugs;
mod bounds;
