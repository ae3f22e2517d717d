//! Text that may be written as a number: account numbers.

use serde::Deserializer;

use super::literal;

/// Reads `"01234567"` and `26543210`. A number has lost its leading zeros on the wire already.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    let text = literal(d)?;
    if text.starts_with(['{', '[']) || ["true", "false", "null"].contains(&text.as_str()) {
        return Err(serde::de::Error::custom(format!("`{text}` is neither text nor number")));
    }
    Ok(text)
}
