//! The lock that makes a writer the only one.
//!
//! SQLite's own locking stays normal, so that readers can look on while a run writes; that two
//! programs trade on one journal is prevented here, by a lock that the operating system drops
//! when its holder ends, however it ends.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use crate::error::StoreError;
use crate::mode::Mode;

/// Held for as long as a writer lives. Dropping it unlocks.
#[derive(Debug)]
pub(crate) struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// Takes the lock of `mode` in `dir` and writes the own process id into it.
    pub(crate) fn take(dir: &Path, mode: Mode) -> Result<Self, StoreError> {
        let path = mode.lock(dir);
        let open =
            || File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open().map_err(|e| StoreError::io(&path, "opening the lock file", e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked { mode, pid: holder(&mut file), path });
            }
            Err(TryLockError::Error(e)) => return Err(StoreError::io(&path, "locking", e)),
        }
        write_pid(&mut file).map_err(|e| StoreError::io(&path, "writing the lock file", e))?;
        Ok(Self { _file: file })
    }
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// The process id in the lock file. Where locks also keep others from reading, there is none.
fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock_and_the_lock_ends_with_its_holder() {
        let dir = tempfile::tempdir().unwrap();
        let first = WriterLock::take(dir.path(), Mode::Demo).unwrap();
        match WriterLock::take(dir.path(), Mode::Demo) {
            Err(StoreError::Locked { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        WriterLock::take(dir.path(), Mode::Paper).unwrap();
        drop(first);
        WriterLock::take(dir.path(), Mode::Demo).unwrap();
    }
}
