//! Values to bins: at most 256 per column, cut at quantiles of the training data.
//!
//! Where a column has no more distinct values than bins, every value has a bin of its own and a
//! split on bins is a split on values; else the bins hold about equal numbers of examples, and the
//! best split on bins loses no more purity (wins^2 / examples, summed over both sides) than a bin
//! holds examples.
//!
//! **Source:** Ke et al. (2017), LightGBM, section 2.1, and Chen and Guestrin (2016), XGBoost,
//! section 3.2, which split on quantile bins too.

use rayon::prelude::*;

use crate::bytes::{Reader, Writer};
use crate::table::Table;

/// Most bins of a column: a bin is one byte.
pub(crate) const BINS_MAX: usize = 256;

/// Upper edges of the bins of each column but the last bin's, ascending.
///
/// A value lies in bin `b` when it is at most edge `b` and above edge `b - 1`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bins {
    edges: Vec<Vec<f64>>,
}

/// The bin of every value, column by column in one piece of memory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Binned {
    rows: usize,
    bins: Vec<u8>,
}

impl Binned {
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bins of one column, one per row.
    pub(crate) fn column(&self, column: usize) -> &[u8] {
        &self.bins[column * self.rows..(column + 1) * self.rows]
    }
}

impl Bins {
    /// Bins of `columns` columns of `rows` values each, `most` per column, and the bin of every
    /// value. `column` hands out the values of a column.
    pub(crate) fn of(
        rows: usize,
        columns: usize,
        most: usize,
        column: impl Fn(usize, &mut Vec<f64>) + Sync,
    ) -> (Self, Binned) {
        let mut bins = vec![0; rows * columns];
        let edges = bins
            .par_chunks_mut(rows.max(1))
            .enumerate()
            .map_init(Vec::new, |values, (c, binned)| {
                values.clear();
                column(c, values);
                let edges = edges_of(values, most);
                for (bin, x) in binned.iter_mut().zip(values) {
                    *bin = bin_of(&edges, *x);
                }
                edges
            })
            .collect();
        (Self { edges }, Binned { rows, bins })
    }

    /// Bins of a table.
    pub(crate) fn of_table(x: Table<'_>, most: usize) -> (Self, Binned) {
        Self::of(x.rows(), x.columns(), most, |c, values| values.extend(x.column(c)))
    }

    pub(crate) fn columns(&self) -> usize {
        self.edges.len()
    }

    /// Bins of a column, 1 when nothing can be told apart.
    pub(crate) fn count(&self, column: usize) -> usize {
        self.edges[column].len() + 1
    }

    /// Columns with more than one bin.
    pub(crate) fn telling(&self) -> Vec<u16> {
        let all = u16::try_from(self.columns()).expect("columns are few");
        (0..all).filter(|column| self.count(usize::from(*column)) > 1).collect()
    }

    /// Upper edge of a bin; none for the last.
    pub(crate) fn edge(&self, column: usize, bin: u8) -> Option<f64> {
        self.edges.get(column)?.get(usize::from(bin)).copied()
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        for edges in &self.edges {
            writer.u8(u8::try_from(edges.len()).expect("fewer than the bins"));
            writer.floats(edges);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, columns: usize) -> Result<Self, String> {
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

/// Number of edges below the value.
fn bin_of(edges: &[f64], x: f64) -> u8 {
    u8::try_from(edges.partition_point(|edge| *edge < x)).expect("fewer edges than bins")
}

/// Between all distinct values when they are few, else below the quantiles 1/most, 2/most, ...
fn edges_of(values: &[f64], most: usize) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if let Some(distinct) = few_distinct(&sorted, most) {
        return distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    }
    let mut edges: Vec<f64> = (1..most)
        .filter_map(|k| {
            let at = k * sorted.len() / most;
            let upper = sorted[at];
            let below = sorted[..at].partition_point(|x| *x < upper).checked_sub(1)?;
            Some(between(sorted[below], upper))
        })
        .collect();
    edges.dedup_by(|a, b| a == b);
    edges
}

/// The distinct values when there are no more than `most`. -0.0 and 0.0 are one value to a
/// comparison.
fn few_distinct(sorted: &[f64], most: usize) -> Option<Vec<f64>> {
    let mut distinct: Vec<f64> = Vec::new();
    for x in sorted {
        if distinct.last() != Some(x) {
            if distinct.len() == most {
                return None;
            }
            distinct.push(*x);
        }
    }
    Some(distinct)
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
        assert_eq!(edges_of(&values, 64), [0.5]);
        assert_eq!(edges_of(&[3.0; 40], 64), [] as [f64; 0]);
        assert_eq!(edges_of(&[-0.0, 0.0, -0.0], 64), [] as [f64; 0], "two zeros are one value");
        let all: Vec<f64> = (0..256).map(f64::from).collect();
        assert_eq!(edges_of(&all, 256).len(), 255);
    }

    #[test]
    fn many_values_share_the_bins_evenly() {
        let values: Vec<f64> = (0..6_400).map(f64::from).collect();
        for most in [64, 256] {
            let edges = edges_of(&values, most);
            assert_eq!(edges.len(), most - 1);
            let mut counts = vec![0; most];
            for x in &values {
                counts[usize::from(bin_of(&edges, *x))] += 1;
            }
            assert!(counts.iter().all(|n| *n == 6_400 / most), "{counts:?}");
        }
    }

    #[test]
    fn neighbours_and_extremes_have_an_edge_between_them() {
        let next = 1.0_f64.next_up();
        assert_eq!(between(1.0, next), 1.0);
        assert!((f64::MIN..f64::MAX).contains(&between(f64::MIN, f64::MAX)));
    }

    #[test]
    fn columns_lie_one_after_another() {
        let x = Table::new(&[1.0, 30.0, 2.0, 20.0, 3.0, 10.0], 2).unwrap();
        let (bins, binned) = Bins::of_table(x, 64);
        assert_eq!((binned.column(0), binned.column(1)), (&[0, 1, 2][..], &[2, 1, 0][..]));
        assert_eq!((bins.columns(), bins.count(1), bins.telling()), (2, 3, vec![0, 1]));
    }

    proptest! {
        #[test]
        fn edges_ascend_and_a_bin_says_on_which_side_of_each_edge_a_value_lies(
            values in prop::collection::vec(prop_oneof![-3.0_f64..3.0, Just(0.0), Just(1.5)], 1..400),
            x in -4.0_f64..4.0,
            most in 2_usize..=256,
        ) {
            let edges = edges_of(&values, most);
            prop_assert!(edges.len() < most && edges.is_sorted_by(|a, b| a < b));
            let bin = usize::from(bin_of(&edges, x));
            for (b, edge) in edges.iter().enumerate() {
                prop_assert_eq!(bin <= b, x <= *edge);
            }
        }
    }
}
