//! What was sent on earlier bars of a session.

use tradebot_domain::{Date, Moment, Symbol};
use tradebot_risk::Fingerprint;

use super::Reservation;

/// Orders of a session before the bar that is decided on.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// The session, and the minute of its bar.
    now: Option<(Date, u16)>,
    /// Entries with the minute in which they were sent, in order.
    entries: Vec<(u16, Fingerprint)>,
    /// Orders that were no entries.
    pub(super) exits: u32,
}

impl Earlier {
    /// A bar is over, on which these orders were sent; a new session begins with nothing.
    pub(super) fn pass(&mut self, now: Moment, sent: &[Reservation], exits: u32) {
        let next = (now.date(), now.minute().unwrap_or_default());
        match self.now.replace(next) {
            Some((date, minute)) if date == next.0 => {
                let print = |r: &Reservation| {
                    let (symbol, shares, limit) = (r.symbol, r.shares, r.limit);
                    (minute, Fingerprint { symbol, shares, limit })
                };
                self.entries.extend(sent.iter().map(print));
                self.exits += exits;
            }
            _ => {
                self.entries.clear();
                self.exits = 0;
            }
        }
    }

    /// The entries.
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = Fingerprint> + '_ {
        self.entries.iter().map(|(_, print)| *print)
    }

    /// Minutes since the last entry into a symbol.
    pub(super) fn minutes_since(&self, symbol: Symbol) -> Option<f64> {
        let (_, now) = self.now?;
        let last = self.entries.iter().rev().find(|(_, print)| print.symbol == symbol)?;
        Some(f64::from(now.saturating_sub(last.0)))
    }
}
