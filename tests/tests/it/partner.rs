//! The sink that places orders, against the simulated broker over sockets. What locks it locks the
//! process, so each case is a process of its own.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command as Process;
use std::sync::Arc;

use questrade_sim::{Command, Knobs, SimServer};
use serde_json::json;
use tradebot_app::live::calls::Unwaiting;
use tradebot_app::live::sinks::{OrderSink, open};
use tradebot_app::settings::SinkName;
use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::custody::{Credential, Custodian, TokenStore};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::sink::{
    self, Action, Live, NewOrder, NotArmed, Paper, PartnerSink, PermissionReference, Probe,
    Resolution, SinkError, Submitted, Wanted,
};
use tradebot_broker_questrade::transport::{Limits, Transport};
use tradebot_broker_questrade::words::{OrderState, OrderType, TimeInForce};
use tradebot_domain::{Price, Shares};

const ACCOUNT: &str = "51234567";
/// A clock that stands still counts all calls as of one second.
const RATES: &str = "limits: {account: {per_second: 10000, per_hour: 1000000}, market_data: {per_second: 10000, per_hour: 1000000}}";
const CASE: &str = "TRADEBOT_TEST_PARTNER_CASE";

/// Not a test of its own: the process of one case. Without the variable it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn child_of_one_case() {
    match std::env::var(CASE).as_deref() {
        Ok("retail") => retail().await,
        Ok("partner") => partner().await,
        Ok("doubt") => doubt().await,
        Ok("locked_later") => locked_later().await,
        Ok("paper") => paper(),
        Ok("chosen") => chosen().await,
        Ok(other) => panic!("no case `{other}`"),
        Err(_) => {}
    }
}

#[track_caller]
fn holds_in_a_process_of_its_own(case: &str) {
    let output = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "partner::child_of_one_case", "--nocapture"])
        .env(CASE, case)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{case}: {said}");
}

#[test]
fn a_personal_token_locks_orders_for_the_life_of_the_process() {
    holds_in_a_process_of_its_own("retail");
}

#[test]
fn a_partner_places_prices_changes_and_cancels() {
    holds_in_a_process_of_its_own("partner");
}

#[test]
fn an_order_without_an_answer_is_looked_for_and_never_sent_again() {
    holds_in_a_process_of_its_own("doubt");
}

#[test]
fn a_right_that_is_taken_away_locks_too() {
    holds_in_a_process_of_its_own("locked_later");
}

#[test]
fn a_process_that_began_in_paper_cannot_become_live() {
    holds_in_a_process_of_its_own("paper");
}

#[test]
fn configuration_names_the_sink_and_the_brokers_answer_decides() {
    holds_in_a_process_of_its_own("chosen");
}

struct World {
    server: SimServer,
    client: Client,
    symbol: i64,
    _home: tempfile::TempDir,
}

fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

fn client(home: &Path, server: &SimServer) -> Client {
    let key = home.join("tradebot-token-key");
    std::fs::write(&key, "5c".repeat(32)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let environment = Environment::simulator(&server.login_url()).unwrap();
    let ms = std::time::Duration::from_millis;
    let limits = Limits { silence: ms(1_000), attempt: ms(2_000), ..Limits::default() };
    let transport = Arc::new(Transport::new(environment, limits, Arc::new(Unwaiting)).unwrap());
    let key = Arc::new(Credential::new(home));
    let store = TokenStore::open(&home.join("broker"), "simulator", key).unwrap();
    Client::new(Arc::clone(&transport), Custodian::new(store, transport))
}

impl World {
    async fn of(profile: &str) -> Self {
        let knobs = format!(
            "{{login: {{profile: {profile}}}, clock: {{start: '2026-07-09T14:31:22Z', speed: 0}}, {RATES}, \
              trading: {{participation_permille: 0}}}}"
        );
        let server = SimServer::start(Knobs::from_text(&knobs).unwrap()).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let client = client(home.path(), &server);
        let token = server.refresh_token(0).unwrap();
        client.custody().add(Secret::new(&token).unwrap()).await.unwrap();
        let symbol = server.world(|w| w.symbol_id("ZZQ.TO")).unwrap();
        Self { server, client, symbol, _home: home }
    }

    fn run(&self, command: serde_json::Value) {
        let command: Command = serde_json::from_value(command).unwrap();
        self.server.command(command).unwrap();
    }

    async fn arm(&self) -> Result<PartnerSink, NotArmed> {
        let process = sink::Process::<Live>::begin().unwrap();
        let right = PermissionReference::new("agreement 2026-17, signed 2026-03-02").unwrap();
        let (account, limit) = (ACCOUNT.to_owned(), price("1.00"));
        let probe = Probe { account, symbol_id: self.symbol, limit };
        PartnerSink::arm(&process, right, self.client.clone(), &probe).await
    }

    fn buy(&self, shares: u64, limit: &str) -> NewOrder {
        NewOrder {
            symbol_id: self.symbol,
            action: Action::Buy,
            shares: Shares(shares),
            order_type: OrderType::Limit,
            limit: Some(price(limit)),
            stop: None,
            time_in_force: TimeInForce::Day,
        }
    }

    /// How often orders were placed, as the broker counts.
    fn calls(&self, route: &str) -> usize {
        self.server.world(|w| w.log().iter().filter(|e| e.route == route).count())
    }

    async fn state(&self, order: i64) -> OrderState {
        self.client.order(ACCOUNT, order).await.unwrap().unwrap().state
    }
}

async fn retail() {
    let world = World::of("retail").await;
    let locked = world.arm().await.err().unwrap();
    let NotArmed::Locked(why) = &locked else { panic!("{locked}") };
    assert!(why.why.contains("403") && why.why.contains("1016"), "{why}");
    assert_eq!(world.calls("orders.impact"), 1, "never asked twice");
    // Even a token that may, later in the same process, opens nothing.
    let other = World::of("partner").await;
    assert!(matches!(other.arm().await, Err(NotArmed::Locked(_))));
    assert_eq!(other.calls("orders.impact"), 0, "nothing is even asked");
    // Reading goes on.
    assert!(!world.client.accounts().await.unwrap().accounts.is_empty());
}

async fn partner() {
    let world = World::of("partner").await;
    let sink = world.arm().await.unwrap();
    assert_eq!((world.calls("orders.impact"), world.calls("orders.place")), (1, 0));

    // A single order, priced, placed, changed, cancelled.
    let wanted = Wanted::Single(world.buy(10, "30.00"));
    let impact = sink.impact(&wanted).await.unwrap();
    assert_eq!(impact.buying_power_effect.to_string().trim_end_matches(".0"), "-300");
    let attempt = sink.prepare(wanted.clone()).await.unwrap();
    assert_eq!(attempt.body_digest().len(), 64);
    let Submitted::Bound { orders } = sink.send(attempt).await else { panic!() };
    world.run(json!({"do": "advance", "seconds": 1}));
    assert_eq!(world.state(orders[0]).await, OrderState::Accepted);
    let twin = sink.prepare(wanted).await.unwrap_err();
    assert!(matches!(twin, SinkError::Twin { order } if order == orders[0]), "{twin}");
    let fresh = sink.replace(orders[0], &world.buy(12, "31.00")).await.unwrap();
    assert_ne!(fresh, orders[0], "a replacement has a new number");
    world.run(json!({"do": "advance", "seconds": 1}));
    sink.cancel(fresh).await.unwrap();
    assert_eq!(world.state(fresh).await, OrderState::CancelPending);
    world.run(json!({"do": "advance", "seconds": 1}));
    assert_eq!(world.state(fresh).await, OrderState::Canceled);

    // An entry with its exits, filled at once; the stop and the target wake.
    let entry = world.buy(20, "60.00");
    let wanted = Wanted::Bracket { entry, target: price("90.00"), stop: price("20.00") };
    let attempt = sink.prepare(wanted).await.unwrap();
    let Submitted::Bound { orders } = sink.send(attempt).await else { panic!() };
    assert_eq!(orders.len(), 3);
    world.run(json!({"do": "advance", "seconds": 5}));
    assert_eq!(world.state(orders[0]).await, OrderState::Executed);
    assert_eq!(world.state(orders[1]).await, OrderState::Activated);
    assert_eq!(world.state(orders[2]).await, OrderState::Activated);

    // What is refused before there is an order, and what after.
    let attempt = sink.prepare(Wanted::Single(world.buy(1, "30.001"))).await.unwrap();
    let tick = sink.send(attempt).await;
    assert!(matches!(tick, Submitted::Unknown { .. }), "3021 is not on the list: {tick:?}");
    world.run(json!({"do": "quirk", "name": "q5_200_with_error", "times": 1}));
    let attempt = sink.prepare(Wanted::Single(world.buy(3, "30.00"))).await.unwrap();
    let Submitted::Unknown { mut resolver, .. } = sink.send(attempt).await else { panic!() };
    let now = world.client.time().await.unwrap().instant();
    let orders = sink.look(now).await.unwrap();
    let found = resolver.look(&orders, &BTreeSet::new(), now);
    let Resolution::Bound { orders } = found else { panic!("{found:?}") };
    assert_eq!(world.state(orders[0]).await, OrderState::Rejected, "a 200 is not success");
}

async fn doubt() {
    let world = World::of("partner").await;
    let sink = world.arm().await.unwrap();
    let bound = BTreeSet::new();
    for (shares, quirk) in
        [(11, "q2_lost_response"), (12, "q4_400_but_placed"), (13, "q6_5xx_placed")]
    {
        let before = world.calls("orders.place");
        world.run(json!({"do": "quirk", "name": quirk, "times": 1}));
        let attempt = sink.prepare(Wanted::Single(world.buy(shares, "30.00"))).await.unwrap();
        let sent = sink.send(attempt).await;
        let Submitted::Unknown { mut resolver, .. } = sent else { panic!("{quirk}: {sent:?}") };
        assert_eq!(world.calls("orders.place"), before + 1, "{quirk}: once");
        let now = world.client.time().await.unwrap().instant();
        let orders = sink.look(now).await.unwrap();
        let found = resolver.look(&orders, &bound, now);
        assert!(
            matches!(&found, Resolution::Bound { orders } if orders.len() == 1),
            "{quirk}: {found:?}"
        );
    }
    // Lost on its way: absent after the quiet time and three looks, and not a look before.
    for quirk in ["q1_lost_request", "q6_5xx_not_placed"] {
        world.run(json!({"do": "quirk", "name": quirk, "times": 1}));
        let attempt = sink.prepare(Wanted::Single(world.buy(14, "30.00"))).await.unwrap();
        let Submitted::Unknown { mut resolver, .. } = sink.send(attempt).await else { panic!() };
        let mut found = Vec::new();
        for _ in 0..4 {
            let now = world.client.time().await.unwrap().instant();
            let orders = sink.look(now).await.unwrap();
            found.push(resolver.look(&orders, &bound, now));
            world.run(json!({"do": "advance", "seconds": 301}));
        }
        let absent = Resolution::PresumedAbsent;
        assert_eq!(found.pop(), Some(absent), "{quirk}");
        assert_eq!(found, vec![Resolution::Unknown; 3], "{quirk}");
    }
    // A person enters the very same order: theirs stands as theirs.
    world.run(json!({"do": "quirk", "name": "q2_lost_response", "times": 1}));
    world.run(json!({"do": "quirk", "name": "q21_human_twin", "times": 1}));
    let attempt = sink.prepare(Wanted::Single(world.buy(15, "30.00"))).await.unwrap();
    let sent = sink.send(attempt).await;
    let now = world.client.time().await.unwrap().instant();
    let orders = sink.look(now).await.unwrap();
    let twins = orders.iter().filter(|o| o.total_quantity == 15.into()).count();
    if let Submitted::Unknown { mut resolver, .. } = sent {
        let found = resolver.look(&orders, &bound, now);
        assert!(
            matches!(&found, Resolution::Bound { orders } if orders.len() == 1),
            "{twins}: {found:?}"
        );
    } else {
        assert!(matches!(sent, Submitted::Bound { .. }), "{sent:?}");
    }
}

async fn locked_later() {
    let world = World::of("partner").await;
    let sink = world.arm().await.unwrap();
    let attempt = sink.prepare(Wanted::Single(world.buy(10, "30.00"))).await.unwrap();
    let second = sink.prepare(Wanted::Single(world.buy(9, "30.00"))).await.unwrap();
    world.run(json!({"do": "fault", "rule": {"route": "orders.place", "effect": {"do": "refuse", "status": 403, "code": 1016}}}));
    assert!(matches!(sink.send(attempt).await, Submitted::Refused { .. }));
    world.run(json!({"do": "clear_faults"}));
    let placed = world.calls("orders.place");
    assert!(matches!(sink.send(second).await, Submitted::NotSent { .. }));
    assert!(matches!(sink.cancel(1).await, Err(SinkError::Locked(_))));
    assert!(matches!(
        sink.prepare(Wanted::Single(world.buy(8, "30.00"))).await,
        Err(SinkError::Locked(_))
    ));
    assert_eq!(world.calls("orders.place"), placed, "nothing went out");
    assert!(matches!(world.arm().await, Err(NotArmed::Locked(_))));
}

async fn chosen() {
    let process = sink::Process::<Live>::begin().unwrap();
    let named = tradebot_app::settings::Live {
        sink: SinkName::Partner,
        permission_reference: Some("agreement 2026-17".to_owned()),
        probe_symbol: Some("ZZQ.TO".to_owned()),
        probe_limit: Some(1.into()),
    };
    let partner = World::of("partner").await;
    let default = tradebot_app::settings::Live::default();
    let opened = open(&default, &process, partner.client.clone(), ACCOUNT).await.unwrap();
    assert!(matches!(opened.sink, OrderSink::Ticket), "a person, unless something else is named");
    assert_eq!(partner.calls("orders.impact"), 0);
    let opened = open(&named, &process, partner.client.clone(), ACCOUNT).await.unwrap();
    assert!(matches!(opened.sink, OrderSink::Partner(_)), "{}", opened.said);
    assert!(opened.said.contains("agreement 2026-17"), "{}", opened.said);
    let unnamed = tradebot_app::settings::Live { permission_reference: None, ..named.clone() };
    let refused = open(&unnamed, &process, partner.client.clone(), ACCOUNT).await.err().unwrap();
    assert!(refused.to_string().contains("live.permission_reference"), "{refused}");
    let retail = World::of("retail").await;
    let opened = open(&named, &process, retail.client.clone(), ACCOUNT).await.unwrap();
    assert!(matches!(opened.sink, OrderSink::Ticket));
    assert!(opened.said.contains("locked") && opened.said.contains("1016"), "{}", opened.said);
}

fn paper() {
    sink::Process::<Paper>::begin().unwrap();
    let refused = sink::Process::<Live>::begin().unwrap_err();
    assert_eq!((refused.begun, refused.wanted), ("paper", "live"));
}
