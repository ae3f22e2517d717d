//! A ledger in memory for sweeps and benches: what was traded and what it came to.

use std::collections::BTreeMap;

use tradebot_domain::{Decimal, Moment, SYMBOL_BYTES_MAX, Symbol};

use crate::brief::{Brief, BriefFill, Detail};
use crate::event::Event;
use crate::ledger::{Ledger, LedgerError};

/// Bytes of a line before its symbol.
const HEAD: usize = 6;
/// Bytes that are hashed at once.
const HASHED_AT_ONCE: usize = 1 << 16;

/// Keeps a run in brief.
///
/// - **Kept:** every execution with its exact money, the equity at every close, how often each
///   refusal happened, the number of intents, closed trades and idle cycles; and the events that
///   have no brief line (start, end, corporate actions, risk), whole.
/// - **Not kept:** pre-trade checks, order states, positions at each close. There is no hash chain.
/// - **Digest:** BLAKE3 over the binary lines of intents, refusals, departures and executions, in
///   order. Two sweeps with equal digests decided and traded the same; it is another number than
///   the digest of a ledger that keeps everything, which covers the JSON of decisions.
#[derive(Debug)]
pub struct SweepLedger {
    /// Executions in order.
    pub fills: Vec<BriefFill>,
    /// Equity at every close, for analysis.
    pub equity: Vec<f64>,
    /// Refusals by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// Approved orders.
    pub intents: u64,
    /// Closed positions.
    pub closed: u64,
    /// Cycles of symbols that ended without an order.
    pub idle: u64,
    /// Stretches that those cycles came in.
    pub stretches: u64,
    /// Events without a brief line.
    pub events: Vec<Event>,
    hasher: blake3::Hasher,
    lines: Vec<u8>,
}

impl Default for SweepLedger {
    fn default() -> Self {
        Self {
            fills: Vec::new(),
            equity: Vec::new(),
            refused: BTreeMap::new(),
            intents: 0,
            closed: 0,
            idle: 0,
            stretches: 0,
            events: Vec::new(),
            hasher: blake3::Hasher::new_derive_key("tradebot 2026-11 digest of a run in brief"),
            lines: Vec::new(),
        }
    }
}

impl SweepLedger {
    fn line(&mut self, kind: u8, session: Moment, symbol: Symbol) {
        if self.lines.len() >= HASHED_AT_ONCE {
            self.hasher.update(&self.lines);
            self.lines.clear();
        }
        let text = symbol.as_bytes();
        let [high, low] = session.year().to_le_bytes();
        let day = [session.month().unsigned_abs(), session.day().unsigned_abs()];
        let length = u8::try_from(text.len()).expect("a symbol has at most 23 bytes");
        // One copy of a known length is quicker than two of any length.
        let mut line = [0; HEAD + SYMBOL_BYTES_MAX];
        line[..HEAD].copy_from_slice(&[kind, high, low, day[0], day[1], length]);
        line[HEAD..][..text.len()].copy_from_slice(text);
        self.lines.extend_from_slice(&line);
        self.lines.truncate(self.lines.len() - (SYMBOL_BYTES_MAX - text.len()));
        if let Some(minute) = session.minute() {
            self.lines.extend_from_slice(&minute.to_le_bytes());
        }
    }

    fn decimal(&mut self, value: Decimal) {
        self.lines.extend_from_slice(&value.serialize());
    }

    fn fill(&mut self, fill: &BriefFill) {
        self.line(b'F', fill.session, fill.symbol);
        self.lines.push(fill.role as u8);
        self.lines.extend_from_slice(&fill.shares.0.to_le_bytes());
        self.decimal(fill.price.decimal());
        self.decimal(fill.costs.0);
        self.fills.push(*fill);
    }
}

impl Ledger for SweepLedger {
    fn append(&mut self, event: &Event) -> Result<(), LedgerError> {
        self.events.push(event.clone());
        Ok(())
    }

    fn commit(&mut self, _force: bool) -> Result<(), LedgerError> {
        Ok(())
    }

    fn artefact(&mut self, _training_digest: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> String {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.lines);
        hasher.finalize().to_hex().to_string()
    }

    fn detail(&self) -> Detail {
        Detail::Brief
    }

    fn note(&mut self, line: &Brief) -> Result<(), LedgerError> {
        match *line {
            Brief::Idle { count, .. } => {
                self.idle += count;
                self.stretches += 1;
            }
            Brief::Refused { session, symbol, reason } => {
                self.line(b'R', session, symbol);
                self.lines.extend_from_slice(reason.as_bytes());
                *self.refused.entry(reason).or_default() += 1;
            }
            Brief::Leaving { session, symbol } => self.line(b'L', session, symbol),
            Brief::Intent { session, symbol, shares, limit } => {
                self.line(b'I', session, symbol);
                self.lines.extend_from_slice(&shares.0.to_le_bytes());
                self.decimal(limit.decimal());
                self.intents += 1;
            }
            Brief::Fill(ref fill) => self.fill(fill),
            Brief::Closed { .. } => self.closed += 1,
        }
        Ok(())
    }

    fn mark(&mut self, _session: Moment, equity: f64) {
        self.equity.push(equity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::OrderRole;
    use tradebot_domain::{Money, Price, Shares};

    fn fill(shares: u64) -> Brief {
        Brief::Fill(BriefFill {
            session: "2005-02-28".parse().unwrap(),
            symbol: Symbol::new("A").unwrap(),
            role: OrderRole::Entry,
            shares: Shares(shares),
            price: Price::new(Decimal::new(1_234, 2)).unwrap(),
            costs: Money::ZERO,
            cash_after: Money::ZERO,
        })
    }

    fn digest(lines: &[Brief]) -> String {
        let mut ledger = SweepLedger::default();
        for line in lines {
            ledger.note(line).unwrap();
        }
        ledger.digest()
    }

    #[test]
    fn the_digest_tells_fills_their_order_and_their_number_apart() {
        let all = [&[][..], &[fill(1)], &[fill(2)], &[fill(1), fill(2)], &[fill(2), fill(1)]];
        let digests: std::collections::BTreeSet<String> = all.into_iter().map(digest).collect();
        assert_eq!(digests.len(), all.len());
    }

    #[test]
    fn the_digest_does_not_depend_on_when_lines_were_hashed() {
        let many = vec![fill(3); 5_000];
        let mut by_hand = SweepLedger::default();
        for line in &many {
            by_hand.note(line).unwrap();
            if by_hand.fills.len() % 7 == 0 {
                by_hand.hasher.update(&by_hand.lines);
                by_hand.lines.clear();
            }
        }
        assert_eq!(by_hand.digest(), digest(&many));
    }
}
