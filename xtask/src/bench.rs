//! `cargo xtask bench`: speed and memory of the hot leaves and of the whole run.
//!
//! Run it in release: `cargo run --release -p tradebot-xtask -- bench`. Figures are CPU time where
//! the system tells it, so that a busy machine does not change them much; the table goes to the
//! manual, JSON lines to standard output with `--json`. With `--peers` the same work is done by
//! well-known packages too, see [`peers`].

mod b4;
mod leaves;
mod measure;
mod peers;
mod record;
mod scale;
mod whole;

use std::fmt::Write as _;
use std::path::Path;

use measure::Subject;

/// Arguments of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these benches, by id (repeat)
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Print JSON lines instead of a table, and leave the manual alone
    #[arg(long)]
    json: bool,
    /// Do the same work with well-known Python packages and print the ratios
    #[arg(long)]
    peers: bool,
    /// Run the loop over synthetic markets of up to 1,200 symbols and 20 years, and write the page
    #[arg(long, conflicts_with_all = ["only", "json", "peers"])]
    scale: bool,
    /// Measure one such case here, such as 100:5:sqlite
    #[arg(long, value_name = "CASE", hide = true)]
    scale_case: Option<scale::Case>,
    /// Write the page from such cases measured before, a JSON line each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "json", "peers", "scale"])]
    scale_lines: Option<std::path::PathBuf>,
    /// Interpreter that has the packages of bench/peers/requirements.txt
    #[arg(long, value_name = "PATH", env = peers::INTERPRETER, default_value = "python3")]
    python: String,
}

/// One bench: its id and what makes it ready.
struct Bench {
    id: &'static str,
    task: &'static str,
    ready: Ready,
}

type Ready = fn() -> anyhow::Result<Subject>;

const BENCHES: [Bench; 10] = [
    Bench { id: "B0", task: "whole-loop", ready: whole::demo },
    Bench { id: "B1", task: "bracket-walk", ready: leaves::walk },
    Bench { id: "B2", task: "quality-gate", ready: leaves::gate },
    Bench { id: "B3", task: "features", ready: leaves::features },
    Bench { id: "B4", task: "walk-forward", ready: b4::walk_forward },
    Bench { id: "B4", task: "forest", ready: b4::one_forest },
    Bench { id: "B5", task: "calibrate", ready: leaves::calibrate },
    Bench { id: "B6", task: "journal", ready: leaves::journal },
    Bench { id: "B7", task: "replay-feed", ready: leaves::replay_feed },
    Bench { id: "B8", task: "fits", ready: leaves::fits },
];

/// Runs the benches asked for.
pub(crate) fn run(args: &Args) -> anyhow::Result<bool> {
    if let Some(case) = args.scale_case {
        return scale::alone(case);
    }
    if let Some(lines) = &args.scale_lines {
        return scale::of_lines(&crate::root(), lines);
    }
    if args.scale {
        return scale::run(&crate::root());
    }
    if args.peers {
        return peers::run(&crate::root(), &args.only, &args.python, args.json);
    }
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
        let measured = (bench.ready)()?.measure(bench.id, bench.task)?;
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

/// Tasks that are worth counting in instructions: those that a profiler need not watch for minutes.
const LEAVES: [&str; 7] =
    ["bracket-walk", "quality-gate", "features", "forest", "calibrate", "journal", "replay-feed"];

/// Names of the leaves that are counted in instructions.
pub(crate) const fn leaf_names() -> [&'static str; LEAVES.len()] {
    LEAVES
}

/// Prepares one leaf and does its work `times` times.
pub(crate) fn leaf(name: &str, times: u32) -> anyhow::Result<bool> {
    let Some(bench) = BENCHES.iter().find(|bench| bench.task == name) else {
        let known: Vec<&str> = BENCHES.iter().map(|bench| bench.task).collect();
        anyhow::bail!("there is no leaf {name}; there are {}", known.join(", "));
    };
    let mut subject = (bench.ready)()?;
    for _ in 0..times {
        println!("{}", (subject.work)()?);
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
