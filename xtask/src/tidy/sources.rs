//! What every source file owes: module docs, no leftovers, no words about a machine.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Complaint, relative};

/// Left by an unfinished thought. In halves, so that this file does not find itself.
const LEFTOVERS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("dbg", "!("),
    concat!("todo", "!("),
];

/// An ignored test must say why.
const UNREASONED: &str = "#[ignore]";

/// Paths that exist on one machine only.
const MACHINE: [&str; 3] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/wo", "rk/")];

pub(super) fn check(root: &Path, files: &[PathBuf]) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)?;
        let name = relative(root, file);
        if !text.starts_with("//!") {
            complaints.push(format!("{name} does not begin with module docs (//!)"));
        }
        for (number, line) in text.lines().enumerate() {
            for word in LEFTOVERS.iter().chain(&MACHINE).filter(|w| line.contains(*w)) {
                complaints.push(format!("{name}:{}: `{word}`", number + 1));
            }
            if line.trim() == UNREASONED {
                complaints
                    .push(format!("{name}:{}: a test is ignored without a reason", number + 1));
            }
        }
    }
    Ok(complaints)
}
