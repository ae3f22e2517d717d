//! The regime of each session.

use rusqlite::params;
use tradebot_journal::RegimeRecord;

use super::At;

pub(super) fn project(at: &At<'_>, r: &RegimeRecord) -> rusqlite::Result<()> {
    at.conn
        .prepare_cached(
            "INSERT INTO regime_state (run, session, seq, regime, confidence, severity, trending,
                 direction, strength, adx, atr_percentile, vix, vix_is_proxy, age,
                 transition_probability)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            at.run,
            r.session.to_string(),
            at.seq,
            r.regime.name(),
            r.confidence,
            r.severity,
            r.trending,
            r.direction,
            r.strength,
            r.adx,
            r.atr_percentile,
            r.vix,
            r.vix_is_proxy,
            r.age,
            r.transition_probability
        ])
        .map(|_| ())
}
