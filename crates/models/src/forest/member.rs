//! The product's forest: its recipe, and its columns.
//!
//! Columns are the features, then one 0/1 indicator per policy row. Examples are drawn by
//! uniqueness, as many as they are worth.

use tradebot_domain::Regime;

use super::config::{ColumnsPerSplit, Draws, ForestConfig};
use super::draws::{Bag, worth};
use super::grow::Soil;
use super::{Forest, grow_all};
use crate::bins::Bins;
use crate::bytes::{Reader, Writer};
use crate::chance::Urn;
use crate::input::{Input, column_name, row_indicator};
use crate::training::TrainingSet;
use crate::tree::split_shares;

const TREES: u16 = 60;
const BINS: u16 = 64;
const DEPTH: u8 = 6;
/// Fewest draws in a leaf.
const LEAF_DRAWS: u32 = 20;
/// A leaf counts so many draws at the base rate beside its own.
const LEAF_STRENGTH: f64 = 20.0;
/// At least so many draws per tree, as far as there are examples.
const DRAWS_MIN: usize = 100;

/// Method and parameters in one line.
pub(crate) fn recipe() -> String {
    format!(
        "forest 1: {TREES} trees, depth {DEPTH}, sqrt of the columns per split, {BINS} bins, \
         leaves of {LEAF_DRAWS} draws or more shrunk by {LEAF_STRENGTH}, as many draws as the \
         examples are worth, at least {DRAWS_MIN}"
    )
}

fn config(seed: u64) -> ForestConfig {
    ForestConfig {
        trees: TREES,
        depth: DEPTH,
        min_leaf: LEAF_DRAWS,
        bins: BINS,
        columns_per_split: ColumnsPerSplit::Sqrt,
        draws: Draws::Worth { at_least: DRAWS_MIN },
        leaf_strength: LEAF_STRENGTH,
        seed,
    }
}

impl Forest {
    /// For a checked set.
    pub(crate) fn of_set(set: &TrainingSet, seed: u64) -> Self {
        let config = config(seed);
        let columns = set.feature_count + Regime::ALL.len();
        let (bins, binned) = Bins::of(set.len(), columns, usize::from(BINS), |column, values| {
            column_of(set, column, values);
        });
        let soil = Soil {
            bins: &bins,
            binned: &binned,
            won: &set.won,
            columns: bins.telling(),
            base_rate: set.base_rate(),
            config: &config,
        };
        let draws = worth(set.len(), set.effective_len(), DRAWS_MIN);
        let bag = Bag::Urn { urn: Urn::new(&set.weights), draws };
        let trees = grow_all(&soil, &bag);
        Self { bins, trees }
    }

    /// In `0.0..=1.0` for a checked input.
    pub(crate) fn score(&self, input: &Input<'_>) -> f64 {
        self.mean(|tree| tree.leaf_of(|column| input.column(column)))
    }

    /// Columns by their share of all splits, the commonest first.
    pub(crate) fn leanings(&self) -> Vec<(String, f64)> {
        let features = self.bins.columns() - Regime::ALL.len();
        let shares = split_shares(&self.trees, self.bins.columns());
        let mut named: Vec<_> =
            shares.into_iter().enumerate().map(|(c, s)| (column_name(c, features), s)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1));
        named
    }

    /// Without a heading: the artefact of the member has its own.
    pub(crate) fn write_body(&self, writer: &mut Writer) {
        self.write(writer);
    }

    pub(crate) fn read_body(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        Self::read_columns(reader, feature_count + Regime::ALL.len())
    }
}

fn column_of(set: &TrainingSet, column: usize, values: &mut Vec<f64>) {
    match column.checked_sub(set.feature_count) {
        Some(row) => values.extend(set.rows.iter().map(|r| row_indicator(*r, row))),
        None => values.extend(set.features.iter().skip(column).step_by(set.feature_count)),
    }
}

#[cfg(test)]
mod tests;
