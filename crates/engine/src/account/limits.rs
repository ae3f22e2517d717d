//! Limits that watch the whole account, and positions that leave because something says so.

use tradebot_domain::{Moment, Money, Symbol};
use tradebot_execution::Broker;
use tradebot_journal::{Event, Ledger, RiskRecord};

use super::{Account, Mark};
use crate::error::EngineError;

/// Share of an amount by which no rounding can be wrong.
const ROOM: f64 = 1e-9;

impl Account {
    /// Latches the drawdown stop (everything is sold at the next open), counts the sessions of a
    /// latched one, re-arms where a replay may, and notes a session that lost too much.
    ///
    /// # Errors
    /// As [`Account::step`].
    #[inline]
    pub fn watch_limits(
        &mut self,
        mark: &mut Mark,
        daily_loss: Option<f64>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let lost = daily_loss.is_some_and(|limit| -mark.day_return > limit);
        if lost || self.stopped_for.is_some() || mark.drawdown >= self.drawdown_max {
            return self.act_on_limits(mark, daily_loss, ledger);
        }
        Ok(())
    }

    /// A limit that watches the account may have been reached at the last close: false only where
    /// [`Account::watch_limits`] would find nothing to do.
    ///
    /// By products instead of quotients, and with more room than either can be rounded by.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(crate) fn is_near_limits(&self, daily_loss: f64) -> bool {
        let now = self.light.latest;
        let is_far = |from: f64, fall: f64| from > 0.0 && now > from * (1.0 - fall + ROOM);
        self.stopped_for.is_some()
            || !is_far(self.light.peak, self.drawdown_max)
            || !is_far(self.light.previous, daily_loss)
    }

    fn act_on_limits(
        &mut self,
        mark: &mut Mark,
        daily_loss: Option<f64>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let session = mark.session;
        let mut note = |event: &str, value: f64, limit: f64, detail: String| {
            let event = event.to_owned();
            ledger.append(&Event::Risk(RiskRecord {
                session,
                event,
                symbol: None,
                value,
                limit,
                detail,
            }))
        };
        self.loss_noted &= !self.begins;
        let lost = |limit: &f64| -mark.day_return > *limit && !self.loss_noted;
        if let Some(limit) = daily_loss.filter(lost) {
            self.loss_noted = true;
            let detail = "the session lost more than its row allows: no entries on this close";
            note("daily_loss", -mark.day_return, limit, detail.to_owned())?;
        }
        match self.stopped_for {
            None if mark.drawdown >= self.drawdown_max => {
                let detail = "drawdown limit: everything is sold at the next open, entries stop";
                note("drawdown_stop", mark.drawdown, self.drawdown_max, detail.to_owned())?;
                self.stopped_for = Some(0);
                self.flatten(session, ledger)?;
            }
            Some(_) if !self.begins => {}
            Some(sessions) if self.rearm_by_itself && sessions + 1 >= self.rearm_sessions => {
                self.settle_marks();
                let peak = self.book.equity();
                let detail =
                    format!("re-armed after {} sessions; {peak} is the new peak", sessions + 1);
                note("rearmed", mark.drawdown, self.drawdown_max, detail)?;
                self.stopped_for = None;
                self.begin_again(peak, mark);
            }
            Some(sessions) => self.stopped_for = Some(sessions + 1),
            None => {}
        }
        mark.stopped = self.stopped_for.is_some();
        if let Some(record) = &mut mark.record {
            record.stopped = mark.stopped;
        }
        Ok(())
    }

    /// The equity of a re-arming is the peak that drawdowns are measured from.
    fn begin_again(&mut self, peak: Money, mark: &mut Mark) {
        self.peak = peak;
        self.light.peak = mark.equity;
        mark.drawdown = 0.0;
        if let Some(record) = &mut mark.record {
            record.peak = peak;
            record.drawdown = 0.0;
        }
    }

    fn flatten(&mut self, session: Moment, ledger: &mut dyn Ledger) -> Result<(), EngineError> {
        for symbol in self.book.held() {
            self.wake(symbol);
            let events = self.broker.flatten_at_next_open(symbol);
            self.exits_sent += 1;
            self.record(session, &events, ledger)?;
            self.stir(symbol);
        }
        Ok(())
    }

    /// Everything is sold at the next open, the last of the session.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub(crate) fn leave_for_the_night(
        &mut self,
        session: Moment,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let held = self.book.held().len();
        if held == 0 {
            return Ok(());
        }
        ledger.append(&Event::Risk(RiskRecord {
            session,
            event: "session_end".to_owned(),
            symbol: None,
            value: held as f64,
            limit: 0.0,
            detail: "the session ends: everything is sold at the open of its last bar".to_owned(),
        }))?;
        self.flatten(session, ledger)
    }

    /// The consensus on a symbol turned at this close: its position leaves at the next open where
    /// its row says so.
    ///
    /// # Errors
    /// As [`Account::step`].
    pub fn reverse(
        &mut self,
        session: Moment,
        symbol: Symbol,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        self.wake(symbol);
        let events = self.broker.exit_on_reversal(symbol);
        self.record(session, &events, ledger)
    }
}
