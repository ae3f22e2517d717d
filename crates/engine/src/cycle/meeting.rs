//! A session of a rule strategy: its bars meet orders, histories and marks, symbol by symbol.

use std::borrow::Cow;

use tradebot_domain::{Bar, CorporateAction, Moment, SessionData, Symbol};
use tradebot_journal::Ledger;
use tradebot_quality_gates::Reading;

use super::Engine;
use super::ruling::{Came, Rules};
use crate::arrival::{self, Arrival, Brought};
use crate::candidate::Passed;
use crate::error::EngineError;
use crate::phase::{Phase, Phases};
use crate::strategy::Holding;

/// What a session brought for one symbol of the cycle.
#[derive(Clone, Copy)]
pub(super) struct Visit<'a> {
    pub(super) session: Moment,
    /// The raw bar; none when none came.
    pub(super) bar: Option<&'a Bar>,
    sound: bool,
    /// What the gate said, where there is one.
    arrival: Option<&'a Arrival>,
}

impl<'a> Visit<'a> {
    /// None when the symbol takes no part in the cycle.
    #[inline]
    pub(super) fn of(
        came: Came,
        data: &'a SessionData,
        arrival: Option<&'a Arrival>,
    ) -> Option<Self> {
        let session = data.session;
        if let Some(arrival) = arrival {
            let visit =
                Self { session, bar: arrival.bar.as_ref(), sound: true, arrival: Some(arrival) };
            return arrival.in_cycle.then_some(visit);
        }
        let bar = came.at.and_then(|at| data.bars.get(at)).map(|(_, bar)| bar);
        came.in_cycle.then_some(Self { session, bar, sound: came.sound, arrival: None })
    }

    /// The bar, if it may be shown.
    #[inline]
    pub(super) fn admitted(&self) -> Option<&'a Bar> {
        match self.arrival {
            None => self.bar.filter(|_| self.sound),
            Some(arrival) => arrival.admission.as_ref().ok().map(|admitted| admitted.bar()),
        }
    }

    /// Why it may not.
    pub(super) fn refused(&self) -> Passed {
        let by_gate = self.arrival.and_then(|arrival| arrival.admitted().err());
        by_gate.unwrap_or_else(arrival::misshapen)
    }

    /// What the gate saw, or would have said of a bar of sound shape.
    pub(super) fn reading(&self) -> Cow<'a, Reading> {
        self.arrival.map_or_else(|| Cow::Owned(arrival::unread()), |a| Cow::Borrowed(&a.reading))
    }
}

/// Place of the symbol's bar in a session.
///
/// - `likely`: where the feed is likely to have put it.
#[inline]
fn place_of(symbol: Symbol, data: &SessionData, likely: usize) -> Option<usize> {
    match data.bars.get(likely) {
        Some((there, _)) if *there == symbol => Some(likely),
        _ => data.bars.iter().position(|(there, _)| *there == symbol),
    }
}

impl Came {
    #[inline]
    fn of(symbol: Symbol, data: &SessionData, likely: usize) -> (Self, Option<&Bar>) {
        let listed = data.listed.get(likely) == Some(&symbol) || data.listed.contains(&symbol);
        let in_cycle = listed && !data.ended.contains(&symbol);
        let at = place_of(symbol, data, likely);
        let bar = at.map(|at| &data.bars[at].1).filter(|bar| arrival::is_sound(bar));
        (Self { in_cycle, sound: bar.is_some(), at }, bar)
    }
}

impl Engine {
    /// A session under a rule strategy. Equity is known at the close of all symbols, so they are
    /// gone through twice: what the bars did, and what the strategy says to them.
    pub(super) fn rule_session(
        &mut self,
        rules: &mut Rules,
        data: &SessionData,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        phases.enter(Phase::Gate);
        let arrivals = self.pass_gates(rules, data);

        phases.enter(Phase::Learn);
        self.account.release_reservations(data.session);
        for index in 0..rules.seats.len() {
            match arrivals.get(index) {
                None => self.meet(rules, index, data, ledger)?,
                Some(arrival) => self.meet_gated(index, (arrival, data), ledger)?,
            }
        }

        phases.enter(Phase::Features);
        let mut mark = self.account.mark(data.session, &self.symbols);
        self.account.watch_limits(&mut mark, Some(rules.daily_loss), ledger)?;
        self.leave_for_the_night(data.session, ledger)?;

        phases.enter(Phase::Opine);
        self.consult(rules, (data, &arrivals), &mark, ledger)?;

        phases.enter(Phase::Execute);
        if !(rules.approved.is_empty() && rules.records.is_empty()) {
            self.send_all(rules, data.session, ledger)?;
        }
        rules.arrivals = arrivals;
        Self::close(mark, ledger, phases)
    }

    /// A session before the run: histories follow, and the strategy is shown its bars; its wishes
    /// are not heard.
    pub(super) fn rehearse(&mut self, rules: &mut Rules, data: &SessionData) {
        let arrivals = self.pass_gates(rules, data);
        let equity = self.config.cash.to_f64();
        for index in 0..rules.seats.len() {
            let (seat, state) = (&mut rules.seats[index], &mut self.symbols[index]);
            let arrival = arrivals.get(index);
            let actions = arrival.map_or_else(|| state.actions_of(data), |a| a.actions.clone());
            let (came, sound) = Came::of(seat.symbol, data, index);
            match sound {
                Some(bar) => {
                    self.account.observe(state.symbol, bar, &actions);
                    state.follow(bar, &actions, self.config.symbols.len() == 1);
                }
                None => state.actions_waiting = actions,
            }
            let shown = match arrival {
                None => sound,
                Some(arrival) => arrival.admission.as_ref().ok().map(|admitted| admitted.bar()),
            };
            if let Some(bar) = shown {
                let factor = state.factor;
                seat.ask(
                    bar,
                    &Holding { shares: 0, entry_price: 0.0, sessions: 0, equity, factor },
                );
            }
            seat.came = came;
        }
        rules.arrivals = arrivals;
    }

    /// Every symbol's part of the session through its gate; nothing where no gate is asked for.
    fn pass_gates(&mut self, rules: &mut Rules, data: &SessionData) -> Vec<Arrival> {
        let mut arrivals = std::mem::take(&mut rules.arrivals);
        if !rules.by_shape() {
            arrivals.clear();
            let brought = Brought::new(data);
            arrivals.extend(self.symbols.iter_mut().map(|state| Arrival::of(state, &brought)));
        }
        arrivals
    }

    /// A symbol's part of a session that is looked at for its shape only.
    #[inline]
    fn meet(
        &mut self,
        rules: &mut Rules,
        index: usize,
        data: &SessionData,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let seat = &mut rules.seats[index];
        let (came, sound) = Came::of(seat.symbol, data, index);
        seat.came = came;
        let quiet = data.actions.is_empty() && self.symbols[index].actions_waiting.is_empty();
        match sound {
            Some(bar) if quiet => self.walked(index, bar, &[], ledger),
            Some(bar) => {
                let actions = self.symbols[index].actions_of(data);
                self.walked(index, bar, &actions, ledger)
            }
            None => {
                let state = &mut self.symbols[index];
                state.actions_waiting = state.actions_of(data);
                self.not_walked(index, came.in_cycle, data, ledger)
            }
        }
    }

    fn meet_gated(
        &mut self,
        index: usize,
        (arrival, data): (&Arrival, &SessionData),
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        match arrival.walkable() {
            Some(bar) => self.walked(index, bar, &arrival.actions, ledger),
            None => self.not_walked(index, arrival.in_cycle, data, ledger),
        }
    }

    /// A bar meets orders and history.
    #[inline]
    fn walked(
        &mut self,
        index: usize,
        bar: &Bar,
        actions: &[CorporateAction],
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let finer = self.finer.as_ref();
        let fine = finer.map_or(&[][..], |finer| finer.of(self.symbols[index].symbol, bar.date));
        self.account.meet(index, (bar, fine), actions, ledger)?;
        let alone = self.symbols.len() == 1;
        let state = &mut self.symbols[index];
        state.follow(bar, actions, alone);
        if state.first_close.is_none() {
            state.first_close = state.continuous_close;
        }
        Ok(())
    }

    /// No bar to walk: data that ended are sold at their last close, a waiting entry expires.
    #[inline(never)] // keeps the idle path short
    fn not_walked(
        &mut self,
        index: usize,
        in_cycle: bool,
        data: &SessionData,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let state = &self.symbols[index];
        if data.ended.contains(&state.symbol)
            && let Some((_, close)) = state.last_close
        {
            self.account.end_of_data(data.session, state.symbol, close, ledger)
        } else if in_cycle {
            self.account.no_bar(state.symbol, data.session, ledger)
        } else {
            Ok(())
        }
    }
}
