//! A calendar of what is due, in which not knowing is a value.

use rusqlite::{Connection, OptionalExtension as _, params};
use tradebot_domain::{Date, Timestamp};

use super::{FactStore, Origin, stamp};
use crate::error::StoreError;

/// What a source said of a span of dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventAnswer {
    /// Whom it is about; empty for what concerns all.
    pub symbol: String,
    /// `earnings`, `ex_dividend` or `central_bank`.
    pub kind: &'static str,
    /// First and last date asked about.
    pub span: (Date, Date),
    /// Silence about a date of the span says that nothing is due.
    pub covers: bool,
    /// What is due: date and words, by date.
    pub events: Vec<(Date, String)>,
}

/// What is known of one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventState {
    /// Something is due: words of it.
    Due(Vec<String>),
    /// Somebody who would know says that nothing is due.
    Nothing,
    /// Nobody who would know was asked, or said anything. A blackout must not take this for
    /// nothing.
    Unknown,
}

impl FactStore {
    /// Keeps an answer, unless the source's last one said the same. Gives whether it was kept.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written, or when a later answer is there already: nothing
    /// is backfilled.
    pub fn record_events(
        &mut self,
        answer: &EventAnswer,
        origin: &Origin<'_>,
    ) -> Result<bool, StoreError> {
        let (from, to) = (answer.span.0.to_string(), answer.span.1.to_string());
        self.together("keeping events", |conn| {
            if last_is_same(conn, answer, origin.source)? {
                return Ok(false);
            }
            conn.prepare_cached(
                "INSERT INTO event_answers (source, symbol, kind, from_date, to_date, covers, known_at,
                                            url, blake3)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                origin.source,
                answer.symbol,
                answer.kind,
                from,
                to,
                answer.covers,
                stamp(origin.known_at),
                origin.url,
                origin.blake3
            ])?;
            let id = conn.last_insert_rowid();
            let mut statement = conn.prepare_cached(
                "INSERT OR IGNORE INTO market_events (answer, date, detail) VALUES (?1, ?2, ?3)",
            )?;
            for (date, detail) in &answer.events {
                statement.execute(params![id, date.to_string(), detail])?;
            }
            Ok(true)
        })
    }

    /// What was known at `at` of a date: of each source its last answer that spans the date counts.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn event_state(
        &self,
        symbol: &str,
        kind: &str,
        date: Date,
        at: Timestamp,
    ) -> Result<EventState, StoreError> {
        let answers: Vec<(i64, bool)> = self.all(
            "SELECT max(id), covers FROM event_answers
             WHERE symbol = ?1 AND kind = ?2 AND from_date <= ?3 AND to_date >= ?3 AND known_at <= ?4
             GROUP BY source ORDER BY source",
            params![symbol, kind, date.to_string(), stamp(at)],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )?;
        let mut due = Vec::new();
        for (id, _) in &answers {
            due.extend(self.all(
                "SELECT detail FROM market_events WHERE answer = ?1 AND date = ?2 ORDER BY detail",
                params![id, date.to_string()],
                |r| r.get::<_, String>(0),
            )?);
        }
        Ok(if !due.is_empty() {
            EventState::Due(due)
        } else if answers.iter().any(|(_, covers)| *covers) {
            EventState::Nothing
        } else {
            EventState::Unknown
        })
    }
}

fn last_is_same(conn: &Connection, answer: &EventAnswer, source: &str) -> rusqlite::Result<bool> {
    let last: Option<(i64, String, String, bool)> = conn
        .prepare_cached(
            "SELECT id, from_date, to_date, covers FROM event_answers
             WHERE symbol = ?1 AND kind = ?2 AND source = ?3 ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![answer.symbol, answer.kind, source], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        })
        .optional()?;
    let Some((id, from, to, covers)) = last else { return Ok(false) };
    let span = (answer.span.0.to_string(), answer.span.1.to_string());
    if (from, to) != span || covers != answer.covers {
        return Ok(false);
    }
    let mut statement = conn.prepare_cached(
        "SELECT date, detail FROM market_events WHERE answer = ?1 ORDER BY date, detail",
    )?;
    let held =
        statement.query_map([id], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
    let held: Vec<(String, String)> = held.collect::<rusqlite::Result<_>>()?;
    let mut told: Vec<(String, String)> =
        answer.events.iter().map(|(date, detail)| (date.to_string(), detail.clone())).collect();
    told.sort();
    told.dedup();
    Ok(held == told)
}
