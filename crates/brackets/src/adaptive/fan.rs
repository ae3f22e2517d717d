//! One decision under every candidate R at once.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, CorporateAction, Moment, Symbol};

use super::{CANDIDATES, Question, candidate_r};
use crate::bracket::{Bracket, BracketError, BracketSpec};
use crate::cost::CostModel;
use crate::exit::{ExitKind, Progress};
use crate::walk::Walk;

/// The brackets of one decision that differ in their target alone.
///
/// Until a target is reached they are the same walk, so one is kept and the nearest target still
/// open is tried on a copy of it: a nearer target is reached no later than a farther one, and what
/// ends by stop, time or reversal ends for all. Each candidate ends exactly as its own
/// [`Walk`] would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fan {
    decided: Moment,
    /// With the farthest target.
    walk: Walk,
    targets: [f64; CANDIDATES],
    /// Net results of the candidates that have ended: the first `ended` ones.
    net_r: [f64; CANDIDATES],
    ended: usize,
    /// Bit i: candidate i ended by time.
    timed_out: u32,
    /// Sums over the sessions of each candidate of one over those of its R open, and sessions.
    shares: [f64; CANDIDATES],
    sessions: [u32; CANDIDATES],
    /// Those from here on had a position in the bar that was stepped last.
    in_bar: usize,
}

/// A decision whose candidates have all ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FanOutcome {
    /// Session of the decision.
    pub decided: Moment,
    /// The symbol.
    pub symbol: Symbol,
    /// Of each candidate, the mean over its life of one over the symbol's brackets of the same R
    /// open, in (0, 1].
    pub uniqueness: [f64; CANDIDATES],
    /// Net result of each candidate in units of planned risk, in ascending R.
    pub net_r: [f64; CANDIDATES],
    /// Bit i: candidate i ended by time.
    pub timed_out: u32,
}

impl Fan {
    /// The brackets of `question` around a close, one per candidate.
    pub(super) fn new(
        decided: Moment,
        close: f64,
        atr: f64,
        question: &Question,
    ) -> Result<Self, BracketError> {
        let bracket = |index| {
            let spec = BracketSpec { r_multiple: candidate_r(index), ..question.spec };
            Bracket::around_close(close, atr, &spec, question.tick)
        };
        let mut targets = [0.0; CANDIDATES];
        for (index, target) in targets.iter_mut().enumerate() {
            *target = bracket(index)?.target.to_f64();
        }
        let farthest = bracket(CANDIDATES - 1)?;
        Ok(Self {
            decided,
            walk: Walk::new(&farthest).managed(&question.management, &question.costs),
            targets,
            net_r: [0.0; CANDIDATES],
            ended: 0,
            timed_out: 0,
            shares: [0.0; CANDIDATES],
            sessions: [0; CANDIDATES],
            in_bar: CANDIDATES,
        })
    }

    /// Session of the decision.
    pub const fn decided(&self) -> Moment {
        self.decided
    }

    pub(super) fn apply_action(&mut self, action: &CorporateAction) {
        for target in &mut self.targets[self.ended..] {
            let mut candidate = self.walk.with_target(*target);
            candidate.apply_action(action);
            *target = candidate.target();
        }
        self.walk.apply_action(action);
    }

    pub(super) fn on_reversal(&mut self) {
        self.walk.on_reversal();
    }

    /// Steps every candidate.
    pub(super) fn step(&mut self, bar: &Bar, costs: &CostModel) {
        let (before, ended) = (self.walk, self.ended);
        while let Some(target) = self.targets.get(self.ended) {
            let mut candidate = before.with_target(*target);
            let Progress::Closed(exit) = candidate.step(bar) else { break };
            self.net_r[self.ended] = candidate.net_r(&exit, costs);
            self.timed_out |= u32::from(exit.kind == ExitKind::Time) << self.ended;
            self.ended += 1;
        }
        self.walk.step(bar);
        let stepped = self.walk.sessions() > before.sessions();
        self.in_bar = if stepped { ended } else { CANDIDATES };
    }

    /// Counts the candidates that had a position in the bar just stepped.
    pub(super) fn count(&self, open: &mut [u32; CANDIDATES]) {
        for count in &mut open[self.in_bar..] {
            *count += 1;
        }
    }

    /// Takes each candidate's share of the session just stepped.
    pub(super) fn share(&mut self, open: &[u32; CANDIDATES]) {
        for (i, count) in open.iter().enumerate().skip(self.in_bar) {
            self.shares[i] += 1.0 / f64::from(*count);
            self.sessions[i] += 1;
        }
    }

    /// Waiting or open.
    pub(super) const fn is_live(&self) -> bool {
        matches!(self.walk.progress(), Progress::Waiting | Progress::Open)
    }

    /// Open.
    pub(super) fn is_entered(&self) -> bool {
        self.walk.is_open()
    }

    /// Once all candidates have ended; a fan that was not entered has none.
    pub(super) fn outcome(&self, symbol: Symbol) -> Option<FanOutcome> {
        (self.ended == CANDIDATES).then(|| FanOutcome {
            decided: self.decided,
            symbol,
            uniqueness: std::array::from_fn(|i| self.shares[i] / f64::from(self.sessions[i])),
            net_r: self.net_r,
            timed_out: self.timed_out,
        })
    }
}
