//! Why there is no answer for a portfolio.

/// An input that makes no portfolio problem, or a problem that was not solved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PortfolioError {
    /// There is nothing to work on.
    #[error("there are no {what}")]
    Empty {
        /// Assets, or periods.
        what: &'static str,
    },
    /// Two inputs do not belong together.
    #[error("{what}: {found} found, {wanted} wanted")]
    Shape {
        /// Which length.
        what: &'static str,
        /// What was found.
        found: usize,
        /// What is wanted.
        wanted: usize,
    },
    /// A number is NaN or infinite.
    #[error("{what}: row {row}, column {column} is {value}")]
    NotFinite {
        /// Which input.
        what: &'static str,
        /// Row, 0 for a vector.
        row: usize,
        /// Column.
        column: usize,
        /// What was found.
        value: f64,
    },
    /// A number is outside the range it must lie in.
    #[error("{what} is {value}; {wanted} is wanted")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// What was found; may be NaN.
        value: f64,
        /// What it must be.
        wanted: &'static str,
    },
    /// More is lost than there was, or cash is not cash.
    #[error("scenario {scenario}, asset {asset}: {value} is no {what}")]
    Payoff {
        /// Which scenario.
        scenario: usize,
        /// Which asset.
        asset: usize,
        /// What was found.
        value: f64,
        /// What was expected there.
        what: &'static str,
    },
    /// Too few periods to estimate from.
    #[error("{found} periods are too few; {wanted} are wanted")]
    TooFewPeriods {
        /// What was found.
        found: usize,
        /// What is wanted.
        wanted: usize,
    },
    /// Too few assets for the estimator.
    #[error("{found} assets are too few; {wanted} are wanted")]
    TooFewAssets {
        /// What was found.
        found: usize,
        /// What is wanted.
        wanted: usize,
    },
    /// An asset never moves: cash, or a price that is not updated.
    #[error("asset {asset} does not vary")]
    NoVariance {
        /// Which asset.
        asset: usize,
    },
    /// A covariance that is not symmetric.
    #[error("the matrix is not symmetric at row {row}, column {column}")]
    NotSymmetric {
        /// Row.
        row: usize,
        /// Column.
        column: usize,
    },
    /// A covariance with a direction that has no variance: fewer periods than assets, or one asset
    /// that copies others. Shrink it.
    #[error("the matrix is not positive definite: pivot {pivot:e} at asset {asset}")]
    NotPositiveDefinite {
        /// Where elimination found it.
        asset: usize,
        /// What was left of its variance there.
        pivot: f64,
    },
    /// The solver did not come close enough to the best.
    #[error("not solved ({status}): {gap:e} may be missing to the best")]
    NotSolved {
        /// The solver's own word.
        status: String,
        /// Objective that may be missing, NaN when there is no point at all.
        gap: f64,
    },
}
