//! `tradebot data generate`: a synthetic market in the catalogue.

use serde::Serialize;
use tradebot_domain::{Bar, Currency, Date, Exchange, Symbol};
use tradebot_market_data::{Catalogue, ImportReport, Outcome, Series};
use tradebot_simulator::{Churn, Edge, SYNTHETIC, World, WorldConfig};

use crate::cli::GenerateArgs;
use crate::commands::Context;
use crate::commands::figures::counted;
use crate::commands::page::Page;
use crate::exit::Failure;
use crate::output;

/// Symbols made and stored at a time: what bounds the memory of the command.
const BATCH: u32 = 50;

/// What was stored.
#[derive(Debug, Serialize)]
struct Generated {
    /// `SYNTHETIC`, with seed, exchange and first session.
    world: String,
    symbols: usize,
    /// Symbols that are not listed by the last session.
    not_listed: Vec<Symbol>,
    bars: usize,
    actions: usize,
    /// Index, VIX and currency beside them.
    context: Vec<Symbol>,
}

/// Makes a world and stores it.
///
/// # Errors
/// A usage failure for a world that cannot be; when the catalogue holds something else, or cannot
/// be written.
pub(super) fn run(context: &Context, args: &GenerateArgs) -> Result<(), Failure> {
    let world = World::new(config(args)?).map_err(|e| Failure::usage(e.to_string()))?;
    let mut catalogue = Catalogue::open(&context.home)?;
    let generated = generate(&world, &mut catalogue)?;
    if args.json {
        return output::json(&generated);
    }
    output::line(&text(&generated, world.currency()))
}

fn generate(world: &World, catalogue: &mut Catalogue) -> Result<Generated, Failure> {
    let label = world.label();
    let shared = world.recorded();
    let backdrop = shared.backdrop();
    let us = (Currency::Usd, Exchange::Xnys);
    let context = vec![
        beside("^GSPC", us, backdrop.index, &label),
        beside("^VIX", us, backdrop.vix, &label),
        beside("^USDCAD", (Currency::Cad, Exchange::Xtse), backdrop.usdcad, &label),
    ];
    let mut generated = Generated {
        world: label.clone(),
        symbols: 0,
        not_listed: Vec::new(),
        bars: 0,
        actions: 0,
        context: context.iter().map(|series| series.symbol).collect(),
    };
    stored(&catalogue.store_synthetic(&label, context, None)?)?;
    let place = (world.currency(), world.config().exchange);
    let last = world.config().symbols;
    for first in (1..=last).step_by(BATCH as usize) {
        let mut batch = Vec::new();
        for n in first..=last.min(first + BATCH - 1) {
            let recorded = shared.symbol(n);
            if recorded.bars.is_empty() {
                generated.not_listed.push(recorded.symbol);
                continue;
            }
            generated.symbols += 1;
            generated.bars += recorded.bars.len();
            generated.actions += recorded.actions.len();
            let (bars, actions) = (recorded.bars, recorded.actions);
            batch.push(Series::new(recorded.symbol, place, bars, actions, label.clone()));
        }
        stored(&catalogue.store_synthetic(&label, batch, None)?)?;
    }
    Ok(generated)
}

fn beside(name: &str, place: (Currency, Exchange), bars: Vec<Bar>, label: &str) -> Series {
    let symbol = Symbol::new(name).expect("names of indices are symbols");
    Series::new(symbol, place, bars, Vec::new(), label.to_owned())
}

fn stored(report: &ImportReport) -> Result<(), Failure> {
    let problem = |blocker: &tradebot_market_data::Blocker| {
        format!("nothing was stored of this batch: {}; {}", blocker.detail, blocker.remedy)
    };
    match report.outcome {
        Outcome::Stored | Outcome::Previewed => Ok(()),
        Outcome::Refused => {
            Err(Failure::work(report.blockers.iter().map(problem).collect::<Vec<_>>().join("\n")))
        }
    }
}

fn config(args: &GenerateArgs) -> Result<WorldConfig, Failure> {
    let date = |name: &str, text: &str| {
        text.parse::<Date>().map_err(|e| {
            Failure::usage(format!("--{name}: `{text}` is not a date like 2005-02-28 ({e})"))
        })
    };
    Ok(WorldConfig {
        seed: args.seed,
        symbols: args.symbols,
        exchange: args.exchange.parse().map_err(|e: String| Failure::usage(e))?,
        from: date("from", &args.from)?,
        to: date("to", &args.to)?,
        churn: if args.complete { Churn::NONE } else { Churn::default() },
        edge: args.edge.map(|strength| Edge { strength, sessions: args.edge_sessions }),
    })
}

fn text(generated: &Generated, currency: Currency) -> String {
    let mut page = Page::new();
    page.section(&generated.world);
    page.say(&format!(
        "{SYNTHETIC}: this market was made up and is no record of a real one. {}, {} and {} are in the catalogue, \
         with {} beside them.",
        counted(generated.symbols, "symbol"),
        counted(generated.bars, "bar"),
        counted(generated.actions, "corporate action"),
        generated.context.iter().map(Symbol::as_str).collect::<Vec<_>>().join(", "),
    ));
    if !generated.not_listed.is_empty() {
        let not = counted(generated.not_listed.len(), "symbol");
        page.say(&format!("Listed only after the last session: {not} of the world."));
    }
    let account = if currency == Currency::Usd { "" } else { " --currency CAD" };
    page.section(&format!("Trade it with: tradebot backtest --data catalogue{account}"));
    page.text()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, DataCommand};
    use clap::Parser as _;

    fn args(line: &str) -> GenerateArgs {
        let words = format!("tradebot data generate {line}");
        match Cli::try_parse_from(words.split_whitespace()).unwrap().command {
            Command::Data(DataCommand::Generate(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    fn world(line: &str) -> World {
        World::new(config(&args(line)).unwrap()).unwrap()
    }

    const SHORT: &str = "--symbols 4 --from 2004-01-02 --to 2005-12-30";

    #[test]
    fn wrong_options_are_named() {
        for (line, word) in [
            ("--from yesterday", "--from"),
            ("--exchange XPAR", "XPAR"),
            ("--to 2004-13-01", "--to"),
        ] {
            let error = config(&args(line)).unwrap_err().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
        assert!(World::new(config(&args("--symbols 0")).unwrap()).is_err());
    }

    #[test]
    fn a_stored_world_reads_back_as_it_was_made_and_says_that_it_is_synthetic() {
        let dir = tempfile::tempdir().unwrap();
        let world = world(SHORT);
        let mut catalogue = Catalogue::open(dir.path()).unwrap();
        let generated = generate(&world, &mut catalogue).unwrap();
        assert_eq!(generated.symbols + generated.not_listed.len(), 4);
        let shared = world.recorded();
        for n in 1..=4 {
            let made = shared.symbol(n);
            let Ok(read) = catalogue.load(made.symbol) else {
                assert!(generated.not_listed.contains(&made.symbol));
                continue;
            };
            assert_eq!((read.bars.clone(), read.actions.clone()), (made.bars, made.actions));
            assert!(read.is_synthetic());
        }
        assert_eq!(catalogue.world(), Some("SYNTHETIC seed 42 XNYS from 2004-01-02"));
        let history = tradebot_market_data::History::from_catalogue(&catalogue, &[]).unwrap();
        assert!(history.digest(&history.symbols()).starts_with("SYNTHETIC "));
        assert!(text(&generated, Currency::Usd).contains("SYNTHETIC"));
    }

    #[test]
    fn a_world_goes_on_but_is_mixed_with_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut catalogue = Catalogue::open(dir.path()).unwrap();
        generate(&world(SHORT), &mut catalogue).unwrap();
        let before = catalogue.list().map(|e| e.bars).sum::<usize>();
        let longer = world("--symbols 6 --from 2004-01-02 --to 2006-12-29");
        generate(&longer, &mut catalogue).unwrap();
        assert!(catalogue.list().map(|e| e.bars).sum::<usize>() > before);

        let other = generate(&world(&format!("{SHORT} --seed 7")), &mut catalogue);
        assert!(other.unwrap_err().to_string().contains("seed 42"), "another world");
        let file = dir.path().join("abc.csv");
        std::fs::write(&file, "date,open,high,low,close,volume\n2005-03-01,10,11,9,10.5,1000\n")
            .unwrap();
        let options = tradebot_market_data::ImportOptions {
            symbol: Some(Symbol::new("ABC").unwrap()),
            ..Default::default()
        };
        let error = catalogue.import(&[file], &options).unwrap_err().to_string();
        assert!(error.contains("real data") && error.contains("--home"), "{error}");
    }
}
