//! The three detectors, on studies.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Subject;
use super::plant::Plant;
use super::study::{Key, Part, REFIT_SESSIONS, SESSIONS_MIN, Study, StudyError};
use super::world::World;

/// What raises an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Detector {
    /// A value changed when later facts were taken away.
    Prefix,
    /// A feature goes along with the next return beyond belief, and not when delayed.
    Shift,
    /// Skill on outcomes that were dealt out at random.
    Permutation,
}

/// Cuts of a world.
const CUTS: usize = 5;
/// Rank correlation with the next return that no honest daily feature reaches.
pub const ASSOCIATION_MAX: f64 = 0.25;
/// Standard errors of skill on dealt outcomes that are beyond chance for as many as are tested.
pub const CHANCE_ERRORS: f64 = 4.0;

/// Every part of a study with the alarms it raises.
///
/// # Errors
/// [`StudyError`] when the world cannot be studied.
pub fn alarms(world: &World, plant: Option<Plant>, seed: u64) -> Result<Vec<Subject>, StudyError> {
    let whole = Study::run(world, plant, None)?;
    let changed = changed_parts(world, plant, &whole)?;
    let held = held_columns(&whole);
    let dealt = Study::run(world, plant, Some(seed))?;
    let skilled =
        skill_errors(dealt.forecasts.iter().map(|f| (f.p, f.base, f.won))) > CHANCE_ERRORS;
    let parts: BTreeSet<Part> = whole.values.keys().map(|(_, _, part)| *part).collect();
    let subject = |part: Part| {
        let mut alarms = Vec::new();
        if changed.contains(&part) {
            alarms.push(Detector::Prefix);
        }
        if matches!(part, Part::Feature(column) if held.contains(&column)) {
            alarms.push(Detector::Shift);
        }
        if part == Part::Consensus && skilled {
            alarms.push(Detector::Permutation);
        }
        Subject { name: name(&whole, part), alarms }
    };
    Ok(parts.into_iter().map(subject).collect())
}

fn name(study: &Study, part: Part) -> String {
    let member = |at: u16| &study.members[usize::from(at)];
    match part {
        Part::Feature(column) => study.columns[usize::from(column)].clone(),
        Part::Label => "label".to_owned(),
        Part::Raw(at) => format!("{} score", member(at)),
        Part::Calibrated(at) => format!("{} calibrated", member(at)),
        Part::Weight(at) => format!("{} weight", member(at)),
        Part::Consensus => "consensus".to_owned(),
    }
}

/// Parts that, for some session, are not what they were when the world ended with it.
///
/// The cuts lie one session after refits: what leaks into a fit is seen best there.
fn changed_parts(
    world: &World,
    plant: Option<Plant>,
    whole: &Study,
) -> Result<BTreeSet<Part>, StudyError> {
    let mut changed = BTreeSet::new();
    for cut in cuts(world.sessions().len()) {
        let then = Study::run(&world.as_of(cut), plant, None)?;
        let until: BTreeMap<&Key, u64> =
            whole.values.range(..(cut + 1, 0, Part::Feature(0))).map(|(k, v)| (k, *v)).collect();
        let of_then: BTreeMap<&Key, u64> = then.values.iter().map(|(k, v)| (k, *v)).collect();
        let keys: BTreeSet<&Key> = until.keys().chain(of_then.keys()).copied().collect();
        changed.extend(keys.into_iter().filter(|k| until.get(k) != of_then.get(k)).map(|k| k.2));
    }
    Ok(changed)
}

fn cuts(sessions: usize) -> Vec<usize> {
    let first = SESSIONS_MIN.div_ceil(REFIT_SESSIONS);
    let last = (sessions - 2) / REFIT_SESSIONS;
    let step = ((last + 1).saturating_sub(first) / CUTS).max(1);
    (first..=last).step_by(step).take(CUTS).map(|refit| refit * REFIT_SESSIONS + 1).collect()
}

/// Columns that hold the next return.
fn held_columns(study: &Study) -> BTreeSet<u16> {
    let stocks: BTreeSet<usize> = study.rows.keys().map(|(_, stock)| *stock).collect();
    let columns = u16::try_from(study.columns.len()).expect("features are counted in 16 bits");
    let holds = |column: &u16| {
        let at = usize::from(*column);
        let (mut now, mut delayed) = (Vec::new(), Vec::new());
        for stock in &stocks {
            let of_stock = study.rows.iter().filter(|((_, s), _)| s == stock);
            let mut before: Option<f64> = None;
            for ((session, _), row) in of_stock {
                if let Some(next) = study.next_returns.get(&(*session, *stock)) {
                    now.push((row[at], *next));
                    delayed.extend(before.map(|value| (value, *next)));
                }
                before = Some(row[at]);
            }
        }
        holds_next_return(&now, &delayed)
    };
    (0..columns).filter(holds).collect()
}

/// Values beside the next return, as they are and delayed by one bar.
///
/// - **Alarm:** the rank correlation is above [`ASSOCIATION_MAX`] and the delay takes away more than
///   half of it, or the delay makes it that strong.
pub fn holds_next_return(now: &[(f64, f64)], delayed: &[(f64, f64)]) -> bool {
    let (now, delayed) = (rank_correlation(now).abs(), rank_correlation(delayed).abs());
    (now > ASSOCIATION_MAX && delayed < 0.5 * now)
        || (delayed > ASSOCIATION_MAX && now < 0.5 * delayed)
}

/// Spearman's rank correlation, mean ranks for ties; 0 when one side never changes.
fn rank_correlation(pairs: &[(f64, f64)]) -> f64 {
    let x = ranks(&pairs.iter().map(|(x, _)| *x).collect::<Vec<_>>());
    let y = ranks(&pairs.iter().map(|(_, y)| *y).collect::<Vec<_>>());
    let n = pairs.len() as f64;
    let mean = f64::midpoint(n, 1.0);
    let moment = |a: &[f64], b: &[f64]| -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let scale = (moment(&x, &x) * moment(&y, &y)).sqrt();
    if scale > 0.0 { moment(&x, &y) / scale } else { 0.0 }
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let ties =
            order[from..].iter().take_while(|&&at| values[at] == values[order[from]]).count();
        let rank = from as f64 + f64::midpoint(ties as f64, 1.0);
        order[from..from + ties].iter().for_each(|&at| ranks[at] = rank);
        from += ties;
    }
    ranks
}

/// Mean of (base - y)^2 - (p - y)^2 in standard errors: the skill of forecasts whose outcomes were
/// dealt out at random, and so are independent. 0 for fewer than 30.
pub fn skill_errors(forecasts: impl Iterator<Item = (f64, f64, bool)>) -> f64 {
    let gains: Vec<f64> = forecasts
        .map(|(p, base, won)| {
            let y = f64::from(u8::from(won));
            (base - y).powi(2) - (p - y).powi(2)
        })
        .collect();
    let n = gains.len() as f64;
    if n < 30.0 {
        return 0.0;
    }
    let mean = gains.iter().sum::<f64>() / n;
    let variance = gains.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / (n - 1.0);
    if variance > 0.0 { mean / (variance / n).sqrt() } else { 0.0 }
}
