//! A forest of histogram trees, grown the same on any number of threads.
//!
//! - **Bagging:** each tree draws examples with replacement in proportion to their weights; see
//!   [`Draws`].
//! - **Splits:** on quantile bins of the training data, over a fresh random choice of columns at
//!   every node, by Gini impurity. Counts are integers, so nothing depends on the order of sums.
//! - **Leaves:** share of wins, shrunk towards the base rate of the training set.
//! - **Score:** mean over the trees.
//!
//! Use it alone with [`Forest::fit`]; the product's member of the same name is a forest of its
//! own recipe (`forest::member`).
//!
//! **Source:** Breiman (2001), Random Forests, Machine Learning 45; leaves as probabilities:
//! Provost and Domingos (2003), Tree Induction for Probability-Based Ranking, Machine Learning 52.

mod config; // how many trees of which kind
mod draws; // which examples a tree sees
mod grow; // one tree from its draws
mod split; // the purest split of a column
mod member; // the product's forest

use rayon::prelude::*;

use crate::bins::Bins;
use crate::bytes::{Reader, Writer};
use crate::chance::Chance;
use crate::error::FitError;
use crate::table::{Examples, Table};
use crate::tree::{Tree, split_shares};
use draws::Bag;
use grow::{Sapling, Soil};

pub use config::{ColumnsPerSplit, Draws, ForestConfig};
pub(crate) use member::recipe;

/// First bytes of a stored forest, the format's version last.
const MAGIC: [u8; 8] = *b"tbforst\x01";

/// Trees and the bins they split on.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    bins: Bins,
    trees: Vec<Tree>,
}

impl Forest {
    /// Grows a forest. Same examples, config and seed: same bits, on any number of threads and on
    /// any machine (rayon's pool is used; no function that differs between machines is).
    ///
    /// # Errors
    /// [`FitError::Parameter`] for a parameter out of its range.
    pub fn fit(config: &ForestConfig, examples: &Examples<'_>) -> Result<Self, FitError> {
        config.check()?;
        let (bins, binned) = Bins::of_table(examples.x(), usize::from(config.bins));
        let soil = Soil {
            bins: &bins,
            binned: &binned,
            won: examples.won(),
            columns: bins.telling(),
            base_rate: examples.base_rate(),
            config,
        };
        let bag = Bag::new(config.draws, examples);
        let trees = grow_all(&soil, &bag);
        Ok(Self { bins, trees })
    }

    /// Probability of a win for one row: the mean of the trees' leaves, in `0.0..=1.0`.
    ///
    /// `None` when the row has another number of columns than the examples had, or holds a value
    /// that is not finite.
    pub fn predict(&self, row: &[f64]) -> Option<f64> {
        let fits = row.len() == self.columns() && row.iter().all(|x| x.is_finite());
        fits.then(|| self.mean(|tree| tree.leaf_of(|column| row[column])))
    }

    /// [`Forest::predict`] for every row of a table, to the same bits and several times faster.
    ///
    /// # Errors
    /// [`FitError::WrongCount`] when the table has another number of columns.
    pub fn predict_all(&self, x: Table<'_>) -> Result<Vec<f64>, FitError> {
        if x.columns() != self.columns() {
            let (expected, found) = (self.columns(), x.columns());
            return Err(FitError::WrongCount { example: 0, expected, found });
        }
        let (mut sums, mut steps) = (vec![0.0; x.rows()], Vec::new());
        for tree in &self.trees {
            tree.add_leaves(x, &mut steps, &mut sums);
        }
        let trees = self.trees.len() as f64;
        for sum in &mut sums {
            *sum /= trees;
        }
        Ok(sums)
    }

    /// Columns of the rows it answers.
    pub fn columns(&self) -> usize {
        self.bins.columns()
    }

    /// Trees, at least 1.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// Share of all splits that each column has; adds up to 1, or to 0 when there is no split.
    ///
    /// Says what the trees look at, not what it is worth: columns with more distinct values are
    /// split on more often even where they are noise (Strobl et al. 2007, BMC Bioinformatics 8).
    /// Shuffling a column of unseen examples has no such bias.
    pub fn importance(&self) -> Vec<f64> {
        split_shares(&self.trees, self.columns())
    }

    /// The forest as bytes: equal forests give equal bytes, on any machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.u16(u16::try_from(self.columns()).expect("columns are few"));
        self.write(&mut writer);
        writer.finish()
    }

    /// Restores a forest: the same answers, bit for bit, and the same bytes again.
    ///
    /// # Errors
    /// [`FitError::Artefact`] when the bytes are no forest of this format. Bytes that pass are
    /// safe to ask: every walk ends and every answer is a probability.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FitError> {
        let read = || {
            let mut reader = Reader::new(bytes);
            if reader.take()? != MAGIC {
                return Err("it is not a forest of this format".to_owned());
            }
            let columns = usize::from(reader.u16()?);
            let forest = Self::read_columns(&mut reader, columns)?;
            reader.finish().map(|()| forest)
        };
        read().map_err(|detail| FitError::Artefact { member: "forest", detail })
    }

    fn mean(&self, leaf_of: impl Fn(&Tree) -> f32) -> f64 {
        let sum = self.trees.iter().fold(0.0, |sum, tree| sum + f64::from(leaf_of(tree)));
        sum / self.trees.len() as f64
    }

    fn write(&self, writer: &mut Writer) {
        self.bins.write(writer);
        writer.u16(u16::try_from(self.trees.len()).expect("made from a u16"));
        for tree in &self.trees {
            tree.write(writer);
        }
    }

    fn read_columns(reader: &mut Reader<'_>, columns: usize) -> Result<Self, String> {
        let bins = Bins::read(reader, columns)?;
        let count = reader.u16()?;
        if count == 0 {
            return Err("it has no trees".to_owned());
        }
        let trees = (0..count)
            .map(|_| Tree::read(reader, &bins, &(0.0..=1.0)))
            .collect::<Result<_, _>>()?;
        Ok(Self { bins, trees })
    }
}

/// Every tree has a stream of chance of its own, so it does not matter who grows it.
fn grow_all(soil: &Soil<'_>, bag: &Bag) -> Vec<Tree> {
    (0..soil.config.trees)
        .into_par_iter()
        .map_init(
            || Sapling::new(soil),
            |sapling, tree| sapling.grow(bag, Chance::new(soil.config.seed, u64::from(tree))),
        )
        .collect()
}

#[cfg(test)]
mod tests;
