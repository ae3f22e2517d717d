//! The driver of a replay: one session after the other, until the end or until asked to stop.

use tradebot_domain::{Feed, Moment, SessionData};
use tradebot_engine::{Engine, EngineError, Observer};
use tradebot_journal::{Ledger, RunFinished};

/// How a replay ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// All sessions are done.
    Finished(RunFinished),
    /// It was asked to stop; everything up to this session is durable.
    Interrupted {
        /// Last session processed, if any was.
        after: Option<Moment>,
    },
}

/// Feeds an engine: first the warm-up, of which nothing is recorded, then the run.
///
/// `stop` is asked after every session; when it says yes, the journal is made durable and the
/// replay ends as interrupted. The same configuration continues it later.
///
/// # Errors
/// [`EngineError`] from the engine or its journal.
pub fn replay(
    engine: &mut Engine,
    (warm_up, run): (&mut dyn Feed, &mut dyn Feed),
    ledger: &mut dyn Ledger,
    observer: &mut dyn Observer,
    stop: &mut dyn FnMut() -> bool,
) -> Result<Ending, EngineError> {
    let mut session = SessionData::empty(engine.config().from.into());
    while warm_up.next_into(&mut session) {
        engine.observe(&session);
        if stop() {
            return Ok(Ending::Interrupted { after: None });
        }
    }
    engine.begin(ledger)?;
    // Another feed: it is to be given a buffer that no other has filled.
    let mut session = SessionData::empty(engine.config().from.into());
    while run.next_into(&mut session) {
        engine.run_session(&session, ledger, observer)?;
        if stop() {
            ledger.commit(true)?;
            return Ok(Ending::Interrupted { after: Some(session.session) });
        }
    }
    Ok(Ending::Finished(engine.finish(ledger)?))
}
