//! The sources, when the suite runs inside them.

use std::path::{Path, PathBuf};

use crate::validate::evidence::files_under;

/// What stands in the sources.
#[derive(Debug, Clone)]
pub struct Repository {
    /// Pages of documentation, relative to the root: all Markdown but that of dependencies.
    pub pages: Vec<String>,
    /// What triggers the workflows.
    pub triggers: Vec<String>,
    /// Packages and how many tests each has.
    pub tests: Vec<(String, usize)>,
    /// Library crates whose first page does not say what they are for.
    pub undescribed: Vec<String>,
    /// Library crates.
    pub crates: usize,
}

impl Repository {
    /// The repository around a folder, if it is ours.
    pub fn around(folder: &Path) -> Option<Self> {
        folder.ancestors().find(|root| is_ours(root)).map(Self::read)
    }

    fn read(root: &Path) -> Self {
        let crates = folders(&root.join("crates"));
        let packages = crates.iter().cloned().chain(folders(&root.join("apps")));
        let tests = packages.map(|p| (name_of(&p), tests_in(&p))).collect();
        let undescribed = crates.iter().filter(|p| !is_described(p)).map(|p| name_of(p));
        Self {
            pages: pages(root),
            triggers: triggers(root),
            tests,
            undescribed: undescribed.collect(),
            crates: crates.len(),
        }
    }
}

fn is_ours(root: &Path) -> bool {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    manifest.contains("[workspace]") && root.join("crates").join("engine").is_dir()
}

fn folders(under: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(under).into_iter().flatten().flatten().map(|e| e.path());
    let mut folders: Vec<PathBuf> = entries.filter(|p| p.join("Cargo.toml").is_file()).collect();
    folders.sort();
    folders
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn pages(root: &Path) -> Vec<String> {
    let at_root = std::fs::read_dir(root).into_iter().flatten().flatten().map(|e| e.path());
    let mut found: Vec<PathBuf> = at_root.filter(|p| p.is_file()).collect();
    found.extend(files_under(&root.join("docs")));
    found.retain(|p| p.extension().is_some_and(|e| e == "md"));
    let relative = |p: &PathBuf| p.strip_prefix(root).unwrap_or(p).display().to_string();
    let mut pages: Vec<String> = found.iter().map(relative).collect();
    pages.sort();
    pages
}

/// Keys of the `on:` part of every workflow.
fn triggers(root: &Path) -> Vec<String> {
    let mut triggers = Vec::new();
    for file in files_under(&root.join(".github").join("workflows")) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let after = text.lines().skip_while(|l| *l != "on:").skip(1);
        let keys = after.take_while(|l| l.starts_with(' ') || l.is_empty());
        triggers.extend(keys.filter_map(|l| l.strip_prefix("  ")).filter_map(|l| {
            l.split_once(':').map(|(key, _)| key.to_owned()).filter(|k| !k.starts_with(' '))
        }));
    }
    triggers
}

fn tests_in(package: &Path) -> usize {
    let sources =
        files_under(package).into_iter().filter(|p| p.extension().is_some_and(|e| e == "rs"));
    sources
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .map(|text| text.lines().filter(|l| l.trim_start() == "#[test]").count())
        .sum()
}

fn is_described(package: &Path) -> bool {
    let text = std::fs::read_to_string(package.join("src").join("lib.rs")).unwrap_or_default();
    let page: String = text.lines().take_while(|l| l.starts_with("//!")).collect();
    page.contains("Does not know:") && page.contains("Read next:")
}
