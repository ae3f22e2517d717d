//! What a run on live data was given is kept before it is used, once, and as it was.

use tradebot_domain::{Bar, SessionData};
use tradebot_journal::{Event, Ledger as _};
use tradebot_storage::{InputFinding, Mode, SessionInput, SqliteLedger, Store, StoreError};

use crate::world::{now, session, start, symbol};

fn ledger(dir: &std::path::Path) -> SqliteLedger {
    let mut store = Store::open(dir, Mode::Paper).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    SqliteLedger::new(store, run, 1).unwrap()
}

fn input(i: u32, close: f64) -> SessionInput {
    let at = session(i);
    let bar = Bar { date: at, open: 0.1 + 0.2, high: close, low: 1e-7, close, volume: 1.0 / 3.0 };
    let data = SessionData {
        bars: vec![(symbol("IBM"), bar)],
        missed: vec![(symbol("MSFT"), 2)],
        ..SessionData::empty(at)
    };
    let barred = (i == 1).then(|| ("decided_late".to_owned(), "40 minutes".to_owned()));
    SessionInput { data, complete_at: now(), barred }
}

#[test]
fn inputs_are_durable_at_once_and_read_back_bit_for_bit_in_order() {
    let home = tempfile::tempdir().unwrap();
    let mut writer = ledger(home.path());
    writer.append(&Event::RunStarted(start(1))).unwrap();
    writer.commit(true).unwrap();
    for i in [0, 1] {
        writer.keep_input(&input(i, 100.0 + 1.0 / 7.0)).unwrap();
    }
    let finding = InputFinding {
        found_at: now(),
        session: session(0),
        symbol: symbol("IBM"),
        finding: "restated".to_owned(),
        detail: "close 100 was 99".to_owned(),
    };
    writer.keep_finding(&finding).unwrap();
    let key = writer.run().key;
    // The process dies here: nothing is closed, and nothing of this is lost.
    drop(writer);
    let reader = Store::open_read(home.path(), Mode::Paper).unwrap();
    let expected = [0, 1].map(|i| input(i, 100.0 + 1.0 / 7.0));
    assert_eq!(reader.session_inputs(key).unwrap(), expected);
    assert_eq!(reader.input_findings(key, 9).unwrap(), [finding]);
}

#[test]
fn an_input_is_never_changed() {
    let home = tempfile::tempdir().unwrap();
    let mut writer = ledger(home.path());
    writer.keep_input(&input(0, 5.0)).unwrap();
    let key = writer.run().key;
    assert!(writer.keep_input(&input(0, 6.0)).is_err(), "a session is decided on one input");
    let conn = rusqlite::Connection::open(Mode::Paper.database(home.path())).unwrap();
    for sql in ["UPDATE session_inputs SET data = '{}'", "DELETE FROM session_inputs"] {
        assert!(conn.execute(sql, []).is_err(), "{sql}");
    }
    // Who forces it is found out.
    conn.execute_batch(
        "DROP TRIGGER session_inputs_keep_content; UPDATE session_inputs SET data = replace(data, '5.0', '6.0')",
    )
    .unwrap();
    let reader = Store::open_read(home.path(), Mode::Paper).unwrap();
    let error: StoreError = reader.session_inputs(key).unwrap_err();
    assert!(error.to_string().contains("not the one that was written"), "{error}");
}
