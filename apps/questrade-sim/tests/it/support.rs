//! A simulated broker with a client's view: calls by value, and plain HTTP over sockets.

use std::sync::OnceLock;

use questrade_sim::http::{Host, Reply, Request};
use questrade_sim::knobs::Knobs;
use questrade_sim::library::Library;
use questrade_sim::world::{Command, StreamPorts, World};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The account that may borrow, the one that may not, and the one with a zero in front.
pub(crate) const MARGIN: &str = "26543210";
pub(crate) const TFSA: &str = "51234567";
pub(crate) const RRSP: &str = "01234567";

pub(crate) fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| Library::load(&Knobs::default().market).unwrap())
}

/// The core and a client that is logged in.
pub(crate) struct Sim {
    pub(crate) world: World,
    pub(crate) access: String,
    calls: i64,
    /// Logs in again when its token has died.
    patient: bool,
}

impl Sim {
    /// Settings over the defaults, as YAML; the clock stands at 10:31 on a Thursday.
    pub(crate) fn with(yaml: &str) -> Self {
        let mut knobs = Knobs::from_text(yaml).unwrap();
        knobs.clock.speed = 0.0;
        let start = "2026-07-09T14:31:22.417Z".parse().unwrap();
        let mut world = World::new(knobs, library(), start);
        let servers = ["http://a/", "http://b/", "http://c/"].map(str::to_owned);
        world.set_addresses(servers.to_vec(), StreamPorts::default());
        let mut sim = Self { world, access: String::new(), calls: 0, patient: false };
        sim.log_in();
        sim
    }

    pub(crate) fn retail() -> Self {
        Self::with("")
    }

    pub(crate) fn partner() -> Self {
        Self { patient: true, ..Self::with("login: {profile: partner}") }
    }

    pub(crate) fn refresh_token(&self) -> String {
        self.world.refresh_tokens()[0].clone().unwrap()
    }

    /// Exchanges a refresh token made by hand, which is never too old, and keeps the access token.
    pub(crate) fn log_in(&mut self) -> Value {
        let issued = self.run(json!({"do": "issue_token"}));
        let token = issued["refresh_token"].as_str().unwrap().to_owned();
        let reply = self.exchange(&token).value();
        reply["access_token"].as_str().unwrap_or_default().clone_into(&mut self.access);
        reply
    }

    pub(crate) fn exchange(&mut self, token: &str) -> Reply {
        let target = format!("/oauth2/token?grant_type=refresh_token&refresh_token={token}");
        self.world.handle(&Request::new(Host::Login, "GET", &target))
    }

    /// A call with the access token; calls are a tenth of a second apart.
    pub(crate) fn call(&mut self, method: &str, target: &str, body: Option<&Value>) -> Reply {
        let mut request = Request::new(Host::Api(0), method, target).with_bearer(&self.access);
        if let Some(body) = body {
            request = request.with_json(body);
        }
        self.calls += 1;
        request.arrived = jiff_ms(self.calls * 100);
        let reply = self.world.handle(&request);
        if self.patient && reply.value()["code"] == 1017 {
            self.patient = false;
            self.log_in();
            let again = self.call(method, target, body);
            self.patient = true;
            return again;
        }
        reply
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.call("GET", &format!("/v1/{path}"), None)
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.call("POST", &format!("/v1/{path}"), Some(body))
    }

    pub(crate) fn delete(&mut self, path: &str) -> Reply {
        self.call("DELETE", &format!("/v1/{path}"), None)
    }

    pub(crate) fn run(&mut self, command: Value) -> Value {
        let command: Command = serde_json::from_value(command).unwrap();
        self.world.command(command).unwrap()
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.run(json!({"do": "advance", "seconds": seconds}));
    }

    /// Moves the clock to a moment, `2026-07-10T09:00:00-04:00`.
    pub(crate) fn go_to(&mut self, time: &str) {
        self.run(json!({"do": "advance_to", "time": time}));
    }

    pub(crate) fn id(&self, symbol: &str) -> i64 {
        self.world.symbol_id(symbol).unwrap()
    }

    pub(crate) fn quote(&mut self, symbol: &str) -> Value {
        let id = self.id(symbol);
        self.get(&format!("markets/quotes/{id}")).value()["quotes"][0].clone()
    }

    pub(crate) fn last(&mut self, symbol: &str) -> f64 {
        self.quote(symbol)["lastTradePrice"].as_f64().unwrap()
    }

    /// The body of an order.
    pub(crate) fn ticket(&self, account: &str, symbol: &str, rest: Value) -> Value {
        let mut body = json!({
            "accountNumber": account, "symbolId": self.id(symbol), "quantity": 10,
            "orderType": "Market", "timeInForce": "Day", "action": "Buy",
            "primaryRoute": "AUTO", "secondaryRoute": "AUTO",
        });
        for (key, value) in rest.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    pub(crate) fn place(&mut self, account: &str, symbol: &str, rest: Value) -> Reply {
        let body = self.ticket(account, symbol, rest);
        self.post(&format!("accounts/{account}/orders"), &body)
    }

    /// Places an order that is accepted as a row, and gives its id.
    #[track_caller]
    pub(crate) fn placed(&mut self, account: &str, symbol: &str, rest: Value) -> i64 {
        let reply = self.place(account, symbol, rest);
        reply.value()["orderId"].as_i64().unwrap_or_else(|| panic!("{}", reply.body_text()))
    }

    pub(crate) fn order(&mut self, account: &str, id: i64) -> Value {
        self.get(&format!("accounts/{account}/orders/{id}")).value()["orders"][0].clone()
    }

    pub(crate) fn state(&mut self, account: &str, id: i64) -> String {
        self.order(account, id)["state"].as_str().unwrap_or("none").to_owned()
    }

    pub(crate) fn position(&mut self, account: &str, symbol: &str) -> Value {
        let rows = self.get(&format!("accounts/{account}/positions")).value();
        let rows = rows["positions"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["symbol"] == symbol).unwrap_or(Value::Null)
    }
}

fn jiff_ms(ms: i64) -> tradebot_domain::Timestamp {
    tradebot_domain::Timestamp::from_millisecond(ms).unwrap()
}

/// A price on the cent.
pub(crate) fn cents(price: f64) -> f64 {
    (price * 100.0).round() / 100.0
}

/// What came back over a socket.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body is as long as its header promised.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length").is_some_and(|l| l == self.body.len().to_string())
    }
}

/// One call over a connection of its own; none when it is closed without a byte.
pub(crate) async fn http(
    base: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let address = base.trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.unwrap();
    let given: String =
        headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect();
    let length =
        if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{given}{length}"
    );
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut bytes).await;
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let headers = lines.filter_map(header).collect();
    Some(Answer { status, headers, body: bytes[end + 4..].to_vec() })
}
