//! `cargo xtask bench --scale`: the whole loop over a synthetic market, as symbols and years grow.
//!
//! Every case runs in a process of its own, so that peaks of memory are its own. A case warms up on
//! 2003 and decides from 2004 on; a cycle is timed from the moment its bars are there to the moment
//! its snapshot is on record, refits and commits included. Making the bars is not timed.

mod case;
mod page;
mod plot;

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
pub(crate) use case::Case;
use case::Measured;

/// Symbols at one year of decisions, and years at 100 symbols; each without a database and with.
const CASES: [(u32, i16); 6] = [(20, 1), (100, 1), (400, 1), (1_200, 1), (100, 5), (100, 20)];

/// Measures all cases and writes table and plots into the manual.
pub(crate) fn run(root: &Path) -> anyhow::Result<bool> {
    let mut all = Vec::new();
    for (symbols, years) in CASES {
        for sqlite in [false, true] {
            let measured = elsewhere(Case { symbols, years, sqlite })?;
            println!("{}", measured.line());
            all.push(measured);
        }
    }
    if cfg!(debug_assertions) {
        eprintln!("bench: this is a debug build; the manual is left alone");
        return Ok(true);
    }
    page::write(root, &all)?;
    Ok(true)
}

/// Measures one case here and prints it as JSON.
pub(crate) fn alone(case: Case) -> anyhow::Result<bool> {
    println!("{}", serde_json::to_string(&case::measure(case)?)?);
    Ok(true)
}

/// Writes the page from cases that were measured before, for instance on a machine that was quiet.
pub(crate) fn of_lines(root: &Path, file: &Path) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(file)?;
    let mut all: Vec<Measured> =
        text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    all.sort_by_key(|m| (m.case.years, m.case.symbols, m.case.sqlite));
    page::write(root, &all)?;
    Ok(true)
}

fn elsewhere(case: Case) -> anyhow::Result<Measured> {
    let program = std::env::current_exe()?;
    let output =
        Command::new(program).args(["bench", "--scale-case", &case.to_string()]).output()?;
    let text = String::from_utf8(output.stdout)?;
    anyhow::ensure!(
        output.status.success(),
        "case {case} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).with_context(|| format!("case {case} printed {text}"))
}
