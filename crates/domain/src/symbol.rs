//! Instrument symbols: short, `Copy`, ordered by their text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest symbol accepted, in bytes. Option symbols of the broker take 18.
pub const SYMBOL_BYTES_MAX: usize = 23;

/// A ticker such as `AAPL`, `RY.TO` or `^GSPC`.
///
/// - **Shape:** 1 to 23 bytes of `A-Z a-z 0-9 . - ^ = _`; stored inline, so it is `Copy`.
/// - **Order:** that of its text; every iteration over symbols follows it.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub struct Symbol {
    /// The text, zeros after it, and its length in the last byte.
    bytes: [u8; SYMBOL_BYTES_MAX + 1],
}

/// Why a text is not a symbol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// Empty, or longer than [`SYMBOL_BYTES_MAX`].
    #[error("symbol `{text}` has {len} bytes; 1 to {SYMBOL_BYTES_MAX} are allowed")]
    Length {
        /// The text as given.
        text: String,
        /// Its length in bytes.
        len: usize,
    },
    /// A character outside the allowed set.
    #[error("symbol `{text}` contains {found:?}; letters, digits and . - ^ = _ are allowed")]
    Character {
        /// The text as given.
        text: String,
        /// The first character that is not allowed.
        found: char,
    },
}

impl Symbol {
    /// Parses a symbol; upper and lower case stay as they are.
    ///
    /// # Errors
    /// [`SymbolError`] when the text is empty, too long or has other characters.
    pub fn new(text: &str) -> Result<Self, SymbolError> {
        if text.is_empty() || text.len() > SYMBOL_BYTES_MAX {
            return Err(SymbolError::Length { text: text.to_owned(), len: text.len() });
        }
        if let Some(found) =
            text.chars().find(|c| !(c.is_ascii_alphanumeric() || ".-^=_".contains(*c)))
        {
            return Err(SymbolError::Character { text: text.to_owned(), found });
        }
        let mut bytes = [0; SYMBOL_BYTES_MAX + 1];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        bytes[SYMBOL_BYTES_MAX] =
            u8::try_from(text.len()).expect("at most 23 bytes were admitted above");
        Ok(Self { bytes })
    }

    /// The n-th eight bytes as a number that orders as they do. Zeros fill what the text leaves, and
    /// no text has one, so the three numbers order as texts do.
    ///
    /// One at a time: as an array they would go through memory, which costs more than comparing.
    #[inline]
    fn word(&self, n: usize) -> u64 {
        u64::from_be_bytes(self.bytes[8 * n..8 * n + 8].try_into().expect("eight bytes"))
    }

    /// The text's bytes, all of them ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.bytes[SYMBOL_BYTES_MAX])]
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("only ASCII was admitted in `new`")
    }
}

impl PartialEq for Symbol {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.word(0) == other.word(0)
            && self.word(1) == other.word(1)
            && self.word(2) == other.word(2)
    }
}

impl Eq for Symbol {}

impl std::hash::Hash for Symbol {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Symbol {
    #[inline]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let first = self.word(0).cmp(&other.word(0));
        first
            .then_with(|| self.word(1).cmp(&other.word(1)))
            .then_with(|| self.word(2).cmp(&other.word(2)))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({self})")
    }
}

impl FromStr for Symbol {
    type Err = SymbolError;
    fn from_str(text: &str) -> Result<Self, SymbolError> {
        Self::new(text)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_order_by_their_text() {
        let mut all = ["MSFT", "AA", "^GSPC", "AAPL", "RY.TO"].map(|s| Symbol::new(s).unwrap());
        all.sort();
        assert_eq!(all.map(|s| s.to_string()), ["AA", "AAPL", "MSFT", "RY.TO", "^GSPC"]);
    }

    #[test]
    fn a_beginning_orders_before_what_goes_on() {
        let long = ("ABCDEFGHIJKLMNOPQRSTUVA", "ABCDEFGHIJKLMNOPQRSTUVB");
        for (a, b) in [("A", "AA"), ("RY", "RY.TO"), ("-", "--"), ("A^", "Aa"), long] {
            let (x, y) = (Symbol::new(a).unwrap(), Symbol::new(b).unwrap());
            assert_eq!(x.cmp(&y), a.cmp(b));
            assert_eq!(y.cmp(&x), b.cmp(a));
        }
    }

    #[test]
    fn a_symbol_that_could_be_a_path_or_a_query_is_refused() {
        for bad in ["", "A B", "A/B", "A';--", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "É"] {
            assert!(Symbol::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_is_the_text_itself() {
        let s = Symbol::new("BRK.B").unwrap();
        assert_eq!(serde_json::to_string(&s).unwrap(), "\"BRK.B\"");
        assert_eq!(serde_json::from_str::<Symbol>("\"BRK.B\"").unwrap(), s);
    }
}
