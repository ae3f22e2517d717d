//! The crate against values computed by independent libraries.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails its test")]

mod vectors;
mod prequential;
mod metrics;
mod maps;
