//! The control endpoint under `/_sim/`: what a person or a test may do to the simulator.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tradebot_broker_questrade::BrokerTime;
use tradebot_broker_questrade::words::Currency;
use tradebot_domain::{ActionKind, CorporateAction, Date};

use super::World;
use super::command::{Command, CommandError};
use super::faults::Faults;
use super::streams::StreamKind;
use super::ticket::Ticket;
use super::time::{eastern, later_s};
use crate::assumptions;
use crate::http::{Reply, Request};
use crate::knobs::QuirkSwitch;

impl World {
    /// Carries out a command; the reply is `{}` where nothing is to be told.
    ///
    /// # Errors
    /// [`CommandError`]; nothing is changed then.
    pub fn command(&mut self, command: Command) -> Result<Value, CommandError> {
        match command {
            Command::Advance { seconds } => {
                let wanted = (0..=20_000 * 86_400).contains(&seconds);
                let bad = CommandError::Value { what: "seconds", value: seconds.to_string() };
                wanted.then(|| self.advance(later_s(self.now, seconds))).ok_or(bad)?;
            }
            Command::AdvanceTo { time } => {
                let parsed: Result<BrokerTime, _> = time.parse();
                let to = parsed.map_err(|_| CommandError::Value { what: "time", value: time })?;
                self.advance(to.instant());
            }
            Command::Speed { speed } => {
                self.knobs = self.knobs.changed(&json!({"clock": {"speed": speed}}))?;
            }
            Command::Set { knobs } => self.knobs = self.knobs.changed(&knobs)?,
            Command::Fault { rule } if !Faults::knows(&rule.route) => {
                return Err(CommandError::Route(rule.route));
            }
            Command::Fault { rule } => self.faults.add(rule),
            Command::ClearFaults => self.faults.clear(),
            Command::Quirk { name, times } => self.quirks.set(QuirkSwitch { name, times }),
            Command::ClearQuirk { name } => self.quirks.clear(name),
            Command::FailLogin { faults } => self.knobs.login.fail_next.extend(faults),
            Command::IssueToken { chain } => {
                let awkward = self.knobs.login.awkward_tokens;
                let token = self.login.issue(chain, self.now, awkward);
                let bad = CommandError::Value { what: "chain", value: chain.to_string() };
                return token.map(|t| json!({"refresh_token": t})).ok_or(bad);
            }
            Command::ExpireAccess => self.login.expire_access(),
            Command::RotateHost => self.login.rotate_host(),
            Command::KillStreams { kind } => self.kill_streams(kind_of(kind.as_deref())?),
            Command::LoseFrames { count } => self.streams.lose += count,
            other => return self.market_command(other),
        }
        Ok(json!({}))
    }

    /// Commands about symbols and accounts.
    fn market_command(&mut self, command: Command) -> Result<Value, CommandError> {
        match command {
            Command::Human { account, order } => return self.human(&account, &order),
            Command::Split { symbol, ratio, ex_date } => {
                let bad = CommandError::Value { what: "ratio", value: ratio.to_string() };
                (ratio > Decimal::ZERO).then_some(()).ok_or(bad)?;
                self.act(&symbol, ActionKind::Split { ratio }, ex_date)?;
            }
            Command::Dividend { symbol, amount, ex_date } => {
                self.act(&symbol, ActionKind::Dividend { amount }, ex_date)?;
            }
            Command::Halt { symbol, halted } => {
                let id = self.id_of(&symbol)?;
                if let Some(instrument) = self.market.get_mut(id) {
                    instrument.halted = halted;
                }
            }
            Command::Sides { symbol, bid, ask } => {
                let id = self.id_of(&symbol)?;
                if let Some(instrument) = self.market.get_mut(id) {
                    (instrument.no_bid, instrument.no_ask) = (!bid, !ask);
                }
            }
            Command::NewId { symbol } => {
                let id = self.id_of(&symbol)?;
                return Ok(json!({"symbolId": self.new_id(id)}));
            }
            Command::Deposit { account, currency, amount } => {
                self.require_account(&account)?;
                self.deposit(&account, &Currency::from(currency.as_str()), amount);
            }
            Command::Bust { execution } => self.bust(execution),
            Command::Liquidate { account, symbol } => {
                self.require_account(&account)?;
                let id = self.id_of(&symbol)?;
                self.liquidate(&account, id);
            }
            Command::Status { account, status } => {
                self.require_account(&account)?;
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.status = status.as_str().into();
                }
            }
            _ => {}
        }
        Ok(json!({}))
    }

    fn human(&mut self, account: &str, order: &Value) -> Result<Value, CommandError> {
        self.require_account(account)?;
        let refused =
            |e: super::error::ApiError| CommandError::Refused { code: e.code, message: e.message };
        let ticket = Ticket::of(order).map_err(refused)?;
        let ticket = Ticket { source: "QuestradeIQEdge", ..ticket };
        let id = self.place(account, &ticket).map_err(refused)?;
        Ok(json!({"orderId": id}))
    }

    fn act(
        &mut self,
        symbol: &str,
        kind: ActionKind,
        ex_date: Option<Date>,
    ) -> Result<(), CommandError> {
        let id = self.id_of(symbol)?;
        let calendar = self.market.get(id).map(|i| i.calendar);
        let next = || calendar.and_then(|c| self.market.next_session(c, self.today));
        let ex_date = ex_date.or_else(next).filter(|date| *date > self.today);
        let bad = CommandError::Value {
            what: "ex_date (a day after today)",
            value: format!("{ex_date:?}"),
        };
        let ex_date = ex_date.ok_or(bad)?;
        self.market.act(id, CorporateAction { ex_date, kind });
        Ok(())
    }

    /// The listing goes on under another id, and with it what is held of it.
    fn new_id(&mut self, id: i64) -> Option<i64> {
        let fresh = self.market.rename(id)?;
        for account in self.accounts.values_mut() {
            if let Some(holding) = account.holdings.remove(&id) {
                account.holdings.insert(fresh, holding);
            }
        }
        self.cancel_for_reorg(id);
        Some(fresh)
    }

    fn id_of(&self, symbol: &str) -> Result<i64, CommandError> {
        let found = self.market.named(symbol).map(|i| i.id);
        found.ok_or_else(|| CommandError::Symbol(symbol.to_owned()))
    }

    fn require_account(&self, number: &str) -> Result<(), CommandError> {
        let known = self.accounts.contains_key(number);
        known.then_some(()).ok_or_else(|| CommandError::Account(number.to_owned()))
    }

    /// The control endpoint.
    pub(crate) fn control(&mut self, request: &Request) -> Reply {
        let bearer = format!("Bearer {}", self.control_token);
        if request.header("authorization") != Some(&bearer) {
            return Reply::json(401, &json!({"error": "the control token is missing or wrong"}));
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/_sim/state") => Reply::json(200, &self.state()),
            ("GET", "/_sim/log") => Reply::json(200, &json!({"calls": self.log})),
            ("GET", "/_sim/knobs") => {
                Reply::json(200, &serde_json::to_value(&self.knobs).unwrap_or_default())
            }
            ("GET", "/_sim/assumptions") => Reply::new(200, "application/yaml", assumptions::TEXT),
            ("POST", "/_sim/do") => match serde_json::from_slice::<Command>(&request.body) {
                Ok(command) => match self.command(command) {
                    Ok(reply) => Reply::json(200, &reply),
                    Err(error) => Reply::json(422, &json!({"error": error.to_string()})),
                },
                Err(error) => Reply::json(400, &json!({"error": error.to_string()})),
            },
            _ => Reply::json(404, &json!({"error": "no such control call"})),
        }
    }

    /// What is not to be seen through the API.
    fn state(&self) -> Value {
        let account = |a: &super::account::Account| {
            let cash: Vec<Value> = a
                .cash
                .iter()
                .map(|(c, amount)| {
                    json!({"currency": c, "cash": amount, "settled": a.settled_in(c)})
                })
                .collect();
            json!({"number": a.number, "cash": cash, "rows": a.postings.len()})
        };
        let symbols: Vec<Value> = self
            .market
            .all()
            .map(|i| json!({"symbol": i.symbol, "symbolId": i.id, "halted": i.halted}))
            .collect();
        json!({
            "now": eastern(self.now),
            "speed": self.knobs.clock.speed,
            "refreshTokens": self.login.refresh_tokens(),
            "exchanges": self.login.exchanges,
            "accounts": self.accounts.values().map(account).collect::<Vec<_>>(),
            "openOrders": self.orders.values().filter(|w| w.order.is_open()).count(),
            "executions": self.fills.len(),
            "quirks": self.quirks.on(),
            "faults": self.faults.rules(),
            "symbols": symbols,
        })
    }
}

fn kind_of(kind: Option<&str>) -> Result<Option<StreamKind>, CommandError> {
    match kind {
        None => Ok(None),
        Some("quotes") => Ok(Some(StreamKind::Quotes)),
        Some("notifications") => Ok(Some(StreamKind::Notifications)),
        Some(other) => Err(CommandError::Value { what: "kind", value: other.to_owned() }),
    }
}
