//! `tradebot data import`: read, show what was understood, check, store.

use tradebot_domain::{Currency, Exchange, Interval, Symbol};
use tradebot_market_data::{
    Catalogue, ColumnMapping, DataError, FileReport, ImportOptions, ImportReport, OnConflict,
    Outcome, Stamp, SymbolReport,
};

use super::and_more;
use super::inspect::{action_words, quality_section};
use crate::cli::{ImportArgs, StampArg};
use crate::commands::Context;
use crate::commands::figures::counted;
use crate::commands::page::Page;
use crate::exit::Failure;
use crate::output;

/// Rows shown in a preview.
const PREVIEW_ROWS: usize = 5;
/// Row issues and actions shown to people.
const SHOWN: usize = 10;

/// Imports files into the catalogue, or shows what it would do.
///
/// # Errors
/// A usage failure for options that cannot be; when a file cannot be read, or the import was
/// refused (nothing is stored then).
pub(super) fn run(context: &Context, args: &ImportArgs) -> Result<(), Failure> {
    let interval: Interval =
        args.interval.parse().map_err(|e| Failure::usage(format!("--interval: {e}")))?;
    let mut catalogue = Catalogue::open_of(&context.home, interval).map_err(|e| match e {
        DataError::NotImported { .. } => Failure::usage(e.to_string()),
        other => Failure::from(other),
    })?;
    let report = import(&mut catalogue, args)?;
    if args.json {
        output::json(&report)?;
    } else {
        let mut page = Page::new();
        write(&mut page, &report, args.preview);
        if !interval.is_daily() {
            page.say("Bars of a minute are traded with --interval as well, such as --interval 5m.");
        }
        output::line(&page.text())?;
    }
    match report.outcome {
        Outcome::Stored | Outcome::Previewed => Ok(()),
        Outcome::Refused => Err(Failure::work(refusal(&report))),
    }
}

/// One import, or one for each of the symbols of `--only`: all of them or none.
fn import(catalogue: &mut Catalogue, args: &ImportArgs) -> Result<ImportReport, Failure> {
    let options = options(args)?;
    let Some(names) = &args.only else { return Ok(catalogue.import(&args.files, &options)?) };
    if args.symbol.is_some() {
        return Err(Failure::usage(
            "--symbol is for files without a symbol column, --only for files with one: use either",
        ));
    }
    let symbols: Vec<Symbol> = names.iter().map(|name| symbol(name)).collect::<Result<_, _>>()?;
    let mut run = |dry_run: bool| {
        let each = symbols.iter().map(|only| {
            let options = ImportOptions { symbol: Some(*only), dry_run, ..options.clone() };
            catalogue.import(&args.files, &options)
        });
        each.collect::<Result<Vec<_>, _>>().map(merged)
    };
    let preview = run(true)?;
    if options.dry_run || preview.outcome == Outcome::Refused {
        return Ok(preview);
    }
    Ok(run(false)?)
}

/// Reports on the same files, each for another symbol, as one.
fn merged(reports: Vec<ImportReport>) -> ImportReport {
    let refused = reports.iter().any(|r| r.outcome == Outcome::Refused);
    let mut all = ImportReport {
        outcome: reports.first().map_or(Outcome::Refused, |r| r.outcome),
        files: Vec::new(),
        symbols: Vec::new(),
        blockers: Vec::new(),
    };
    for report in reports {
        if all.files.is_empty() {
            all.files = report.files;
        }
        all.symbols.extend(report.symbols);
        let new = report.blockers.into_iter().filter(|b| !all.blockers.contains(b));
        let new: Vec<_> = new.collect();
        all.blockers.extend(new);
    }
    if refused {
        all.outcome = Outcome::Refused;
    }
    all
}

fn symbol(name: &str) -> Result<Symbol, Failure> {
    Symbol::new(name).map_err(|e| Failure::usage(e.to_string()))
}

fn options(args: &ImportArgs) -> Result<ImportOptions, Failure> {
    let usage = |e: String| Failure::usage(e);
    Ok(ImportOptions {
        symbol: args.symbol.as_deref().map(symbol).transpose()?,
        currency: args.currency.parse::<Currency>().map_err(usage)?,
        exchange: args.exchange.parse::<Exchange>().map_err(usage)?,
        mapping: ColumnMapping::parse(args.map.iter().map(String::as_str))
            .map_err(|e| Failure::usage(format!("--map: {e}")))?,
        stamp: args.stamp.map(|stamp| match stamp {
            StampArg::Start => Stamp::Start,
            StampArg::End => Stamp::End,
        }),
        date_format: args.date_format.clone(),
        factors: args.factors.clone(),
        on_conflict: if args.replace { OnConflict::Replace } else { OnConflict::Refuse },
        dry_run: args.preview,
        preview_rows: PREVIEW_ROWS,
        accept_dirty: args.accept_dirty,
        ..ImportOptions::default()
    })
}

/// Why nothing was stored, and what to do.
fn refusal(report: &ImportReport) -> String {
    let mut lines = vec!["nothing was stored:".to_owned()];
    for blocker in &report.blockers {
        lines.push(format!("  {}; {}", blocker.detail, blocker.remedy));
    }
    if report.blockers.iter().all(|b| b.acceptable) {
        lines.push("or store it as it is with --accept-dirty".to_owned());
    }
    lines.join("\n")
}

fn write(page: &mut Page, report: &ImportReport, preview: bool) {
    for file in &report.files {
        file_section(page, file, preview);
    }
    for symbol in &report.symbols {
        symbol_section(page, symbol);
    }
    page.section(match report.outcome {
        Outcome::Stored => "Stored. Trade it with: tradebot backtest --data catalogue",
        Outcome::Previewed => "Only a preview: nothing was stored.",
        Outcome::Refused => "Refused.",
    });
}

fn file_section(page: &mut Page, file: &FileReport, preview: bool) {
    page.section(&format!("{} ({}): {} rows", file.file, file.format, file.rows));
    let mapping: Vec<String> =
        file.mapping.iter().map(|(role, column)| format!("{role} = {column}")).collect();
    page.say(&format!("columns: {}", mapping.join(", ")));
    if preview {
        let rows: Vec<Vec<String>> = file
            .preview
            .iter()
            .map(|row| row.iter().map(|(_, cell)| cell.clone()).collect())
            .collect();
        let header: Vec<String> = file
            .preview
            .first()
            .map_or_else(Vec::new, |row| row.iter().map(|(role, _)| role.to_string()).collect());
        let sides = ">".repeat(header.len());
        page.rows(&sides, &[vec![header], rows].concat());
    }
    if file.filtered > 0 {
        page.say(&format!(
            "{} rows of other symbols, or of minutes outside of the sessions, were passed over",
            file.filtered
        ));
    }
    if file.rejected > 0 {
        page.say(&format!("{} rows cannot be used and are left out", file.rejected));
    }
    for issue in file.issues.iter().take(SHOWN) {
        page.say(&issue.to_string());
    }
    page.say(&and_more(SHOWN, file.issues.len(), "row").unwrap_or_default());
}

fn symbol_section(page: &mut Page, s: &SymbolReport) {
    page.section(&format!(
        "{}: {} from {} to {}",
        s.symbol,
        counted(s.bars, "bar"),
        s.first,
        s.last
    ));
    page.say(&format!(
        "{} rows: {} new sessions, {} as they were, {} different from what is stored",
        s.rows, s.added, s.unchanged, s.conflicting
    ));
    page.say(&format!(
        "{} splits and dividends; they come from: {}",
        s.actions.len(),
        s.action_source.name()
    ));
    for action in s.actions.iter().take(SHOWN) {
        page.say(&action_words(action));
    }
    page.say(&and_more(SHOWN, s.actions.len(), "action").unwrap_or_default());
    for note in &s.notes {
        page.say(note);
    }
    quality_section(page, &s.quality);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, DataCommand};
    use clap::Parser as _;

    fn args(line: &str) -> ImportArgs {
        let words = format!("tradebot data import {line}");
        match Cli::try_parse_from(words.split(' ')).unwrap().command {
            Command::Data(DataCommand::Import(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_become_options() {
        let args = args("a.csv --symbol RY.TO --currency CAD --exchange XTSE --replace --preview");
        let options = options(&args).unwrap();
        assert_eq!(options.symbol.unwrap().as_str(), "RY.TO");
        assert_eq!((options.currency, options.exchange), (Currency::Cad, Exchange::Xtse));
        assert_eq!(options.on_conflict, OnConflict::Replace);
        assert!(options.dry_run && !options.accept_dirty);
    }

    #[test]
    fn wrong_options_are_named() {
        for (line, word) in [
            ("a.csv --currency EUR", "EUR"),
            ("a.csv --exchange XPAR", "XPAR"),
            ("a.csv --map closing", "--map"),
            ("a.csv --symbol A/B", "A/B"),
        ] {
            let error = options(&args(line)).unwrap_err().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
    }

    #[test]
    fn files_of_one_symbol_can_be_imported_whole() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("prices.csv");
        std::fs::write(
            &file,
            "date,open,high,low,close,volume\n\
             2005-03-01,10,11,9,10.5,1000\n2005-03-02,10.5,11,10,10.8,1200\n",
        )
        .unwrap();
        let options = ImportOptions {
            symbol: Some(Symbol::new("ABC").unwrap()),
            dry_run: true,
            ..ImportOptions::default()
        };
        let mut catalogue = Catalogue::open(dir.path()).unwrap();
        let report = catalogue.import(&[file], &options).unwrap();
        let mut page = Page::of_width(80);
        write(&mut page, &report, true);
        let text = page.text();
        assert!(text.contains("date = date") && text.contains("2005-03-02"), "{text}");
        assert!(text.contains("ABC: 2 bars from 2005-03-01 to 2005-03-02"), "{text}");
        assert!(text.ends_with("Only a preview: nothing was stored."), "{text}");
    }
}
