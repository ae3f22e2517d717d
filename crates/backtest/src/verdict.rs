//! What the figures mean, in plain words, and whether they could be luck.
//!
//! Nothing is claimed that an interval does not support: a gain counts as more than luck only when
//! the whole interval of the Sharpe ratio is above 0 and its probability, deflated by the attempts
//! made, is at least 95 %; skill only when the whole interval of the Brier skill is above 0 and
//! the test that the run itself sizes by agrees.

mod points;
mod words;

use serde::{Deserialize, Serialize};
use tradebot_journal::SizeBasis;

use crate::assess::Assessment;
use crate::performance::SESSIONS_PER_YEAR;
use crate::result::RunResult;
use words::{number, percent, span, years};

/// Closes and closed trades below which nothing can be told from luck. A convention: one year, and
/// as many trades as a mean needs to be roughly normal.
const CLOSES_MIN: f64 = SESSIONS_PER_YEAR;
const TRADES_MIN: usize = 30;

/// Probability from which a ratio counts as above 0.
const CONFIDENCE: f64 = 0.95;

/// The verdict in one word, for colours and conditions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// No session, or no closed trade.
    #[default]
    NothingToJudge,
    /// Under a year or under 30 trades.
    TooShort,
    /// No gain.
    Loss,
    /// A gain that chance could have made.
    CouldBeLuck,
    /// A gain beyond chance which the forecasts did not earn.
    GainWithoutSkill,
    /// A gain beyond chance, forecasts beyond the base rate, and trades sized on them.
    Skill,
}

/// What a reader should take away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// In one word.
    pub finding: Finding,
    /// In one sentence.
    pub headline: String,
    /// The reasons, one sentence or two each, the weightiest first.
    pub points: Vec<String>,
}

/// Words for an assessment (whose own verdict is not looked at).
pub(crate) fn verdict(of: &Assessment, result: &RunResult) -> Verdict {
    let finding = finding(of);
    Verdict { finding, headline: headline(finding, of), points: points::all(of, result) }
}

fn finding(of: &Assessment) -> Finding {
    if of.performance.sessions == 0 || of.trades.all.trades == 0 {
        Finding::NothingToJudge
    } else if is_short(of) {
        Finding::TooShort
    } else if of.performance.total_return.is_none_or(|total| total <= 0.0) {
        Finding::Loss
    } else if !is_beyond_luck(of) {
        Finding::CouldBeLuck
    } else if is_skilled(of) && trades_on_skill(of) > 0 {
        Finding::Skill
    } else {
        Finding::GainWithoutSkill
    }
}

fn is_short(of: &Assessment) -> bool {
    (of.activity.sessions as f64) < CLOSES_MIN || of.trades.all.trades < TRADES_MIN
}

fn is_beyond_luck(of: &Assessment) -> bool {
    let interval = of.intervals.as_ref().and_then(|i| i.sharpe);
    let deflated = of.sharpe.as_ref().and_then(|s| s.deflated.probability);
    interval.is_some_and(|i| i.lo > 0.0) && deflated.is_some_and(|p| p >= CONFIDENCE)
}

/// Both tests, where the run has one of its own.
fn is_skilled(of: &Assessment) -> bool {
    of.skill.consensus.as_ref().is_some_and(|c| c.shown)
        && of.own_skill_test.is_none_or(|test| test.shown)
}

fn trades_on_skill(of: &Assessment) -> usize {
    of.trades.by_basis.get(&SizeBasis::Skill).map_or(0, |s| s.trades)
}

fn headline(finding: Finding, of: &Assessment) -> String {
    match finding {
        Finding::NothingToJudge if of.performance.sessions == 0 => {
            "There is nothing to judge yet: no session after the first.".to_owned()
        }
        Finding::NothingToJudge => "There is nothing to judge: no trade was closed.".to_owned(),
        Finding::TooShort => format!(
            "Too short to tell skill from luck: {} closed trades in {}.",
            of.trades.all.trades,
            years(of.years),
        ),
        Finding::Loss => loss(of),
        Finding::CouldBeLuck => luck(of),
        Finding::GainWithoutSkill if is_skilled(of) => {
            "The gain is unlikely to be luck alone, but no trade was sized on what the forecasts \
             knew."
                .to_owned()
        }
        Finding::GainWithoutSkill => {
            "The gain is unlikely to be luck alone, but no skill of the forecasts is shown: being \
             invested may be all there is to it."
                .to_owned()
        }
        Finding::Skill => {
            "The gain is unlikely to be luck alone, and the forecasts knew more than the base rate."
                .to_owned()
        }
    }
}

fn loss(of: &Assessment) -> String {
    let total = of.performance.total_return.unwrap_or_default();
    let what = if total < 0.0 {
        format!("The run lost {} in {}", percent(-total), years(of.years))
    } else {
        format!("The run gained nothing in {}", years(of.years))
    };
    match of.intervals.as_ref().and_then(|i| i.sharpe) {
        Some(interval) if interval.hi < 0.0 => format!("{what}, and bad luck does not explain it."),
        _ => format!("{what}; bad luck alone could explain it, and so could having no edge."),
    }
}

fn luck(of: &Assessment) -> String {
    let sharpe = of.performance.sharpe.map_or_else(|| "not defined".to_owned(), number);
    match of.intervals.as_ref().and_then(|i| i.sharpe) {
        Some(interval) if interval.lo <= 0.0 => format!(
            "This result could be luck: the Sharpe ratio is {sharpe}, its 90 % interval {}.",
            span(interval, number),
        ),
        Some(_) if of.config.trials == 1 => format!(
            "This result could be luck: a Sharpe ratio of {sharpe} is not enough on a history of \
             this length."
        ),
        Some(_) => format!(
            "This result could be luck: a Sharpe ratio of {sharpe} is not enough after {} attempts \
             on this history.",
            of.config.trials,
        ),
        None => {
            format!("This result could be luck: the Sharpe ratio is {sharpe}, without an interval.")
        }
    }
}

#[cfg(test)]
mod tests;
