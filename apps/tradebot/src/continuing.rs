//! Before a run is continued: its rows must teach what its journal says that they taught.
//!
//! A continued run is computed anew and compared entry by entry, so nothing depends on these rows.
//! But a database whose calibration history has been changed or lost is not to be built upon, and
//! the comparison of entries would not see it: it reads the journal, not the tables.

use std::path::Path;

use tradebot_engine::Engine;
use tradebot_storage::{Mode, RunHandle, Store};

use crate::exit::Failure;
use crate::reading;

/// Lets a run's rows teach an engine's state before its first session, and compares with the last
/// learned state on record.
///
/// # Errors
/// When the two differ, or the database cannot be read.
pub fn check_learned(
    home: &Path,
    mode: Mode,
    handle: &RunHandle,
    engine: &Engine,
) -> Result<(), Failure> {
    let reader = Store::open_read(home, mode)?;
    let Some(recorded) = reader.learned(handle.key)?.pop() else { return Ok(()) };
    let mut recollection = engine.recollection();
    let mut found = None;
    for session in reading::learned_so_far(&reader, handle.key)? {
        found = recollection.take(&session).map_err(Failure::work)?.or(found);
    }
    if found.as_ref() == Some(&recorded) {
        return Ok(());
    }
    let taught = found.map_or_else(
        || "teach nothing".to_owned(),
        |f| format!("end on {} with a consensus Brier score of {:?}", f.session, f.consensus_brier),
    );
    Err(Failure::work(format!(
        "{}: its journal ends on {} with a consensus Brier score of {:?}, but the outcome and \
         prediction rows of {} {taught}: rows were changed or lost. Restore the file from a copy, \
         or begin anew in another --home",
        handle.id,
        recorded.session,
        recorded.consensus_brier,
        reader.path().display(),
    )))
}
