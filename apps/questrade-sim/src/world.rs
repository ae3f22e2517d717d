//! The deterministic core: everything the broker knows, moved by calls, commands and the clock.
//!
//! Nothing in here reads a clock, a file or a socket. Equal settings, recorded bars and calls in
//! the same order give equal replies, to the byte.

use std::collections::BTreeMap;

use serde::Serialize;
use tradebot_domain::{Date, Timestamp};

use crate::http::{Delivery, Request};
use crate::knobs::Knobs;
use crate::library::Library;

mod account;
mod brackets;
mod calls;
mod clock;
mod command;
mod control;
mod dialect;
mod error;
mod faults;
mod ledger;
mod limits;
mod login;
mod market;
mod matching;
mod options;
mod orders;
mod quirks;
mod random;
mod reads;
mod reads_market;
mod route;
mod streams;
mod ticket;
mod time;
mod worth;
mod writes;

pub use command::{Command, CommandError};
pub use streams::{Frame, StreamKind, StreamMode, StreamPorts};

use account::Account;
use clock::Task;
use faults::Faults;
use ledger::Due;
use limits::Limiter;
use login::Login;
use market::Market;
use matching::Fill;
use orders::Working;
use quirks::Quirks;
use random::Draws;
use streams::Streams;

/// Calls that are remembered.
const LOG_KEPT: usize = 10_000;

/// A call that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogEntry {
    /// Name of the route, `unknown` for what has none.
    pub route: String,
    /// HTTP method.
    pub method: String,
    /// Path, without the query, which may hold a token.
    pub path: String,
    /// Bytes of the body.
    pub body_bytes: usize,
    /// Status replied, or that would have been replied.
    pub status: u16,
}

/// The simulated broker.
#[derive(Debug)]
pub struct World {
    knobs: Knobs,
    now: Timestamp,
    /// Eastern date of `now`, and of the start.
    today: Date,
    started: Date,
    login: Login,
    limiter: Limiter,
    market: Market,
    accounts: BTreeMap<String, Account>,
    orders: BTreeMap<i64, Working>,
    fills: Vec<Fill>,
    dividends: Vec<Due>,
    tasks: Vec<(Timestamp, Task)>,
    streams: Streams,
    faults: Faults,
    quirks: Quirks,
    draws: Draws,
    log: Vec<LogEntry>,
    control_token: String,
    next_order_id: i64,
    next_execution_id: i64,
    /// How the reply of the running call is to be delivered, when a quirk says so.
    delivery: Option<Delivery>,
    /// Addresses of the API hosts and ports of the streams, which the sockets fill in.
    api_servers: Vec<String>,
    ports: StreamPorts,
}

impl World {
    /// A broker at a moment.
    pub fn new(knobs: Knobs, library: &Library, start: Timestamp) -> Self {
        let today = time::date_of(start);
        let mut draws = Draws::new(knobs.seed, "world", 0);
        let control_token = match knobs.control_token.as_str() {
            "" => draws.text(24, false),
            given => given.to_owned(),
        };
        let market = Market::new(&knobs, library, today);
        let accounts = knobs.accounts.iter().enumerate();
        let accounts = accounts.map(|(n, a)| (a.number.clone(), Account::new(a, n == 0)));
        let mut world = Self {
            now: start,
            today,
            started: today,
            login: Login::new(&knobs.login, knobs.seed, start),
            limiter: Limiter::default(),
            market,
            accounts: accounts.collect(),
            orders: BTreeMap::new(),
            fills: Vec::new(),
            dividends: Vec::new(),
            tasks: Vec::new(),
            streams: Streams::new(start),
            faults: Faults::new(&knobs.faults),
            quirks: Quirks::new(&knobs.quirks),
            draws,
            log: Vec::new(),
            control_token,
            next_order_id: knobs.trading.first_order_id,
            next_execution_id: 810_000_123,
            delivery: None,
            api_servers: Vec::new(),
            ports: StreamPorts::default(),
            knobs,
        };
        world.open_books();
        world
    }

    /// What accounts hold at the start, and their balances at the start of the day.
    fn open_books(&mut self) {
        for account in &self.knobs.accounts {
            for held in &account.holdings {
                let Some(id) = self.market.named(&held.symbol).map(|i| i.id) else { continue };
                let Some(books) = self.accounts.get_mut(&account.number) else { continue };
                let holding = books.holdings.entry(id).or_default();
                holding.quantity = held.quantity;
                holding.sod_quantity = held.quantity;
                holding.average = held.average_price;
            }
        }
        for number in self.accounts.keys().cloned().collect::<Vec<_>>() {
            let balances = self.balances_of(&number);
            if let Some(account) = self.accounts.get_mut(&number) {
                account.start_of_day = balances;
            }
        }
    }

    /// The virtual moment.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The settings as they are now.
    pub fn knobs(&self) -> &Knobs {
        &self.knobs
    }

    /// Bearer of the control endpoint.
    pub fn control_token(&self) -> &str {
        &self.control_token
    }

    /// The refresh token each chain accepts now; none after a failure that lost it.
    pub fn refresh_tokens(&self) -> Vec<Option<String>> {
        self.login.refresh_tokens()
    }

    /// Calls that came in, the oldest first, at most ten thousand.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// Calls that were refused because a rate limit was reached.
    pub fn refused_by_limits(&self) -> u64 {
        self.limiter.refused
    }

    /// The broker's id of a symbol.
    pub fn symbol_id(&self, symbol: &str) -> Option<i64> {
        self.market.named(symbol).map(|i| i.id)
    }

    /// Where the API hosts and the streams are, once they are bound.
    pub fn set_addresses(&mut self, api_servers: Vec<String>, ports: StreamPorts) {
        self.api_servers = api_servers;
        self.ports = ports;
    }

    fn keep_log(&mut self, route: &str, request: &Request, status: u16) {
        if self.log.len() == LOG_KEPT {
            self.log.remove(0);
        }
        self.log.push(LogEntry {
            route: route.to_owned(),
            method: request.method.clone(),
            path: request.path.clone(),
            body_bytes: request.body.len(),
            status,
        });
    }
}

#[cfg(test)]
mod tests;
