//! Fees on sales of securities listed in the United States: Section 31 and the Trading Activity
//! Fee.

use serde::{Deserialize, Serialize};
use tradebot_domain::{Date, Decimal};

use super::config::{ConfigError, in_range};
use super::exact;
use super::table::{NotKnown, Row, Table};

/// What a sale pays beside the commission. Purchases pay nothing of it.
///
/// A schedule of costs is for one listing market: sales in Canada have none of these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegulatoryFees {
    /// Section 31 fee, currency per million of the value sold, 0 to 1,000.
    pub section_31_per_million: Table<f64>,
    /// FINRA Trading Activity Fee.
    pub trading_activity: Table<ActivityFee>,
    /// Each fee is charged in whole cents, rounded up, as brokers do; false: to the digit.
    #[serde(default)]
    pub cents_rounded_up: bool,
}

/// Trading Activity Fee of a sale of a covered equity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityFee {
    /// Currency per share sold, 0 to 0.01.
    pub per_share: f64,
    /// Greatest fee of one trade, currency, 0 to 1,000.
    pub max_per_trade: f64,
}

/// Section 31 rates, from their first charge date, in dollars per million.
const SECTION_31: [(i16, i8, i8, f64); 9] = [
    (2017, 7, 4, 23.10),
    (2018, 5, 22, 13.00),
    (2019, 4, 16, 20.70),
    (2020, 2, 18, 22.10),
    (2021, 2, 25, 5.10),
    (2022, 5, 14, 22.90),
    (2023, 2, 27, 8.00),
    (2024, 5, 22, 27.80),
    (2025, 5, 14, 0.00),
];

/// Trading Activity Fees: dollars per share, and at most per trade.
const ACTIVITY: [(i16, i8, i8, f64, f64); 4] = [
    (2012, 7, 1, 0.000_119, 5.95),
    (2022, 1, 1, 0.000_130, 6.49),
    (2023, 1, 1, 0.000_145, 7.27),
    (2024, 1, 1, 0.000_166, 8.30),
];

/// Both tables are vouched for until then.
const KNOWN_THROUGH: (i16, i8, i8) = (2025, 12, 31);

impl RegulatoryFees {
    /// The published rates for trade dates from 2017-07-04 to 2025-12-31, not rounded up.
    ///
    /// Earlier and later dates are refused: give rows of your own for them.
    ///
    /// **Source:** fee rate advisories of the Securities and Exchange Commission under Section 31
    /// of the Securities Exchange Act, and FINRA's information notices of them; FINRA By-Laws,
    /// Schedule A, Section 1(b), as amended by 77 Fed. Reg. 27527 (2012) and 85 Fed. Reg. 66592
    /// (2020).
    pub fn published() -> Self {
        let section_31 = SECTION_31.map(|(y, m, d, rate)| row((y, m, d), rate));
        let activity = ACTIVITY.map(|(y, m, d, per_share, max_per_trade)| {
            row((y, m, d), ActivityFee { per_share, max_per_trade })
        });
        let known_through = Some(day(KNOWN_THROUGH));
        Self {
            section_31_per_million: Table { rows: section_31.to_vec(), known_through },
            trading_activity: Table { rows: activity.to_vec(), known_through },
            cents_rounded_up: false,
        }
    }

    /// Both fees of a sale on `date` of `shares` worth `notional`.
    pub(crate) fn of_sale(
        &self,
        date: Date,
        notional: Decimal,
        shares: Decimal,
    ) -> Result<Decimal, NotKnown> {
        let rate = exact(*self.section_31_per_million.on(date)?);
        let activity = self.trading_activity.on(date)?;
        let charged = [
            notional * rate / Decimal::from(1_000_000),
            (exact(activity.per_share) * shares).min(exact(activity.max_per_trade)),
        ];
        let to_cents = |fee: Decimal| {
            if self.cents_rounded_up {
                (fee * Decimal::ONE_HUNDRED).ceil() / Decimal::ONE_HUNDRED
            } else {
                fee
            }
        };
        Ok(charged.into_iter().map(to_cents).sum())
    }

    pub(crate) fn validate(&self) -> Result<(), ConfigError> {
        let per_million = |rate: &f64| in_range("rate", *rate, (0.0, 1_000.0));
        self.section_31_per_million
            .validate(per_million)
            .map_err(|error| error.within("section_31_per_million"))?;
        let activity = |fee: &ActivityFee| {
            in_range("per_share", fee.per_share, (0.0, 0.01))?;
            in_range("max_per_trade", fee.max_per_trade, (0.0, 1_000.0))
        };
        self.trading_activity.validate(activity).map_err(|error| error.within("trading_activity"))
    }
}

fn row<T>(from: (i16, i8, i8), terms: T) -> Row<T> {
    Row { from: Some(day(from)), terms }
}

fn day((year, month, day): (i16, i8, i8)) -> Date {
    Date::new(year, month, day).expect("the dates of these tables are dates")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fee(fees: &RegulatoryFees, date: &str, notional: i64, shares: i64) -> String {
        let (notional, shares) = (Decimal::from(notional), Decimal::from(shares));
        let found = fees.of_sale(date.parse().unwrap(), notional, shares).unwrap();
        found.normalize().to_string()
    }

    #[test]
    fn a_sale_pays_the_published_rates_of_its_day() {
        let fees = RegulatoryFees::published();
        // 45,000 at 27.80 a million is 1.251; 1,000 shares at .000166 are 0.166.
        assert_eq!(fee(&fees, "2024-05-22", 45_000, 1_000), "1.417");
        // The day before, 8.00 a million.
        assert_eq!(fee(&fees, "2024-05-21", 45_000, 1_000), "0.526");
        assert_eq!(fee(&fees, "2025-06-02", 45_000, 1_000), "0.166");
        assert_eq!(fee(&fees, "2021-02-25", 1_000_000, 100_000_000), "11.05", "5.10 + 5.95");
        assert_eq!(fees.validate(), Ok(()));
    }

    #[test]
    fn dates_that_no_one_vouches_for_are_refused() {
        let fees = RegulatoryFees::published();
        for unknown in ["2017-07-03", "2026-01-01"] {
            let refused = fees.of_sale(unknown.parse().unwrap(), Decimal::ONE, Decimal::ONE);
            assert!(refused.is_err(), "{unknown}");
        }
    }

    #[test]
    fn each_fee_is_rounded_up_to_the_cent_where_asked() {
        let fees = RegulatoryFees { cents_rounded_up: true, ..RegulatoryFees::published() };
        assert_eq!(fee(&fees, "2021-06-01", 150, 1), "0.02", "a cent each");
        assert_eq!(fee(&fees, "2025-06-02", 150, 1), "0.01", "nothing stays nothing");
    }
}
