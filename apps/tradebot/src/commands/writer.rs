//! Who is writing a database just now, found out without getting in the writer's way.

use std::path::Path;

use tradebot_storage::Mode;

/// The process that writes the database of `mode`, when there is one.
///
/// A writer holds a lock on the mode's lock file and has written its id into it. Trying that lock
/// would tell, but a `run` that starts in the same moment would find it taken; so the system's
/// own list of locks is read instead. `None` also where the system does not show one.
///
/// **Source:** proc_locks(5): `1: FLOCK ADVISORY WRITE 1234 08:02:131189 0 EOF`, the sixth field
/// being device and inode.
pub(crate) fn of(home: &Path, mode: Mode) -> Option<u32> {
    let path = mode.lock(home);
    let process: u32 = std::fs::read_to_string(&path).ok()?.trim().parse().ok()?;
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    is_listed(&locks, inode(&path)?).then_some(process)
}

fn is_listed(locks: &str, inode: u64) -> bool {
    let inode = inode.to_string();
    locks.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let place = fields.get(5).and_then(|place| place.rsplit(':').next());
        fields.get(1) == Some(&"FLOCK") && place == Some(inode.as_str())
    })
}

#[cfg(unix)]
fn inode(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|m| m.ino())
}

#[cfg(not(unix))]
fn inode(_path: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_storage::Store;

    #[test]
    fn only_a_lock_on_this_very_file_counts() {
        let locks = "1: FLOCK  ADVISORY  WRITE 1234 08:02:131189 0 EOF\n\
                     2: POSIX  ADVISORY  READ 99 08:02:777 0 EOF\n";
        assert!(is_listed(locks, 131_189));
        assert!(!is_listed(locks, 777), "another kind of lock");
        assert!(!is_listed(locks, 31_189));
    }

    #[test]
    fn a_writer_is_seen_while_it_lives_and_not_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(of(dir.path(), Mode::Demo), None);
        let store = Store::open(dir.path(), Mode::Demo).unwrap();
        if std::fs::read_to_string("/proc/locks").is_err() {
            println!("skipped: this system does not list its locks");
            return;
        }
        assert_eq!(of(dir.path(), Mode::Demo), Some(std::process::id()));
        drop(store);
        assert_eq!(of(dir.path(), Mode::Demo), None);
    }
}
