//! The account at the broker: what it may do, what else is in it, and what it has lost lately.
//!
//! A simulated account has none of this, and then none of its checks is made. Where there is one,
//! positions and orders that are not ours ("External") take their room in every measure of
//! exposure, and nothing here can touch them: no order is ever sent for them.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_domain::{Currency, Symbol};

use crate::loss::RecentLoss;

mod kind;
mod margin;

pub use kind::AccountKind;
pub use margin::margin_rate;

/// What the broker's account was when it was last looked at, and its owner's rules for it.
///
/// Analysis, so in `f64`; money in `currency`.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerAccount {
    /// What kind it is; none where the broker's word for it is not known, and then nothing is
    /// entered.
    pub kind: Option<AccountKind>,
    /// It may trade: the broker calls it active.
    pub active: bool,
    /// Currency of what is traded in it.
    pub currency: Currency,
    /// Cash in that currency, less what every pending purchase would take. Below zero where money
    /// is owed.
    pub cash: f64,
    /// The whole account.
    pub equity: f64,
    /// Equity above what its positions need as maintenance margin.
    pub maintenance_excess: f64,
    /// What is held and ordered in it that is not ours.
    pub external: Vec<External>,
    /// Losses of the last days by symbol, in all accounts of the owner and of affiliated people.
    pub losses: BTreeMap<Symbol, Vec<RecentLoss>>,
    /// Shares by symbol in their other accounts.
    pub elsewhere: BTreeMap<Symbol, f64>,
    /// Purchases and sales of the last twelve months in this account.
    pub trades_of_year: u32,
    /// The owner's rules.
    pub rules: AccountRules,
}

/// A position or an order that was not made here.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct External {
    /// What it is of.
    pub symbol: Symbol,
    /// Shares, below zero when short.
    pub shares: f64,
    /// Value without its sign, at the last price or at the order's limit.
    pub value: f64,
    /// Lost at its protective stop; none where no stop is known, and then all of `value` counts.
    pub at_risk: Option<f64>,
    /// An order, not yet a position.
    pub order: bool,
}

/// What the owner allows in an account. The default is the strictest: no borrowing.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountRules {
    /// A margin account may owe money in the currency of a purchase. Elsewhere this changes
    /// nothing: other accounts cannot borrow.
    pub may_borrow: bool,
    /// Maintenance excess that must be left, a fraction of equity.
    pub margin_buffer: f64,
    /// Symbols on the broker's list of reduced margin.
    pub reduced_margin: BTreeSet<Symbol>,
    /// Everything held and ordered, External included, a fraction of equity; above it there is a
    /// warning.
    pub gross_max: f64,
    /// Purchases and sales of twelve months in a tax-free account above which there is a warning:
    /// the revenue agency can tax one that is run as a business. The law names no number.
    pub registered_trades_max: u32,
}

impl Default for AccountRules {
    fn default() -> Self {
        Self {
            may_borrow: false,
            margin_buffer: 0.20,
            reduced_margin: BTreeSet::new(),
            gross_max: 1.0,
            registered_trades_max: 100,
        }
    }
}

/// The account as one decision sees it.
#[derive(Debug, Clone, Copy)]
pub struct AccountSight<'a> {
    /// The account.
    pub account: &'a BrokerAccount,
    /// Cash promised to entries since it was looked at, this cycle's included.
    pub promised: f64,
    /// Value of our own positions and pending entries.
    pub own: f64,
}

impl BrokerAccount {
    /// What would be lost on all that is External: at its stops where they are known, else all of
    /// its value.
    pub fn external_risk(&self) -> f64 {
        self.external.iter().map(|e| e.at_risk.unwrap_or(e.value)).sum()
    }

    /// Value of all that is External.
    pub fn external_value(&self) -> f64 {
        self.external.iter().map(|e| e.value).sum()
    }

    /// Symbols with something External.
    pub fn external_symbols(&self) -> BTreeSet<Symbol> {
        self.external.iter().map(|e| e.symbol).collect()
    }
}
