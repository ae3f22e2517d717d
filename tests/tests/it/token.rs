//! The broker's token at the command line: brought in, looked at, exchanged, revoked, never shown.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::{BINARY, Home};

/// Every token has this word in it.
const CANARY: &str = "canary";

/// A login host that takes one token at a time, on a thread of its own. Returns its address and the
/// token it would take.
fn login_host() -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let good = Arc::new(Mutex::new("canaryFirst".to_owned()));
    let (server, taken) = (address.clone(), Arc::clone(&good));
    std::thread::spawn(move || {
        for (count, mut stream) in listener.incoming().flatten().enumerate() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while reader.read_line(&mut head).unwrap() > 2 {
                let line = head.lines().last().unwrap().to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let (status, json) =
                answer(&head, &String::from_utf8(body).unwrap(), count, (&server, &taken));
            let length = json.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            );
            stream.write_all((head + &json).as_bytes()).unwrap();
        }
    });
    (address, good)
}

fn answer(
    head: &str,
    body: &str,
    count: usize,
    (server, good): (&str, &Mutex<String>),
) -> (u16, String) {
    let path = head.split_whitespace().nth(1).unwrap();
    match path {
        "/oauth2/token" => {
            let mut good = good.lock().unwrap();
            if !body.ends_with(&format!("refresh_token={good}")) {
                return (400, "Bad Request".into());
            }
            *good = format!("canaryRefresh{count}");
            let json = format!(
                r#"{{"access_token":"canaryAccess{count}","token_type":"Bearer","expires_in":1800,"refresh_token":"{good}","api_server":"{server}/"}}"#
            );
            (200, json)
        }
        "/v1/time" => (200, r#"{"time":"2026-07-09T10:31:22.417000-04:00"}"#.into()),
        "/v1/accounts" => (200, r#"{"accounts":[],"userId":1}"#.into()),
        _ => (403, r#"{"code":1016,"message":"scopes"}"#.into()),
    }
}

/// One person at one machine.
struct Desk {
    home: Home,
    url: String,
    passphrase: String,
    /// All that was ever printed.
    said: String,
}

impl Desk {
    fn new(url: &str) -> Self {
        let home = Home::new();
        let passphrase = home.input("passphrase", "correct horse battery staple\n");
        close(&passphrase);
        Self { home, url: url.to_owned(), passphrase, said: String::new() }
    }

    /// Calls `tradebot token`, with something on standard input.
    fn token(&mut self, args: &[&str], input: &str) -> Output {
        let mut command = Command::new(BINARY);
        command.env_remove("CREDENTIALS_DIRECTORY").arg("token").args(args);
        command.args(["--environment", "simulator", "--simulator", &self.url]);
        command.args(["--passphrase-file", &self.passphrase]);
        command.arg("--home").arg(self.home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        write!(self.said, "{}{}", text(&output.stdout), text(&output.stderr)).unwrap();
        output
    }

    #[track_caller]
    fn says(&mut self, (args, input): (&[&str], &str), code: i32, words: &[&str]) {
        let output = self.token(args, input);
        let bytes = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&bytes).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        for word in words {
            assert!(text.contains(word), "`{word}` is not in what {args:?} said: {text}");
        }
    }

    /// A line of `token status --json`.
    fn status(&mut self, what: &str, args: &[&str]) -> String {
        let output = self.token(&[&["status", "--json"], args].concat(), "");
        let facts: Value = serde_json::from_slice(&output.stdout).unwrap();
        let fact = facts.as_array().unwrap().iter().find(|f| f["what"] == what);
        fact.unwrap_or_else(|| panic!("{what}: {facts}"))["value"].as_str().unwrap().to_owned()
    }
}

fn close(file: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = file;
}

#[test]
fn a_token_is_brought_in_looked_at_exchanged_and_revoked() {
    let (url, good) = login_host();
    let mut desk = Desk::new(&url);
    assert_eq!(desk.status("token", &[]), "none");
    desk.says((&["add"], "  canaryFirst\n"), 0, &["sealed in", "generation 1", "delete the copy"]);
    assert_eq!(desk.status("generation", &[]), "1");
    assert_eq!(desk.status("what to do", &[]), "nothing");
    assert!(desk.status("lapses unused", &[]).contains("3 to 7 days"));
    assert_eq!(desk.status("scope read_acc", &["--check"]), "yes");
    assert!(desk.status("scope read_md", &["--check"]).starts_with("no: tick it"));
    assert!(desk.status("clock", &["--check"]).contains("ms against the broker's"));
    desk.says((&["rotate"], ""), 0, &["generation 2"]);

    desk.says((&["revoke-drill"], ""), 0, &["App Hub", "--revoked", "once a quarter"]);
    desk.says((&["revoke-drill", "--revoked"], ""), 1, &["STILL ALIVE", "generation 3"]);
    "canaryAfterwards".clone_into(&mut good.lock().unwrap());
    desk.says((&["revoke-drill", "--revoked"], ""), 0, &["dead", "tradebot token add"]);
    assert_eq!(desk.status("exchange", &[]), "refused by the broker");
    assert!(desk.status("what to do", &[]).contains("tradebot token add --environment simulator"));
    desk.says((&["rotate"], ""), 1, &["Generate new token", "tradebot token add"]);
    desk.says((&["add"], "canaryAfterwards\n"), 0, &["generation 5"]);
    assert_eq!(desk.status("exchange", &[]), "at rest");

    // Another passphrase does not open it, and says which key did.
    std::fs::write(&desk.passphrase, "another one altogether").unwrap();
    desk.says((&["rotate"], ""), 1, &["sealed with key"]);
    assert!(desk.status("token", &[]).contains("cannot be opened"));

    assert!(!desk.said.contains(CANARY), "a token was shown: {}", desk.said);
    for entry in std::fs::read_dir(desk.home.file("broker/simulator")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(CANARY));
    }
}

#[test]
fn what_cannot_work_is_said_before_anything_is_stored() {
    let (url, _) = login_host();
    let mut desk = Desk::new(&url);
    desk.says((&["add"], "canary with spaces\n"), 2, &["holds white space", "App Hub"]);
    desk.says((&["add"], ""), 2, &["empty"]);
    desk.url = "http://192.0.2.1:80".into();
    desk.says((&["add"], "canaryFirst\n"), 2, &["loopback"]);
    desk.url = "https://api01.iq.questrade.com".into();
    desk.says((&["add"], "canaryFirst\n"), 2, &["plain http"]);
    desk.url.clone_from(&url);
    std::fs::write(&desk.passphrase, "short").unwrap();
    desk.says((&["add"], "canaryFirst\n"), 1, &["at least 12 characters"]);
    let output = Command::new(BINARY)
        .args(["token", "add", "--home"])
        .arg(desk.home.path())
        .env_remove("CREDENTIALS_DIRECTORY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for way in ["--passphrase-file FILE", "LoadCredential=", "--key keyring"] {
        assert!(said.contains(way), "{said}");
    }
    assert!(!desk.said.contains(CANARY), "{}", desk.said);
    assert!(!desk.home.file("broker/simulator/token").exists());
}
