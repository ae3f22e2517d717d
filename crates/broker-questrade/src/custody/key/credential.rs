//! The key as a credential that systemd hands to the service.

use std::path::{Path, PathBuf};

use super::{Derivation, Key, KeyError, KeySource};
use crate::custody::files;

/// File of the credential, by the name it must have in the unit.
const NAME: &str = "tradebot-token-key";

/// The credential `tradebot-token-key`.
#[derive(Debug, Clone)]
pub struct Credential {
    path: PathBuf,
}

impl Credential {
    /// The credential in the folder that `$CREDENTIALS_DIRECTORY` names.
    pub fn new(folder: &Path) -> Self {
        Self { path: folder.join(NAME) }
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }
}

impl KeySource for Credential {
    fn name(&self) -> &'static str {
        "systemd"
    }

    fn new_derivation(&self) -> Result<Option<Derivation>, KeyError> {
        Ok(None)
    }

    fn key(&self, _: Option<&Derivation>) -> Result<Key, KeyError> {
        let bytes = files::read_handed_in(&self.path)?;
        Key::of_text(&bytes).ok_or_else(|| KeyError::Unfit {
            place: self.path.display().to_string(),
            wanted: "32 bytes, or 64 hexadecimal digits; make one with: openssl rand -hex 32",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_bytes_and_as_digits_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let source = Credential::new(dir.path());
        assert!(!source.exists() && source.key(None).is_err());
        let path = dir.path().join(NAME);
        files::replace(&path, &[0xab; 32]).unwrap();
        let id = source.key(None).unwrap().id();
        files::replace(&path, format!("{}\n", "ab".repeat(32)).as_bytes()).unwrap();
        assert_eq!(source.key(None).unwrap().id(), id);
        for bad in [&b""[..], b"short", &[b'z'; 64], &[0; 31], "é".repeat(32).as_bytes()] {
            files::replace(&path, bad).unwrap();
            let error = source.key(None).err().unwrap().to_string();
            assert!(error.contains("openssl rand"), "{error}");
        }
    }
}
