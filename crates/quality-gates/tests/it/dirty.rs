//! Series as a source really served them, wrong, beside the same ones mended by others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tradebot_domain::{ActionKind, Bar, CorporateAction, Date, Decimal, Moment};
use tradebot_quality_gates::{Basis, Repair, propose};

/// A series and its actions.
#[derive(Clone)]
struct Served {
    bars: Vec<Bar>,
    actions: Vec<CorporateAction>,
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn folder() -> Option<PathBuf> {
    let Ok(data) = std::env::var("TRADEBOT_EXTRA_DATA") else {
        println!("skipped: TRADEBOT_EXTRA_DATA does not say where the dirty samples are");
        return None;
    };
    Some(Path::new(&data).join("wide/dirty/yfinance"))
}

/// Reads a file, oldest bar first. Hours and weeks stand under their first day and minute.
fn read(path: &Path) -> Served {
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let mut rows = csv::Reader::from_reader(file);
    let header = rows.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|h| h == name);
    let (mut bars, mut actions) = (Vec::new(), Vec::new());
    for row in rows.records() {
        let row = row.unwrap();
        let number = |name: &str| -> f64 { row[column(name).unwrap()].parse().unwrap_or(f64::NAN) };
        let day: Date = row[0][..10].parse().unwrap();
        let hour: u32 = row[0].get(11..13).map_or(0, |h| h.parse().unwrap());
        let date = if hour == 0 { day.into() } else { Moment::at(day, hour * 60).unwrap() };
        bars.push(Bar {
            date,
            open: number("Open"),
            high: number("High"),
            low: number("Low"),
            close: number("Close"),
            volume: number("Volume"),
        });
        let decimal = |name: &str| Decimal::try_from(number(name)).unwrap_or_default().round_dp(12);
        let (amount, ratio) = (decimal("Dividends"), decimal("Stock Splits"));
        if amount > Decimal::ZERO {
            actions.push(CorporateAction { ex_date: day, kind: ActionKind::Dividend { amount } });
        }
        if ratio > Decimal::ZERO {
            actions.push(CorporateAction { ex_date: day, kind: ActionKind::Split { ratio } });
        }
    }
    bars.sort_by_key(|bar| bar.date);
    actions.sort_by_key(|action| action.ex_date);
    Served { bars, actions }
}

#[expect(clippy::print_stdout, reason = "a failure is read beside what was proposed")]
fn mended(served: &Served) -> (Served, Vec<Repair>) {
    let proposals = propose(&served.bars, &served.actions, Basis::SplitAdjusted);
    let mut mended = served.clone();
    for proposal in &proposals {
        println!("  {}", proposal.because);
        proposal.repair.apply(&mut mended.bars, &mut mended.actions);
    }
    (mended, proposals.into_iter().map(|proposal| proposal.repair).collect())
}

fn dividends(served: &Served) -> BTreeMap<Date, f64> {
    let paid = served.actions.iter().filter_map(|action| match action.kind {
        ActionKind::Dividend { amount } => Some((action.ex_date, f64::try_from(amount).unwrap())),
        ActionKind::Split { .. } => None,
    });
    paid.collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 2e-3 * b.abs() || a.is_nan() && b.is_nan()
}

/// Prices that differ from the oracle's, and dividends.
fn differences(ours: &Served, oracle: &Served) -> (usize, usize) {
    let theirs: BTreeMap<Moment, &Bar> = oracle.bars.iter().map(|bar| (bar.date, bar)).collect();
    let prices = |bar: &Bar| [bar.open, bar.high, bar.low, bar.close];
    let wrong_prices = ours.bars.iter().filter(|bar| {
        let theirs = prices(theirs[&bar.date]);
        !prices(bar).into_iter().zip(theirs).all(|(a, b)| near(a, b))
    });
    let (our_dividends, theirs) = (dividends(ours), dividends(oracle));
    let days: std::collections::BTreeSet<&Date> =
        our_dividends.keys().chain(theirs.keys()).collect();
    let of = |all: &BTreeMap<Date, f64>, day: &Date| all.get(day).copied().unwrap_or(0.0);
    let wrong_dividends =
        days.iter().filter(|day| !near(of(&our_dividends, day), of(&theirs, day)));
    (wrong_prices.count(), wrong_dividends.count())
}

/// What is left to do after our repairs, file by file: prices and dividends unlike the oracle's.
fn left_to_do() -> Option<BTreeMap<String, (usize, usize, usize)>> {
    let folder = folder()?;
    let mut left = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(stem) = name.strip_suffix("-fixed.csv.gz") else { continue };
        let served = read(&folder.join(format!("{stem}.csv.gz")));
        let oracle = read(&folder.join(&name));
        let (ours, repairs) = mended(&served);
        let (prices, dividends) = differences(&ours, &oracle);
        left.insert(stem.to_owned(), (repairs.len(), prices, dividends));
    }
    Some(left)
}

/// Level of every close over the one before: one unit throughout means no jumps.
fn jumps(served: &Served) -> usize {
    let closes = served.bars.windows(2).map(|pair| (pair[1].close / pair[0].close).ln().abs());
    closes.filter(|jump| *jump > 2.0).count()
}

#[test]
fn what_a_source_served_wrong_is_mended_as_others_mended_it() {
    let Some(left) = left_to_do() else { return };
    assert_eq!(left.len(), 20);
    let unlike_the_oracle: BTreeMap<&str, (usize, usize, usize)> = left
        .iter()
        .filter(|(_, (_, prices, dividends))| (*prices, *dividends) != (0, 0))
        .map(|(name, left)| (name.as_str(), *left))
        .collect();
    let expected = [
        // Half the bars are in pounds, half in pence, and nothing in the file says which are meant:
        // ours are all in pounds, the oracle's all in pence.
        ("AET-L-1d-100x-error", (1, 23, 0)),
        // A week with a split, a consolidation and a fifth of the price paid out: not guessed.
        ("AV-L-1wk-bad-stock-split", (0, 1, 0)),
        // Prices jump between pounds and pence, which the oracle left; ours are in pounds, and the
        // dividend of a pence stretch with them.
        ("LSC-L-1d-bad-div", (12, 110, 1)),
        // The oracle moves one by a day and keeps its 15 %; ours takes its amount for a hundredth, as
        // of those after it.
        ("SCR-TO-1d-bad-div", (2, 0, 3)),
    ];
    assert_eq!(unlike_the_oracle, BTreeMap::from(expected));
    let folder = folder().unwrap();
    for name in ["AET-L-1d-100x-error", "LSC-L-1d-bad-div"] {
        let served = read(&folder.join(format!("{name}.csv.gz")));
        assert!(jumps(&served) > 0);
        assert_eq!(jumps(&mended(&served).0), 0, "{name} is in one unit");
    }
}

#[test]
fn correct_series_are_left_alone() {
    let Some(folder) = folder() else { return };
    let mut looked_at = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        // The first still mixes pounds and pence, the second is a week that is not guessed about.
        let known = ["LSC-L-1d", "AV-L-1wk"].iter().any(|known| name.starts_with(known));
        if !known && (name.contains("no-bad") || name.contains("-fixed")) {
            let (_, repairs) = mended(&read(&folder.join(&name)));
            assert_eq!(repairs, [], "{name}");
            looked_at += 1;
        }
    }
    assert_eq!(looked_at, 22);
}

#[test]
fn a_mended_series_has_nothing_more_to_mend() {
    let Some(folder) = folder() else { return };
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (once, _) = mended(&read(&folder.join(&name)));
        assert_eq!(mended(&once).1, [], "{name}");
    }
}
