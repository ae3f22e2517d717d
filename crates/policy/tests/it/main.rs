//! What a user of the crate may rely on: the bundled table, and how mistakes in a file are told.

mod table;
mod management;
mod mistakes;
mod mutation;
mod hostile;

/// The file that ships with the program.
const BUNDLED: &str = include_str!("../../policies/regimes.yaml");
