//! Tickets end to end: a journaled intent, a simulated broker over sockets, a person who enters
//! orders there, the desk that looks, and the command line in between.

use std::path::Path;
use std::sync::Arc;

use questrade_sim::http::{Host, Request};
use questrade_sim::{Command, Knobs, SimServer};
use serde_json::{Value, json};
use tradebot_app::live::calls::Unwaiting;
use tradebot_app::live::desk::{Desk, Polled};
use tradebot_app::live::shelf::Shelf;
use tradebot_app::live::terms;
use tradebot_brackets::{Bracket, BracketSpec, CostModel};
use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::custody::{Credential, Custodian, TokenStore};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{Limits, Transport};
use tradebot_domain::{Decimal, Exchange, Moment, Price, Regime, Shares, Symbol, Tick, Timestamp};
use tradebot_execution::ticket::{TicketBook, slippage};
use tradebot_execution::{Intent, Journaled, journal};
use tradebot_journal::{DecisionId, MemoryLedger, TicketKind, TicketMatch, TicketState, Urgency};
use tradebot_policy::{Limits as RiskLimits, Policy};
use tradebot_risk::{Belief, BookView, Standing, Traffic, propose, review};
use tradebot_storage::{Mode, Store, TicketLog};

use crate::support::Home;

/// A registered account, which cannot be short; it holds 120 ZZQ.TO of its own.
const ACCOUNT: &str = "51234567";
const SYMBOL: &str = "ZZQ.TO";
/// Clocks that stand still count all calls as of one second.
const RATES: &str = "limits: {account: {per_second: 10000, per_hour: 1000000}, market_data: {per_second: 10000, per_hour: 1000000}}";
/// Thursday, half an hour before the open; the decision was taken on Wednesday's close.
const START: &str = "2026-07-09T13:00:00Z";

fn sized(close: f64) -> Journaled<Intent> {
    let spec = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 2.0,
        stop_min: 0.015,
        stop_max: 0.08,
        max_holding_sessions: 3,
        trailing_atr: None,
    };
    let bracket = Bracket::around_close(close, 0.9, &spec, Tick::CENT).unwrap();
    let belief = Belief {
        consensus_mean: 0.45,
        consensus_lo: 0.42,
        row_rate: 0.40,
        row_lo: 0.38,
        row_n: 200.0,
        mean_win: 2.0,
        mean_loss: 1.0,
        skill_shown: true,
    };
    let view = BookView {
        equity: 50_000.0,
        cash: 15_000.0,
        unsettled: 0.0,
        drawdown: 0.0,
        drawdown_20: 0.0,
        day_return: 0.0,
        stopped: false,
        open_risk: 0.0,
        positions: 0,
        held: &[],
        close,
        adv_20: 1e9,
        correlations: &[],
        spread: 0.0008,
        traffic: Traffic::default(),
        standing: Standing::default(),
        account: None,
    };
    let (policy, limits) = (Policy::bundled(), RiskLimits::simulated());
    let (row, symbol) = (policy.row(Regime::TrendingLowVol), Symbol::new(SYMBOL).unwrap());
    let proposal =
        propose(symbol, &bracket, &belief, row, &limits, &CostModel::default(), &view).unwrap();
    let approved = review(proposal, row, &limits, &view).unwrap();
    let session = Moment::constant(2026, 7, 8);
    let decision = DecisionId { session, symbol };
    let intent = Intent::from_approved(
        approved,
        "I000001".to_owned(),
        session,
        decision,
        Regime::TrendingLowVol,
    );
    journal(intent, &mut MemoryLedger::default()).unwrap()
}

/// One home, one broker, one person, one bot.
struct World {
    home: Home,
    server: SimServer,
    store: Store,
    desk: Desk,
    client: Client,
    /// The person's own access, which may place orders.
    access: String,
    /// The desk is thrown away and opened again before every look.
    forgetful: bool,
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
    let transport =
        Arc::new(Transport::new(environment, Limits::default(), Arc::new(Unwaiting)).unwrap());
    let key = Arc::new(Credential::new(home));
    let store = TokenStore::open(&home.join("broker"), "simulator", key).unwrap();
    Client::new(Arc::clone(&transport), Custodian::new(store, transport))
}

impl World {
    async fn new() -> Self {
        let knobs = format!(
            "{{login: {{chains_independent: true, chains: [{{profile: retail}}, {{profile: partner}}]}}, \
              clock: {{start: '{START}', speed: 0}}, {RATES}, trading: {{participation_permille: 0}}}}"
        );
        let server = SimServer::start(Knobs::from_text(&knobs).unwrap()).await.unwrap();
        let home = Home::new();
        std::fs::create_dir_all(home.path()).unwrap();
        let store = Store::open(&home.path(), Mode::Live).unwrap();
        let client = client(&home.path(), &server);
        let token = server.refresh_token(0).unwrap();
        client.custody().add(Secret::new(&token).unwrap()).await.unwrap();
        let shelf = Shelf::new(store.tickets().unwrap().unwrap()).unwrap();
        let desk = Desk::new(client.clone(), ACCOUNT, shelf);
        let forgetful = false;
        let mut world =
            Self { home, server, store, desk, client, access: String::new(), forgetful };
        world.sign_in();
        world
    }

    /// The person signs in.
    fn sign_in(&mut self) {
        let issued = self.server.command(Command::IssueToken { chain: 1 }).unwrap();
        let token = issued["refresh_token"].as_str().unwrap();
        let target = format!("/oauth2/token?grant_type=refresh_token&refresh_token={token}");
        let reply = self.server.world(|w| w.handle(&Request::new(Host::Login, "GET", &target)));
        reply.value()["access_token"].as_str().unwrap().clone_into(&mut self.access);
    }

    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Value {
        self.sign_in();
        let path = format!("/v1/accounts/{ACCOUNT}/{path}");
        let mut request = Request::new(Host::Api(0), method, &path).with_bearer(&self.access);
        if let Some(body) = body {
            request = request.with_json(body);
        }
        self.server.world(|w| w.handle(&request)).value()
    }

    fn advance(&self, seconds: i64) {
        self.server.command(Command::Advance { seconds }).unwrap();
    }

    fn go_to(&self, time: &str) {
        self.server.command(Command::AdvanceTo { time: time.to_owned() }).unwrap();
    }

    async fn now(&self) -> Timestamp {
        self.client.time().await.unwrap().instant()
    }

    /// Enough for the same order twice.
    fn deposit(&self) {
        let (account, currency) = (ACCOUNT.to_owned(), "CAD".to_owned());
        let amount = Decimal::from(50_000);
        self.server.command(Command::Deposit { account, currency, amount }).unwrap();
    }

    /// Opens half a minute after the exchange.
    fn open(&self) {
        self.go_to("2026-07-09T09:30:30-04:00");
    }

    async fn issue(&mut self) {
        let now = self.now().await;
        let close = self.last().await;
        let intent = sized(close);
        let decided = intent.get().record().session.date();
        let held = intent.get().record().bracket.max_holding_sessions;
        let place = (ACCOUNT, "live-0001");
        let terms = terms::entry(place, Exchange::Xtse, decided, held, now).unwrap();
        let told = self.desk.issue(intent, &terms).unwrap().told;
        assert_eq!(told.len(), 1, "{told:?}");
    }

    async fn last(&self) -> f64 {
        let id = self.server.world(|w| w.symbol_id(SYMBOL)).unwrap();
        let quotes = self.client.quotes(&[id]).await.unwrap();
        let quote = &quotes.quotes[0];
        quote.last_trade_price.unwrap().to_string().parse().unwrap()
    }

    /// The person enters an order: a limit or a stop where there is a price.
    fn enters(&self, (action, kind): (&str, &str), shares: u64, price: Option<Price>) -> i64 {
        let id = self.server.world(|w| w.symbol_id(SYMBOL)).unwrap();
        let mut order = json!({
            "accountNumber": ACCOUNT, "symbolId": id, "quantity": shares, "orderType": kind,
            "timeInForce": if kind == "Stop" { "GoodTillCanceled" } else { "Day" },
            "action": action, "primaryRoute": "AUTO", "secondaryRoute": "AUTO",
        });
        if let Some(price) = price {
            let key = if kind == "Stop" { "stopPrice" } else { "limitPrice" };
            order[key] = json!(price.to_string());
        }
        let command = Command::Human { account: ACCOUNT.to_owned(), order };
        self.server.command(command).unwrap()["orderId"].as_i64().unwrap()
    }

    /// The person enters what a ticket says, for as many shares.
    fn enters_ticket(&self, id: &str, shares: u64) -> i64 {
        let record = self.book().get(id).unwrap().record();
        let action = if record.side.name() == "buy" { "Buy" } else { "Sell" };
        let kind = match record.order.name() {
            "limit" => "Limit",
            "stop" => "Stop",
            _ => "Market",
        };
        self.enters((action, kind), shares, record.limit.or(record.stop))
    }

    fn book(&self) -> &TicketBook {
        self.desk.book()
    }

    fn asked(&self, id: &str) -> u64 {
        self.book().get(id).unwrap().record().shares.0
    }

    async fn look(&mut self) -> Polled {
        if self.forgetful {
            let shelf = Shelf::new(self.store.tickets().unwrap().unwrap()).unwrap();
            assert_eq!(shelf.book(), self.desk.book(), "what is on disk is all there is");
            self.desk = Desk::new(self.client.clone(), ACCOUNT, shelf);
        }
        let now = self.now().await;
        let polled = self.desk.poll(now).await.unwrap();
        assert_eq!(polled.unreadable, Vec::<String>::new());
        polled
    }

    fn state(&self, id: &str) -> (TicketState, TicketMatch) {
        let ticket = self.book().get(id).unwrap_or_else(|| panic!("{:#?}", self.book().tickets()));
        (ticket.state(), ticket.found())
    }

    fn open_tickets(&self) -> Vec<(TicketKind, u64)> {
        let open = self.book().tickets().iter().filter(|t| t.is_open());
        open.map(|t| (t.record().kind, t.record().shares.0)).collect()
    }

    fn held(&self) -> u64 {
        self.book().held("I000001").0
    }
}

/// The whole life of a position that is done as asked.
async fn as_asked(forgetful: bool) -> Vec<tradebot_journal::TicketEntry> {
    let mut world = World::new().await;
    world.forgetful = forgetful;
    world.issue().await;
    let shares = world.asked("T1");
    assert!(shares > 10, "{shares}");
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::Issued, TicketMatch::None));
    world.enters_ticket("T1", shares);
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::Seen, TicketMatch::Partial));
    world.open();
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::Done, TicketMatch::Exact));
    assert_eq!(world.held(), shares, "and not the person's own 120");
    assert_eq!(world.open_tickets(), [(TicketKind::Stop, shares), (TicketKind::Target, shares)]);
    world.advance(150);
    world.look().await;
    assert_eq!(world.book().get("T2").unwrap().urgency(), Urgency::Urgent);
    let stop = world.enters_ticket("T2", shares);
    world.advance(5);
    world.look().await;
    assert_eq!(world.state("T2"), (TicketState::Done, TicketMatch::Exact));
    // The management raises the stop; the person changes the order, which gets a new number.
    let higher = world.book().plan("I000001").unwrap().bracket.stop.decimal() + Decimal::ONE;
    let now = world.now().await;
    world.desk.move_stop("I000001", Price::new(higher).unwrap(), now).unwrap();
    world.look().await;
    assert_eq!(world.state("T4"), (TicketState::Issued, TicketMatch::None));
    world.call("POST", &format!("orders/{stop}"), Some(&json!({"stopPrice": higher.to_string()})));
    world.advance(5);
    world.look().await;
    assert_eq!(world.state("T4"), (TicketState::Done, TicketMatch::Exact));
    // The third session closes: the time limit.
    world.go_to("2026-07-13T16:00:01-04:00");
    world.look().await;
    if world.held() > 0 {
        let exit = world.book().tickets().last().unwrap().record().clone();
        assert_eq!((exit.kind, exit.shares), (TicketKind::Exit, Shares(shares)));
        world.go_to("2026-07-14T09:31:00-04:00");
        let resting = world.client.open_orders(ACCOUNT, now).await.unwrap();
        for order in resting {
            world.call("DELETE", &format!("orders/{}", order.id), None);
        }
        world.advance(2);
        world.enters(("Sell", "Market"), shares, None);
        world.advance(30);
        world.look().await;
    }
    assert_eq!((world.held(), world.open_tickets()), (0, Vec::new()));
    assert!(slippage(world.book(), world.book().get("T1").unwrap()).unwrap().basis_points <= 0.0);
    assert_eq!(world.look().await.entries, [], "nothing more follows");
    let reader = Store::open_read(&world.home.path(), Mode::Live).unwrap();
    reader.ticket_entries().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_followed_from_its_ticket_to_its_exit() {
    as_asked(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_thrown_away_before_every_look_writes_the_same() {
    assert_eq!(as_asked(true).await, as_asked(false).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_person_may_do_less_more_dearer_or_later() {
    // A part now, the rest never.
    let mut world = World::new().await;
    world.issue().await;
    world.open();
    let shares = world.asked("T1");
    world.enters_ticket("T1", shares / 2);
    world.advance(30);
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::PartlyDone, TicketMatch::DifferentSize));
    assert_eq!(world.open_tickets()[1], (TicketKind::Stop, shares / 2));
    world.go_to("2026-07-09T16:00:01-04:00");
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::DoneDifferently, TicketMatch::DifferentSize));

    // At the market instead of the limit.
    let mut world = World::new().await;
    world.issue().await;
    world.open();
    world.enters(("Buy", "Market"), shares, None);
    world.advance(30);
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::DoneDifferently, TicketMatch::DifferentPrice));

    // The day after.
    let mut world = World::new().await;
    world.issue().await;
    world.go_to("2026-07-09T16:00:01-04:00");
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::Expired, TicketMatch::None));
    world.go_to("2026-07-10T10:00:00-04:00");
    world.enters(("Buy", "Market"), shares, None);
    world.advance(30);
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::Late, TicketMatch::Late));
    assert_eq!(world.open_tickets()[0], (TicketKind::Stop, shares));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_be_two_orders_is_asked_and_answered_at_the_command_line() {
    let mut world = World::new().await;
    world.deposit();
    world.issue().await;
    world.open();
    let shares = world.asked("T1");
    let (first, second) = (world.enters_ticket("T1", shares), world.enters_ticket("T1", shares));
    world.advance(30);
    let told = world.look().await.told;
    assert_eq!(world.state("T1"), (TicketState::Asked, TicketMatch::Ambiguous));
    assert!(told[0].text.contains("tickets done T1 --order N"), "{told:?}");
    assert_eq!(told[0].urgency, Urgency::Urgent);

    // The bot holds its lock all the time.
    let home = &world.home;
    let order = first.to_string();
    let _ = home.ok(&["tickets", "list"]).shows(&["T1", "asked", &order, &second.to_string()]);
    let vague = home.tradebot(&["tickets", "done", "T1"]).run().code(2);
    let _ = vague.says(&["several orders may be ticket T1", "--order", &order]);
    let wrong = home.tradebot(&["tickets", "done", "T1", "--order", "1"]).run().code(2);
    let _ = wrong.says(&["order 1 is none of those"]);
    let _ = home.ok(&["tickets", "done", "t1", "--order", &order]).shows(&["T1", "on record"]);
    world.look().await;
    assert_eq!(world.state("T1"), (TicketState::Done, TicketMatch::Exact));
    assert_eq!(world.held(), shares, "the other order is the person's own");

    let home = &world.home;
    let done = home.tradebot(&["tickets", "done", "T1"]).run().code(2);
    let _ = done.says(&["T1 is done already"]);
    let stop = home.tradebot(&["tickets", "skip", "T2"]).run().code(2);
    let _ = stop.says(&["protects", "cannot be skipped"]);
    let _ = home.ok(&["tickets", "skip", "T3", "--reason", "no target"]).shows(&["T3"]);
    let shown = home.json(&["tickets", "show", "T1", "--json"]);
    assert_eq!(shown["ticket"]["state"], "done", "{shown:#}");
    assert!(shown["ticket"]["slippage_bp"].is_number() && shown["history"].is_array(), "{shown:#}");
    let page = home.ok(&["tickets", "show", "T1"]).stdout;
    for word in
        ["Enter at the broker", "51234567", "limit", "then its stop", "against the ticket's"]
    {
        assert!(page.contains(word), "{word}: {page}");
    }
    let all = home.json(&["tickets", "list", "--all", "--json"]);
    let states: Vec<&str> =
        all.as_array().unwrap().iter().map(|t| t["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "issued", "skipped"]);
    assert_eq!(home.json(&["tickets", "list", "--json"]).as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_between_two_looks_of_the_bot_is_not_lost() {
    let mut world = World::new().await;
    world.issue().await;
    let mut person = Shelf::new(TicketLog::open(&world.home.path()).unwrap()).unwrap();
    assert_eq!(person.book(), world.book());
    let _ = world.home.ok(&["tickets", "skip", "T1", "--reason", "not today"]);
    world.look().await;
    assert_eq!(world.state("T1").0, TicketState::Skipped);
    person.catch_up().unwrap();
    assert_eq!(person.book(), world.book());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_does_not_answer_changes_nothing() {
    let mut world = World::new().await;
    world.issue().await;
    let before = world.book().clone();
    let now = world.now().await;
    let lost: Command =
        serde_json::from_value(json!({"do": "fault", "rule": {"route": "executions", "effect": {"do": "refuse", "status": 400, "code": 1002}}}))
            .unwrap();
    world.server.command(lost).unwrap();
    let refused = world.desk.poll(now).await.unwrap_err().to_string();
    assert!(refused.contains("cannot be read"), "{refused}");
    assert_eq!(world.book(), &before);
    world.server.command(Command::ClearFaults).unwrap();
    world.look().await;
}

#[test]
fn a_home_without_live_mode_and_a_mode_without_tickets_say_so() {
    let home = Home::new();
    let none = home.tradebot(&["tickets", "list"]).run().code(2);
    let _ = none.says(&["there are no tickets in", "live mode has not run there yet"]);
    let demo = home.tradebot(&["tickets", "list", "--mode", "demo"]).run().code(2);
    let _ = demo.says(&["this mode has no tickets", "simulated broker"]);
    drop(Store::open(&home.path(), Mode::Live).unwrap());
    let _ = home.ok(&["tickets", "list"]).shows(&["no ticket was issued yet"]);
    let unknown = home.tradebot(&["tickets", "done", "T7"]).run().code(2);
    let _ = unknown.says(&["there is no ticket T7; none was issued yet"]);
    let unknown = home.tradebot(&["tickets", "show", "T7"]).run().code(2);
    let _ = unknown.says(&["there is no ticket T7"]);
}
