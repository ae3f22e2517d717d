//! Fitted models, kept by what they were fitted on.

use rusqlite::params;
use tradebot_journal::FitRecord;

use super::At;

/// Keeps the artefact unless one with the same training digest is there; a fit without one (it
/// came from the store) adds nothing.
pub(super) fn project(at: &At<'_>, r: &FitRecord) -> rusqlite::Result<()> {
    if r.artefact.is_empty() {
        return Ok(());
    }
    at.conn
        .prepare_cached(
            "INSERT OR IGNORE INTO model_artefacts
                 (training_digest, model_digest, member, session, examples, checksum, artefact)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            r.training_digest,
            r.model_digest,
            r.member.as_str(),
            r.session.to_string(),
            r.examples,
            blake3::hash(&r.artefact).as_bytes(),
            r.artefact
        ])
        .map(|_| ())
}
