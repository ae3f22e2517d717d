//! The seam to time: the clock of the machine, or that of a simulator.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use tradebot_domain::Timestamp;

/// Slices in which the machine's clock is waited for: the wall clock may step and the machine may
/// sleep, so a long wait is never trusted to one timer, and a signal is noticed soon.
const SLICE: Duration = Duration::from_millis(500);
/// A simulator on this machine answers at once or is gone.
const SIMULATOR: Duration = Duration::from_secs(10);

/// Time as a run sees it.
pub trait Clock {
    /// Now.
    ///
    /// # Errors
    /// [`ClockError`] when there is no answer.
    fn now(&mut self) -> Result<Timestamp, ClockError>;

    /// Waits until a moment, or until `stop` says so. It may return earlier: whoever waits asks
    /// again.
    ///
    /// # Errors
    /// [`ClockError`] when there is no answer.
    fn wait(&mut self, until: Timestamp, stop: &dyn Fn() -> bool) -> Result<(), ClockError>;
}

/// A clock that does not answer.
#[derive(Debug, thiserror::Error)]
#[error("the simulator's clock at {address}: {why}")]
pub struct ClockError {
    /// Where it was asked.
    pub address: String,
    /// What happened.
    pub why: String,
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&mut self) -> Result<Timestamp, ClockError> {
        Ok(crate::replaying::utc_now())
    }

    #[expect(clippy::disallowed_methods, reason = "this is where waiting is done")]
    fn wait(&mut self, until: Timestamp, stop: &dyn Fn() -> bool) -> Result<(), ClockError> {
        loop {
            let left = until.duration_since(crate::replaying::utc_now());
            let Ok(left) = Duration::try_from(left) else { return Ok(()) };
            if left.is_zero() || stop() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

/// The virtual clock of a simulator, which a wait moves on: a run against it waits for nothing.
#[derive(Debug)]
pub struct SimulatorClock {
    /// Host and port.
    address: String,
    /// Of its control endpoint.
    token: String,
}

impl SimulatorClock {
    /// The clock of the simulator at `url`, such as `http://127.0.0.1:8480`, with the token of its
    /// control endpoint.
    pub fn new(url: &str, token: String) -> Self {
        let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { address, token }
    }

    fn call(&self, head: &str, body: &str) -> Result<serde_json::Value, ClockError> {
        let error = |why: String| ClockError { address: self.address.clone(), why };
        let asked = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.set_read_timeout(Some(SIMULATOR))?;
            stream.set_write_timeout(Some(SIMULATOR))?;
            let (host, token, length) = (&self.address, &self.token, body.len());
            let request = format!(
                "{head} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            );
            stream.write_all(request.as_bytes())?;
            let mut reader = BufReader::new(stream);
            let mut status = String::new();
            reader.read_line(&mut status)?;
            let mut line = String::new();
            while reader.read_line(&mut line)? > 2 {
                line.clear();
            }
            let mut text = String::new();
            reader.read_to_string(&mut text)?;
            let ok = status.split(' ').nth(1) == Some("200");
            if ok { Ok(text) } else { Err(std::io::Error::other(format!("{status} {text}"))) }
        };
        let text = asked().map_err(|e| error(e.to_string()))?;
        serde_json::from_str(&text).map_err(|e| error(e.to_string()))
    }
}

impl Clock for SimulatorClock {
    fn now(&mut self) -> Result<Timestamp, ClockError> {
        let state = self.call("GET /_sim/state", "")?;
        let text = state["now"].as_str().unwrap_or_default();
        text.parse().map_err(|e| ClockError {
            address: self.address.clone(),
            why: format!("its time `{text}` does not read: {e}"),
        })
    }

    fn wait(&mut self, until: Timestamp, stop: &dyn Fn() -> bool) -> Result<(), ClockError> {
        if stop() {
            return Ok(());
        }
        let body = serde_json::json!({ "do": "advance_to", "time": until.to_string() });
        self.call("POST /_sim/do", &body.to_string()).map(|_| ())
    }
}
