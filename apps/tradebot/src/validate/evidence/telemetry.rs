//! Logs and health as this process writes them, and what they do with secrets.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::subscriber::NoSubscriber;
use tradebot_broker_questrade::{TokenReply, read};
use tradebot_domain::Timestamp;
use tradebot_telemetry::{Health, HealthState, LogConfig, LogFormat, logging};

use crate::exit::Failure;
use crate::validate::evidence::program::CANARY;

/// What was written.
#[derive(Debug, Clone)]
pub struct TelemetryFacts {
    /// Lines of a JSON log into which secrets were put under several names.
    pub secret_lines: Vec<String>,
    /// Everything else that was printed of a secret: token replies, errors about them.
    pub secret_prints: Vec<String>,
    /// Components in a health register with one ok, one degraded and one down, worst first asked.
    pub health: Vec<(String, HealthState)>,
    /// What the register calls the whole.
    pub worst: Option<HealthState>,
}

impl TelemetryFacts {
    /// Writes a log with secrets in it, and reports components as they might be.
    ///
    /// # Errors
    /// When the log cannot be set up.
    pub fn gather() -> Result<Self, Failure> {
        let health = health();
        Ok(Self {
            secret_lines: secret_lines()?,
            secret_prints: secret_prints(),
            worst: health.worst(),
            health: health.all().into_iter().map(|c| (c.component, c.state)).collect(),
        })
    }
}

/// Without a log: nobody is to be warned of components that do not exist.
fn health() -> Health {
    let health = Health::default();
    tracing::subscriber::with_default(NoSubscriber::default(), || {
        for (component, state) in [
            ("journal", HealthState::Ok),
            ("feed", HealthState::Degraded),
            ("broker", HealthState::Down),
        ] {
            health.report(component, state, "for the suite", Timestamp::UNIX_EPOCH);
        }
    });
    health
}

/// A writer into memory.
#[derive(Debug, Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn secret_lines() -> Result<Vec<String>, Failure> {
    let memory = Memory::default();
    let writer = memory.clone();
    let config =
        LogConfig { format: LogFormat::Json, level: "trace".to_owned(), ..LogConfig::default() };
    let subscriber = logging::subscriber(&config, move || writer.clone())?;
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(refresh_token = CANARY, "a token");
        tracing::warn!(api_key = CANARY, password = CANARY, "a key and a password");
        tracing::error!(header = format!("Bearer {CANARY}"), "a header");
        let span = tracing::info_span!("call", authorization = CANARY);
        span.in_scope(|| tracing::debug!("inside a span"));
    });
    let bytes = memory.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
}

/// A token reply printed, and replies that cannot be read reported.
fn secret_prints() -> Vec<String> {
    let reply = |life: &str, server: &str| {
        format!(
            r#"{{"access_token":"{CANARY}","token_type":"Bearer","expires_in":{life},"refresh_token":"{CANARY}","api_server":"{server}"}}"#
        )
    };
    let good = reply("1800", "https://api01.iq.questrade.com/");
    let broken = reply("\"soon\"", "https://api01.iq.questrade.com/");
    let foreign = reply("1800", "https://example.org/");
    [(200, good), (200, broken.clone()), (500, broken), (200, foreign)]
        .into_iter()
        .map(|(status, body)| match read::<TokenReply>(status, body.as_bytes()) {
            Ok(reply) => format!("{reply:?} {:?}", reply.api_base()),
            Err(error) => format!("{error} {error:?}"),
        })
        .collect()
}
