//! How many trees of which kind.

use crate::bins::BINS_MAX;
use crate::error::FitError;
use crate::tree::DEPTH_MAX;

/// Parameters of a [`crate::Forest`]. The default is Breiman's forest with shallow trees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForestConfig {
    /// Number of trees, 1 or more.
    pub trees: u16,
    /// Splits from the root to a leaf, at most; `0..=14`.
    pub depth: u8,
    /// Fewest draws in a leaf, 1 or more.
    pub min_leaf: u32,
    /// Bins of a column at most, `2..=256`: with as many distinct values or fewer, a column is
    /// split exactly.
    pub bins: u16,
    /// How many columns every split chooses from.
    pub columns_per_split: ColumnsPerSplit,
    /// What a tree is grown on.
    pub draws: Draws,
    /// A leaf counts so many draws at the base rate beside its own; 0 for the plain share of
    /// wins, and finite.
    pub leaf_strength: f64,
    /// All chance comes from it.
    pub seed: u64,
}

/// How many columns every split chooses from, drawn anew at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnsPerSplit {
    /// The root of the number of columns that vary, rounded down: Breiman's choice.
    Sqrt,
    /// All: bagged trees, their differences come from the draws alone.
    All,
    /// So many, at least 1; all where there are fewer.
    Count(u16),
}

/// Which examples a tree is grown on. Weights count by how often an example is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draws {
    /// With replacement, as many as this share of the number of examples, rounded; above 0 and at
    /// most 1. A share of 1 is Breiman's bootstrap.
    Share(f64),
    /// With replacement, as many as the examples are worth (the sum of their weights, rounded),
    /// but at least so many as long as there are examples: overlapping outcomes are not
    /// independent ones, and a full bootstrap of them would make all trees alike.
    ///
    /// **Source:** Lopez de Prado (2018), Advances in Financial Machine Learning, 4.5 and 6.4.
    Worth {
        /// Fewest draws.
        at_least: usize,
    },
    /// The same for every tree: as many as there are examples, each as often as its share of the
    /// weights says, rounded. With equal weights each example once.
    Once,
}

impl Default for ForestConfig {
    fn default() -> Self {
        Self {
            trees: 100,
            depth: 6,
            min_leaf: 20,
            bins: 64,
            columns_per_split: ColumnsPerSplit::Sqrt,
            draws: Draws::Share(1.0),
            leaf_strength: 0.0,
            seed: 0,
        }
    }
}

impl ForestConfig {
    /// # Errors
    /// [`FitError::Parameter`] for the first that is out of its range.
    pub fn check(&self) -> Result<(), FitError> {
        FitError::unless(self.trees > 0, "trees", f64::from(self.trees), "1 or more")?;
        let depth = f64::from(self.depth);
        FitError::unless(self.depth <= DEPTH_MAX, "depth", depth, "at most 14")?;
        FitError::unless(self.min_leaf > 0, "min_leaf", f64::from(self.min_leaf), "1 or more")?;
        let bins = (2..=BINS_MAX).contains(&usize::from(self.bins));
        FitError::unless(bins, "bins", f64::from(self.bins), "2 to 256")?;
        let some = self.columns_per_split != ColumnsPerSplit::Count(0);
        FitError::unless(some, "columns_per_split", 0.0, "1 or more")?;
        if let Draws::Share(share) = self.draws {
            let good = share > 0.0 && share <= 1.0;
            FitError::unless(good, "draws", share, "a share above 0 and at most 1")?;
        }
        let strength = self.leaf_strength;
        let good = strength >= 0.0 && strength.is_finite();
        FitError::unless(good, "leaf_strength", strength, "0 or more and finite")
    }
}

impl ColumnsPerSplit {
    /// Of `all` columns that vary.
    pub(super) fn of(self, all: usize) -> usize {
        match self {
            Self::Sqrt => all.isqrt(),
            Self::All => all,
            Self::Count(count) => all.min(usize::from(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_out_of_its_range_is_refused_by_name() {
        let good = ForestConfig::default();
        assert_eq!(good.check(), Ok(()));
        let bad = [
            ("trees", ForestConfig { trees: 0, ..good }),
            ("depth", ForestConfig { depth: 15, ..good }),
            ("min_leaf", ForestConfig { min_leaf: 0, ..good }),
            ("bins", ForestConfig { bins: 1, ..good }),
            ("bins", ForestConfig { bins: 257, ..good }),
            (
                "columns_per_split",
                ForestConfig { columns_per_split: ColumnsPerSplit::Count(0), ..good },
            ),
            ("draws", ForestConfig { draws: Draws::Share(0.0), ..good }),
            ("draws", ForestConfig { draws: Draws::Share(f64::NAN), ..good }),
            ("leaf_strength", ForestConfig { leaf_strength: -1.0, ..good }),
        ];
        for (name, config) in bad {
            let refused = config.check().unwrap_err();
            assert!(refused.to_string().starts_with(name), "{refused}");
        }
    }

    #[test]
    fn every_split_has_at_least_a_column_to_choose_from() {
        assert_eq!(ColumnsPerSplit::Sqrt.of(20), 4);
        assert_eq!(ColumnsPerSplit::Sqrt.of(1), 1);
        assert_eq!(ColumnsPerSplit::All.of(20), 20);
        assert_eq!(ColumnsPerSplit::Count(7).of(3), 3);
    }
}
