//! Numbers as people read them.

use crate::summary::Interval;

/// Two decimals: ratios.
pub(super) fn number(value: f64) -> String {
    without_minus_zero(format!("{value:.2}"))
}

/// A fraction as percent with one decimal, with two below one percent.
pub(super) fn percent(fraction: f64) -> String {
    let value = 100.0 * fraction;
    let digits = if value.abs() < 1.0 { 2 } else { 1 };
    without_minus_zero(format!("{value:.digits$}")) + " %"
}

/// A probability as percent; never a certainty that was not computed.
pub(super) fn chance(probability: f64) -> String {
    match probability {
        p if p > 0.999 => "over 99.9 %".to_owned(),
        p if p < 0.001 => "under 0.1 %".to_owned(),
        p => format!("{:.1} %", 100.0 * p),
    }
}

/// An amount in whole units with its sign.
pub(super) fn amount(value: f64) -> String {
    without_minus_zero(format!("{value:+.0}")).replace("+0", "0")
}

/// Both ends of an interval.
pub(super) fn span(interval: Interval, word: impl Fn(f64) -> String) -> String {
    format!("{} to {}", word(interval.lo), word(interval.hi))
}

/// A length of time from sessions over 252.
pub(super) fn years(years: f64) -> String {
    if years < 1.0 {
        format!("{:.0} sessions", years * crate::performance::SESSIONS_PER_YEAR)
    } else {
        format!("{years:.1} years")
    }
}

/// `one trade`, `2 trades`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("one {one}") } else { format!("{n} {many}") }
}

fn without_minus_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!((number(-0.001).as_str(), number(1.239).as_str()), ("0.00", "1.24"));
        assert_eq!((percent(0.1234).as_str(), percent(-0.0042).as_str()), ("12.3 %", "-0.42 %"));
        assert_eq!(chance(0.99995), "over 99.9 %");
        assert_eq!(chance(0.93), "93.0 %");
        assert_eq!((amount(12.6).as_str(), amount(-0.2).as_str()), ("+13", "0"));
        assert_eq!((years(0.5).as_str(), years(13.04).as_str()), ("126 sessions", "13.0 years"));
        assert_eq!(count(1, "trade", "trades"), "one trade");
    }
}
