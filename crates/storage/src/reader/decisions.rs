//! Decisions: one whole, or many in a line each.

use rusqlite::{Row, params};
use tradebot_domain::{Moment, Regime, Symbol};
use tradebot_journal::{DecisionId, DecisionRecord};

use super::{Reader, parsed, sql, through, unreadable};
use crate::anchors::uint;
use crate::error::StoreError;
use crate::store::RunKey;

/// Which decisions are wanted. The default is all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecisionFilter<'a> {
    /// Of this symbol only.
    pub symbol: Option<Symbol>,
    /// First session, inclusive.
    pub from: Moment,
    /// Last session, inclusive.
    pub to: Moment,
    /// Trades only (`Some(true)`), refusals only (`Some(false)`), or both.
    pub traded: Option<bool>,
    /// Refused for this reason only.
    pub reason: Option<&'a str>,
    /// At most so many, the newest.
    pub limit: u32,
}

impl Default for DecisionFilter<'_> {
    fn default() -> Self {
        Self {
            symbol: None,
            from: Moment::MIN,
            to: Moment::MAX,
            traded: None,
            reason: None,
            limit: u32::MAX,
        }
    }
}

/// A decision in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionLine {
    /// Its entry in the journal.
    pub seq: u64,
    /// Which one.
    pub id: DecisionId,
    /// Policy row in force.
    pub row: Regime,
    /// Why there was no trade; none for a trade.
    pub reason: Option<String>,
    /// Raw close; none when no bar came.
    pub close: Option<f64>,
    /// Consensus probability and its 20 % quantile; none when members could not be asked.
    pub consensus: Option<f64>,
    /// See `consensus`.
    pub consensus_lo: Option<f64>,
    /// Unweighted mean of the members.
    pub equal_weight: Option<f64>,
    /// Base rate of the row.
    pub row_rate: Option<f64>,
    /// Break-even of the row.
    pub break_even: Option<f64>,
}

impl Reader {
    /// The whole record of one decision, from bar to shares.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when its entry does not read back.
    pub fn decision(
        &self,
        run: RunKey,
        symbol: Symbol,
        session: Moment,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        let row =
            self.maybe(sql::DECISION, params![run.0, symbol.as_str(), session.to_string()], |r| {
                Ok((uint(r.get(0)?), r.get::<_, String>(1)?))
            })?;
        row.map(|(seq, body)| self.read(seq, &body, "a decision")).transpose()
    }

    /// Decisions that pass the filter, in the order of session and symbol.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn decisions(
        &self,
        run: RunKey,
        filter: &DecisionFilter<'_>,
    ) -> Result<Vec<DecisionLine>, StoreError> {
        let (from, to) = (filter.from.to_string(), through(filter.to));
        let verdict = filter.traded.map(|traded| if traded { "trade" } else { "no_trade" });
        let mut lines = match filter.symbol {
            None => self.all(
                sql::DECISIONS_BY_SESSION,
                params![run.0, from, to, verdict, filter.reason, filter.limit],
                line,
            )?,
            Some(symbol) => self.all(
                sql::DECISIONS_BY_SYMBOL,
                params![run.0, from, to, verdict, filter.reason, filter.limit, symbol.as_str()],
                line,
            )?,
        };
        lines.reverse();
        Ok(lines)
    }

    /// Symbols that had a bar, session by session.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read.
    pub fn symbols_per_session(&self, run: RunKey) -> Result<Vec<(Moment, u32)>, StoreError> {
        self.all(sql::SYMBOLS_PER_SESSION, [run.0], |r| Ok((parsed(r, 0)?, r.get(1)?)))
    }
}

fn line(row: &Row<'_>) -> rusqlite::Result<DecisionLine> {
    Ok(DecisionLine {
        seq: uint(row.get(0)?),
        id: DecisionId { session: parsed(row, 1)?, symbol: parsed(row, 2)? },
        row: regime(row, 3)?,
        reason: row.get(5)?,
        close: row.get::<_, Option<String>>(6)?.and_then(|t| t.parse().ok()),
        consensus: row.get(7)?,
        consensus_lo: row.get(8)?,
        equal_weight: row.get(9)?,
        row_rate: row.get(10)?,
        break_even: row.get(11)?,
    })
}

pub(super) fn regime(row: &Row<'_>, column: usize) -> rusqlite::Result<Regime> {
    let name: String = row.get(column)?;
    Regime::from_name(&name).ok_or_else(|| unreadable(column, &name))
}
