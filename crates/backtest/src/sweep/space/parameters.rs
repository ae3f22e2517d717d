//! One point of a space.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// The value of one parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Of an axis of integers.
    Integer(i64),
    /// Of an axis of real numbers; finite.
    Number(f64),
    /// A word.
    Text(String),
}

impl Value {
    /// A real number, with one zero instead of two.
    pub(super) fn number(value: f64) -> Self {
        Self::Number(value + 0.0)
    }

    /// As a number; `None` for a word.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => write!(f, "{value}"),
            // The shortest digits that read back as the same number.
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}

/// Values by name: what an evaluator is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Parameters {
    /// As many values as names.
    pub(in crate::sweep) fn new(names: Arc<[String]>, values: Vec<Value>) -> Self {
        debug_assert_eq!(names.len(), values.len());
        Self { names, values }
    }

    /// Number of parameters.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no parameter; never for a point of a [`super::Space`].
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Names and values, in the order of the axes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.iter().find_map(|(own, value)| (own == name).then_some(value))
    }

    /// The value of a name as a number; `None` for a word or another name.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.get(name)?.as_f64()
    }

    /// The value of a name as a count; `None` for anything but an integer from 0 up.
    pub fn count(&self, name: &str) -> Option<usize> {
        match self.get(name)? {
            Value::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The value of a name as a word; `None` for a number or another name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The canonical name of the point: `fast=10;slow=50`, in the order of names, so that it does
    /// not depend on the order in which axes were given.
    pub fn id(&self) -> String {
        let mut parts: Vec<String> = self.iter().map(|(n, value)| format!("{n}={value}")).collect();
        parts.sort_unstable();
        parts.join(";")
    }
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}
