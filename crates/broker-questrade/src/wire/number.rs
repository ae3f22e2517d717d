//! Exact decimals from JSON numbers, through their literal text.

use std::str::FromStr as _;

use rust_decimal::Decimal;
use serde::{Deserializer, Serialize as _, Serializer};
use serde_json::value::RawValue;

use super::literal;

/// The most digits after the point that a decimal holds.
const DIGITS_MAX: i64 = 28;

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Decimal, D::Error> {
    let text = literal(d)?;
    decimal_of(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a decimal")))
}

pub(crate) fn serialize<S: Serializer>(value: &Decimal, s: S) -> Result<S::Ok, S::Error> {
    let raw = RawValue::from_string(value.to_string()).map_err(serde::ser::Error::custom)?;
    raw.serialize(s)
}

/// The same for a number that may be null, absent or an empty text.
pub(crate) mod optional {
    use super::{Decimal, Deserializer, Serializer, decimal_of, literal};

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Decimal>, D::Error> {
        let text = literal(d)?;
        if text.is_empty() || text == "null" {
            return Ok(None);
        }
        let value = decimal_of(&text);
        value
            .map(Some)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a decimal")))
    }

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Decimal>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::serialize(value, s),
            None => s.serialize_none(),
        }
    }
}

/// The decimal that a literal stands for; digits beyond the 28th after the point are rounded away,
/// as in the noise of sums (`5.684341886080802e-14`). `None` for what is no number or too large.
pub(crate) fn decimal_of(text: &str) -> Option<Decimal> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Decimal::from_str(text).ok();
    };
    let exponent: i64 = exponent.parse().ok()?;
    if exponent < -DIGITS_MAX {
        // JSON from doubles has one digit before the point: this is below the last decimal.
        return Decimal::from_str(mantissa).is_ok().then_some(Decimal::ZERO);
    }
    Decimal::from_scientific_lossy(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_keep_every_digit() {
        for (text, expected) in [
            ("56.644219", "56.644219"),
            ("10.000000001", "10.000000001"),
            ("-0.14", "-0.14"),
            ("1460", "1460"),
            ("1.5e3", "1500"),
            ("1E-3", "0.001"),
            ("7675500000", "7675500000"),
            ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
            ("5.684341886080802e-14", "0.0000000000000568434188608080"),
            ("1e-300", "0"),
        ] {
            let expected = Decimal::from_str(expected).unwrap();
            assert_eq!(decimal_of(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read_as_zero() {
        for text in ["", "null", "NaN", "Infinity", "1e400", "1e", "e5", "abce-99", "true", "--1"] {
            assert_eq!(decimal_of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_decimal_comes_back_from_its_own_text(mantissa in any::<i64>(), scale in 0_u32..28) {
            let value = Decimal::new(mantissa, scale);
            prop_assert_eq!(decimal_of(&value.to_string()), Some(value));
        }

        #[test]
        fn a_double_is_read_as_its_shortest_text(value in -1e12_f64..1e12) {
            let text = serde_json::to_string(&value).unwrap();
            let read = decimal_of(&text).unwrap();
            prop_assert_eq!(read.to_string().parse::<f64>().unwrap(), value);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.eE]{0,40}") {
            let _ = decimal_of(&text);
        }
    }
}
