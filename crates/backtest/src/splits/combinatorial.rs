//! Combinatorial purged cross-validation: every choice of folds is the test once.

use std::ops::Range;

use super::{Purging, Split, SplitError, ranges};

/// Most splits of one scheme.
pub const SPLITS_MAX: usize = 100_000;

/// History in folds, of which every choice of so many is tested once while the others, purged and
/// embargoed, are learned from.
///
/// Folds are contiguous with `rows / folds` rows each; the last one takes what is left over. Every
/// fold is tested in `C(folds - 1, tested - 1)` splits, so that as many paths through all of history
/// can be put together from them: `tested / folds * C(folds, tested)`. The first path takes each
/// fold from the first split that tests it, the second from the second, and so on.
///
/// Training rows lie on both sides of a test: this is a check of robustness, not what trading would
/// have earned.
///
/// **Source:** Lopez de Prado (2018), Advances in Financial Machine Learning, chapter 12.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Combinatorial {
    rows: usize,
    folds: usize,
    purging: Purging,
    /// Tested folds of every split, in lexicographic order.
    tested: Vec<Vec<usize>>,
}

impl Combinatorial {
    /// Splits with `tested` of `folds` folds in the test.
    ///
    /// # Errors
    /// [`SplitError`] for no tested fold or none left, for fewer rows than folds, for more than
    /// [`SPLITS_MAX`] splits, when purging leaves a split nothing to learn from, and for label ends
    /// of another number of rows.
    pub fn new(
        rows: usize,
        folds: usize,
        tested: usize,
        purging: Purging,
    ) -> Result<Self, SplitError> {
        purging.check(rows)?;
        let allowed = tested > 0 && tested < folds && folds <= rows;
        if !allowed || combinations(folds, tested) > SPLITS_MAX {
            return Err(SplitError::Folds { folds, tested, rows });
        }
        let splits = Self { rows, folds, purging, tested: choices(folds, tested) };
        let bare = splits.iter().find(|split| split.train.is_empty());
        match bare.map(|split| split.test[0].start) {
            Some(test) => Err(SplitError::NothingToLearn { test }),
            None => Ok(splits),
        }
    }

    /// Splits.
    pub fn splits(&self) -> usize {
        self.tested.len()
    }

    /// Rows of a fold below the number of folds.
    pub fn fold(&self, fold: usize) -> Range<usize> {
        let size = self.rows / self.folds;
        let until = if fold + 1 == self.folds { self.rows } else { (fold + 1) * size };
        fold * size..until
    }

    /// Tested folds of a split below [`Self::splits`], ascending.
    pub fn tested(&self, split: usize) -> &[usize] {
        &self.tested[split]
    }

    /// All splits in the lexicographic order of their tested folds.
    pub fn iter(&self) -> impl Iterator<Item = Split> {
        self.tested.iter().map(|folds| {
            let apart: Vec<Range<usize>> = folds.iter().map(|fold| self.fold(*fold)).collect();
            let test = ranges(self.rows, |row| apart.iter().any(|fold| fold.contains(&row)));
            Split { train: self.purging.beside(&test, self.rows), test }
        })
    }

    /// Paths through all of history: for every path the split that each fold is taken from.
    pub fn paths(&self) -> Vec<Vec<usize>> {
        let testing = |fold: usize| -> Vec<usize> {
            (0..self.splits()).filter(|split| self.tested[*split].contains(&fold)).collect()
        };
        let by_fold: Vec<Vec<usize>> = (0..self.folds).map(testing).collect();
        (0..by_fold[0].len())
            .map(|path| by_fold.iter().map(|splits| splits[path]).collect())
            .collect()
    }

    /// Puts results together along every path: `[paths][rows]`.
    ///
    /// - `results`: per split, one value per tested row in the order of the rows; returns, say.
    ///
    /// # Errors
    /// [`SplitError::Results`] when they do not fit the splits.
    pub fn along_paths(&self, results: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, SplitError> {
        let splits = self.splits();
        if results.len() != splits {
            return Err(SplitError::Results {
                split: splits,
                found: results.len(),
                expected: splits,
            });
        }
        for (split, result) in results.iter().enumerate() {
            let expected = self.tested[split].iter().map(|fold| self.fold(*fold).len()).sum();
            if result.len() != expected {
                return Err(SplitError::Results { split, found: result.len(), expected });
            }
        }
        let of_fold = |fold: usize, split: usize| {
            let before = self.tested[split].iter().take_while(|tested| **tested < fold);
            let start: usize = before.map(|earlier| self.fold(*earlier).len()).sum();
            &results[split][start..start + self.fold(fold).len()]
        };
        let along = |path: Vec<usize>| -> Vec<f64> {
            path.iter()
                .enumerate()
                .flat_map(|(fold, split)| of_fold(fold, *split))
                .copied()
                .collect()
        };
        Ok(self.paths().into_iter().map(along).collect())
    }
}

/// `C(n, k)`, or more than [`SPLITS_MAX`] when it is more.
fn combinations(n: usize, k: usize) -> usize {
    let mut count = 1;
    for i in 0..k.min(n - k) {
        count = count * (n - i) / (i + 1);
        if count > SPLITS_MAX {
            break;
        }
    }
    count
}

/// All choices of `k` of `0..n` in lexicographic order, each ascending; `k` from 1 to `n`.
fn choices(n: usize, k: usize) -> Vec<Vec<usize>> {
    let mut all = Vec::new();
    let mut choice: Vec<usize> = (0..k).collect();
    loop {
        all.push(choice.clone());
        // The last place that can still move on; those after it follow closely.
        let Some(place) = (0..k).rfind(|place| choice[*place] < n - k + place) else {
            return all;
        };
        choice[place] += 1;
        for after in place + 1..k {
            choice[after] = choice[after - 1] + 1;
        }
    }
}
