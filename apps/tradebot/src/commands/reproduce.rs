//! `tradebot reproduce`: computes a run again from its manifest and compares.

use std::process::ExitCode;

use serde::Serialize;
use tradebot_backtest::{Ending, replay};
use tradebot_domain::Money;
use tradebot_engine::Silent;
use tradebot_journal::{Event, Ledger, LedgerError, RunDigest, RunFinished};

use super::Context;
use crate::cli::ReproduceArgs;
use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::manifest::{Manifest, Program};
use crate::market::Market;
use crate::progress::say;
use crate::{output, reading, replaying};

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer {
    run: String,
    reproduced: bool,
    then: Came,
    now: Came,
    data_digest: String,
    config_digest: String,
    seed: u64,
}

/// What a run came to, and by which program.
#[derive(Debug, PartialEq, Serialize)]
struct Came {
    program: String,
    digest: String,
    decisions: u64,
    trades: u32,
    final_equity: Money,
}

/// Computes the run again, in memory; nothing in the home folder changes.
///
/// # Errors
/// When the run is not finished or has no manifest, its data are no longer there, or this program
/// understands its settings otherwise.
pub fn run(context: &Context, args: &ReproduceArgs) -> Result<ExitCode, Failure> {
    replaying::set_threads(args.threads)?;
    let found = reading::find_named(&context.home, &args.run, args.mode.map(Into::into))?;
    let id = found.info.id.clone();
    let Some(before) = &found.info.result else {
        return Err(Failure::usage(format!(
            "{id} is not finished; the command that began it continues it"
        )));
    };
    let Some(text) = found.reader.manifest(found.info.key)? else {
        return Err(Failure::usage(format!(
            "{id} was made by a version that kept no manifest; repeat it with the command that made it"
        )));
    };
    let manifest: Manifest = serde_json::from_str(&text)
        .map_err(|e| Failure::work(format!("the manifest of {id} does not read back: {e}")))?;
    let finished = again(context, &id, &manifest)?;
    let answer = Answer {
        then: Came {
            program: manifest.program.short(),
            digest: before.digest.clone(),
            decisions: before.decisions,
            trades: before.trades,
            final_equity: before.final_equity,
        },
        now: now(&finished),
        reproduced: before.digest == finished.digest
            && before.final_equity == finished.final_equity,
        run: id,
        data_digest: manifest.data_digest,
        config_digest: manifest.config_digest,
        seed: manifest.settings.seed,
    };
    if args.json {
        output::json(&answer)?;
    } else {
        output::line(&words(&answer))?;
    }
    Ok(if answer.reproduced { ExitCode::SUCCESS } else { ExitCode::from(crate::exit::FAILED) })
}

fn again(context: &Context, id: &str, manifest: &Manifest) -> Result<RunFinished, Failure> {
    let market = Market::load(&manifest.settings, &context.home)?;
    let mut engine = market.engine(manifest.config(&market)?)?;
    if let Some(origin) = &manifest.warm_start {
        engine.warm_start(origin, &reading::learned_sessions(&context.home, origin)?)?;
    }
    let started = engine.started();
    if started.data_digest != manifest.data_digest {
        return Err(Failure::work(format!(
            "{id} cannot be reproduced: its market data ({}) had the digest {}, now they have {}; \
             bring back the data that it was made on",
            manifest.data_source, manifest.data_digest, started.data_digest
        )));
    }
    if started.config_digest != manifest.config_digest {
        return Err(Failure::work(format!(
            "{id} cannot be reproduced: this program ({}) understands its settings otherwise than \
             {} did",
            Program::this().short(),
            manifest.program.short()
        )));
    }
    if !context.global.quiet {
        say(&format!("{id} is computed again"));
    }
    let interrupt = Interrupt::listen();
    let (mut warm_up, mut sessions) = market.feeds()?;
    let feeds = (&mut warm_up as _, &mut sessions as _);
    let mut ledger = DigestOnly::default();
    match replay(&mut engine, feeds, &mut ledger, &mut Silent, &mut || interrupt.asked())? {
        Ending::Finished(finished) => Ok(finished),
        Ending::Interrupted { .. } => Err(Failure::interrupted("interrupted; nothing was changed")),
    }
}

fn now(finished: &RunFinished) -> Came {
    Came {
        program: Program::this().short(),
        digest: finished.digest.clone(),
        decisions: finished.decisions,
        trades: finished.trades,
        final_equity: finished.final_equity,
    }
}

fn words(answer: &Answer) -> String {
    let Answer { run, then, now, .. } = answer;
    if answer.reproduced {
        return format!(
            "{run} reproduced: {} decisions, {} trades, {}, digest {}",
            now.decisions, now.trades, now.final_equity, now.digest
        );
    }
    format!(
        "{run} NOT reproduced\n  then  {} decisions, {} trades, {}, digest {}, by {}\n  \
         now   {} decisions, {} trades, {}, digest {}, by {}",
        then.decisions,
        then.trades,
        then.final_equity,
        then.digest,
        then.program,
        now.decisions,
        now.trades,
        now.final_equity,
        now.digest,
        now.program
    )
}

/// A ledger that keeps nothing but the digest.
#[derive(Default)]
struct DigestOnly(RunDigest);

impl Ledger for DigestOnly {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        if matches!(event, Event::Decision(_) | Event::Fill(_)) {
            self.0.update(event, &serde_json::to_vec(event)?);
        }
        Ok(())
    }

    fn commit(&mut self, _force: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn artefact(&mut self, _training_digest: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> String {
        self.0.hex()
    }
}
