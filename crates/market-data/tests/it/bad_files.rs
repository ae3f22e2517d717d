//! Files that are wrong, and what the user is told.

use std::path::Path;

use tradebot_market_data::{Catalogue, DataError, ImportOptions, ImportReport, Outcome};

use crate::testkit::{import, january, options, symbol, write};

fn named() -> ImportOptions {
    ImportOptions { symbol: Some(symbol("AAA")), ..options() }
}

fn import_text(text: &str, options: &ImportOptions) -> ImportReport {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "a.csv", text);
    import(home.path(), &file, options)
}

fn error_of(name: &str, bytes: &[u8]) -> DataError {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Catalogue::open(home.path()).unwrap().import(&[path], &named()).unwrap_err()
}

/// Line 5 of the clean file, changed.
#[track_caller]
fn check_line_5(from: &str, to: &str, column: &str, problem: &str) {
    let text = january().replace(from, to);
    assert_ne!(text, january(), "the line to change is there");
    let report = import_text(&text, &named());
    assert_eq!(report.outcome, Outcome::Refused);
    let file = &report.files[0];
    assert_eq!((file.rows, file.rejected, file.blocking, file.issues.len()), (10, 1, 1, 1));
    let issue = &file.issues[0];
    assert_eq!((issue.line, issue.column.as_str()), (5, column), "{issue}");
    assert!(issue.problem.contains(problem), "{issue}");
    assert!(report.blockers[0].detail.contains(&issue.to_string()));

    let accepted = import_text(&text, &ImportOptions { accept_dirty: true, ..named() });
    assert_eq!((accepted.outcome, accepted.symbols[0].bars), (Outcome::Stored, 9));
}

#[test]
fn bad_cells_refuse_the_file_until_they_are_accepted_and_left_out() {
    check_line_5("2005-01-06,50.1,51.5,49.5", "2005-01-06,50.1,49.5,51.5", "high", "look swapped");
    check_line_5("2005-01-06,50.1", "2005-01-06,fifty", "open", "is not a number");
    check_line_5("2005-01-06", "2005-01-60", "date", "is not a date");
    check_line_5(",1003", "", "(all)", "5 cells under 6 column names");
    check_line_5(",1003", ",\"1,003\"", "volume", "is not a number");
    check_line_5("2005-01-06", "2005-01-05", "date", "second bar for the date, other than line 4");
}

#[test]
fn a_repeated_row_is_told_and_harmless() {
    let line = "2005-01-06,50.1,51.5,49.5,50.5,1003\n";
    let report = import_text(&january().replace(line, &format!("{line}{line}")), &named());
    assert_eq!((report.outcome, report.symbols[0].bars), (Outcome::Stored, 10));
    assert_eq!(report.files[0].issues[0].problem, "repeats line 5");
}

#[test]
fn a_row_out_of_place_is_named_and_sorted_in_when_accepted() {
    let mut lines: Vec<String> = january().lines().map(str::to_owned).collect();
    lines.swap(4, 5);
    let text = lines.join("\n");
    let report = import_text(&text, &named());
    assert_eq!(report.outcome, Outcome::Refused);
    let issue = &report.files[0].issues[0];
    assert_eq!((issue.line, issue.value.as_str(), issue.dropped), (6, "2005-01-06", false));
    assert!(issue.problem.contains("out of order"));
    let accepted = import_text(&text, &ImportOptions { accept_dirty: true, ..named() });
    assert_eq!((accepted.outcome, accepted.symbols[0].bars), (Outcome::Stored, 10));
}

#[test]
fn a_file_with_the_newest_first_is_turned_round() {
    let all = january();
    let (header, body) = all.split_once('\n').unwrap();
    let reversed: Vec<&str> = std::iter::once(header).chain(body.lines().rev()).collect();
    let report = import_text(&reversed.join("\n"), &named());
    assert_eq!((report.outcome, report.symbols[0].bars), (Outcome::Stored, 10));
    assert!(report.symbols[0].notes[0].contains("newest bars stand first"));
}

#[test]
fn semicolons_tabs_quotes_dollars_and_byte_order_marks_are_understood() {
    let semicolons = january().replace(',', ";");
    let tabs = january().replace(',', "\t");
    let marked = format!("\u{feff}{}", january());
    let dollars = january().replace(",50.1,", ",\"$50.1\",");
    for text in [semicolons, tabs, marked, dollars] {
        let report = import_text(&text, &named());
        assert_eq!((report.outcome, report.symbols[0].bars), (Outcome::Stored, 10), "{text:.60}");
    }
}

#[test]
fn ambiguous_dates_ask_for_their_format() {
    let text = january()
        .replace("2005-01-0", "01/0")
        .replace("2005-01-1", "01/1")
        .lines()
        .map(|line| line.replacen(",50.1", "/2005,50.1", 1))
        .collect::<Vec<_>>()
        .join("\n");
    let report = import_text(&text, &named());
    assert_eq!(report.outcome, Outcome::Refused);
    let issue = &report.files[0].issues[0];
    assert_eq!((issue.value.as_str(), issue.line), ("01/03/2005", 2));
    assert!(issue.problem.contains("day or month first") && issue.remedy.contains("%d/%m/%Y"));
    let format = ImportOptions { date_format: Some("%m/%d/%Y".to_owned()), ..named() };
    assert_eq!(import_text(&text, &format).symbols[0].bars, 10);
}

#[test]
fn a_file_with_no_usable_row_cannot_be_forced_in() {
    let text = "date,open,high,low,close,volume\n2005-01-03,a,b,c,d,e\n";
    let report = import_text(text, &ImportOptions { accept_dirty: true, ..named() });
    assert_eq!(report.outcome, Outcome::Refused);
    assert!(report.blockers.iter().any(|b| !b.acceptable && b.detail.contains("no row")));
    let empty = import_text("date,open,high,low,close,volume\n", &named());
    assert_eq!(empty.outcome, Outcome::Refused);
}

#[test]
fn files_that_cannot_be_read_at_all_say_why() {
    assert!(matches!(
        error_of("a.csv", b"\xff\xfe\x00d\n1"),
        DataError::Format { .. } | DataError::Columns { .. }
    ));
    let mut gzip = {
        use std::io::Write as _;
        let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        e.write_all(january().as_bytes()).unwrap();
        e.finish().unwrap()
    };
    gzip.truncate(gzip.len() - 40);
    let cut = error_of("a.csv.gz", &gzip).to_string();
    assert!(cut.contains("check that the file is whole"), "{cut}");
    let parquet = error_of("a.parquet", b"PAR1 and then nothing").to_string();
    assert!(parquet.contains("cannot be read as Parquet"), "{parquet}");
    assert!(matches!(error_of("a.csv", b""), DataError::Columns { .. }));

    let home = tempfile::tempdir().unwrap();
    let missing = Path::new("there-is-no-such-file.csv").to_owned();
    let error = Catalogue::open(home.path()).unwrap().import(&[missing], &named()).unwrap_err();
    assert!(error.to_string().starts_with("cannot read there-is-no-such-file.csv"));
}

#[test]
fn a_file_without_symbols_asks_for_one() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "a.csv", &january());
    let error = Catalogue::open(home.path()).unwrap().import(&[file], &options()).unwrap_err();
    assert!(matches!(error, DataError::NoSymbolColumn { .. }));
}

#[test]
fn a_damaged_factor_table_stops_the_import() {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "a.csv", &january());
    let attempt = |text: &str| {
        let factors = Some(write(home.path(), "factors.csv", text));
        let options = ImportOptions { factors, ..named() };
        Catalogue::open(home.path())
            .unwrap()
            .import(std::slice::from_ref(&file), &options)
            .unwrap_err()
            .to_string()
    };
    let header = "symbol,last_date,price_factor,split_factor,reference_close";
    let cell = attempt(&format!("{header}\nAAA,2005-01-06,0.9,x,50.5\n"));
    assert!(cell.contains("line 2, column split_factor: `x` is not a number"), "{cell}");
    assert!(attempt("symbol,last_date\n").contains("needs a column price_factor"));
}
