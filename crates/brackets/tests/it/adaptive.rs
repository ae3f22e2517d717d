//! The R-multiple of a row over thirteen real years of five stocks.

use std::collections::BTreeMap;
use std::io::Read as _;

use tradebot_brackets::adaptive::{AdaptiveConfig, AdaptiveR, Finding, Question, Review};
use tradebot_brackets::{BracketSpec, CostModel, Management};
use tradebot_domain::{Bar, Moment, Symbol, Tick};

use crate::reference::{FIXTURES, atr_14};

/// Bars of every symbol, continuous through splits and dividends.
fn stocks() -> BTreeMap<Symbol, Vec<Bar>> {
    let path = format!("{FIXTURES}/market/stocks_daily_raw_2000_2013.csv.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let mut all: BTreeMap<Symbol, Vec<Bar>> = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records().map(Result::unwrap) {
        let number = |i: usize| row[i].parse::<f64>().unwrap();
        let (open, high, low, close) = (number(2), number(3), number(4), number(5));
        let raw = Bar { date: row[1].parse().unwrap(), open, high, low, close, volume: number(6) };
        all.entry(row[0].parse().unwrap()).or_default().push(raw.scaled(number(7) / close));
    }
    all
}

/// Decides on every symbol and day with the row of a calm trend.
fn reviews(stocks: &BTreeMap<Symbol, Vec<Bar>>, own_r: f64) -> Vec<Review> {
    let spec = BracketSpec {
        atr_multiplier: 1.5,
        r_multiple: own_r,
        stop_min: 0.015,
        stop_max: 0.08,
        max_holding_sessions: 30,
        trailing_atr: None,
    };
    // Prices of long ago are small here, for which a commission per share would be too much.
    let costs = CostModel { commission_per_share: 0.0, ..CostModel::default() };
    let (management, tick) = (Management::OFF, Tick::MIL);
    let question = Question { spec, management, costs, tick };
    let mut row = AdaptiveR::new(question, AdaptiveConfig::default()).unwrap();
    let mut sessions: BTreeMap<Moment, Vec<(Symbol, Bar, f64)>> = BTreeMap::new();
    for (symbol, bars) in stocks {
        for (bar, atr) in bars.iter().zip(atr_14(bars)) {
            sessions.entry(bar.date).or_default().push((*symbol, *bar, atr));
        }
    }
    let mut reviews = Vec::new();
    for (session, symbols) in sessions {
        for (symbol, bar, atr) in &symbols {
            row.on_bar(*symbol, bar);
            if atr.is_finite() {
                row.decide(*symbol, session, bar.close, *atr).unwrap();
            }
        }
        let count = u32::try_from(symbols.len()).unwrap();
        reviews.extend(row.end_session(session, count).1);
    }
    reviews
}

#[test]
fn on_real_stocks_a_step_is_clear_of_its_standard_error_and_most_months_have_none() {
    let stocks = stocks();
    assert_eq!(stocks.len(), 5);
    for own_r in [1.0, 2.0, 3.0] {
        let reviews = reviews(&stocks, own_r);
        assert!(reviews.len() > 90, "{} months", reviews.len());
        let moved: Vec<&Review> = reviews.iter().filter(|r| r.finding == Finding::Moved).collect();
        for review in &moved {
            assert!(review.gain > review.standard_error.unwrap());
            assert!((review.to_r - review.from_r).abs() < 0.1 + 1e-9);
        }
        assert!(moved.len() * 2 < reviews.len(), "{} of {}", moved.len(), reviews.len());
        let last = reviews.last().unwrap();
        assert!(last.outcomes > 100.0, "{} outcomes", last.outcomes);
        // Wider targets are reached less often and pay more when they are.
        for pair in last.candidates.windows(2) {
            assert!(pair[1].p <= pair[0].p + 1e-9 && pair[1].mean_win >= pair[0].mean_win - 0.02);
        }
    }
}
