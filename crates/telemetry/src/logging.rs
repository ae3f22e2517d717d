//! Structured logs: text for people or one JSON object per line, on stderr and in daily files.

use std::io;
use std::path::PathBuf;

use tracing::Subscriber;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer, Registry};

mod line;
mod redact;

pub use line::LineFormat;
pub use redact::{REDACTED, is_secret};

/// Daily files kept before the oldest is deleted.
const FILES_KEPT: usize = 14;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// What is logged, how and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// Format of stderr and files.
    pub format: LogFormat,
    /// A level, or directives such as `info,tradebot_engine=debug`.
    pub level: String,
    /// Directory of daily files `tradebot.DATE.log`; none for no files.
    pub file: Option<PathBuf>,
    /// Colours on stderr. Files never have them.
    pub color: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned(), file: None, color: false }
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The level or its directives do not parse.
    #[error(
        "log level `{level}` is not understood ({source}); use error, warn, info, debug, trace, or directives such as info,tradebot_engine=debug"
    )]
    Level {
        /// As given.
        level: String,
        /// Why not.
        source: ParseError,
    },
    /// The directory of log files cannot be used.
    #[error("log files cannot be written to {}: {source}. Choose another directory or fix its permissions", .dir.display())]
    Directory {
        /// The directory.
        dir: PathBuf,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Logging was set up before, in this process.
    #[error("logging is already set up: {0}")]
    AlreadySet(#[from] TryInitError),
}

/// Keeps the thread alive that writes log files; what is queued is written when this is dropped.
#[derive(Debug)]
#[must_use = "lines that are still queued are lost unless the guard lives to the end of main"]
pub struct LogGuard {
    _file: Option<WorkerGuard>,
}

/// Sets up logging for the whole process. Keep the guard until the end of `main`.
///
/// # Errors
/// [`LogError`]: a level that does not parse, a directory that cannot be written, a second call.
pub fn init(config: &LogConfig) -> Result<LogGuard, LogError> {
    let (writer, guard) = match open_files(config)? {
        Some((writer, guard)) => (Some(writer), Some(guard)),
        None => (None, None),
    };
    let files = writer.map(|w| layer(config.format, false, w));
    Registry::default()
        .with(filter(config)?)
        .with(layer(config.format, config.color, io::stderr))
        .with(files)
        .try_init()?;
    Ok(LogGuard { _file: guard })
}

/// The same set-up with a writer of one's own and for one thread: hand it to
/// [`tracing::subscriber::with_default`].
///
/// # Errors
/// [`LogError::Level`]; `config.file` is not looked at.
pub fn subscriber<W>(
    config: &LogConfig,
    writer: W,
) -> Result<impl Subscriber + Send + Sync, LogError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    Ok(Registry::default().with(filter(config)?).with(layer(config.format, config.color, writer)))
}

fn filter(config: &LogConfig) -> Result<EnvFilter, LogError> {
    EnvFilter::try_new(&config.level)
        .map_err(|source| LogError::Level { level: config.level.clone(), source })
}

fn layer<S, W>(format: LogFormat, color: bool, writer: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let line = LineFormat { format, color };
    fmt::layer().with_ansi(color).fmt_fields(line).event_format(line).with_writer(writer)
}

fn open_files(config: &LogConfig) -> Result<Option<(NonBlocking, WorkerGuard)>, LogError> {
    let Some(dir) = &config.file else { return Ok(None) };
    let error = |source| LogError::Directory { dir: dir.clone(), source };
    std::fs::create_dir_all(dir).map_err(|e| error(e.into()))?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("tradebot")
        .filename_suffix("log")
        .max_log_files(FILES_KEPT)
        .build(dir)
        .map_err(|e| error(e.into()))?;
    // Lines wait rather than get lost: a log with holes misleads.
    Ok(Some(NonBlockingBuilder::default().lossy(false).finish(files)))
}
