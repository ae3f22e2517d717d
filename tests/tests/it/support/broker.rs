//! A simulated broker, and what the program reaches it with: one governor, one token, one client.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use questrade_sim::knobs::Knobs;
use questrade_sim::server::Bind;
use questrade_sim::{Command, SimServer};
use tempfile::TempDir;
use tradebot_app::live::calls::Governed;
use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::custody::{Credential, Custodian, TokenStore};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{Budget, Limits, Transport};
use tradebot_domain::Timestamp;
use tradebot_market_data::budget::{Clock, Governor, Limits as Quotas, MachineClock};

/// The key that the tokens of tests are sealed with.
const KEY: &str = "tradebot-token-key";

/// A folder with a key in it that nobody else can read.
pub(crate) fn folder_with_key() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join(KEY);
    std::fs::write(&key, "7e".repeat(32)).unwrap();
    closed(&key);
    home
}

/// Closes a file to other users.
pub(crate) fn closed(file: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = file;
}

/// A simulator by the machine's clock.
pub(crate) async fn simulator(yaml: &str) -> SimServer {
    SimServer::start(Knobs::from_text(yaml).unwrap()).await.unwrap()
}

/// A simulator whose time is that of the test, which passes only when everybody waits. Begins at
/// `start`.
pub(crate) async fn timeless_simulator(knobs: Knobs, start: Timestamp) -> SimServer {
    let begun = tokio::time::Instant::now();
    let wall = move || start + SignedDuration::try_from(begun.elapsed()).unwrap();
    SimServer::start_by(knobs, Bind::default(), Arc::new(wall)).await.unwrap()
}

/// Carries out a command of the simulator.
pub(crate) fn does(sim: &SimServer, command: serde_json::Value) -> serde_json::Value {
    let command: Command = serde_json::from_value(command).unwrap();
    sim.command(command).unwrap()
}

/// A governor with a time of day.
pub(crate) fn governor(start: Timestamp, limits: BTreeMap<String, Quotas>) -> Arc<Governor> {
    let clock: Arc<dyn Clock> = Arc::new(MachineClock::at(start));
    Governor::new(clock, limits).unwrap()
}

/// A way to a broker under a budget.
pub(crate) fn transport(url: &str, limits: Limits, budget: Arc<dyn Budget>) -> Arc<Transport> {
    let environment = Environment::simulator(url).unwrap();
    Arc::new(Transport::new(environment, limits, budget).unwrap())
}

/// A way to a broker under the process's governor.
pub(crate) fn governed(url: &str, governor: &Arc<Governor>) -> Arc<Transport> {
    transport(url, Limits::default(), Arc::new(Governed::new(Arc::clone(governor))))
}

/// A client over `transport` whose token, if one is given, was just brought.
pub(crate) async fn client(
    home: &TempDir,
    transport: Arc<Transport>,
    token: Option<String>,
) -> Client {
    let key = Arc::new(Credential::new(home.path()));
    let store = TokenStore::open(&home.path().join("broker"), "simulator", key).unwrap();
    let custody = Custodian::new(store, Arc::clone(&transport));
    if let Some(token) = token {
        custody.add(Secret::new(&token).unwrap()).await.unwrap();
    }
    Client::new(transport, custody)
}
