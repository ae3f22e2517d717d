//! A broker on a loopback socket: one thread a connection, bytes written by hand, so that every
//! kind of broken answer can be given.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tradebot_broker_questrade::Secret;
use tradebot_broker_questrade::client::Client;
use tradebot_broker_questrade::custody::{Credential, Custodian, TokenStore, Watch};
use tradebot_broker_questrade::environment::Environment;
use tradebot_broker_questrade::transport::{
    Admitted, Budget, Class, Limits, Pauses, Priority, Transport, Unlimited,
};

/// What came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path without the query.
    pub(crate) path: String,
    /// As sent, percent-encoded.
    pub(crate) query: String,
    pub(crate) bearer: Option<String>,
    pub(crate) body: String,
}

impl Request {
    /// A value of the query or of a form, decoded.
    pub(crate) fn value(&self, key: &str) -> Option<String> {
        let all = if self.body.is_empty() { &self.query } else { &self.body };
        let url = reqwest::Url::parse(&format!("http://x/?{all}")).unwrap();
        url.query_pairs().find(|(k, _)| k == key).map(|(_, v)| v.into_owned())
    }
}

/// What goes out.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Json(u16, String),
    With(u16, &'static str, String),
    /// Packed with gzip.
    Packed(Vec<u8>),
    /// The head promises more than comes.
    Cut(String),
    /// One byte at a time, with a pause before each.
    Slow(Duration, String),
    /// The connection ends without a word.
    Drop,
    /// Nothing for so long, then the end.
    Hang(Duration),
}

pub(crate) fn ok(json: impl Into<String>) -> Answer {
    Answer::Json(200, json.into())
}

pub(crate) fn refusal(status: u16, code: i64) -> Answer {
    Answer::Json(status, format!(r#"{{"code":{code},"message":"no"}}"#))
}

/// What the login host does next, instead of what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Login {
    /// The connection ends and the token is not spent.
    LostBefore,
    /// The token is spent and the answer never comes.
    LostAfter,
    /// The token is spent and half of the answer comes.
    CutAfter,
    /// HTTP 500, not spent.
    Down,
    /// A web page with status 200, not spent.
    Page,
    /// The answer comes late.
    Late(Duration),
    /// The API server is someone else's.
    Foreign,
}

/// What the broker knows.
pub(crate) struct Truth {
    pub(crate) refresh: String,
    pub(crate) access: String,
    pub(crate) exchanges: u32,
    pub(crate) logins: u32,
    pub(crate) next: Vec<Login>,
    pub(crate) expires_in: u32,
    /// A spent token is taken once more, as some servers do.
    pub(crate) forgiving: bool,
    pub(crate) spent: Option<String>,
    pub(crate) requests: Vec<Request>,
}

type Handler = Box<dyn Fn(&Request) -> Answer + Send + Sync>;

/// The broker.
pub(crate) struct Broker {
    pub(crate) address: SocketAddr,
    pub(crate) truth: Arc<Mutex<Truth>>,
}

pub(crate) const FIRST: &str = "F1rstRefreshT0ken+/=canary";

impl Broker {
    /// A broker that knows the token [`FIRST`] and answers API calls with `handler`.
    pub(crate) fn start(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let truth = Truth {
            refresh: FIRST.to_owned(),
            access: "none-yet".to_owned(),
            exchanges: 0,
            logins: 0,
            next: Vec::new(),
            expires_in: 1800,
            forgiving: false,
            spent: None,
            requests: Vec::new(),
        };
        let truth = Arc::new(Mutex::new(truth));
        let shared = (Arc::clone(&truth), Arc::new(Box::new(handler) as Handler));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (truth, handler) = (Arc::clone(&shared.0), Arc::clone(&shared.1));
                std::thread::spawn(move || {
                    let _ = serve(stream, address, &truth, &handler);
                });
            }
        });
        Self { address, truth }
    }

    /// A broker without an API.
    pub(crate) fn login_only() -> Self {
        Self::start(|_| refusal(404, 1001))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn will(&self, next: &[Login]) {
        self.truth.lock().unwrap().next = next.to_vec();
    }

    pub(crate) fn exchanges(&self) -> u32 {
        self.truth.lock().unwrap().exchanges
    }

    pub(crate) fn logins(&self) -> u32 {
        self.truth.lock().unwrap().logins
    }

    /// Requests whose path holds this.
    pub(crate) fn asked(&self, path: &str) -> Vec<Request> {
        let truth = self.truth.lock().unwrap();
        truth.requests.iter().filter(|r| r.path.contains(path)).cloned().collect()
    }
}

fn serve(
    stream: TcpStream,
    address: SocketAddr,
    truth: &Mutex<Truth>,
    handler: &Handler,
) -> std::io::Result<()> {
    let request = receive(&stream)?;
    truth.lock().unwrap().requests.push(request.clone());
    let answer = if request.path == "/oauth2/token" {
        login(&request, address, truth)
    } else {
        let known = request.bearer.as_deref() == Some(&truth.lock().unwrap().access);
        if known { handler(&request) } else { refusal(401, 1017) }
    };
    send(stream, answer)
}

fn receive(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (mut length, mut bearer) = (0, None);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
            break;
        }
        let (name, value) = header.trim().split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "authorization" => bearer = value.strip_prefix("Bearer ").map(str::to_owned),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    Ok(Request { method, path, query, bearer, body: String::from_utf8_lossy(&body).into_owned() })
}

fn login(request: &Request, address: SocketAddr, truth: &Mutex<Truth>) -> Answer {
    let mut truth = truth.lock().unwrap();
    truth.logins += 1;
    let next = if truth.next.is_empty() { None } else { Some(truth.next.remove(0)) };
    match next {
        Some(Login::LostBefore) => return Answer::Drop,
        Some(Login::Down) => return Answer::With(500, "", "<html>oops</html>".into()),
        Some(Login::Page) => return Answer::With(200, "", "<html>maintenance</html>".into()),
        _ => {}
    }
    let token = request.value("refresh_token");
    let forgiven = truth.forgiving && token == truth.spent;
    if request.method != "POST" || (token.as_deref() != Some(&truth.refresh) && !forgiven) {
        return Answer::With(400, "Content-Type: text/plain\r\n", "Bad Request".into());
    }
    truth.exchanges += 1;
    truth.spent = Some(std::mem::take(&mut truth.refresh));
    truth.refresh = format!("Refresh{}canary+/=", truth.exchanges);
    truth.access = format!("Access{}canary+/=", truth.exchanges);
    let server = match next {
        Some(Login::Foreign) => "https://api01.iq.questrade.example.org/".to_owned(),
        _ => format!("http://{address}/"),
    };
    let json = format!(
        r#"{{"access_token":"{}","token_type":"Bearer","expires_in":{},"refresh_token":"{}","api_server":"{server}"}}"#,
        truth.access, truth.expires_in, truth.refresh
    );
    drop(truth);
    match next {
        Some(Login::LostAfter) => Answer::Drop,
        Some(Login::CutAfter) => Answer::Cut(json),
        Some(Login::Late(wait)) => {
            std::thread::sleep(wait);
            ok(json)
        }
        _ => ok(json),
    }
}

fn send(mut stream: TcpStream, answer: Answer) -> std::io::Result<()> {
    let head = |status: u16, more: &str, length: usize| {
        format!(
            "HTTP/1.1 {status} X\r\nConnection: close\r\n{more}Content-Length: {length}\r\n\r\n"
        )
    };
    match answer {
        Answer::Json(status, json) => {
            let more = "Content-Type: application/json\r\n";
            stream.write_all((head(status, more, json.len()) + &json).as_bytes())
        }
        Answer::With(status, more, body) => {
            stream.write_all((head(status, more, body.len()) + &body).as_bytes())
        }
        Answer::Packed(body) => {
            let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&body)?;
            let packed = packed.finish()?;
            stream.write_all(head(200, "Content-Encoding: gzip\r\n", packed.len()).as_bytes())?;
            stream.write_all(&packed)
        }
        Answer::Cut(body) => {
            let half = body.split_at(body.len() / 2).0;
            stream.write_all((head(200, "", body.len()) + half).as_bytes())
        }
        Answer::Slow(pause, body) => {
            stream.write_all(head(200, "", body.len()).as_bytes())?;
            for byte in body.bytes() {
                std::thread::sleep(pause);
                stream.write_all(&[byte])?;
            }
            Ok(())
        }
        Answer::Drop => Ok(()),
        Answer::Hang(wait) => {
            std::thread::sleep(wait);
            Ok(())
        }
    }
}

/// Limits that make a test short.
pub(crate) fn brisk() -> Limits {
    let ms = Duration::from_millis;
    Limits {
        silence: ms(800),
        attempt: ms(2500),
        login: ms(2500),
        body_bytes_max: 1 << 20,
        rest: ms(5),
        ..Limits::default()
    }
}

/// No limits, three more tries with hardly a pause, and none of more than five seconds.
pub(crate) struct Patient;

impl Budget for Patient {
    fn admit(&self, class: Class, priority: Priority, patience: Duration) -> Admitted<'_> {
        Unlimited.admit(class, priority, patience)
    }

    fn pauses(&self) -> Box<dyn Pauses> {
        Box::new(Three(3))
    }
}

struct Three(u32);

impl Pauses for Three {
    fn next(&mut self, _: Duration, asked: Duration) -> Option<Duration> {
        self.0 = self.0.checked_sub(1)?;
        (asked <= Duration::from_secs(5)).then_some(asked.max(Duration::from_millis(5)))
    }
}

/// A folder with a key in it.
pub(crate) fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("tradebot-token-key");
    std::fs::write(&key, "5c".repeat(32)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    home
}

pub(crate) fn store(home: &Path) -> TokenStore {
    let key = Arc::new(Credential::new(home));
    TokenStore::open(&home.join("broker"), "simulator", key).unwrap()
}

/// An owner of the chain in `home`.
pub(crate) fn custodian(home: &Path, url: &str, watch: Option<Watch>) -> Custodian {
    let store = store(home);
    let store = match watch {
        Some(watch) => store.watched_by(watch),
        None => store,
    };
    Custodian::new(store, transport(url))
}

pub(crate) fn transport(url: &str) -> Arc<Transport> {
    let environment = Environment::simulator(url).unwrap();
    Arc::new(Transport::new(environment, brisk(), Arc::new(Patient)).unwrap())
}

/// A client that has brought its first token.
pub(crate) async fn client(home: &Path, broker: &Broker) -> Client {
    let custody = custodian(home, &broker.url(), None);
    custody.add(Secret::new(FIRST).unwrap()).await.unwrap();
    Client::new(transport(&broker.url()), custody)
}
