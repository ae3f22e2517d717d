//! Developer tasks, run as `cargo xtask <task>`.
//!
//! - `tidy`: what style and architecture promise, checked against the tree.
//! - `ci`: everything `.ci/run` runs.
//! - `bench`: speed and memory of the hot leaves and of the whole run.
//! - `instructions`: the hot leaves counted in instructions, against a stored count.
//! - `docs`: regenerates the pages that are made from the code.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task talks to the person who ran it"
)]

mod tidy;
mod bench;
mod instructions;
mod release;
mod docs;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer tasks")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check layers, docs, growth, words and the owner's packages
    Tidy,
    /// Run the gate, exactly as continuous integration does
    Ci {
        /// Only these steps
        steps: Vec<String>,
    },
    /// Measure speed and memory (in release: cargo run --release -p tradebot-xtask -- bench)
    Bench(bench::Args),
    /// Count the instructions of the hot leaves and compare with bench/instructions.json
    Instructions(instructions::Args),
    /// Do the work of one leaf and nothing else, for a profiler to watch
    #[command(hide = true)]
    Leaf {
        /// Its name
        name: String,
        /// How often; 0 prepares the work only
        #[arg(long, default_value_t = 1)]
        times: u32,
    },
    /// Regenerate the reference pages of the manual
    Docs {
        /// Fail when a page is out of date instead of writing it
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Tidy => tidy::run(&root()),
        Task::Ci { steps } => ci(&steps),
        Task::Bench(args) => bench::run(&args),
        Task::Instructions(args) => instructions::run(&root(), &args),
        Task::Leaf { name, times } => bench::leaf(&name, times),
        Task::Docs { check } => docs::run(&root(), check),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The top of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

fn ci(steps: &[String]) -> anyhow::Result<bool> {
    let status = Command::new("bash").arg(".ci/run").args(steps).current_dir(root()).status();
    Ok(status.context("bash is needed to run .ci/run")?.success())
}
