//! A fill as far as its costs go, and why it may have no price tag.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Money, Price, Shares};

use super::impact::{Market, MarketError};
use super::table::NotKnown;
use super::venue::Liquidity;
use crate::exit::ExitKind;

/// Whether shares are bought or sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuySell {
    /// Bought.
    Buy,
    /// Sold.
    Sell,
}

/// One fill, as far as its costs go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill<'a> {
    /// Trade date.
    pub session: Date,
    /// Bought or sold.
    pub order: BuySell,
    /// Price before costs.
    pub price: Price,
    /// Shares.
    pub shares: Shares,
    /// What it did to the book.
    pub liquidity: Liquidity,
    /// Who executed it; none: not known, and charged as at the dearest venue.
    pub venue: Option<&'a str>,
    /// The market it met; needed where impact is configured.
    pub market: Option<Market>,
    /// The money for it is changed from, or back into, the account's currency.
    pub converts: bool,
}

/// Why a fill has no price tag.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CostRefusal {
    /// A table says nothing about the trade date.
    #[error("{what}: {source}")]
    NotKnown {
        /// The table.
        what: &'static str,
        /// What it covers.
        source: NotKnown,
    },
    /// No row for that venue, or none for that price.
    #[error("no fee is known at {venue} for {price} on {session}")]
    Venue {
        /// The venue asked about, or `any venue`.
        venue: String,
        /// Price of the fill.
        price: Price,
        /// Trade date.
        session: Date,
    },
    /// Impact is configured, and the volume and volatility that it needs are not given.
    #[error("impact needs the volume and volatility before {session}; they are not known")]
    MarketUnknown {
        /// Trade date.
        session: Date,
    },
    /// Impact cannot be computed from the market given.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The trade needs a conversion, and no terms are configured.
    #[error("the trade on {session} needs a currency conversion, and none is configured")]
    NoConversion {
        /// Trade date.
        session: Date,
    },
    /// The trade needs a conversion, and conversions per trade are not meant to happen.
    #[error(
        "the trade on {session} would pay {cost} ({spread_bps} basis points) for a currency \
         conversion: hold a balance in the listing's currency, or set `per_trade`"
    )]
    ConversionRefused {
        /// Trade date.
        session: Date,
        /// What it would cost, to the cent.
        cost: Money,
        /// The same in basis points.
        spread_bps: f64,
    },
}

impl<'a> Fill<'a> {
    /// A purchase that removes liquidity, at a venue and in a market that are not known.
    pub const fn buy(session: Date, price: Price, shares: Shares) -> Self {
        Self {
            session,
            order: BuySell::Buy,
            price,
            shares,
            liquidity: Liquidity::Removing,
            venue: None,
            market: None,
            converts: false,
        }
    }

    /// A sale that ends a position for `reason`; [`ExitKind::Target`] adds liquidity.
    pub const fn sell(session: Date, price: Price, shares: Shares, reason: ExitKind) -> Self {
        let liquidity = Liquidity::of(reason);
        Self { order: BuySell::Sell, liquidity, ..Self::buy(session, price, shares) }
    }

    /// The same executed at `venue`.
    #[must_use]
    pub const fn at(self, venue: &'a str) -> Self {
        Self { venue: Some(venue), ..self }
    }

    /// The same in a market of that volume and volatility.
    #[must_use]
    pub const fn in_market(self, market: Market) -> Self {
        Self { market: Some(market), ..self }
    }

    /// The same paid from, or into, the account's other currency.
    #[must_use]
    pub const fn converted(self) -> Self {
        Self { converts: true, ..self }
    }
}
