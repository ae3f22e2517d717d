//! The comparisons for people: a line on the terminal, a page of the manual.

use std::fmt::Write as _;

use anyhow::Context as _;

use super::Row;
use super::comparisons::Comparison;
use super::outcome::Outcome;
use crate::bench::measure;

/// What a reader must know before quoting a figure; the rest stands in `bench/peers/README.md`.
const CAVEATS: &str = "\
## What to know beside the figures

- Rates are per second of CPU time, the best of the repetitions; only ratios within one run mean
  anything. Peers run on one thread, without the variables that bind OpenBLAS to a processor.
- Outputs were compared before a ratio was taken: fills and equity with a plain loop over the same
  bars (B1), sums over all pairs (B2), every value of every output (B3), Brier scores (B4), the
  probability and its mean logit, or the spread where both sides draw their own resamples (B5).
- An equal contract is not an equal set of features. nautilus_trader simulates a venue: four ticks a
  bar through a book, a message bus, a ledger. vectorbt is vectorised, not event-driven.
- nautilus_trader fills at the close of the deciding bar, by design, and is checked against that
  account. Its analyser takes time in the square of the trades; \"patched\" leaves that method out.
- backtesting.py's time includes its own statistics.
- Slow peers run once.

How to run it and what each script does: `bench/peers/README.md`.
";

/// A row on the terminal.
pub(super) fn line(row: &Comparison, outcome: &Outcome) -> String {
    let head = format!("{:<3} {:<42} {:<34}", row.bench, row.what, peer_name(row, outcome));
    match outcome {
        Outcome::Compared { ratio, ours, theirs, .. } => format!(
            "{head} {:>12} against {:>12} {:<12} {:>9} (goal {}): {}",
            figure(ours.rate_cpu),
            figure(theirs.rate_cpu),
            theirs.unit,
            times(*ratio),
            row.goal,
            outcome.verdict()
        ),
        _ => format!("{head} {}: {}", outcome.verdict(), reason(outcome)),
    }
}

/// The page of the manual.
///
/// # Errors
/// When the compiler does not tell its version.
pub(super) fn page(rows: &[Row], python: &str) -> anyhow::Result<String> {
    let mut page = format!(
        "# Beside other packages\n\nMade by `cargo xtask bench --peers` on {}, {}, with {} and \
         Python {python}.\n\n\
         | bench | work | peer | ours, per CPU s | theirs | unit | ratio | goal | verdict | ours, MB \
         | theirs, MB |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
        today(),
        measure::machine(),
        rustc()?
    );
    for (row, outcome) in rows {
        writeln!(page, "{}", table_row(row, outcome))?;
    }
    page.push_str("\nOur side of each bench alone:\n\n```text\n");
    let mut commands: Vec<String> = rows.iter().map(|(row, _)| row.ours.command()).collect();
    commands.dedup();
    for command in commands {
        writeln!(page, "{command}")?;
    }
    page.push_str("```\n\nTheirs:\n\n```text\n");
    for (row, _) in rows {
        let script = format!("python bench/peers/{} {}", row.peer.script, row.peer.system);
        let command = format!("{script} --n {} --reps {} --data FILE\n", row.peer.n, row.peer.reps);
        if !page.contains(&command) {
            page.push_str(&command);
        }
    }
    page.push_str("```\n\n");
    page.push_str(CAVEATS);
    Ok(page)
}

fn table_row(row: &Comparison, outcome: &Outcome) -> String {
    let peer = peer_name(row, outcome);
    match outcome {
        Outcome::Compared { ratio, ours, theirs, .. } => format!(
            "| {} | {} | {peer} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.bench,
            row.what,
            figure(ours.rate_cpu),
            figure(theirs.rate_cpu),
            theirs.unit,
            times(*ratio),
            row.goal,
            outcome.verdict(),
            memory(ours.peak_rss_mb),
            memory(theirs.peak_rss_mb)
        ),
        _ => format!(
            "| {} | {} | {peer} | | | | | {} | {}: {} | | |",
            row.bench,
            row.what,
            row.goal,
            outcome.verdict(),
            reason(outcome).replace('|', "/")
        ),
    }
}

/// The peer as it calls itself, with its version, where it ran.
fn peer_name(row: &Comparison, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Compared { theirs, .. } => {
            let version = theirs.version.as_deref().unwrap_or_default();
            format!("{} {version}", theirs.system).trim_end().to_owned()
        }
        _ => row.peer.system.to_owned(),
    }
}

fn reason(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Compared { .. } => "",
        Outcome::Differ { reason }
        | Outcome::NotInstalled { reason }
        | Outcome::Broken { reason } => reason,
    }
}

/// Four digits of a rate.
fn figure(rate: f64) -> String {
    match rate {
        r if r >= 1e9 => format!("{:.2} G", r / 1e9),
        r if r >= 1e6 => format!("{:.2} M", r / 1e6),
        r if r >= 1e4 => format!("{:.1} k", r / 1e3),
        r if r >= 100.0 => format!("{r:.0}"),
        r => format!("{r:.2}"),
    }
}

fn times(ratio: f64) -> String {
    if ratio >= 100.0 { format!("{ratio:.0}x") } else { format!("{ratio:.2}x") }
}

fn memory(mb: Option<f64>) -> String {
    mb.map_or_else(|| "?".to_owned(), |mb| format!("{mb:.0}"))
}

fn rustc() -> anyhow::Result<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = std::process::Command::new(rustc).arg("-V").output().context("rustc -V")?;
    Ok(String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

#[expect(clippy::disallowed_methods, reason = "a page of figures says when they were taken")]
fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::peers::comparisons;
    use crate::bench::record::Record;

    fn record(system: &str, rate_cpu: f64) -> Record {
        serde_json::from_value(serde_json::json!({
            "bench": "B1", "system": system, "version": "1.2.3", "n": 10, "unit": "bars/s",
            "rate_cpu": rate_cpu, "peak_rss_mb": 7.0
        }))
        .unwrap()
    }

    fn rows() -> Vec<Row> {
        let all = comparisons::all();
        let (ours, theirs) = (record("ours", 50e6), record("somebody", 10e6));
        let missing = Outcome::NotInstalled { reason: "no | numba".to_owned() };
        vec![(all[0], Outcome::compare(ours, theirs, all[0].goal)), (all[4], missing)]
    }

    #[test]
    fn a_row_of_the_table_says_who_what_and_whether_the_goal_is_met() {
        let rows = rows();
        let compared = table_row(&rows[0].0, &rows[0].1);
        assert_eq!(
            compared,
            "| B1 | crossing of averages, 1,000,000 bars | somebody 1.2.3 | 50.00 M | 10.00 M | \
             bars/s | 5.00x | ≥ 2.5 | met | 7 | 7 |"
        );
        let missing = table_row(&rows[1].0, &rows[1].1);
        assert!(missing.contains("not installed: no / numba"), "{missing}");
        assert_eq!(missing.matches('|').count(), compared.matches('|').count());
    }

    #[test]
    fn the_page_names_no_place_on_the_machine() {
        let page = page(&rows(), "3.12.1").unwrap();
        assert!(page.contains("Python 3.12.1") && page.contains("rustc "), "{page}");
        let machine = [std::env::temp_dir(), env!("CARGO_MANIFEST_DIR").into()];
        for path in machine {
            assert!(!page.contains(path.to_str().unwrap()), "{page}");
        }
    }

    #[test]
    fn figures_keep_three_digits_or_four() {
        for (rate, said) in [
            (2.5e9, "2.50 G"),
            (50e6, "50.00 M"),
            (40_246.0, "40.2 k"),
            (1_713.4, "1713"),
            (26.042, "26.04"),
        ] {
            assert_eq!(figure(rate), said);
        }
        assert_eq!((times(3_012.4).as_str(), times(2.513).as_str()), ("3012x", "2.51x"));
    }
}
