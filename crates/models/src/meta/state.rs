//! A stored meta-labeller is checked before it is used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Symbol};

use super::input::{COLUMNS, MetaInput};
use super::{Decision, Lesson, MetaConfig, MetaError, MetaLabeller, is_uniqueness};
use crate::ridge::Line;

/// The fields of a [`MetaLabeller`] as they were written, not trusted yet.
#[derive(Deserialize)]
pub(super) struct Stored {
    config: MetaConfig,
    #[serde(with = "pairs")]
    open: BTreeMap<Decision, MetaInput>,
    lessons: Vec<Lesson>,
    worth: f64,
    worth_won: f64,
    line: Option<Line>,
    sessions_since_fit: usize,
    last_session: Option<Date>,
}

impl TryFrom<Stored> for MetaLabeller {
    type Error = MetaError;

    fn try_from(stored: Stored) -> Result<Self, MetaError> {
        let good = Self::new(stored.config)?;
        for input in stored.open.values().chain(stored.lessons.iter().map(|l| &l.input)) {
            input.check()?;
        }
        let (mut worth, mut worth_won) = (0.0, 0.0);
        for Lesson { outcome, .. } in &stored.lessons {
            if !is_uniqueness(outcome.uniqueness) {
                return Err(MetaError::Uniqueness { value: outcome.uniqueness });
            }
            worth += outcome.uniqueness;
            worth_won += if outcome.won { outcome.uniqueness } else { 0.0 };
        }
        if (worth, worth_won) != (stored.worth, stored.worth_won) {
            return Err(MetaError::Stored { detail: "sums of outcomes" });
        }
        let is_learned = worth >= stored.config.worth_min;
        if stored.line.is_some() != is_learned
            || stored.line.as_ref().is_some_and(|line| !line.is_sound(COLUMNS))
        {
            return Err(MetaError::Stored { detail: "the fit" });
        }
        let Stored { open, lessons, line, sessions_since_fit, last_session, .. } = stored;
        Ok(Self { open, lessons, worth, worth_won, line, sessions_since_fit, last_session, ..good })
    }
}

/// A map as a list of pairs, since texts such as JSON have no dates for keys.
pub(super) mod pairs {
    use serde::{Deserializer, Serializer};

    use super::{BTreeMap, Date, Decision, Deserialize, MetaInput, Serialize, Symbol};

    #[derive(Serialize, Deserialize)]
    struct Act {
        session: Date,
        symbol: Symbol,
        input: MetaInput,
    }

    pub(in crate::meta) fn serialize<S: Serializer>(
        open: &BTreeMap<Decision, MetaInput>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let act = |((session, symbol), input): (&Decision, &MetaInput)| Act {
            session: *session,
            symbol: *symbol,
            input: *input,
        };
        serializer.collect_seq(open.iter().map(act))
    }

    pub(in crate::meta) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Decision, MetaInput>, D::Error> {
        let acts = Vec::<Act>::deserialize(deserializer)?;
        Ok(acts.into_iter().map(|act| ((act.session, act.symbol), act.input)).collect())
    }
}
