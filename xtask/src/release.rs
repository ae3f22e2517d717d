//! Programs of this workspace in release, for tasks that measure.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;

/// A line that `cargo build --message-format=json` prints of each thing it made.
#[derive(Deserialize)]
struct Made {
    executable: Option<PathBuf>,
}

/// This very program, built in release.
pub(crate) fn this_program(root: &Path) -> anyhow::Result<PathBuf> {
    build(root, &["--package", "tradebot-xtask"])
}

/// Builds what `what` selects and gives the path of its program.
pub(crate) fn build(root: &Path, what: &[&str]) -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--message-format=json"])
        .args(what)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo")?;
    anyhow::ensure!(built.status.success(), "cargo build {} failed", what.join(" "));
    executable(&String::from_utf8_lossy(&built.stdout))
        .with_context(|| format!("cargo build {} made no program", what.join(" ")))
}

/// The last program that cargo says it made.
fn executable(messages: &str) -> Option<PathBuf> {
    let made = |line: &str| serde_json::from_str::<Made>(line).ok()?.executable;
    messages.lines().filter_map(made).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_what_cargo_prints() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
                        a line of something else\n\
                        {\"reason\":\"compiler-artifact\",\"executable\":\"/t/release/xtask\"}\n\
                        {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(executable(messages), Some(PathBuf::from("/t/release/xtask")));
        assert_eq!(executable("{\"reason\":\"build-finished\",\"success\":true}\n"), None);
    }
}
