//! The client of the broker against the simulator of the broker, over real sockets.

use std::sync::Arc;
use std::time::Duration;

use questrade_sim::knobs::Knobs;
use questrade_sim::{Command, SimServer};
use serde_json::json;
use tempfile::TempDir;
use tradebot_app::live::calls::{Governed, governor};
use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::{Client, Interval, OrderFilter, Window};
use tradebot_broker_questrade::custody::{Credential, Custodian, CustodyError, TokenStore};
use tradebot_broker_questrade::option_quote::OptionQuotesRequest;
use tradebot_broker_questrade::stream::{Event, Rules};
use tradebot_broker_questrade::transport::{Fault, Limits, Transport};
use tradebot_domain::Timestamp;

use crate::support::broker;

const RRSP: &str = "01234567";
const TFSA: &str = "51234567";

/// A simulator and a client that has brought its token.
struct Desk {
    sim: SimServer,
    home: TempDir,
    client: Client,
}

impl Desk {
    async fn with(yaml: &str) -> Self {
        let sim = SimServer::start(Knobs::from_text(yaml).unwrap()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let key = home.path().join("tradebot-token-key");
        std::fs::write(&key, "7e".repeat(32)).unwrap();
        close(&key);
        let custody = owner(&home, &sim);
        custody.add(Secret::new(&sim.refresh_token(0).unwrap()).unwrap()).await.unwrap();
        let client = Client::new(transport(&sim), custody);
        Self { sim, home, client }
    }

    fn does(&self, command: serde_json::Value) {
        let command: Command = serde_json::from_value(command).unwrap();
        self.sim.command(command).unwrap();
    }

    async fn now(&self) -> Timestamp {
        self.client.time().await.unwrap().instant()
    }

    async fn id_of(&self, name: &str) -> i64 {
        self.client.symbols_by_name(&[name]).await.unwrap()[0].symbol_id
    }
}

fn close(path: &std::path::Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = path;
}

fn transport(sim: &SimServer) -> Arc<Transport> {
    let limits = Limits { login: Duration::from_secs(3), ..Limits::default() };
    let budget = Governed::new(governor().unwrap());
    broker::transport(&sim.login_url(), limits, Arc::new(budget))
}

fn owner(home: &TempDir, sim: &SimServer) -> Custodian {
    let key = Arc::new(Credential::new(home.path()));
    let store = TokenStore::open(&home.path().join("broker"), "simulator", key).unwrap();
    Custodian::new(store, transport(sim))
}

#[tokio::test]
async fn every_read_of_an_account_is_answered() {
    let desk = Desk::with("login: {awkward_tokens: true, escape_slashes: true}").await;
    let client = &desk.client;
    let accounts = client.accounts().await.unwrap();
    assert!(accounts.accounts.iter().any(|a| a.number == RRSP), "leading zeros are kept");
    let positions = client.positions(TFSA).await.unwrap();
    assert_eq!((positions[0].symbol.as_str(), positions[0].shares().unwrap().0), ("ZZQ.TO", 120));
    assert_eq!(client.balances(RRSP).await.unwrap().combined_balances.len(), 2);
    let window = Window::last_days(100, desk.now().await);
    client.executions(TFSA, window).await.unwrap();
    client.activities(TFSA, window).await.unwrap();
    client.orders(TFSA, OrderFilter::All, window).await.unwrap();
    assert_eq!(client.order(TFSA, 123).await.unwrap(), None);
    assert!(matches!(
        client.positions("99999999").await.unwrap_err().fault(),
        Some(Fault::Broker { .. })
    ));
}

#[tokio::test]
async fn every_read_of_the_market_is_answered() {
    let desk = Desk::with("").await;
    let client = &desk.client;
    let found = client.search("ZZQ").await.unwrap();
    assert!(found.len() >= 2, "{found:?}");
    let id = desk.id_of("ZZQ.TO").await;
    assert_eq!(client.symbols(&[id, 1]).await.unwrap().len(), 1);
    assert!(!client.markets().await.unwrap().is_empty());
    let quotes = client.quotes(&[id, 1]).await.unwrap();
    assert_eq!((quotes.quotes[0].symbol_id, quotes.missing.as_slice()), (id, &[1][..]));
    let chain = client.options(id).await.unwrap();
    let strike = &chain[0].chain_per_root[0].chain_per_strike_price[0];
    let request =
        OptionQuotesRequest { option_ids: vec![strike.call_symbol_id], filters: Vec::new() };
    assert_eq!(client.option_quotes(&request).await.unwrap().len(), 1);

    let now = desk.now().await;
    let days = client.candles(id, Interval::OneDay, Window::last_days(400, now)).await.unwrap();
    assert!(days.candles.len() > 200 && !days.first_is_clipped, "{}", days.candles.len());
    let dates: Vec<_> = days.candles.iter().map(|c| c.start.eastern_date()).collect();
    assert!(dates.is_sorted_by(|a, b| a < b), "each date once");
    // More minutes than one reply holds.
    let minutes =
        client.candles(id, Interval::OneMinute, Window::last_days(12, now)).await.unwrap();
    assert!(minutes.candles.len() > 2000, "{}", minutes.candles.len());
    let starts = minutes.candles.windows(2).all(|p| p[0].end.instant() <= p[1].start.instant());
    assert!(starts, "candles overlap");
}

#[tokio::test]
async fn past_the_quota_every_quote_is_delayed_and_says_so() {
    for style in ["int", "bool", "minutes"] {
        let desk = Desk::with(&format!("market: {{snap_quotes: 2, delay_style: {style}}}")).await;
        let id = desk.id_of("ZZQ.TO").await;
        let mut delayed = Vec::new();
        for _ in 0..4 {
            delayed.push(desk.client.quotes(&[id]).await.unwrap().delayed());
        }
        assert_eq!(delayed, [0, 0, 1, 1], "{style}");
    }
}

#[tokio::test]
async fn an_order_a_person_entered_weeks_ago_still_shows() {
    // The token outlives the weeks, or there would be nobody to ask.
    let desk = Desk::with("login: {refresh_ttl_s: 10000000}").await;
    let id = desk.id_of("ZZQ.TO").await;
    let order = json!({"symbolId": id, "quantity": 10, "limitPrice": 5, "orderType": "Limit",
        "timeInForce": "GoodTillCanceled", "action": "Buy", "primaryRoute": "AUTO", "secondaryRoute": "AUTO"});
    desk.does(json!({"do": "human", "account": TFSA, "order": order}));
    desk.does(json!({"do": "advance", "seconds": 40 * 86_400}));
    let open = desk.client.open_orders(TFSA, desk.now().await).await.unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    assert!(open[0].is_open());
}

#[tokio::test]
async fn dead_sessions_and_moving_hosts_are_followed() {
    let desk = Desk::with("login: {expires_in_s: 300}").await;
    let mut servers = Vec::new();
    for _ in 0..4 {
        desk.client.accounts().await.unwrap();
        let session = desk.client.custody().session().await.unwrap();
        servers.push(session.server());
        desk.does(json!({"do": "expire_access"}));
    }
    servers.dedup();
    assert!(servers.len() > 1, "the host moves with each exchange: {servers:?}");
}

#[tokio::test]
async fn login_faults_end_with_a_token_or_with_what_to_do() {
    for (fault, lost) in [
        ("drop_before_commit", false),
        ("hang", false),
        ("drop_after_commit", true),
        ("partial_after_commit", true),
        ("hang_after_commit", true),
        ("400", true),
    ] {
        let desk = Desk::with("").await;
        desk.does(json!({"do": "fail_login", "faults": [fault]}));
        let session = desk.client.custody().session().await;
        if !lost {
            assert!(session.is_ok(), "{fault}: {session:?}");
            continue;
        }
        let error = session.unwrap_err();
        assert!(matches!(error, CustodyError::Lost { .. }), "{fault}: {error}");
        assert!(error.to_string().contains("tradebot token add"), "{fault}: {error}");
        // A person does what it says.
        desk.does(json!({"do": "issue_token"}));
        let token = Secret::new(&desk.sim.refresh_token(0).unwrap()).unwrap();
        owner(&desk.home, &desk.sim).add(token).await.unwrap();
        desk.client.accounts().await.unwrap();
    }
}

#[tokio::test]
async fn a_token_without_market_data_is_named_and_not_asked_again() {
    let desk = Desk::with("login: {profile: retail_no_md}").await;
    desk.client.accounts().await.unwrap();
    let error = desk.client.quotes(&[1]).await.unwrap_err();
    assert!(matches!(error.fault(), Some(Fault::Scope { .. })), "{error}");
    assert!(error.to_string().contains("1 attempt"), "{error}");
}

#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let desk =
        Desk::with("limits: {account: {per_second: 2, per_hour: 30000}, header_window: second}")
            .await;
    for _ in 0..5 {
        desk.client.accounts().await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_reconciles_first_and_yields_to_another_client() {
    let desk = Desk::with("market: {real_time: true}").await;
    let id = desk.id_of("ZZQ.TO").await;
    let rules = Rules { first_wait: Duration::from_millis(10), ..Rules::default() };
    let mut stream = desk.client.stream_quotes(&[id], rules.clone());
    let next = async |stream: &mut tradebot_broker_questrade::stream::Stream<_>| {
        tokio::time::timeout(Duration::from_secs(30), stream.next())
            .await
            .expect("an event in time")
    };
    assert!(matches!(next(&mut stream).await, Some(Event::Reconcile { connection: 1 })));
    let item = next(&mut stream).await;
    assert!(matches!(&item, Some(Event::Item(quote)) if quote.symbol_id == id), "{item:?}");
    desk.does(json!({"do": "kill_streams"}));
    let mut ended = false;
    for _ in 0..200 {
        match next(&mut stream).await {
            Some(Event::Reconcile { connection: 2 }) => desk.does(json!({"do": "kill_streams"})),
            Some(Event::Ended { .. }) => ended = true,
            None => break,
            _ => {}
        }
    }
    assert!(ended, "being closed twice is not fought");
}
