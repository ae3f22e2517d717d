//! The product's boosted trees: their recipe, and their columns.
//!
//! Columns are the features, then one 0/1 indicator per policy row; derivatives count by
//! uniqueness. Few shallow trees and small steps: outcomes overlap, and there is little to find.

use tradebot_domain::Regime;

use super::Boosted;
use super::config::BoostedConfig;
use crate::bytes::{Reader, Writer};
use crate::error::FitError;
use crate::input::{Input, column_name, row_indicator};
use crate::table::{Examples, Table};
use crate::training::TrainingSet;

const ROUNDS: u16 = 60;
const RATE: f64 = 0.05;
const DEPTH: u8 = 3;
/// Least second derivative in a leaf: that of 20 independent outcomes.
const LEAF_WEIGHT: f64 = 5.0;
/// A leaf counts the second derivative of 80 more outcomes at no correction.
const L2: f64 = 20.0;
const BINS: u16 = 64;
const COLUMN_SHARE: f64 = 0.5;

/// Method and parameters in one line.
pub(crate) fn recipe() -> String {
    format!(
        "boosted 1: {ROUNDS} rounds of depth {DEPTH}, rate {RATE}, L2 {L2}, second derivative of \
         {LEAF_WEIGHT} or more in a leaf, {BINS} bins, {COLUMN_SHARE} of the columns per tree, \
         weights by uniqueness"
    )
}

fn config(seed: u64) -> BoostedConfig {
    BoostedConfig {
        rounds: ROUNDS,
        learning_rate: RATE,
        depth: DEPTH,
        min_child_weight: LEAF_WEIGHT,
        l2: L2,
        min_gain: 0.0,
        bins: BINS,
        row_share: 1.0,
        column_share: COLUMN_SHARE,
        early_stopping: None,
        seed,
    }
}

impl Boosted {
    /// For a checked set.
    pub(crate) fn of_set(set: &TrainingSet, seed: u64) -> Result<Self, FitError> {
        let columns = set.feature_count + Regime::ALL.len();
        let mut values = Vec::with_capacity(set.len() * columns);
        for (i, row) in set.rows.iter().enumerate() {
            values.extend_from_slice(set.example(i));
            values.extend((0..Regime::ALL.len()).map(|k| row_indicator(*row, k)));
        }
        let x = Table::new(&values, columns)?;
        Self::fit(&config(seed), &Examples::new(x, &set.won)?.weighted(&set.weights)?)
    }

    /// In `0.0..=1.0` for a checked input.
    pub(crate) fn score(&self, input: &Input<'_>) -> f64 {
        self.probability(|column| input.column(column))
    }

    /// Columns by their share of all splits, the commonest first.
    pub(crate) fn leanings(&self) -> Vec<(String, f64)> {
        let features = self.columns() - Regime::ALL.len();
        let shares = self.importance().into_iter().enumerate();
        let mut named: Vec<_> = shares.map(|(c, s)| (column_name(c, features), s)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1));
        named
    }

    /// Without a heading: the artefact of the member has its own.
    pub(crate) fn write_body(&self, writer: &mut Writer) {
        self.write(writer);
    }

    pub(crate) fn read_body(reader: &mut Reader<'_>, feature_count: usize) -> Result<Self, String> {
        Self::read(reader, feature_count + Regime::ALL.len())
    }
}
