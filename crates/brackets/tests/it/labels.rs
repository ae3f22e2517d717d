//! The labels of every reference signal in one call, and what they hang on.

use serde_json::Value;
use tradebot_brackets::labels::{FillSensitivity, LabelSpec, LabelSummary, Signal, labels};
use tradebot_brackets::{CostModel, FillRules};

use crate::reference::{Setup, atr_14, index_bars, reason, vectors};

fn spec(setup: &Setup) -> LabelSpec {
    LabelSpec {
        rules: setup.rules,
        ..LabelSpec::new(setup.side, (setup.stop_atr, setup.target_atr), setup.sessions)
    }
}

fn signals(rows: &[Value], atr: &[f64]) -> Vec<Signal> {
    let bar = |row: &Value| usize::try_from(row[0].as_u64().unwrap()).unwrap();
    rows.iter().map(|row| Signal { bar: bar(row), atr: atr[bar(row)] }).collect()
}

/// The label that a reason of the reference stands for.
fn value_of(reason: &str) -> Option<i8> {
    match reason.split('_').next().unwrap() {
        "target" => Some(1),
        "stop" => Some(-1),
        "time" => Some(0),
        "eod" => None,
        other => panic!("reason {other}"),
    }
}

#[test]
fn every_reference_signal_has_the_label_of_its_reason() {
    let (all, bars) = (vectors(), index_bars());
    let atr = atr_14(&bars);
    let mut seen = 0;
    for set in [&all, &all["tight"]] {
        for case in set["cases"].as_array().unwrap() {
            let Some(rows) = case.get("rows").and_then(Value::as_array) else { continue };
            let spec = spec(&Setup::read(case, &set["params"]));
            let found = labels(&bars, &signals(rows, &atr), &spec, &CostModel::FREE).unwrap();
            assert_eq!(found.len(), rows.len());
            for (label, row) in found.iter().zip(rows) {
                let wanted = row[7].as_str().unwrap();
                assert_eq!(reason(&label.exit), wanted, "{row}");
                assert_eq!(label.value, value_of(wanted), "{row}");
                assert_eq!(label.interval.first as u64, row[1].as_u64().unwrap());
                assert_eq!(label.interval.last as u64, row[5].as_u64().unwrap());
                for (price, i) in [(label.entry, 2), (label.stop, 3), (label.target, 4)] {
                    assert!((price - row[i].as_f64().unwrap()).abs() <= 1e-5, "{row}");
                }
                assert!((label.exit.price - row[6].as_f64().unwrap()).abs() <= 1e-5, "{row}");
                let paid = spec.side.sign() * (label.exit.price - label.entry) > 0.0;
                assert_eq!(label.meta(), label.value.map(|_| paid));
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 2 * 141 + 6 * 52);
}

#[test]
fn tight_brackets_are_ambiguous_and_wide_ones_are_not() {
    let (all, bars) = (vectors(), index_bars());
    let atr = atr_14(&bars);
    for (set, share) in [(&all, 0.0..=0.0), (&all["tight"], 0.035..=0.06)] {
        let cases = set["cases"].as_array().unwrap();
        for side in [1, -1] {
            let case = cases.iter().find(|c| c["tie"] == "stop" && c["side"] == side).unwrap();
            let spec = spec(&Setup::read(case, &set["params"]));
            let signals = signals(case["rows"].as_array().unwrap(), &atr);
            let found = labels(&bars, &signals, &spec, &CostModel::FREE).unwrap();
            let rate = LabelSummary::of(&found).ambiguity_rate;
            assert!(share.contains(&rate), "side {side}: {rate}");
        }
    }
}

#[test]
fn an_index_with_two_decimals_is_rarely_touched_to_the_cent() {
    let bars = index_bars();
    let atr = atr_14(&bars);
    let signals: Vec<Signal> = (14..bars.len()).map(|bar| Signal { bar, atr: atr[bar] }).collect();
    let spec = LabelSpec {
        rules: FillRules::default(),
        ..LabelSpec::new(tradebot_brackets::Side::Long, (1.5, 2.0), 10)
    };
    let both = FillSensitivity::of(&bars, &signals, &spec, &CostModel::default()).unwrap();
    assert!(both.changed <= signals.len() / 100, "{both:?}");
    assert_eq!(both.touch.labels + both.touch.end_of_data, signals.len() - 1);
    // Ten bars of daily signals: about one independent outcome in six.
    assert!((0.1..0.4).contains(&both.touch.mean_uniqueness), "{both:?}");
    assert!(both.touch.mean_net_r > -0.2 && both.touch.mean_net_r < 0.2, "{both:?}");
}
