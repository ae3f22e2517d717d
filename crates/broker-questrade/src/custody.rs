//! Custody of a single-use refresh token.
//!
//! The broker spends a refresh token the moment it answers; whoever loses the answer has lost the
//! chain, and only a person can begin a new one. So:
//!
//! 1. one owner: within the process one exchange at a time, between processes a lock on a file;
//! 2. that an exchange begins is durable before the request goes out, and so is the room for its
//!    answer;
//! 3. the new token is written, made durable, renamed, the name made durable; only then is its
//!    access token used. The file before it stays;
//! 4. after a crash or a lost answer the next token is used if it was written whole; else the same
//!    token is tried again; a refusal is durable too, is not repeated, and says what to do;
//! 5. on disk everything is sealed, in memory it is cleared, and no text ever shows it.
//!
//! Metrics: `tradebot_broker_sessions_total{outcome}`,
//! `tradebot_broker_token_generation`, `tradebot_broker_token_valid`.

mod files;
mod key;
mod login;
mod rotation;
mod seal;
mod store;
mod trouble;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::token::Secret;
use crate::transport::{Transport, now};
use rotation::Inner;
use seal::Chain;

pub use files::FileError;
pub use key::{Cost, Credential, Derivation, Key, KeyError, KeySource, Keyring, Passphrase};
pub use seal::{Header, SealError};
pub use store::{Intent, Lock, Status, Step, StoreError, TokenStore, Watch};
pub use trouble::CustodyError;

/// An access token, where it counts and until when.
#[derive(Debug)]
pub struct Session {
    /// Goes into the header of each call.
    pub(crate) token: Secret,
    /// Base address of version 1 of the API, ending in `/v1/`.
    pub(crate) base: Url,
    /// Which exchange it came from.
    pub generation: u64,
    /// From here on it is renewed before it is used.
    pub refresh_at: Instant,
}

impl Session {
    /// Scheme, host and port of the API server.
    pub fn server(&self) -> String {
        self.base.origin().ascii_serialization()
    }
}

/// The owner of one token chain. Clones share it.
#[derive(Clone)]
pub struct Custodian {
    shared: Arc<Shared>,
}

/// What one owner has.
struct Shared {
    store: TokenStore,
    transport: Arc<Transport>,
    inner: Arc<Mutex<Inner>>,
}

impl Custodian {
    /// The owner of the chain in `store`, which exchanges it over `transport`.
    pub fn new(store: TokenStore, transport: Arc<Transport>) -> Self {
        Self { shared: Arc::new(Shared { store, transport, inner: Arc::default() }) }
    }

    /// The folder of the chain.
    pub fn store(&self) -> &TokenStore {
        &self.shared.store
    }

    /// Stores the token that a person brought; it takes the place of what is there.
    ///
    /// # Errors
    /// [`CustodyError::Locked`] when another process exchanges now, [`CustodyError::Store`].
    pub async fn add(&self, refresh: Secret) -> Result<(), CustodyError> {
        let mut inner = self.shared.inner.lock().await;
        let _lock = self.shared.locked().await?;
        let chain = Chain { refresh, access: None };
        self.shared.store.begin_chain(&chain, now())?;
        *inner = Inner::default();
        Ok(())
    }

    /// A session that is good for a while: the one at hand, the one another process left on disk,
    /// or a new one.
    ///
    /// # Errors
    /// [`CustodyError`], with what a person must do if one must.
    pub async fn session(&self) -> Result<Arc<Session>, CustodyError> {
        if let Some(session) = self.shared.inner.lock().await.fresh(None) {
            return Ok(session);
        }
        self.apart(None).await
    }

    /// A session after the broker did not accept that of generation `refused`: what another
    /// process left on disk since, or a new one.
    ///
    /// # Errors
    /// As [`Custodian::session`].
    pub async fn renew(&self, refused: u64) -> Result<Arc<Session>, CustodyError> {
        self.apart(Some(refused)).await
    }

    /// Exchanges now, whatever is left of the session.
    ///
    /// # Errors
    /// As [`Custodian::session`].
    pub async fn rotate(&self) -> Result<Arc<Session>, CustodyError> {
        let on_disk = self.shared.store.header()?.map_or(0, |header| header.generation);
        self.apart(Some(on_disk)).await
    }

    /// Keeps the chain alive: a token that nobody uses lapses within days. Ends never.
    pub async fn keep_alive(&self) {
        loop {
            let wait = match self.session().await {
                Ok(session) => session.refresh_at.saturating_duration_since(Instant::now()),
                Err(error) => {
                    tracing::warn!(%error, "the broker session is not there");
                    Duration::from_mins(1)
                }
            };
            tokio::time::sleep(wait.max(Duration::from_secs(1))).await;
        }
    }

    /// Runs the exchange in a task of its own: a caller that is dropped half-way must not take the
    /// answer, and with it the chain, along.
    async fn apart(&self, refused: Option<u64>) -> Result<Arc<Session>, CustodyError> {
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            let mut inner = Arc::clone(&shared.inner).lock_owned().await;
            shared.obtain(&mut inner, refused).await
        });
        task.await.unwrap_or(Err(CustodyError::Stopping))
    }
}

/// A folder for the chain of one environment under a home folder.
pub fn folder(home: &Path, environment: &str) -> std::path::PathBuf {
    home.join("broker").join(environment)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
