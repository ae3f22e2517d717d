//! Why a fit or an artefact is refused.

/// A member could not be fitted or restored. Nothing is fitted in part.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// The training set is empty.
    #[error("no examples to fit to")]
    NoExamples,
    /// More features than an artefact has room for.
    #[error("{found} features per example, {most} at most")]
    TooManyFeatures {
        /// Features of the set.
        found: usize,
        /// What is allowed.
        most: usize,
    },
    /// An example has too few or too many features.
    #[error("example {example} has {found} features, {expected} expected")]
    WrongCount {
        /// Position in the order of pushing, from 0.
        example: usize,
        /// Features of the set.
        expected: usize,
        /// Features of the example.
        found: usize,
    },
    /// An example holds NaN or an infinite value.
    #[error("example {example}: feature `{feature}` is {value}")]
    NotFinite {
        /// Position in the order of pushing, from 0.
        example: usize,
        /// Name of the feature.
        feature: String,
        /// What it holds.
        value: f64,
    },
    /// Values that do not fill whole rows, or rows without columns.
    #[error("{values} values do not make rows of {columns} columns")]
    Ragged {
        /// How many values there are.
        values: usize,
        /// Columns of a row.
        columns: usize,
    },
    /// Another number of labels, weights or rows than there has to be.
    #[error("{found} {what}, {expected} expected")]
    Lengths {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A parameter of a learner is out of its range.
    #[error("{parameter} is {value}; it must be {range}")]
    Parameter {
        /// Its name.
        parameter: &'static str,
        /// What it was set to.
        value: f64,
        /// What is allowed, in words.
        range: &'static str,
    },
    /// A weight that is not above zero and finite.
    #[error("example {example}: weight {value} is not above zero and finite")]
    Weight {
        /// Position in the order of pushing, from 0.
        example: usize,
        /// The weight.
        value: f64,
    },
    /// The numerical method gave up or came back with something that is no number.
    #[error("{member}: {detail}")]
    Solver {
        /// Which member.
        member: &'static str,
        /// The solver's words.
        detail: String,
    },
    /// Stored bytes that are not an artefact of this member.
    #[error("{member}: the stored artefact cannot be read: {detail}")]
    Artefact {
        /// Which member.
        member: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl FitError {
    /// Nothing when `good`, else [`FitError::Parameter`].
    pub(crate) fn unless(
        good: bool,
        parameter: &'static str,
        value: f64,
        range: &'static str,
    ) -> Result<(), Self> {
        if good { Ok(()) } else { Err(Self::Parameter { parameter, value, range }) }
    }
}
