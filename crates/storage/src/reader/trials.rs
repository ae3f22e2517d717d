//! Manifests and the ledger of attempts.

use super::{Reader, sql};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::store::RunKey;
use crate::trials::DistinctTrial;

impl Reader {
    /// What it takes to compute a run again; none for runs of before it was kept.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn manifest(&self, run: RunKey) -> Result<Option<String>, StoreError> {
        self.maybe(sql::MANIFEST, [run.0], |r| r.get(0))
    }

    /// Every question ever tried on any data, once each, with its last answer: the same
    /// configuration on the same data is no new attempt.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn distinct_trials(&self) -> Result<Vec<DistinctTrial>, StoreError> {
        self.all(sql::TRIALS, [], |r| {
            Ok(DistinctTrial {
                data_digest: r.get(0)?,
                config_digest: r.get(1)?,
                sharpe: r.get(2)?,
                sessions: uint(r.get(3)?),
            })
        })
    }
}
