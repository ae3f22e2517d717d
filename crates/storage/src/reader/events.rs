//! The journal itself: events of a run, by kind, in order.

use rusqlite::params;
use serde::de::DeserializeOwned;
use tradebot_journal::{Event, FitRecord, LearnedRecord, RegimeRecord, RiskRecord};

use super::{Reader, sql};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::project::int;
use crate::store::RunKey;

impl Reader {
    /// Events of a run from entry `from` on, at most `limit`, in order; of one kind (see
    /// [`Event::kind`]) or of all. Each comes with its sequence, so that a tail can go on after it.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for an entry that does not read back.
    pub fn events(
        &self,
        run: RunKey,
        kind: Option<&str>,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        let rows: Vec<(u64, String)> = match kind {
            Some(kind) => self.bodies(run, kind, from, limit)?,
            None => self.bodies_of_all_kinds(run, from, limit)?,
        };
        rows.into_iter().map(|(seq, body)| Ok((seq, self.read(seq, &body, "an event")?))).collect()
    }

    /// Hands every event of a run to `f`, in order, one at a time; stops at the first error.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for an entry that does not read back, or what `f` returns.
    pub fn for_each_event<E: From<StoreError>>(
        &self,
        run: RunKey,
        mut f: impl FnMut(u64, Event) -> Result<(), E>,
    ) -> Result<(), E> {
        const PAGE: u32 = 512;
        let mut from = self.first_seq(run)?;
        loop {
            let page = self.events(run, None, from, PAGE)?;
            let Some(last) = page.last().map(|(seq, _)| *seq) else { return Ok(()) };
            page.into_iter().try_for_each(|(seq, event)| f(seq, event))?;
            from = last + 1;
        }
    }

    /// What each session's outcomes taught.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn learned(&self, run: RunKey) -> Result<Vec<LearnedRecord>, StoreError> {
        self.records(run, "learned")
    }

    /// Refits of members, without their artefacts.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn fits(&self, run: RunKey) -> Result<Vec<FitRecord>, StoreError> {
        self.records(run, "model_fitted")
    }

    /// The regime of each session.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn regimes(&self, run: RunKey) -> Result<Vec<RegimeRecord>, StoreError> {
        self.records(run, "regime")
    }

    /// Risk events.
    ///
    /// # Errors
    /// [`StoreError`] when an entry does not read back.
    pub fn risk_events(&self, run: RunKey) -> Result<Vec<RiskRecord>, StoreError> {
        self.records(run, "risk")
    }

    /// All records of one kind. A record reads from the body of its event; the tag is skipped.
    pub(super) fn records<T: DeserializeOwned>(
        &self,
        run: RunKey,
        kind: &'static str,
    ) -> Result<Vec<T>, StoreError> {
        self.bodies(run, kind, 0, u32::MAX)?
            .into_iter()
            .map(|(seq, body)| self.read(seq, &body, kind))
            .collect()
    }

    /// The last record of one kind.
    pub(super) fn last_record<T: DeserializeOwned>(
        &self,
        run: RunKey,
        kind: &'static str,
    ) -> Result<Option<T>, StoreError> {
        let row = self.maybe(sql::LAST_EVENT, params![run.0, kind], |r| {
            Ok((uint(r.get(0)?), r.get::<_, String>(1)?))
        })?;
        row.map(|(seq, body)| self.read(seq, &body, kind)).transpose()
    }

    pub(super) fn read<T: DeserializeOwned>(
        &self,
        seq: u64,
        body: &str,
        what: &'static str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(body).map_err(|source| StoreError::Unreadable {
            path: self.db.path.clone(),
            seq,
            what,
            source,
        })
    }

    fn bodies(
        &self,
        run: RunKey,
        kind: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, String)>, StoreError> {
        self.all(sql::EVENTS, params![run.0, kind, int(from), limit], |r| {
            Ok((uint(r.get(0)?), r.get(1)?))
        })
    }

    /// Entries of one run stand together, so the first of another run ends it.
    fn bodies_of_all_kinds(
        &self,
        run: RunKey,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, String)>, StoreError> {
        let from = from.max(self.first_seq(run)?);
        let rows = self.all(sql::EVENTS_ALL, params![int(from), limit], |r| {
            Ok((uint(r.get(0)?), r.get(1)?, r.get::<_, i64>(2)?))
        })?;
        Ok(rows
            .into_iter()
            .take_while(|(_, _, of)| *of == run.0)
            .map(|(seq, body, _)| (seq, body))
            .collect())
    }

    fn first_seq(&self, run: RunKey) -> Result<u64, StoreError> {
        self.one("SELECT first_seq FROM runs WHERE number = ?1", [run.0], |r| r.get(0)).map(uint)
    }
}
