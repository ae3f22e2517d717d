//! Facts of the bundled history, and the quality gate on it.

use tradebot_domain::Exchange;
use tradebot_market_data::{History, Replay};
use tradebot_quality_gates::{Check, GateConfig, SymbolGate, assess_series};

use crate::testkit::{action, day, symbol};

fn actions(name: &str) -> Vec<String> {
    let history = History::bundled().unwrap();
    history.series[&symbol(name)].actions.iter().map(action).collect()
}

#[test]
fn the_files_hold_what_their_page_says() {
    let history = History::bundled().unwrap();
    let rows = |name: &str| {
        let series = &history.series[&symbol(name)];
        (series.bars.len(), series.first().unwrap(), series.last().unwrap())
    };
    for name in ["AAPL", "IBM", "MSFT"] {
        assert_eq!(rows(name), (3_270, day("2000-03-01"), day("2013-03-01")), "{name}");
    }
    assert_eq!(rows("GOOG"), (2_148, day("2004-08-19"), day("2013-03-01")));
    assert_eq!(rows("FB"), (196, day("2012-05-18"), day("2013-03-01")));
    assert_eq!(history.index.bars.len(), 5_031);
    assert_eq!(history.index.first(), Some(day("1999-01-04")));
    assert_eq!(history.vix.len(), 1_259);
    assert_eq!(history.vix[0], (day("2014-01-03"), 13.76));
}

#[test]
fn splits_and_dividends_are_those_that_were_announced() {
    assert_eq!(
        actions("AAPL"),
        [
            "2000-06-21 split 2",
            "2005-02-28 split 2",
            "2012-08-09 dividend 2.65",
            "2012-11-07 dividend 2.65",
            "2013-02-07 dividend 2.65",
        ]
    );
    let microsoft = actions("MSFT");
    assert_eq!(microsoft.iter().filter(|a| a.contains("dividend")).count(), 37);
    assert!(microsoft.contains(&"2003-02-18 split 2".to_owned()));
    assert!(microsoft.contains(&"2004-11-15 dividend 3.08".to_owned()));
    let ibm = actions("IBM");
    assert_eq!((ibm.len(), ibm.iter().filter(|a| a.contains("dividend")).count()), (52, 52));
    assert_eq!(actions("GOOG"), [""; 0]);
    assert_eq!(actions("FB"), [""; 0]);
}

#[test]
fn an_action_comes_with_the_session_of_its_ex_date_and_not_before() {
    let history = History::bundled().unwrap();
    let symbols = history.symbols();
    let mut seen = 0;
    for data in Replay::new(&history, &symbols, day("2000-03-01"), day("2013-03-01")).unwrap() {
        for (name, action) in &data.actions {
            assert_eq!(action.ex_date, data.session.date(), "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, 95);
}

#[test]
fn bars_fall_on_the_sessions_of_new_york_and_on_no_other_day() {
    let history = History::bundled().unwrap();
    for series in history.series.values() {
        let (first, last) = (series.first().unwrap(), series.last().unwrap());
        let sessions = Exchange::Xnys.sessions(first, last).unwrap();
        assert!(series.bars.iter().map(|bar| bar.date.date()).eq(sessions), "{}", series.symbol);
    }
}

#[test]
fn the_gate_refuses_one_bar_in_twelve_thousand_and_lets_the_next_pass() {
    let history = History::bundled().unwrap();
    let symbols = history.symbols();
    let mut gates: Vec<SymbolGate> =
        symbols.iter().map(|&s| SymbolGate::new(s, GateConfig::default())).collect();
    let (mut refused, mut noted) = (Vec::new(), 0);
    for data in Replay::new(&history, &symbols, day("2000-03-01"), day("2013-03-01")).unwrap() {
        for (name, bar) in &data.bars {
            let gate = gates.iter_mut().find(|gate| gate.symbol() == *name).unwrap();
            let due: Vec<_> =
                data.actions.iter().filter(|(s, _)| s == name).map(|(_, a)| *a).collect();
            let (reading, verdict) = gate.admit(data.session, Some(bar), &due, 0);
            noted += usize::from(!reading.violations.is_empty());
            refused.extend(verdict.err().map(|r| format!("{name} {} {}", data.session, r.reason)));
        }
    }
    assert_eq!(refused, ["AAPL 2000-09-29 outlier_return"], "the profit warning of that day");
    assert!(noted < 20, "{noted}");
}

#[test]
fn without_its_actions_a_series_is_suspected_of_splits_and_refused() {
    let history = History::bundled().unwrap();
    let apple = &history.series[&symbol("AAPL")];
    let is_session = |date| Exchange::Xnys.is_session(date).unwrap();
    let config = GateConfig::default();
    let assess = |actions| assess_series(apple.symbol, &apple.bars, actions, &is_session, &config);
    let with = assess(&apple.actions);
    assert_eq!(with.refusing().count(), 0);
    assert_eq!(with.level.name(), "excellent");
    let without: Vec<_> = assess(&[]).refusing().map(|f| (f.date, f.check)).collect();
    assert_eq!(
        without,
        [
            (day("2000-06-21").into(), Check::SuspectedSplit),
            (day("2005-02-28").into(), Check::SuspectedSplit)
        ]
    );
}
