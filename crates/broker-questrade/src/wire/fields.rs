//! An object before it becomes a record: second spellings and nulls are sorted out here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::value::RawValue;

/// The fields of an object, each still as its literal text.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields(BTreeMap<String, Box<RawValue>>);

impl Fields {
    /// Whether there is such a key, null or not.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Moves values from a second spelling to the first, unless the first has one, and drops nulls,
    /// so that null and absent are the same to every record.
    fn canonical(mut self, spellings: &[(&str, &str)]) -> Self {
        self.0.retain(|_, value| value.get() != "null");
        for (second, first) in spellings {
            if let Some(value) = self.0.remove(*second) {
                self.0.entry((*first).to_owned()).or_insert(value);
            }
        }
        self
    }
}

/// Reads an object whose keys may have second spellings (`spellings`: second, first).
pub(crate) fn canonical_json<'de, D: Deserializer<'de>>(
    deserializer: D,
    spellings: &[(&str, &str)],
) -> Result<String, D::Error> {
    let fields = Fields::deserialize(deserializer)?.canonical(spellings);
    serde_json::to_string(&fields.0).map_err(serde::de::Error::custom)
}

/// Implements `Deserialize` and `Serialize` of a record that derives both with
/// `#[serde(remote = "Self")]`: second spellings are accepted, null is the same as absent.
macro_rules! tolerant_record {
    ($record:ty $(, $second:literal => $first:literal)* $(,)?) => {
        impl<'de> serde::Deserialize<'de> for $record {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let spellings: &[(&str, &str)] = &[$(($second, $first)),*];
                let text = $crate::wire::fields::canonical_json(d, spellings)?;
                let mut json = serde_json::Deserializer::from_str(&text);
                // The inherent function that `remote = "Self"` derives, not this trait's.
                Self::deserialize(&mut json).map_err(serde::de::Error::custom)
            }
        }

        impl serde::Serialize for $record {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, s)
            }
        }
    };
}
pub(crate) use tolerant_record;
