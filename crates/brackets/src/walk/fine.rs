//! One session replayed by the finer bars inside it, which tell whether stop or target came first.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, Moment};

use super::{Walk, tradable};
use crate::exit::{ExitKind, Progress};
use crate::rules::{Hit, Levels, exits};

/// How finer bars are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FineRules {
    /// A finer bar opens beyond a level that the one before it had not reached.
    pub jumps: Jumps,
    /// The finer bars and the session's bar do not agree.
    pub conflict: Conflict,
}

/// What a level fills at that the price jumped over between two finer bars.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jumps {
    /// The open of the finer bar, as at the open of a session: no one traded at the level. The
    /// result may be worse than the pessimistic bound of the session's bar, which knows of no jump,
    /// or better than the optimistic one.
    #[default]
    Open,
    /// The level itself: finer bars decide the order of events and nothing else, and the result
    /// stays within the bounds.
    Level,
}

/// What happens when the finer bars and the session's bar do not agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// An error, and a walk that has not moved.
    #[default]
    Refuse,
    /// The session is walked on its own bar, as if there were no finer ones; the step says so.
    WalkCoarse,
}

/// Why finer bars do not tell what happened in a session.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FineError {
    /// There are none. No conflict: the session is walked on its own bar.
    #[error("no finer bars of {session}")]
    Missing {
        /// The session.
        session: Moment,
    },
    /// One on which no one could trade, or whose prices are not in order.
    #[error("finer bar {index} of {session} has prices that are not above zero or not in order")]
    Broken {
        /// The session.
        session: Moment,
        /// Its index.
        index: usize,
    },
    /// One of another session.
    #[error("finer bar {index} is of {found}, the session is {session}")]
    OtherSession {
        /// The session.
        session: Moment,
        /// Its index.
        index: usize,
        /// Its date.
        found: Moment,
    },
    /// One that goes beyond the range of the session's bar.
    #[error(
        "finer bar {index} of {session} goes from {low} to {high}, the session from {session_low} \
         to {session_high}"
    )]
    Outside {
        /// The session.
        session: Moment,
        /// Its index.
        index: usize,
        /// Its low.
        low: f64,
        /// Its high.
        high: f64,
        /// The low of the session.
        session_low: f64,
        /// The high of the session.
        session_high: f64,
    },
    /// The session's bar reached a level and no finer bar did: when, is not known.
    #[error("no finer bar of {session} reaches {level}, and the session's bar does")]
    Unreached {
        /// The session.
        session: Moment,
        /// The level.
        level: f64,
    },
}

/// Where a bracket stands after a session that was replayed, and how it was.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use = "a fallback that no one counts is a silent one"]
pub struct FineStep {
    /// After the session.
    pub progress: Progress,
    /// Why the session's own bar was walked instead; none when the finer bars were.
    pub fallback: Option<FineError>,
}

impl FineError {
    /// The bars contradict each other; to have no finer bars is no contradiction.
    const fn is_conflict(&self) -> bool {
        !matches!(self, Self::Missing { .. })
    }
}

impl Walk {
    /// [`Walk::step`] through the session of `coarse`, with the order of events inside it taken from
    /// `fine`.
    ///
    /// - **fine:** the bars of the session in order of time, raw prices as `coarse`; empty when there
    ///   are none. They need not reach the session's open, high, low or close, which auctions often
    ///   make alone, but whichever level of the bracket the session reached.
    /// - **Entry, leaving at the open, time limit:** at the open and close of `coarse`. One session is
    ///   counted. What trails or rises to break-even does so after it, by its extreme.
    /// - **Still ambiguous:** one finer bar that holds both levels; the walk's rule chooses, and the
    ///   exit says so.
    /// - **One bar equal to `coarse`** gives what [`Walk::step`] gives.
    ///
    /// # Errors
    /// [`FineError`] when the bars contradict each other and `rules` refuse that; the walk has not
    /// moved then.
    pub fn step_fine(
        &mut self,
        coarse: &Bar,
        fine: &[Bar],
        rules: FineRules,
    ) -> Result<FineStep, FineError> {
        let mut replayed = *self;
        match replayed.replay(coarse, fine, rules.jumps) {
            Ok(progress) => {
                *self = replayed;
                Ok(FineStep { progress, fallback: None })
            }
            Err(error) if error.is_conflict() && rules.conflict == Conflict::Refuse => Err(error),
            Err(error) => Ok(FineStep { progress: self.step(coarse), fallback: Some(error) }),
        }
    }

    fn replay(&mut self, coarse: &Bar, fine: &[Bar], jumps: Jumps) -> Result<Progress, FineError> {
        check(coarse, fine)?;
        if !tradable(coarse) {
            return Ok(self.progress);
        }
        if self.progress == Progress::Waiting {
            self.enter(coarse.open);
        }
        if self.progress != Progress::Open {
            return Ok(self.progress);
        }
        self.sessions += 1;
        if self.is_leaving() {
            self.close(ExitKind::Reversal, coarse.open, false);
            return Ok(self.progress);
        }
        let found = self.exits_in(coarse, fine, jumps)?;
        self.end_session(found, coarse);
        Ok(self.progress)
    }

    /// The first exits of part and rest in the order of the finer bars. The open of the session is
    /// that of `coarse`.
    fn exits_in(
        &self,
        coarse: &Bar,
        fine: &[Bar],
        jumps: Jumps,
    ) -> Result<(Option<Hit>, Option<Hit>), FineError> {
        let mut levels = self.levels();
        self.all_reached(coarse, fine, levels)?;
        let mut part = None;
        for (index, bar) in fine.iter().enumerate() {
            let (near, rest) = if index == 0 {
                let opened = Bar { open: coarse.open, ..*bar };
                exits(self.side, self.rules, levels, &opened, self.sessions == 1)
            } else {
                self.exits_after(bar, levels, jumps)
            };
            part = part.or(near);
            if rest.is_some() {
                return Ok((part, rest));
            }
            if part.is_some() {
                levels.part = None;
            }
        }
        Ok((part, None))
    }

    /// The exits in a finer bar that is not the session's first.
    fn exits_after(&self, bar: &Bar, levels: Levels, jumps: Jumps) -> (Option<Hit>, Option<Hit>) {
        let up = |price: f64| self.side.sign() * price;
        let hit = |gap, at_level, level| {
            let (kind, price) = match jumps {
                Jumps::Open => (gap, bar.open),
                Jumps::Level => (at_level, level),
            };
            Some(Hit { kind, price, ambiguous: false })
        };
        if up(bar.open) <= up(levels.stop) {
            return (None, hit(ExitKind::StopGap, ExitKind::Stop, levels.stop));
        }
        let jumped = |limit: f64| {
            let beyond = self.fills(up(bar.open), up(limit));
            if beyond { hit(ExitKind::TargetGap, ExitKind::Target, limit) } else { None }
        };
        let part = levels.part.and_then(jumped);
        let rest = jumped(levels.target);
        if rest.is_some() {
            return (part, rest);
        }
        let left = Levels { part: levels.part.filter(|_| part.is_none()), ..levels };
        // As on an entry's own bar: this open has been looked at.
        let (near, rest) = exits(self.side, self.rules, left, bar, true);
        (part.or(near), rest)
    }

    /// A limit is filled by that price; both turned so that favourable is up.
    fn fills(&self, price: f64, limit: f64) -> bool {
        price > limit || (!self.rules.trade_through && price == limit)
    }

    /// Every level that the session reached is reached by a finer bar, or by the session's open.
    fn all_reached(&self, coarse: &Bar, fine: &[Bar], levels: Levels) -> Result<(), FineError> {
        let up = |price: f64| self.side.sign() * price;
        let worst = |bar: &Bar| up(self.side.worst_of(bar));
        let best = |bar: &Bar| up(self.side.best_of(bar));
        let open = up(coarse.open);
        let lowest = fine.iter().map(worst).fold(open, f64::min);
        let highest = fine.iter().map(best).fold(open, f64::max);
        let (stop, session) = (up(levels.stop), coarse.date);
        if worst(coarse) <= stop && lowest > stop {
            return Err(FineError::Unreached { session, level: levels.stop });
        }
        for level in levels.part.into_iter().chain([levels.target]) {
            let limit = up(level);
            if self.fills(best(coarse), limit) && !self.fills(highest, limit) {
                return Err(FineError::Unreached { session, level });
            }
        }
        Ok(())
    }
}

/// Finer bars that someone could trade on, of that session and within its range.
fn check(coarse: &Bar, fine: &[Bar]) -> Result<(), FineError> {
    let session = coarse.date;
    if fine.is_empty() {
        return Err(FineError::Missing { session });
    }
    for (index, bar) in fine.iter().enumerate() {
        let Bar { date, open, high, low, close, .. } = *bar;
        let ordered = low <= open.min(close) && open.max(close) <= high;
        if !(tradable(bar) && ordered) {
            return Err(FineError::Broken { session, index });
        }
        if date != session {
            return Err(FineError::OtherSession { session, index, found: date });
        }
        if low < coarse.low || high > coarse.high {
            let (session_low, session_high) = (coarse.low, coarse.high);
            return Err(FineError::Outside {
                session,
                index,
                low,
                high,
                session_low,
                session_high,
            });
        }
    }
    Ok(())
}
