//! Corporate actions that change what a share is worth or pays.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A split or a cash dividend, known and applied from its ex-date on, never before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorporateAction {
    /// First session that trades without the entitlement. The bar of this date is already raw
    /// at the new price.
    pub ex_date: Date,
    /// What happens.
    pub kind: ActionKind,
}

/// What a corporate action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// `ratio` new shares for each old one: 2 for a 2:1 split, 0.1 for a 1:10 consolidation.
    Split {
        /// New shares per old share, > 0.
        ratio: Decimal,
    },
    /// Cash per (new) share, in the instrument's currency.
    Dividend {
        /// Currency units per share, > 0.
        amount: Decimal,
    },
}

impl CorporateAction {
    /// The factor that keeps a series continuous across the ex-date: the ratio of a split, or
    /// 1 + dividend / close of the ex-date.
    ///
    /// **Source:** ratio of adjusted to raw close over the ex-date, q = f(t) / f(t-1).
    pub fn continuity_factor(&self, ex_close: f64) -> f64 {
        use rust_decimal::prelude::ToPrimitive as _;
        match self.kind {
            ActionKind::Split { ratio } => ratio.to_f64().unwrap_or(f64::NAN),
            ActionKind::Dividend { amount } => 1.0 + amount.to_f64().unwrap_or(f64::NAN) / ex_close,
        }
    }
}
