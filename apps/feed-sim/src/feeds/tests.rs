//! What the providers say, without a socket.

use super::*;

fn feeds() -> Feeds {
    Feeds::new(Knobs::default()).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn fault(provider: &str, times: Option<u32>, effect: Effect) -> Command {
    Command::Fault { provider: provider.to_owned(), skip: 0, times, effect }
}

const DAILY: &str = "/alpha_vantage/query?function=TIME_SERIES_DAILY&symbol=IBM&apikey=x";

#[test]
fn the_limit_of_a_free_key_is_told_as_an_answer() {
    let mut feeds = feeds();
    for n in 0..25 {
        assert!(feeds.answer(&Request::new(DAILY), at(n)).text().contains("Time Series"));
    }
    let reply = feeds.answer(&Request::new(DAILY), at(30));
    assert!(reply.status == 200 && reply.text().contains("25 requests per day"));
    assert!(feeds.answer(&Request::new(DAILY), at(86_401)).text().contains("Time Series"));
    assert!(feeds.calls().iter().all(|call| !call.contains("apikey")), "keys are not kept");
}

#[test]
fn a_wrong_key_is_refused_in_the_words_of_each_provider() {
    let keys = [("alpha_vantage".to_owned(), "good".to_owned())].into();
    let mut feeds = Feeds::new(Knobs { keys, ..Knobs::default() }).unwrap();
    let reply = feeds.answer(&Request::new(DAILY), at(0));
    assert!(reply.status == 200 && reply.text().contains("apikey is invalid"));
    assert_eq!(feeds.answer(&Request::new("/finnhub/quote?symbol=IBM"), at(0)).status, 401);
    assert_eq!(feeds.answer(&Request::new("/newsapi/everything?q=x"), at(0)).status, 401);
    assert_eq!(feeds.answer(&Request::new("/fred/series/observations"), at(0)).status, 400);
    assert_eq!(feeds.answer(&Request::new("/nobody/x"), at(0)).status, 404);
}

#[test]
fn a_fault_strikes_as_often_as_told_and_then_no_more() {
    let mut feeds = feeds();
    feeds.command(fault("cboe", Some(2), Effect::Html)).unwrap();
    let mut pages = 0;
    for n in 0..4 {
        let reply = feeds.answer(&Request::new("/cboe/VIX_History.csv"), at(n));
        pages += usize::from(reply.text().starts_with("<!DOCTYPE"));
    }
    assert_eq!(pages, 2);
    assert!(feeds.command(fault("nobody", None, Effect::Limit)).is_err());
    feeds.command(fault("*", None, Effect::Empty)).unwrap();
    assert!(feeds.answer(&Request::new("/cboe/VIX_History.csv"), at(9)).body.is_empty());
    feeds.command(Command::ClearFaults).unwrap();
    assert!(!feeds.answer(&Request::new("/cboe/VIX_History.csv"), at(9)).body.is_empty());
}

#[test]
fn the_same_seed_is_the_same_world_and_nothing_is_told_of_tomorrow() {
    let ask = |feeds: &mut Feeds| {
        [
            "/valet/observations/FXUSDCAD/json?start_date=2013-02-01&end_date=2013-12-31",
            "/rss/ZZQ.xml",
        ]
        .map(|target| feeds.answer(&Request::new(target), at(0)).text())
    };
    let (one, other) = (ask(&mut feeds()), ask(&mut feeds()));
    assert_eq!(one, other);
    assert!(one[0].contains("2013-03-01") && !one[0].contains("2013-03-04"));
    let mut later = feeds();
    later.command(Command::Today { date: Date::constant(2013, 3, 4) }).unwrap();
    assert!(ask(&mut later)[0].contains("2013-03-04"));
}
