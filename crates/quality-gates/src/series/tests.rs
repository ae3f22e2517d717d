//! Tests of the module `series`.

use super::*;

fn weekday(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() < 5
}

/// `n` bars on weekdays from `first` on; closes go up and down by 1 %.
fn walk(first: &str, n: usize, close: f64) -> Vec<Bar> {
    let mut date: Date = first.parse().unwrap();
    let mut bars = Vec::new();
    while bars.len() < n {
        if weekday(date) {
            let close = if bars.len() % 2 == 0 { close } else { close * 1.01 };
            let (open, high, low) = (close * 1.001, close * 1.02, close * 0.98);
            bars.push(Bar { date: date.into(), open, high, low, close, volume: 1e5 });
        }
        date = date.tomorrow().unwrap();
    }
    bars
}

fn assess(bars: &[Bar]) -> SeriesReport {
    let symbol = Symbol::new("TEST").unwrap();
    assess_series(symbol, bars, &[], &weekday, &GateConfig::default())
}

#[track_caller]
fn check(bars: &[Bar], expected: &[(Check, bool)]) {
    let report = assess(bars);
    let found: Vec<_> = report.findings.iter().map(|f| (f.check, f.refuses)).collect();
    assert_eq!(found, expected, "{:#?}", report.findings);
}

#[test]
fn a_clean_series_is_excellent() {
    let report = assess(&walk("2010-01-04", 100, 50.0));
    assert_eq!((report.score, report.level), (1.0, Level::Excellent));
    assert_eq!((report.bars, report.sessions_missing), (100, 0));
    assert!(report.findings.is_empty());
}

#[test]
fn an_empty_series_is_critical_not_excellent() {
    let report = assess(&[]);
    assert_eq!((report.score, report.level, report.first), (0.0, Level::Critical, None));
}

#[test]
fn duplicates_and_disorder_are_found_where_they_stand() {
    let mut bars = walk("2010-01-04", 50, 50.0);
    bars.insert(30, bars[29]);
    bars.swap(10, 11);
    check(&bars, &[(Check::Gap, false), (Check::OutOfOrder, true), (Check::Duplicate, true)]);
}

#[test]
fn missing_sessions_lower_the_score_and_years_of_them_break_the_identity() {
    let mut bars = walk("2010-01-04", 50, 50.0);
    bars.remove(20);
    let report = assess(&bars);
    assert_eq!((report.sessions_missing, report.counts[&Check::Gap]), (1, 1));
    assert!(report.score < 1.0 && report.refusing().next().is_none());

    let mut two_lives = walk("2004-01-05", 50, 50.0);
    two_lives.extend(walk("2011-03-23", 50, 50.0));
    check(&two_lives, &[(Check::Gap, false), (Check::IdentityBreak, true)]);
}

#[test]
fn another_company_under_the_ticker_is_suspected_by_its_price() {
    let mut bars = walk("2010-01-04", 50, 0.06);
    let later = walk("2010-03-15", 50, 68.0);
    bars.extend(later);
    check(&bars, &[(Check::OutlierReturn, false), (Check::IdentityBreak, true)]);
}

#[test]
fn a_split_off_record_refuses_the_series_once() {
    let mut bars = walk("2010-01-04", 50, 90.0);
    bars.extend(walk("2010-03-15", 50, 30.0));
    check(&bars, &[(Check::SuspectedSplit, true)]);
}

#[test]
fn a_holiday_bar_is_noted() {
    let bars = walk("2010-01-04", 50, 50.0);
    let holiday = bars[9].date;
    let report = assess_series(
        Symbol::new("TEST").unwrap(),
        &bars,
        &[],
        &|date| weekday(date) && date != holiday.date(),
        &GateConfig::default(),
    );
    assert_eq!(report.counts, BTreeMap::from([(Check::OffCalendar, 1)]));
    assert_eq!(report.refusing().count(), 0);
}
