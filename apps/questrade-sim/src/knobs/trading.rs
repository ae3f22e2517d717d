//! Settings of orders, fees, margin and currencies.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Commission from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommissionRow {
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Per share.
    pub per_share: Decimal,
    /// Least of an order.
    pub min: Decimal,
    /// Most of an order.
    pub max: Decimal,
}

/// What happens when an account other than a margin account lacks the currency of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementPreference {
    /// The shortfall is bought from the other currency at the end of the day.
    Convert,
    /// The order is refused.
    Refuse,
}

/// Orders, fees, margin, currencies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TradingKnobs {
    /// Milliseconds from a new order to `Accepted`.
    pub accept_ms: i64,
    /// Milliseconds from `Accepted` to its first chance to fill.
    pub fill_ms: i64,
    /// Milliseconds from a cancel request to `Canceled`.
    pub cancel_ms: i64,
    /// Most of a minute's volume that one order may take, per mille; 0 fills whole orders at once.
    pub participation_permille: u32,
    /// Commissions by date.
    pub commissions: Vec<CommissionRow>,
    /// Fee per share for removing liquidity in Canada.
    pub ecn_fee_ca: Decimal,
    /// Fee per share for removing liquidity in the United States.
    pub ecn_fee_us: Decimal,
    /// US regulatory fee per dollar sold.
    pub sec_fee_rate: Decimal,
    /// Spread of the broker on a conversion, as a fraction.
    pub fx_spread: Decimal,
    /// What lacks of a currency does in a registered or cash account.
    pub settlement: SettlementPreference,
    /// Margin rate of symbols on the reduced list.
    pub reduced_margin: Vec<String>,
    /// Short sales in margin accounts.
    pub short_selling: bool,
    /// Dividends are paid this many sessions after the ex-date.
    pub dividend_days: u32,
    /// US tax withheld from dividends outside the RRSP family, as a fraction.
    pub withholding: Decimal,
    /// Most days of a window of orders, executions or activities.
    pub window_days_max: i64,
    /// Days that executions are kept.
    pub executions_kept_days: i64,
    /// Longest life of an order good till cancelled, days.
    pub gtc_days: i64,
    /// Every row of activities is written twice.
    pub duplicate_activities: bool,
    /// First order id.
    pub first_order_id: i64,
}

fn commission(from: &str, per_share: i64, min: i64, max: i64) -> CommissionRow {
    CommissionRow {
        from: from.to_owned(),
        per_share: Decimal::new(per_share, 2),
        min: Decimal::new(min, 2),
        max: Decimal::new(max, 2),
    }
}

impl Default for TradingKnobs {
    fn default() -> Self {
        Self {
            accept_ms: 40,
            fill_ms: 250,
            cancel_ms: 300,
            participation_permille: 100,
            commissions: vec![
                commission("2000-01-01", 1, 495, 995),
                commission("2025-02-01", 0, 0, 0),
            ],
            ecn_fee_ca: Decimal::new(35, 4),
            ecn_fee_us: Decimal::new(30, 4),
            sec_fee_rate: Decimal::new(278, 7),
            fx_spread: Decimal::new(15, 3),
            settlement: SettlementPreference::Convert,
            reduced_margin: Vec::new(),
            short_selling: true,
            dividend_days: 10,
            withholding: Decimal::new(15, 2),
            window_days_max: 31,
            executions_kept_days: 120,
            gtc_days: 90,
            duplicate_activities: false,
            first_order_id: 900_000_500,
        }
    }
}
