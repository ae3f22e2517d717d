//! The end of a run.

use rusqlite::params;
use tradebot_journal::RunFinished;

use super::{At, int};

pub(super) fn finished(at: &At<'_>, r: &RunFinished) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "UPDATE runs SET status = 'finished', cycles = ?2, decisions = ?3, trades = ?4,
                             final_equity = ?5, digest = ?6
             WHERE number = ?1",
        )?
        .execute(params![
            at.run,
            r.cycles,
            int(r.decisions),
            r.trades,
            r.final_equity.to_string(),
            r.digest
        ])
        .map(|_| ())
}
