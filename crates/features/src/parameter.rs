//! The numbers an operator is built with, other than periods.

/// A number an operator cannot be built with.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{name} is {value}, not in {low}..={high}")]
pub struct ParameterError {
    /// What the number is.
    pub name: &'static str,
    /// What was asked for; may be NaN.
    pub value: f64,
    /// The least that is allowed.
    pub low: f64,
    /// The most that is allowed.
    pub high: f64,
}

/// `value` when it is in `low..=high`, which NaN never is.
pub(crate) fn in_range(
    name: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<f64, ParameterError> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(ParameterError { name, value, low, high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_outside_its_range_is_named_with_the_range() {
        for bad in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
            let error = in_range("decay", bad, 0.0, 1.0).unwrap_err();
            assert_eq!((error.name, error.low, error.high), ("decay", 0.0, 1.0));
            assert_eq!(error.to_string(), format!("decay is {bad}, not in 0..=1"));
        }
        assert_eq!(in_range("decay", 1.0, 0.0, 1.0), Ok(1.0));
    }
}
