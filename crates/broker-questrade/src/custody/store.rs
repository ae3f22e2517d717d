//! The folder of one token chain.
//!
//! | file | holds |
//! |---|---|
//! | `token` | the chain, sealed |
//! | `token.previous` | the file before it, sealed |
//! | `token.new` | the next one, while it is written |
//! | `rotation` | that an exchange began, and whether the broker refused it; no secret |
//! | `lock` | nothing; whoever locks it may exchange |

mod exchange;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tradebot_domain::Timestamp;

use super::files::{self, FileError, at};
use super::key::{Key, KeyError, KeySource};
use super::seal::{self, Chain, Header, SealError};

/// Points of a rotation, in order. A crash at any of them must leave a state that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Nothing was written yet.
    BeforeIntent,
    /// That an exchange begins is durable.
    IntentDurable,
    /// The room for the new token is durable; the request goes out next.
    BeforeRequest,
    /// The broker has answered: the old token is spent, the new one is in memory alone.
    Answered,
    /// The new token is written, not durable.
    Written,
    /// It is durable under its passing name.
    Durable,
    /// It has its name.
    Renamed,
    /// Its name is durable.
    NameDurable,
    /// The note of the exchange is gone; the access token is used next.
    Settled,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::BeforeIntent,
        Self::IntentDurable,
        Self::BeforeRequest,
        Self::Answered,
        Self::Written,
        Self::Durable,
        Self::Renamed,
        Self::NameDurable,
        Self::Settled,
    ];
}

/// Called at each step of a rotation: the seam for tests that stop a process there.
pub type Watch = Arc<dyn Fn(Step) + Send + Sync>;

/// The note of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The generation that is exchanged.
    pub generation: u64,
    /// When that began.
    pub began: Timestamp,
    /// When the broker refused it, if it did: then nothing here helps, a person must.
    pub refused: Option<Timestamp>,
    /// The exchange had begun before, without an answer that was kept.
    pub doubt: bool,
}

/// What is wrong with the folder.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A sealed file does not open.
    #[error("{path}: {why}")]
    Seal {
        /// The file.
        path: PathBuf,
        /// Why.
        why: SealError,
    },
    /// The token belongs to another environment.
    #[error("{path} holds a {found} token, and {wanted} was asked for")]
    Environment {
        /// The file.
        path: PathBuf,
        /// What it holds.
        found: String,
        /// What was asked for.
        wanted: &'static str,
    },
}

/// A chain as it stands on disk.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) header: Header,
    pub(crate) chain: Chain,
}

/// What the folder says, read in one go under the lock.
#[derive(Debug)]
pub(crate) struct Situation {
    /// The chain, when there is one that opens.
    pub(crate) held: Option<Held>,
    /// The chain came from the file before: the current one is damaged.
    pub(crate) from_previous: bool,
    /// A next chain that was written and not yet moved into place.
    pub(crate) next: Option<Held>,
    /// The note of an exchange.
    pub(crate) intent: Option<Intent>,
}

/// What a person may know about the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The open part of the file.
    pub header: Header,
    /// The API server of the last exchange.
    pub server: Option<String>,
    /// When its access token ends.
    pub expires: Option<Timestamp>,
    /// The current file is damaged; this is the one before it.
    pub from_previous: bool,
    /// A next token lies ready: a crash came between writing and renaming it.
    pub successor: bool,
    /// An exchange that has not ended, or that was refused.
    pub intent: Option<Intent>,
}

/// The folder of one token chain.
pub struct TokenStore {
    folder: PathBuf,
    environment: &'static str,
    source: Arc<dyn KeySource>,
    key: Mutex<Option<(Header, Arc<Key>)>>,
    watch: Watch,
}

/// Whoever holds it may exchange the token; the system lets go of it when the process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holding it open is what it is for")] File);

impl TokenStore {
    /// The store in a folder, which is made when missing and refused when others may enter it.
    ///
    /// # Errors
    /// [`StoreError::File`].
    pub fn open(
        folder: &Path,
        environment: &'static str,
        source: Arc<dyn KeySource>,
    ) -> Result<Self, StoreError> {
        files::private_folder(folder)?;
        let watch: Watch = Arc::new(|_| {});
        Ok(Self { folder: folder.to_owned(), environment, source, key: Mutex::default(), watch })
    }

    /// The same, telling each step of a rotation to `watch`.
    #[must_use]
    pub fn watched_by(mut self, watch: Watch) -> Self {
        self.watch = watch;
        self
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes the lock, or says that another process has it.
    ///
    /// # Errors
    /// [`StoreError::File`] when the lock file cannot be opened.
    pub fn try_lock(&self) -> Result<Option<Lock>, StoreError> {
        let path = self.path("lock");
        let file = files::open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(at(&path)(error).into()),
        }
    }

    /// The open part of the chain, which needs no key; none when there is no token.
    ///
    /// # Errors
    /// [`StoreError`] when it does not read.
    pub fn header(&self) -> Result<Option<Header>, StoreError> {
        let path = self.path("token");
        let Some(bytes) = files::read_private(&path)? else { return Ok(None) };
        let header = seal::header(&bytes).map_err(|why| StoreError::Seal { path, why })?.0;
        Ok(Some(header))
    }

    /// The note of an exchange that has not ended, or that was refused.
    ///
    /// # Errors
    /// [`StoreError::File`]. A note that does not read counts as an exchange in doubt.
    pub fn intent(&self) -> Result<Option<Intent>, StoreError> {
        let Some(bytes) = files::read_private(&self.path("rotation"))? else { return Ok(None) };
        Ok(Some(serde_json::from_slice(&bytes).unwrap_or(Intent {
            generation: u64::MAX,
            began: Timestamp::UNIX_EPOCH,
            refused: None,
            doubt: true,
        })))
    }

    /// What there is to tell a person; opens the seal. None when there is no token.
    ///
    /// # Errors
    /// [`StoreError`] when it does not open.
    pub fn status(&self) -> Result<Option<Status>, StoreError> {
        let Situation { held, from_previous, next, intent } = self.situation()?;
        let Some(Held { header, chain }) = held else { return Ok(None) };
        let (server, expires) = chain.access.map(|a| (a.api_server, a.expires)).unzip();
        Ok(Some(Status {
            header,
            server,
            expires,
            from_previous,
            successor: next.is_some(),
            intent,
        }))
    }

    /// Everything the folder says. A damaged chain is an error only when the file before it does
    /// not open either.
    pub(crate) fn situation(&self) -> Result<Situation, StoreError> {
        let next = self.opened("token.new").ok().flatten();
        let intent = self.intent()?;
        let (held, from_previous) = match self.opened("token") {
            Ok(held) => (held, false),
            Err(StoreError::Seal { why: SealError::Broken | SealError::Header, path }) => {
                match (self.opened("token.previous"), &next) {
                    (Ok(Some(held)), _) => (Some(held), true),
                    (_, Some(_)) => (None, true),
                    _ => return Err(StoreError::Seal { path, why: SealError::Broken }),
                }
            }
            Err(error) => return Err(error),
        };
        Ok(Situation { held, from_previous, next, intent })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn name_key(&self, header: &mut Header, key: &Key) {
        header.key_id = key.id();
        self.source.name().clone_into(&mut header.key_source);
    }

    fn cached(&self) -> std::sync::MutexGuard<'_, Option<(Header, Arc<Key>)>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key of a header; a passphrase is stretched once per derivation.
    fn key_for(&self, header: &Header) -> Result<Arc<Key>, StoreError> {
        let mut cached = self.cached();
        if let Some((known, key)) = &*cached
            && known.derivation == header.derivation
        {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(self.source.key(header.derivation.as_ref())?);
        *cached = Some((header.clone(), Arc::clone(&key)));
        Ok(key)
    }

    /// A sealed file, opened.
    fn opened(&self, name: &str) -> Result<Option<Held>, StoreError> {
        let path = self.path(name);
        let Some(bytes) = files::read_private(&path)? else { return Ok(None) };
        let damaged = |why| StoreError::Seal { path: path.clone(), why };
        let open_part = seal::header(&bytes).map_err(damaged)?.0;
        let key = self.key_for(&open_part)?;
        let (header, chain) = seal::open(&bytes, &key).map_err(damaged)?;
        if header.environment == self.environment {
            return Ok(Some(Held { header, chain }));
        }
        let wanted = self.environment;
        Err(StoreError::Environment { path, found: header.environment, wanted })
    }
}
