//! Headlines, each once, with the moment from which a decision may know them.

use rusqlite::params;

use super::{FactStore, Origin, parsed, stamp};
use crate::error::StoreError;
use tradebot_domain::Timestamp;

/// A headline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsRow {
    /// Whom it is about; empty where nobody says it.
    pub symbol: String,
    /// The same for the same story.
    pub fingerprint: String,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub summary: String,
    /// Where to read it.
    pub link: String,
    /// Who published it.
    pub publisher: String,
    /// When, as the source says.
    pub published_at: Option<Timestamp>,
}

impl FactStore {
    /// Keeps headlines that are not kept yet; gives how many are new.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be written.
    pub fn record_news(
        &mut self,
        rows: &[NewsRow],
        origin: &Origin<'_>,
    ) -> Result<usize, StoreError> {
        self.together("keeping headlines", |conn| {
            let mut statement = conn.prepare_cached(
                "INSERT OR IGNORE INTO news (source, symbol, fingerprint, title, summary, link, publisher,
                                             published_at, known_at, usable_from, url, blake3)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            )?;
            let mut new = 0;
            for row in rows {
                let usable = row.published_at.map_or(origin.known_at, |at| at.max(origin.known_at));
                new += statement.execute(params![
                    origin.source,
                    row.symbol,
                    row.fingerprint,
                    row.title,
                    row.summary,
                    row.link,
                    row.publisher,
                    row.published_at.map(stamp),
                    stamp(origin.known_at),
                    stamp(usable),
                    origin.url,
                    origin.blake3
                ])?;
            }
            Ok(new)
        })
    }

    /// Headlines about a symbol (empty: about nobody in particular) that a decision at `at` may know
    /// and that became usable at `since` or later, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they cannot be read.
    pub fn news(
        &self,
        symbol: &str,
        since: Timestamp,
        at: Timestamp,
    ) -> Result<Vec<NewsRow>, StoreError> {
        self.all(
            "SELECT symbol, fingerprint, title, summary, link, publisher, published_at FROM news
             WHERE symbol = ?1 AND usable_from >= ?2 AND usable_from <= ?3
             ORDER BY usable_from, published_at, id",
            params![symbol, stamp(since), stamp(at)],
            |r| {
                let dated: Option<String> = r.get(6)?;
                Ok(NewsRow {
                    symbol: r.get(0)?,
                    fingerprint: r.get(1)?,
                    title: r.get(2)?,
                    summary: r.get(3)?,
                    link: r.get(4)?,
                    publisher: r.get(5)?,
                    published_at: dated.map(|_| parsed(r, 6)).transpose()?,
                })
            },
        )
    }
}
