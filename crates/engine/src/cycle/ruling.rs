//! The decisions of a rule strategy, between the marks and the orders of a session.

use tradebot_brackets::{Bracket, Management};
use tradebot_domain::{Bar, Moment, Symbol, Tick};
use tradebot_journal::{
    Brief, DecisionRecord, Detail, Event, IdleRecord, Ledger, LedgerError, SizingStep, Verdict,
};
use tradebot_risk::{Approved, RuleEntry, review, review_unrecorded};

use super::Engine;
use super::sizing::refused;
use crate::account::{Account, Mark};
use crate::arrival::Arrival;
use crate::candidate::{self, Passed};
use crate::error::EngineError;
use crate::phase::{Phase, Phases};
use crate::strategy::{Admission, Entry, Factory, Holding, Ruling, Strategy, Wish};

/// A strategy leaves at the next open when it says so.
pub(super) const LEAVES: Management = Management { exit_on_reversal: true, ..Management::OFF };

/// Why a symbol's cycle ended without an order, where that is said once for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Idle {
    Flat,
    Holding,
    Held,
    NothingHeld,
    NoBar,
}

impl Idle {
    const fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Holding => "holding",
            Self::Held => "already_held",
            Self::NothingHeld => "nothing_held",
            Self::NoBar => "no_bar",
        }
    }
}

/// Cycles of a symbol that ended alike so far.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    reason: Idle,
    from: Moment,
    to: Moment,
    count: u64,
}

/// One symbol's strategy and what the engine keeps for it.
struct Seat {
    symbol: Symbol,
    strategy: Box<dyn Strategy>,
    stretch: Option<Stretch>,
    /// Entry price of the open position in units of the continuous series.
    entered: Option<f64>,
}

/// A rule strategy in the place of the ensemble.
pub(super) struct Rules {
    pub(super) ruling: Ruling,
    seats: Vec<Seat>,
    detail: Detail,
    /// Reused from session to session.
    approved: Vec<Approved>,
    records: Vec<DecisionRecord>,
}

impl Rules {
    pub(super) fn new(ruling: Ruling, symbols: &[Symbol], make: &mut Factory<'_>) -> Self {
        let seat =
            |s: &Symbol| Seat { symbol: *s, strategy: make(*s), stretch: None, entered: None };
        let seats = symbols.iter().map(seat).collect();
        let (approved, records) = (Vec::new(), Vec::new());
        Self { ruling, seats, detail: Detail::Full, approved, records }
    }

    pub(super) const fn tell(&mut self, detail: Detail) {
        self.detail = detail;
    }

    pub(super) fn by_shape(&self) -> bool {
        self.ruling.admission == Admission::Shape
    }

    /// Ends all stretches: the run is over.
    pub(super) fn finish(&mut self, ledger: &mut dyn Ledger) -> Result<(), LedgerError> {
        let detail = self.detail;
        self.seats.iter_mut().try_for_each(|seat| seat.end_stretch(detail, ledger))
    }
}

impl Seat {
    #[inline]
    fn idle(
        &mut self,
        reason: Idle,
        session: Moment,
        detail: Detail,
        ledger: &mut dyn Ledger,
    ) -> Result<(), LedgerError> {
        if let Some(stretch) = &mut self.stretch
            && stretch.reason == reason
        {
            stretch.to = session;
            stretch.count += 1;
            return Ok(());
        }
        self.end_stretch(detail, ledger)?;
        self.stretch = Some(Stretch { reason, from: session, to: session, count: 1 });
        Ok(())
    }

    fn end_stretch(&mut self, detail: Detail, ledger: &mut dyn Ledger) -> Result<(), LedgerError> {
        let Some(Stretch { reason, from, to, count }) = self.stretch.take() else { return Ok(()) };
        let (symbol, reason) = (self.symbol, reason.name());
        match detail {
            Detail::Brief => ledger.note(&Brief::Idle { symbol, from, to, count, reason }),
            Detail::Full => {
                let reason = reason.to_owned();
                ledger.append(&Event::Idle(IdleRecord { symbol, from, to, count, reason }))
            }
        }
    }

    /// What the strategy holds after this bar.
    #[inline]
    fn holding(&mut self, account: &Account, equity: f64, factor: f64) -> Holding {
        match account.book().position(self.symbol) {
            None => {
                self.entered = None;
                Holding { shares: 0, entry_price: 0.0, sessions: 0, equity, factor }
            }
            Some(position) => Holding {
                shares: position.shares.0,
                entry_price: *self
                    .entered
                    .get_or_insert_with(|| position.entry_price.to_f64() * factor),
                sessions: position.sessions_held,
                equity,
                factor,
            },
        }
    }

    /// The strategy's word on a raw bar.
    #[inline]
    fn ask(&mut self, bar: &Bar, holding: &Holding) -> Wish {
        if holding.factor == 1.0 {
            self.strategy.on_bar(bar, holding)
        } else {
            self.strategy.on_bar(&bar.scaled(holding.factor), holding)
        }
    }
}

impl Engine {
    /// Shows the strategy the bars of a session before the run; its wishes are not heard.
    pub(super) fn rehearse(&mut self, arrivals: &[Arrival]) {
        let Some(rules) = &mut self.rules else { return };
        let equity = self.config.cash.to_f64();
        for ((seat, state), arrival) in rules.seats.iter_mut().zip(&self.symbols).zip(arrivals) {
            if let Ok(bar) = arrival.admitted() {
                let factor = state.factor;
                seat.ask(
                    bar,
                    &Holding { shares: 0, entry_price: 0.0, sessions: 0, equity, factor },
                );
            }
        }
    }

    /// Asks the strategy about every symbol of the cycle, and does what review allows of it.
    pub(super) fn consult(
        &mut self,
        arrivals: &[Arrival],
        mark: &Mark,
        ledger: &mut dyn Ledger,
        phases: &mut Phases<'_>,
    ) -> Result<(), EngineError> {
        let Some(mut rules) = self.rules.take() else { return Ok(()) };
        for (index, arrival) in arrivals.iter().enumerate() {
            if arrival.in_cycle {
                self.decisions += 1;
                self.consult_one(&mut rules, index, (arrival, mark), ledger)?;
            }
        }
        phases.enter(Phase::Execute);
        if !(rules.approved.is_empty() && rules.records.is_empty()) {
            self.send_all(&mut rules, mark.session, ledger)?;
        }
        self.rules = Some(rules);
        Ok(())
    }

    fn consult_one(
        &mut self,
        rules: &mut Rules,
        index: usize,
        (arrival, mark): (&Arrival, &Mark),
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let (session, detail) = (mark.session, rules.detail);
        let seat = &mut rules.seats[index];
        let bar = match arrival.admitted() {
            Ok(bar) => bar,
            Err(_) if arrival.bar.is_none() => {
                return Ok(seat.idle(Idle::NoBar, session, detail, ledger)?);
            }
            Err(passed) => {
                seat.end_stretch(detail, ledger)?;
                return self.pass(rules, index, (arrival, session), passed, ledger);
            }
        };
        let holding = seat.holding(&self.account, mark.equity, self.symbols[index].factor);
        let idle = match (seat.ask(bar, &holding), holding.is_flat()) {
            (Wish::Stay, true) => Idle::Flat,
            (Wish::Stay, false) => Idle::Holding,
            (Wish::Exit, true) => Idle::NothingHeld,
            (Wish::Enter(_), false) => Idle::Held,
            (Wish::Exit, false) => {
                seat.end_stretch(detail, ledger)?;
                return self.leave(rules, index, (arrival, session), ledger);
            }
            (Wish::Enter(entry), true) => {
                seat.end_stretch(detail, ledger)?;
                return self.enter(rules, index, (arrival, mark), &entry, ledger);
            }
        };
        Ok(seat.idle(idle, session, detail, ledger)?)
    }

    /// The position leaves at the next open.
    #[inline(never)] // keeps the idle path short
    fn leave(
        &mut self,
        rules: &mut Rules,
        index: usize,
        (arrival, session): (&Arrival, Moment),
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let symbol = self.symbols[index].symbol;
        match rules.detail {
            Detail::Brief => ledger.note(&Brief::Leaving { session, symbol })?,
            Detail::Full => {
                let mut record = self.record_of(rules, index, arrival, session);
                record.verdict = Verdict::NoTrade {
                    reason: "leaves".to_owned(),
                    detail: "the strategy sells at the next open".to_owned(),
                };
                ledger.append(&Event::Decision(Box::new(record)))?;
            }
        }
        self.account.reverse(session, symbol, ledger)
    }

    /// From a wish to an approval, or to a refusal by name.
    #[inline(never)] // keeps the idle path short
    fn enter(
        &mut self,
        rules: &mut Rules,
        index: usize,
        (arrival, mark): (&Arrival, &Mark),
        entry: &Entry,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let session = mark.session;
        let bracket = match self.entry_in_time().and_then(|()| self.bracket_of(index, entry)) {
            Ok(bracket) => bracket,
            Err(passed) => return self.pass(rules, index, (arrival, session), passed, ledger),
        };
        self.account.settle_marks();
        let symbol = self.symbols[index].symbol;
        let row = self.config.policy.row(rules.ruling.row);
        let (limits, costs) = (&self.config.limits, &self.config.costs);
        let wish = RuleEntry { symbol, size: entry.size, bracket: &bracket, costs };
        let full = rules.detail == Detail::Full;
        let reviewed = self.account.with_view(index, &self.symbols, mark, |view| {
            let proposal = wish.propose(view);
            if full {
                let fraction = proposal.fraction();
                (review(proposal, row, limits, view), fraction)
            } else {
                let no_records = |refusal| (refusal, Vec::new());
                (review_unrecorded(proposal, row, limits, view).map_err(no_records), 0.0)
            }
        });
        if full {
            let mut record = self.record_of(rules, index, arrival, session);
            record.bracket = Some(tradebot_execution::bracket_record(&bracket));
            record.sizing = vec![sized(entry, reviewed.1)];
            match &reviewed.0 {
                Ok(approved) => record.checks = approved.checks().to_vec(),
                Err((refusal, checks)) => {
                    record.checks.clone_from(checks);
                    record.verdict = refused(refusal);
                }
            }
            rules.records.push(record);
        } else if let Err((refusal, _)) = &reviewed.0 {
            ledger.note(&Brief::Refused { session, symbol, reason: refusal.code() })?;
        }
        if let Ok(approved) = reviewed.0 {
            self.account.reserve(&approved, index);
            rules.approved.push(approved);
        }
        Ok(())
    }

    /// The bracket of an entry in raw prices.
    fn bracket_of(&self, index: usize, entry: &Entry) -> Result<Bracket, Passed> {
        let state = &self.symbols[index];
        let close = state.last_close.map_or(f64::NAN, |(_, close)| close);
        match &entry.protection {
            None => Bracket::at_market(close, self.config.limits.price_collar),
            Some(p) => Bracket::around_close(close, p.atr / state.factor, &p.spec, Tick::CENT),
        }
        .map_err(|e| Passed { reason: "no_bracket", detail: e.to_string() })
    }

    /// A cycle that ends with a reason of its own.
    #[inline(never)] // keeps the idle path short
    fn pass(
        &self,
        rules: &mut Rules,
        index: usize,
        (arrival, session): (&Arrival, Moment),
        passed: Passed,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let symbol = self.symbols[index].symbol;
        match rules.detail {
            Detail::Brief => {
                ledger.note(&Brief::Refused { session, symbol, reason: passed.reason })?;
            }
            Detail::Full => {
                let mut record = self.record_of(rules, index, arrival, session);
                record.verdict = passed.verdict();
                rules.records.push(record);
            }
        }
        Ok(())
    }

    /// A decision record with the gate's part filled in.
    fn record_of(
        &self,
        rules: &Rules,
        index: usize,
        arrival: &Arrival,
        session: Moment,
    ) -> DecisionRecord {
        let state = &self.symbols[index];
        let admitted = arrival.admitted().is_ok();
        let source = &self.config.data_source;
        let quality = candidate::quality_record(&arrival.reading, admitted, source, state.factor);
        let close = arrival.bar.as_ref().map(|b| b.close);
        let pending = Verdict::NoTrade { reason: String::new(), detail: String::new() };
        candidate::empty_record(session, state.symbol, close, quality, rules.ruling.row, pending)
    }

    /// Journals what was decided, then every intent, and only then sends.
    #[inline(never)] // keeps the idle path short
    fn send_all(
        &mut self,
        rules: &mut Rules,
        session: Moment,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        if rules.detail == Detail::Full {
            let approved = std::mem::take(&mut rules.approved);
            // Counted when the strategy was asked.
            self.decisions -= rules.records.len() as u64;
            return self.act(std::mem::take(&mut rules.records), approved, LEAVES.into(), ledger);
        }
        let mut intents = Vec::with_capacity(rules.approved.len());
        for approved in rules.approved.drain(..) {
            let id = tradebot_journal::DecisionId { session, symbol: approved.symbol() };
            let order = (self.account.next_intent_id(), id, rules.ruling.row);
            intents.push(Account::intend(order, approved, LEAVES, ledger)?);
        }
        if self.config.durable_before_send && !intents.is_empty() {
            ledger.commit(true)?;
        }
        intents.into_iter().try_for_each(|intent| self.account.send(intent, ledger))
    }
}

/// The one step in which a rule is sized.
fn sized(entry: &Entry, fraction: f64) -> SizingStep {
    let note = format!("{:?}, {:.6} of equity at risk", entry.size, fraction);
    SizingStep { step: "rule".to_owned(), before: 0.0, after: fraction, note }
}
