//! Tickets that a position asks for, changes its mind about, or no longer needs.

use tradebot_domain::{Price, Shares, Timestamp};
use tradebot_journal::{
    TicketChange, TicketKind, TicketLife, TicketMatch, TicketOrder, TicketRecord, TicketSide,
    TicketState,
};

use super::book::{Ticket, TicketError};
use super::seen::Chain;
use super::settle::Pass;

/// What a new ticket asks for.
pub(super) struct Wish {
    pub(super) kind: TicketKind,
    pub(super) order: TicketOrder,
    pub(super) limit: Option<Price>,
    pub(super) stop: Option<Price>,
    pub(super) shares: Shares,
    pub(super) reason: String,
    pub(super) concerns: Option<i64>,
}

impl Pass {
    /// Tickets of a kind that ask for these shares together, and for nothing else: what is open
    /// is kept if it says just that, else withdrawn and issued anew, as old as it was.
    pub(super) fn owe(&mut self, entry: &Ticket, wish: Wish) -> Result<(), TicketError> {
        let open = self.open(entry, wish.kind);
        let says_so = |id: &String| {
            self.book.get(id).is_some_and(|ticket| {
                let record = ticket.record();
                (record.order, record.limit, record.stop) == (wish.order, wish.limit, wish.stop)
            })
        };
        let asked: u64 =
            open.iter().filter_map(|id| self.book.get(id)).map(|t| self.need(t).0).sum();
        if asked == wish.shares.0 && (asked == 0 || open.iter().all(says_so)) {
            return Ok(());
        }
        let since = open.iter().filter_map(|id| self.book.get(id)).map(|t| t.record().owed_since);
        let since = since.min().unwrap_or(self.now);
        self.withdraw(entry, wish.kind, "the position changed")?;
        if wish.shares > Shares::ZERO {
            self.issue(entry, wish, since)?;
        }
        Ok(())
    }

    pub(super) fn move_stop(
        &mut self,
        entry: &Ticket,
        chain: &Chain,
        stop: Price,
        shares: Shares,
    ) -> Result<(), TicketError> {
        let (kind, order) = (TicketKind::MoveStop, TicketOrder::Stop);
        let known = self.book.tickets().iter().any(|ticket| {
            let record = ticket.record();
            (record.kind, record.concerns) == (kind, Some(chain.id))
                && (record.stop, record.shares) == (Some(stop), shares)
                && (ticket.is_open() || ticket.state() == TicketState::Skipped)
        });
        if known {
            return Ok(());
        }
        self.withdraw_about(chain.id, kind, "the stop is wanted elsewhere by now")?;
        let was = chain.newest.stop.map_or_else(String::new, |was| format!(" from {was}"));
        let (id, had) = (chain.newest.id, chain.working);
        let reason =
            format!("change order {id}{was} to {stop}, for {shares} shares (it has {had})");
        let concerns = Some(chain.id);
        let wish = Wish { kind, order, limit: None, stop: Some(stop), shares, reason, concerns };
        self.issue(entry, wish, self.now).map(|_| ())
    }

    pub(super) fn cancel(
        &mut self,
        entry: &Ticket,
        order: i64,
        why: &str,
    ) -> Result<(), TicketError> {
        let known = self.book.tickets().iter().any(|ticket| {
            let record = ticket.record();
            (record.kind, record.concerns) == (TicketKind::Cancel, Some(order))
                && (ticket.is_open() || ticket.state() == TicketState::Skipped)
        });
        let Some(chain) = self.chains.get(&order).filter(|_| !known) else { return Ok(()) };
        let wish = Wish {
            kind: TicketKind::Cancel,
            order: chain.newest.order,
            limit: chain.newest.limit,
            stop: chain.newest.stop,
            shares: chain.working,
            reason: format!("cancel order {}: {why}", chain.newest.id),
            concerns: Some(order),
        };
        self.issue(entry, wish, self.now).map(|_| ())
    }

    pub(super) fn issue(
        &mut self,
        entry: &Ticket,
        wish: Wish,
        owed_since: Timestamp,
    ) -> Result<String, TicketError> {
        let from = entry.record();
        let side = if wish.kind == TicketKind::Cancel {
            wish.concerns.and_then(|order| self.chains.get(&order)).map(|chain| chain.newest.side)
        } else {
            None
        };
        let life = match wish.kind {
            TicketKind::Exit => TicketLife::Day,
            _ => TicketLife::GoodTillCancelled,
        };
        let record = TicketRecord {
            id: self.book.next_id(),
            account: from.account.clone(),
            run: from.run.clone(),
            intent_id: from.intent_id.clone(),
            decision: from.decision,
            symbol: from.symbol,
            kind: wish.kind,
            side: side.unwrap_or(TicketSide::Sell),
            order: wish.order,
            limit: wish.limit,
            stop: wish.stop,
            shares: wish.shares,
            life,
            issued: self.now,
            owed_since,
            valid_until: None,
            reason: wish.reason,
            concerns: wish.concerns,
            plan: None,
        };
        let id = record.id.clone();
        self.say(&id, TicketChange::Issued(Box::new(record)))?;
        Ok(id)
    }

    /// Open tickets of a kind that wait for an order of their own.
    fn open(&self, entry: &Ticket, kind: TicketKind) -> Vec<String> {
        let intent = &entry.record().intent_id;
        self.ids(|ticket| {
            let record = ticket.record();
            ticket.is_open()
                && record.kind == kind
                && &record.intent_id == intent
                && (record.concerns.is_none() || kind == TicketKind::MoveStop)
        })
    }

    pub(super) fn withdraw(
        &mut self,
        entry: &Ticket,
        kind: TicketKind,
        why: &str,
    ) -> Result<(), TicketError> {
        for id in self.open(entry, kind) {
            self.say(&id, withdrawn(why))?;
        }
        Ok(())
    }

    fn withdraw_about(
        &mut self,
        order: i64,
        kind: TicketKind,
        why: &str,
    ) -> Result<(), TicketError> {
        let about = |ticket: &Ticket| {
            ticket.is_open()
                && (ticket.record().kind, ticket.record().concerns) == (kind, Some(order))
        };
        for id in self.ids(about) {
            self.say(&id, withdrawn(why))?;
        }
        Ok(())
    }

    /// Orders of a ticket that may still be executed.
    pub(super) fn working<'a>(&'a self, ticket: &'a Ticket) -> impl Iterator<Item = &'a Chain> {
        self.chains_of(ticket).filter(|chain| chain.working > Shares::ZERO)
    }

    /// Orders at work of all tickets of a kind, whatever their state.
    pub(super) fn working_of(&self, entry: &Ticket, kind: TicketKind) -> Vec<Chain> {
        let mut chains: Vec<Chain> = self
            .book
            .of_intent(&entry.record().intent_id)
            .filter(|ticket| ticket.record().kind == kind)
            .flat_map(|ticket| self.working(ticket).cloned())
            .collect();
        chains.sort_by_key(|chain| chain.id);
        chains
    }
}

fn withdrawn(why: &str) -> TicketChange {
    let (state, found) = (TicketState::Withdrawn, TicketMatch::None);
    TicketChange::Moved { state, found, note: why.to_owned() }
}
