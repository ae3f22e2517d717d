//! From a dirty import to a mended series, by a person's word.

use tradebot_domain::Timestamp;
use tradebot_market_data::{Catalogue, DataError, Decision, ImportOptions, OnConflict};

use crate::testkit::{JANUARY, import, january, options, symbol, write};

/// Ten sessions of January 2005, two of them in cents.
fn in_cents() -> String {
    let cents = |line: &str| -> String {
        let fields: Vec<&str> = line.split(',').collect();
        let price = |text: &&str| (text.parse::<f64>().unwrap() * 100.0).to_string();
        let prices: Vec<String> = fields[1..5].iter().map(price).collect();
        format!("{},{},{}", fields[0], prices.join(","), fields[5])
    };
    let wrong = [JANUARY[3], JANUARY[4]];
    let text = january();
    let lines = text.lines().map(|line| {
        if wrong.iter().any(|date| line.starts_with(date)) { cents(line) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn dirty_home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let file = write(home.path(), "dirty.csv", &in_cents());
    let options = ImportOptions { symbol: Some(symbol("TEST")), accept_dirty: true, ..options() };
    let report = import(home.path(), &file, &options);
    assert!(report.blockers.iter().any(|b| b.acceptable), "{:?}", report.blockers);
    home
}

fn yes() -> Decision {
    let note = Some("the exchange quotes in cents".to_owned());
    Decision { accept: true, note, at: Some(Timestamp::UNIX_EPOCH) }
}

#[test]
fn an_accepted_repair_changes_the_stored_bars_and_says_who_wanted_it_and_why() {
    let home = dirty_home();
    let mut catalogue = Catalogue::open(home.path()).unwrap();
    let before = catalogue.inspect(symbol("TEST")).unwrap();
    assert!(before.quality.refusing().count() > 0);
    let offers = catalogue.offers(symbol("TEST")).unwrap();
    assert_eq!(offers.len(), 1, "{offers:?}");
    let ids = [offers[0].id.clone()];
    catalogue.decide(symbol("TEST"), &ids, &yes()).unwrap();

    let again = Catalogue::open(home.path()).unwrap();
    let after = again.inspect(symbol("TEST")).unwrap();
    assert_eq!(after.quality.refusing().count(), 0, "{:?}", after.quality.findings);
    assert!(after.entry.score > before.entry.score);
    assert_ne!(after.entry.blake3, before.entry.blake3);
    let mending = &after.entry.mendings[0];
    assert_eq!((mending.id.as_str(), mending.accepted), (ids[0].as_str(), true));
    assert_eq!(mending.note.as_deref(), Some("the exchange quotes in cents"));
    let closes: Vec<f64> =
        again.load(symbol("TEST")).unwrap().bars.iter().map(|b| b.close).collect();
    assert!(closes.iter().all(|close| (49.0..52.0).contains(close)), "{closes:?}");
    assert_eq!(again.offers(symbol("TEST")).unwrap(), []);
}

#[test]
fn a_rejected_repair_changes_nothing_and_is_not_offered_again() {
    let home = dirty_home();
    let mut catalogue = Catalogue::open(home.path()).unwrap();
    let before = catalogue.entry(symbol("TEST")).unwrap().clone();
    let id = catalogue.offers(symbol("TEST")).unwrap().remove(0).id;
    let no = Decision { accept: false, ..yes() };
    catalogue.decide(symbol("TEST"), &[id], &no).unwrap();
    let again = Catalogue::open(home.path()).unwrap();
    assert_eq!(again.entry(symbol("TEST")).unwrap().blake3, before.blake3);
    assert_eq!(again.offers(symbol("TEST")).unwrap(), []);
    assert!(!again.entry(symbol("TEST")).unwrap().mendings[0].accepted);
}

#[test]
fn an_unknown_name_decides_nothing_and_the_message_says_what_there_is() {
    let home = dirty_home();
    let mut catalogue = Catalogue::open(home.path()).unwrap();
    let id = catalogue.offers(symbol("TEST")).unwrap().remove(0).id;
    let ids = [id.clone(), "00000000".to_owned()];
    let error = catalogue.decide(symbol("TEST"), &ids, &yes()).unwrap_err();
    assert!(matches!(&error, DataError::NotOffered { .. }), "{error}");
    assert!(error.to_string().contains(&id), "{error}");
    assert_eq!(Catalogue::open(home.path()).unwrap().offers(symbol("TEST")).unwrap().len(), 1);
}

#[test]
fn what_was_decided_survives_the_next_import() {
    let home = dirty_home();
    let mut catalogue = Catalogue::open(home.path()).unwrap();
    let id = catalogue.offers(symbol("TEST")).unwrap().remove(0).id;
    catalogue.decide(symbol("TEST"), &[id], &yes()).unwrap();
    let file = write(home.path(), "clean.csv", &january());
    let options =
        ImportOptions { symbol: Some(symbol("TEST")), on_conflict: OnConflict::Keep, ..options() };
    let report = import(home.path(), &file, &options);
    assert_eq!(report.outcome, tradebot_market_data::Outcome::Stored);
    let entry = Catalogue::open(home.path()).unwrap().entry(symbol("TEST")).unwrap().clone();
    assert_eq!((entry.imports.len(), entry.mendings.len()), (2, 1));
}
