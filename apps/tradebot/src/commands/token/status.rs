//! `token status`: what is known of the token, and what to do.

use std::sync::Arc;

use serde::Serialize;
use tradebot_broker_questrade::client::{Client, ClientError, Window};
use tradebot_broker_questrade::custody::{Custodian, Header, StoreError};
use tradebot_broker_questrade::transport::{Fault, Transport};
use tradebot_domain::Timestamp;

use super::{Context, now, place};
use crate::cli::{Format, TokenArgs};
use crate::exit::Failure;
use crate::output::{self, text};

/// Days an unused refresh token lives for certain; users of the broker report three to seven.
const DAYS_CERTAIN: i64 = 3;
/// Days after which no report knows a living one.
const DAYS_MAX: i64 = 7;

/// One line.
#[derive(Debug, Serialize)]
struct Fact {
    what: &'static str,
    value: String,
}

/// Shows everything that can be known without asking, and with `check` what the broker says.
pub(super) async fn run(
    context: &Context,
    which: &TokenArgs,
    check: bool,
    json: bool,
) -> Result<(), Failure> {
    let environment = place::environment(which)?;
    let folder = place::folder(&context.home, &environment);
    let mut facts = Facts::default();
    facts.add("environment", environment.name());
    facts.add("folder", folder.display().to_string());
    if !folder.exists() {
        facts.add("token", "none");
        facts.add("what to do", add_one(environment.name()));
        return facts.print(json);
    }
    match place::key(which) {
        Ok(key) => {
            let store = place::store(context, &environment, key)?;
            let transport = place::transport(environment.clone())?;
            let owner = Custodian::new(store, Arc::clone(&transport));
            facts.sealed(&owner, environment.name())?;
            if check {
                facts.asked(&owner, transport).await;
            }
        }
        Err(no_key) if check => return Err(no_key),
        Err(_) => facts.add("sealed part", "not read: no key was named (see --help)"),
    }
    facts.print(json)
}

fn add_one(environment: &str) -> String {
    format!(
        "generate a token in the broker's App Hub and run: tradebot token add --environment {environment}"
    )
}

/// The lines so far.
#[derive(Debug, Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, what: &'static str, value: impl Into<String>) {
        self.0.push(Fact { what, value: value.into() });
    }

    fn print(&self, json: bool) -> Result<(), Failure> {
        let columns = [text("what"), text("value")];
        let cells = |fact: &Fact| vec![fact.what.to_owned(), fact.value.clone()];
        output::records(Format { json, csv: false }, &columns, &self.0, cells, "")
    }

    /// What the folder says.
    fn sealed(&mut self, owner: &Custodian, environment: &str) -> Result<(), Failure> {
        let status = match owner.store().status() {
            Ok(Some(status)) => status,
            Ok(None) => {
                self.add("token", "none");
                self.add("what to do", add_one(environment));
                return Ok(());
            }
            Err(error @ StoreError::Seal { .. }) => {
                if let Ok(Some(header)) = owner.store().header() {
                    self.header(&header);
                }
                self.add("token", format!("cannot be opened: {error}"));
                let again = add_one(environment);
                self.add(
                    "what to do",
                    format!("name the key it was sealed with; if that is gone, {again}"),
                );
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        self.header(&status.header);
        self.add("API server", status.server.as_deref().unwrap_or("none yet"));
        let access = status.expires.map_or("none yet".to_owned(), |at| ends(at, now()));
        self.add("access token", access);
        let advice = match &status.intent {
            _ if status.successor => "nothing: the next start takes the token that lies ready",
            _ if status.from_previous => {
                "the file is damaged; `tradebot token rotate` tries the one before it"
            }
            Some(intent) if intent.refused.is_some() => &add_one(environment),
            Some(_) => {
                "nothing: an exchange was cut short, and the next start tries the same token again"
            }
            None if days(status.header.created, now()) >= DAYS_CERTAIN => {
                "run `tradebot token rotate` now: nobody has used it for days"
            }
            None => "nothing",
        };
        let state = match &status.intent {
            Some(intent) if intent.refused.is_some() => "refused by the broker",
            Some(_) => "in doubt: an exchange began and its answer was not kept",
            None => "at rest",
        };
        self.add("exchange", state);
        self.add("what to do", advice);
        Ok(())
    }

    fn header(&mut self, header: &Header) {
        self.add("generation", header.generation.to_string());
        self.add("sealed with", format!("{} key {}", header.key_source, header.key_id));
        let age = days(header.created, now());
        self.add(
            "refresh token",
            format!("from {}, {age} days old", header.created.strftime("%Y-%m-%d %H:%M UTC")),
        );
        let left = |life: i64| (life - age).max(0);
        self.add("lapses unused", format!("in {} to {} days", left(DAYS_CERTAIN), left(DAYS_MAX)));
    }

    /// What the broker says.
    async fn asked(&mut self, owner: &Custodian, transport: Arc<Transport>) {
        let client = Client::new(transport, owner.clone());
        match client.clock_skew().await {
            Ok(skew) => {
                self.add("clock", format!("{:+} ms against the broker's", skew.as_millis()));
            }
            Err(error) => return self.add("broker", error.to_string()),
        }
        self.add("scope read_acc", scope(client.accounts().await.map(|_| ())));
        // Any symbol will do: what counts is whether the broker lets us ask.
        let day = Window::last_days(1, now());
        let interval = tradebot_broker_questrade::client::Interval::OneDay;
        let candles = client.candles(ANY_SYMBOL, interval, day).await;
        self.add("scope read_md", scope(candles.map(|_| ())));
        self.add("scope trade", "no: personal tokens never have it");
    }
}

/// A symbol id that need not exist.
const ANY_SYMBOL: i64 = 1;

fn scope(asked: Result<(), ClientError>) -> String {
    match asked {
        Ok(()) => "yes".into(),
        Err(error) => match error.fault() {
            Some(Fault::Scope { .. }) => "no: tick it for your application in the App Hub".into(),
            // It was let in, and then had something to say about the question.
            Some(Fault::Broker { .. }) => "yes".into(),
            _ => format!("not known: {error}"),
        },
    }
}

fn days(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours() / 24
}

fn ends(at: Timestamp, now: Timestamp) -> String {
    let left_s = at.duration_since(now).as_secs();
    if left_s > 0 { format!("good for {left_s} s") } else { "ended; renewed when needed".into() }
}
