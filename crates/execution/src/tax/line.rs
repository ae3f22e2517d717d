//! What the books say.

use serde::Serialize;
use tradebot_domain::{Currency, Date, Decimal};

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Held when the history begins.
    Opening,
    /// A purchase.
    Buy,
    /// A purchase with a dividend.
    Reinvested,
    /// A disposition.
    Sell,
    /// A split or consolidation.
    Split,
    /// A return of capital; a gain where it exceeds the cost base (ITA 40(3)).
    ReturnOfCapital,
    /// A rise of the cost base.
    CostAdded,
}

impl LineKind {
    /// The word in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Buy => "buy",
            Self::Reinvested => "reinvested",
            Self::Sell => "sell",
            Self::Split => "split",
            Self::ReturnOfCapital => "return_of_capital",
            Self::CostAdded => "cost_added",
        }
    }
}

/// One event of a person's taxed accounts, in Canadian dollars.
///
/// Amounts are exact to a millionth of a dollar, so that they add up without a rest; cents are for
/// whoever prints them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaxLine {
    /// The property.
    pub property: String,
    /// The symbol as it was traded.
    pub symbol: String,
    /// The account.
    pub account: String,
    /// Whose it is.
    pub person: String,
    /// The date that counts.
    pub date: Date,
    /// Trade date.
    pub traded: Date,
    /// What it is about.
    pub kind: LineKind,
    /// Shares bought or sold; shares held after a split.
    pub shares: Decimal,
    /// Currency of the trade.
    pub currency: Currency,
    /// Canadian dollars per unit of it; none when it is not known.
    pub rate: Option<Decimal>,
    /// Proceeds of disposition before outlays; the amount of a return of capital. None for other
    /// events, and where it is not known.
    pub proceeds: Option<Decimal>,
    /// Commissions and fees.
    pub outlays: Option<Decimal>,
    /// Cost base given up by a sale, or what a purchase cost with its outlays; none when it is not
    /// known.
    pub cost: Option<Decimal>,
    /// Gain (loss below zero) before anything is denied; none for purchases and where it is not
    /// known.
    pub gain: Option<Decimal>,
    /// The part of the loss that is superficial, zero or more.
    pub denied: Decimal,
    /// Denied losses of sales that became part of the cost here.
    pub added: Decimal,
    /// How a loss stands against its window; none where there was no loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superficial: Option<Superficial>,
    /// Shares held afterwards in all taxed accounts of the person.
    pub held: Decimal,
    /// Their cost base; none when it is not known.
    pub acb: Option<Decimal>,
}

impl TaxLine {
    /// Gain or loss that counts: before denial, plus what was denied.
    pub fn counted(&self) -> Option<Decimal> {
        self.gain.map(|gain| gain + self.denied)
    }
}

/// A loss measured against its window of 61 days.
///
/// **Source:** ITA 54 "superficial loss"; the part of it by the formula of Interpretation Bulletin
/// IT-456R, paragraph 12: least of (sold, acquired in the window, held at its end) / sold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Superficial {
    /// Shares sold.
    pub sold: Decimal,
    /// Acquired in the window, by anyone in the books, in shares of the sale's day.
    pub acquired: Decimal,
    /// Held at the end of the window by anyone in the books, in shares of the sale's day.
    pub held: Decimal,
    /// Last day of the window.
    pub ends: Date,
    /// The history ends before the window does: what is held may change.
    pub open: bool,
    /// Where the denied part went; empty where nothing was denied.
    pub allocations: Vec<Allocation>,
}

/// A part of a denied loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Allocation {
    /// Who holds the substituted shares.
    pub person: String,
    /// In a registered account: the part is lost. Else it is added to the person's cost base.
    pub registered: bool,
    /// Canadian dollars.
    pub amount: Decimal,
}

/// What is held when the history ends.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Holding {
    /// The property.
    pub property: String,
    /// Whose.
    pub person: String,
    /// In registered accounts, which have no cost base.
    pub registered: bool,
    /// Shares.
    pub shares: Decimal,
    /// Cost base; none in registered accounts and where it is not known.
    pub acb: Option<Decimal>,
}

/// What stands between the books and the truth.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum TaxWarning {
    /// More was sold than the history bought.
    #[error(
        "{property} of {person}: {shares} shares were sold that the history never bought; the cost base is unknown \
         until the position is flat. Give an opening balance or an older history"
    )]
    MissingHistory {
        /// The property.
        property: String,
        /// Whose.
        person: String,
        /// Shares that must have been there, in shares of the first day.
        shares: Decimal,
    },
    /// An opening balance without a cost.
    #[error(
        "{property} of {person}: the opening balance of {date} has no cost; gains are unknown until the position is flat"
    )]
    OpeningWithoutCost {
        /// The property.
        property: String,
        /// Whose.
        person: String,
        /// Its date.
        date: Date,
    },
    /// No exchange rate.
    #[error(
        "{property}: no rate for {currency} on {date} or the seven days before it; what depends on it is left open"
    )]
    NoRate {
        /// The property.
        property: String,
        /// The currency.
        currency: Currency,
        /// The day.
        date: Date,
    },
    /// A loss whose window is not over.
    #[error(
        "{property}: the window of the loss of {date} ends on {ends}, after the history; a purchase until then can deny more of it"
    )]
    WindowOpen {
        /// The property.
        property: String,
        /// The day of the loss.
        date: Date,
        /// Last day of the window.
        ends: Date,
    },
    /// A loss that a registered account's purchase has made worthless.
    #[error(
        "{property}: {amount} of the loss of {date} is lost for good, because a registered account of {person} bought the same shares"
    )]
    Lost {
        /// The property.
        property: String,
        /// Whose registered account.
        person: String,
        /// The day of the loss.
        date: Date,
        /// Canadian dollars.
        amount: Decimal,
    },
}

/// The books of all properties.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct TaxBooks {
    /// By property, and in the order of trades.
    pub lines: Vec<TaxLine>,
    /// What is held at the end, by property and person.
    pub holdings: Vec<Holding>,
    /// What could not be known, and what should be.
    pub warnings: Vec<TaxWarning>,
}
