//! How many trees of which kind, and when to stop.

use crate::bins::BINS_MAX;
use crate::error::FitError;
use crate::tree::DEPTH_MAX;

/// Parameters of [`crate::Boosted`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoostedConfig {
    /// Trees, one after another; 1 or more. With early stopping: at most so many.
    pub rounds: u16,
    /// What a tree's correction is multiplied by (shrinkage); above 0 and at most 1.
    pub learning_rate: f64,
    /// Splits from the root to a leaf, at most; `1..=14`.
    pub depth: u8,
    /// Least sum of second derivatives in a leaf, 0 or more. An example of weight 1 has at most
    /// 1/4: with 5, a leaf holds 20 of them at least.
    pub min_child_weight: f64,
    /// Penalty `l2 / 2 x leaf^2`, 0 or more: a leaf counts so much second derivative at a
    /// correction of nothing.
    pub l2: f64,
    /// Least gain of a split, 0 or more, in units of log likelihood.
    pub min_gain: f64,
    /// Bins of a column at most, `2..=256`.
    pub bins: u16,
    /// Share of the examples that a tree is grown on, without replacement; above 0, at most 1.
    pub row_share: f64,
    /// Share of the columns that a tree may split on; above 0 and at most 1.
    pub column_share: f64,
    /// Finds the number of rounds inside the training window.
    pub early_stopping: Option<EarlyStopping>,
    /// All chance comes from it.
    pub seed: u64,
}

/// Rounds are counted on a tail of the training window that the trees do not see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EarlyStopping {
    /// Share of the examples that is held out, the latest ones; above 0 and at most 1/2.
    pub tail: f64,
    /// Examples left out before the tail: as many as their outcomes can reach into it.
    pub purge: usize,
    /// Stops after so many rounds without a better log loss on the tail; 1 or more.
    pub patience: u16,
}

impl Default for BoostedConfig {
    fn default() -> Self {
        Self {
            rounds: 100,
            learning_rate: 0.1,
            depth: 3,
            min_child_weight: 5.0,
            l2: 1.0,
            min_gain: 0.0,
            bins: 64,
            row_share: 1.0,
            column_share: 1.0,
            early_stopping: None,
            seed: 0,
        }
    }
}

impl BoostedConfig {
    /// # Errors
    /// [`FitError::Parameter`] for the first that is out of its range.
    pub fn check(&self) -> Result<(), FitError> {
        let share = "above 0 and at most 1";
        let in_share = |x: f64| x > 0.0 && x <= 1.0;
        let zero_or_more = |name, x: f64| {
            FitError::unless(x >= 0.0 && x.is_finite(), name, x, "0 or more and finite")
        };
        let rate = self.learning_rate;
        FitError::unless(self.rounds > 0, "rounds", f64::from(self.rounds), "1 or more")?;
        FitError::unless(in_share(rate), "learning_rate", rate, share)?;
        let depth = (1..=DEPTH_MAX).contains(&self.depth);
        FitError::unless(depth, "depth", f64::from(self.depth), "1 to 14")?;
        zero_or_more("min_child_weight", self.min_child_weight)?;
        zero_or_more("l2", self.l2)?;
        zero_or_more("min_gain", self.min_gain)?;
        let bins = (2..=BINS_MAX).contains(&usize::from(self.bins));
        FitError::unless(bins, "bins", f64::from(self.bins), "2 to 256")?;
        FitError::unless(in_share(self.row_share), "row_share", self.row_share, share)?;
        FitError::unless(in_share(self.column_share), "column_share", self.column_share, share)?;
        self.early_stopping.map_or(Ok(()), EarlyStopping::check)
    }

    /// Trees differ by chance.
    pub(super) fn samples(&self) -> bool {
        self.row_share < 1.0 || self.column_share < 1.0
    }
}

impl EarlyStopping {
    fn check(self) -> Result<(), FitError> {
        let tail = self.tail > 0.0 && self.tail <= 0.5;
        FitError::unless(tail, "early_stopping.tail", self.tail, "above 0 and at most 1/2")?;
        let patience = f64::from(self.patience);
        FitError::unless(self.patience > 0, "early_stopping.patience", patience, "1 or more")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_out_of_its_range_is_refused_by_name() {
        let good = BoostedConfig::default();
        assert_eq!(good.check(), Ok(()));
        let stopping = EarlyStopping { tail: 0.2, purge: 5, patience: 10 };
        let stop = |stopping| BoostedConfig { early_stopping: Some(stopping), ..good };
        assert_eq!(stop(stopping).check(), Ok(()));
        let bad = [
            ("rounds", BoostedConfig { rounds: 0, ..good }),
            ("learning_rate", BoostedConfig { learning_rate: 0.0, ..good }),
            ("learning_rate", BoostedConfig { learning_rate: f64::NAN, ..good }),
            ("depth", BoostedConfig { depth: 0, ..good }),
            ("depth", BoostedConfig { depth: 15, ..good }),
            ("min_child_weight", BoostedConfig { min_child_weight: -1.0, ..good }),
            ("l2", BoostedConfig { l2: f64::INFINITY, ..good }),
            ("min_gain", BoostedConfig { min_gain: f64::NAN, ..good }),
            ("bins", BoostedConfig { bins: 300, ..good }),
            ("row_share", BoostedConfig { row_share: 1.1, ..good }),
            ("column_share", BoostedConfig { column_share: 0.0, ..good }),
            ("early_stopping.tail", stop(EarlyStopping { tail: 0.6, ..stopping })),
            ("early_stopping.patience", stop(EarlyStopping { patience: 0, ..stopping })),
        ];
        for (name, config) in bad {
            let refused = config.check().unwrap_err();
            assert!(refused.to_string().starts_with(name), "{refused}");
        }
    }
}
