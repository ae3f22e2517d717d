//! No body, however broken, makes a parser panic; what it takes for data holds its promises.

use proptest::prelude::*;
use tradebot_domain::{Date, Symbol};
use tradebot_market_data::source::{
    Bars, BarsAsk, EventsAsk, Fault, News, Observations, SeriesAsk, alpha_vantage, cboe, finnhub,
    fred, gdelt, newsapi, rss, valet, yahoo,
};

const FROM: Date = Date::constant(2026, 1, 1);
const TO: Date = Date::constant(2026, 12, 31);

/// One good body of each kind.
const GOOD: [&str; 9] = [
    "DATE,OPEN,HIGH,LOW,CLOSE\n07/07/2026,16.31,17.02,15.98,16.44\n07/08/2026,16.5,16.91,15.73,15.89\n",
    r#"{"Meta Data":{},"Time Series (Daily)":{"2026-07-08":{"1. open":"36.2","2. high":"36.7","3. low":"36.0","4. close":"36.4","5. volume":"501233"},"2026-07-07":{"1. open":"36","2. high":"37","3. low":"35","4. close":"36","5. volume":"1"}}}"#,
    r#"{"Symbol":"RY","PERatio":"12.1","ExDividendDate":"2026-07-08","feed":[{"title":"a","url":"https://example.com/1","time_published":"20260709T143000"}]}"#,
    r#"{"c":261.7,"d":1,"h":263.3,"l":260.6,"o":261,"pc":259.4,"t":1783605000,"earningsCalendar":[{"date":"2026-07-30","hour":"amc","symbol":"RY.TO"}]}"#,
    r#"[{"category":"company","datetime":1783605000,"headline":"ZZQ lifts","id":1,"source":"W","summary":"x","url":"https://example.com/1"}]"#,
    r#"{"chart":{"result":[{"meta":{"currency":"CAD","exchangeTimezoneName":"America/Toronto"},"timestamp":[1783431000,1783517400],"events":{"splits":{"1":{"date":1783517400,"numerator":2,"denominator":1}},"dividends":{"1":{"date":1783517400,"amount":0.2}}},"indicators":{"quote":[{"open":[18.1,36],"high":[18.4,37],"low":[18,35],"close":[18.2,36],"volume":[1,2]}]}}],"error":null}}"#,
    r#"{"observations":[{"date":"2026-07-08","d":"2026-07-08","value":"15.89","FXUSDCAD":{"v":"1.38"}},{"date":"2026-07-07","d":"2026-07-07","value":".","FXUSDCAD":{"v":"1.39"}}]}"#,
    r#"{"status":"ok","articles":[{"source":{"name":"Wire"},"title":"ZZQ lifts","url":"https://example.com/1","publishedAt":"2026-07-09T14:30:00Z","seendate":"20260709T143000Z","domain":"example.com"}]}"#,
    r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item><title>ZZQ &amp; Co</title><link>https://example.com/1</link><pubDate>Thu, 09 Jul 2026 14:30:00 GMT</pubDate></item></channel></rss>"#,
];

fn symbol() -> Symbol {
    Symbol::new("RY.TO").unwrap()
}

/// Every parser over one body.
fn read_all(body: &[u8]) {
    let ask = BarsAsk { symbol: symbol(), from: FROM, to: TO };
    let series = SeriesAsk { id: "FXUSDCAD".to_owned(), from: FROM, to: TO };
    let events = EventsAsk { symbol: symbol(), from: FROM, to: TO };
    bars(cboe::parse(body, FROM, TO));
    bars(alpha_vantage::parse_daily(body, &ask));
    bars(yahoo::parse(body, &ask));
    numbers(fred::parse(body, &series));
    numbers(valet::parse(body, &series));
    news(alpha_vantage::parse_news(body, None));
    news(finnhub::parse_news(body, symbol()));
    news(newsapi::parse(body, None));
    news(gdelt::parse(body, None));
    news(rss::parse(body, (FROM, TO)));
    if let Ok(quote) = finnhub::parse_quote(body, symbol()) {
        assert!(quote.last.is_finite() && quote.last > 0.0);
    }
    if let Ok(events) = finnhub::parse_earnings(body, &events) {
        assert!(events.events.iter().all(|e| (FROM..=TO).contains(&e.date)));
    }
    if let Ok(facts) = alpha_vantage::parse_overview(body, symbol()) {
        assert!(facts.facts.values().all(|text| !text.is_empty() && text.chars().count() <= 2_000));
    }
}

fn bars(read: Result<Bars, Fault>) {
    let Ok(bars) = read else { return };
    assert!(bars.bars.is_sorted_by(|a, b| a.date < b.date), "in order, each once");
    assert!(bars.actions.is_sorted_by_key(|action| action.ex_date));
    for bar in &bars.bars {
        assert!((FROM..=TO).contains(&bar.date.date()));
        assert!(
            [bar.open, bar.high, bar.low, bar.close].iter().all(|p| p.is_finite() && *p >= 0.0),
            "{bar:?}"
        );
        assert!(bar.volume.is_finite() && bar.volume >= 0.0);
    }
}

fn numbers(read: Result<Observations, Fault>) {
    let Ok(numbers) = read else { return };
    assert!(numbers.values.is_sorted_by(|a, b| a.date < b.date));
}

fn news(read: Result<News, Fault>) {
    let Ok(news) = read else { return };
    for item in &news.items {
        assert!(!item.title.is_empty() && item.title.chars().count() <= 300);
        assert!(!item.title.chars().chain(item.summary.chars()).any(char::is_control));
        assert!(item.url.starts_with("http"), "{}", item.url);
    }
    let mut prints: Vec<&str> = news.items.iter().map(|i| i.fingerprint.as_str()).collect();
    prints.sort_unstable();
    assert!(prints.is_sorted_by(|a, b| a < b), "each story once");
}

#[test]
fn each_good_body_is_read_by_somebody() {
    let ask = BarsAsk { symbol: symbol(), from: FROM, to: TO };
    let body = |at: usize| GOOD[at].as_bytes();
    assert_eq!(cboe::parse(body(0), FROM, TO).unwrap().bars.len(), 2);
    assert_eq!(alpha_vantage::parse_daily(body(1), &ask).unwrap().bars.len(), 2);
    assert_eq!(alpha_vantage::parse_news(body(2), None).unwrap().items.len(), 1);
    assert!(finnhub::parse_quote(body(3), symbol()).is_ok());
    assert_eq!(finnhub::parse_news(body(4), symbol()).unwrap().items.len(), 1);
    assert_eq!(yahoo::parse(body(5), &ask).unwrap().bars.len(), 2);
    let series = SeriesAsk { id: "FXUSDCAD".to_owned(), from: FROM, to: TO };
    assert_eq!(fred::parse(body(6), &series).unwrap().values.len(), 2);
    assert_eq!(valet::parse(body(6), &series).unwrap().values.len(), 2);
    assert_eq!(newsapi::parse(body(7), None).unwrap().items.len(), 1);
    assert_eq!(gdelt::parse(body(7), None).unwrap().items.len(), 1);
    assert_eq!(rss::parse(body(8), (FROM, TO)).unwrap().items.len(), 1);
}

/// Pieces that have broken parsers of such bodies before.
const PIECES: [&str; 22] = [
    "null",
    "NaN",
    "-1",
    "0",
    "1e308",
    "1e-400",
    "99999999999999999999",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "true",
    ",",
    "\u{0}",
    "\u{202e}",
    "é",
    "<html>",
    "<",
    "&#0;",
    "\\u0000",
    "\\",
    "9999-99-99",
];

#[derive(Debug, Clone)]
enum Wound {
    Put(usize, usize),
    Cut(usize, usize),
    Double(usize, usize),
    Byte(usize, u8),
    End(usize),
}

fn wound() -> impl Strategy<Value = Wound> {
    let at = 0..1_000_usize;
    prop_oneof![
        (at.clone(), 0..PIECES.len()).prop_map(|(a, p)| Wound::Put(a, p)),
        (at.clone(), 1..40_usize).prop_map(|(a, n)| Wound::Cut(a, n)),
        (at.clone(), 1..80_usize).prop_map(|(a, n)| Wound::Double(a, n)),
        (at.clone(), any::<u8>()).prop_map(|(a, b)| Wound::Byte(a, b)),
        at.prop_map(Wound::End),
    ]
}

fn wounded(body: &str, wounds: &[Wound]) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    for wound in wounds {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        let place = |at: usize| at * length / 1_000;
        match *wound {
            Wound::Put(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, PIECES[piece].bytes());
            }
            Wound::Cut(at, n) => {
                let at = place(at);
                bytes.drain(at..(at + n).min(length));
            }
            Wound::Double(at, n) => {
                let at = place(at);
                let copy = bytes[at..(at + n).min(length)].to_vec();
                bytes.splice(at..at, copy);
            }
            Wound::Byte(at, byte) => bytes[place(at)] = byte,
            Wound::End(at) => bytes.truncate(place(at)),
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn wounded_bodies_are_read_or_named(which in 0..GOOD.len(), wounds in prop::collection::vec(wound(), 1..4)) {
        read_all(&wounded(GOOD[which], &wounds));
    }

    #[test]
    fn any_bytes_are_read_or_named(body in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&body);
    }
}
