//! Whatever a provider does wrong comes out as a fault by its name.

use feed_sim::Effect;
use tradebot_market_data::source::{NewsAsk, Source};

use crate::support::{Desk, KEY, bars_of, day, symbol};

#[tokio::test]
async fn each_fault_has_its_name_at_every_source() {
    let mut desk = Desk::new().await;
    let away = "http://127.0.0.2:9/".to_owned();
    for (effect, wanted) in [
        (Effect::Status { status: 503 }, "down"),
        (Effect::Limit, "limited"),
        (Effect::Html, "html"),
        (Effect::Cut, "cut"),
        (Effect::Huge, "too_large"),
        (Effect::Redirect { to: away }, "redirect"),
        (Effect::Empty, "empty"),
    ] {
        desk.fault("*", None, effect.clone());
        desk.afresh();
        let ibm = bars_of("IBM", day(2013, 1, 2), day(2013, 3, 1));
        let vix = bars_of("^VIX", day(2013, 1, 2), day(2013, 3, 1));
        let ask = NewsAsk { symbol: Some(symbol("IBM")), query: None, from: ibm.from, to: ibm.to };
        let errors = [
            desk.cboe().daily_bars(&vix).await.unwrap_err(),
            desk.alpha_vantage().daily_bars(&ibm).await.unwrap_err(),
            desk.yahoo().daily_bars(&ibm).await.unwrap_err(),
            desk.finnhub().news(&ask).await.unwrap_err(),
            desk.newsapi().news(&ask).await.unwrap_err(),
            desk.rss().news(&ask).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.fault.name(), wanted, "{error}");
            assert!(!format!("{error:?}").contains(KEY), "{error:?}");
        }
        desk.sim.command(feed_sim::Command::ClearFaults).unwrap();
    }
}

#[tokio::test]
async fn a_cut_answer_is_asked_for_again_and_a_slow_one_given_up() {
    let mut desk = Desk::new().await;
    let vix = bars_of("^VIX", day(2013, 1, 2), day(2013, 3, 1));
    desk.fault("cboe", Some(1), Effect::Cut);
    assert!(desk.cboe().daily_bars(&vix).await.is_ok());
    assert_eq!(desk.sim.calls().len(), 2);
    desk.afresh();
    desk.fault("cboe", None, Effect::Slow { bytes_per_s: 100 });
    let error = desk.cboe().daily_bars(&vix).await.unwrap_err();
    assert_eq!(error.fault.name(), "timeout", "{error}");
}

#[tokio::test]
async fn numbers_that_are_none_and_texts_that_end_are_named() {
    let mut desk = Desk::new().await;
    let ibm = bars_of("IBM", day(2013, 1, 2), day(2013, 3, 1));
    desk.fault("*", None, Effect::Nan);
    assert!(desk.alpha_vantage().daily_bars(&ibm).await.is_err());
    assert!(desk.yahoo().daily_bars(&ibm).await.is_err());
    desk.sim.command(feed_sim::Command::ClearFaults).unwrap();
    desk.afresh();
    desk.fault("*", None, Effect::Truncated);
    let error = desk.alpha_vantage().daily_bars(&ibm).await.unwrap_err();
    assert_eq!(error.fault.name(), "truncated", "{error}");
}

#[tokio::test]
async fn every_call_is_counted_against_the_day() {
    let desk = Desk::new().await;
    for n in 1..=3 {
        let asked = desk.alpha_vantage().fundamentals(symbol(&format!("S{n}"))).await.unwrap_err();
        assert_eq!(asked.fault.name(), "unknown");
        let status = &desk.http.governor().status()["alpha_vantage"];
        assert_eq!((status.windows[1].quota.calls, status.windows[1].used), (25, n));
    }
    assert_eq!(desk.sim.calls().len(), 3);
}
