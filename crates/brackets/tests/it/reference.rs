//! Signals, levels and expected fills were made by two independent implementations; here the same
//! walker that trades must give the same sessions and reasons exactly and prices to 1e-5.

use std::io::Read as _;

use serde_json::Value;
use tradebot_brackets::{Ambiguity, Exit, ExitKind, FillRules, Progress, Side, Walk};
use tradebot_domain::{Bar, Moment};

pub(crate) const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
const PRICE_TOLERANCE: f64 = 1e-5;

pub(crate) fn vectors() -> Value {
    let text = std::fs::read_to_string(format!("{FIXTURES}/vectors/10_brackets.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn index_bars() -> Vec<Bar> {
    let path = format!("{FIXTURES}/market/indices_daily_1999_2018.csv.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let (from, to): (Moment, Moment) =
        ("2007-01-03".parse().unwrap(), "2010-12-31".parse().unwrap());
    rows.records()
        .map(Result::unwrap)
        .filter(|row| &row[0] == "^GSPC")
        .map(|row| {
            let number = |i: usize| row[i].parse::<f64>().unwrap();
            Bar {
                date: row[1].parse().unwrap(),
                open: number(2),
                high: number(3),
                low: number(4),
                close: number(5),
                volume: number(6),
            }
        })
        .filter(|bar| (from..=to).contains(&bar.date))
        .collect()
}

/// ATR(14): mean of the first 14 true ranges at index 14, then Wilder's smoothing.
pub(crate) fn atr_14(bars: &[Bar]) -> Vec<f64> {
    let range: Vec<f64> =
        bars.windows(2).map(|w| w[1].high.max(w[0].close) - w[1].low.min(w[0].close)).collect();
    let mut atr = vec![f64::NAN; 14];
    atr.push(range[..14].iter().sum::<f64>() / 14.0);
    for r in &range[14..] {
        atr.push((atr.last().unwrap() * 13.0 + r) / 14.0);
    }
    atr
}

pub(crate) struct Setup {
    pub(crate) side: Side,
    pub(crate) stop_atr: f64,
    pub(crate) target_atr: f64,
    pub(crate) sessions: u32,
    pub(crate) rules: FillRules,
}

impl Setup {
    pub(crate) fn read(case: &Value, params: &Value) -> Self {
        let ambiguity = match case.get("tie").and_then(Value::as_str).unwrap_or("stop") {
            "stop" => Ambiguity::Stop,
            "target" => Ambiguity::Target,
            "nearest_open" => Ambiguity::NearestOpen,
            other => panic!("tie rule {other}"),
        };
        Self {
            side: if case["side"].as_i64().unwrap() == 1 { Side::Long } else { Side::Short },
            stop_atr: params["ks"].as_f64().unwrap(),
            target_atr: params["kt"].as_f64().unwrap(),
            sessions: u32::try_from(params["H"].as_u64().unwrap()).unwrap(),
            rules: FillRules {
                ambiguity,
                trade_through: case.get("through").and_then(Value::as_bool).unwrap_or(false),
            },
        }
    }

    /// Levels anchored on the open after the signal, the exit's bar, and the exit.
    fn walk(&self, bars: &[Bar], signal: usize, atr: f64) -> ((f64, f64, f64), usize, Exit) {
        let entry = bars[signal + 1].open;
        let stop = entry - self.side.sign() * self.stop_atr * atr;
        let target = entry + self.side.sign() * self.target_atr * atr;
        let mut walk =
            Walk::entered_at(self.side, entry, (stop, target), self.sessions, self.rules);
        for (index, bar) in bars.iter().enumerate().skip(signal + 1) {
            if let Progress::Closed(exit) = walk.step(bar) {
                return ((entry, stop, target), index, exit);
            }
        }
        let exit = walk.end_of_data(bars.last().unwrap().close).unwrap();
        ((entry, stop, target), bars.len() - 1, exit)
    }
}

pub(crate) fn reason(exit: &Exit) -> String {
    let name = match exit.kind {
        ExitKind::EndOfData => "eod",
        other => other.name(),
    };
    if exit.ambiguous { format!("{name}_ambiguous") } else { name.to_owned() }
}

fn assert_price(found: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= PRICE_TOLERANCE, "{what}: {found} for {expected}");
}

fn assert_rows(setup: &Setup, rows: &[Value], bars: &[Bar], atr: &[f64]) {
    for row in rows {
        let signal = usize::try_from(row[0].as_u64().unwrap()).unwrap();
        let what = format!("signal {signal} {:?} {:?}", setup.side, setup.rules.ambiguity);
        let ((entry, stop, target), index, exit) = setup.walk(bars, signal, atr[signal]);
        assert_eq!(row[1].as_u64().unwrap(), signal as u64 + 1, "{what}");
        assert_price(entry, &row[2], &what);
        assert_price(stop, &row[3], &what);
        assert_price(target, &row[4], &what);
        assert_eq!(row[5].as_u64().unwrap(), index as u64, "{what}");
        assert_price(exit.price, &row[6], &what);
        assert_eq!(row[7].as_str().unwrap(), reason(&exit), "{what}");
    }
}

#[test]
fn wide_and_tight_brackets_end_where_the_reference_says() {
    let (all, bars) = (vectors(), index_bars());
    assert_eq!(bars.len(), 1008);
    let atr = atr_14(&bars);
    let mut rows_checked = 0;
    for set in [&all, &all["tight"]] {
        for case in set["cases"].as_array().unwrap() {
            let Some(rows) = case.get("rows").and_then(Value::as_array) else { continue };
            assert_rows(&Setup::read(case, &set["params"]), rows, &bars, &atr);
            rows_checked += rows.len();
        }
    }
    assert_eq!(rows_checked, 2 * 141 + 6 * 52);
}

#[test]
fn tie_rules_change_nothing_where_no_bar_holds_both_levels() {
    let (all, bars) = (vectors(), index_bars());
    let atr = atr_14(&bars);
    let mut compared = 0;
    for case in all["cases"].as_array().unwrap() {
        let Some(differs) = case.get("differs_from_stop").and_then(Value::as_array) else {
            continue;
        };
        assert!(differs.is_empty());
        let setup = Setup::read(case, &all["params"]);
        let twin = all["cases"]
            .as_array()
            .unwrap()
            .iter()
            .find(|other| other["tie"] == "stop" && other["side"] == case["side"]);
        assert_rows(&setup, twin.unwrap()["rows"].as_array().unwrap(), &bars, &atr);
        compared += 1;
    }
    assert_eq!(compared, 4);
}

#[test]
fn corner_cases_end_where_the_reference_says() {
    let all = vectors();
    for case in all["synthetic"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let bars: Vec<Bar> = case["bars_ohlc"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| Bar {
                date: "2007-01-03".parse().unwrap(),
                open: b[0].as_f64().unwrap(),
                high: b[1].as_f64().unwrap(),
                low: b[2].as_f64().unwrap(),
                close: b[3].as_f64().unwrap(),
                volume: 1.0,
            })
            .collect();
        let signal = usize::try_from(case["signal_bar"].as_u64().unwrap()).unwrap();
        let setup = Setup::read(case, case);
        let (levels, index, exit) = setup.walk(&bars, signal, case["atr"].as_f64().unwrap());
        let expected = &case["expected"];
        assert_price(levels.0, &expected["entry"], name);
        assert_price(levels.1, &expected["stop"], name);
        assert_price(levels.2, &expected["target"], name);
        assert_eq!(expected["exit_idx"].as_u64().unwrap(), index as u64, "{name}");
        assert_price(exit.price, &expected["exit_price"], name);
        assert_eq!(expected["reason"].as_str().unwrap(), reason(&exit), "{name}");
    }
}
