//! The R-multiple of a policy row, adapted to how its brackets end.
//!
//! A row's target stands at a multiple R of its stop distance. Which multiple pays best is an
//! empirical matter, so every decision of the row is walked under all of 1.0, 1.1, ... 3.0 at
//! once; once a month the row may move by one step of 0.1 towards the candidate with the highest
//! expected log growth, and only when the gain is larger than its standard error.
//!
//! 1. [`AdaptiveR::decide`] opens a [`Fan`]: one bracket per candidate around one decision.
//! 2. [`AdaptiveR::on_action`] and [`AdaptiveR::on_bar`] walk it. A decision counts once all of
//!    its candidates have ended, so that all of them are judged on the same decisions.
//! 3. [`AdaptiveR::end_session`] learns the session's outcomes, and on the first session of a
//!    month gives a [`Review`] that says what was done and why.
//!
//! A new R is a new question: what was learned under the old one does not answer it. Every
//! [`FanOutcome`] therefore carries the results of all candidates, from which the history of the
//! new question is rebuilt before it is asked.
//!
//! **Evidence.** Outcomes are weighted by uniqueness (one over the symbol's brackets of the same R
//! open at the time, averaged over a bracket's life), decay by session, are divided by what symbols
//! share, and are joined by 30 pseudo-outcomes at the row's own R that just break even. Nothing is
//! estimated from a handful.
//!
//! **Growth** of a candidate that wins W with probability p and loses L otherwise, in units of
//! planned risk and time-outs included as the wins or losses they are:
//! g = p ln(1 + f W) + (1 - p) ln(1 - f L) at its Kelly fraction f = p / L - (1 - p) / W.
//!
//! **Source:** J. L. Kelly (1956), A New Interpretation of Information Rate; E. O. Thorp (2006),
//! The Kelly Criterion in Blackjack, Sports Betting and the Stock Market; uniqueness as in
//! [`crate::labels`]. The standard error is the delta method's, on differences within decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Bar, CorporateAction, Moment, Symbol, Tick};

use crate::bracket::{BracketError, BracketSpec};
use crate::cost::{CostError, CostModel};
use crate::manage::Management;
pub use evidence::Candidate;
use evidence::Evidence;
pub use fan::{Fan, FanOutcome};
pub use review::{Finding, Review};

mod evidence;
mod fan;
mod review;

/// Candidates: 1.0, 1.1, ... 3.0.
pub const CANDIDATES: usize = 21;

/// The candidate at `index`, in stop distances.
pub fn candidate_r(index: usize) -> f64 {
    // Tenths as a quotient are the nearest floats: 1.1, not 1.0 + 0.1 x 1.
    (10 + index) as f64 / 10.0
}

/// What a row asks of every decision, but for R.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The row's bracket; its R-multiple is the row's own, where adaptation begins.
    pub spec: BracketSpec,
    /// Options of the position.
    pub management: Management,
    /// What results are net of.
    pub costs: CostModel,
    /// Step of bracket prices.
    pub tick: Tick,
}

/// How evidence is weighed. All values are guessed but for the half-life and the shared movement,
/// which are those that calibration learns with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveConfig {
    /// Sessions after which an outcome counts half, > 0.
    pub half_life_sessions: f64,
    /// Pseudo-outcomes at the row's own R that every candidate begins with, > 0.
    pub prior_outcomes: f64,
    /// Effective outcomes without which nothing is moved, >= 0.
    pub outcomes_min: f64,
    /// Share of a symbol's outcome that is the market's: outcomes are divided by
    /// 1 + this x (symbols per session - 1). From 0 to 1.
    pub shared_movement: f64,
    /// Standard errors by which a better candidate must be better, >= 1.
    pub margin: f64,
}

/// Why a row cannot be adapted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AdaptiveError {
    /// The row's own R is no candidate: a step of 0.1 would not begin at it.
    #[error("R-multiple of {value} is not one of 1.0, 1.1, ... 3.0")]
    OffGrid {
        /// The value found.
        value: f64,
    },
    /// The bracket or its management is outside its range.
    #[error(transparent)]
    Spec(#[from] BracketError),
    /// A cost is none.
    #[error(transparent)]
    Cost(#[from] CostError),
    /// A value of the configuration is outside its range.
    #[error("adaptive R: {what} of {value} is not {allowed}")]
    Config {
        /// The field.
        what: &'static str,
        /// The value found.
        value: f64,
        /// The range, in words.
        allowed: &'static str,
    },
}

/// The adaptation of one row.
///
/// - **Order per session:** for each symbol [`AdaptiveR::on_action`], then [`AdaptiveR::on_bar`]
///   or [`AdaptiveR::no_bar`]; then [`AdaptiveR::decide`] for the decisions on its close; then
///   [`AdaptiveR::end_session`].
/// - **Memory:** one fan per symbol and session of the last `max_holding_sessions`, each well
///   below a kilobyte, and a fixed table of moments.
/// - **Cost:** per fan and bar two steps of the walker, one more for each candidate that ends, and
///   one addition per candidate open.
/// - **State:** serialisable; a restored one goes on as if it had never been away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveR {
    question: Question,
    config: AdaptiveConfig,
    /// Index of the row's own R.
    own: usize,
    /// Index of the R in force.
    current: usize,
    open: BTreeMap<Symbol, Vec<Fan>>,
    ended: Vec<FanOutcome>,
    evidence: Evidence,
    /// Year and month of the last review, or of the first session.
    reviewed: Option<(i16, i8)>,
}

impl Default for AdaptiveConfig {
    fn default() -> Self {
        Self {
            half_life_sessions: 1_250.0,
            prior_outcomes: 30.0,
            outcomes_min: 30.0,
            shared_movement: 0.3,
            margin: 1.0,
        }
    }
}

impl AdaptiveConfig {
    /// # Errors
    /// [`AdaptiveError::Config`] with the first field outside its range.
    pub fn validate(&self) -> Result<(), AdaptiveError> {
        let above = "finite and above 0";
        let not_below = "finite and at least 0";
        let checks = [
            ("half-life", self.half_life_sessions, self.half_life_sessions > 0.0, above),
            ("prior outcomes", self.prior_outcomes, self.prior_outcomes > 0.0, above),
            ("least outcomes", self.outcomes_min, self.outcomes_min >= 0.0, not_below),
            (
                "shared movement",
                self.shared_movement,
                (0.0..=1.0).contains(&self.shared_movement),
                "from 0 to 1",
            ),
            ("margin", self.margin, self.margin >= 1.0, "finite and at least 1"),
        ];
        match checks.into_iter().find(|(_, value, fine, _)| !(*fine && value.is_finite())) {
            Some((what, value, _, allowed)) => Err(AdaptiveError::Config { what, value, allowed }),
            None => Ok(()),
        }
    }
}

impl AdaptiveR {
    /// Nothing learned yet: the row's own R is in force.
    ///
    /// # Errors
    /// [`AdaptiveError`] when the row's R is no candidate or anything is outside its range.
    pub fn new(question: Question, config: AdaptiveConfig) -> Result<Self, AdaptiveError> {
        question.spec.validate()?;
        question.management.validate()?;
        question.costs.validate()?;
        config.validate()?;
        let value = question.spec.r_multiple;
        let own = (0..CANDIDATES)
            .find(|index| candidate_r(*index) == value)
            .ok_or(AdaptiveError::OffGrid { value })?;
        Ok(Self {
            question,
            config,
            own,
            current: own,
            open: BTreeMap::new(),
            ended: Vec::new(),
            evidence: Evidence::new(),
            reviewed: None,
        })
    }

    /// The R in force: what the row's next brackets are to be built with.
    pub fn r_multiple(&self) -> f64 {
        candidate_r(self.current)
    }

    /// The row's own R, where adaptation began.
    pub fn own_r(&self) -> f64 {
        candidate_r(self.own)
    }

    /// The row's bracket with the R in force.
    pub fn spec(&self) -> BracketSpec {
        BracketSpec { r_multiple: self.r_multiple(), ..self.question.spec }
    }

    /// What the outcomes so far say of each candidate, in ascending R.
    pub fn candidates(&self) -> Vec<Candidate> {
        self.evidence.candidates(self.own_r(), &self.config)
    }

    /// Fans that have not ended.
    pub fn open_fans(&self) -> usize {
        self.open.values().map(Vec::len).sum()
    }

    /// Whether the fan of a symbol's decision in this session has yet to end.
    pub fn is_open(&self, symbol: Symbol, decided: Moment) -> bool {
        let fans = self.open.get(&symbol).map_or(&[][..], Vec::as_slice);
        fans.binary_search_by_key(&decided, Fan::decided).is_ok()
    }

    /// A decision of this row on a raw `close` with raw `atr`, taken or not. Only the first of a
    /// symbol and session counts; false when there was one.
    ///
    /// # Errors
    /// [`BracketError`] when the decision carries no bracket; nothing is opened.
    pub fn decide(
        &mut self,
        symbol: Symbol,
        session: Moment,
        close: f64,
        atr: f64,
    ) -> Result<bool, BracketError> {
        let fan = Fan::new(session, close, atr, &self.question)?;
        let fans = self.open.entry(symbol).or_default();
        let first = fans.last().is_none_or(|last| last.decided() < session);
        if first {
            fans.push(fan);
        }
        Ok(first)
    }

    /// A corporate action of a symbol; before the bar of its ex-date.
    pub fn on_action(&mut self, symbol: Symbol, action: &CorporateAction) {
        for fan in self.open.get_mut(&symbol).into_iter().flatten() {
            fan.apply_action(action);
        }
    }

    /// The consensus on a symbol turned at this close: for rows that leave then.
    pub fn on_reversal(&mut self, symbol: Symbol) {
        for fan in self.open.get_mut(&symbol).into_iter().flatten() {
            fan.on_reversal();
        }
    }

    /// The raw bar of a symbol. One on which no one could trade changes nothing.
    pub fn on_bar(&mut self, symbol: Symbol, bar: &Bar) {
        let Some(fans) = self.open.get_mut(&symbol) else { return };
        let costs = &self.question.costs;
        let mut open = [0; CANDIDATES];
        for fan in fans.iter_mut() {
            fan.step(bar, costs);
            fan.count(&mut open);
        }
        for fan in fans.iter_mut() {
            fan.share(&open);
        }
        fans.retain(|fan| {
            self.ended.extend(fan.outcome(symbol));
            fan.is_live()
        });
        if fans.is_empty() {
            self.open.remove(&symbol);
        }
    }

    /// The session passed without a bar of this symbol: what waited for it was not entered.
    pub fn no_bar(&mut self, symbol: Symbol) {
        if let Some(fans) = self.open.get_mut(&symbol) {
            fans.retain(Fan::is_entered);
            if fans.is_empty() {
                self.open.remove(&symbol);
            }
        }
    }

    /// The symbol's data ended: its fans end without an outcome.
    pub fn end_of_data(&mut self, symbol: Symbol) {
        self.open.remove(&symbol);
    }

    /// Learns what ended in this session and, on the first session of a month, reviews R.
    ///
    /// - **symbols_in_session:** symbols that had a bar: what they share is taken off the weight
    ///   of their outcomes. Sessions with none do not enter the mean.
    /// - **Returns:** the decisions whose candidates have all ended, by session and symbol, and
    ///   the review if there was one. The first session ever only begins the month.
    pub fn end_session(
        &mut self,
        session: Moment,
        symbols_in_session: u32,
    ) -> (Vec<FanOutcome>, Option<Review>) {
        let mut ended = std::mem::take(&mut self.ended);
        ended.sort_by_key(|outcome| (outcome.decided, outcome.symbol));
        let review = self.recall_session(session, symbols_in_session, &ended);
        (ended, review)
    }

    /// A session of the past whose outcomes are on record, instead of walking its bars: the same
    /// outcomes in the same order leave the same state and give the same reviews.
    ///
    /// - **ended:** as [`AdaptiveR::end_session`] gave them, by session and symbol.
    pub fn recall_session(
        &mut self,
        session: Moment,
        symbols_in_session: u32,
        ended: &[FanOutcome],
    ) -> Option<Review> {
        self.evidence.next_session(self.config.half_life_sessions, symbols_in_session);
        for outcome in ended {
            self.evidence.learn(outcome);
        }
        let month = (session.year(), session.month());
        match self.reviewed.replace(month) {
            Some(last) if last != month => Some(self.review(session)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
