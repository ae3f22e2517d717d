//! A session of a rule strategy: its bars meet orders, histories and marks, symbol by symbol.

use std::borrow::Cow;

use tradebot_domain::{Bar, CorporateAction, Moment, SessionData, Symbol};
use tradebot_journal::Ledger;
use tradebot_quality_gates::{Admitted, Reading};

use super::Engine;
use super::ruling::{Came, Rules};
use crate::account::Mark;
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
    pub(super) fn of(came: Came, data: &'a SessionData, arrival: Option<&'a Arrival>) -> Self {
        let shaped = data.bars.get(came.place()).map(|(_, bar)| bar);
        let bar = arrival.map_or(shaped, |arrival| arrival.bar.as_ref());
        Self { session: data.session, bar, sound: came.is_sound(), arrival }
    }

    /// The bar, if it may be shown.
    #[inline]
    pub(super) fn admitted(&self) -> Option<&'a Bar> {
        match self.arrival {
            None => self.bar.filter(|_| self.sound),
            Some(arrival) => arrival.admission.as_ref().ok().map(Admitted::bar),
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
fn place_of(symbol: Symbol, data: &SessionData, likely: usize) -> Option<usize> {
    match data.bars.get(likely) {
        Some((there, _)) if *there == symbol => Some(likely),
        _ => data.bars.iter().position(|(there, _)| *there == symbol),
    }
}

/// What came for a symbol, and its bar if that can be walked.
///
/// - `likely`: where the feed is likely to have put it.
fn what_came(symbol: Symbol, data: &SessionData, likely: usize) -> (Came, Option<&Bar>) {
    let listed = data.listed.get(likely) == Some(&symbol) || data.listed.contains(&symbol);
    let in_cycle = listed && !data.ended.contains(&symbol);
    let place = place_of(symbol, data, likely);
    let bar = place.map(|place| &data.bars[place].1).filter(|bar| arrival::is_sound(bar));
    (Came::new(in_cycle, bar.is_some(), place), bar)
}

impl Engine {
    /// A session under a rule strategy. Equity is known at the close of all symbols, so they are
    /// gone through twice: what the bars did, and what the strategy says to them.
    #[inline(never)] // keeps the ensemble's values out of its registers
    pub(super) fn rule_session(
        &mut self,
        rules: &mut Rules,
        data: &SessionData,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        phases.enter(Phase::Gate);
        let arrivals = if rules.by_shape() { Vec::new() } else { self.pass_gates(rules, data) };

        phases.enter(Phase::Learn);
        self.account.release_reservations(data.session);
        let plain = rules.by_shape() && data.actions.is_empty() && data.ended.is_empty();
        for index in 0..rules.seats.len() {
            if !(plain && self.glide(rules, index, data)) {
                self.meet(rules, index, (data, &arrivals), ledger)?;
            }
        }

        phases.enter(Phase::Features);
        let mark = self.account.mark_lightly(data.session, &self.symbols);
        self.attend(rules, (data, &arrivals), mark, ledger, phases)?;
        if !arrivals.is_empty() {
            rules.arrivals = arrivals;
        }
        Ok(())
    }

    /// A session from its close on.
    pub(super) fn attend(
        &mut self,
        rules: &mut Rules,
        (data, arrivals): (&SessionData, &[Arrival]),
        mut mark: Mark,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        self.account.watch_limits(&mut mark, Some(rules.daily_loss), ledger)?;
        self.leave_for_the_night(data.session, ledger)?;

        phases.enter(Phase::Opine);
        self.consult(rules, (data, arrivals), &mark, ledger)?;

        phases.enter(Phase::Execute);
        if rules.has_decided() {
            self.send_all(rules, data.session, ledger)?;
        }
        Self::close(mark, ledger, phases)
    }

    /// A session before the run: histories follow, and the strategy is shown its bars; its wishes
    /// are not heard.
    pub(super) fn rehearse(&mut self, rules: &mut Rules, data: &SessionData) {
        let arrivals = if rules.by_shape() { Vec::new() } else { self.pass_gates(rules, data) };
        let equity = self.config.cash.to_f64();
        for index in 0..rules.seats.len() {
            let (seat, state) = (&mut rules.seats[index], &mut self.symbols[index]);
            let arrival = arrivals.get(index);
            let actions = arrival.map_or_else(|| state.actions_of(data), |a| a.actions.clone());
            let (_, sound) = what_came(seat.symbol, data, index);
            match sound {
                Some(bar) => {
                    self.account.observe(state.symbol, bar, &actions);
                    state.follow(bar, &actions, self.config.symbols.len() == 1);
                }
                None => state.actions_waiting = actions,
            }
            let shown = match arrival {
                None => sound,
                Some(arrival) => arrival.admission.as_ref().ok().map(Admitted::bar),
            };
            if let Some(bar) = shown {
                let factor = state.factor;
                seat.ask(
                    bar,
                    &Holding { shares: 0, entry_price: 0.0, sessions: 0, equity, factor },
                );
            }
        }
        rules.arrivals = arrivals;
    }

    /// Every symbol's part of the session through its gate.
    fn pass_gates(&mut self, rules: &mut Rules, data: &SessionData) -> Vec<Arrival> {
        let mut arrivals = std::mem::take(&mut rules.arrivals);
        arrivals.clear();
        let brought = Brought::new(data);
        arrivals.extend(self.symbols.iter_mut().map(|state| Arrival::of(state, &brought)));
        arrivals
    }

    /// The whole way of a bar that changes nothing but marks and histories: it stands where it is
    /// expected, its numbers are sound, no action waits for it, and the symbol rests. False when
    /// it is not such a bar; then nothing was done.
    #[inline]
    fn glide(&mut self, rules: &mut Rules, index: usize, data: &SessionData) -> bool {
        let alone = rules.seats.len() == 1;
        let (Some(seat), Some(state)) = (rules.seats.get_mut(index), self.symbols.get_mut(index))
        else {
            return false;
        };
        let (Some((there, bar)), Some(listed)) = (data.bars.get(index), data.listed.get(index))
        else {
            return false;
        };
        let glides = *there == seat.symbol
            && *listed == seat.symbol
            && arrival::is_sound(bar)
            && state.actions_waiting.is_empty()
            && state.first_close.is_some()
            && self.account.rests_through(index, bar);
        if glides {
            seat.came = Came::new(true, true, Some(index));
            state.follow(bar, &[], alone);
        }
        glides
    }

    /// A symbol's part of a session.
    #[inline(never)] // keeps the idle path short
    fn meet(
        &mut self,
        rules: &mut Rules,
        index: usize,
        (data, arrivals): (&SessionData, &[Arrival]),
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        if let Some(arrival) = arrivals.get(index) {
            return match arrival.walkable() {
                Some(bar) => self.walked(index, bar, &arrival.actions, ledger),
                None => self.not_walked(index, arrival.in_cycle, data, ledger),
            };
        }
        let (seat, state) = (&mut rules.seats[index], &mut self.symbols[index]);
        let (came, sound) = what_came(seat.symbol, data, index);
        seat.came = came;
        let actions = state.actions_of(data);
        if let Some(bar) = sound {
            return self.walked(index, bar, &actions, ledger);
        }
        state.actions_waiting = actions;
        self.not_walked(index, came.in_cycle(), data, ledger)
    }

    /// A bar meets orders and history.
    pub(super) fn walked(
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
