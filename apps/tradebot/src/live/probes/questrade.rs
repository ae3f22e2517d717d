//! Does the broker answer, and what may its token read?

use std::future::Future;

use tradebot_broker_questrade::client::{Client, ClientError, Interval, Window};
use tradebot_broker_questrade::custody::CustodyError;
use tradebot_broker_questrade::transport::Fault;
use tradebot_domain::Timestamp;

use super::{Asking, Finding, Findings, Probe};

/// The broker's clock and ours may be this far apart.
const SKEW_MS_MAX: i128 = 2_000;
/// A listing that every account with market data can read.
const SYMBOL: &str = "IBM";

const NETWORK: &str =
    "look at the network and at the broker's status page; it is asked again by itself";
const APP_HUB: &str = "tick this right for your application in the broker's App Hub";

/// Asks the broker: session, clock, accounts, a symbol, the right to market data.
pub struct Questrade {
    client: Client,
    symbol: String,
}

impl Questrade {
    /// The name in tables.
    pub const API: &'static str = "questrade";

    /// Asks with this client.
    pub fn new(client: Client) -> Self {
        Self { client, symbol: SYMBOL.to_owned() }
    }

    async fn session(&self) -> Finding {
        match self.client.custody().session().await {
            Ok(session) => Finding::passed(format!(
                "generation {}, API server {}",
                session.generation,
                session.server()
            )),
            Err(error) => no_session(&error, self.client.transport().environment().name()),
        }
    }

    /// A question with the session at hand, which may turn out to be dead.
    async fn answered<T>(
        &self,
        asked: impl Future<Output = Result<T, ClientError>>,
        judge: impl FnOnce(T) -> Finding,
    ) -> Finding {
        match asked.await {
            Ok(answer) => judge(answer),
            Err(ClientError::Custody(error)) => {
                no_session(&error, self.client.transport().environment().name())
            }
            Err(error) => Finding::failed(error.to_string(), remedy(&error)),
        }
    }

    async fn clock(&self) -> Finding {
        self.answered(self.client.clock_skew(), |skew| {
            let ms = skew.as_millis();
            let detail =
                format!("this machine is {:+.1} s off the broker's clock", -(ms as f64) / 1e3);
            if ms.abs() <= SKEW_MS_MAX {
                Finding::passed(detail)
            } else {
                Finding::failed(
                    detail,
                    "set this machine's clock by the network: timedatectl set-ntp true",
                )
            }
        })
        .await
    }

    async fn accounts(&self) -> Finding {
        self.answered(self.client.accounts(), |reply| match reply.accounts.len() {
            0 => Finding::failed("no account", "open one, or log in as the user who has it"),
            n => Finding::passed(format!("{n} account{}", if n == 1 { "" } else { "s" })),
        })
        .await
    }

    async fn symbol(&self) -> Finding {
        self.answered(self.client.symbols_by_name(&[&self.symbol]), |found| match found.first() {
            Some(symbol) => Finding::passed(format!("{} is {}", symbol.symbol, symbol.symbol_id)),
            None => Finding::failed(
                format!("{} is not known", self.symbol),
                "ask again on a trading day; if it stays, symbols cannot be resolved",
            ),
        })
        .await
    }

    /// Any candle will do: what counts is whether the token may ask.
    async fn market_data(&self, now: Timestamp) -> Finding {
        let asked = async {
            let found = self.client.symbols_by_name(&[&self.symbol]).await?;
            let id = found.first().map_or(1, |symbol| symbol.symbol_id);
            self.client.candles(id, Interval::OneDay, Window::last_days(5, now)).await
        };
        self.answered(asked, |series| {
            Finding::passed(format!("{} daily candles of {}", series.candles.len(), self.symbol))
        })
        .await
    }
}

impl Probe for Questrade {
    fn api(&self) -> &str {
        Self::API
    }

    fn run<'a>(&'a self, findings: &'a mut Findings) -> Asking<'a> {
        Box::pin(async move {
            // Without a session there is nothing to ask the others with.
            if !findings.ask("session", self.session()).await {
                return;
            }
            let now = findings.clock.wall();
            findings.ask("clock", self.clock()).await;
            findings.ask("accounts", self.accounts()).await;
            findings.ask("symbol", self.symbol()).await;
            findings.ask("market_data", self.market_data(now)).await;
        })
    }
}

fn no_session(error: &CustodyError, environment: &str) -> Finding {
    let add = || {
        format!(
            "generate a token in the broker's App Hub, then: tradebot token add --environment {environment}"
        )
    };
    let remedy = match error {
        CustodyError::Missing { .. } | CustodyError::Lost { .. } => add(),
        CustodyError::Foreign(_) => {
            "send nothing: check with the broker that this address is theirs, and --environment"
                .into()
        }
        CustodyError::Store(_) | CustodyError::NotDurable { .. } | CustodyError::Locked { .. } => {
            "do what the message says, then: tradebot token status".into()
        }
        _ => NETWORK.into(),
    };
    Finding::failed(error.to_string(), remedy)
}

fn remedy(error: &ClientError) -> &'static str {
    match error.fault() {
        Some(Fault::Scope { .. }) => APP_HUB,
        Some(Fault::Auth { .. }) => "tradebot token status says what to do about the token",
        Some(Fault::Limit { .. } | Fault::Budget { .. }) => {
            "tradebot budgets shows what is used up"
        }
        Some(Fault::Host(_) | Fault::Redirect { .. }) => {
            "check --environment and that nothing stands between this machine and the broker"
        }
        Some(Fault::Html { .. } | Fault::Malformed { .. } | Fault::TooLarge { .. }) => {
            "most likely maintenance: ask again later with tradebot doctor --probe"
        }
        Some(Fault::Broker { .. }) => "look up the code in the broker's API pages",
        _ => NETWORK,
    }
}
