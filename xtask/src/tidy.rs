//! `cargo xtask tidy`: rules that are run are kept.

mod layers;
mod packages;
mod sources;
mod growth;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// One thing to mend, as a sentence with its place.
pub(crate) type Complaint = String;

/// Runs all checks; `true` when nothing is to be mended.
pub(crate) fn run(root: &Path) -> anyhow::Result<bool> {
    let files = rust_files(root)?;
    let mut complaints = Vec::new();
    complaints.extend(layers::check(root)?);
    complaints.extend(packages::check(root)?);
    complaints.extend(sources::check(root, &files)?);
    complaints.extend(growth::check(root, &files)?);
    complaints.extend(crate::docs::stale(root));
    for complaint in &complaints {
        println!("tidy: {complaint}");
    }
    println!("tidy: {} files, {} to mend", files.len(), complaints.len());
    Ok(complaints.is_empty())
}

/// All Rust files of the workspace, in path order.
fn rust_files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for top in ["apps", "crates", "tests", "xtask", "examples"] {
        walk(&root.join(top), &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if !dir.is_dir() || dir.is_symlink() {
        return Ok(());
    }
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// A path as it stands in complaints.
pub(crate) fn relative<'a>(root: &Path, path: &'a Path) -> std::path::Display<'a> {
    path.strip_prefix(root).unwrap_or(path).display()
}
