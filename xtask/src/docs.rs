//! Reference pages that are made from the code, so that they cannot drift from it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::CommandFactory as _;

/// Writes the pages, or with `check` says which are out of date.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<bool> {
    if check {
        let stale = stale(root);
        for complaint in &stale {
            println!("docs: {complaint}");
        }
        return Ok(stale.is_empty());
    }
    for (path, text) in pages(root) {
        fs::create_dir_all(path.parent().context("a page lies in a folder")?)?;
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("docs: wrote {}", path.display());
    }
    Ok(true)
}

/// Pages that differ from what the code gives.
pub(crate) fn stale(root: &Path) -> Vec<String> {
    pages(root)
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(path).ok().as_ref() != Some(text))
        .map(|(path, _)| format!("{} is out of date: cargo xtask docs", path.display()))
        .collect()
}

fn pages(root: &Path) -> Vec<(PathBuf, String)> {
    let reference = root.join("docs/src/reference");
    vec![(reference.join("cli.md"), cli_page()), (reference.join("features.md"), features_page())]
}

fn cli_page() -> String {
    let mut root = tradebot_app::cli::Cli::command().name("tradebot");
    root.build();
    let mut page =
        String::from("# Command line\n\nMade from the program's own help by `cargo xtask docs`.\n");
    section(&mut root, &mut page);
    page
}

fn section(command: &mut clap::Command, page: &mut String) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    let help = help.join("\n");
    page.extend(["\n## ", &name, "\n\n```text\n", help.trim_end(), "\n```\n"]);
    for sub in command.get_subcommands_mut().filter(|s| s.get_name() != "help") {
        section(sub, page);
    }
}

fn features_page() -> String {
    let mut page = String::from(
        "# Features\n\nMade from the code by `cargo xtask docs`. All are free of scale and use \
         bars up to the session only.\n\n| feature | formula | from | to |\n|---|---|---|---|\n",
    );
    for doc in tradebot_features::feature_docs() {
        let formula = doc.formula.replace('|', "\\|");
        let row = format!("| `{}` | {formula} | {} | {} |\n", doc.name, doc.low, doc.high);
        page.push_str(&row);
    }
    page
}
