//! What the broker said of an account, each time it was asked.

use rusqlite::params;
use tradebot_domain::Timestamp;

use crate::error::StoreError;
use crate::store::Store;

/// One look at one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenAccount {
    /// When it was asked for.
    pub seen_at: Timestamp,
    /// Its number.
    pub account: String,
    /// The broker's word for its kind.
    pub kind: String,
    /// The broker's word for its status.
    pub status: String,
    /// What was seen, a JSON object.
    pub snapshot: String,
}

impl Store {
    /// Keeps looks at accounts, all or none.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be written.
    pub fn keep_accounts(&mut self, seen: &[SeenAccount]) -> Result<(), StoreError> {
        let write = |conn: &mut rusqlite::Connection| -> rusqlite::Result<()> {
            let tx = conn.transaction()?;
            for s in seen {
                tx.execute(
                    "INSERT INTO broker_accounts (seen_at, account, kind, status, snapshot)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![s.seen_at.to_string(), s.account, s.kind, s.status, s.snapshot],
                )?;
            }
            tx.commit()
        };
        write(&mut self.db.conn).map_err(|e| self.db.error("keeping accounts", e))
    }
}
