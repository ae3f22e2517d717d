//! The home folder and the databases in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tradebot_storage::{Mode, RunStatus, Store};

use super::Finding;
use crate::commands::figures::counted;
use crate::commands::writer;

const MEBIBYTE: u64 = 1 << 20;
/// Below this, a run over the bundled history may not fit.
const FREE_WARN: u64 = 1_024 * MEBIBYTE;
/// Below this, nothing can be recorded for long.
const FREE_MIN: u64 = 64 * MEBIBYTE;

/// The home folder: whether it can be written, and how much fits.
pub(super) fn home(home: &Path) -> Vec<Finding> {
    let shown = home.display();
    let Some(existing) = home.ancestors().find(|p| p.is_dir()) else {
        return vec![Finding::fail(
            "home",
            format!("{shown} cannot be made: no folder above it exists"),
            "name another with --home DIR or TRADEBOT_HOME",
        )];
    };
    let place = match probe(existing) {
        Err(e) => Finding::fail(
            "home",
            format!("{} cannot be written: {e}", existing.display()),
            "fix its permissions, or name another with --home DIR or TRADEBOT_HOME",
        ),
        Ok(()) if existing == home => Finding::ok("home", format!("{shown} can be written")),
        Ok(()) => {
            Finding::ok("home", format!("{shown} does not exist yet; the first run makes it"))
        }
    };
    vec![place, space(existing, free_bytes(existing))]
}

/// Makes a file and removes it.
fn probe(dir: &Path) -> std::io::Result<()> {
    let path: PathBuf = dir.join(format!(".tradebot-probe-{}", std::process::id()));
    std::fs::write(&path, b"probe")?;
    std::fs::remove_file(&path)
}

fn space(dir: &Path, free: Option<u64>) -> Finding {
    let Some(free) = free else {
        return Finding::warn(
            "space",
            format!("free space of {} is not known here", dir.display()),
            "see to it that at least 1 GiB is free",
        );
    };
    let found = format!("{} MiB free", free / MEBIBYTE);
    let remedy = "free some space, or name another folder with --home DIR";
    if free < FREE_MIN {
        Finding::fail("space", found, remedy)
    } else if free < FREE_WARN {
        Finding::warn("space", found, remedy)
    } else {
        Finding::ok("space", found)
    }
}

/// Free bytes of the file system that holds `dir`, as `df` tells them.
fn free_bytes(dir: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(dir).output().ok()?;
    output.status.success().then_some(())?;
    available(&String::from_utf8_lossy(&output.stdout))
}

/// The fourth column of the second line, in KiB.
///
/// **Source:** POSIX.1-2024, df, option -P: "Filesystem 1024-blocks Used Available ...".
fn available(table: &str) -> Option<u64> {
    let line = table.lines().nth(1)?;
    let kibibytes: u64 = line.split_whitespace().rev().nth(2)?.parse().ok()?;
    kibibytes.checked_mul(1_024)
}

/// Every database: whose it is, its schema, its structure, its journal, its writer.
pub(super) fn databases(home: &Path) -> Vec<Finding> {
    let there: Vec<Mode> = Mode::ALL.into_iter().filter(|m| m.database(home).is_file()).collect();
    if there.is_empty() {
        return vec![Finding::ok("databases", "none yet; tradebot run --mode demo makes one")];
    }
    there.into_iter().map(|mode| database(home, mode)).collect()
}

fn database(home: &Path, mode: Mode) -> Finding {
    let check = match mode {
        Mode::Demo => "demo.db",
        Mode::Backtest => "backtest.db",
        Mode::Paper => "paper.db",
        Mode::Live => "live.db",
    };
    match describe(home, mode) {
        Ok(found) => Finding::ok(check, found),
        Err(e) => Finding::fail(check, e.to_string(), "do what the message says"),
    }
}

fn describe(home: &Path, mode: Mode) -> Result<String, tradebot_storage::StoreError> {
    let reader = Store::open_read(home, mode)?;
    reader.check_structure()?;
    let runs = reader.runs()?;
    let unfinished = runs.iter().find(|r| r.status == RunStatus::Running);
    let writer = writer::of(home, mode);
    let sound = if writer.is_none() {
        reader.verify(&mut |_, _| ())?;
        "structure and journal sound"
    } else {
        // What moves cannot be added up: the end of a run would look like a contradiction.
        "structure sound"
    };
    let writing = match (writer, unfinished) {
        (Some(process), _) => format!("; process {process} is writing it"),
        (None, Some(run)) => format!("; {} is not finished, the same command continues it", run.id),
        (None, None) => String::new(),
    };
    let size = reader.size_bytes()? / MEBIBYTE;
    Ok(format!("{}, {size} MiB, {sound}{writing}", counted(runs.len(), "run")))
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn free_space_is_read_from_the_end_so_that_names_with_spaces_do_not_matter() {
        let table = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n\
                     /dev/with space   61202244  40212324  17848624      70% /\n";
        assert_eq!(available(table), Some(17_848_624 * 1_024));
        assert_eq!(available("Filesystem 1024-blocks"), None);
        assert_eq!(available(""), None);
    }

    #[test]
    fn little_space_is_told_and_hardly_any_fails() {
        let level = |mib: u64| space(Path::new("."), Some(mib * MEBIBYTE)).level;
        assert_eq!(level(10), Level::Fail);
        assert_eq!(level(500), Level::Warn);
        assert_eq!(level(5_000), Level::Ok);
        assert_eq!(space(Path::new("."), None).level, Level::Warn);
    }

    #[test]
    fn a_home_that_does_not_exist_yet_is_fine_and_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let home_dir = dir.path().join("new").join("home");
        let findings = home(&home_dir);
        assert_eq!(findings[0].level, Level::Ok, "{findings:?}");
        assert!(!home_dir.exists());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "the probe is gone");
    }

    #[test]
    fn a_file_that_is_no_database_fails_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(Mode::Demo.database(dir.path()), vec![b'x'; 8_192]).unwrap();
        let findings = databases(dir.path());
        assert_eq!((findings.len(), findings[0].level), (1, Level::Fail));
        assert!(findings[0].found.contains("demo.db"), "{findings:?}");
    }
}
