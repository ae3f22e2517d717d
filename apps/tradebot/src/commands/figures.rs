//! How numbers are written in text for people.

use tradebot_domain::{Money, Price};
use tradebot_journal::ExitReason;

use crate::output;

/// A probability: three decimals, as calibration is worth no more.
pub(crate) fn probability(p: f64) -> String {
    format!("{p:.3}")
}

/// A fraction as a percentage with its sign.
pub(crate) fn signed_percent(fraction: f64, digits: usize) -> String {
    format!("{:+.digits$} %", clean(fraction * 100.0, digits))
}

/// A result in units of planned risk.
pub(crate) fn in_r(value: f64) -> String {
    format!("{:+.2} R", clean(value, 2))
}

/// A price with its cents; finer prices keep their digits.
pub(crate) fn price(price: Price) -> String {
    let exact = price.decimal().normalize();
    format!("{exact:.*}", exact.scale().max(2) as usize)
}

/// An amount of analysis as money; what no decimal holds is shown as it is.
pub(crate) fn amount(value: f64) -> String {
    Money::from_f64(value, 2).map_or_else(|_| value.to_string(), output::money)
}

/// Money with its sign.
pub(crate) fn signed_money(amount: Money) -> String {
    let text = output::money(amount);
    if text.starts_with('-') { text } else { format!("+{text}") }
}

/// A count with its noun: `1 session`, `2 sessions`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// How long something has been so, in sessions.
pub(crate) fn age_words(sessions: u32) -> String {
    if sessions == 0 {
        return "new in this session".to_owned();
    }
    format!("{} old", counted(usize::try_from(sessions).unwrap_or(usize::MAX), "session"))
}

/// How a bracket ended, as the end of a sentence.
pub(crate) const fn exit_words(reason: ExitReason) -> &'static str {
    match reason {
        ExitReason::Stop => "the stop traded",
        ExitReason::StopGap => "it opened at or below the stop",
        ExitReason::Target => "the target traded",
        ExitReason::TargetGap => "it opened at or above the target",
        ExitReason::Time => "the time limit was reached",
        ExitReason::Reversal => "the consensus turned against it",
        ExitReason::Flatten => "it was sold because the drawdown limit was reached",
        ExitReason::EndOfData => "the data ended",
    }
}

/// Without the sign of a zero that rounding makes of a small negative number.
fn clean(value: f64, digits: usize) -> f64 {
    let scale = 10_f64.powi(i32::try_from(digits).unwrap_or(0));
    if (value * scale).abs() < 0.5 { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Decimal;

    #[test]
    fn small_negative_numbers_do_not_become_minus_zero() {
        assert_eq!(signed_percent(-0.000_04, 1), "+0.0 %");
        assert_eq!(signed_percent(-0.012_3, 1), "-1.2 %");
        assert_eq!(in_r(-0.004), "+0.00 R");
        assert_eq!(in_r(-1.0), "-1.00 R");
    }

    #[test]
    fn money_has_its_sign_and_counts_have_their_noun() {
        assert_eq!(signed_money(Money(Decimal::new(123_456, 2))), "+1,234.56");
        assert_eq!(signed_money(Money(Decimal::new(-5, 2))), "-0.05");
        assert_eq!(counted(1, "session"), "1 session");
        assert_eq!(counted(0, "session"), "0 sessions");
    }
}
