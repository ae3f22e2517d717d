//! Sessions of an only symbol on which nothing happens but a close.
//!
//! They are nine in ten of a run of one rule over one symbol. What [`Engine::rule_session`] does in
//! them is done here in one piece, in the same order and by the same steps, without what several
//! symbols, snapshots and orders need. Whatever turns up on the way is handed to the steps of
//! every other session.

use tradebot_domain::SessionData;
use tradebot_journal::Ledger;

use super::Engine;
use super::meeting::Visit;
use super::ruling::{Came, Rules};
use crate::arrival;
use crate::error::EngineError;
use crate::phase::Phases;
use crate::strategy::Wish;

/// How far a session came in one piece.
pub(super) enum Glided {
    /// Nowhere: nothing was done, and more may have come than a bar.
    No,
    /// Nowhere, but all that came is a bar, which meets an order.
    ToOrders,
    /// To its end.
    Whole,
    /// To its close, at which a limit of the account may have been reached.
    ToLimits,
    /// To the strategy, which wishes for something, or stays for another reason than before.
    ToWish(Wish),
}

impl Engine {
    /// Takes a session to its end, if nothing but a close happens in it.
    #[expect(clippy::inline_always, reason = "a call on every bar costs as much as the step")]
    #[inline(always)]
    pub(super) fn glide_to_end(&mut self, data: &SessionData, ledger: &mut dyn Ledger) -> Glided {
        let Self { rules: Some(rules), clock: None, symbols, account, .. } = self else {
            return Glided::No;
        };
        let (true, [seat], [state]) =
            (rules.alone, rules.seats.as_mut_slice(), symbols.as_mut_slice())
        else {
            return Glided::No;
        };
        let Some(bar) = data.only_bar(seat.symbol).filter(|bar| arrival::is_sound(bar)) else {
            return Glided::No;
        };
        let in_order = self.last_session.is_none_or(|last| last < data.session);
        let plain = bar.date == data.session
            && state.actions_waiting.is_empty()
            && state.first_close.is_some();
        if !(in_order && plain) {
            return Glided::No;
        }
        let Some(value) = account.rests_alone(bar) else { return Glided::ToOrders };
        self.last_session = Some(data.session);
        self.cycle += 1;
        state.follow(bar, &[], true);
        let equity = account.close_at(data.session, value);
        if account.is_near_limits(rules.daily_loss) {
            return Glided::ToLimits;
        }
        self.decisions += 1;
        let holding = seat.holding((0, account), equity, state.factor);
        let wish = seat.ask(bar, &holding);
        if !seat.stays_on(&wish, &holding, data.session) {
            return Glided::ToWish(wish);
        }
        ledger.mark(data.session, equity);
        Glided::Whole
    }

    /// A session that came as far as its close, from there on.
    #[inline(never)] // keeps the idle path short
    pub(super) fn go_on(
        &mut self,
        glided: &Glided,
        data: &SessionData,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        let Some(mut rules) = self.rules.take() else { return Ok(()) };
        rules.seats[0].came = Came::new(true, true, Some(0));
        let done = match glided {
            Glided::ToWish(wish) => self.heed(&mut rules, data, *wish, ledger),
            Glided::ToOrders => self.meet_alone(&mut rules, data, ledger, phases),
            Glided::ToLimits | Glided::Whole | Glided::No => {
                let mark = self.account.light_mark(data.session);
                self.attend(&mut rules, (data, &[]), mark, ledger, phases)
            }
        };
        self.rules = Some(rules);
        done
    }

    /// The only bar of a session meets an order of its symbol, and the session goes on as all do.
    fn meet_alone(
        &mut self,
        rules: &mut Rules,
        data: &SessionData,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        self.advance(data.session)?;
        self.account.release_reservations(data.session);
        if let Some((_, bar)) = data.bars.first() {
            self.walked(0, bar, &[], ledger)?;
        }
        let mark = self.account.mark_lightly(data.session, &self.symbols);
        self.attend(rules, (data, &[]), mark, ledger, phases)
    }

    /// What the only symbol's strategy wishes for, from there to the end of the session.
    fn heed(
        &mut self,
        rules: &mut Rules,
        data: &SessionData,
        wish: Wish,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let mark = self.account.light_mark(data.session);
        let visit = Visit::of(rules.seats[0].came, data, None);
        self.answer(rules, 0, (&visit, &mark), wish, ledger)?;
        if rules.has_decided() {
            self.send_all(rules, data.session, ledger)?;
        }
        ledger.mark(data.session, mark.equity);
        Ok(())
    }
}
