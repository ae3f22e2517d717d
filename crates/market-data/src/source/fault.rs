//! What can be wrong with an answer, each by its name.

use std::fmt;
use std::time::Duration;

use crate::budget::Refused;

/// Why a source gave nothing. No text in here holds a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SourceError {
    /// Which source.
    pub source_name: &'static str,
    /// Which of its routes.
    pub route: &'static str,
    /// What was wrong.
    pub fault: Fault,
}

impl SourceError {
    /// A fault of a source.
    pub const fn new(source_name: &'static str, route: &'static str, fault: Fault) -> Self {
        Self { source_name, route, fault }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}: {}", self.source_name, self.route, self.fault)
    }
}

/// One way for a call to fail. Those from [`Fault::Html`] on can come with status 200.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The source has nothing of the kind.
    #[error("this source does not offer it")]
    NotOffered,
    /// The source needs a key, and there is none.
    #[error("it needs a key, and none is set")]
    NoKey,
    /// The address is not one of this source's.
    #[error("`{host}` is not a host of this source")]
    Host {
        /// The host asked for.
        host: String,
    },
    /// No budget within the time that could be waited.
    #[error(transparent)]
    Budget(Refused),
    /// No connection.
    #[error("no connection: {why}")]
    Connect {
        /// What the system said.
        why: String,
    },
    /// No answer in time.
    #[error("no answer within {seconds} s")]
    Timeout {
        /// How long was waited.
        seconds: u64,
    },
    /// The connection ended before the body did.
    #[error("the answer broke off after {bytes} bytes")]
    Cut {
        /// What had come.
        bytes: usize,
    },
    /// A body larger than any answer of this source.
    #[error("the answer is larger than {bytes_max} bytes")]
    TooLarge {
        /// The cap.
        bytes_max: usize,
    },
    /// A redirect to another host; it is not followed.
    #[error("it redirects (status {status}) to {to}, which is not followed")]
    Redirect {
        /// Status.
        status: u16,
        /// The other origin.
        to: String,
    },
    /// A status that says no.
    #[error("status {status}: {words}")]
    Status {
        /// Status.
        status: u16,
        /// The beginning of what it said.
        words: String,
    },
    /// The interface itself fails, or says to come back: 5xx, 408, 425.
    #[error("the source fails with status {status}: {words}")]
    Down {
        /// Status.
        status: u16,
        /// The beginning of what it said.
        words: String,
    },
    /// The key is refused.
    #[error("the key is refused: {words}")]
    KeyRefused {
        /// What it said.
        words: String,
    },
    /// The key is good, but not for this.
    #[error("the key's plan does not include this: {words}")]
    Premium {
        /// What it said.
        words: String,
    },
    /// Too many calls, by status 429 or in words under status 200.
    #[error("too many calls: {words}")]
    Limited {
        /// What it said.
        words: String,
        /// How long it wants to be left alone, where it says so.
        retry_after: Option<Duration>,
        /// It was said in the body of an answer with status 200.
        in_words: bool,
    },
    /// A web page instead of data.
    #[error("a web page came instead of data: {words}")]
    Html {
        /// Its title, or its beginning.
        words: String,
    },
    /// Nothing at all.
    #[error("the answer is empty")]
    Empty,
    /// Bytes that are no text.
    #[error("the answer is no UTF-8 text, from byte {at}")]
    NotText {
        /// Where.
        at: usize,
    },
    /// A text that ends in the middle.
    #[error("the {format} ends in the middle, after {bytes} bytes")]
    Truncated {
        /// JSON, CSV ...
        format: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// Not what it should be.
    #[error("it does not read as {format}: {detail}")]
    Malformed {
        /// JSON, CSV ...
        format: &'static str,
        /// What the reader said.
        detail: String,
    },
    /// A table with other columns.
    #[error("the columns are `{found}`, expected {expected}")]
    Header {
        /// What is due.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// A field that carries the answer is missing or of another type.
    #[error("`{field}` is missing, or is not what it should be")]
    Missing {
        /// Which.
        field: &'static str,
    },
    /// An error in words, of no kind listed here.
    #[error("it answers with an error: {words}")]
    Apology {
        /// The words.
        words: String,
    },
    /// The source does not know the symbol or series.
    #[error("`{name}` is not known there")]
    Unknown {
        /// Our name of it.
        name: String,
    },
    /// A table of which not one row can be used.
    #[error("none of its {rows} rows can be used; the first: {first}")]
    NoRows {
        /// How many.
        rows: usize,
        /// What is wrong with the first.
        first: String,
    },
    /// What another interface said, for sources that are adapted to this trait.
    #[error("{words}")]
    Elsewhere {
        /// Its words.
        words: String,
        /// The same call may succeed later.
        passes: bool,
    },
}

impl Fault {
    /// Its name in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotOffered => "not_offered",
            Self::NoKey => "no_key",
            Self::Host { .. } => "host",
            Self::Budget(_) => "budget",
            Self::Connect { .. } => "connect",
            Self::Timeout { .. } => "timeout",
            Self::Cut { .. } => "cut",
            Self::TooLarge { .. } => "too_large",
            Self::Redirect { .. } => "redirect",
            Self::Status { .. } => "status",
            Self::Down { .. } => "down",
            Self::KeyRefused { .. } => "key_refused",
            Self::Premium { .. } => "premium",
            Self::Limited { .. } => "limited",
            Self::Html { .. } => "html",
            Self::Empty => "empty",
            Self::NotText { .. } => "not_text",
            Self::Truncated { .. } => "truncated",
            Self::Malformed { .. } => "malformed",
            Self::Header { .. } => "header",
            Self::Missing { .. } => "missing",
            Self::Apology { .. } => "apology",
            Self::Unknown { .. } => "unknown",
            Self::NoRows { .. } => "no_rows",
            Self::Elsewhere { .. } => "elsewhere",
        }
    }

    /// The same call may succeed within a minute. A limit told in words under status 200 is one of
    /// a day or of a plan, and repeating the call only uses it up.
    pub const fn passes(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::Down { .. }
            | Self::Truncated { .. } => true,
            Self::Limited { in_words, .. } => !*in_words,
            Self::Elsewhere { passes, .. } => *passes,
            _ => false,
        }
    }

    /// Nothing more will come of this source for now: its other questions need not be asked.
    pub const fn ends_the_source(&self) -> bool {
        matches!(
            self,
            Self::NoKey
                | Self::Budget(_)
                | Self::Connect { .. }
                | Self::KeyRefused { .. }
                | Self::Limited { .. }
                | Self::Redirect { .. }
        )
    }

    /// The same with `secret` taken out of its words.
    #[must_use]
    pub fn masked(mut self, secret: Option<&str>) -> Self {
        let (Self::Status { words, .. }
        | Self::Down { words, .. }
        | Self::KeyRefused { words }
        | Self::Premium { words }
        | Self::Limited { words, .. }
        | Self::Html { words }
        | Self::Apology { words }
        | Self::Elsewhere { words, .. }
        | Self::NoRows { first: words, .. }
        | Self::Header { found: words, .. }
        | Self::Redirect { to: words, .. }
        | Self::Malformed { detail: words, .. }
        | Self::Connect { why: words }) = &mut self
        else {
            return self;
        };
        if let Some(secret) = secret.filter(|secret| !secret.is_empty()) {
            *words = words.replace(secret, "***");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_a_source_repeats_is_not_told_on() {
        let words = "We have detected your API key as CANARY and 25 requests per day".to_owned();
        let fault = Fault::Limited { words, retry_after: None, in_words: true };
        let text = fault.masked(Some("CANARY")).to_string();
        assert!(text.contains("as *** and") && !text.contains("CANARY"), "{text}");
    }

    #[test]
    fn a_limit_in_words_is_not_asked_again_and_one_by_status_is() {
        let limited =
            |in_words| Fault::Limited { words: String::new(), retry_after: None, in_words };
        assert!(!limited(true).passes() && limited(false).passes());
        assert!(limited(true).ends_the_source());
        assert!(!Fault::Unknown { name: "X".to_owned() }.ends_the_source());
    }
}
