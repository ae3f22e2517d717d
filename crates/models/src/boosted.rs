//! Gradient-boosted trees for probabilities: each tree corrects what the ones before got wrong.
//!
//! - **Loss:** logistic, by its first and second derivatives g = p - y and h = p (1 - p), each
//!   times the weight of the example.
//! - **Splits:** on quantile bins, by the gain G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2) -
//!   G^2 / (H + l2); leaves say - rate x G / (H + l2), in log odds.
//! - **Sums:** g and h are rounded to fixed point before they are added, so sums do not depend on
//!   their order, and the histogram of a node less that of its smaller child is exactly that of
//!   the larger one: only half of the examples are ever counted.
//! - **Chance:** rows and columns of each tree, from its own seeded stream.
//!
//! **Source:** Friedman (2001), Greedy Function Approximation, Annals of Statistics 29, for
//! boosting and shrinkage; Chen and Guestrin (2016), XGBoost, sections 2.1 to 2.3, for the second
//! order, the penalty and the column sample; Ke et al. (2017), LightGBM, for histograms and their
//! subtraction; Friedman (2002), Stochastic Gradient Boosting, for the row sample.

mod config; // how many trees of which kind, and when to stop
mod fixed; // derivatives in fixed point
mod grow; // one tree from the derivatives
mod stop; // rounds from a tail of the window
mod member; // the product's boosted trees

use crate::bins::Bins;
use crate::bytes::{Reader, Writer};
use crate::chance::Chance;
use crate::error::FitError;
use crate::regression::sigmoid;
use crate::table::{Examples, Table};
use crate::tree::{Tree, split_shares};
use fixed::Slopes;
use grow::Grower;

pub use config::{BoostedConfig, EarlyStopping};
pub(crate) use member::recipe;
pub(crate) use stop::losses_by_round;

/// First bytes of stored boosted trees, the format's version last.
const MAGIC: [u8; 8] = *b"tbboost\x01";
/// Log odds beyond this are 0 or 1 in an f64.
const LOG_ODDS_MAX: f64 = 40.0;

/// Trees whose leaves add up to log odds.
#[derive(Debug, Clone, PartialEq)]
pub struct Boosted {
    bins: Bins,
    /// Log odds of the base rate.
    start: f64,
    trees: Vec<Tree>,
}

impl Boosted {
    /// Boosts trees. Same examples and config: same bits. Between platforms the last bits may
    /// differ, as `exp` and `ln` do.
    ///
    /// With [`BoostedConfig::early_stopping`] the number of rounds is found on a tail of the
    /// examples, which must stand in the order of time, and then all examples are fitted for so
    /// many rounds.
    ///
    /// # Errors
    /// - [`FitError::Parameter`] for a parameter out of its range.
    /// - [`FitError::Lengths`] when nothing is left before the tail.
    pub fn fit(config: &BoostedConfig, examples: &Examples<'_>) -> Result<Self, FitError> {
        config.check()?;
        let rounds = match config.early_stopping {
            None => config.rounds,
            Some(stopping) => stop::best_rounds(config, stopping, examples)?,
        };
        let mut boosting = Boosting::new(config, examples);
        for _ in 0..rounds {
            if !boosting.round() {
                break;
            }
        }
        Ok(boosting.finish())
    }

    /// Probability of a win for one row, in `0.0..=1.0`.
    ///
    /// `None` when the row has another number of columns than the examples had, or holds a value
    /// that is not finite.
    pub fn predict(&self, row: &[f64]) -> Option<f64> {
        let fits = row.len() == self.columns() && row.iter().all(|x| x.is_finite());
        fits.then(|| self.probability(|column| row[column]))
    }

    /// [`Boosted::predict`] for every row of a table, to the same bits and faster.
    ///
    /// # Errors
    /// [`FitError::WrongCount`] when the table has another number of columns.
    pub fn predict_all(&self, x: Table<'_>) -> Result<Vec<f64>, FitError> {
        if x.columns() != self.columns() {
            let (expected, found) = (self.columns(), x.columns());
            return Err(FitError::WrongCount { example: 0, expected, found });
        }
        let (mut log_odds, mut steps) = (vec![self.start; x.rows()], Vec::new());
        for tree in &self.trees {
            tree.add_leaves(x, &mut steps, &mut log_odds);
        }
        Ok(log_odds.into_iter().map(sigmoid).collect())
    }

    /// Columns of the rows it answers.
    pub fn columns(&self) -> usize {
        self.bins.columns()
    }

    /// Trees; 0 when nothing but the base rate was worth learning.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// Share of all splits that each column has; adds up to 1, or to 0 when there is no split.
    pub fn importance(&self) -> Vec<f64> {
        split_shares(&self.trees, self.columns())
    }

    /// The trees as bytes: equal ones give equal bytes, on any machine.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.u16(u16::try_from(self.columns()).expect("columns are few"));
        self.write(&mut writer);
        writer.finish()
    }

    /// Restores the trees: the same answers, bit for bit, and the same bytes again.
    ///
    /// # Errors
    /// [`FitError::Artefact`] when the bytes are no boosted trees of this format. Bytes that pass
    /// are safe to ask: every walk ends and every answer is a probability.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FitError> {
        let read = || {
            let mut reader = Reader::new(bytes);
            if reader.take()? != MAGIC {
                return Err("they are not boosted trees of this format".to_owned());
            }
            let columns = usize::from(reader.u16()?);
            let boosted = Self::read(&mut reader, columns)?;
            reader.finish().map(|()| boosted)
        };
        read().map_err(|detail| FitError::Artefact { member: "boosted", detail })
    }

    fn probability(&self, value: impl Fn(usize) -> f64) -> f64 {
        let add = |sum, tree: &Tree| sum + f64::from(tree.leaf_of(&value));
        sigmoid(self.trees.iter().fold(self.start, add))
    }

    fn write(&self, writer: &mut Writer) {
        self.bins.write(writer);
        writer.f64(self.start);
        writer.u16(u16::try_from(self.trees.len()).expect("made from a u16"));
        for tree in &self.trees {
            tree.write(writer);
        }
    }

    fn read(reader: &mut Reader<'_>, columns: usize) -> Result<Self, String> {
        let bins = Bins::read(reader, columns)?;
        let start = reader.f64()?;
        let count = reader.u16()?;
        let leaves = -fixed::LEAF_MAX..=fixed::LEAF_MAX;
        let trees =
            (0..count).map(|_| Tree::read(reader, &bins, &leaves)).collect::<Result<_, _>>()?;
        Ok(Self { bins, start, trees })
    }
}

/// Boosting on its way.
struct Boosting<'a> {
    config: &'a BoostedConfig,
    examples: Examples<'a>,
    bins: Bins,
    grower: Grower<'a>,
    slopes: Slopes,
    /// Log odds of every example so far.
    log_odds: Vec<f64>,
    start: f64,
    trees: Vec<Tree>,
}

impl<'a> Boosting<'a> {
    fn new(config: &'a BoostedConfig, examples: &Examples<'a>) -> Self {
        let (bins, binned) = Bins::of_table(examples.x(), usize::from(config.bins));
        let rate = examples.base_rate();
        let start = (rate / (1.0 - rate)).ln().clamp(-LOG_ODDS_MAX, LOG_ODDS_MAX);
        Self {
            config,
            examples: *examples,
            grower: Grower::new(config, binned, &bins),
            bins,
            slopes: Slopes::new(examples),
            log_odds: vec![start; examples.len()],
            start,
            trees: Vec::new(),
        }
    }

    /// Adds a tree. `false` when none has a gain: none ever will, unless rows or columns are
    /// sampled.
    fn round(&mut self) -> bool {
        let stream = u64::try_from(self.trees.len()).expect("rounds are counted in 16 bits");
        let mut chance = Chance::new(self.config.seed, stream);
        self.slopes.update(&self.examples, &self.log_odds);
        let tree = self.grower.grow(&self.slopes, &self.bins, &mut chance);
        tree.add_leaves(self.examples.x(), &mut Vec::new(), &mut self.log_odds);
        let useful = tree.0.len() > 1 || self.config.samples();
        if useful {
            self.trees.push(tree);
        }
        useful
    }

    fn finish(self) -> Boosted {
        Boosted { bins: self.bins, start: self.start, trees: self.trees }
    }
}

#[cfg(test)]
mod tests;
