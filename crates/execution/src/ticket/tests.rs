//! Tests of tickets: the cases of matching one by one, follow-ups, answers, and what holds always.

mod answers;
mod following;
mod matching;
mod properties;

use tradebot_domain::{Price, Shares, Timestamp};
use tradebot_journal::{MemoryLedger, TicketEntry, TicketKind, TicketOrder, TicketSide};

use super::{Facts, Observation, SeenFill, SeenOrder, Terms, Ticket, TicketBook, issue, settle};
use crate::testing::{bracket, intent_of, session, symbol};
use crate::{Intent, journal};

/// Minute `n` after the entry was issued.
pub(super) fn minute(n: i64) -> Timestamp {
    Timestamp::from_second(1_000_000_000 + n * 60).unwrap()
}

/// Minutes that the entry is valid for, and after which its position is left.
pub(super) const VALID: i64 = 600;
pub(super) const LIMIT: i64 = 20_000;

pub(super) fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

pub(super) fn terms() -> Terms {
    Terms {
        account: "01234567".to_owned(),
        run: "live-0001".to_owned(),
        issued: minute(0),
        valid_until: minute(VALID),
        exit_after: Some(minute(LIMIT)),
    }
}

pub(super) fn journaled(id: &str, shares: u64) -> crate::Journaled<Intent> {
    let intent = intent_of((id, session(0)), symbol(), &bracket(), shares);
    journal(intent, &mut MemoryLedger::default()).unwrap()
}

/// A desk over a broker that is played by the test: limit 100.80, stop 96, target 106.
pub(super) struct Desk {
    pub(super) book: TicketBook,
    pub(super) facts: Facts,
    pub(super) history: Vec<TicketEntry>,
    pub(super) broker: Observation,
    pub(super) now: i64,
}

impl Desk {
    pub(super) fn asking_for(shares: u64) -> Self {
        let mut desk = Self {
            book: TicketBook::default(),
            facts: Facts::default(),
            history: Vec::new(),
            broker: Observation::default(),
            now: 1,
        };
        let entry = issue(&desk.book, journaled("i1", shares), terms()).unwrap();
        desk.take(entry);
        desk
    }

    pub(super) fn take(&mut self, entry: TicketEntry) {
        self.book.apply(&entry).unwrap();
        self.history.push(entry);
    }

    /// The person enters an order.
    pub(super) fn order(
        &mut self,
        id: i64,
        (side, order): (TicketSide, TicketOrder),
        shares: u64,
        at: &str,
    ) {
        let named = (order != TicketOrder::Market).then(|| price(at));
        let stops = matches!(order, TicketOrder::Stop | TicketOrder::StopLimit);
        self.broker.orders.push(SeenOrder {
            id,
            chain: id,
            symbol: symbol(),
            side,
            order,
            limit: named.filter(|_| !stops),
            stop: named.filter(|_| stops),
            shares: Shares(shares),
            filled: Shares::ZERO,
            working: Shares(shares),
            created: minute(self.now),
            updated: minute(self.now),
        });
    }

    pub(super) fn buy(&mut self, id: i64, shares: u64, limit: &str) {
        self.order(id, (TicketSide::Buy, TicketOrder::Limit), shares, limit);
    }

    pub(super) fn stop(&mut self, id: i64, shares: u64, stop: &str) {
        self.order(id, (TicketSide::Sell, TicketOrder::Stop), shares, stop);
    }

    pub(super) fn row(&mut self, id: i64) -> &mut SeenOrder {
        let now = minute(self.now);
        let row = self.broker.orders.iter_mut().find(|order| order.id == id).unwrap();
        row.updated = now;
        row
    }

    /// Shares of an order are executed, as far as it works.
    pub(super) fn executes(&mut self, id: i64, shares: u64, at: &str) {
        let now = minute(self.now);
        let row = self.row(id);
        let shares = Shares(shares.min(row.working.0));
        row.working.0 -= shares.0;
        row.filled.0 += shares.0;
        let (order, side, symbol) = (row.id, row.side, row.symbol);
        let id = 1 + i64::try_from(self.broker.fills.len()).unwrap();
        if shares > Shares::ZERO {
            let price = price(at);
            let fill = SeenFill { id, order, symbol, side, shares, price, at: now };
            self.broker.fills.push(fill);
        }
    }

    pub(super) fn cancels(&mut self, id: i64) {
        self.row(id).working = Shares::ZERO;
    }

    /// The desk looks, and settles.
    pub(super) fn look(&mut self) -> Vec<TicketEntry> {
        self.facts.learn(&self.broker);
        let entries = settle(&self.book, &self.facts, minute(self.now)).unwrap();
        for entry in &entries {
            self.book.apply(entry).unwrap();
        }
        self.history.extend(entries.iter().cloned());
        let again = settle(&self.book, &self.facts, minute(self.now)).unwrap();
        assert_eq!(again, [], "the same facts again");
        assert_eq!(TicketBook::replay(&self.history).unwrap(), self.book);
        entries
    }

    pub(super) fn look_at(&mut self, now: i64) -> Vec<TicketEntry> {
        self.now = now;
        self.look()
    }

    pub(super) fn ticket(&self, id: &str) -> &Ticket {
        self.book.get(id).unwrap()
    }

    /// Open tickets of a kind.
    pub(super) fn open(&self, kind: TicketKind) -> Vec<&Ticket> {
        let open = |t: &&Ticket| t.is_open() && t.record().kind == kind;
        self.book.tickets().iter().filter(open).collect()
    }

    /// Shares of the one open ticket of a kind.
    pub(super) fn asked(&self, kind: TicketKind) -> u64 {
        let open = self.open(kind);
        assert_eq!(open.len(), 1, "{kind}: {open:#?}");
        open[0].record().shares.0
    }
}
