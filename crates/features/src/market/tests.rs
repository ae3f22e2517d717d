//! Tests of the module `market`.

use tradebot_domain::Date;

use super::*;

/// A calm market that closes at `close`.
fn bar(close: f64) -> Bar {
    Bar {
        date: Date::constant(2014, 1, 3).into(),
        open: close,
        high: close,
        low: close,
        close,
        volume: 1.0,
    }
}

/// Closes that zigzag by 1 %.
fn zigzag(session: u32) -> f64 {
    if session.is_multiple_of(2) { 100.0 } else { 101.0 }
}

#[test]
fn the_proxy_is_a_line_on_ewma_volatility() {
    let mut vix = VixOrProxy::new();
    let last = (0..400).filter_map(|i| vix.update(zigzag(i), None)).last().unwrap();
    let volatility = 100.0 * 252.0_f64.sqrt() * 1.01_f64.ln();
    assert!(last.is_proxy);
    assert!((last.value - (7.2 + 0.78 * volatility)).abs() < 1e-9, "{}", last.value);
}

#[test]
fn a_quoted_vix_wins_and_one_that_is_no_number_counts_as_missing() {
    let mut vix = VixOrProxy::new();
    assert_eq!(vix.update(100.0, Some(14.5)), Some(VixReading { value: 14.5, is_proxy: false }));
    for bad in [f64::NAN, 0.0, -3.0, f64::INFINITY] {
        assert_eq!(vix.update(100.0, Some(bad)), None, "{bad}: the proxy is not warm yet");
    }
}

#[test]
fn a_change_from_proxy_to_quote_is_no_change_of_the_vix() {
    let mut market = MarketFeatures::new();
    let mut changes = Vec::new();
    for session in 0..320 {
        // From session 300 on the VIX is quoted, far from what the proxy says.
        let quoted = (session >= 300).then_some(60.0);
        if let Some(context) = market.update(&bar(zigzag(session)), quoted) {
            assert_eq!(context.vix_is_proxy, session < 300);
            changes.push(context.vix_change_5);
        }
    }
    assert_eq!(changes.len(), 320 - 251);
    assert!(changes.iter().all(|change| change.abs() < 1e-9), "{changes:?}");
}

#[test]
fn the_vix_change_compares_quotes_five_sessions_apart() {
    let mut market = MarketFeatures::new();
    let mut last = None;
    for session in 0..300 {
        last = market.update(&bar(zigzag(session)), Some(if session < 297 { 20.0 } else { 30.0 }));
    }
    assert!((last.unwrap().vix_change_5 - 1.5_f64.ln()).abs() < 1e-12);
}

#[test]
fn a_bar_without_a_price_leaves_the_market_as_it_was() {
    let (mut clean, mut dirty) = (MarketFeatures::new(), MarketFeatures::new());
    for session in 0..300 {
        let good = bar(zigzag(session));
        assert_eq!(dirty.update(&Bar { close: f64::NAN, ..good }, None), None);
        assert_eq!(clean.update(&good, None), dirty.update(&good, None), "session {session}");
    }
}
