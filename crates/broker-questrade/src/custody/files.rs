//! Files that hold or guard a secret: owner only, whole or not at all, durable when we say so.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// No file here is larger.
const BYTES_MAX: u64 = 64 * 1024;

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refuses.
    #[error("{path}: {why}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
    /// Others may read or write it.
    #[error(
        "{path} is open to other users (mode {mode:o}); close it with: chmod {wanted:o} {path}"
    )]
    Loose {
        /// The file or folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
        /// What it should be.
        wanted: u32,
    },
    /// A link, a folder or a device stands where a file was due.
    #[error("{path} is not a plain file")]
    NotAFile {
        /// What stands there.
        path: PathBuf,
    },
    /// Larger than anything that belongs there.
    #[error("{path} is larger than {BYTES_MAX} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
}

/// Turns an error of the system into one that names the path.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> FileError + '_ {
    |why| FileError::Io { path: path.to_owned(), why }
}

/// Makes a folder that only its owner may enter; one that stands must be closed to others.
pub(crate) fn private_folder(path: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(at(path))?;
    refuse_loose(path, &fs::metadata(path).map_err(at(path))?, 0o700)
}

/// Opens a file for writing that only its owner may read, emptied.
pub(crate) fn create_private(path: &Path) -> Result<File, FileError> {
    // What a crash left there, or a link that someone put there, is not written through.
    remove(path)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(at(path))
}

/// Opens the lock file, made when missing.
pub(crate) fn open_lock(path: &Path) -> Result<File, FileError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(at(path))
}

/// The bytes of a file that only its owner may read; none when there is no such file.
pub(crate) fn read_private(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(path)(error)),
    };
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    read_checked(path, &metadata).map(Some)
}

/// The same for a secret that the surroundings hand in, which may be a link.
pub(crate) fn read_handed_in(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let metadata = fs::metadata(path).map_err(at(path))?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() });
    }
    read_checked(path, &metadata)
}

fn read_checked(path: &Path, metadata: &fs::Metadata) -> Result<Zeroizing<Vec<u8>>, FileError> {
    refuse_loose(path, metadata, 0o600)?;
    if metadata.len() > BYTES_MAX {
        return Err(FileError::TooLarge { path: path.to_owned() });
    }
    // Room for all of it at once: a buffer that grows leaves copies behind.
    let room = usize::try_from(metadata.len()).unwrap_or(0) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    let file = File::open(path).map_err(at(path))?;
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(at(path))?;
    Ok(bytes)
}

/// Replaces a file: written aside, made durable, moved into place, the folder made durable.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let aside = path.with_extension("aside");
    let mut file = create_private(&aside)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(&aside))?;
    fs::rename(&aside, path).map_err(at(path))?;
    sync_folder_of(path)
}

/// Removes a file if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// Makes the names in the folder of `path` durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), FileError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Elsewhere folders cannot be opened as files; renames are durable there on their own.
    #[cfg(unix)]
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    let _ = folder;
    Ok(())
}

#[cfg(unix)]
fn refuse_loose(path: &Path, metadata: &fs::Metadata, wanted: u32) -> Result<(), FileError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(FileError::Loose { path: path.to_owned(), mode, wanted }) }
}

#[cfg(not(unix))]
fn refuse_loose(_: &Path, _: &fs::Metadata, _: u32) -> Result<(), FileError> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_secret_is_written_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        private_folder(&folder).unwrap();
        let file = folder.join("token");
        replace(&file, b"one").unwrap();
        replace(&file, b"two").unwrap();
        let of = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((of(&folder), of(&file)), (0o700, 0o600));
        assert_eq!(read_private(&file).unwrap().unwrap().as_slice(), b"two");
        assert_eq!(read_private(&folder.join("none")).unwrap(), None);
    }

    #[test]
    fn what_others_may_read_is_refused_with_the_remedy() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        replace(&file, b"x").unwrap();
        for loose in [0o640, 0o604, 0o620, 0o666] {
            mode(&file, loose);
            let error = read_private(&file).unwrap_err();
            assert!(matches!(error, FileError::Loose { .. }), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
        mode(&file, 0o400);
        assert!(read_private(&file).is_ok());
        mode(dir.path(), 0o755);
        assert!(matches!(private_folder(dir.path()), Err(FileError::Loose { .. })));
    }

    #[test]
    fn a_link_is_neither_followed_nor_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("token"));
        replace(&target, b"mine").unwrap();
        symlink(&target, &link).unwrap();
        assert!(matches!(read_private(&link), Err(FileError::NotAFile { .. })));
        drop(create_private(&link).unwrap());
        assert_eq!(fs::read(&target).unwrap(), b"mine");
    }

    #[test]
    fn a_huge_file_is_not_taken_in() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        create_private(&file).unwrap().set_len(BYTES_MAX + 1).unwrap();
        assert!(matches!(read_private(&file), Err(FileError::TooLarge { .. })));
    }
}
