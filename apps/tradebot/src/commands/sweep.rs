//! `tradebot sweep`: many settings on one history, and what is left of the best.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tradebot_backtest::overfit::PanelVerdict;
use tradebot_backtest::sweep::Table;
use tradebot_storage::TrialKind;

use super::Context;
use crate::cli::SweepArgs;
use crate::exit::Failure;
use crate::output::{self, number, text};
use crate::sweeping::judged::{self, Line};
use crate::sweeping::{self, Swept};

/// Trials shown to people.
const SHOWN: usize = 10;

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    trials: usize,
    done: usize,
    failed: usize,
    pending: usize,
    measure: tradebot_backtest::sweep::Measure,
    /// Chosen on the sample that its figures are measured on.
    best_in_sample: Option<&'a Line>,
    verdict: Option<&'a PanelVerdict>,
    lines: &'a [Line],
    results: PathBuf,
    report: Option<PathBuf>,
}

/// Runs the sweep and prints its best trials with the verdict on them.
///
/// # Errors
/// As [`sweeping::run`]; an interruption, after which the same command goes on.
pub fn run(context: &Context, args: &SweepArgs) -> Result<(), Failure> {
    let loaded = context.settings((&args.backtest).into())?;
    let swept = sweeping::run(&context.home, &loaded.settings, args, context.global.quiet)?;
    judged::record(&context.home, &swept, TrialKind::Sweep)?;
    stopped(&swept)?;
    let verdict = judged::verdict(&context.home, &swept);
    let report = if args.backtest.replay.no_report {
        None
    } else {
        Some(write_page(&swept, verdict.as_ref())?)
    };
    if let Some(path) = &args.output {
        write_table(&swept.table, path)?;
    }
    let lines = judged::lines(&swept.table, swept.measure);
    if args.backtest.replay.json {
        let count = swept.table.count();
        return output::json(&Answer {
            trials: swept.table.trials().len(),
            done: count.done,
            failed: count.failed,
            pending: count.pending,
            measure: swept.measure,
            best_in_sample: lines.first().filter(|line| line.value.is_some()),
            verdict: verdict.as_ref(),
            lines: &lines,
            results: swept.file.clone(),
            report,
        });
    }
    print(&swept, &lines, verdict.as_ref())?;
    if let Some(report) = report {
        output::line(&format!("\n{}", report.display()))?;
    }
    Ok(())
}

/// The table in the format that the file's name asks for.
fn write_table(table: &Table, path: &Path) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::work(format!("{}: {e}", path.display()));
    let file = File::create(path).map_err(|e| failed(&e))?;
    let parquet = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
    let written = if parquet { table.write_parquet(file) } else { table.write_csv(file) };
    written.map_err(|e| failed(&e))
}

/// A sweep that somebody stopped says how it goes on.
///
/// # Errors
/// The interruption.
pub fn stopped(swept: &Swept) -> Result<(), Failure> {
    if !swept.interrupted {
        return Ok(());
    }
    let count = swept.table.count();
    Err(Failure::interrupted(format!(
        "interrupted after {} of {} trials; they are kept in {}, the same command goes on",
        count.done + count.failed,
        swept.table.trials().len(),
        swept.file.display()
    )))
}

fn write_page(swept: &Swept, verdict: Option<&PanelVerdict>) -> Result<PathBuf, Failure> {
    let path = swept.file.with_extension("html");
    std::fs::write(&path, judged::page(swept, verdict)?)
        .map_err(|e| Failure::work(format!("{}: {e}", path.display())))?;
    Ok(path)
}

fn print(swept: &Swept, lines: &[Line], verdict: Option<&PanelVerdict>) -> Result<(), Failure> {
    let columns = [
        number("trial"),
        text("parameters"),
        number("value"),
        number("Sharpe"),
        number("growth"),
        number("drawdown"),
        number("trades"),
    ];
    let shown = &lines[..lines.len().min(SHOWN)];
    let cells = |line: &Line| {
        let plain = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.2}"));
        let share = |v: Option<f64>| v.map_or_else(String::new, |v| format!("{:.1} %", 100.0 * v));
        vec![
            line.trial.to_string(),
            line.error.as_ref().map_or_else(
                || line.parameters.clone(),
                |why| format!("{}: {why}", line.parameters),
            ),
            plain(line.value),
            plain(line.sharpe),
            share(line.cagr),
            share(line.max_drawdown),
            line.trades.map_or_else(String::new, |n| n.to_string()),
        ]
    };
    output::records(crate::cli::Format::default(), &columns, shown, cells, "no trial was run")?;
    let metric = judged::metric(swept.measure);
    output::line(&format!(
        "\nThe best {} of {} trials by {metric}, in sample: chosen on the history that they are \
         measured on.",
        shown.len(),
        swept.table.count().done
    ))?;
    match verdict {
        None => output::line("With fewer than two results there was no choice to judge."),
        Some(verdict) => {
            let percent = |p: Option<f64>| {
                p.map_or_else(|| "not defined".to_owned(), |p| format!("{:.1} %", 100.0 * p))
            };
            output::line(&format!(
                "{}\nAttempts counted {}, deflated Sharpe ratio {}, probability of overfitting {}, \
                 p-value of superior ability {}.",
                verdict.reason,
                verdict.trials.as_ref().map_or(0, |t| t.count),
                percent(verdict.deflated),
                percent(verdict.overfitting),
                percent(verdict.superior_p_value)
            ))
        }
    }
}
