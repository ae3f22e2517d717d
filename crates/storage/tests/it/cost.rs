//! What a run of the size of the demo costs to keep.

use std::time::Instant;

use tradebot_storage::{Mode, SqliteLedger, Store};

use crate::world::{bars, now, session, session_events, start, write_run};
use tradebot_journal::{Event, Ledger};

/// 3,000 sessions x 4 symbols x 6 opinions. Prints; asserts nothing about time, because machines
/// differ. Run it with `--ignored --nocapture`, optimised.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn a_run_of_twelve_thousand_decisions() {
    let dir = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let events: Vec<Vec<Event>> = (0..3_000).map(session_events).collect();
    println!("making up the events: {:?}", begun.elapsed());
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 50).unwrap();
    let begun = Instant::now();
    ledger.append(&Event::RunStarted(start(1))).unwrap();
    for (i, session_of) in (0..).zip(&events) {
        for event in session_of {
            ledger.append(event).unwrap();
        }
        ledger.record_phases(session(i), &[("gate", 10), ("learn", 20)]).unwrap();
        ledger.record_bars("bundle", &bars(i)).unwrap();
        ledger.commit(false).unwrap();
    }
    let store = ledger.close(now()).unwrap();
    println!("recording them: {:?}", begun.elapsed());
    drop(store);

    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let key = reader.run(None).unwrap().key;
    println!("{} bytes", reader.size_bytes().unwrap());
    let begun = Instant::now();
    let report = reader.verify(&mut |_, _| ()).unwrap();
    println!("verifying {} entries: {:?}", report.entries, begun.elapsed());
    let begun = Instant::now();
    let rows = reader.resolved(key).unwrap();
    println!("{} outcomes with forecasts: {:?}", rows.len(), begun.elapsed());
    for table in reader.tables().unwrap() {
        println!("{:>8} {}", table.rows, table.table);
    }
    let begun = Instant::now();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 50).unwrap();
    write_run(&mut ledger, 1, 3_000);
    println!("replaying and comparing: {:?}", begun.elapsed());
}
