//! What a rule strategy wishes for, and what review allows of it.

use tradebot_brackets::Bracket;
use tradebot_domain::{Bar, Moment, SessionData, Shares, Tick};
use tradebot_journal::{Brief, DecisionRecord, Detail, Event, Ledger, SizingStep, Verdict};
use tradebot_risk::{RuleEntry, review, review_unrecorded};

use super::Engine;
use super::meeting::Visit;
use super::ruling::{Idle, LEAVES, Rules};
use super::sizing::{costs_unknown, refused};
use crate::account::{Account, Mark};
use crate::arrival::Arrival;
use crate::candidate::{self, Passed};
use crate::error::EngineError;
use crate::strategy::{Entry, Wish};

impl Engine {
    /// Asks the strategy about every symbol of the cycle.
    #[inline]
    pub(super) fn consult(
        &mut self,
        rules: &mut Rules,
        (data, arrivals): (&SessionData, &[Arrival]),
        mark: &Mark,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        for index in 0..rules.seats.len() {
            let came = rules.seats[index].came;
            // Most symbols of most sessions: shown a bar, and nothing changes.
            if came.is_sound_in_cycle()
                && let Some((_, bar)) = data.bars.get(came.place())
            {
                self.decisions += 1;
                if let Some(wish) = self.hear(rules, index, bar, (mark.session, mark.equity)) {
                    let visit = Visit::of(came, data, None);
                    self.answer(rules, index, (&visit, mark), wish, ledger)?;
                }
            } else {
                self.consult_one(rules, index, (data, arrivals), mark, ledger)?;
            }
        }
        Ok(())
    }

    /// As [`Engine::consult`], whatever came.
    #[inline(never)] // keeps the idle path short
    fn consult_one(
        &mut self,
        rules: &mut Rules,
        index: usize,
        (data, arrivals): (&SessionData, &[Arrival]),
        mark: &Mark,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let (came, arrival) = (rules.seats[index].came, arrivals.get(index));
        if !arrival.map_or(came.in_cycle(), |arrival| arrival.in_cycle) {
            return Ok(());
        }
        self.decisions += 1;
        let visit = Visit::of(came, data, arrival);
        if let Some(bar) = visit.admitted() {
            return match self.hear(rules, index, bar, (mark.session, mark.equity)) {
                Some(wish) => self.answer(rules, index, (&visit, mark), wish, ledger),
                None => Ok(()),
            };
        }
        let (seat, detail) = (&mut rules.seats[index], rules.detail);
        if visit.bar.is_none() {
            return Ok(seat.idle(Idle::NoBar, visit.session, detail, ledger)?);
        }
        seat.end_stretch(detail, ledger)?;
        self.pass(rules, index, &visit, visit.refused(), ledger)
    }

    /// Shows the strategy a bar. None when it stays as it has stayed before: then that is counted.
    #[inline]
    fn hear(
        &mut self,
        rules: &mut Rules,
        index: usize,
        bar: &Bar,
        (session, equity): (Moment, f64),
    ) -> Option<Wish> {
        let (seat, factor) = (&mut rules.seats[index], self.symbols[index].factor);
        let holding = seat.holding((index, &self.account), equity, factor);
        let wish = seat.ask(bar, &holding);
        (!seat.stays_on(&wish, &holding, session)).then_some(wish)
    }

    /// What is done about a wish.
    #[inline(never)] // keeps the idle path short
    pub(super) fn answer(
        &mut self,
        rules: &mut Rules,
        index: usize,
        (visit, mark): (&Visit<'_>, &Mark),
        wish: Wish,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let (seat, detail) = (&mut rules.seats[index], rules.detail);
        let flat = self.account.held(index).0 == Shares::ZERO;
        let idle = match (wish, flat) {
            (Wish::Stay, true) => Idle::Flat,
            (Wish::Stay, false) => Idle::Holding,
            (Wish::Exit, true) => Idle::NothingHeld,
            (Wish::Enter(_), false) => Idle::Held,
            (Wish::Exit, false) => {
                seat.end_stretch(detail, ledger)?;
                return self.leave(rules, index, visit, ledger);
            }
            (Wish::Enter(entry), true) => {
                seat.end_stretch(detail, ledger)?;
                return self.enter(rules, index, (visit, mark), &entry, ledger);
            }
        };
        Ok(seat.idle(idle, visit.session, detail, ledger)?)
    }

    /// The position leaves at the next open.
    #[inline(never)] // keeps the idle path short
    fn leave(
        &mut self,
        rules: &mut Rules,
        index: usize,
        visit: &Visit<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let (session, symbol) = (visit.session, self.symbols[index].symbol);
        match rules.detail {
            Detail::Brief => ledger.note(&Brief::Leaving { session, symbol })?,
            Detail::Full => {
                let mut record = self.record_of(rules, index, visit);
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
        (visit, mark): (&Visit<'_>, &Mark),
        entry: &Entry,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let session = visit.session;
        let bracket = match self.entry_in_time().and_then(|()| self.bracket_of(index, entry)) {
            Ok(bracket) => bracket,
            Err(passed) => return self.pass(rules, index, visit, passed, ledger),
        };
        self.account.settle_marks();
        let symbol = self.symbols[index].symbol;
        let row = self.config.policy.row(rules.ruling.row);
        let limits = &self.config.limits;
        let costs = match self.account.expected_costs(symbol, &bracket, mark) {
            Ok(costs) => costs,
            Err(unpriced) => {
                return self.pass(rules, index, visit, costs_unknown(&unpriced), ledger);
            }
        };
        let wish = RuleEntry { symbol, size: entry.size, bracket: &bracket, costs: &costs };
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
            let mut record = self.record_of(rules, index, visit);
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
        visit: &Visit<'_>,
        passed: Passed,
        ledger: &mut dyn Ledger,
    ) -> Result<(), EngineError> {
        let (session, symbol) = (visit.session, self.symbols[index].symbol);
        match rules.detail {
            Detail::Brief => {
                ledger.note(&Brief::Refused { session, symbol, reason: passed.reason })?;
            }
            Detail::Full => {
                let mut record = self.record_of(rules, index, visit);
                record.verdict = passed.verdict();
                rules.records.push(record);
            }
        }
        Ok(())
    }

    /// A decision record with the gate's part filled in.
    fn record_of(&self, rules: &Rules, index: usize, visit: &Visit<'_>) -> DecisionRecord {
        let state = &self.symbols[index];
        let admitted = visit.admitted().is_some();
        let source = &self.config.data_source;
        let quality = candidate::quality_record(&visit.reading(), admitted, source, state.factor);
        let close = visit.bar.map(|b| b.close);
        let pending = Verdict::NoTrade { reason: String::new(), detail: String::new() };
        let row = rules.ruling.row;
        candidate::empty_record(visit.session, state.symbol, close, quality, row, pending)
    }

    /// Journals what was decided, then every intent, and only then sends.
    #[inline(never)] // keeps the idle path short
    pub(super) fn send_all(
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
        for approved in rules.approved.drain(..) {
            let id = tradebot_journal::DecisionId { session, symbol: approved.symbol() };
            let order = (self.account.next_intent_id(), id, rules.ruling.row);
            rules.intents.push(Account::intend(order, approved, LEAVES, ledger)?);
        }
        if self.config.durable_before_send && !rules.intents.is_empty() {
            ledger.commit(true)?;
        }
        rules.intents.drain(..).try_for_each(|intent| self.account.send(intent, ledger))
    }
}

/// The one step in which a rule is sized.
fn sized(entry: &Entry, fraction: f64) -> SizingStep {
    let note = format!("{:?}, {:.6} of equity at risk", entry.size, fraction);
    SizingStep { step: "rule".to_owned(), before: 0.0, after: fraction, note }
}
