//! Wider real data, where `TRADEBOT_EXTRA_DATA` names the directory that has them: raw daily bars
//! and factor files of QuantConnect LEAN, and data sets that are dirty as they were found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tradebot_domain::{ActionKind, CorporateAction, Date, Exchange, SessionData, Symbol};
use tradebot_market_data::{
    Catalogue, ColumnMapping, History, ImportOptions, ImportReport, Outcome, Replay,
};
use tradebot_quality_gates::Check;

use crate::testkit::{action, day, import, options, symbol};

/// A file of the wider data, or `None` with a word about it.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn extra(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRADEBOT_EXTRA_DATA");
    if root.is_none() {
        println!("skipped: TRADEBOT_EXTRA_DATA is not set, {name} was not read");
    }
    root.map(|root| Path::new(&root).join("wide").join(name))
}

fn lean(factors: bool, accept_dirty: bool) -> Option<ImportOptions> {
    let table = extra("lean_factor_table.csv.gz")?;
    Some(ImportOptions { factors: factors.then_some(table), accept_dirty, ..options() })
}

/// Symbols with a blocker that names the check, in order.
fn blocked(report: &ImportReport, check: Check) -> Vec<String> {
    let names = |detail: &str| detail.contains(&format!(" x {check},"));
    let found = report.blockers.iter().filter(|blocker| names(&blocker.detail));
    let mut all: Vec<String> =
        found.filter_map(|blocker| blocker.symbol).map(|symbol| symbol.to_string()).collect();
    all.sort();
    all
}

#[test]
fn raw_bars_without_factors_are_refused_for_their_splits() {
    let Some(file) = extra("daily_lean_raw.csv.gz") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = import(home.path(), &file, &lean(false, false).unwrap());
    assert_eq!(report.outcome, Outcome::Refused);
    let suspected = blocked(&report, Check::SuspectedSplit);
    for name in ["AAPL", "BAC", "EEM", "IBM", "IWM", "QQQ"] {
        assert!(suspected.contains(&name.to_owned()), "{name}: {suspected:?}");
    }
}

#[test]
fn with_factors_only_the_identity_hazards_are_left() {
    let Some(file) = extra("daily_lean_raw.csv.gz") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = import(home.path(), &file, &lean(true, false).unwrap());
    assert_eq!(report.outcome, Outcome::Refused);
    for blocker in &report.blockers {
        println!("{}", blocker.detail);
    }
    assert_eq!(blocked(&report, Check::IdentityBreak), ["QQQ"]);
    assert_eq!(blocked(&report, Check::SuspectedSplit), ["EEM"], "an earlier user of the ticker");
    let quality = &report.symbols.iter().find(|s| s.symbol == symbol("QQQ")).unwrap().quality;
    let hazard = quality.refusing().next().unwrap();
    assert_eq!((hazard.date, hazard.check), (day("2011-03-23").into(), Check::IdentityBreak));
    assert!(hazard.detail.starts_with("1588 sessions without a bar between 2004-11-30"));

    let accepted = import(home.path(), &file, &lean(true, true).unwrap());
    assert_eq!(accepted.outcome, Outcome::Stored);
    let catalogue = Catalogue::open(home.path()).unwrap();
    assert_eq!(catalogue.list().map(|entry| entry.bars).sum::<usize>(), 43_698);
    let gaps = catalogue.inspect(symbol("QQQ")).unwrap().gaps;
    assert!(gaps.iter().any(|gap| gap.sessions == 1_588 && gap.from == day("2004-12-01")));
}

#[test]
fn actions_of_the_factor_table_agree_with_the_list_made_from_it() {
    let (Some(file), Some(list)) =
        (extra("daily_lean_raw.csv.gz"), extra("corporate_actions_lean.csv.gz"))
    else {
        return;
    };
    let home = tempfile::tempdir().unwrap();
    let report = import(home.path(), &file, &lean(true, true).unwrap());
    let expected = listed_actions(&list);
    let mut checked = 0;
    for series in &report.symbols {
        let mut found: BTreeMap<(Date, bool), f64> = BTreeMap::new();
        for CorporateAction { ex_date, kind } in &series.actions {
            let (split, value) = match kind {
                ActionKind::Split { ratio } => (true, ratio.to_string()),
                ActionKind::Dividend { amount } => (false, amount.to_string()),
            };
            found.insert((*ex_date, split), value.parse().unwrap());
        }
        for &(name, last_cum, split, value) in &expected {
            if name != series.symbol || last_cum < day("2000-01-03") || last_cum >= series.last {
                continue;
            }
            let ex_date = Exchange::Xnys.next_session(last_cum).unwrap();
            let ours = found.remove(&(ex_date, split));
            // Six digits of a factor are worth that much of an old dividend.
            let near = |ours: f64| (ours / value - 1.0).abs() < 0.02 || (ours - value).abs() < 6e-4;
            assert!(ours.is_some_and(near), "{name} {ex_date} split {split}: {value}, {ours:?}");
            checked += 1;
        }
        let spurious: Vec<_> = found.keys().filter(|(date, _)| *date > day("2000-01-10")).collect();
        assert!(spurious.is_empty(), "{}: {spurious:?}", series.symbol);
    }
    println!("{checked} actions checked");
    assert!(checked > 450, "{checked}");
    let apple = report.symbols.iter().find(|s| s.symbol == symbol("AAPL")).unwrap();
    let texts: Vec<String> = apple.actions.iter().map(action).collect();
    for wanted in ["2014-06-09 split 7", "2020-08-31 split 4", "2012-08-09 dividend 2.65"] {
        assert!(texts.contains(&wanted.to_owned()), "{wanted}: {texts:?}");
    }
}

/// Symbol, last date with the entitlement, is a split, value.
fn listed_actions(list: &Path) -> Vec<(Symbol, Date, bool, f64)> {
    let file = std::fs::File::open(list).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(file));
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            let value = record[3].parse().unwrap();
            (symbol(&record[0]), day(&record[1]), &record[2] == "split", value)
        })
        .collect()
}

#[test]
fn reused_tickers_are_suspected() {
    let Some(file) = extra("dirty/lean_ticker_reuse_fb_uso.csv.gz") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = import(home.path(), &file, &options());
    for blocker in &report.blockers {
        println!("{}", blocker.detail);
    }
    assert_eq!(report.outcome, Outcome::Refused);
    assert_eq!(blocked(&report, Check::IdentityBreak), ["FB", "USO"]);
}

#[test]
fn a_data_set_with_holes_is_refused_row_by_row_and_usable_when_accepted() {
    let Some(file) = extra("dirty/djia_2006_2017_with_nulls.csv.gz") else { return };
    let home = tempfile::tempdir().unwrap();
    let report = import(home.path(), &file, &options());
    assert_eq!((report.outcome, report.symbols.len()), (Outcome::Refused, 21));
    let rows = &report.files[0];
    let empty = rows.issues.iter().filter(|issue| issue.problem == "is empty").count();
    let bodies = rows.issues.iter().filter(|issue| issue.problem.contains("open ")).count();
    let zero = rows.issues.iter().find(|issue| issue.problem.contains("above zero")).unwrap();
    assert_eq!((zero.column.as_str(), zero.value.as_str(), zero.line), ("low", "0.0", 24_986));
    assert_eq!((rows.rows, rows.rejected, empty, bodies), (63_414, 128, 17, 110));
    let accepted = import(home.path(), &file, &ImportOptions { accept_dirty: true, ..options() });
    assert_eq!(accepted.outcome, Outcome::Stored, "{:#?}", accepted.blockers);
    let catalogue = Catalogue::open(home.path()).unwrap();
    assert_eq!(catalogue.list().map(|entry| entry.bars).sum::<usize>(), 63_414 - 128);
}

#[test]
fn an_imported_vix_reaches_the_replay_one_session_late() {
    let Some(file) = extra("vix_daily.csv.gz") else { return };
    let home = tempfile::tempdir().unwrap();
    // Its early years have highs below opens; only the close is ever used.
    let mapping = ColumnMapping::parse(["open=", "high=", "low="]).unwrap();
    let options = ImportOptions { symbol: Some(symbol("^VIX")), mapping, ..options() };
    let report = import(home.path(), &file, &options);
    assert_eq!(report.outcome, Outcome::Stored, "{:#?}", report.blockers);
    assert_eq!(report.symbols[0].quality.counts.get(&Check::OffCalendar), Some(&1));

    let mut history = History::bundled().unwrap();
    let vix = Catalogue::open(home.path()).unwrap().load(symbol("^VIX")).unwrap();
    history.vix = vix.bars.iter().map(|bar| (bar.date.date(), bar.close)).collect();
    let all = history.symbols();
    let replay: Vec<SessionData> =
        Replay::new(&history, &all, day("2000-03-01"), day("2013-03-01")).unwrap().collect();
    assert!(replay.iter().all(|data| data.vix_previous.is_some()));
    for pair in replay.windows(2) {
        let close = vix.bar(pair[0].session).map(|bar| bar.close);
        assert_eq!(pair[1].vix_previous, close, "{}", pair[1].session);
    }
}

#[test]
fn split_adjusted_prices_with_total_return_closes_give_dividends_only() {
    let Some(file) = extra("daily_stocknet_2012_2017.csv.gz") else { return };
    let home = tempfile::tempdir().unwrap();
    let options = ImportOptions { accept_dirty: true, ..options() };
    let report = import(home.path(), &file, &options);
    assert_eq!((report.outcome, report.symbols.len()), (Outcome::Stored, 58));
    for (name, dividends) in [("MSFT", 20), ("GOOG", 0), ("KO", 20), ("BRK-A", 0), ("JPM", 20)] {
        let series = report.symbols.iter().find(|s| s.symbol == symbol(name)).unwrap();
        let texts: Vec<String> = series.actions.iter().map(action).collect();
        println!("{name}: {texts:?}");
        assert!(texts.iter().all(|text| text.contains("dividend")), "{name}");
        assert_eq!(texts.len(), dividends, "{name}");
    }
    let microsoft = report.symbols.iter().find(|s| s.symbol == symbol("MSFT")).unwrap();
    let texts: Vec<String> = microsoft.actions.iter().map(action).collect();
    for wanted in ["2012-11-13 dividend 0.23", "2015-02-17 dividend 0.31"] {
        assert!(texts.contains(&wanted.to_owned()), "{wanted}: {texts:?}");
    }
}
