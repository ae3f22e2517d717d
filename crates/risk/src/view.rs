//! What risk may know about the account and the symbol.

use tradebot_domain::{Price, Shares, Symbol};

use crate::account::AccountSight;

/// The account and one symbol, at the close on which the decision is taken.
///
/// Everything that sizing and review compare with is here; what is missing is a refusal, never a
/// default. "Pending" means an entry order that has not been filled or ended yet.
#[derive(Debug, Clone, Copy)]
pub struct BookView<'a> {
    /// Cash plus positions at their marks, account currency, > 0.
    pub equity: f64,
    /// Cash that is not promised to pending entries and may be spent.
    pub cash: f64,
    /// Cash beyond that which has not settled, and may not be spent before it has.
    pub unsettled: f64,
    /// 1 - equity / peak since the start or the last re-arming.
    pub drawdown: f64,
    /// 1 - equity / highest equity of the last 20 sessions.
    pub drawdown_20: f64,
    /// Equity over the previous session's, less 1.
    pub day_return: f64,
    /// The drawdown stop is latched: no entries until a re-arming.
    pub stopped: bool,
    /// Money lost if every position closed at its stop and every pending entry filled at its
    /// limit and did the same.
    pub open_risk: f64,
    /// Open positions and pending entries.
    pub positions: usize,
    /// Symbols held or pending.
    pub held: &'a [Symbol],
    /// Raw close of the symbol that the bracket stands around.
    pub close: f64,
    /// Median daily volume of the symbol over 20 sessions, shares.
    pub adv_20: f64,
    /// Correlation of 60-session log returns with each held or pending symbol; `None` when fewer
    /// than 40 are in common.
    pub correlations: &'a [(Symbol, Option<f64>)],
    /// Spread between bid and ask to be paid, a fraction of price: the quote's where there is one,
    /// else the one that costs are reckoned with.
    pub spread: f64,
    /// What has been sent already.
    pub traffic: Traffic<'a>,
    /// What the controls that warn look at.
    pub standing: Standing,
    /// The account at the broker; none where the account is simulated.
    pub account: Option<AccountSight<'a>>,
}

impl BookView<'_> {
    /// Open risk of the whole account: ours, and all that is External.
    pub(crate) fn risk_of_all(&self) -> f64 {
        self.account.map_or(self.open_risk, |sight| self.open_risk + sight.account.external_risk())
    }

    /// Positions and pending entries of the whole account.
    pub(crate) fn positions_of_all(&self) -> usize {
        self.positions + self.account.map_or(0, |sight| sight.account.external_symbols().len())
    }
}

/// What has been sent already, as far back as throttles look. The default: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Traffic<'a> {
    /// Orders of the last minute. On bars all orders of a cycle leave in one.
    pub messages_minute: u32,
    /// Orders of the session.
    pub messages_session: u32,
    /// Entries into the symbol in this session.
    pub entries_of_symbol: u32,
    /// Minutes since the last entry into the symbol; `None` when there was none in this session.
    pub minutes_since_entry: Option<f64>,
    /// Entries of the last 24 hours, by what makes two orders the same.
    pub recent: &'a [Fingerprint],
    /// Lowest price at which an own sell order of the symbol rests.
    pub resting_sell: Option<Price>,
}

/// What makes two entries the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    /// The symbol.
    pub symbol: Symbol,
    /// Shares asked for.
    pub shares: Shares,
    /// Limit price.
    pub limit: Price,
}

/// What the controls that warn look at. The default: nothing entered, held or lost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    /// Value of the entries of this session, account currency.
    pub entered: f64,
    /// Value held and pending in the symbol's sector, account currency.
    pub in_sector: f64,
    /// Closed trades in a row, the last one included, that lost.
    pub losses_in_a_row: u32,
}
