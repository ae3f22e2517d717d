//! `tradebot report tax`: cost base, gains and superficial losses in Canadian dollars.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use tradebot_domain::{Currency, Date};
use tradebot_execution::tax::{
    DateBasis, Holding, LineKind, RateTable, Rules, TaxBooks, TaxLine, TaxWarning, YearSummary,
    books,
};

use super::Context;
use crate::accounts::activities::{Activities, History};
use crate::cli::{BasisChoice, TaxArgs};
use crate::exit::Failure;
use crate::output::{self, Column, number, text};
use crate::reading;

mod executed; // fills of a run
mod page; // for people

const COLUMNS: [Column; 18] = [
    text("date"),
    text("traded"),
    text("account"),
    text("person"),
    text("property"),
    text("symbol"),
    text("event"),
    number("shares"),
    text("currency"),
    number("rate"),
    number("proceeds"),
    number("acb"),
    number("outlays"),
    number("gain"),
    number("denied"),
    number("counted"),
    number("held"),
    number("acb_after"),
];

/// The report. `--json` prints it; the names are a contract.
#[derive(Debug, Serialize)]
struct Report {
    source: String,
    currency: Currency,
    basis: DateBasis,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<i16>,
    lines: Vec<TaxLine>,
    years: Vec<YearSummary>,
    /// At the end of the history.
    holdings: Vec<Holding>,
    warnings: Vec<TaxWarning>,
    /// Rows of the source that are in no line.
    notes: Vec<String>,
}

/// Prints the books.
///
/// # Errors
/// When a file cannot be read, or its events allow no books.
pub(super) fn run(context: &Context, args: &TaxArgs) -> Result<(), Failure> {
    if args.currency.parse() != Ok(Currency::Cad) {
        return Err(Failure::usage(format!(
            "tax books are kept in CAD, in which the return is filed; {} was asked for",
            args.currency
        )));
    }
    let history = history(context, args)?;
    let rules = rules(args)?;
    let rates = rates(args.rates.as_deref())?;
    let books = books(&history.accounts, &history.events, &rates, &rules)?;
    let report = Report::of(history, books, rules.basis, args.year);
    if args.format.json {
        return output::json(&report);
    }
    if args.format.csv {
        return output::records(args.format, &COLUMNS, &report.lines, cells, "");
    }
    output::line(&page::written(&report))
}

fn history(context: &Context, args: &TaxArgs) -> Result<History, Failure> {
    let same = same(&args.same)?;
    let mut history = if args.activities.is_empty() {
        executed::history(&reading::find(&context.home, &args.which)?)?
    } else {
        let mut activities = Activities::default();
        for file in &args.activities {
            activities.read(file)?;
        }
        activities.history(&args.registered, &args.affiliated)?
    };
    for event in &mut history.events {
        if let Some(property) = same.get(&event.property) {
            event.property.clone_from(property);
        }
    }
    Ok(history)
}

/// `RY.TO=RY` makes both the property RY.
fn same(pairs: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |text: &String| {
        let (one, other) = text.split_once('=').filter(|(a, b)| !a.is_empty() && !b.is_empty())?;
        Some((one.to_owned(), other.to_owned()))
    };
    let wrong = |text: &String| Failure::usage(format!("--same {text}: RY.TO=RY was expected"));
    pairs.iter().map(|text| pair(text).ok_or_else(|| wrong(text))).collect()
}

fn rules(args: &TaxArgs) -> Result<Rules, Failure> {
    let basis = match args.basis {
        BasisChoice::Settlement => DateBasis::Settlement,
        BasisChoice::Trade => DateBasis::Trade,
    };
    let date = |text: &String| {
        text.parse::<Date>().map_err(|e| Failure::usage(format!("--through {text}: {e}")))
    };
    Ok(Rules { basis, through: args.through.as_ref().map(date).transpose()? })
}

fn rates(file: Option<&Path>) -> Result<RateTable, Failure> {
    let Some(file) = file else { return Ok(RateTable::default()) };
    let text = std::fs::read_to_string(file)
        .map_err(|e| Failure::usage(format!("cannot read {}: {e}", file.display())))?;
    RateTable::parse(&text).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))
}

impl Report {
    fn of(history: History, books: TaxBooks, basis: DateBasis, year: Option<i16>) -> Self {
        let wanted = |of: i16| year.is_none_or(|year| year == of);
        let mut years = YearSummary::all(&books);
        years.retain(|summary| wanted(summary.year));
        let TaxBooks { mut lines, holdings, warnings } = books;
        lines.retain(|line| wanted(line.date.year()));
        let History { source, notes, .. } = history;
        Self {
            source,
            currency: Currency::Cad,
            basis,
            year,
            lines,
            years,
            holdings,
            warnings,
            notes,
        }
    }
}

fn cells(line: &TaxLine) -> Vec<String> {
    let optional = |value: Option<tradebot_domain::Decimal>| {
        value.map_or_else(String::new, |v| v.normalize().to_string())
    };
    let disposes = line.kind == LineKind::Sell || line.kind == LineKind::ReturnOfCapital;
    vec![
        line.date.to_string(),
        line.traded.to_string(),
        line.account.clone(),
        line.person.clone(),
        line.property.clone(),
        line.symbol.clone(),
        line.kind.name().to_owned(),
        line.shares.normalize().to_string(),
        line.currency.to_string(),
        optional(line.rate),
        optional(line.proceeds),
        optional(line.cost),
        optional(line.outlays),
        optional(line.gain),
        optional(disposes.then_some(line.denied)),
        optional(line.counted()),
        line.held.normalize().to_string(),
        optional(line.acb),
    ]
}
