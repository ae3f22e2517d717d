//! The hash chain: each entry's hash covers its content and the hash before it.

use std::fmt;

/// A BLAKE3 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// What the first entry's `parent` is.
pub const GENESIS: Hash = Hash([0; 32]);

/// Separates this use of the hash function from every other.
const DOMAIN: &str = "tradebot 2026-11 journal entry";

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// The head of a chain: the hash and number of its last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Hash of the last entry, [`GENESIS`] when there is none.
    pub head: Hash,
    /// Number of entries; the next one gets this as its sequence.
    pub len: u64,
}

/// A stored chain does not add up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A sequence number is missing or out of place.
    #[error("journal entry {expected} is missing; found {found} in its place")]
    Missing {
        /// The sequence that should stand here.
        expected: u64,
        /// The one that does.
        found: u64,
    },
    /// An entry was changed, or does not follow the one before it.
    #[error(
        "journal entry {seq} was changed or reordered: stored hash {stored}, computed {computed}"
    )]
    Altered {
        /// Which entry.
        seq: u64,
        /// The hash stored with it.
        stored: Hash,
        /// The hash its content gives.
        computed: Hash,
    },
}

impl Default for Chain {
    fn default() -> Self {
        Self { head: GENESIS, len: 0 }
    }
}

impl Chain {
    /// The hash that the entry `seq` with this kind and body has after `parent`.
    pub fn hash_of(parent: Hash, seq: u64, kind: &str, body: &[u8]) -> Hash {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN);
        hasher.update(&parent.0);
        hasher.update(&seq.to_le_bytes());
        hasher.update(&(kind.len() as u64).to_le_bytes());
        hasher.update(kind.as_bytes());
        hasher.update(body);
        Hash(*hasher.finalize().as_bytes())
    }

    /// Appends an entry; returns its sequence and hash.
    pub fn push(&mut self, kind: &str, body: &[u8]) -> (u64, Hash) {
        let seq = self.len;
        self.head = Self::hash_of(self.head, seq, kind, body);
        self.len += 1;
        (seq, self.head)
    }

    /// Checks the next stored entry against this head and moves on to it.
    ///
    /// # Errors
    /// [`BrokenChain`] when the sequence does not follow, or content and hash disagree.
    pub fn verify_next(
        &mut self,
        seq: u64,
        kind: &str,
        body: &[u8],
        stored: Hash,
    ) -> Result<(), BrokenChain> {
        if seq != self.len {
            return Err(BrokenChain::Missing { expected: self.len, found: seq });
        }
        let computed = Self::hash_of(self.head, seq, kind, body);
        if computed != stored {
            return Err(BrokenChain::Altered { seq, stored, computed });
        }
        self.head = computed;
        self.len += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stored(bodies: &[Vec<u8>]) -> Vec<(u64, Vec<u8>, Hash)> {
        let mut chain = Chain::default();
        bodies
            .iter()
            .map(|b| {
                let (seq, hash) = chain.push("k", b);
                (seq, b.clone(), hash)
            })
            .collect()
    }

    fn verify(entries: &[(u64, Vec<u8>, Hash)]) -> Result<(), BrokenChain> {
        let mut chain = Chain::default();
        entries.iter().try_for_each(|(seq, body, hash)| chain.verify_next(*seq, "k", body, *hash))
    }

    proptest! {
        #[test]
        fn any_changed_missing_or_reordered_entry_is_found(
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 2..12),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let good = stored(&bodies);
            prop_assert_eq!(verify(&good), Ok(()));
            let at = at.index(good.len());

            let mut flipped = good.clone();
            flipped[at].1[0] ^= 1 << bit;
            prop_assert!(verify(&flipped).is_err());

            if at + 1 < good.len() {
                let mut missing = good.clone();
                missing.remove(at);
                prop_assert!(verify(&missing).is_err());

                let mut swapped = good.clone();
                swapped.swap(at, at + 1);
                prop_assert!(verify(&swapped).is_err());
            }
        }
    }
}
