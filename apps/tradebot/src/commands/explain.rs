//! `tradebot explain`: one decision as a waterfall, from the bar to the shares and what came of it.

use serde::Serialize;
use tradebot_domain::Moment;
use tradebot_journal::{
    DecisionRecord, OutcomeRecord, PositionRecord, RegimeRecord, TradeRecord, Verdict,
};

use self::features::FeatureReading;
use super::Context;
use super::page::Page;
use super::subject::{self, Lookup};
use crate::cli::ExplainArgs;
use crate::exit::Failure;
use crate::output;
use crate::reading::{self, Found};

mod features;
mod belief;
mod size;
mod aftermath;
#[cfg(test)]
pub(crate) mod sample;

pub(crate) use aftermath::outcome_words;
pub(crate) use size::{number, relation};

/// Everything there is to say about one decision. `--json` prints it; the names are a contract.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The run.
    run_id: String,
    /// The record, as the journal holds it.
    decision: DecisionRecord,
    /// Its features by name.
    features: Vec<FeatureReading>,
    /// The regime of the session; null while it was not determined.
    regime: Option<RegimeRecord>,
    /// How the bracket ended; null while that is not known, or when there was no bracket.
    outcome: Option<OutcomeRecord>,
    /// What happened to the intent, when there was one.
    history: Vec<IntentStep>,
    /// The round trip; null unless one was closed.
    trade: Option<TradeRecord>,
    /// The position as last marked; null unless it is still open.
    position: Option<PositionRecord>,
}

/// One event in the life of an intent.
#[derive(Debug, Clone, Serialize)]
struct IntentStep {
    session: Moment,
    event: String,
    note: String,
}

/// Prints the waterfall.
///
/// # Errors
/// A usage failure with the nearest decisions when there is none; when the database cannot be
/// read.
pub fn run(context: &Context, args: &ExplainArgs) -> Result<(), Failure> {
    let (name, date) = subject::split(&args.subject, args.date.as_deref())?;
    let found = reading::find(&context.home, &args.which)?;
    let symbol = subject::symbol(&found, name)?;
    match subject::lookup(&found, symbol, date)? {
        Lookup::Absent(absence) => Err(Failure::usage(format!(
            "there is no such decision in {}: {}",
            found.info.id,
            absence.told()
        ))),
        Lookup::Decision(record) => {
            let explanation = Explanation::gather(&found, *record)?;
            if args.json {
                return output::json(&explanation);
            }
            let mut page = Page::new();
            explanation.write(&mut page);
            output::line(&page.text())
        }
    }
}

impl Explanation {
    /// The record and all that belongs to it.
    fn gather(found: &Found, decision: DecisionRecord) -> Result<Self, Failure> {
        let (reader, run, id) = (&found.reader, found.info.key, decision.id);
        let mut explanation = Self {
            run_id: found.info.id.clone(),
            features: features::read(found, &decision)?,
            regime: reader.regimes(run)?.into_iter().rfind(|r| r.session <= id.session),
            outcome: reader.outcomes(run)?.into_iter().find(|o| o.id == id),
            history: Vec::new(),
            trade: None,
            position: None,
            decision,
        };
        if let Verdict::Trade { intent_id, .. } = &explanation.decision.verdict {
            let step = |(_, session, event, note)| IntentStep { session, event, note };
            explanation.history =
                reader.intent_events(run, intent_id)?.into_iter().map(step).collect();
            explanation.trade = reader.trades(run)?.into_iter().find(|t| t.decision == id);
            let mut open = reader.open_positions(run)?.into_iter();
            explanation.position = open.find(|p| p.intent_id == *intent_id);
        }
        Ok(explanation)
    }

    /// The waterfall, top to bottom in the order of a cycle.
    fn write(&self, page: &mut Page) {
        page.title(&self.headline());
        belief::data(page, &self.decision);
        belief::regime(page, self.regime.as_ref(), &self.decision);
        features::section(page, &self.features);
        belief::members(page, &self.decision);
        belief::consensus(page, &self.decision);
        size::basis(page, &self.decision);
        size::bracket(page, &self.decision);
        size::sizing(page, &self.decision);
        size::checks(page, &self.decision);
        size::verdict(page, &self.decision);
        aftermath::section(page, self);
    }

    fn headline(&self) -> String {
        let id = self.decision.id;
        let verdict = match &self.decision.verdict {
            Verdict::Trade { shares, basis, .. } => {
                format!("a trade of {shares} shares ({})", basis.name())
            }
            Verdict::NoTrade { reason, .. } => format!("no trade ({reason})"),
        };
        format!("{} on {} in {}: {verdict}", id.symbol, id.session, self.run_id)
    }
}

#[cfg(test)]
mod tests;
