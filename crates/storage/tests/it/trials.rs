//! Manifests of runs and the ledger of attempts.

use rusqlite::Connection;
use tradebot_domain::{Decimal, Money};
use tradebot_storage::{Mode, Store, Trial, TrialKind};

use crate::world::{now, start};

fn trial(config: &str, data: &str, sharpe: f64) -> Trial {
    Trial {
        at: now(),
        kind: TrialKind::Sweep,
        source: "sweep-0001".to_owned(),
        question: r#"{"fast":10}"#.to_owned(),
        config_digest: config.to_owned(),
        data_digest: data.to_owned(),
        code: "0.1.0".to_owned(),
        seed: u64::MAX,
        sessions: 250,
        sharpe: Some(sharpe),
        final_equity: Money(Decimal::new(10_000_050, 2)),
        digest: "d".to_owned(),
    }
}

#[test]
fn a_question_that_is_tried_again_is_no_new_attempt_and_its_last_answer_counts() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Backtest).unwrap();
    let first = [trial("a", "x", 0.1), trial("b", "x", 0.2)];
    store.record_trials(&first).unwrap();
    store.record_trials(&[trial("a", "x", 0.3), trial("a", "y", f64::NAN)]).unwrap();
    let reader = Store::open_read(dir.path(), Mode::Backtest).unwrap();
    let known: Vec<_> = reader
        .distinct_trials()
        .unwrap()
        .into_iter()
        .map(|t| (t.config_digest + &t.data_digest, t.sharpe, t.sessions))
        .collect();
    let wanted = [("ax", Some(0.3)), ("bx", Some(0.2)), ("ay", None)];
    assert_eq!(known, wanted.map(|(question, sharpe)| (question.to_owned(), sharpe, 250)));
}

#[test]
fn an_attempt_cannot_be_taken_back_or_made_better() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    store.record_trials(&[trial("a", "x", 0.1)]).unwrap();
    let path = store.path().to_owned();
    drop(store);
    let conn = Connection::open(path).unwrap();
    for change in ["DELETE FROM trials", "UPDATE trials SET sharpe = 9.0"] {
        let refused = conn.execute(change, []).unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
}

#[test]
fn a_run_keeps_its_last_manifest_and_one_without_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    assert_eq!(reader.manifest(run.key).unwrap(), None);
    for body in [r#"{"program":1}"#, r#"{"program":2}"#] {
        store.keep_manifest(run.key, body).unwrap();
    }
    assert_eq!(reader.manifest(run.key).unwrap().as_deref(), Some(r#"{"program":2}"#));
    assert!(store.keep_manifest(run.key, "no json").is_err());
}
