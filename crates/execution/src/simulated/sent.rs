//! Ids of all intents that were ever sent.

/// A set of ids that usually come in ascending order, short ones first: `I000002` after `I000001`.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// In order of length, then text.
    ids: Vec<Box<str>>,
}

impl Sent {
    /// False when the id was there.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let key = |id: &str| (id.len(), id.to_owned());
        let last = self.ids.last().map(|last| (last.len(), last.as_ref()));
        if last.is_none_or(|last| last < (id.len(), id)) {
            self.ids.push(id.into());
            return true;
        }
        match self.ids.binary_search_by_key(&key(id), |known| key(known)) {
            Ok(_) => false,
            Err(at) => {
                self.ids.insert(at, id.into());
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_id_is_new_once_in_whatever_order() {
        let (mut sent, mut known) = (Sent::default(), BTreeSet::new());
        let ids = ["I9", "I10", "I2", "I10", "A", "I9", "I11", "zz", "I2", "I3", "I11", ""];
        for id in ids {
            assert_eq!(sent.insert(id), known.insert(id), "{id}");
        }
    }
}
