//! `tradebot skill`: how good each member and the ensemble were, out of sample.

use tradebot_backtest::skill::ForecasterSkill;

use super::{Context, columns};
use crate::cli::{Format, TableArgs};
use crate::exit::Failure;
use crate::output::{Column, number, text};
use crate::{attempts, reading};

const COLUMNS: [Column; 16] = [
    text("forecaster"),
    number("forecasts"),
    number("effective"),
    number("sessions"),
    number("base_rate"),
    number("brier"),
    number("base_brier"),
    number("skill"),
    number("skill_lo"),
    number("skill_hi"),
    number("auc"),
    number("ece"),
    number("accuracy"),
    number("majority"),
    number("accuracy_20"),
    number("majority_20"),
];

/// What a narrow terminal can do without, the first first.
const DISPENSABLE: [&str; 8] = [
    "effective",
    "sessions",
    "base_rate",
    "base_brier",
    "majority_20",
    "accuracy_20",
    "ece",
    "auc",
];

/// Prints one line per member, the plain mean and the consensus.
///
/// # Errors
/// When there is no such run, or the database cannot be read.
pub fn run(context: &Context, args: &TableArgs) -> Result<(), Failure> {
    let found = reading::find(&context.home, &args.which)?;
    let result = reading::result(&context.home, found.mode, &found.info.id)?;
    let skill = attempts::assess(&context.home, &result).skill;
    let ensemble = skill.equal_weight.into_iter().chain(skill.consensus);
    let forecasters: Vec<ForecasterSkill> = skill.members.into_iter().chain(ensemble).collect();
    let when_empty = format!("{}: no forecast has an outcome yet", found.info.id);
    let cells = |f: &ForecasterSkill| cells(f, args.format);
    columns::records(args.format, &COLUMNS, &DISPENSABLE, &forecasters, cells, &when_empty)
}

/// People get percent, programs the plain numbers; what is not defined is empty.
fn cells(f: &ForecasterSkill, format: Format) -> Vec<String> {
    let plain = |value: Option<f64>, digits: usize| match value {
        None => String::new(),
        Some(value) if format.csv => value.to_string(),
        Some(value) => format!("{value:.digits$}"),
    };
    let share = |value: Option<f64>| match value {
        Some(value) if !format.csv => format!("{:.1} %", value * 100.0),
        other => plain(other, 4),
    };
    // The surest fifth.
    let surest = f.at_coverage.iter().find(|at| (at.coverage - 0.2).abs() < 1e-9);
    vec![
        f.name.clone(),
        f.forecasts.to_string(),
        plain(Some(f.effective), 0),
        f.sessions.to_string(),
        share(Some(f.base_rate)),
        plain(Some(f.brier), 4),
        plain(Some(f.row_rate_brier), 4),
        share(f.brier_skill),
        share(f.brier_skill_95.map(|i| i.lo)),
        share(f.brier_skill_95.map(|i| i.hi)),
        plain(f.auc, 3),
        plain(Some(f.calibration_error), 3),
        share(Some(f.accuracy)),
        share(Some(f.majority)),
        share(surest.map(|at| at.accuracy)),
        share(surest.map(|at| at.majority)),
    ]
}
