//! Symbols whose bars change nothing but a mark.
//!
//! Most bars of a rule strategy find nothing held, or a position at the market that no order is
//! about to end. Such a bar is counted here and marked in `f64`; broker and book are told of all
//! such bars at once, before anyone looks at them or changes them.

use tradebot_domain::{Bar, CorporateAction, Moment, Shares, Symbol};
use tradebot_journal::Ledger;

use super::Account;
use crate::error::EngineError;

/// What the account has in one symbol of a rule run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane {
    symbol: Symbol,
    /// A bar changes nothing at broker and book: nothing is held and no order works, or a
    /// position rests.
    quiet: bool,
    /// Last session with a bar since something was held.
    date: Moment,
    shares: Shares,
    /// The same, for analysis.
    held: f64,
    /// Last close of what is held, and what it is worth there.
    close: f64,
    /// Sessions that the position has been held, as the book knows it.
    sessions: u32,
    /// Sessions after those, which broker and book have not been told of.
    untold: u32,
    /// Lowest and highest price of the untold sessions.
    low: f64,
    high: f64,
}

impl Lane {
    pub(super) const fn new(symbol: Symbol, quiet: bool) -> Self {
        Self {
            symbol,
            quiet,
            date: Moment::MIN,
            shares: Shares::ZERO,
            held: 0.0,
            close: 0.0,
            sessions: 0,
            untold: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        }
    }

    fn value(&self) -> f64 {
        self.close * self.held
    }

    /// Counts and marks a bar of what is held; false, and nothing done, when it is not later than
    /// the last one.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    fn pass(&mut self, bar: &Bar) -> bool {
        let later = bar.date > self.date;
        if later {
            (self.date, self.close) = (bar.date, bar.close);
            // Whoever lets a bar pass has seen that these are numbers.
            self.low = if bar.low < self.low { bar.low } else { self.low };
            self.high = if bar.high > self.high { bar.high } else { self.high };
            self.untold += 1;
        }
        later
    }
}

impl Account {
    /// What a session's actions and bar did to the symbol with this index; as [`Account::step`],
    /// with the marks in `f64`.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub(crate) fn meet(
        &mut self,
        index: usize,
        (bar, fine): (&Bar, &[Bar]),
        actions: &[CorporateAction],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        if actions.is_empty() && self.rests_through(index, bar) {
            return Ok(());
        }
        self.catch_up(index);
        let symbol = self.lanes[index].symbol;
        self.trade(symbol, (bar, fine), actions, ledger)?;
        let value = self.book.mark_lightly(symbol, bar);
        self.look(index);
        let lane = &mut self.lanes[index];
        (lane.date, lane.close) = (lane.date.max(bar.date), bar.close);
        if let Some(value) = value {
            self.light.marked += 1;
            self.light.value += value;
        }
        Ok(())
    }

    /// Counts and marks a bar on which nothing else can happen; false, and nothing done, when
    /// something can.
    #[inline]
    pub(crate) fn rests_through(&mut self, index: usize, bar: &Bar) -> bool {
        let Some(lane) = self.lanes.get_mut(index) else { return false };
        if !lane.quiet {
            return false;
        }
        if lane.shares == Shares::ZERO {
            return true;
        }
        let later = lane.pass(bar);
        if later {
            self.light.marked += 1;
            self.light.value += lane.value();
        }
        later
    }

    /// [`Account::rests_through`] for the only symbol of a run, on a daily bar before which nothing
    /// was sent: what is held of it is worth so much at the bar's close. None, and nothing done,
    /// where something else than a mark can happen.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(crate) fn rests_alone(&mut self, bar: &Bar) -> Option<f64> {
        let [lane] = self.lanes.as_mut_slice() else { return None };
        let sent = !self.reserved.is_empty() || self.exits_sent > 0;
        if !lane.quiet || sent || !bar.date.is_daily() {
            return None;
        }
        if lane.shares == Shares::ZERO {
            return Some(0.0);
        }
        lane.pass(bar).then(|| lane.value())
    }

    /// Reads shares and rest anew, after something has happened at broker or book.
    pub(super) fn look(&mut self, index: usize) {
        // Under terms the venue sees every bar: what usually trades is known from them.
        let restless = self.has_terms();
        let lane = &mut self.lanes[index];
        let position = self.book.position(lane.symbol);
        (lane.shares, lane.sessions) =
            position.map_or((Shares::ZERO, 0), |held| (held.shares, held.sessions_held));
        lane.held = lane.shares.to_f64();
        lane.quiet = !restless && self.broker.rests(lane.symbol);
    }

    /// Tells broker and book what has passed quietly in one symbol.
    pub(super) fn catch_up(&mut self, index: usize) {
        let lane = &mut self.lanes[index];
        let sessions = std::mem::take(&mut lane.untold);
        if sessions > 0 {
            lane.sessions += sessions;
            self.broker.pass_sessions(lane.symbol, sessions, lane.date);
            let range = (lane.low, lane.high);
            (lane.low, lane.high) = (f64::INFINITY, f64::NEG_INFINITY);
            self.book.pass_sessions(lane.symbol, sessions, (lane.date, lane.close), range);
        }
    }

    /// The same in all symbols.
    pub(super) fn catch_up_all(&mut self) {
        (0..self.lanes.len()).for_each(|index| self.catch_up(index));
    }

    /// An order of the symbol is about to work: its next bar goes to the broker.
    pub(super) fn wake(&mut self, symbol: Symbol) {
        if let Ok(index) = self.lanes.binary_search_by(|lane| lane.symbol.cmp(&symbol)) {
            self.catch_up(index);
            self.lanes[index].quiet = false;
        }
    }

    /// The same, where what is held may have changed as well.
    pub(super) fn stir(&mut self, symbol: Symbol) {
        if let Ok(index) = self.lanes.binary_search_by(|lane| lane.symbol.cmp(&symbol)) {
            self.look(index);
        }
    }

    /// Shares held of a symbol, and the sessions that they have been held.
    #[inline]
    pub(crate) fn held(&self, index: usize) -> (Shares, u32) {
        let lane = &self.lanes[index];
        (lane.shares, lane.sessions + lane.untold)
    }

    /// What open positions are worth at their last closes: a sum in symbol order.
    pub(super) fn value_of_lanes(&self) -> f64 {
        if self.has_terms() {
            return self.book.value_lightly();
        }
        self.lanes.iter().filter(|lane| lane.shares != Shares::ZERO).map(Lane::value).sum()
    }
}
