//! The length of a window.

/// Number of bars an operator looks at or smooths over, 1 to [`Period::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(usize);

/// A number of bars no operator can work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a period of {bars} bars is not in 1..={max}", max = Period::MAX)]
pub struct PeriodError {
    /// What was asked for.
    pub bars: usize,
}

impl Period {
    /// Forty years of sessions: more is a mistake, and memory.
    pub const MAX: usize = 10_000;

    /// A period fixed in the code, checked when it is compiled.
    pub const fn of<const BARS: usize>() -> Self {
        const { assert!(BARS >= 1 && BARS <= Self::MAX) };
        Self(BARS)
    }

    /// A period from configuration.
    ///
    /// # Errors
    /// [`PeriodError`] when `bars` is 0 or above [`Period::MAX`].
    pub const fn new(bars: usize) -> Result<Self, PeriodError> {
        if bars >= 1 && bars <= Self::MAX { Ok(Self(bars)) } else { Err(PeriodError { bars }) }
    }

    /// The number of bars.
    pub const fn get(self) -> usize {
        self.0
    }

    /// The number of bars, for formulas.
    pub const fn to_f64(self) -> f64 {
        self.0 as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_of_no_bars_or_of_a_century_is_refused() {
        assert_eq!(Period::new(0), Err(PeriodError { bars: 0 }));
        assert_eq!(Period::new(25_200), Err(PeriodError { bars: 25_200 }));
        assert_eq!(Period::new(14).unwrap(), Period::of::<14>());
        assert_eq!(PeriodError { bars: 0 }.to_string(), "a period of 0 bars is not in 1..=10000");
    }
}
