//! The virtual clock: from one moment that matters to the next.

use tradebot_broker_questrade::words::OrderState;
use tradebot_domain::{Exchange, Timestamp};

use super::World;
use super::time::{date_of, later_s, midnight, next_day};

/// What the simulator has set itself to do later.
#[derive(Debug, Clone)]
pub(crate) enum Task {
    /// Book an execution back.
    Bust(i64),
    /// Sell what an account holds of a symbol.
    Liquidate(String, i64),
    /// Enter an order whose request came long ago.
    PlaceLate(String, Box<super::ticket::Ticket>),
}

impl World {
    /// Moves the clock on, and everything with it. A moment that has passed changes nothing.
    ///
    /// **Cost:** a day boundary each day; a step each minute while a market is open and an order
    /// works or a stream listens.
    pub fn advance(&mut self, to: Timestamp) {
        while self.now < to {
            self.now = self.next_moment(to);
            self.at_moment();
        }
    }

    /// The next moment at which something may happen, at most `to`.
    fn next_moment(&self, to: Timestamp) -> Timestamp {
        let mut next = to.min(midnight(next_day(date_of(self.now))));
        let mut sooner = |at: Timestamp| {
            if at > self.now && at < next {
                next = at;
            }
        };
        for (at, _) in &self.tasks {
            sooner(*at);
        }
        let mut busy = self.streams.listening();
        for working in self.orders.values().filter(|w| w.order.is_open()) {
            busy = true;
            sooner(working.accept_at);
            sooner(working.eligible_at);
            working.cancel_at.into_iter().for_each(&mut sooner);
            working.expires.into_iter().for_each(&mut sooner);
        }
        if busy {
            for calendar in Exchange::ALL {
                if let Some(hours) = self.market.session(calendar, date_of(self.now)) {
                    sooner(hours.open);
                    sooner(hours.close);
                    if hours.open <= self.now && self.now < hours.close {
                        let minute = self.now.as_second().div_euclid(60) * 60;
                        let whole = Timestamp::from_second(minute).unwrap_or(self.now);
                        sooner(later_s(whole, 60));
                    }
                }
            }
        }
        next
    }

    /// Everything that happens at the moment the clock has come to.
    fn at_moment(&mut self) {
        let today = date_of(self.now);
        if today != self.today {
            self.roll(today);
        }
        self.run_tasks();
        for id in self.open_orders() {
            self.step_order(id);
        }
        self.stream_quotes();
    }

    fn open_orders(&self) -> Vec<i64> {
        self.orders.values().filter(|w| w.order.is_open()).map(|w| w.order.id).collect()
    }

    fn run_tasks(&mut self) {
        let now = self.now;
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.tasks).into_iter().partition(|(at, _)| *at <= now);
        self.tasks = later;
        for (_, task) in due {
            match task {
                Task::Bust(execution) => self.bust(execution),
                Task::Liquidate(account, symbol) => self.liquidate(&account, symbol),
                Task::PlaceLate(account, ticket) => {
                    // A refusal leaves its row behind; there is no one to tell.
                    let _ = self.place(&account, &ticket);
                }
            }
        }
    }

    /// One order at one moment: accepted, cancelled, matched, expired.
    fn step_order(&mut self, id: i64) {
        let Some(working) = self.orders.get(&id) else { return };
        let (now, state) = (self.now, working.order.state.clone());
        let (accept, cancel) = (working.accept_at <= now, working.cancel_at);
        let (expires, symbol) = (working.expires, working.order.symbol_id);
        let Some(instrument) = self.market.get(symbol) else { return };
        let (open, halted) = (self.market.is_open(instrument.calendar, now), instrument.halted);
        match state {
            OrderState::Pending if accept && open => self.accept(id, &OrderState::Accepted),
            OrderState::Pending if accept => self.accept(id, &OrderState::Queued),
            OrderState::Queued if open => self.accept(id, &OrderState::Accepted),
            OrderState::Accepted if halted => self.accept(id, &OrderState::Suspended),
            OrderState::Suspended if !halted => self.accept(id, &OrderState::Accepted),
            _ => {}
        }
        self.match_order(id);
        let still_open = |w: &Self| w.orders.get(&id).is_some_and(|o| o.order.is_open());
        if still_open(self) && cancel.is_some_and(|at| at <= now) {
            self.end(id, &OrderState::Canceled, "");
        } else if still_open(self) && expires.is_some_and(|at| at <= now) {
            self.end(id, &OrderState::Expired, "");
        }
    }

    fn accept(&mut self, id: i64, state: &OrderState) {
        self.change(id, |o| o.state = state.clone());
    }
}
