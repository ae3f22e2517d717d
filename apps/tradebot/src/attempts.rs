//! The ledger of attempts: every run ends in it, and every verdict counts what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tradebot_backtest::sharpe::SharpeEstimate;
use tradebot_backtest::{Assessment, AssessmentConfig, RunResult, assess_with};
use tradebot_domain::Timestamp;
use tradebot_storage::{DistinctTrial, Mode, Store, Trial, TrialKind};

use crate::exit::Failure;
use crate::manifest::Manifest;

/// Judges a run as the best of all attempts on record in this home, whatever they were made on:
/// who tries one idea on many histories has tried often too.
pub fn assess(home: &Path, result: &RunResult) -> Assessment {
    let attempts = distinct(home);
    let ratios: Vec<f64> = attempts.iter().filter_map(|trial| trial.sharpe).collect();
    let own = AssessmentConfig::of(result);
    let trials = u32::try_from(attempts.len()).unwrap_or(u32::MAX).max(1);
    assess_with(result, AssessmentConfig { trials, trial_variance: variance(&ratios), ..own })
}

/// Different attempts on record in this home.
pub fn count(home: &Path) -> u32 {
    u32::try_from(distinct(home).len()).unwrap_or(u32::MAX)
}

/// Digests of data and configuration of every attempt on record in this home.
pub fn known(home: &Path) -> BTreeSet<(String, String)> {
    distinct(home).into_iter().map(|t| (t.data_digest, t.config_digest)).collect()
}

/// Questions tried in any mode, once each. A file that cannot be read has been said to be so by the
/// command that reads its runs; one of an older version has no ledger yet.
fn distinct(home: &Path) -> Vec<DistinctTrial> {
    let mut known: BTreeMap<(String, String), DistinctTrial> = BTreeMap::new();
    for mode in Mode::ALL.into_iter().filter(|mode| mode.database(home).is_file()) {
        let trials = Store::open_read(home, mode).and_then(|reader| reader.distinct_trials());
        match trials {
            Ok(trials) => known.extend(
                trials.into_iter().map(|t| ((t.data_digest.clone(), t.config_digest.clone()), t)),
            ),
            Err(e) => tracing::warn!(%mode, error = %e, "attempts cannot be counted"),
        }
    }
    known.into_values().collect()
}

/// Sample variance; none for fewer than two.
fn variance(ratios: &[f64]) -> Option<f64> {
    let n = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / n;
    let squares: f64 = ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum();
    (ratios.len() > 1).then(|| squares / (n - 1.0))
}

/// Adds a finished run to the ledger.
///
/// # Errors
/// When the database cannot be written.
pub fn record(
    store: &mut Store,
    manifest: &Manifest,
    result: &RunResult,
    at: Timestamp,
) -> Result<(), Failure> {
    let Some(finished) = &result.finished else { return Ok(()) };
    let returns = result.returns();
    let question = serde_json::json!({ "strategy": "ensemble", "settings": manifest.settings });
    store.record_trials(&[Trial {
        at,
        kind: TrialKind::Run,
        source: result.run_id.clone(),
        question: question.to_string(),
        config_digest: manifest.config_digest.clone(),
        data_digest: manifest.data_digest.clone(),
        code: manifest.program.short(),
        seed: result.started.seed,
        sessions: returns.len() as u64,
        sharpe: SharpeEstimate::of(&returns).map(|estimate| estimate.ratio),
        final_equity: finished.final_equity,
        digest: finished.digest.clone(),
    }])?;
    Ok(())
}
