//! Ids of all intents that were ever sent.

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A set of ids that usually come in ascending order, short ones first: `I000002` after `I000001`.
///
/// Those are kept one behind the other in a single text; what comes out of order, apart.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Ids in order of length, then text.
    text: String,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// Ids that came after a greater one.
    late: BTreeSet<String>,
}

impl Sent {
    /// False when the id was there.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let last = self.ends.len().checked_sub(1).map(|last| place(self.id(last)));
        if last.is_none_or(|last| last < place(id)) {
            self.text.push_str(id);
            self.ends.push(self.text.len());
            return true;
        }
        !self.came_in_order(id) && self.late.insert(id.to_owned())
    }

    /// The n-th of those that came in order.
    fn id(&self, n: usize) -> &str {
        let from = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from..self.ends[n]]
    }

    fn came_in_order(&self, id: &str) -> bool {
        let (mut from, mut to) = (0, self.ends.len());
        while from < to {
            let middle = from.midpoint(to);
            match place(self.id(middle)).cmp(&place(id)) {
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
                Ordering::Equal => return true,
            }
        }
        false
    }
}

/// What ids are in order of.
const fn place(id: &str) -> (usize, &str) {
    (id.len(), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_new_once_in_whatever_order() {
        let (mut sent, mut known) = (Sent::default(), BTreeSet::new());
        let ids = ["I9", "I10", "I2", "I10", "A", "I9", "I11", "zz", "I2", "I3", "I11", ""];
        for id in ids {
            assert_eq!(sent.insert(id), known.insert(id), "{id}");
        }
    }
}
