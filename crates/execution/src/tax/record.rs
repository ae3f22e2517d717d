//! What happened: accounts and events.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Currency, Date, Decimal};

/// The most that a figure of an event may be, so that sums of figures stay exact.
const MOST: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0);

/// Which of a trade's two dates counts for rates, windows and years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateBasis {
    /// The settlement date, on which the Canada Revenue Agency sees a disposition of listed shares.
    #[default]
    Settlement,
    /// The trade date.
    Trade,
}

/// What the books are kept by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Which date counts.
    pub basis: DateBasis,
    /// The day through which the history is complete: today, where all of it was read. None: the
    /// last event's.
    pub through: Option<Date>,
}

/// An account, as far as tax goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAccount {
    /// Its number.
    pub id: String,
    /// Whose it is. People whose losses can be superficial together (spouses) stand in one set of
    /// books under different names.
    pub person: String,
    /// TFSA, RRSP and the like: no gains of its own, but its purchases deny losses elsewhere, and
    /// for good.
    pub registered: bool,
}

impl TaxAccount {
    /// An account whose gains are taxed.
    pub fn taxed(id: &str, person: &str) -> Self {
        Self { id: id.to_owned(), person: person.to_owned(), registered: false }
    }

    /// A registered account.
    pub fn registered(id: &str, person: &str) -> Self {
        Self { registered: true, ..Self::taxed(id, person) }
    }
}

/// Something that changed shares or their cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaxEvent {
    /// The account, by its id.
    pub account: String,
    /// What counts as one property: identical shares have one name here, such as those of two
    /// listings of one share.
    pub property: String,
    /// The symbol as it was traded.
    pub symbol: String,
    /// Trade date; ex-date of a split.
    pub traded: Date,
    /// Settlement date.
    pub settled: Date,
    /// Currency of the amounts.
    pub currency: Currency,
    /// What happened.
    pub action: TaxAction,
}

impl TaxEvent {
    /// An event in Canadian dollars that settles on the day of the trade.
    pub fn new(account: &TaxAccount, symbol: &str, day: Date, action: TaxAction) -> Self {
        Self {
            account: account.id.clone(),
            property: symbol.to_owned(),
            symbol: symbol.to_owned(),
            traded: day,
            settled: day,
            currency: Currency::Cad,
            action,
        }
    }

    /// The date that counts.
    pub const fn on(&self, basis: DateBasis) -> Date {
        match basis {
            DateBasis::Settlement => self.settled,
            DateBasis::Trade => self.traded,
        }
    }
}

/// What happened to shares. Shares are above zero, amounts and outlays zero or more, in the event's
/// currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxAction {
    /// Held when the history begins.
    Opening {
        /// Shares.
        shares: Decimal,
        /// Their adjusted cost base in Canadian dollars; none when it is not known.
        cost: Option<Decimal>,
    },
    /// Bought.
    Buy {
        /// Shares.
        shares: Decimal,
        /// Price times shares.
        amount: Decimal,
        /// Commissions and fees.
        outlays: Decimal,
    },
    /// Bought with a dividend: the dividend is the cost.
    Reinvested {
        /// Shares.
        shares: Decimal,
        /// The dividend.
        amount: Decimal,
    },
    /// Sold.
    Sell {
        /// Shares.
        shares: Decimal,
        /// Price times shares.
        amount: Decimal,
        /// Commissions and fees.
        outlays: Decimal,
    },
    /// `new` shares for every `old` ones, in all accounts; told twice on one day it happens once.
    Split {
        /// New shares.
        new: Decimal,
        /// Old shares.
        old: Decimal,
    },
    /// A distribution that lowers the cost (T3 box 42 above zero; ITA 53(2)).
    ReturnOfCapital {
        /// Of all shares held.
        amount: Decimal,
    },
    /// A distribution that was taxed and not paid out raises the cost (ITA 53(1)).
    CostAdded {
        /// Of all shares held.
        amount: Decimal,
    },
}

impl TaxAction {
    /// A purchase at so many dollars a share, without commission.
    pub fn buy(shares: u32, price: u32) -> Self {
        let amount = Decimal::from(u64::from(shares) * u64::from(price));
        Self::Buy { shares: shares.into(), amount, outlays: Decimal::ZERO }
    }

    /// A sale at so many dollars a share, without commission.
    pub fn sell(shares: u32, price: u32) -> Self {
        let amount = Decimal::from(u64::from(shares) * u64::from(price));
        Self::Sell { shares: shares.into(), amount, outlays: Decimal::ZERO }
    }

    /// By how many shares an account's holding changes; none for a split.
    pub(super) fn change(&self) -> Decimal {
        match *self {
            Self::Opening { shares, .. }
            | Self::Buy { shares, .. }
            | Self::Reinvested { shares, .. } => shares,
            Self::Sell { shares, .. } => -shares,
            Self::Split { .. } | Self::ReturnOfCapital { .. } | Self::CostAdded { .. } => {
                Decimal::ZERO
            }
        }
    }

    /// Shares that it acquires: what can substitute for shares sold at a loss.
    pub(super) const fn acquired(&self) -> Option<Decimal> {
        match *self {
            Self::Buy { shares, .. } | Self::Reinvested { shares, .. } => Some(shares),
            _ => None,
        }
    }

    /// No figure is outside its range.
    pub(super) fn is_sound(&self) -> bool {
        let within = |x: Decimal| x <= MOST;
        let above = |x: Decimal| x > Decimal::ZERO && within(x);
        let least = |x: Decimal| x >= Decimal::ZERO && within(x);
        match *self {
            Self::Opening { shares, cost } => above(shares) && cost.is_none_or(least),
            Self::Buy { shares, amount, outlays } | Self::Sell { shares, amount, outlays } => {
                above(shares) && least(amount) && least(outlays)
            }
            Self::Reinvested { shares, amount } => above(shares) && least(amount),
            Self::Split { new, old } => above(new) && above(old),
            Self::ReturnOfCapital { amount } | Self::CostAdded { amount } => least(amount),
        }
    }
}
