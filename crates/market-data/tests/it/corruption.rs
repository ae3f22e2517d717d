//! Real series with wrong bars put into them: what the gate catches, and what it takes for wrong that
//! is not.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_domain::{
    ActionKind, Bar, CorporateAction, Currency, Date, Decimal, Exchange, Moment,
};
use tradebot_market_data::{History, Series};
use tradebot_quality_gates::{GateConfig, Label, SymbolGate, assess_series};

use crate::testkit::symbol;

/// Places per symbol and kind.
const PLACES: usize = 40;
/// Bars before a place, more than the gate remembers, and after it.
const PAST: usize = 90;
const FUTURE: usize = 30;

/// A series as it is handed to the gate, and where it is wrong.
struct Wrong {
    bars: Vec<Bar>,
    actions: Vec<CorporateAction>,
    label: Label,
    /// Indices of the bars that are wrong, or that show what is.
    at: std::ops::RangeInclusive<usize>,
}

/// Corrupts the bar at an index, in one of several ways.
type Corrupt = fn(&mut Wrong, usize, usize);

/// Kinds of corruption; a bad print is one of at least half the price.
const KINDS: [(&str, Corrupt); 20] = [
    ("a price that is no number", |w, i, n| *price(&mut w.bars[i], n) = f64::NAN),
    ("an infinite price", |w, i, n| *price(&mut w.bars[i], n) = f64::INFINITY),
    ("a price of zero", |w, i, n| *price(&mut w.bars[i], n) = 0.0),
    ("a negative price", |w, i, n| *price(&mut w.bars[i], n) *= -1.0),
    ("high and low exchanged", |w, i, _| {
        let Bar { high, low, .. } = w.bars[i];
        (w.bars[i].high, w.bars[i].low) = (low, high);
    }),
    ("a high below the close", |w, i, _| w.bars[i].high = w.bars[i].close * 0.99),
    ("cents for dollars", |w, i, _| scale(&mut w.bars[i], 100.0)),
    ("the decimal point moved", |w, i, n| scale(&mut w.bars[i], [10.0, 0.1][n % 2])),
    ("a bad print of the close", |w, i, n| {
        let bar = &mut w.bars[i];
        bar.close *= [1.6, 2.2, 0.55, 0.4][n % 4];
        (bar.high, bar.low) = (bar.high.max(bar.close), bar.low.min(bar.close));
    }),
    ("a stray low", |w, i, _| w.bars[i].low *= 0.5),
    ("a bar told twice", |w, i, _| {
        w.bars.insert(i + 1, w.bars[i]);
        w.at = i..=i + 1;
    }),
    ("two bars in the wrong order", |w, i, _| {
        w.bars.swap(i, i + 1);
        w.at = i..=i + 1;
    }),
    ("a week and more without bars", |w, i, n| drop(w.bars.drain(i..i + 6 + n % 15))),
    ("a price that stands still", |w, i, _| {
        let still = w.bars[i];
        for bar in &mut w.bars[i + 1..=i + 6] {
            *bar = Bar { date: bar.date, volume: bar.volume, ..still };
        }
        w.at = i + 1..=i + 6;
    }),
    ("a split that nobody announced", |w, i, n| {
        let ratio = [2.0, 3.0, 0.1][n % 3];
        w.bars[i..].iter_mut().for_each(|bar| scale(bar, 1.0 / ratio));
    }),
    ("a split that did not happen", |w, i, n| {
        let ratio = Decimal::from([2, 3, 10][n % 3]);
        let kind = ActionKind::Split { ratio };
        w.actions.push(CorporateAction { ex_date: w.bars[i].date.date(), kind });
        w.actions.sort_by_key(|action| action.ex_date);
    }),
    ("no shares traded", |w, i, _| w.bars[i].volume = 0.0),
    ("a bar on a day without a session", |w, i, _| {
        let mut date = w.bars[i].date.date();
        while Exchange::Xnys.is_session(date).unwrap() {
            date = date.tomorrow().unwrap();
        }
        let after = w.bars.partition_point(|bar| bar.date < date.into());
        w.bars.insert(after, Bar { date: date.into(), ..w.bars[after - 1] });
        w.at = after..=after;
    }),
    ("a bar of another symbol", |w, _, _| w.label.symbol = symbol("OTHER")),
    ("prices in another currency", |w, _, _| w.label.currency = Some(Currency::Cad)),
];

fn price(bar: &mut Bar, n: usize) -> &mut f64 {
    match n % 4 {
        0 => &mut bar.open,
        1 => &mut bar.high,
        2 => &mut bar.low,
        _ => &mut bar.close,
    }
}

fn scale(bar: &mut Bar, factor: f64) {
    for price in [&mut bar.open, &mut bar.high, &mut bar.low, &mut bar.close] {
        *price *= factor;
    }
}

fn is_session(date: Date) -> bool {
    Exchange::Xnys.is_session(date).unwrap()
}

/// Bars that are not let through to a decision: refused by the gate, or by the report on the series.
fn kept_out(wrong: &Wrong, name: &str) -> BTreeSet<usize> {
    let own = Label { symbol: symbol(name), currency: Some(Currency::Usd) };
    let mut gate = SymbolGate::new(own.symbol, GateConfig::default()).in_currency(Currency::Usd);
    let mut newest: Option<Moment> = None;
    let mut refused = BTreeSet::new();
    for (i, bar) in wrong.bars.iter().enumerate() {
        let label = if wrong.at.contains(&i) { wrong.label } else { own };
        let (missed, due) = since(newest, bar.date, &wrong.actions);
        if gate.admit_labelled(label, bar.date, bar, &due, missed).1.is_err() {
            refused.insert(i);
        }
        newest = newest.max(Some(bar.date));
    }
    let report =
        assess_series(own.symbol, &wrong.bars, &wrong.actions, &is_session, &GateConfig::default());
    let off_calendar = report.findings.iter().filter(|f| f.check.name() == "off_calendar");
    let days: BTreeSet<Moment> = off_calendar.map(|f| f.date).collect();
    let on_them = wrong.bars.iter().enumerate().filter(|(_, bar)| days.contains(&bar.date));
    refused.extend(on_them.map(|(i, _)| i));
    refused
}

fn since(
    newest: Option<Moment>,
    date: Moment,
    actions: &[CorporateAction],
) -> (u32, Vec<CorporateAction>) {
    let Some(newest) = newest else { return (0, Vec::new()) };
    let (from, to) = (newest.date(), date.date());
    let due = actions.iter().filter(|a| a.ex_date > from && a.ex_date <= to).copied().collect();
    let days = std::iter::successors(from.tomorrow().ok(), |day| day.tomorrow().ok());
    let missed = days.take_while(|day| *day < to).filter(|day| is_session(*day)).count();
    (u32::try_from(missed).unwrap(), due)
}

fn sound(series: &Series) -> Wrong {
    let label = Label { symbol: series.symbol, currency: Some(Currency::Usd) };
    let (bars, actions) = (series.bars.clone(), series.actions.clone());
    Wrong { bars, actions, label, at: 0..=0 }
}

/// The same places in every run: a plain linear congruence.
fn place(n: usize, kind: usize, bars: usize) -> usize {
    let mixed = (n as u64 + 1)
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add((kind as u64 + 1).wrapping_mul(1_442_695_040_888_963_407));
    let mixed = usize::try_from(mixed >> 33).unwrap();
    // A symbol's first days have no past to stand out from, its last ones no room for a run.
    PAST + mixed % (bars - PAST - FUTURE)
}

#[test]
fn of_twenty_kinds_of_wrong_bars_in_real_series_99_in_100_are_kept_out() {
    let history = History::bundled().unwrap();
    let (mut caught, mut planted) = (0_usize, 0_usize);
    let mut missed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in ["AAPL", "IBM", "MSFT", "GOOG"] {
        let series = &history.series[&symbol(name)];
        let clean = kept_out(&sound(series), name);
        for (kind, (words, corrupt)) in KINDS.iter().enumerate() {
            for n in 0..PLACES {
                let at = place(n, kind, series.bars.len());
                // What is refused as it is proves nothing.
                if clean.range(at..at + FUTURE).next().is_some() {
                    continue;
                }
                let mut wrong = sound(series);
                wrong.bars = series.bars[at - PAST..at + FUTURE].to_vec();
                wrong.at = PAST..=PAST;
                corrupt(&mut wrong, PAST, n);
                planted += 1;
                let out = kept_out(&wrong, name);
                if wrong.at.clone().any(|i| out.contains(&i)) {
                    caught += 1;
                } else {
                    let day = series.bars[at].date;
                    missed.entry(words).or_default().push(format!("{name} {day}"));
                }
            }
        }
    }
    println!("{caught} of {planted} caught; missed: {missed:#?}");
    assert!(planted > 3_000, "{planted}");
    assert!(caught * 100 >= planted * 99, "{caught} of {planted}: {missed:#?}");
    for (kind, missed) in &missed {
        assert!(missed.len() * 20 <= 4 * PLACES, "{kind}: {missed:?}");
    }
}

#[test]
fn of_the_real_bars_one_in_a_thousand_at_most_is_kept_out() {
    let history = History::bundled().unwrap();
    let (mut out, mut all) = (0, 0);
    for (name, series) in &history.series {
        out += kept_out(&sound(series), name.as_str()).len();
        all += series.bars.len();
    }
    println!("{out} of {all} bars kept out");
    assert!(out * 1_000 <= all, "{out} of {all}");
}

#[test]
fn nothing_is_proposed_to_be_mended_in_the_real_series() {
    let history = History::bundled().unwrap();
    for series in history.series.values() {
        let basis = tradebot_quality_gates::Basis::Raw;
        let proposals = tradebot_quality_gates::propose(&series.bars, &series.actions, basis);
        assert_eq!(proposals, [], "{}", series.symbol);
    }
}
