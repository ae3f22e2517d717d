//! `tradebot report`: the HTML report of a run.

use std::path::Path;

use tradebot_backtest::{Assessment, RunResult};
use tradebot_storage::Mode;

use super::Context;
use crate::cli::{ReportArgs, ReportCommand};
use crate::exit::Failure;
use crate::{attempts, output, reading};

mod tax;

/// Renders a run's report and prints where it is.
///
/// # Errors
/// When there is no such run, or the file cannot be written.
pub fn run(context: &Context, args: &ReportArgs) -> Result<(), Failure> {
    if let Some(ReportCommand::Tax(args)) = &args.other {
        return tax::run(context, args);
    }
    let found = reading::find_named(&context.home, &args.run, args.mode.map(Mode::from))?;
    let result = reading::result(&context.home, found.mode, &found.info.id)?;
    let assessment = attempts::assess(&context.home, &result);
    let path = args
        .output
        .clone()
        .unwrap_or_else(|| context.home.join("reports").join(format!("{}.html", found.info.id)));
    write(&result, &assessment, &path)?;
    output::line(&path.display().to_string())
}

/// Writes a report; a half-written one never takes the place of an older.
///
/// # Errors
/// When it cannot be rendered or written, naming the file.
pub fn write(result: &RunResult, assessment: &Assessment, path: &Path) -> Result<(), Failure> {
    write_page(&tradebot_report::render(result, assessment)?, path)
}

/// Writes a page; a half-written one never takes the place of an older.
///
/// # Errors
/// When it cannot be written, naming the file.
pub fn write_page(html: &str, path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::usage(format!(
            "{} is a folder; name the file to write, such as {}",
            path.display(),
            path.join("report.html").display()
        )));
    }
    let failed = |e: std::io::Error| {
        Failure::work(format!("cannot write the report {}: {e}", path.display()))
    };
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let temporary = path.with_extension("html.partial");
    let written = std::fs::write(&temporary, html).and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|e| {
        let _ = std::fs::remove_file(&temporary);
        failed(e)
    })
}
