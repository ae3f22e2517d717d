//! The user's accounts at the start.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Cash at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CashKnobs {
    /// Canadian dollars.
    pub cad: Decimal,
    /// US dollars.
    pub usd: Decimal,
}

/// A position at the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldingKnobs {
    /// The broker's symbol.
    pub symbol: String,
    /// Shares, negative when short.
    pub quantity: Decimal,
    /// Average price paid.
    pub average_price: Decimal,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountKnobs {
    /// Eight digits.
    pub number: String,
    /// Account type as on the wire.
    #[serde(rename = "type")]
    pub kind: String,
    /// Status as on the wire.
    #[serde(default = "active")]
    pub status: String,
    /// Owner as on the wire.
    #[serde(default = "individual")]
    pub client_account_type: String,
    /// Cash.
    #[serde(default)]
    pub cash: CashKnobs,
    /// Positions.
    #[serde(default)]
    pub holdings: Vec<HoldingKnobs>,
}

fn active() -> String {
    "Active".to_owned()
}

fn individual() -> String {
    "Individual".to_owned()
}

/// A TFSA, a margin account with a US loan, and an RRSP whose number begins with a zero.
pub(super) fn defaults() -> Vec<AccountKnobs> {
    let account = |number: &str, kind: &str, cash: (i64, i64), holdings: Vec<HoldingKnobs>| {
        let cash = CashKnobs { cad: Decimal::new(cash.0, 2), usd: Decimal::new(cash.1, 2) };
        AccountKnobs {
            number: number.to_owned(),
            kind: kind.to_owned(),
            status: active(),
            client_account_type: individual(),
            cash,
            holdings,
        }
    };
    let holding = |symbol: &str, quantity: i64, cents: i64| HoldingKnobs {
        symbol: symbol.to_owned(),
        quantity: Decimal::from(quantity),
        average_price: Decimal::new(cents, 2),
    };
    vec![
        account("51234567", "TFSA", (1_500_000, 0), vec![holding("ZZQ.TO", 120, 3_310)]),
        account("26543210", "Margin", (2_500_000, -31_040), vec![holding("IBM", 20, 10_050)]),
        account("01234567", "RRSP", (300_000, 100_000), Vec::new()),
    ]
}
