//! `cargo xtask instructions`: how many instructions the hot leaves take, against a stored count.
//!
//! Times differ from machine to machine and from minute to minute; the number of instructions of
//! the same work from the same compiler does not. Each leaf runs twice under
//! `valgrind --tool=callgrind`, once with its work and once without: the difference is the work,
//! and start-up and preparation cancel. What came out is compared with `bench/instructions.json`;
//! `--bless` writes that file anew.
//!
//! Without valgrind, or with another compiler or target than the stored counts are of, nothing is
//! compared, and the task says so. A count also moves where code asks the processor for its
//! features and takes another path; valgrind hides AVX-512, so machines with AVX2 agree.

mod baseline;
mod callgrind;

use std::path::Path;

use anyhow::Context as _;

use baseline::{Baseline, Toolchain, Verdict};

/// Arguments of `instructions`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Store what is counted now as the new baseline
    #[arg(long)]
    bless: bool,
}

/// Share that a count may move by before it is worth a word.
const TOLERANCE: f64 = 0.05;

/// Counts the leaves and compares; `false` when a leaf takes more than it did.
pub(crate) fn run(root: &Path, args: &Args) -> anyhow::Result<bool> {
    let path = root.join("bench/instructions.json");
    let here = Toolchain::of_this_machine()?;
    if let Some(reason) = reason_to_skip(&path, &here, args.bless)? {
        println!("instructions: skipped, nothing was compared: {reason}");
        return Ok(true);
    }
    let counted = count_all(root)?;
    let now = Baseline { toolchain: here, leaves: counted };
    if args.bless {
        now.write(&path)?;
        println!("instructions: wrote {}", crate::tidy::relative(root, &path));
        return Ok(true);
    }
    let verdicts = Baseline::read(&path)?.compare(&now, TOLERANCE);
    for verdict in &verdicts {
        println!("instructions: {verdict}");
    }
    Ok(!verdicts.iter().any(Verdict::fails))
}

/// Why there is nothing to compare; `None` when there is.
fn reason_to_skip(path: &Path, here: &Toolchain, bless: bool) -> anyhow::Result<Option<String>> {
    if !callgrind::is_installed() {
        let missing = "valgrind is not installed (the package `valgrind` of most systems)";
        anyhow::ensure!(!bless, missing);
        return Ok(Some(missing.to_owned()));
    }
    if bless {
        return Ok(None);
    }
    if !path.exists() {
        return Ok(Some("there is no baseline yet; --bless stores one".to_owned()));
    }
    Ok(Baseline::read(path)?.toolchain.difference(here))
}

fn count_all(root: &Path) -> anyhow::Result<baseline::Counts> {
    let program = crate::release::this_program(root)?;
    let mut counted = baseline::Counts::new();
    for leaf in crate::bench::leaf_names() {
        let of = |times| {
            callgrind::count(&program, leaf, times).with_context(|| format!("counting {leaf}"))
        };
        let (with, without) = (of(1)?, of(0)?);
        let work = with.checked_sub(without).context("work takes instructions")?;
        println!("instructions: {leaf:<14} {work:>13} (of {with} with all that prepares it)");
        counted.insert(leaf.to_owned(), work);
    }
    Ok(counted)
}
