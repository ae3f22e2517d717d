//! Shadow brackets: what the bracket in question would have done, taken or not.
//!
//! One is opened for every symbol and session with an opinion, and walked by the same walker as
//! real positions. Their outcomes are what calibration, weights, base rates and members learn
//! from; without them the bot would learn only from what it already liked.

use tradebot_brackets::{CostModel, Exit, ExitKind, Progress, Walk};
use tradebot_domain::{Bar, CorporateAction, Moment, Regime};
use tradebot_execution::{BY_FINER_BARS, exit_reason};
use tradebot_journal::{DecisionId, ExitReason, OutcomeRecord};

/// What was forecast about a bracket when it was opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecast {
    /// Raw score per member; `None` for an abstention.
    pub raw: Vec<Option<f64>>,
    /// Calibrated probability per member.
    pub means: Vec<Option<f64>>,
    /// The consensus.
    pub consensus: f64,
    /// Unweighted mean of the awake members.
    pub equal_weight: f64,
    /// Base rate of the row.
    pub row_rate: f64,
}

/// One bracket whose end is not known yet.
#[derive(Debug, Clone)]
pub struct Shadow {
    /// The decision it belongs to.
    pub id: DecisionId,
    /// Number of its session in the run.
    pub cycle: u32,
    /// Row in question.
    pub row: Regime,
    /// Where the bracket is.
    pub walk: Walk,
    /// What was forecast.
    pub forecast: Forecast,
    /// A real order went out for it.
    pub taken: bool,
    concurrency_sum: f64,
    sessions_open: u32,
}

/// A bracket that ended, with everything learning needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved {
    /// The record for the journal.
    pub record: OutcomeRecord,
    /// What was forecast.
    pub forecast: Forecast,
}

impl Shadow {
    /// A bracket decided on in `id.session`, waiting for the next open.
    pub const fn new(
        id: DecisionId,
        cycle: u32,
        row: Regime,
        walk: Walk,
        forecast: Forecast,
        taken: bool,
    ) -> Self {
        Self { id, cycle, row, walk, forecast, taken, concurrency_sum: 0.0, sessions_open: 0 }
    }

    fn resolve(self, session: Moment, how: Ending, costs: &CostModel) -> Resolved {
        let uniqueness = if self.sessions_open == 0 {
            1.0
        } else {
            self.concurrency_sum / f64::from(self.sessions_open)
        };
        let (won, net_r, reason, sessions, ambiguous) = match how {
            Ending::NotTaken => (None, 0.0, None, 0, false),
            Ending::Ended(exit) if exit.kind == ExitKind::EndOfData => {
                (None, 0.0, Some(ExitReason::EndOfData), exit.sessions, false)
            }
            Ending::Ended(exit) => {
                let net_r = self.walk.net_r(&exit, costs);
                (
                    Some(net_r > 0.0),
                    net_r,
                    Some(exit_reason(exit.kind)),
                    exit.sessions,
                    exit.ambiguous,
                )
            }
        };
        Resolved {
            record: OutcomeRecord {
                id: self.id,
                row: self.row,
                resolved: session,
                won,
                net_r,
                uniqueness,
                reason,
                sessions,
                taken: self.taken,
                ambiguous,
            },
            forecast: self.forecast,
        }
    }
}

#[derive(Clone, Copy)]
enum Ending {
    NotTaken,
    Ended(Exit),
}

/// Walks all brackets of one symbol through a bar; those that ended leave `shadows` and are
/// returned in the order of their decisions.
///
/// Uniqueness counts, per session, one over the number of this symbol's brackets that were open
/// in it, and is the mean of that over a bracket's life.
#[inline]
pub fn step_all(
    shadows: &mut Vec<Shadow>,
    (bar, fine): (&Bar, &[Bar]),
    actions: &[CorporateAction],
    costs: &CostModel,
) -> Vec<Resolved> {
    if shadows.is_empty() { Vec::new() } else { step_open(shadows, (bar, fine), actions, costs) }
}

fn step_open(
    shadows: &mut Vec<Shadow>,
    (bar, fine): (&Bar, &[Bar]),
    actions: &[CorporateAction],
    costs: &CostModel,
) -> Vec<Resolved> {
    let mut endings: Vec<Option<Ending>> = Vec::with_capacity(shadows.len());
    let mut open = 0_u32;
    for shadow in shadows.iter_mut() {
        for action in actions {
            shadow.walk.apply_action(action);
        }
        let progress = walked(&mut shadow.walk, bar, fine);
        open += u32::from(matches!(progress, Progress::Open | Progress::Closed(_)));
        endings.push(match progress {
            Progress::Waiting | Progress::Open => None,
            Progress::NotTaken { .. } => Some(Ending::NotTaken),
            Progress::Closed(exit) => Some(Ending::Ended(exit)),
        });
    }
    let share = 1.0 / f64::from(open.max(1));
    let mut resolved = Vec::new();
    let mut kept = Vec::with_capacity(shadows.len());
    for (mut shadow, ending) in shadows.drain(..).zip(endings) {
        if !matches!(ending, Some(Ending::NotTaken)) {
            shadow.concurrency_sum += share;
            shadow.sessions_open += 1;
        }
        match ending {
            None => kept.push(shadow),
            Some(ending) => resolved.push(shadow.resolve(bar.date, ending, costs)),
        }
    }
    *shadows = kept;
    resolved
}

/// As the broker walks it.
fn walked(walk: &mut Walk, bar: &Bar, fine: &[Bar]) -> Progress {
    if fine.is_empty() {
        return walk.step(bar);
    }
    match walk.step_fine(bar, fine, BY_FINER_BARS) {
        Ok(step) => step.progress,
        // Never with these rules.
        Err(_) => walk.step(bar),
    }
}

/// The session passed without a usable bar: brackets that waited for it were not entered.
pub fn no_bar(shadows: &mut Vec<Shadow>, session: Moment) -> Vec<Resolved> {
    let (waiting, open) = shadows.drain(..).partition(|s| !s.walk.is_open());
    *shadows = open;
    let waiting: Vec<Shadow> = waiting;
    waiting.into_iter().map(|s| s.resolve(session, Ending::NotTaken, &CostModel::FREE)).collect()
}

/// Ends all brackets of a symbol whose data ended: no outcome, nothing learned.
pub fn end_all(shadows: &mut Vec<Shadow>, session: Moment, last_close: f64) -> Vec<Resolved> {
    shadows
        .drain(..)
        .map(|mut s| {
            let ending = s.walk.end_of_data(last_close).map_or(Ending::NotTaken, Ending::Ended);
            s.resolve(session, ending, &CostModel::FREE)
        })
        .collect()
}
