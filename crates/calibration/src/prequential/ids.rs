//! Sets of ids that mostly follow each other.

use serde::{Deserialize, Serialize};

/// Ids as stretches without gaps: as small as the gaps are few.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct IdSet {
    /// First and last id of each stretch, ascending, none touching the next.
    stretches: Vec<(u64, u64)>,
}

impl IdSet {
    pub(super) fn contains(&self, id: u64) -> bool {
        let after = self.stretches.partition_point(|s| s.0 <= id);
        after > 0 && id <= self.stretches[after - 1].1
    }

    /// Adds an id; one that is there changes nothing.
    pub(super) fn insert(&mut self, id: u64) {
        if self.contains(id) {
            return;
        }
        let after = self.stretches.partition_point(|s| s.0 <= id);
        let follows = after > 0 && self.stretches[after - 1].1 + 1 == id;
        let precedes = self.stretches.get(after).is_some_and(|s| id + 1 == s.0);
        match (follows, precedes) {
            (true, true) => {
                self.stretches[after - 1].1 = self.stretches[after].1;
                self.stretches.remove(after);
            }
            (true, false) => self.stretches[after - 1].1 = id,
            (false, true) => self.stretches[after].0 = id,
            (false, false) => self.stretches.insert(after, (id, id)),
        }
    }

    pub(super) fn stretches(&self) -> &[(u64, u64)] {
        &self.stretches
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_ends_of_the_numbers_are_ids_too() {
        let mut ids = IdSet::default();
        for id in [u64::MAX, 0, u64::MAX - 1, 1, u64::MAX, 0] {
            ids.insert(id);
        }
        assert_eq!(ids.stretches(), [(0, 1), (u64::MAX - 1, u64::MAX)]);
        assert!(!ids.contains(2) && ids.contains(u64::MAX));
    }

    proptest! {
        #[test]
        fn a_set_of_stretches_is_a_set(ids in prop::collection::vec(0_u64..60, 0..80)) {
            let (mut set, mut plain) = (IdSet::default(), BTreeSet::new());
            for id in ids {
                set.insert(id);
                plain.insert(id);
            }
            for id in 0..62 {
                prop_assert_eq!(set.contains(id), plain.contains(&id), "{}", id);
            }
            let apart = set.stretches().windows(2).all(|w| w[0].1 + 1 < w[1].0);
            prop_assert!(apart, "{:?}", set);
        }
    }
}
