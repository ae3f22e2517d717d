//! A map from symbols for the few that are held.

use tradebot_domain::Symbol;

/// Values by symbol, in symbol order: an ordered map for at most some hundred entries that come and
/// go. One stretch of memory that stays where it is when the last entry leaves.
///
/// Methods are named as those of [`std::collections::BTreeMap`], and do what those do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BySymbol<T> {
    entries: Vec<(Symbol, T)>,
}

impl<T> BySymbol<T> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Where the symbol is, or where it would go.
    #[inline]
    fn find(&self, symbol: Symbol) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.cmp(&symbol))
    }

    #[inline]
    pub(crate) fn get(&self, symbol: &Symbol) -> Option<&T> {
        self.find(*symbol).ok().map(|at| &self.entries[at].1)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, symbol: &Symbol) -> Option<&mut T> {
        self.find(*symbol).ok().map(|at| &mut self.entries[at].1)
    }

    #[inline]
    pub(crate) fn contains_key(&self, symbol: &Symbol) -> bool {
        self.find(*symbol).is_ok()
    }

    pub(crate) fn insert(&mut self, symbol: Symbol, value: T) {
        match self.find(symbol) {
            Ok(at) => self.entries[at].1 = value,
            Err(at) => self.entries.insert(at, (symbol, value)),
        }
    }

    pub(crate) fn remove(&mut self, symbol: &Symbol) -> Option<T> {
        self.find(*symbol).ok().map(|at| self.entries.remove(at).1)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &Symbol> {
        self.entries.iter().map(|(symbol, _)| symbol)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn it_holds_what_an_ordered_map_holds(
            steps in proptest::collection::vec(("[A-D]{1,2}", any::<Option<u8>>()), 0..60),
        ) {
            let (mut ours, mut known) = (BySymbol::new(), BTreeMap::new());
            for (name, value) in steps {
                let symbol = Symbol::new(&name).unwrap();
                if let Some(value) = value {
                    ours.insert(symbol, value);
                    known.insert(symbol, value);
                } else {
                    prop_assert_eq!(ours.remove(&symbol), known.remove(&symbol));
                }
                prop_assert_eq!(ours.get(&symbol), known.get(&symbol));
                prop_assert_eq!(ours.contains_key(&symbol), known.contains_key(&symbol));
                prop_assert!(ours.keys().eq(known.keys()) && ours.values().eq(known.values()));
                prop_assert_eq!((ours.len(), ours.is_empty()), (known.len(), known.is_empty()));
            }
        }
    }
}
