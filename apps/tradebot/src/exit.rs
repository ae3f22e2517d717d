//! How a command ends: exit codes and the failure that carries one.

use std::fmt;
use std::process::ExitCode;

/// The work could not be done, or a check failed.
pub const FAILED: u8 = 1;
/// Wrong usage or configuration.
pub const USAGE: u8 = 2;
/// Interrupted; everything done so far is durable.
pub const INTERRUPTED: u8 = 130;

/// A failure with its exit code. The text says what, where, and what to do.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    /// Wrong usage or configuration: exit code 2.
    pub fn usage(text: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self { code: USAGE, error: anyhow::Error::msg(text) }
    }

    /// The work could not be done: exit code 1.
    pub fn work(text: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self { code: FAILED, error: anyhow::Error::msg(text) }
    }

    /// Interrupted by the user: exit code 130.
    pub fn interrupted(text: impl fmt::Display + fmt::Debug + Send + Sync + 'static) -> Self {
        Self { code: INTERRUPTED, error: anyhow::Error::msg(text) }
    }

    /// The code for the shell.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { code: FAILED, error: error.into() }
    }
}
