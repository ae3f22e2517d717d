//! Every source reads its provider's shape.

use tradebot_domain::ActionKind;
use tradebot_market_data::History;
use tradebot_market_data::source::{
    EventKind, EventsAsk, NewsAsk, SeriesAsk, Source, Tolerance, agreement,
};

use crate::support::{Desk, bars_of, day, symbol};

#[tokio::test]
async fn bars_of_two_providers_are_the_bars_that_were_traded() {
    let desk = Desk::new().await;
    let history = History::bundled().unwrap();
    // Over Apple's split of 2005, two for one.
    let ask = bars_of("AAPL", day(2005, 2, 1), day(2005, 3, 31));
    let told = desk.yahoo().daily_bars(&ask).await.unwrap();
    assert!(told.provenance.unofficial);
    let held: Vec<_> = history.series[&symbol("AAPL")]
        .bars
        .iter()
        .filter(|b| (ask.from..=ask.to).contains(&b.date.date()))
        .copied()
        .collect();
    let found = agreement(
        &held,
        &told.value.bars,
        Tolerance { price: 1e-6, volume: 1e-6, price_least: 0.0051 },
    );
    assert_eq!(
        (found.compared, found.agreed),
        (held.len(), held.len()),
        "{:?}",
        found.disagreements
    );
    assert!(
        told.value
            .actions
            .iter()
            .any(|a| matches!(a.kind, ActionKind::Split { ratio } if ratio == 2.into()))
    );

    let ask = bars_of("IBM", day(2013, 1, 2), day(2013, 3, 1));
    let (one, other) = (desk.alpha_vantage(), desk.yahoo());
    let (one, other) = (one.daily_bars(&ask).await.unwrap(), other.daily_bars(&ask).await.unwrap());
    let found = agreement(&one.value.bars, &other.value.bars, Tolerance::default());
    assert!(found.compared >= 40 && found.share() == 1.0, "{found:?}");
    assert!(!one.provenance.url.contains("apikey") && !one.provenance.unofficial);

    let toronto = bars_of("ZZQ.TO", day(2012, 5, 1), day(2012, 7, 31));
    let told = desk.yahoo().daily_bars(&toronto).await.unwrap().value;
    assert_eq!(told.currency.unwrap().code(), "CAD");
    let early = desk.alpha_vantage().daily_bars(&toronto).await.unwrap().value;
    assert!(early.is_cut && early.bars.is_empty(), "a hundred sessions do not reach so far");
}

#[tokio::test]
async fn index_rate_and_series_are_read() {
    let desk = Desk::new().await;
    let vix =
        desk.cboe().daily_bars(&bars_of("^VIX", day(2013, 2, 1), day(2013, 3, 31))).await.unwrap();
    assert_eq!(vix.value.bars.last().unwrap().date, day(2013, 3, 1).into());
    assert!(vix.provenance.url.ends_with("/cboe/VIX_History.csv"));
    let unknown = desk.cboe().daily_bars(&bars_of("IBM", day(2013, 2, 1), day(2013, 3, 1))).await;
    assert_eq!(unknown.unwrap_err().fault.name(), "unknown");

    let ask = SeriesAsk { id: "FXUSDCAD".to_owned(), from: day(2013, 2, 1), to: day(2013, 2, 28) };
    let rates = desk.valet().series(&ask).await.unwrap().value.values;
    assert!(rates.len() >= 18 && rates.iter().all(|r| r.value.is_some()));
    let ask = SeriesAsk { id: "VIXCLS".to_owned(), from: day(2013, 1, 1), to: day(2013, 1, 31) };
    let closes = desk.fred().series(&ask).await.unwrap().value.values;
    assert_eq!(closes[0].value, None, "New Year");
    assert!(closes[1].value.is_some());
    let wrong = SeriesAsk { id: "NOPE".to_owned(), ..ask };
    for name in [desk.fred().series(&wrong).await, desk.valet().series(&wrong).await] {
        assert_eq!(name.unwrap_err().fault.name(), "unknown");
    }
}

#[tokio::test]
async fn a_quote_facts_and_dates_are_read() {
    let desk = Desk::new().await;
    let quote = desk.finnhub().quote(symbol("AAPL")).await.unwrap().value;
    assert_eq!(quote.at.to_string(), "2013-03-01T21:00:00Z");
    let unknown = desk.finnhub().quote(symbol("NOPE")).await.unwrap_err();
    assert_eq!(unknown.fault.name(), "unknown");
    let facts = desk.alpha_vantage().fundamentals(symbol("AAPL")).await.unwrap().value.facts;
    assert_eq!(facts["Sector"], "TECHNOLOGY");
    assert!(!facts.contains_key("Beta"), "what is not known is not there");
    let unknown = desk.alpha_vantage().fundamentals(symbol("NOPE")).await.unwrap_err();
    assert_eq!(unknown.fault.name(), "unknown");

    let ask = EventsAsk { symbol: symbol("AAPL"), from: day(2013, 1, 1), to: day(2013, 6, 30) };
    let events = desk.finnhub().events(&ask).await.unwrap().value;
    assert_eq!(events.covers, [EventKind::Earnings]);
    assert_eq!(events.events.len(), 2, "{:?}", events.events);
}

#[tokio::test]
async fn news_is_read_from_everybody_and_each_story_comes_once() {
    let desk = Desk::new().await;
    let (from, to) = (day(2013, 2, 22), day(2013, 2, 28));
    let ask = NewsAsk { symbol: Some(symbol("AAPL")), query: None, from, to };
    let sources: [Box<dyn Source>; 5] = [
        Box::new(desk.alpha_vantage()),
        Box::new(desk.finnhub()),
        Box::new(desk.newsapi()),
        Box::new(desk.gdelt()),
        Box::new(desk.rss()),
    ];
    for source in sources {
        let name = source.about().name;
        let news = source.news(&ask).await.unwrap().value;
        assert_eq!(news.items.len(), 5, "{name}: five weekdays, Monday's story told twice");
        assert!(news.items.iter().all(|item| !item.title.contains('<')), "{name}");
        assert!(news.items[0].published_at > news.items[4].published_at, "{name}");
    }
}
