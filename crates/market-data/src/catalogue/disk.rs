//! Files of the catalogue: written whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tradebot_domain::Symbol;

use super::Entry;
use crate::error::DataError;

/// Version of the index's layout.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Index {
    version: u32,
    entries: BTreeMap<Symbol, Entry>,
}

/// The right to change the catalogue, for as long as it lives. The system takes it back when the
/// process dies.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    pub(super) fn take(dir: &Path) -> Result<Self, DataError> {
        fs::create_dir_all(dir).map_err(DataError::io("create", dir))?;
        let path = dir.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(DataError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(DataError::Busy { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(DataError::io("lock", &path)(source)),
        }
    }
}

pub(super) fn read_index(dir: &Path) -> Result<BTreeMap<Symbol, Entry>, DataError> {
    let path = dir.join("index.json");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(DataError::io("read", &path)(error)),
    };
    let damaged = |detail: String| DataError::CatalogueIndex { path: path.clone(), detail };
    let index: Index = serde_json::from_str(&text).map_err(|e| damaged(e.to_string()))?;
    if index.version == VERSION {
        Ok(index.entries)
    } else {
        Err(damaged(format!("it is of version {}, this program reads {VERSION}", index.version)))
    }
}

pub(super) fn write_index(dir: &Path, entries: &BTreeMap<Symbol, Entry>) -> Result<(), DataError> {
    let path = dir.join("index.json");
    let staged = dir.join("index.json.new");
    let index = Index { version: VERSION, entries: entries.clone() };
    let mut text = serde_json::to_vec_pretty(&index).expect("entries are plain values");
    text.push(b'\n');
    write_durably(&staged, &text)?;
    rename(&staged, &path)?;
    sync_dir(dir)
}

/// Writes the bars of a symbol beside those in force.
pub(super) fn stage(dir: &Path, symbol: Symbol, bytes: &[u8]) -> Result<(), DataError> {
    write_durably(&staged_path(dir, symbol), bytes)
}

/// Moves staged bars into force. Only after the index that names them was written.
pub(super) fn promote(dir: &Path, symbol: Symbol) -> Result<(), DataError> {
    rename(&staged_path(dir, symbol), &bars_path(dir, symbol))
}

/// Removes a symbol's files. The index is what counts; leftovers are harmless.
pub(super) fn discard(dir: &Path, symbol: Symbol) {
    for path in [bars_path(dir, symbol), staged_path(dir, symbol)] {
        if let Err(error) = fs::remove_file(&path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %error, "could not remove a catalogue file");
        }
    }
}

/// Finishes an import that was cut off after its index: staged files that are in force by now
/// must not be written over before they are in place.
pub(super) fn recover(dir: &Path, entries: &BTreeMap<Symbol, Entry>) -> Result<(), DataError> {
    for (&symbol, entry) in entries {
        let staged = staged_path(dir, symbol);
        let in_force = |bytes: Vec<u8>| blake3::hash(&bytes).to_hex().as_str() == entry.blake3;
        if fs::read(&staged).is_ok_and(in_force) {
            promote(dir, symbol)?;
        }
    }
    Ok(())
}

/// The stored bytes of an entry: the file in force, or a staged one that the index names.
pub(super) fn read_bars(dir: &Path, entry: &Entry) -> Result<Vec<u8>, DataError> {
    let path = bars_path(dir, entry.symbol);
    let mut found = "is missing".to_owned();
    for candidate in [&path, &staged_path(dir, entry.symbol)] {
        match fs::read(candidate) {
            Ok(bytes) => {
                let digest = blake3::hash(&bytes).to_hex().to_string();
                if digest == entry.blake3 {
                    return Ok(bytes);
                }
                found = format!("has BLAKE3 {digest}, the index says {}", entry.blake3);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(DataError::io("read", candidate)(error)),
        }
    }
    Err(broken(dir, entry.symbol, found))
}

pub(super) fn broken(dir: &Path, symbol: Symbol, problem: String) -> DataError {
    DataError::Catalogue { path: bars_path(dir, symbol), symbol, problem }
}

pub(super) fn sync_dir(dir: &Path) -> Result<(), DataError> {
    // A renamed file is durable only once its directory is; elsewhere directories cannot be opened.
    if cfg!(unix) {
        File::open(dir).and_then(|d| d.sync_all()).map_err(DataError::io("sync", dir))?;
    }
    Ok(())
}

fn bars_path(dir: &Path, symbol: Symbol) -> PathBuf {
    dir.join(format!("{symbol}.csv.gz"))
}

fn staged_path(dir: &Path, symbol: Symbol) -> PathBuf {
    dir.join(format!("{symbol}.csv.gz.new"))
}

fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    File::create(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(DataError::io("write", path))
}

fn rename(from: &Path, to: &Path) -> Result<(), DataError> {
    fs::rename(from, to).map_err(DataError::io("replace", to))
}
