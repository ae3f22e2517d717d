//! Closes and reasons of a whole run, for figures.

use tradebot_domain::{Moment, Symbol};

use super::{Reader, parsed, sql};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::store::RunKey;

impl Reader {
    /// Every close a decision was taken on, by symbol and session: symbol, session, raw close,
    /// and the product of split and dividend factors up to then.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn closes(&self, run: RunKey) -> Result<Vec<(Symbol, Moment, f64, f64)>, StoreError> {
        self.all(sql::CLOSES, [run.0], |r| {
            Ok((parsed(r, 0)?, parsed(r, 1)?, parsed(r, 2)?, r.get(3)?))
        })
    }

    /// How often each reason for no trade occurred, by reason.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn reasons(&self, run: RunKey) -> Result<Vec<(String, u64)>, StoreError> {
        self.all(sql::REASONS, [run.0], |r| Ok((r.get(0)?, uint(r.get(1)?))))
    }
}
