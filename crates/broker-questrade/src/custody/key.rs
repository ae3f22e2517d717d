//! Where the key that seals the token comes from.
//!
//! 1. a systemd credential (`LoadCredential=tradebot-token-key`): 32 bytes, given to the service
//!    alone;
//! 2. a file with a passphrase, stretched with Argon2id;
//! 3. the keyring of the desktop, through the program `secret-tool`. A keyring library would bring
//!    more than a hundred packages for one call, so the program is asked when it is there.
//!
//! Never an environment variable: every child process would inherit it.

mod credential;
mod keyring;
mod passphrase;

use secrecy::{ExposeSecret as _, SecretBox};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize as _;

use super::files::FileError;

pub use credential::Credential;
pub use keyring::Keyring;
pub use passphrase::{Cost, Passphrase};

/// Bytes of a key.
const BYTES: usize = 32;

/// A key for XChaCha20-Poly1305. Cleared when dropped, never printed.
pub struct Key(SecretBox<[u8; BYTES]>);

impl Key {
    /// A key made of these bytes, which are cleared.
    pub(crate) fn new(mut bytes: [u8; BYTES]) -> Self {
        let key = Self(SecretBox::new(Box::new(bytes)));
        bytes.zeroize();
        key
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8; BYTES] {
        self.0.expose_secret()
    }

    /// Eight letters by which a key is told from another; they say nothing about it.
    pub fn id(&self) -> String {
        let hash =
            blake3::derive_key("tradebot 2026 broker token: id of the sealing key", self.bytes());
        super::hex(&hash[..4])
    }

    /// 32 bytes, or their 64 hexadecimal digits with or without a line end.
    fn of_text(bytes: &[u8]) -> Option<Self> {
        if let Ok(bytes) = <[u8; BYTES]>::try_from(bytes) {
            return Some(Self::new(bytes));
        }
        let text = std::str::from_utf8(bytes).ok()?.trim();
        if text.len() != 2 * BYTES || !text.is_ascii() {
            return None;
        }
        let mut key = [0; BYTES];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self::new(key))
    }
}

/// How a passphrase becomes a key; stands in the open part of the sealed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// 16 random bytes, in hexadecimal.
    pub salt: String,
    /// Memory, passes and lanes of Argon2id.
    pub cost: Cost,
}

/// There is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Its file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is no key.
    #[error("{place} holds no key: {wanted}")]
    Unfit {
        /// Where it was looked for.
        place: String,
        /// What should be there.
        wanted: &'static str,
    },
    /// The program of the keyring is not there, or does not answer as expected.
    #[error(
        "the keyring gives no key: {why}. Use a passphrase file or a systemd credential instead"
    )]
    Keyring {
        /// What it says.
        why: String,
    },
    /// The sealed file asks for something no key comes from.
    #[error("the sealed token asks for a derivation that is not possible: {why}")]
    Derivation {
        /// What is wrong with it.
        why: &'static str,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// Something that gives the key.
pub trait KeySource: Send + Sync {
    /// A word for tables and for the open part of the sealed file.
    fn name(&self) -> &'static str;

    /// A new derivation for a new chain; none when the key is used as it is.
    ///
    /// # Errors
    /// [`KeyError::Random`].
    fn new_derivation(&self) -> Result<Option<Derivation>, KeyError>;

    /// The key.
    ///
    /// # Errors
    /// [`KeyError`], with what to put where.
    fn key(&self, derivation: Option<&Derivation>) -> Result<Key, KeyError>;
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(KeyError::Random)?;
    Ok(bytes)
}
