//! The key from a passphrase in a file.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use super::{Derivation, Key, KeyError, KeySource, random};
use crate::custody::files;
use crate::custody::hex;

/// Shorter ones are guessed.
const CHARS_MIN: usize = 12;

/// What Argon2id spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Cost {
    /// The second choice of RFC 9106, section 4, for where 2 GiB are not at hand: 64 MiB and three
    /// passes, with one lane.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// A file may not make us spend more than this: 1 GiB, 32 passes, 16 lanes.
    const fn is_bearable(self) -> bool {
        self.memory_kib <= 1 << 20 && self.passes <= 32 && self.lanes <= 16
    }
}

/// A file whose first line is a passphrase.
#[derive(Debug, Clone)]
pub struct Passphrase {
    path: PathBuf,
    cost: Cost,
}

impl Passphrase {
    /// The passphrase in this file.
    pub fn new(path: &Path) -> Self {
        Self::with_cost(path, Cost::STANDARD)
    }

    /// The same at another cost for new chains; a chain keeps the cost it was sealed with.
    pub fn with_cost(path: &Path, cost: Cost) -> Self {
        Self { path: path.to_owned(), cost }
    }
}

impl KeySource for Passphrase {
    fn name(&self) -> &'static str {
        "passphrase"
    }

    fn new_derivation(&self) -> Result<Option<Derivation>, KeyError> {
        let salt = hex(&random::<16>()?);
        Ok(Some(Derivation { salt, cost: self.cost }))
    }

    fn key(&self, derivation: Option<&Derivation>) -> Result<Key, KeyError> {
        let because = |why| KeyError::Derivation { why };
        let Derivation { salt, cost } = derivation.ok_or(because("it names no salt"))?;
        if salt.len() != 32 || !cost.is_bearable() {
            return Err(because("its salt or its cost is out of bounds"));
        }
        let text = files::read_handed_in(&self.path)?;
        let line = text.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
        if line.len() < CHARS_MIN {
            return Err(KeyError::Unfit {
                place: self.path.display().to_string(),
                wanted: "a passphrase of at least 12 characters on its first line",
            });
        }
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32));
        let params = params.map_err(|_| because("its cost is out of bounds"))?;
        let mut key = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(line, salt.as_bytes(), &mut key)
            .map_err(|_| because("the memory it asks for is not there"))?;
        Ok(Key::new(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    #[test]
    fn the_same_words_and_salt_give_the_same_key_and_another_salt_another() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        files::replace(&path, b"correct horse battery\nignored").unwrap();
        let source = Passphrase::with_cost(&path, CHEAP);
        let one = source.new_derivation().unwrap();
        let two = source.new_derivation().unwrap();
        assert_ne!(one, two);
        let id = |d: &Option<Derivation>| source.key(d.as_ref()).unwrap().id();
        assert_eq!(id(&one), id(&one));
        assert_ne!(id(&one), id(&two));
    }

    #[test]
    fn a_short_passphrase_and_an_unbearable_cost_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("passphrase");
        files::replace(&path, b"eleven char\n").unwrap();
        let source = Passphrase::with_cost(&path, CHEAP);
        let derivation = source.new_derivation().unwrap();
        assert!(matches!(source.key(derivation.as_ref()), Err(KeyError::Unfit { .. })));
        files::replace(&path, b"long enough for us").unwrap();
        for cost in [
            Cost { memory_kib: u32::MAX, ..CHEAP },
            Cost { passes: 0, ..CHEAP },
            Cost { passes: u32::MAX, ..CHEAP },
            Cost { lanes: 0, ..CHEAP },
        ] {
            let asked = Derivation { cost, ..derivation.clone().unwrap() };
            assert!(
                matches!(source.key(Some(&asked)), Err(KeyError::Derivation { .. })),
                "{cost:?}"
            );
        }
        assert!(source.key(None).is_err());
    }
}
