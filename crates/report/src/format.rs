//! Numbers as people read them.
//!
//! A true minus sign, thin spaces before units, commas between thousands; what is not defined is
//! an en dash, never a zero.

use tradebot_backtest::Interval;
use tradebot_domain::{Money, Price};

/// What stands where a figure is not defined.
pub(crate) const UNDEFINED: &str = "–";

/// A number with so many decimals: `−1,234.50`.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return UNDEFINED.to_owned();
    }
    let digits = format!("{:.decimals$}", value.abs());
    // What rounds to zero has no sign.
    let negative = value < 0.0 && digits.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    format!("{}{}{rest}", if negative { "−" } else { "" }, grouped(whole))
}

/// A number that says its sign: `+0.31`.
pub(crate) fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let zero = !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if value > 0.0 && value.is_finite() && !zero { format!("+{text}") } else { text }
}

/// A fraction in per cent: `12.3 %`.
pub(crate) fn percent(fraction: f64, decimals: usize) -> String {
    with_unit(&number(fraction * 100.0, decimals), "%")
}

/// A fraction in per cent that says its sign: `+12.3 %`.
pub(crate) fn signed_percent(fraction: f64, decimals: usize) -> String {
    with_unit(&signed(fraction * 100.0, decimals), "%")
}

/// A number and its unit, kept on one line.
pub(crate) fn with_unit(number: &str, unit: &str) -> String {
    if number == UNDEFINED { UNDEFINED.to_owned() } else { format!("{number}\u{202f}{unit}") }
}

/// Money to the cent: `10,000.50`.
pub(crate) fn money(amount: Money) -> String {
    let text = format!("{:.2}", amount.to_cents().0);
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("−", d));
    let (whole, rest) = digits.split_at(digits.find('.').unwrap_or(digits.len()));
    format!("{sign}{}{rest}", grouped(whole))
}

/// A price with at least two decimals and no more than it has: `128.50`.
pub(crate) fn price(of: Price) -> String {
    let exact = of.decimal().normalize();
    if exact.scale() < 2 { format!("{exact:.2}") } else { exact.to_string() }
}

/// A count: `12,154`.
pub(crate) fn count(value: impl TryInto<u64>) -> String {
    value.try_into().map_or_else(|_| UNDEFINED.to_owned(), |n| grouped(&n.to_string()))
}

/// A figure that may not be defined.
pub(crate) fn or_dash<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), show)
}

/// An interval: `0.10 to 0.94`.
pub(crate) fn interval(of: Interval, show: impl Fn(f64) -> String) -> String {
    format!("{} to {}", show(of.lo), show(of.hi))
}

/// A thing and its number: `1 trade`, `2 trades`.
pub(crate) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// How many of how many are listed: `One trade`, `All 12 trades`, `The last 200 of 780 trades`.
pub(crate) fn listed(shown: usize, all: usize, one: &str, many: &str) -> String {
    match (shown, all) {
        (_, 1) => format!("One {one}"),
        _ if shown == all => format!("All {} {many}", count(all)),
        _ => format!("The last {} of {} {many}", count(shown), count(all)),
    }
}

/// A code such as `already_held` in words.
pub(crate) fn words(code: &str) -> String {
    code.replace('_', " ")
}

/// The first twelve digits of a digest, enough to tell two apart by eye.
pub(crate) fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped_and_minus_is_minus() {
        assert_eq!(number(-1_234_567.891, 2), "−1,234,567.89");
        assert_eq!(number(999.0, 0), "999");
        assert_eq!(number(1000.0, 0), "1,000");
        assert_eq!(money(Money::from_f64(-12_345.5, 4).unwrap()), "−12,345.50");
        assert_eq!(count(12_154_u64), "12,154");
    }

    #[test]
    fn a_price_has_cents_and_no_idle_digits() {
        let shown = |text: &str| price(Price::new(text.parse().unwrap()).unwrap());
        assert_eq!(shown("128.5000"), "128.50");
        assert_eq!(shown("128"), "128.00");
        assert_eq!(shown("0.1234"), "0.1234");
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(number(-0.001, 2), "0.00");
        assert_eq!(signed(0.001, 2), "0.00");
        assert_eq!(signed(0.005_1, 2), "+0.01");
        assert_eq!(signed_percent(-0.123, 1), "−12.3\u{202f}%");
    }

    #[test]
    fn what_is_not_defined_is_a_dash_and_not_zero() {
        for bad in [f64::NAN, f64::INFINITY] {
            assert_eq!(number(bad, 2), UNDEFINED);
            assert_eq!(signed(bad, 2), UNDEFINED);
            assert_eq!(percent(bad, 2), UNDEFINED);
        }
        assert_eq!(or_dash(None::<f64>, |v| number(v, 1)), UNDEFINED);
        assert_eq!(count(-1_i64), UNDEFINED);
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(counted(1, "trade", "trades"), "1 trade");
        assert_eq!(counted(0, "trade", "trades"), "0 trades");
        assert_eq!(listed(1, 1, "trade", "trades"), "One trade");
        assert_eq!(listed(2, 2, "trade", "trades"), "All 2 trades");
        assert_eq!(listed(200, 1_780, "trade", "trades"), "The last 200 of 1,780 trades");
    }
}
