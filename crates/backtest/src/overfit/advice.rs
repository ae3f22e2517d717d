//! Deploy, do not deploy, or undecided: one word about the best of a panel.
//!
//! Beside the words about a finished run in [`crate::verdict`], which read its trades and forecasts
//! from the journal, this judges bare returns of many strategies of which the best was picked.
//!
//! Three questions are asked that fail in different ways: the deflated Sharpe ratio counts attempts
//! but trusts their measured variance; the test for superior ability resamples and so sees how
//! attempts and sessions hang together, but not whether picking works; the halves of
//! [`cscv`](fn@super::cscv) see only whether picking works. `Deploy` needs all three, so pure noise
//! is deployed no more often than the strictest of them errs.
//!
//! **How often, measured on made-up returns.** Without merit, 1 % of panels of 2 to 20 strategies
//! were deployed at most, and of single strategies, where nothing was chosen, the one in twenty that
//! the confidence allows. A strategy with a true Sharpe ratio of 2.5 a year among 19 without merit,
//! on five years of sessions (N = 20, T = 1,260), was deployed nine times in ten; with a ratio of 2
//! that takes about eight years, as long as ratio times root of years is 5.6. Weaker or shorter ones
//! are mostly left undecided, which is what such data can say.

use serde::{Deserialize, Serialize};

use super::{CscvError, Panel, Trials, cscv};
use crate::bootstrap::block_length;
use crate::comparison::{Recentring, superior_predictive_ability};
use crate::performance::SESSIONS_PER_YEAR;

/// What to do with the best strategy of a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Better than luck by all tests.
    Deploy,
    /// No better than the best of as many attempts without merit, or picked by a choice that does
    /// not hold.
    DoNotDeploy,
    /// Neither is shown: more history is needed.
    Undecided,
}

/// When a panel is good enough. A probability is a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdviceConfig {
    /// Confidence wanted of the deflated Sharpe ratio and of the test for superior ability.
    pub confidence: f64,
    /// Probability of overfitting up to which the choice counts as holding.
    pub overfitting_max: f64,
    /// Sessions below which nothing is deployed.
    pub sessions_min: usize,
    /// Attempts on this history that are not in the panel.
    pub uncounted: u32,
    /// Blocks that history is cut into, an even number.
    pub blocks: usize,
    /// Resampled histories, and their seed.
    pub replications: usize,
    /// Seed of the resampling.
    pub seed: u64,
}

impl Default for AdviceConfig {
    /// 95 %, a probability of overfitting of one in five, a year, 10 blocks, 2,000 replicates.
    fn default() -> Self {
        Self {
            confidence: 0.95,
            overfitting_max: 0.2,
            sessions_min: 252,
            uncounted: 0,
            blocks: 10,
            replications: 2_000,
            seed: 1,
        }
    }
}

/// The advice and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelVerdict {
    /// In one word.
    pub advice: Advice,
    /// In one sentence.
    pub reason: String,
    /// Sessions of the panel.
    pub sessions: usize,
    /// The attempts and the best of them; `None` when no strategy has variance.
    pub trials: Option<Trials>,
    /// Probability that the true ratio of the best is above what the best without merit shows.
    pub deflated: Option<f64>,
    /// Probability of backtest overfitting; `None` for a panel of one strategy, where nothing was
    /// chosen.
    pub overfitting: Option<f64>,
    /// P-value of the best strategy being better than cash (Hansen, consistent). `None` when it
    /// could not be tested.
    pub superior_p_value: Option<f64>,
    /// Sessions after which a ratio like this one would pass the deflated test.
    pub sessions_needed: Option<f64>,
}

/// Judges the best strategy of a panel that holds all that were tried.
///
/// - [`Advice::Deploy`]: at least `sessions_min` sessions, the deflated Sharpe ratio at the
///   confidence or more, the p-value of superior ability at one less it or less, and the
///   probability of overfitting at most `overfitting_max`.
/// - [`Advice::DoNotDeploy`]: the best ratio is 0 or less, the deflated probability is below one
///   half (attempts without merit are expected to show more), or the probability of overfitting is
///   above one half (picking does worse than throwing dice).
/// - [`Advice::Undecided`]: all else.
///
/// # Errors
/// [`CscvError`] when the panel is shorter than the blocks or their number is not even.
pub fn advise(panel: &Panel, config: &AdviceConfig) -> Result<PanelVerdict, CscvError> {
    let overfitting = match panel.strategies() {
        1 => None,
        _ => Some(cscv(panel, config.blocks)?.probability),
    };
    let trials = Trials::of(panel).map(|trials| trials.with_uncounted(config.uncounted));
    let mut verdict = PanelVerdict {
        advice: Advice::Undecided,
        reason: String::new(),
        sessions: panel.sessions(),
        deflated: trials.as_ref().and_then(Trials::deflated),
        overfitting,
        superior_p_value: trials.as_ref().and_then(|trials| superior(panel, trials, config)),
        sessions_needed: trials.as_ref().and_then(|t| t.minimum_track_record(config.confidence)),
        trials,
    };
    (verdict.advice, verdict.reason) = judge(&verdict, config);
    Ok(verdict)
}

/// P-value against cash, in stretches as long as the best strategy's returns ask for; strategies
/// without variance earn nothing and cannot be the best.
fn superior(panel: &Panel, trials: &Trials, config: &AdviceConfig) -> Option<f64> {
    let active: Vec<Vec<f64>> = (0..panel.strategies())
        .filter(|k| trials.ratios[*k].is_some())
        .map(|k| panel.column(k))
        .collect();
    let block = block_length(&panel.column(trials.best))?.stationary;
    let test = superior_predictive_ability(&active, block, config.replications, config.seed)?;
    Some(test.p_value(Recentring::Consistent))
}

fn judge(of: &PanelVerdict, config: &AdviceConfig) -> (Advice, String) {
    let Some(trials) = &of.trials else {
        return (Advice::DoNotDeploy, "No strategy of the panel did anything.".to_owned());
    };
    let deflated = of.deflated.unwrap_or(0.0);
    if let Some(against) = against(of, trials, deflated) {
        return (Advice::DoNotDeploy, against);
    }
    let missing = missing(of, deflated, config);
    if missing.is_empty() {
        let reason = format!(
            "The best of {} attempts, {}, is better than luck: the probability of a merit beyond \
             theirs is {:.1} %, and the choice holds out of sample.",
            trials.count,
            annual(trials.estimate.ratio),
            100.0 * deflated,
        );
        return (Advice::Deploy, reason);
    }
    let needed = of
        .sessions_needed
        .filter(|needed| *needed > of.sessions as f64)
        .map_or_else(String::new, |needed| {
            format!(" It would take about {needed:.0} sessions; there are {}.", of.sessions)
        });
    (Advice::Undecided, format!("Neither merit nor luck is shown: {}.{needed}", missing.join(", ")))
}

/// What speaks against the best strategy, if anything does.
fn against(of: &PanelVerdict, trials: &Trials, deflated: f64) -> Option<String> {
    if trials.estimate.ratio <= 0.0 {
        return Some("Not even the best attempt earned anything.".to_owned());
    }
    if deflated < 0.5 {
        return Some(format!(
            "The best of {} attempts shows {}; without any merit {} would be expected.",
            trials.count,
            annual(trials.estimate.ratio),
            annual(trials.benchmark()),
        ));
    }
    of.overfitting.filter(|probability| *probability > 0.5).map(|probability| {
        format!(
            "What is chosen on one half of history is below the median on the other in {:.0} % of \
             the halves.",
            100.0 * probability,
        )
    })
}

/// The conditions that do not hold, in words.
fn missing(of: &PanelVerdict, deflated: f64, config: &AdviceConfig) -> Vec<String> {
    let mut missing = Vec::new();
    if of.sessions < config.sessions_min {
        missing.push(format!("{} sessions are fewer than {}", of.sessions, config.sessions_min));
    }
    if deflated < config.confidence {
        missing.push(format!(
            "the probability of a merit beyond that of the best attempt by luck is {:.1} %",
            100.0 * deflated,
        ));
    }
    match of.superior_p_value {
        Some(p) if p <= 1.0 - config.confidence => {}
        Some(p) => missing.push(format!("resampled without merit, {:.1} % do as well", 100.0 * p)),
        None => missing.push("superior ability could not be tested".to_owned()),
    }
    if let Some(probability) = of.overfitting.filter(|p| *p > config.overfitting_max) {
        missing.push(format!("the probability of overfitting is {:.0} %", 100.0 * probability));
    }
    missing
}

fn annual(ratio: f64) -> String {
    format!("a Sharpe ratio of {:.2} a year", ratio * SESSIONS_PER_YEAR.sqrt())
}

#[cfg(test)]
mod tests;
