//! From files to a replay.

use std::fs;

use tradebot_domain::{Currency, Exchange, SessionData};
use tradebot_market_data::{
    ActionSource, Catalogue, ColumnMapping, DataError, History, ImportOptions, OnConflict, Outcome,
    Replay, Role,
};

use crate::testkit::{action, day, import, january, lines, options, symbol, write};

#[test]
fn an_imported_file_comes_back_bit_for_bit_and_replays() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let report =
        import(home.path(), &file, &ImportOptions { symbol: Some(symbol("AAA")), ..options() });
    assert_eq!(report.outcome, Outcome::Stored, "{:#?}", report.blockers);
    assert_eq!((report.symbols[0].added, report.symbols[0].bars), (10, 10));

    let catalogue = Catalogue::open(home.path()).unwrap();
    let series = catalogue.load(symbol("AAA")).unwrap();
    assert_eq!(series.bars[1].close, 50.5);
    assert_eq!(series.bars[9].volume, 1_009.0);
    let history = History::from_catalogue(&catalogue, &[]).unwrap();
    assert_eq!(history.index, History::bundled().unwrap().index, "context of the bundle");
    let replay: Vec<SessionData> =
        Replay::new(&history, &[symbol("AAA")], day("2005-01-03"), day("2005-01-14"))
            .unwrap()
            .collect();
    assert_eq!(replay.len(), 10);
    assert!(replay.iter().all(|data| data.index.is_some() && data.bars.len() == 1));
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let named = ImportOptions { symbol_from_file_name: true, ..options() };
    let _ = import(home.path(), &file, &named);
    let stored = home.path().join("catalogue/AAA.csv.gz");
    let before = fs::read(&stored).unwrap();
    let report = import(home.path(), &file, &named);
    assert_eq!(report.outcome, Outcome::Stored);
    assert_eq!((report.symbols[0].added, report.symbols[0].unchanged), (0, 10));
    assert_eq!(fs::read(&stored).unwrap(), before);
    let catalogue = Catalogue::open(home.path()).unwrap();
    assert_eq!(catalogue.entry(symbol("AAA")).unwrap().imports.len(), 2);
}

#[test]
fn a_changed_bar_needs_a_decision() {
    let home = tempfile::tempdir().unwrap();
    let named = ImportOptions { symbol_from_file_name: true, ..options() };
    let file = write(home.path(), "AAA.csv", &january());
    let _ = import(home.path(), &file, &named);
    let file = write(home.path(), "AAA.csv", &january().replace("1003", "7777"));
    let volume = || {
        let series = Catalogue::open(home.path()).unwrap().load(symbol("AAA")).unwrap();
        series.bars[3].volume
    };
    let refused =
        import(home.path(), &file, &ImportOptions { accept_dirty: true, ..named.clone() });
    assert_eq!((refused.outcome, volume()), (Outcome::Refused, 1_003.0));
    assert!(refused.blockers[0].detail.contains("1 sessions differ from the stored ones"));
    for (on_conflict, expected) in [(OnConflict::Keep, 1_003.0), (OnConflict::Replace, 7_777.0)] {
        let report = import(home.path(), &file, &ImportOptions { on_conflict, ..named.clone() });
        assert_eq!((report.outcome, volume()), (Outcome::Stored, expected));
    }
}

#[test]
fn a_dry_run_shows_the_mapping_and_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let text = january().replace("close,volume", "Last Price,volume");
    let file = write(home.path(), "AAA.csv", &text);
    let dry = ImportOptions {
        symbol: Some(symbol("AAA")),
        mapping: ColumnMapping::parse(["close=Last Price"]).unwrap(),
        dry_run: true,
        preview_rows: 2,
        ..options()
    };
    let report = import(home.path(), &file, &dry);
    assert_eq!(report.outcome, Outcome::Previewed);
    assert!(report.files[0].mapping.contains(&(Role::Close, "Last Price".to_owned())));
    assert_eq!(report.files[0].preview.len(), 2);
    assert!(report.files[0].preview[1].contains(&(Role::Close, "50.5".to_owned())));
    assert!(!home.path().join("catalogue").exists());
}

#[test]
fn several_symbols_in_one_file_are_stored_together_or_not_at_all() {
    let home = tempfile::tempdir().unwrap();
    let body = |name: &str, text: &str| -> String {
        lines(text.lines().skip(1).map(|line| format!("{name},{line}")))
    };
    // From the sixth session on, all prices halved: a split nobody announced.
    let all = january();
    let change = |(i, line): (usize, &str)| if i > 5 { halved(line) } else { line.to_owned() };
    let split = lines(all.lines().enumerate().map(change));
    let text = format!(
        "symbol,date,open,high,low,close,volume\n{}{}",
        body("BBB", &split),
        body("AAA", &january())
    );
    let file = write(home.path(), "both.csv", &text);
    let report = import(home.path(), &file, &options());
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(report.blockers.iter().any(|b| b.detail.starts_with("BBB: 1 x suspected_split")));
    assert_eq!(Catalogue::open(home.path()).unwrap().list().len(), 0);

    let one = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let report = import(home.path(), &file, &one);
    assert_eq!((report.outcome, report.files[0].filtered), (Outcome::Stored, 10));

    let report = import(home.path(), &file, &ImportOptions { accept_dirty: true, ..options() });
    assert_eq!(report.outcome, Outcome::Stored);
    let catalogue = Catalogue::open(home.path()).unwrap();
    assert_eq!(catalogue.symbols(), [symbol("AAA"), symbol("BBB")]);
    assert_eq!(catalogue.entry(symbol("BBB")).unwrap().imports[0].accepted.len(), 1);
    assert!(catalogue.entry(symbol("AAA")).unwrap().imports[1].accepted.is_empty());
}

/// The four prices of a line at half.
fn halved(line: &str) -> String {
    let cells: Vec<&str> = line.split(',').collect();
    let price = |at: usize| cells[at].parse::<f64>().unwrap() / 2.0;
    format!("{},{},{},{},{},{}", cells[0], price(1), price(2), price(3), price(4), cells[5])
}

#[test]
fn adjusted_closes_and_explicit_columns_become_actions() {
    let home = tempfile::tempdir().unwrap();
    // Two for one on the 10th, 0.25 on the 13th.
    let mut adjusted = vec!["date,open,high,low,close,volume,Adj Close".to_owned()];
    let mut explicit = vec!["date,open,high,low,close,volume,Dividends,Stock Splits".to_owned()];
    for (i, line) in january().lines().skip(1).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let price = |at: usize| cells[at].parse::<f64>().unwrap() / if i < 5 { 1.0 } else { 2.0 };
        let prices = format!("{},{},{},{}", price(1), price(2), price(3), price(4));
        let dividend_factor = if i < 8 { 1.0 / (1.0 + 0.25 / 25.0) } else { 1.0 };
        let split_factor = if i < 5 { 0.5 } else { 1.0 };
        let adjusted_close = price(4) * split_factor * dividend_factor;
        adjusted.push(format!("{},{prices},{},{adjusted_close}", cells[0], cells[5]));
        let (dividend, split) =
            (if i == 8 { "0.25" } else { "0.0" }, if i == 5 { "2.0" } else { "0.0" });
        explicit.push(format!("{},{prices},{},{dividend},{split}", cells[0], cells[5]));
    }
    for (name, text, source) in
        [("ADJ", adjusted, ActionSource::AdjustedClose), ("EXP", explicit, ActionSource::Columns)]
    {
        let file = write(home.path(), &format!("{name}.csv"), &text.join("\n"));
        let named = ImportOptions { symbol_from_file_name: true, ..options() };
        let report = import(home.path(), &file, &named);
        assert_eq!(report.outcome, Outcome::Stored, "{:#?}", report.blockers);
        assert_eq!(report.symbols[0].action_source, source);
        let stored = Catalogue::open(home.path()).unwrap().load(symbol(name)).unwrap();
        let found: Vec<String> = stored.actions.iter().map(action).collect();
        assert_eq!(found, ["2005-01-10 split 2", "2005-01-13 dividend 0.25"], "{name}");
    }
}

#[test]
fn inspection_shows_gaps_against_the_calendar() {
    let home = tempfile::tempdir().unwrap();
    let keep = |line: &&str| !line.starts_with("2005-01-06") && !line.starts_with("2005-01-07");
    let text = lines(january().lines().filter(keep).map(str::to_owned));
    let file = write(home.path(), "AAA.csv", &text);
    let report =
        import(home.path(), &file, &ImportOptions { symbol: Some(symbol("AAA")), ..options() });
    assert_eq!(report.outcome, Outcome::Stored);
    let inspection = Catalogue::open(home.path()).unwrap().inspect(symbol("AAA")).unwrap();
    assert_eq!(inspection.gaps.len(), 1);
    let gap = inspection.gaps[0];
    assert_eq!((gap.from, gap.to, gap.sessions), (day("2005-01-06"), day("2005-01-07"), 2));
    assert_eq!((inspection.entry.bars, inspection.quality.sessions_missing), (8, 2));
}

#[test]
fn an_imported_index_and_vix_take_the_place_of_the_bundled_ones() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let _ = import(home.path(), &file, &ImportOptions { symbol: Some(symbol("AAA")), ..options() });
    let file = write(home.path(), "gspc.csv", &january());
    let index = ImportOptions { symbol: Some(symbol("^GSPC")), ..options() };
    assert_eq!(import(home.path(), &file, &index).outcome, Outcome::Stored);
    let file = write(home.path(), "vix.csv", "date,close\n2005-01-03,14.08\n2005-01-04,13.98\n");
    let vix = ImportOptions { symbol: Some(symbol("^VIX")), ..options() };
    assert_eq!(import(home.path(), &file, &vix).outcome, Outcome::Stored);

    let catalogue = Catalogue::open(home.path()).unwrap();
    let history = History::from_catalogue(&catalogue, &[]).unwrap();
    assert_eq!(history.symbols(), [symbol("AAA")]);
    assert_eq!(history.index.bars.len(), 10);
    assert_eq!(history.vix, [(day("2005-01-03"), 14.08), (day("2005-01-04"), 13.98)]);
    let wrong = History::from_catalogue(&catalogue, &[symbol("^VIX")]).unwrap_err();
    assert!(matches!(wrong, DataError::NotTradable { .. }));
    let unknown = History::from_catalogue(&catalogue, &[symbol("AAB")]).unwrap_err();
    assert!(unknown.to_string().contains("did you mean `AAA`?"), "{unknown}");
}

#[test]
fn a_stored_symbol_stays_in_its_currency() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let named = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let _ = import(home.path(), &file, &named);
    let cad = ImportOptions { currency: Currency::Cad, exchange: Exchange::Xtse, ..named };
    let error = Catalogue::open(home.path()).unwrap().import(&[file], &cad).unwrap_err();
    assert!(error.to_string().contains("stored in USD on XNYS, the import says CAD on XTSE"));
}

#[test]
fn a_changed_or_lost_file_is_named_and_a_removed_symbol_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let named = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let _ = import(home.path(), &file, &named);
    let stored = home.path().join("catalogue/AAA.csv.gz");
    let mut catalogue = Catalogue::open(home.path()).unwrap();

    let mut bytes = fs::read(&stored).unwrap();
    bytes[20] ^= 1;
    fs::write(&stored, &bytes).unwrap();
    let error = catalogue.load(symbol("AAA")).unwrap_err().to_string();
    assert!(error.contains("the index says") && error.contains("import AAA again"), "{error}");
    fs::remove_file(&stored).unwrap();
    assert!(catalogue.load(symbol("AAA")).unwrap_err().to_string().contains("is missing"));

    catalogue.remove(symbol("AAA")).unwrap();
    assert_eq!(Catalogue::open(home.path()).unwrap().list().len(), 0);
    let index = home.path().join("catalogue/index.json");
    fs::write(index, "{").unwrap();
    assert!(matches!(Catalogue::open(home.path()), Err(DataError::CatalogueIndex { .. })));
}

#[test]
fn an_import_cut_off_after_its_index_is_read_as_done_and_finished_by_the_next() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let named = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let _ = import(home.path(), &file, &named);
    let (placed, staged) =
        (home.path().join("catalogue/AAA.csv.gz"), home.path().join("catalogue/AAA.csv.gz.new"));
    // As a crash between index and rename leaves it, with an older file still in place.
    fs::rename(&placed, &staged).unwrap();
    fs::write(&placed, b"the file of an earlier import").unwrap();
    let catalogue = Catalogue::open(home.path()).unwrap();
    assert_eq!(catalogue.load(symbol("AAA")).unwrap().bars.len(), 10);

    let other = write(home.path(), "BBB.csv", &january());
    let _ =
        import(home.path(), &other, &ImportOptions { symbol: Some(symbol("BBB")), ..options() });
    assert!(!staged.exists());
    assert_eq!(Catalogue::open(home.path()).unwrap().load(symbol("AAA")).unwrap().bars.len(), 10);
}

#[test]
fn an_import_cut_off_before_its_index_never_happened() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let named = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let _ = import(home.path(), &file, &named);
    let staged = home.path().join("catalogue/AAA.csv.gz.new");
    fs::write(&staged, b"half a fi").unwrap();
    fs::write(home.path().join("catalogue/index.json.new"), b"{").unwrap();
    let catalogue = Catalogue::open(home.path()).unwrap();
    assert_eq!(catalogue.load(symbol("AAA")).unwrap().bars.len(), 10);
}

#[test]
fn two_imports_at_once_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "AAA.csv", &january());
    let named = ImportOptions { symbol: Some(symbol("AAA")), ..options() };
    let _ = import(home.path(), &file, &named);
    let lock = fs::File::open(home.path().join("catalogue/lock")).unwrap();
    lock.lock().unwrap();
    let mut catalogue = Catalogue::open(home.path()).unwrap();
    let error = catalogue.import(std::slice::from_ref(&file), &named).unwrap_err();
    assert!(matches!(error, DataError::Busy { .. }));
    drop(lock);
    assert_eq!(catalogue.import(&[file], &named).unwrap().outcome, Outcome::Stored);
}
