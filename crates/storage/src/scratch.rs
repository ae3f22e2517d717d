//! Pages in a file that is gone with the process.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tradebot_journal::Scratch;

/// A [`Scratch`] store in a file without a name.
///
/// - **Place:** in a directory of the caller's, where there is room for it; the system takes the
///   file back when the store is dropped or the process dies.
/// - **Not durable** and never synchronised: what it holds can be computed again.
#[derive(Debug)]
pub struct ScratchFile(Mutex<File>);

impl ScratchFile {
    /// Makes the file in `directory`, which must be there.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn create(directory: &Path) -> Result<Self> {
        Ok(Self(Mutex::new(tempfile::tempfile_in(directory)?)))
    }

    /// A page is written from its end on, so one that a panic cut off is never addressed.
    fn file(&self) -> MutexGuard<'_, File> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scratch for ScratchFile {
    fn put(&self, page: &[u8]) -> Result<u64> {
        let mut file = self.file();
        let address = file.seek(SeekFrom::End(0))?;
        file.write_all(page)?;
        Ok(address)
    }

    fn get(&self, address: u64, page: &mut [u8]) -> Result<()> {
        let mut file = self.file();
        file.seek(SeekFrom::Start(address))?;
        file.read_exact(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_back_as_they_were_put_in_any_order() {
        let home = tempfile::tempdir().unwrap();
        let store = ScratchFile::create(home.path()).unwrap();
        let pages = [vec![1_u8; 100], Vec::new(), (0..=255).collect(), vec![9; 70_000]];
        let addresses = pages.clone().map(|page| store.put(&page).unwrap());
        for at in [3, 0, 2, 1, 3] {
            let mut page = vec![0; pages[at].len()];
            store.get(addresses[at], &mut page).unwrap();
            assert_eq!(page, pages[at]);
        }
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "it has no name");
    }

    #[test]
    fn a_page_that_was_never_put_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let store = ScratchFile::create(home.path()).unwrap();
        let address = store.put(&[7; 10]).unwrap();
        assert!(store.get(address, &mut [0; 11]).is_err());
        assert!(ScratchFile::create(&home.path().join("not there")).is_err());
    }
}
