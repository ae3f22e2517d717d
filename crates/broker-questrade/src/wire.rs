//! How single values are read, whichever way they are written.

pub(crate) mod fields;
pub(crate) mod integer;
pub(crate) mod number;
pub(crate) mod text;

use serde::{Deserialize as _, Deserializer};
use serde_json::value::RawValue;

/// The text of any JSON value; quotes of a string are taken off.
fn literal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    let text = raw.get();
    if text.starts_with('"') {
        serde_json::from_str(text).map_err(serde::de::Error::custom)
    } else {
        Ok(text.to_owned())
    }
}
