//! Runs: names, ends, several in one file.

use tradebot_journal::{Ledger, MemoryLedger};
use tradebot_storage::{Mode, RunStatus, SqliteLedger, Store};

use crate::world::{now, start, write_run, write_sessions};

#[test]
fn a_finished_run_leaves_its_result_and_the_same_chain_as_a_ledger_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    assert_eq!(run.id, "demo-0001");
    assert!(!run.resumed && run.durable_entries == 0 && run.abandoned.is_empty());
    let mut ledger = SqliteLedger::new(store, run, 5).unwrap();
    write_run(&mut ledger, 1, 20);
    let digest = ledger.digest();
    ledger.close(now()).unwrap();

    let mut memory = MemoryLedger::default();
    write_run(&mut memory, 1, 20);
    assert_eq!(digest, memory.digest());

    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let info = reader.run(None).unwrap();
    assert_eq!(info.status, RunStatus::Finished);
    assert_eq!(info.ended_at, Some(now()));
    assert_eq!(info.start, start(1));
    let result = info.result.unwrap();
    assert_eq!((result.cycles, result.decisions), (20, 80));
    assert_eq!(result.digest, digest);
    let report = reader.verify(&mut |_, _| ()).unwrap();
    assert_eq!(report.head, memory.chain().head.to_string());
    assert_eq!(report.entries, memory.chain().len);
    assert_eq!((report.runs, report.anchors), (1, 1));
    reader.check_structure().unwrap();
}

#[test]
fn a_finished_run_is_never_continued_and_the_next_one_follows_it_in_the_chain() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Backtest).unwrap();
    let mut digests = Vec::new();
    for name in ["backtest-0001", "backtest-0002"] {
        let run = store.begin_run(&start(1), now()).unwrap();
        assert_eq!(run.id, name);
        let mut ledger = SqliteLedger::new(store, run, 7).unwrap();
        write_run(&mut ledger, 1, 10);
        digests.push(ledger.digest());
        store = ledger.close(now()).unwrap();
    }
    assert_eq!(digests[0], digests[1], "same inputs, same digest");
    drop(store);
    let reader = Store::open_read(dir.path(), Mode::Backtest).unwrap();
    assert_eq!(reader.verify(&mut |_, _| ()).unwrap().runs, 2);
    let runs = reader.runs().unwrap();
    let keys: Vec<_> = runs.iter().map(|r| r.key).collect();
    assert_eq!(reader.trades(keys[0]).unwrap(), reader.trades(keys[1]).unwrap());
    Store::open(dir.path(), Mode::Backtest).unwrap();
}

#[test]
fn an_unfinished_run_with_another_start_is_abandoned() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 1).unwrap();
    write_sessions(&mut ledger, 1, 0, 3);
    drop(ledger);

    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let mut other = start(1);
    other.config_digest = "decaf".to_owned();
    let run = store.begin_run(&other, now()).unwrap();
    assert_eq!((run.id.as_str(), run.resumed), ("demo-0002", false));
    assert_eq!(run.abandoned, ["demo-0001"]);
    drop(store);
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    assert_eq!(reader.run(Some("demo-0001")).unwrap().status, RunStatus::Abandoned);
    assert_eq!(reader.run(Some("latest")).unwrap().id, "demo-0002");
    let report = reader.verify(&mut |_, _| ()).unwrap();
    assert_eq!(report.anchors, 1, "the end of the abandoned run is anchored");
}

#[test]
fn a_fitted_model_is_found_again_by_what_it_was_fitted_on_in_this_and_later_runs() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 5).unwrap();
    assert_eq!(ledger.artefact("training-21"), None);
    write_run(&mut ledger, 1, 25);
    assert_eq!(ledger.artefact("training-21"), Some(vec![21; 4_096]));
    store = ledger.close(now()).unwrap();

    let run = store.begin_run(&start(2), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 5).unwrap();
    assert_eq!(ledger.artefact("training-21"), Some(vec![21; 4_096]));
    drop(ledger);

    let path = Mode::Demo.database(dir.path());
    rusqlite::Connection::open(path)
        .unwrap()
        .execute(
            "UPDATE model_artefacts SET artefact = x'00' WHERE training_digest = 'training-21'",
            [],
        )
        .unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(2), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 5).unwrap();
    assert_eq!(ledger.artefact("training-21"), None, "a damaged model is not handed out");
}
