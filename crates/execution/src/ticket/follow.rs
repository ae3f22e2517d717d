//! What a position needs from a person: its stop, its target, a stop in another place, its exit,
//! and the end of orders that have outlived it.
//!
//! Nothing here remembers what was asked before: what is wanted is compared with what is in place
//! and what is open, and the difference is issued. So the same look twice asks for nothing twice,
//! and a stop that a person takes away is asked for again.

use tradebot_domain::Shares;
use tradebot_journal::{
    TicketChange, TicketKind, TicketMatch, TicketOrder, TicketRecord, TicketSide, TicketState,
};

use super::asking::Wish;
use super::book::{Ticket, TicketError};
use super::matching::seconds;
use super::seen::Chain;
use super::settle::Pass;

impl Pass {
    /// Follow-ups of every position, and of entries that work longer than they may.
    pub(super) fn follow(&mut self) -> Result<(), TicketError> {
        self.judge_changes()?;
        let begun = |ticket: &Ticket| {
            ticket.record().kind == TicketKind::Entry
                && (!ticket.fills().is_empty() || !ticket.orders().is_empty())
        };
        for id in self.ids(begun) {
            let Some(entry) = self.book.get(&id).cloned() else { continue };
            self.end_overdue_entry(&entry)?;
            let held = self.book.held(&entry.record().intent_id);
            if held > Shares::ZERO {
                self.ask_about_sales(&entry)?;
                self.hold(&entry, held)?;
            } else if !entry.is_open() && !entry.fills().is_empty() {
                self.close(&entry)?;
            }
        }
        Ok(())
    }

    /// Tickets to change or cancel an order are judged by that order.
    fn judge_changes(&mut self) -> Result<(), TicketError> {
        let changes = |t: &Ticket| {
            t.is_open() && matches!(t.record().kind, TicketKind::MoveStop | TicketKind::Cancel)
        };
        for id in self.ids(changes) {
            let Some(ticket) = self.book.get(&id) else { continue };
            let record = ticket.record();
            let Some(chain) = record.concerns.and_then(|order| self.chains.get(&order)) else {
                continue;
            };
            let Some((state, found, note)) = judged_change(record, chain) else { continue };
            self.say(&id, TicketChange::Moved { state, found, note })?;
        }
        Ok(())
    }

    /// An entry that still works after its time is to be cancelled: its decision is stale.
    fn end_overdue_entry(&mut self, entry: &Ticket) -> Result<(), TicketError> {
        let over = entry.record().valid_until.is_some_and(|end| seconds(end, self.now) > 0);
        if !over {
            return Ok(());
        }
        let working: Vec<i64> = self.working(entry).map(|chain| chain.id).collect();
        for order in working {
            self.cancel(entry, order, "the entry works longer than it was meant to")?;
        }
        Ok(())
    }

    fn hold(&mut self, entry: &Ticket, held: Shares) -> Result<(), TicketError> {
        match self.reason_to_leave(entry) {
            Some(reason) if !self.refused(entry, TicketKind::Exit) => {
                self.leave(entry, held, &reason)
            }
            _ => {
                self.protect(entry, held)?;
                self.aim(entry, held)
            }
        }
    }

    fn reason_to_leave(&self, entry: &Ticket) -> Option<String> {
        if let Some(reason) = entry.managed_exit() {
            return Some(reason.to_owned());
        }
        let end = entry.record().plan?.exit_after?;
        (seconds(end, self.now) >= 0).then(|| "its time limit is reached".to_owned())
    }

    /// A person said no to a ticket of this kind; it is not asked for again.
    fn refused(&self, entry: &Ticket, kind: TicketKind) -> bool {
        self.book.of_intent(&entry.record().intent_id).any(|ticket| {
            let record = ticket.record();
            record.kind == kind
                && record.concerns.is_none()
                && ticket.state() == TicketState::Skipped
        })
    }

    /// Stops for all that is held, at the price of the plan, and for no more.
    fn protect(&mut self, entry: &Ticket, held: Shares) -> Result<(), TicketError> {
        let Some(plan) = entry.record().plan else { return Ok(()) };
        let price = entry.managed_stop().unwrap_or(plan.bracket.stop);
        let mut left = held.0;
        for chain in self.working_of(entry, TicketKind::Stop) {
            let allowed = chain.working.0.min(left);
            left -= allowed;
            let at = chain.newest.stop.map_or(price, |stop| stop.max(price));
            let misplaced = chain.newest.stop.is_some_and(|stop| stop < price);
            if allowed == 0 {
                self.cancel(entry, chain.id, "the stop would sell more than is held")?;
            } else if misplaced || allowed < chain.working.0 {
                self.move_stop(entry, &chain, at, Shares(allowed))?;
            }
        }
        let reason = format!("protects {left} shares of {}", entry.record().intent_id);
        let (kind, order) = (TicketKind::Stop, TicketOrder::Stop);
        let shares = Shares(left);
        let stop = Some(price);
        self.owe(entry, Wish { kind, order, limit: None, stop, shares, reason, concerns: None })
    }

    /// A target for all that is held.
    fn aim(&mut self, entry: &Ticket, held: Shares) -> Result<(), TicketError> {
        let Some(plan) = entry.record().plan else { return Ok(()) };
        if self.refused(entry, TicketKind::Target) {
            return Ok(());
        }
        let mut left = held.0;
        for chain in self.working_of(entry, TicketKind::Target) {
            left = left.saturating_sub(chain.working.0);
        }
        let reason =
            "the other side of the stop: enter both as one bracket, so that either cancels \
                      the other"
                .to_owned();
        let (kind, order) = (TicketKind::Target, TicketOrder::Limit);
        let (limit, shares) = (Some(plan.bracket.target), Shares(left));
        self.owe(entry, Wish { kind, order, limit, stop: None, shares, reason, concerns: None })
    }

    /// An exit for all that is held, in place of everything else that is open.
    fn leave(&mut self, entry: &Ticket, held: Shares, why: &str) -> Result<(), TicketError> {
        for kind in [TicketKind::Stop, TicketKind::Target, TicketKind::MoveStop] {
            self.withdraw(entry, kind, "the position is to be left")?;
        }
        let mut left = held.0;
        for chain in self.working_of(entry, TicketKind::Exit) {
            left = left.saturating_sub(chain.working.0);
        }
        let resting: Vec<String> = [TicketKind::Stop, TicketKind::Target]
            .into_iter()
            .flat_map(|kind| self.working_of(entry, kind))
            .map(|chain| chain.newest.id.to_string())
            .collect();
        let reason = if resting.is_empty() {
            why.to_owned()
        } else {
            format!("{why}; first cancel what rests: order {}", resting.join(", order "))
        };
        let (kind, order) = (TicketKind::Exit, TicketOrder::Market);
        let shares = Shares(left);
        self.owe(
            entry,
            Wish { kind, order, limit: None, stop: None, shares, reason, concerns: None },
        )
    }

    /// The position is gone: what is open is withdrawn, what rests is to be cancelled.
    fn close(&mut self, entry: &Ticket) -> Result<(), TicketError> {
        use TicketKind as K;
        for kind in [K::Stop, K::Target, K::MoveStop, K::Exit] {
            self.withdraw(entry, kind, "the position is closed")?;
        }
        for kind in [K::Stop, K::Target, K::Exit] {
            for chain in self.working_of(entry, kind) {
                self.cancel(entry, chain.id, "the position is closed and the order still works")?;
            }
        }
        Ok(())
    }

    /// A sale of a held symbol that no ticket asked for: is it this position's, or the person's
    /// own?
    fn ask_about_sales(&mut self, entry: &Ticket) -> Result<(), TicketError> {
        let record = entry.record();
        let asked = |pass: &Self, order: i64| {
            pass.book.tickets().iter().any(|ticket| {
                ticket.candidates().contains(&order)
                    || (ticket.record().kind == TicketKind::Exit
                        && ticket.record().concerns == Some(order))
            })
        };
        let sales: Vec<Chain> = self
            .chains
            .values()
            .filter(|chain| {
                chain.newest.symbol == record.symbol
                    && chain.newest.side == TicketSide::Sell
                    && !chain.fills.is_empty()
                    && seconds(record.issued, chain.created) >= 0
                    && self.book.owner(chain.id).is_none()
                    && !asked(self, chain.id)
            })
            .cloned()
            .collect();
        for sale in sales {
            let reason = "an order that no ticket asked for sold these; is it this position's \
                          (done) or shares of your own (skip)?";
            let wish = Wish {
                kind: TicketKind::Exit,
                order: sale.newest.order,
                limit: sale.newest.limit,
                stop: sale.newest.stop,
                shares: sale.total(),
                reason: reason.to_owned(),
                concerns: Some(sale.id),
            };
            let id = self.issue(entry, wish, self.now)?;
            self.say(&id, TicketChange::Asked { orders: vec![sale.id] })?;
        }
        Ok(())
    }
}

/// How the order that a ticket wants changed stands to it; none while it is as it was.
fn judged_change(
    record: &TicketRecord,
    chain: &Chain,
) -> Option<(TicketState, TicketMatch, String)> {
    let ended = chain.working == Shares::ZERO;
    if record.kind == TicketKind::Cancel {
        let note = "the order has ended".to_owned();
        return ended.then_some((TicketState::Done, TicketMatch::Exact, note));
    }
    if ended {
        let note = "the order has ended".to_owned();
        return Some((TicketState::Withdrawn, TicketMatch::None, note));
    }
    let (stop, shares) = (chain.newest.stop, chain.working);
    let note = format!("{shares} shares at {}", stop.map_or_else(|| "?".into(), |s| s.to_string()));
    if stop < record.stop || shares > record.shares {
        return None;
    }
    Some(match (stop == record.stop, shares == record.shares) {
        (true, true) => (TicketState::Done, TicketMatch::Exact, note),
        (false, _) => (TicketState::DoneDifferently, TicketMatch::DifferentPrice, note),
        (true, false) => (TicketState::DoneDifferently, TicketMatch::DifferentSize, note),
    })
}
