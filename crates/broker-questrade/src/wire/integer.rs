//! Whole numbers that may be written as text, as a double or as a flag.

use rust_decimal::prelude::ToPrimitive as _;
use serde::Deserializer;

use super::{literal, number::decimal_of};

/// Reads `1016`, `"1016"`, `1016.0`, `true` (1) and `false` (0).
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
    let text = literal(d)?;
    integer_of(&text)
        .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a whole number")))
}

/// The whole number that a literal stands for, when it fits.
pub(crate) fn integer_of(text: &str) -> Option<i64> {
    match text {
        "true" => Some(1),
        "false" => Some(0),
        _ => text
            .parse()
            .ok()
            .or_else(|| decimal_of(text).filter(|d| d.fract().is_zero()).and_then(|d| d.to_i64())),
    }
}

#[cfg(test)]
mod tests {
    use super::integer_of;

    #[test]
    fn all_spellings_of_a_whole_number_are_read() {
        for (text, expected) in [
            ("1016", 1016),
            ("1016.0", 1016),
            ("-3", -3),
            ("2e3", 2000),
            ("true", 1),
            ("false", 0),
            ("9223372036854775807", i64::MAX),
        ] {
            assert_eq!(integer_of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_fraction_or_an_overflow_is_no_whole_number() {
        for text in ["1.5", "9223372036854775808", "null", "", "x"] {
            assert_eq!(integer_of(text), None, "{text}");
        }
    }
}
