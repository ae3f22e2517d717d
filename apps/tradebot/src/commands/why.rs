//! `tradebot why`: why there was no trade, in a sentence, and what would have changed it.

use serde::Serialize;
use tradebot_domain::{Moment, Symbol};
use tradebot_journal::{DecisionRecord, OutcomeRecord, Verdict};

use self::reason::Holding;
use super::Context;
use super::explain::outcome_words;
use super::page::Page;
use super::subject::{self, Absence, Lookup};
use crate::cli::WhyArgs;
use crate::exit::Failure;
use crate::output;
use crate::progress::say;
use crate::reading::{self, Found};

mod reason;

/// The answer. `--json` prints it; the names are a contract.
#[derive(Debug, Clone, Serialize)]
struct Answer {
    run_id: String,
    symbol: Symbol,
    session: Moment,
    /// There was a trade after all.
    traded: bool,
    /// Machine-readable: the verdict's reason, or why there is no decision; null for a trade.
    reason: Option<String>,
    /// The answer in a sentence.
    sentence: String,
    /// What would have changed it; null when nothing could, or nothing is known to.
    change: Option<String>,
    /// What the bracket did, taken or not; null when there was none, or it has not ended.
    outcome: Option<OutcomeRecord>,
}

/// Answers.
///
/// # Errors
/// A usage failure for a symbol that the run does not trade, or for what is no date; when the
/// database cannot be read.
pub fn run(context: &Context, args: &WhyArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    let symbol = subject::symbol(&found, &args.symbol)?;
    let answer = match subject::lookup(&found, symbol, &args.date)? {
        Lookup::Absent(absence) => absent(&found, &absence),
        Lookup::Decision(record) => decided(&found, &record)?,
    };
    if args.json {
        return output::json(&answer);
    }
    output::line(&answer.page().text())?;
    if !context.global.quiet && answer.has_record() {
        let run = match args.which.run.as_str() {
            "latest" => String::new(),
            run => format!(" --run {run}"),
        };
        say(&format!("the whole record: tradebot explain {symbol} {}{run}", answer.session));
    }
    Ok(())
}

fn absent(found: &Found, absence: &Absence) -> Answer {
    Answer {
        run_id: found.info.id.clone(),
        symbol: absence.symbol,
        session: absence.date,
        traded: false,
        reason: Some(absence.code().to_owned()),
        sentence: format!(
            "No decision on {} on {}: {}.",
            absence.symbol,
            absence.date,
            absence.told()
        ),
        change: None,
        outcome: None,
    }
}

fn decided(found: &Found, record: &DecisionRecord) -> Result<Answer, Failure> {
    let (run, id) = (found.info.key, record.id);
    let outcome = found.reader.outcomes(run)?.into_iter().find(|o| o.id == id);
    let mut answer = Answer {
        run_id: found.info.id.clone(),
        symbol: id.symbol,
        session: id.session,
        traded: false,
        reason: None,
        sentence: String::new(),
        change: None,
        outcome,
    };
    match &record.verdict {
        Verdict::Trade { intent_id, shares, basis, .. } => {
            answer.traded = true;
            answer.sentence = format!(
                "There was a trade: {shares} shares of {} were ordered on the close of {} ({}, \
                 intent {intent_id}).",
                id.symbol,
                id.session,
                basis.name()
            );
        }
        Verdict::NoTrade { reason, detail } => {
            let holding = holding(found, id.symbol, id.session)?;
            let because = reason::because(record, reason, detail, holding.as_ref());
            answer.reason = Some(reason.clone());
            answer.sentence =
                format!("No trade in {} on {}: {}.", id.symbol, id.session, because.sentence);
            answer.change = because.change;
        }
    }
    Ok(answer)
}

/// The position in a symbol at the close of a session.
fn holding(found: &Found, symbol: Symbol, session: Moment) -> Result<Option<Holding>, Failure> {
    let run = found.info.key;
    let closed = found
        .reader
        .trades(run)?
        .into_iter()
        .find(|t| t.symbol == symbol && t.entry_session <= session && session < t.exit_session);
    if let Some(t) = closed {
        let (since, until) = (t.entry_session, Some(t.exit_session));
        return Ok(Some(Holding { shares: t.entry_shares, since, until }));
    }
    let mut open = found.reader.open_positions(run)?.into_iter();
    let open = open.find(|p| p.symbol == symbol && p.entry_session <= session);
    Ok(open.map(|p| Holding { shares: p.shares, since: p.entry_session, until: None }))
}

impl Answer {
    fn has_record(&self) -> bool {
        self.traded || self.sentence.starts_with("No trade")
    }

    fn page(&self) -> Page {
        let mut page = Page::new();
        page.title(&self.sentence);
        if let Some(change) = &self.change {
            page.title(&format!("What would have changed it: {change}"));
        }
        if let Some(outcome) = &self.outcome {
            page.title(&outcome_words(outcome));
        }
        page
    }
}
