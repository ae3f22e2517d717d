//! What can go wrong with one call, by name, and what each class allows.

use std::time::Duration;

use crate::environment::ForeignHost;
use crate::error::{ErrorCode, Retry};
use crate::transport::Route;

/// A call that gave no answer that could be used.
#[derive(Debug, thiserror::Error)]
#[error("{route} ({attempts} attempt{}): {fault}", if *attempts == 1 { "" } else { "s" })]
pub struct CallError {
    /// What was asked.
    pub route: Route,
    /// How often it was sent.
    pub attempts: u32,
    /// What was wrong the last time.
    pub fault: Fault,
}

/// What was wrong. No variant holds a token: excerpts are masked before they get here.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The address is not one that requests go to. Nothing was sent.
    #[error(transparent)]
    Host(#[from] ForeignHost),
    /// The budget does not let the call through in time. Nothing was sent.
    #[error("the call budget: {why}")]
    Budget {
        /// What is in the way.
        why: String,
        /// When it will be gone, as far as that is known.
        free_in: Option<Duration>,
    },
    /// No connection. Nothing was sent.
    #[error("no connection: {why}")]
    Connect {
        /// What the system says.
        why: String,
    },
    /// No answer, or not all of it, in time. Whether the request was acted on is not known.
    #[error("no complete answer in time")]
    Timeout,
    /// The connection ended before the answer did.
    #[error("the answer broke off: {why}")]
    Broken {
        /// What the system says.
        why: String,
    },
    /// The broker, or something before it, is not able to answer now.
    #[error("HTTP {status}: not available now: {excerpt}")]
    Unavailable {
        /// HTTP status, or that of an error object with a passing code.
        status: u16,
        /// Start of the body, masked.
        excerpt: String,
    },
    /// Too many calls.
    #[error("rate limit; calls are counted anew in {}", wait.map_or("an unknown time".into(), |w| format!("{} s", w.as_secs())))]
    Limit {
        /// Until the broker counts anew, by its own clock.
        wait: Option<Duration>,
    },
    /// The access token was not accepted.
    #[error("HTTP {status}, code {code}: the access token was not accepted")]
    Auth {
        /// HTTP status.
        status: u16,
        /// Code of the broker, 0 without an error object.
        code: i64,
    },
    /// The token's scopes do not cover this. It never will by trying again.
    #[error("HTTP {status}, code {code}: outside the scopes of the token: {hint}")]
    Scope {
        /// HTTP status.
        status: u16,
        /// Code of the broker.
        code: i64,
        /// What to do.
        hint: &'static str,
    },
    /// The broker refuses the request, with its own code.
    #[error("HTTP {status}, code {}: {message} ({})", code.0, code.meaning())]
    Broker {
        /// HTTP status.
        status: u16,
        /// The code.
        code: ErrorCode,
        /// The broker's words, masked.
        message: String,
    },
    /// An answer that sends us elsewhere. It is not followed: the token stays here.
    #[error("HTTP {status} points to {to}; redirects are not followed")]
    Redirect {
        /// HTTP status.
        status: u16,
        /// Scheme, host and port of the target.
        to: String,
    },
    /// A body above the cap; reading stopped there.
    #[error("the body is larger than {bytes_max} bytes")]
    TooLarge {
        /// The cap.
        bytes_max: usize,
    },
    /// A page for people where data were due.
    #[error("HTTP {status} with a web page instead of data: {excerpt}")]
    Html {
        /// HTTP status.
        status: u16,
        /// Start of its text, masked.
        excerpt: String,
    },
    /// Data that do not read as what was asked for.
    #[error("HTTP {status}: {why}: {excerpt}")]
    Malformed {
        /// HTTP status.
        status: u16,
        /// What does not read.
        why: String,
        /// Start of the body, masked.
        excerpt: String,
    },
}

/// What a caller may do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultClass {
    /// A read may be repeated.
    Transient,
    /// A read may be repeated once the broker counts anew.
    Limit,
    /// Once more with a fresh access token.
    Auth,
    /// Never again with this token.
    Scope,
    /// Not by repeating it.
    Refused,
    /// The other side does not speak as agreed.
    Malformed,
}

impl FaultClass {
    /// Label of the metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transient => "transient",
            Self::Limit => "limit",
            Self::Auth => "auth",
            Self::Scope => "scope",
            Self::Refused => "refused",
            Self::Malformed => "malformed",
        }
    }
}

impl Fault {
    /// What may be done about it.
    pub const fn class(&self) -> FaultClass {
        match self {
            Self::Budget { .. }
            | Self::Connect { .. }
            | Self::Timeout
            | Self::Broken { .. }
            | Self::Unavailable { .. } => FaultClass::Transient,
            Self::Limit { .. } => FaultClass::Limit,
            Self::Auth { .. } => FaultClass::Auth,
            Self::Scope { .. } => FaultClass::Scope,
            Self::Host(_) | Self::Broker { .. } | Self::Redirect { .. } => FaultClass::Refused,
            Self::TooLarge { .. } | Self::Html { .. } | Self::Malformed { .. } => {
                FaultClass::Malformed
            }
        }
    }

    /// Name of the variant: the label by which metrics count it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Host(_) => "host",
            Self::Budget { .. } => "budget",
            Self::Connect { .. } => "connect",
            Self::Timeout => "timeout",
            Self::Broken { .. } => "broken",
            Self::Unavailable { .. } => "unavailable",
            Self::Limit { .. } => "limit",
            Self::Auth { .. } => "auth",
            Self::Scope { .. } => "scope",
            Self::Broker { .. } => "broker",
            Self::Redirect { .. } => "redirect",
            Self::TooLarge { .. } => "too_large",
            Self::Html { .. } => "html",
            Self::Malformed { .. } => "malformed",
        }
    }

    /// The least that a read pauses before it is tried again, where `rest` is that after a rate
    /// limit of which nothing else is known; none when trying again cannot help. A budget has
    /// waited already.
    pub(crate) fn least_pause(&self, rest: Duration) -> Option<Duration> {
        match self {
            Self::Budget { .. } => None,
            Self::Limit { wait } => Some(wait.unwrap_or_default().max(rest)),
            other => (other.class() == FaultClass::Transient).then_some(Duration::ZERO),
        }
    }

    /// Certain that no request left this machine.
    pub const fn was_not_sent(&self) -> bool {
        matches!(self, Self::Host(_) | Self::Budget { .. } | Self::Connect { .. })
    }

    /// The fault that an error object of the broker stands for.
    pub(crate) fn of_code(status: u16, code: ErrorCode, message: String) -> Self {
        match code.retry() {
            _ if code == ErrorCode::OUT_OF_SCOPE => Self::out_of_scope(status, code.0),
            _ if code == ErrorCode::RATE_LIMIT => Self::Limit { wait: None },
            Retry::AfterRefresh => Self::Auth { status, code: code.0 },
            Retry::ReadsLater => {
                let excerpt = format!("code {}: {message} ({})", code.0, code.meaning());
                Self::Unavailable { status, excerpt }
            }
            Retry::Never => Self::Broker { status, code, message },
        }
    }

    /// The fault of a token whose scopes are too narrow.
    pub(crate) const fn out_of_scope(status: u16, code: i64) -> Self {
        let hint = "tick this right for the application in the broker's App Hub; a personal token \
                    never covers orders";
        Self::Scope { status, code, hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeating_cannot_mend_is_not_repeated_and_a_rest_is_never_cut_short() {
        let rest = Duration::from_secs(1);
        let pause = |fault: Fault| fault.least_pause(rest);
        for fault in [
            Fault::Auth { status: 401, code: 1017 },
            Fault::out_of_scope(403, 1016),
            Fault::TooLarge { bytes_max: 1 },
            Fault::Redirect { status: 302, to: String::new() },
            Fault::Budget { why: String::new(), free_in: None },
        ] {
            assert_eq!(pause(fault), None);
        }
        assert_eq!(pause(Fault::Timeout), Some(Duration::ZERO));
        assert_eq!(pause(Fault::Limit { wait: None }), Some(rest));
        let asked = Duration::from_secs(7);
        assert_eq!(pause(Fault::Limit { wait: Some(asked) }), Some(asked));
    }
}
