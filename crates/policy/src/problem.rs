//! What can be wrong with a policy file, said so that its author can mend it.

use std::fmt;

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// All that is wrong with one file, in the order of its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyErrors {
    /// The file as it was named by whoever asked for it.
    pub file: String,
    /// At least one problem.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where; `None` when the file itself could not be read.
    pub at: Option<Position>,
    /// Path of keys to it, e.g. `regimes.TRANSITION.edge`; empty for the file as a whole.
    pub key: String,
    /// What.
    pub kind: ProblemKind,
}

/// The ways in which a policy file can be wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProblemKind {
    /// The file cannot be opened or is not UTF-8.
    #[error("cannot be read: {message}")]
    Unreadable {
        /// What the system said.
        message: String,
    },
    /// Not YAML. Nothing after this place was looked at.
    #[error("is not valid YAML: {message}; nothing after this was checked")]
    Syntax {
        /// What the parser said.
        message: String,
    },
    /// Nothing but comments.
    #[error("has no content")]
    Empty,
    /// Valid YAML that policies do not use, because it hides what a value is.
    #[error("{what} cannot be used here; write the value out")]
    Unsupported {
        /// Anchors, aliases, tags, merge keys, further documents or keys that are not text.
        what: &'static str,
    },
    /// Nested deeper than any policy. Nothing after this place was looked at.
    #[error("is nested more than {max} levels deep; nothing after this was checked")]
    TooDeep {
        /// Levels allowed.
        max: usize,
    },
    /// A key twice in one mapping.
    #[error("is given again; it was first given on line {first}")]
    DuplicateKey {
        /// Line of the first.
        first: usize,
    },
    /// A key nobody reads.
    #[error("is not a key of this place; {}", expected_keys(suggestion.as_deref(), known))]
    UnknownKey {
        /// The known key that is spelt most alike, if one is near.
        suggestion: Option<String>,
        /// All keys known here.
        known: Vec<String>,
    },
    /// A key that must be there. Its place is that of the mapping it belongs to.
    #[error("is missing")]
    MissingKey,
    /// A scalar or a list where keys were expected.
    #[error("must be a mapping of keys, but is {found}")]
    NotAMapping {
        /// What it is.
        found: String,
    },
    /// Not written as a number.
    #[error("{found} is not {wanted}{}; {} is allowed", hint(*instead), Range(*min, *max))]
    NotANumber {
        /// What is written.
        found: String,
        /// What was wanted: a number, a whole number, a number or `none`.
        wanted: &'static str,
        /// How it was probably meant.
        instead: Option<f64>,
        /// Least allowed.
        min: f64,
        /// Greatest allowed.
        max: f64,
    },
    /// A number outside its range.
    #[error("{value} is out of range; {} is allowed", Range(*min, *max))]
    OutOfRange {
        /// The number.
        value: f64,
        /// Least allowed.
        min: f64,
        /// Greatest allowed.
        max: f64,
    },
    /// The stop bounds leave no room.
    #[error("stop_max {stop_max} must be above stop_min {stop_min}")]
    StopsCrossed {
        /// Least stop distance given.
        stop_min: f64,
        /// Greatest stop distance given.
        stop_max: f64,
    },
    /// The analysts' weights are no shares of a whole.
    #[error("the five weights add up to {sum}; they must add up to 1")]
    WeightsSum {
        /// Their sum.
        sum: f64,
    },
}

/// `0 to 0.03`, or the one value allowed.
struct Range(f64, f64);

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(min, max) = self;
        if min == max { write!(f, "only {min}") } else { write!(f, "{min} to {max}") }
    }
}

fn expected_keys(suggestion: Option<&str>, known: &[String]) -> String {
    match suggestion {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    }
}

fn hint(instead: Option<f64>) -> String {
    instead.map(|value| format!(" (write {value})")).unwrap_or_default()
}

impl PolicyErrors {
    /// Sorts the problems by place; those without one come first.
    pub(crate) fn new(file: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.at);
        Self { file: file.to_owned(), problems }
    }
}

impl fmt::Display for PolicyErrors {
    /// One line per problem: `file:line:column: key: what`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{problem}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyErrors {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line, column }) = self.at {
            write!(f, "{line}:{column}:")?;
        }
        if !self.key.is_empty() {
            write!(f, " {}:", self.key)?;
        }
        write!(f, " {}", self.kind)
    }
}
