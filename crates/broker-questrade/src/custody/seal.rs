//! The sealed file: an open line that says what it is, and what only the key opens.
//!
//! `{header as JSON}\n`, 24 bytes of nonce, ciphertext and tag of XChaCha20-Poly1305. The header
//! is authenticated with the secret: a changed generation or date does not open.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use tradebot_domain::Timestamp;
use zeroize::Zeroizing;

use super::key::{Derivation, Key, KeyError, random};
use crate::token::Secret;

/// What the file calls itself.
const MAGIC: &str = "tradebot-token";
/// The one version there is.
const VERSION: u32 = 1;
/// Bytes of a nonce.
const NONCE: usize = 24;

/// The open part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `tradebot-token`.
    pub magic: String,
    /// Version of the format.
    pub version: u32,
    /// `live`, `practice` or `simulator`: a token means nothing elsewhere.
    pub environment: String,
    /// Where the key comes from.
    pub key_source: String,
    /// Which key it is.
    pub key_id: String,
    /// How the key is derived.
    pub derivation: Option<Derivation>,
    /// Counts the refresh tokens that were kept here, brought or exchanged; it never goes back.
    pub generation: u64,
    /// When this refresh token was obtained.
    pub created: Timestamp,
}

impl Header {
    /// The header of a file of version 1.
    pub(crate) fn new(environment: &str, generation: u64, created: Timestamp) -> Self {
        Self {
            magic: MAGIC.into(),
            version: VERSION,
            environment: environment.into(),
            key_source: String::new(),
            key_id: String::new(),
            derivation: None,
            generation,
            created,
        }
    }
}

/// The secret part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The one refresh token that is valid.
    pub(crate) refresh: Secret,
    /// What came with it.
    pub(crate) access: Option<Access>,
}

/// An access token and where it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) token: Secret,
    pub(crate) api_server: String,
    /// When it ends, by our clock.
    pub(crate) expires: Timestamp,
    /// Its whole life in seconds.
    pub(crate) life_s: i64,
}

#[derive(Serialize)]
struct Written<'a> {
    refresh: &'a str,
    access: Option<WrittenAccess<'a>>,
}

#[derive(Serialize)]
struct WrittenAccess<'a> {
    token: &'a str,
    api_server: &'a str,
    expires: Timestamp,
    life_s: i64,
}

#[derive(Deserialize)]
struct Stored {
    refresh: Secret,
    access: Option<StoredAccess>,
}

#[derive(Deserialize)]
struct StoredAccess {
    token: Secret,
    api_server: String,
    expires: Timestamp,
    life_s: i64,
}

/// Why a sealed file does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is cut, or something else altogether.
    #[error("it is no sealed token, or its beginning is damaged")]
    Header,
    /// A later version of this program wrote it.
    #[error("it has version {version}, and this program reads version {VERSION}")]
    Version {
        /// Its version.
        version: u32,
    },
    /// It was sealed with another key.
    #[error("it was sealed with key {sealed} ({source_name}), and the key at hand is {at_hand}")]
    OtherKey {
        /// Id of its key.
        sealed: String,
        /// Where that key came from.
        source_name: String,
        /// Id of ours.
        at_hand: String,
    },
    /// The key fits, the bytes do not: damaged or tampered with.
    #[error("it was damaged or tampered with: the seal does not open")]
    Broken,
}

/// Seals a chain under a header.
pub(crate) fn seal(header: &Header, chain: &Chain, key: &Key) -> Result<Vec<u8>, KeyError> {
    let mut line = serde_json::to_vec(header).expect("texts and numbers are JSON");
    line.push(b'\n');
    let plain = written(chain);
    let nonce = random::<NONCE>()?;
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &line })
        .expect("a token is shorter than the 256 GiB that one nonce covers");
    Ok([line, nonce.to_vec(), sealed].concat())
}

fn written(chain: &Chain) -> Zeroizing<Vec<u8>> {
    let access = chain.access.as_ref().map(|a| WrittenAccess {
        token: a.token.expose(),
        api_server: &a.api_server,
        expires: a.expires,
        life_s: a.life_s,
    });
    let secret = Written { refresh: chain.refresh.expose(), access };
    // Room for two of the longest tokens with every letter escaped: the buffer never moves.
    let mut plain = Zeroizing::new(Vec::with_capacity(32 * 1024));
    serde_json::to_writer(&mut *plain, &secret).expect("texts and numbers are JSON");
    plain
}

/// The open part of a sealed file, and how many bytes it takes.
pub(crate) fn header(bytes: &[u8]) -> Result<(Header, usize), SealError> {
    let end = bytes.iter().position(|b| *b == b'\n').ok_or(SealError::Header)? + 1;
    let header: Header = serde_json::from_slice(&bytes[..end]).map_err(|_| SealError::Header)?;
    match header {
        Header { ref magic, .. } if magic != MAGIC => Err(SealError::Header),
        Header { version, .. } if version != VERSION => Err(SealError::Version { version }),
        _ => Ok((header, end)),
    }
}

/// Opens a sealed file.
pub(crate) fn open(bytes: &[u8], key: &Key) -> Result<(Header, Chain), SealError> {
    let (header, end) = header(bytes)?;
    let at_hand = key.id();
    if header.key_id != at_hand {
        let Header { key_id: sealed, key_source: source_name, .. } = header;
        return Err(SealError::OtherKey { sealed, source_name, at_hand });
    }
    let (line, rest) = bytes.split_at(end);
    let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(SealError::Broken)?;
    let nonce = <[u8; NONCE]>::try_from(nonce).map_err(|_| SealError::Broken)?;
    let cipher = XChaCha20Poly1305::new(key.bytes().into());
    let plain = cipher
        .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: line })
        .map(Zeroizing::new)
        .map_err(|_| SealError::Broken)?;
    let stored: Stored = serde_json::from_slice(&plain).map_err(|_| SealError::Broken)?;
    Ok((header, chain_of(stored)))
}

fn chain_of(stored: Stored) -> Chain {
    let access = stored.access.map(|a| Access {
        token: a.token,
        api_server: a.api_server,
        expires: a.expires,
        life_s: a.life_s,
    });
    Chain { refresh: stored.refresh, access }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain() -> Chain {
        let secret = |text| Secret::new(text).unwrap();
        Chain {
            refresh: secret("r3fr+/=esh"),
            access: Some(Access {
                token: secret("acc3ss"),
                api_server: "https://api01.iq.questrade.com/".into(),
                expires: Timestamp::UNIX_EPOCH,
                life_s: 1800,
            }),
        }
    }

    fn sealed(key: &Key) -> Vec<u8> {
        let mut header = Header::new("live", 7, Timestamp::UNIX_EPOCH);
        header.key_id = key.id();
        seal(&header, &chain(), key).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_shows_nothing_without() {
        let key = Key::new([7; 32]);
        let bytes = sealed(&key);
        let (header, opened) = open(&bytes, &key).unwrap();
        assert_eq!((header.generation, opened), (7, chain()));
        let text = String::from_utf8_lossy(&bytes);
        assert!(!["r3fr", "acc3ss", "api01"].iter().any(|s| text.contains(s)), "{text}");
        let other = open(&bytes, &Key::new([8; 32]));
        assert!(matches!(other, Err(SealError::OtherKey { .. })), "{other:?}");
        assert_ne!(sealed(&key), bytes, "a nonce is used once");
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let key = Key::new([7; 32]);
        let bytes = sealed(&key);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                assert!(open(&changed, &key).is_err(), "bit {bit} of byte {at}");
            }
            assert!(open(&bytes[..at], &key).is_err(), "cut at {at}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_opening_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            line in "\\PC{0,80}",
        ) {
            let key = Key::new([7; 32]);
            prop_assert!(open(&bytes, &key).is_err());
            prop_assert!(open(&[line.as_bytes(), b"\n", &bytes].concat(), &key).is_err());
        }
    }
}
