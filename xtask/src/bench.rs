//! `cargo xtask bench`: speed and memory of the hot leaves and of the whole run.
//!
//! Run it in release: `cargo run --release -p tradebot-xtask -- bench`. Figures are CPU time where
//! the system tells it, so that a busy machine does not change them much; the table goes to the
//! manual, JSON lines to standard output with `--json`.

mod b4;
mod leaves;
mod measure;
mod whole;

use std::fmt::Write as _;
use std::path::Path;

use measure::Measured;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these benches, by id (repeat)
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Print JSON lines instead of a table, and leave the manual alone
    #[arg(long)]
    json: bool,
}

/// One bench: its id and what runs it.
struct Bench {
    id: &'static str,
    run: fn(&'static str) -> anyhow::Result<Measured>,
}

const BENCHES: [Bench; 10] = [
    Bench { id: "B0", run: whole::demo },
    Bench { id: "B1", run: leaves::walk },
    Bench { id: "B2", run: leaves::gate },
    Bench { id: "B3", run: leaves::features },
    Bench { id: "B4", run: b4::walk_forward },
    Bench { id: "B4", run: b4::one_forest },
    Bench { id: "B5", run: leaves::calibrate },
    Bench { id: "B6", run: leaves::journal },
    Bench { id: "B7", run: leaves::replay_feed },
    Bench { id: "B8", run: leaves::fits },
];

/// Runs the benches asked for.
pub(crate) fn run(args: &Args) -> anyhow::Result<bool> {
    let known: Vec<&str> = BENCHES.iter().map(|b| b.id).collect();
    if let Some(unknown) = args.only.iter().find(|id| !known.contains(&id.as_str())) {
        anyhow::bail!("there is no bench {unknown}; there are {}", known.join(", "));
    }
    if cfg!(debug_assertions) {
        eprintln!("bench: this is a debug build; figures mean something in release only");
    }
    let mut table = String::new();
    for bench in &BENCHES {
        if !args.only.is_empty() && !args.only.iter().any(|id| id == bench.id) {
            continue;
        }
        let measured = (bench.run)(bench.id)?;
        if args.json {
            println!("{}", serde_json::to_string(&measured)?);
        } else {
            println!("{}", measured.line());
        }
        writeln!(table, "{}", measured.row())?;
    }
    let whole_suite = args.only.is_empty() && !args.json && !cfg!(debug_assertions);
    if whole_suite {
        write_page(&crate::root(), &table)?;
    }
    Ok(true)
}

fn write_page(root: &Path, table: &str) -> anyhow::Result<()> {
    let page = format!(
        "# Speed and memory\n\nMade by `cargo run --release -p tradebot-xtask -- bench` on {}. \
         Rates are per second of CPU time, the best of the repetitions; compare ratios within one \
         run only, machines differ.\n\n\
         | bench | what | n | unit | rate per CPU second | wall, s | peak memory, MB |\n\
         |---|---|---|---|---|---|---|\n{table}",
        measure::machine()
    );
    let path = root.join("docs/src/reference/speed.md");
    std::fs::write(&path, page)?;
    println!("bench: wrote {}", path.display());
    Ok(())
}
