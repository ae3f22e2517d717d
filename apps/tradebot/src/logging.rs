//! The log of the process, from flags and settings.

use tradebot_telemetry::{LogConfig, LogError, LogFormat, LogGuard, logging};

use crate::cli;
use crate::commands::Context;
use crate::exit::Failure;
use crate::output;
use crate::settings::{Log, Overrides, Settings};

/// A filter for the log that goes before the configuration.
const VARIABLE: &str = "TRADEBOT_LOG";

/// Starts the log: on stderr, and in daily files under `logs` when the home folder exists. Keep
/// the guard to the end of the process.
///
/// A configuration that cannot be read does not matter here: the command itself reports it, and
/// `doctor` and `config check` must be able to.
///
/// # Errors
/// A usage failure for a level that is none.
pub fn start(context: &Context) -> Result<LogGuard, Failure> {
    let log = match context.settings(Overrides::default()) {
        Ok(loaded) => loaded.settings.log,
        Err(_) => Settings::default().log,
    };
    let config = LogConfig {
        format: format(context.global.log_format, &log),
        level: level(
            context.global.quiet,
            context.global.verbose,
            std::env::var(VARIABLE).ok(),
            &log,
        ),
        file: context.home.is_dir().then(|| context.home.join("logs")),
        color: output::colour(),
    };
    match logging::init(&config) {
        Err(LogError::Directory { dir, source }) => {
            let without = LogConfig { file: None, ..config };
            let guard = logging::init(&without).map_err(|e| usage(&e))?;
            tracing::info!(dir = %dir.display(), error = %source, "no log files");
            Ok(guard)
        }
        other => other.map_err(|e| usage(&e)),
    }
}

fn usage(error: &LogError) -> Failure {
    Failure::usage(error.to_string())
}

fn format(flag: Option<cli::LogFormat>, log: &Log) -> LogFormat {
    match flag {
        Some(cli::LogFormat::Json) => LogFormat::Json,
        None if log.format == "json" => LogFormat::Json,
        None | Some(cli::LogFormat::Text) => LogFormat::Text,
    }
}

/// `--quiet` and `--verbose`, then the environment, then the configuration. Flags are about our
/// own crates; libraries stay at warnings.
fn level(quiet: bool, verbose: u8, variable: Option<String>, log: &Log) -> String {
    let flags = match (quiet, verbose) {
        (true, _) => Some("error"),
        (false, 0) => None,
        (false, 1) => Some("warn,tradebot=info"),
        (false, 2) => Some("warn,tradebot=debug"),
        (false, _) => Some("info,tradebot=trace"),
    };
    flags
        .map(str::to_owned)
        .or_else(|| variable.filter(|v| !v.trim().is_empty()))
        .unwrap_or_else(|| log.level.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_environment_and_that_before_the_configuration() {
        let log = Log { format: "json".to_owned(), level: "info".to_owned() };
        let variable = || Some("debug".to_owned());
        assert_eq!(level(true, 3, variable(), &log), "error");
        assert_eq!(level(false, 2, variable(), &log), "warn,tradebot=debug");
        assert_eq!(level(false, 0, variable(), &log), "debug");
        assert_eq!(level(false, 0, Some(" ".to_owned()), &log), "info");
        assert_eq!(format(None, &log), LogFormat::Json);
        assert_eq!(format(Some(cli::LogFormat::Text), &log), LogFormat::Text);
    }
}
