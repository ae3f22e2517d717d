//! The promises of this crate through its public face: the bundle's facts, the gate on it, and
//! the catalogue from files to a replay.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests; the lint exempts only #[test] functions"
)]

mod full_session;
mod bundle;
mod corruption;
mod mending;
mod catalogue;
mod bad_files;
mod parquet_files;
mod extra_data;
mod minutes;
mod testkit;
mod source_bodies;
