//! One run of a leaf under callgrind.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;

/// Whether there is a valgrind to run.
pub(super) fn is_installed() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Instructions of the whole process that prepares a leaf and does its work `times` times.
///
/// One thread: how work is shared out over threads would differ from run to run.
pub(super) fn count(program: &Path, leaf: &str, times: u32) -> anyhow::Result<u64> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("callgrind.out");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(["leaf", leaf, "--times", &times.to_string()])
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .context("valgrind")?;
    let said = String::from_utf8_lossy(&run.stderr);
    anyhow::ensure!(run.status.success(), "{leaf} ended with {}: {said}", run.status);
    total(&std::fs::read_to_string(&out)?).context("callgrind gave no total")
}

/// The total of a callgrind profile: its line `totals:`, or `summary:` where there is none.
fn total(profile: &str) -> Option<u64> {
    let value = |label: &str| profile.lines().find_map(|line| line.strip_prefix(label));
    value("totals:").or_else(|| value("summary:"))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_a_profile_and_nothing_from_a_broken_one() {
        let profile = "version: 1\nevents: Ir\nfn=(1) main\n12 400\nsummary: 900\n\ntotals: 1234\n";
        assert_eq!(total(profile), Some(1_234));
        assert_eq!(total("events: Ir\nsummary: 900\n"), Some(900));
        assert_eq!(total("events: Ir\n12 400\n"), None);
        assert_eq!(total("totals: 12 34\n"), None);
    }
}
