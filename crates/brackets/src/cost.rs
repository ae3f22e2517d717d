//! What an execution costs beside its price.
//!
//! Two ways of saying it. [`CostModel`] is four flat rates: what a share costs is known before there
//! is an order. [`CostSchedule`] prices a [`Fill`]: commissions and fees by date, market impact,
//! currency conversion; its default charges what the default model does, to the digit.
//! [`CostSchedule::flat`] leads from the second to the first. What holding costs is in
//! [`Financing`], and how much of a session's volume an order may be in [`Participation`].
//!
//! ```
//! use tradebot_brackets::cost::{Conversion, CostSchedule, Fill};
//! use tradebot_domain::{Currency, Price, Shares};
//!
//! let conversion = Some(Conversion { per_trade: true, ..Conversion::refused(Currency::Cad) });
//! let schedule = CostSchedule { conversion, ..CostSchedule::default() };
//! let (session, price) = ("2024-06-03".parse()?, Price::new("450".parse()?)?);
//! let fill = Fill::buy(session, price, Shares(100)).converted();
//! let bps = schedule.breakdown(&fill)?.bps();
//! // Changing dollars costs sixteen times what spread and slippage of this order do.
//! assert_eq!((bps.spread + bps.slippage, bps.conversion), (9.0, 150.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub(crate) mod config;
mod table;
mod commission;
mod venue;
mod regulatory;
mod impact;
mod conversion;
mod breakdown;
mod fill;
mod schedule;
mod dearest;
mod participation;
mod financing;

pub use breakdown::{Breakdown, CostKind, Kinds};
pub use commission::Commission;
pub use config::ConfigError;
pub use conversion::Conversion;
pub use fill::{BuySell, CostRefusal, Fill};
pub use financing::{Financing, InterestError, borrow_cost};
pub use impact::{Impact, Market, MarketError};
pub use participation::{Allotment, Participation, VolumeError};
pub use regulatory::{ActivityFee, RegulatoryFees};
pub use schedule::CostSchedule;
pub use table::{NotKnown, Row, Table};
pub use venue::{Liquidity, VenueFee};

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use tradebot_domain::{Decimal, Money, Price, Shares};

use crate::exit::ExitKind;
pub use exact::ExactCosts;

mod exact;

/// Costs of executions, kept apart from prices: a fill is recorded at the market's price, and
/// what it cost stands beside it.
///
/// - **Range:** every field finite and >= 0, see [`CostModel::validate`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostModel {
    /// Commission and exchange fees per share, currency.
    pub commission_per_share: f64,
    /// Least commission per order, currency. Counted only where the order's shares are known.
    pub commission_min: f64,
    /// Half the quoted spread, basis points of the price. Paid on every fill.
    pub half_spread_bps: f64,
    /// Slippage, basis points of the price. Paid on every fill but that of a resting target.
    pub slippage_bps: f64,
}

/// The costs of one execution, rounded to four decimals of the currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostBreakdown {
    /// Commission and exchange fees.
    pub commission: Money,
    /// Half the spread.
    pub spread: Money,
    /// Slippage.
    pub slippage: Money,
}

/// A cost that is no cost.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("cost model: {field} of {value} is not finite and at least 0")]
pub struct CostError {
    /// The field.
    pub field: &'static str,
    /// The value found.
    pub value: f64,
}

/// Decimals that costs are rounded to.
const DECIMALS: u32 = 4;

impl Default for CostModel {
    /// 0.35 cents a share, 4 bp of half spread, 5 bp of slippage: about 10 bp a side for a liquid
    /// listing at 40 dollars.
    fn default() -> Self {
        Self {
            commission_per_share: 0.0035,
            commission_min: 0.0,
            half_spread_bps: 4.0,
            slippage_bps: 5.0,
        }
    }
}

impl CostModel {
    /// Free of charge: for studies and tests.
    pub const FREE: Self = Self {
        commission_per_share: 0.0,
        commission_min: 0.0,
        half_spread_bps: 0.0,
        slippage_bps: 0.0,
    };

    /// All costs times `factor`: sensitivity runs at 0, 1, 2 and 3 times.
    #[must_use]
    pub fn multiplied(&self, factor: f64) -> Self {
        Self {
            commission_per_share: self.commission_per_share * factor,
            commission_min: self.commission_min * factor,
            half_spread_bps: self.half_spread_bps * factor,
            slippage_bps: self.slippage_bps * factor,
        }
    }

    /// Every field by its name, with the most that a configuration may ask for; the least is 0.
    pub const fn ranges(&self) -> [(&'static str, f64, f64); 4] {
        [
            ("commission_per_share", self.commission_per_share, 1.0),
            ("commission_min", self.commission_min, 100.0),
            ("half_spread_bps", self.half_spread_bps, 1_000.0),
            ("slippage_bps", self.slippage_bps, 1_000.0),
        ]
    }

    /// # Errors
    /// [`CostError`] with the first field that is NaN, infinite or negative.
    pub fn validate(&self) -> Result<(), CostError> {
        let fields = [
            ("commission per share", self.commission_per_share),
            ("least commission", self.commission_min),
            ("half spread", self.half_spread_bps),
            ("slippage", self.slippage_bps),
        ];
        match fields.into_iter().find(|(_, value)| !(value.is_finite() && *value >= 0.0)) {
            Some((field, value)) => Err(CostError { field, value }),
            None => Ok(()),
        }
    }

    /// Cost per share of buying at `price` with a limit on the open, currency per share.
    pub fn entry_per_share(&self, price: f64) -> f64 {
        self.per_share(price, true)
    }

    /// Cost per share of leaving at `price` for `reason`, currency per share.
    pub fn exit_per_share(&self, price: f64, reason: ExitKind) -> f64 {
        self.per_share(price, reason.pays_slippage())
    }

    fn per_share(&self, price: f64, pays_slippage: bool) -> f64 {
        let slippage = if pays_slippage { self.slippage_bps } else { 0.0 };
        self.commission_per_share + price * (self.half_spread_bps + slippage) / 1e4
    }

    /// The exact costs of one order executed in full.
    ///
    /// A rate that [`CostModel::validate`] would refuse counts as [`DEAREST`], so that a broken
    /// model is never a cheap one.
    pub fn breakdown(&self, price: Price, shares: Shares, pays_slippage: bool) -> CostBreakdown {
        if shares == Shares::ZERO {
            return CostBreakdown::default();
        }
        let notional = price.times(shares).0;
        let basis_points = |rate: f64| rounded(notional * exact(rate) / Decimal::from(10_000));
        let per_share = exact(self.commission_per_share) * Decimal::from(shares.0);
        CostBreakdown {
            commission: rounded(per_share.max(exact(self.commission_min))),
            spread: basis_points(self.half_spread_bps),
            slippage: if pays_slippage { basis_points(self.slippage_bps) } else { Money::ZERO },
        }
    }
}

impl CostBreakdown {
    /// All three.
    #[inline]
    pub fn total(&self) -> Money {
        self.commission + self.spread + self.slippage
    }
}

/// What a rate that is no number is taken for: 10,000 basis points, or as many units of currency.
pub const DEAREST: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

fn exact(rate: f64) -> Decimal {
    Decimal::try_from(rate).ok().filter(|d| !d.is_sign_negative()).unwrap_or(DEAREST)
}

fn rounded(value: Decimal) -> Money {
    // Most amounts have no more digits, and finding that out by rounding takes its time.
    if value.scale() <= DECIMALS {
        return Money(value);
    }
    // Banker's rounding, as everywhere in this product.
    Money(short_rounded(value).unwrap_or_else(|| value.round_dp(DECIMALS)))
}

/// What [`Decimal::round_dp`] gives, by whole numbers; none where the digits do not fit, and where
/// none are left.
fn short_rounded(value: Decimal) -> Option<Decimal> {
    const POWERS: [i64; 9] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
    let units = i64::try_from(value.mantissa()).ok()?;
    let cut = *POWERS.get(value.scale().checked_sub(DECIMALS)? as usize)?;
    let (whole, rest) = (units / cut, units % cut);
    let up = match (2 * rest.abs()).cmp(&cut) {
        Ordering::Greater => true,
        Ordering::Equal => whole % 2 != 0,
        Ordering::Less => false,
    };
    let nearest = if up { whole + units.signum() } else { whole };
    (nearest != 0).then(|| Decimal::new(nearest, DECIMALS))
}

#[cfg(test)]
mod tests;
