//! What has been learned, in which order, and what may still come.

use serde::{Deserialize, Serialize};

use super::ids::IdSet;
use super::{PrequentialError, ResolvedForecast};
use crate::digest::Bits;

/// Weights an outcome can have.
const WEIGHTS: std::ops::RangeInclusive<f64> = 1e-6..=1.0;

/// The ids learned and the last place in the order (moment, id).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    known: IdSet,
    last: Option<(i64, u64)>,
}

impl History {
    /// The rows that are new, each id once, in the order they are to be learned in.
    ///
    /// # Errors
    /// The first faulty row, new or not; a new one that should have come earlier.
    pub(super) fn admit(
        &self,
        rows: &[ResolvedForecast],
    ) -> Result<Vec<ResolvedForecast>, PrequentialError> {
        rows.iter().try_for_each(check)?;
        let mut new: Vec<ResolvedForecast> =
            rows.iter().filter(|row| !self.known.contains(row.id)).copied().collect();
        new.sort_by_key(place);
        let mut seen = IdSet::default();
        new.retain(|row| {
            let first = !seen.contains(row.id);
            seen.insert(row.id);
            first
        });
        match (new.first(), self.last) {
            (Some(row), Some(last)) if place(row) <= last => {
                let (last_at, last_id) = last;
                let &ResolvedForecast { id, resolved_at, .. } = row;
                Err(PrequentialError::OutOfOrder { id, resolved_at, last_id, last_at })
            }
            _ => Ok(new),
        }
    }

    /// Marks an admitted row as learned.
    pub(super) fn record(&mut self, row: &ResolvedForecast) {
        self.known.insert(row.id);
        self.last = Some(place(row));
    }

    /// Whether a forecast of this moment may know what has been learned.
    ///
    /// # Errors
    /// [`PrequentialError::Hindsight`] when it may not.
    pub(super) fn allow(&self, at: i64) -> Result<(), PrequentialError> {
        match self.last {
            Some((last_at, _)) if at < last_at => Err(PrequentialError::Hindsight { at, last_at }),
            _ => Ok(()),
        }
    }

    /// Moment of the last outcome learned.
    pub(super) fn last_at(&self) -> Option<i64> {
        self.last.map(|(at, _)| at)
    }

    pub(super) fn feed(&self, bits: &mut Bits) {
        bits.whole(self.known.stretches().len() as u64);
        for (first, last) in self.known.stretches() {
            bits.whole(*first);
            bits.whole(*last);
        }
        bits.whole(u64::from(self.last.is_some()));
        let (at, id) = self.last.unwrap_or_default();
        bits.whole(at.cast_unsigned());
        bits.whole(id);
    }
}

fn place(row: &ResolvedForecast) -> (i64, u64) {
    (row.resolved_at, row.id)
}

fn check(row: &ResolvedForecast) -> Result<(), PrequentialError> {
    let &ResolvedForecast { id, issued_at, resolved_at, p, weight, .. } = row;
    if !(0.0..=1.0).contains(&p) {
        return Err(PrequentialError::Score { id, value: p });
    }
    if !WEIGHTS.contains(&weight) {
        return Err(PrequentialError::Weight { id, value: weight });
    }
    if issued_at >= resolved_at {
        return Err(PrequentialError::Foreknown { id, issued_at, resolved_at });
    }
    Ok(())
}
