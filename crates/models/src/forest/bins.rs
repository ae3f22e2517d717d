//! Values to bins: at most 64 per column, cut at quantiles of the training data.

use rayon::prelude::*;
use tradebot_domain::Regime;

use crate::bytes::{Reader, Writer};
use crate::input::row_indicator;
use crate::training::TrainingSet;

/// Most bins of a column.
pub(super) const BINS: usize = 64;

/// Upper edges of the bins of each column but the last bin's, ascending.
///
/// A value lies in bin `b` when it is at most edge `b` and above edge `b - 1`. Columns are the
/// features, then one indicator per policy row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bins {
    edges: Vec<Vec<f64>>,
}

impl Bins {
    /// Bins of a training set, and the bin of every example, column by column.
    pub(super) fn of(set: &TrainingSet) -> (Self, Vec<Vec<u8>>) {
        let columns = set.feature_count + Regime::ALL.len();
        (0..columns)
            .into_par_iter()
            .map(|column| {
                let values = column_of(set, column);
                let edges = edges_of(&values);
                let binned = values.iter().map(|x| bin_of(&edges, *x)).collect();
                (edges, binned)
            })
            .collect::<Vec<(Vec<f64>, Vec<u8>)>>()
            .into_iter()
            .fold(
                (Self { edges: Vec::new() }, Vec::new()),
                |(mut bins, mut all), (edges, binned)| {
                    bins.edges.push(edges);
                    all.push(binned);
                    (bins, all)
                },
            )
    }

    pub(super) fn columns(&self) -> usize {
        self.edges.len()
    }

    /// Bins of a column, 1 when nothing can be told apart.
    pub(super) fn count(&self, column: usize) -> usize {
        self.edges[column].len() + 1
    }

    /// Upper edge of a bin; none for the last.
    pub(super) fn edge(&self, column: usize, bin: u8) -> Option<f64> {
        self.edges.get(column)?.get(usize::from(bin)).copied()
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        for edges in &self.edges {
            writer.u8(u8::try_from(edges.len()).expect("fewer than the bins"));
            writer.floats(edges);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>, columns: usize) -> Result<Self, String> {
        let mut edges = Vec::new();
        for _ in 0..columns {
            let count = usize::from(reader.u8()?);
            let column = reader.floats(count)?;
            if !column.is_sorted_by(|a, b| a < b) {
                return Err("edges of bins do not ascend".to_owned());
            }
            edges.push(column);
        }
        Ok(Self { edges })
    }
}

fn column_of(set: &TrainingSet, column: usize) -> Vec<f64> {
    match column.checked_sub(set.feature_count) {
        Some(row) => set.rows.iter().map(|r| row_indicator(*r, row)).collect(),
        None => set.features.iter().skip(column).step_by(set.feature_count).copied().collect(),
    }
}

/// Number of edges below the value.
fn bin_of(edges: &[f64], x: f64) -> u8 {
    u8::try_from(edges.partition_point(|edge| *edge < x)).expect("fewer edges than bins")
}

/// Between all distinct values when they are few, else below the quantiles 1/64 to 63/64.
fn edges_of(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // -0.0 and 0.0 are one value to a comparison.
    let mut distinct = sorted.clone();
    distinct.dedup_by(|a, b| a == b);
    if distinct.len() <= BINS {
        return distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    }
    let mut edges: Vec<f64> = (1..BINS)
        .filter_map(|k| {
            let upper = sorted[k * sorted.len() / BINS];
            let below = distinct.partition_point(|x| *x < upper).checked_sub(1)?;
            Some(between(distinct[below], upper))
        })
        .collect();
    edges.dedup_by(|a, b| a == b);
    edges
}

/// A number at or above `low` and below `high`, in the middle where there is one.
fn between(low: f64, high: f64) -> f64 {
    let middle = f64::midpoint(low, high);
    if middle < high { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_values_are_all_told_apart_however_rare() {
        let mut values = vec![0.0; 10_000];
        values[77] = 1.0;
        assert_eq!(edges_of(&values), [0.5]);
        assert_eq!(edges_of(&[3.0; 40]), [] as [f64; 0]);
        assert_eq!(edges_of(&[-0.0, 0.0, -0.0]), [] as [f64; 0], "two zeros are one value");
    }

    #[test]
    fn many_values_share_64_bins_evenly() {
        let values: Vec<f64> = (0..6_400).map(f64::from).collect();
        let edges = edges_of(&values);
        assert_eq!(edges.len(), BINS - 1);
        let mut counts = [0; BINS];
        for x in &values {
            counts[usize::from(bin_of(&edges, *x))] += 1;
        }
        assert_eq!(counts, [100; BINS]);
    }

    #[test]
    fn neighbours_and_extremes_have_an_edge_between_them() {
        let next = 1.0_f64.next_up();
        assert_eq!(between(1.0, next), 1.0);
        assert!((f64::MIN..f64::MAX).contains(&between(f64::MIN, f64::MAX)));
    }

    proptest! {
        #[test]
        fn edges_ascend_and_a_bin_says_on_which_side_of_each_edge_a_value_lies(
            values in prop::collection::vec(prop_oneof![-3.0_f64..3.0, Just(0.0), Just(1.5)], 1..400),
            x in -4.0_f64..4.0,
        ) {
            let edges = edges_of(&values);
            prop_assert!(edges.len() < BINS && edges.is_sorted_by(|a, b| a < b));
            let bin = usize::from(bin_of(&edges, x));
            for (b, edge) in edges.iter().enumerate() {
                prop_assert_eq!(bin <= b, x <= *edge);
            }
        }
    }
}
