//! `tradebot quality`: repairs of imported data, decided on by a person.

use std::collections::BTreeMap;

use serde::Serialize;
use tradebot_domain::{Interval, Symbol, Timestamp};
use tradebot_market_data::{Catalogue, Decision, Offer};
use tradebot_quality_gates::Repair;

use super::{Context, columns};
use crate::cli::{DecideArgs, Format, QualityCommand};
use crate::exit::Failure;
use crate::output::{self, text};

/// Runs one of the commands.
///
/// # Errors
/// A usage failure for a symbol or a repair that is not there; when the catalogue cannot be read or
/// written.
pub fn run(context: &Context, command: &QualityCommand) -> Result<(), Failure> {
    match command {
        QualityCommand::List { symbol, decided: false, format } => {
            list(context, symbol.as_deref(), *format)
        }
        QualityCommand::List { symbol, decided: true, format } => {
            decided(context, symbol.as_deref(), *format)
        }
        QualityCommand::Accept(args) => decide(context, args, true),
        QualityCommand::Reject(args) => decide(context, args, false),
    }
}

/// A repair nobody has decided on. The names are a contract.
#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    symbol: Symbol,
    what: String,
    because: String,
    repair: Repair,
}

fn list(context: &Context, symbol: Option<&str>, format: Format) -> Result<(), Failure> {
    let catalogue = Catalogue::open(&context.home)?;
    let mut all = Vec::new();
    for symbol in chosen(&catalogue, symbol)? {
        let offers = catalogue.offers(symbol)?.into_iter();
        all.extend(offers.map(|Offer { symbol, id, proposal }| Listed {
            id,
            symbol,
            what: proposal.repair.to_string(),
            because: proposal.because,
            repair: proposal.repair,
        }));
    }
    let columns = [text("id"), text("symbol"), text("what"), text("because")];
    let cells =
        |l: &Listed| vec![l.id.clone(), l.symbol.to_string(), l.what.clone(), l.because.clone()];
    columns::records(format, &columns, &[], &all, cells, "nothing is proposed to be mended")
}

/// A repair that was decided on. The names are a contract.
#[derive(Debug, Serialize)]
struct Decided {
    id: String,
    symbol: Symbol,
    accepted: bool,
    at: Timestamp,
    what: String,
    note: Option<String>,
}

fn decided(context: &Context, symbol: Option<&str>, format: Format) -> Result<(), Failure> {
    let catalogue = Catalogue::open(&context.home)?;
    let mut all = Vec::new();
    for symbol in chosen(&catalogue, symbol)? {
        let mendings = catalogue.entry(symbol)?.mendings.iter();
        all.extend(mendings.map(|mending| Decided {
            id: mending.id.clone(),
            symbol,
            accepted: mending.accepted,
            at: mending.at,
            what: mending.proposal.repair.to_string(),
            note: mending.note.clone(),
        }));
    }
    let columns =
        [text("id"), text("symbol"), text("decided"), text("at"), text("what"), text("note")];
    let cells = |d: &Decided| {
        vec![
            d.id.clone(),
            d.symbol.to_string(),
            if d.accepted { "accepted" } else { "rejected" }.to_owned(),
            d.at.strftime("%Y-%m-%d %H:%M").to_string(),
            d.what.clone(),
            d.note.clone().unwrap_or_default(),
        ]
    };
    columns::records(format, &columns, &["at", "note"], &all, cells, "nothing was decided yet")
}

fn decide(context: &Context, args: &DecideArgs, accept: bool) -> Result<(), Failure> {
    let mut catalogue = Catalogue::open_of(&context.home, Interval::DAILY)?;
    let mut by_symbol: BTreeMap<Symbol, Vec<String>> = BTreeMap::new();
    let mut unknown: Vec<&String> = args.ids.iter().collect();
    for symbol in catalogue.symbols() {
        for offer in catalogue.offers(symbol)? {
            if args.ids.contains(&offer.id) {
                unknown.retain(|id| **id != offer.id);
                by_symbol.entry(symbol).or_default().push(offer.id);
            }
        }
    }
    if let Some(id) = unknown.first() {
        return Err(Failure::usage(format!(
            "`{id}` is no repair that is proposed, or it was decided on; nothing was changed. \
             `tradebot quality list` shows what is proposed, with --decided what was decided"
        )));
    }
    let decision = Decision { accept, note: args.note.clone(), at: None };
    for (symbol, ids) in by_symbol {
        for mending in catalogue.decide(symbol, &ids, &decision)? {
            let verb = if accept { "mended" } else { "left" };
            output::line(&format!("{symbol}: {verb}: {}", mending.proposal.repair))?;
        }
    }
    Ok(())
}

fn chosen(catalogue: &Catalogue, symbol: Option<&str>) -> Result<Vec<Symbol>, Failure> {
    let Some(name) = symbol else { return Ok(catalogue.symbols()) };
    let symbol = Symbol::new(name).map_err(|e| Failure::usage(e.to_string()))?;
    catalogue.entry(symbol).map_err(|e| Failure::usage(e.to_string()))?;
    Ok(vec![symbol])
}
