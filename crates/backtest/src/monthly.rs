//! Returns by calendar month.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tradebot_domain::Date;

/// One calendar year of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearOfReturns {
    /// The year.
    pub year: i16,
    /// January to December, compounded; `None` for months without a session.
    pub months: [Option<f64>; 12],
    /// The year, compounded.
    pub total: f64,
}

/// Compounds session returns by month and year, in order of years.
pub fn monthly_returns(sessions: impl Iterator<Item = (Date, f64)>) -> Vec<YearOfReturns> {
    let mut years: BTreeMap<i16, [Option<f64>; 12]> = BTreeMap::new();
    for (date, r) in sessions {
        let months = years.entry(date.year()).or_default();
        let month = usize::from(date.month().unsigned_abs()) - 1;
        months[month] = Some(months[month].unwrap_or(1.0) * (1.0 + r));
    }
    years
        .into_iter()
        .map(|(year, growth)| YearOfReturns {
            year,
            months: growth.map(|month| month.map(|g| g - 1.0)),
            total: growth.into_iter().flatten().product::<f64>() - 1.0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i16, month: i8, day: i8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    #[test]
    fn months_compound_into_years_and_gaps_stay_empty() {
        let table = monthly_returns(
            [
                (day(2001, 12, 31), 0.5),
                (day(2002, 1, 2), 0.1),
                (day(2002, 1, 3), 0.1),
                (day(2002, 3, 1), -0.5),
            ]
            .into_iter(),
        );
        assert_eq!(table.len(), 2);
        assert_eq!((table[0].year, table[0].months[11]), (2001, Some(0.5)));
        assert!((table[1].months[0].unwrap() - 0.21).abs() < 1e-12);
        assert_eq!(table[1].months[1], None);
        assert!((table[1].total - (1.21 * 0.5 - 1.0)).abs() < 1e-12);
        assert!(monthly_returns(std::iter::empty()).is_empty());
    }
}
