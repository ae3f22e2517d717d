//! One thing that is varied.

use serde::{Deserialize, Serialize};

use super::{SpaceError, Value};

/// A name and the values it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Name of the parameter: letters, digits and `_`, a letter first.
    pub name: String,
    /// Its values.
    pub ladder: Ladder,
}

/// The values of an axis, from the first rung to the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ladder {
    /// `from`, `from + step` ... up to `to` at most.
    Integers {
        /// First value.
        from: i64,
        /// No value is above it.
        to: i64,
        /// Distance of rungs, at least 1.
        step: i64,
    },
    /// Real numbers at equal distances, both ends included, to 12 significant digits.
    Linear {
        /// First value.
        from: f64,
        /// Last value.
        to: f64,
        /// Number of values; with one rung only `from`.
        rungs: usize,
    },
    /// Real numbers above 0 at equal ratios, both ends included, to 12 significant digits.
    Log {
        /// First value.
        from: f64,
        /// Last value.
        to: f64,
        /// Number of values; with one rung only `from`.
        rungs: usize,
    },
    /// Words without an order.
    Choice(Vec<String>),
}

impl Axis {
    /// Integers from `from` to `to`, both included where the step meets them.
    pub fn integers(name: &str, from: i64, to: i64, step: i64) -> Self {
        Self { name: name.to_owned(), ladder: Ladder::Integers { from, to, step } }
    }

    /// Real numbers at equal distances.
    pub fn linear(name: &str, from: f64, to: f64, rungs: usize) -> Self {
        Self { name: name.to_owned(), ladder: Ladder::Linear { from, to, rungs } }
    }

    /// Real numbers at equal ratios.
    pub fn log(name: &str, from: f64, to: f64, rungs: usize) -> Self {
        Self { name: name.to_owned(), ladder: Ladder::Log { from, to, rungs } }
    }

    /// One of these words.
    pub fn choice(name: &str, words: &[&str]) -> Self {
        let words = words.iter().map(|&word| word.to_owned()).collect();
        Self { name: name.to_owned(), ladder: Ladder::Choice(words) }
    }

    pub(super) fn check(&self) -> Result<(), SpaceError> {
        let mut letters = self.name.chars();
        let starts_well = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
        if !starts_well || !letters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(SpaceError::Name { name: self.name.clone() });
        }
        if !self.ladder.is_sound() {
            let ladder = self.ladder.clone();
            return Err(SpaceError::Ladder { axis: self.name.clone(), ladder });
        }
        self.check_words()
    }

    /// Words stand in identifiers and in lines of a file: nothing in them may look like either.
    fn check_words(&self) -> Result<(), SpaceError> {
        let Ladder::Choice(words) = &self.ladder else { return Ok(()) };
        let odd = |c: char| c.is_control() || matches!(c, '=' | ';' | ',' | '"');
        for (n, word) in words.iter().enumerate() {
            let blank = word.is_empty() || word.trim() != word;
            if blank || word.contains(odd) || words[..n].contains(word) {
                return Err(SpaceError::Choice { axis: self.name.clone(), choice: word.clone() });
            }
        }
        Ok(())
    }
}

impl Ladder {
    fn is_sound(&self) -> bool {
        match self {
            Self::Integers { from, to, step } => {
                *step >= 1 && from <= to && to.checked_sub(*from).is_some()
            }
            Self::Linear { from, to, rungs } | Self::Log { from, to, rungs } => {
                let positive = matches!(self, Self::Linear { .. }) || *from > 0.0;
                let rises = *rungs == 1 || (*rungs > 1 && from < to);
                let distinct = *rungs < 2 || self.value(0) != self.value(1);
                let finite = from.is_finite() && (to - from).is_finite();
                finite && positive && rises && distinct
            }
            Self::Choice(words) => !words.is_empty(),
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Integers { from, to, step } => {
                usize::try_from((to - from) / step).map_or(usize::MAX, |n| n.saturating_add(1))
            }
            Self::Linear { rungs, .. } | Self::Log { rungs, .. } => *rungs,
            Self::Choice(words) => words.len(),
        }
    }

    /// Whether there is no value; never for an axis of a [`super::Space`].
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether values are numbers and so have an order.
    pub fn has_numbers(&self) -> bool {
        !matches!(self, Self::Choice(_))
    }

    /// The value at a rung, from 0; `None` beyond the last.
    pub fn value(&self, rung: usize) -> Option<Value> {
        if rung >= self.len() {
            return None;
        }
        let share = |rungs: usize| rung as f64 / (rungs.max(2) - 1) as f64;
        Some(match self {
            Self::Integers { from, step, .. } => {
                Value::Integer(from + i64::try_from(rung).ok()? * step)
            }
            Self::Linear { from, to, rungs } => {
                Value::number(rounded(from + (to - from) * share(*rungs)))
            }
            Self::Log { from, to, rungs } => {
                Value::number(rounded(from * (to / from).powf(share(*rungs))))
            }
            Self::Choice(words) => Value::Text(words[rung].clone()),
        })
    }

    /// The rung of a value; `None` for one between rungs or of another kind.
    pub fn rung(&self, value: &Value) -> Option<usize> {
        let guess = match (self, value) {
            (Self::Integers { from, step, .. }, Value::Integer(value)) => {
                usize::try_from(value.checked_sub(*from)? / step).ok()?
            }
            (Self::Linear { from, to, rungs }, Value::Number(value)) => {
                nearest((value - from) / (to - from), *rungs)
            }
            (Self::Log { from, to, rungs }, Value::Number(value)) => {
                nearest((value / from).ln() / (to / from).ln(), *rungs)
            }
            (Self::Choice(words), Value::Text(value)) => words.iter().position(|w| w == value)?,
            _ => return None,
        };
        (self.value(guess).as_ref() == Some(value)).then_some(guess)
    }

    /// Reads a value of this axis, whether or not it is on a rung.
    pub fn parse(&self, text: &str) -> Option<Value> {
        match self {
            Self::Integers { .. } => text.parse().ok().map(Value::Integer),
            Self::Linear { .. } | Self::Log { .. } => {
                text.parse().ok().filter(|x: &f64| x.is_finite()).map(Value::number)
            }
            Self::Choice(_) => (!text.is_empty()).then(|| Value::Text(text.to_owned())),
        }
    }
}

/// The rung nearest to this share of the way, 0 where there is only one.
fn nearest(share: f64, rungs: usize) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and NaN gives 0; the caller compares values"
    )]
    let rung = (share * (rungs.max(2) - 1) as f64).round() as usize;
    if rungs == 1 { 0 } else { rung }
}

/// To 12 significant digits, so that a third of 0.9 is 0.3 and names of points stay short.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().expect("a float that was just printed")
}
