//! What can be wrong with what a calibrator is handed.

/// A score or an outcome that cannot be taken. State is unchanged whenever one is returned.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// A raw score that is NaN or outside `0..=1`.
    #[error("raw score {value} is not in 0..=1")]
    Score {
        /// The score found.
        value: f64,
    },
    /// An index beyond the members the learner was made for.
    #[error("member {index} is unknown: there are {members}")]
    Member {
        /// The index asked for.
        index: usize,
        /// How many members there are.
        members: usize,
    },
    /// An outcome with scores of another number of members.
    #[error("an outcome carries {found} raw scores for {members} members")]
    Shape {
        /// Scores found.
        found: usize,
        /// Members known.
        members: usize,
    },
    /// A uniqueness that is NaN or outside `(0, 1]`.
    #[error("uniqueness {value} is not in (0, 1]")]
    Uniqueness {
        /// The value found.
        value: f64,
    },
    /// A net result that is not finite, or that disagrees with `won` (a win is a result above 0).
    #[error("net result {net_r} does not go with won = {won}")]
    NetResult {
        /// Net result in units of planned risk.
        net_r: f64,
        /// What the outcome claims.
        won: bool,
    },
}

/// A setting outside its range.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{setting} = {value}: allowed is {allowed}")]
pub struct ConfigError {
    /// Name of the setting.
    pub setting: &'static str,
    /// The value found.
    pub value: f64,
    /// The range in words.
    pub allowed: &'static str,
}

impl ConfigError {
    /// `Ok` when `good`, else the error with these fields.
    ///
    /// # Errors
    /// [`ConfigError`] when `good` is false.
    pub const fn unless(
        good: bool,
        setting: &'static str,
        value: f64,
        allowed: &'static str,
    ) -> Result<(), Self> {
        if good { Ok(()) } else { Err(Self { setting, value, allowed }) }
    }
}
