//! What a bar must satisfy by itself.

use tradebot_domain::{Bar, Date, Moment};

use crate::check::Check;
use crate::config::GateConfig;
use crate::reading::{CLOSE, Columns, EVERY, Finding, HIGH, LOW, OPEN, PRICES, VOLUME};

/// The bar is of the session it was handed over for, and of no earlier one.
pub(crate) fn dates(bar: &Bar, session: Moment, previous: Option<Moment>) -> Option<Finding> {
    let date = bar.date;
    let refuse = |check, detail| Some(Finding::refuses(check, EVERY, detail));
    match previous {
        Some(seen) if date == seen => {
            refuse(Check::Duplicate, format!("a bar of {date} was seen already"))
        }
        Some(seen) if date < seen => {
            refuse(Check::OutOfOrder, format!("dated {date}, after a bar of {seen} was seen"))
        }
        _ if date > session => {
            refuse(Check::OutOfOrder, format!("dated {date}, which is after session {session}"))
        }
        _ if date < session => {
            refuse(Check::Stale, format!("session {session} got an old bar, of {date}"))
        }
        _ if is_weekend(date.date()) => {
            refuse(Check::OffCalendar, format!("{date} is a {:?}", date.date().weekday()))
        }
        _ => None,
    }
}

fn is_weekend(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() >= 5
}

/// Prices and volume are numbers, positive, in range, and agree with each other.
pub(crate) fn shape(bar: &Bar, config: &GateConfig) -> Vec<Finding> {
    let prices: [(&str, f64, Columns); 4] = [
        ("open", bar.open, OPEN),
        ("high", bar.high, HIGH),
        ("low", bar.low, LOW),
        ("close", bar.close, CLOSE),
    ];
    let mut findings: Vec<Finding> = prices
        .iter()
        .filter_map(|&(name, value, column)| price(name, value, column, config))
        .collect();
    findings.extend(volume(bar.volume, config));
    // Comparisons mean something only between prices that are prices.
    if prices.iter().all(|(_, value, _)| value.is_finite()) {
        findings.extend(around_the_body(bar, config.ohlc_tolerance));
    }
    findings
}

fn price(name: &str, value: f64, column: Columns, config: &GateConfig) -> Option<Finding> {
    let (min, max) = (config.price_min, config.price_max);
    if !value.is_finite() {
        Some(Finding::refuses(Check::NonFinite, column, format!("{name} is {value}")))
    } else if value <= 0.0 {
        Some(Finding::refuses(Check::NonPositive, column, format!("{name} is {value}")))
    } else if !(min..=max).contains(&value) {
        let detail = format!("{name} {value} is not in {min}..={max}");
        Some(Finding::refuses(Check::OutOfRange, column, detail))
    } else {
        None
    }
}

fn volume(value: f64, config: &GateConfig) -> Option<Finding> {
    if !value.is_finite() {
        Some(Finding::refuses(Check::NonFinite, VOLUME, format!("volume is {value}")))
    } else if value < 0.0 {
        Some(Finding::refuses(Check::NonPositive, VOLUME, format!("volume is {value}")))
    } else if value > config.volume_max {
        let detail = format!("volume {value} is above {}", config.volume_max);
        Some(Finding::refuses(Check::OutOfRange, VOLUME, detail))
    } else if value == 0.0 && config.volume_expected {
        let detail = "no shares traded".to_owned();
        Some(if config.zero_volume_refuses {
            Finding::refuses(Check::ZeroVolume, VOLUME, detail)
        } else {
            Finding::notes(Check::ZeroVolume, VOLUME, detail)
        })
    } else {
        None
    }
}

fn around_the_body(bar: &Bar, tolerance: f64) -> Option<Finding> {
    let top = bar.open.max(bar.close).max(bar.low);
    let bottom = bar.open.min(bar.close).min(bar.high);
    let high_cuts = bar.high < top - tolerance * top.abs();
    let low_cuts = bar.low > bottom + tolerance * bottom.abs();
    (high_cuts || low_cuts).then(|| {
        let detail = format!(
            "open {}, high {}, low {}, close {}: high must be the highest, low the lowest",
            bar.open, bar.high, bar.low, bar.close
        );
        Finding::refuses(Check::OhlcInconsistent, PRICES, detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn good() -> Bar {
        let date = day("2010-05-06");
        Bar { date, open: 10.0, high: 11.0, low: 9.0, close: 10.5, volume: 1_000.0 }
    }

    #[track_caller]
    fn check(bar: Bar, expected: &[Check]) {
        let found: Vec<Check> = shape(&bar, &GateConfig::default())
            .into_iter()
            .map(|finding| {
                assert!(finding.violation.refuses, "{:?}", finding.violation);
                finding.violation.check
            })
            .collect();
        assert_eq!(found, expected, "{bar:?}");
    }

    #[test]
    fn a_good_bar_breaks_nothing_and_each_bad_one_its_own_contract() {
        check(good(), &[]);
        check(Bar { open: f64::NAN, ..good() }, &[Check::NonFinite]);
        check(Bar { volume: f64::INFINITY, ..good() }, &[Check::NonFinite]);
        check(Bar { low: 0.0, ..good() }, &[Check::NonPositive]);
        check(Bar { volume: -1.0, ..good() }, &[Check::NonPositive]);
        check(Bar { high: 10.4, ..good() }, &[Check::OhlcInconsistent]);
        check(Bar { low: 10.1, ..good() }, &[Check::OhlcInconsistent]);
        check(Bar { high: 9.0, low: 11.0, ..good() }, &[Check::OhlcInconsistent]);
        check(Bar { high: 1e9, ..good() }, &[Check::OutOfRange]);
        check(Bar { volume: 1e15, ..good() }, &[Check::OutOfRange]);
        check(Bar { volume: 0.0, ..good() }, &[Check::ZeroVolume]);
        check(
            Bar { open: f64::NAN, low: -1.0, volume: 0.0, ..good() },
            &[Check::NonFinite, Check::NonPositive, Check::ZeroVolume],
        );
    }

    #[test]
    fn an_index_needs_no_volume() {
        let config = GateConfig::default().for_index();
        assert!(shape(&Bar { volume: 0.0, ..good() }, &config).is_empty());
        assert_eq!(shape(&Bar { volume: -1.0, ..good() }, &config).len(), 1);
    }

    #[test]
    fn rounding_of_adjusted_prices_is_no_inconsistency() {
        check(Bar { high: 10.5 - 1e-6, ..good() }, &[]);
    }

    #[test]
    fn a_bar_of_another_day_is_named_for_what_it_is() {
        let of = |date: &str, session: &str, previous: Option<&str>| {
            let bar = Bar { date: day(date), ..good() };
            dates(&bar, day(session), previous.map(day)).map(|f| f.violation.check)
        };
        assert_eq!(of("2010-05-06", "2010-05-06", Some("2010-05-05")), None);
        assert_eq!(of("2010-05-06", "2010-05-06", Some("2010-05-06")), Some(Check::Duplicate));
        assert_eq!(of("2010-05-05", "2010-05-07", Some("2010-05-06")), Some(Check::OutOfOrder));
        assert_eq!(of("2010-05-07", "2010-05-06", Some("2010-05-05")), Some(Check::OutOfOrder));
        assert_eq!(of("2010-05-05", "2010-05-06", Some("2010-05-04")), Some(Check::Stale));
        assert_eq!(of("2010-05-08", "2010-05-08", None), Some(Check::OffCalendar));
    }
}
