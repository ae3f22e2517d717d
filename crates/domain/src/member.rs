//! Names of ensemble members.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::symbol::{Symbol, SymbolError};

/// The name of one member of the ensemble, such as `momentum` or `forest`.
///
/// Same shape and order as a [`Symbol`]; a type of its own so that the two cannot be confused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(Symbol);

impl MemberId {
    /// # Errors
    /// [`SymbolError`] when the name is empty, longer than 23 bytes or has other characters.
    pub fn new(name: &str) -> Result<Self, SymbolError> {
        Symbol::new(name).map(Self)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
