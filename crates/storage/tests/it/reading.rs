//! What readers get back is what was written.

use tradebot_domain::Moment;
use tradebot_journal::{Event, Ledger, MemoryLedger, OrderState};
use tradebot_storage::{DecisionFilter, Mode, Reader, RunKey, SqliteLedger, Store};

use crate::world::*;

fn written(cycles: u32) -> (tempfile::TempDir, Reader, RunKey, Vec<Event>) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 5).unwrap();
    write_run(&mut ledger, 1, cycles);
    ledger.close(now()).unwrap();
    let mut memory = MemoryLedger::default();
    write_run(&mut memory, 1, cycles);
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let key = reader.run(None).unwrap().key;
    (dir, reader, key, memory.events)
}

/// The events of one kind, as records.
macro_rules! of_kind {
    ($events:expr, $variant:ident) => {
        $events
            .iter()
            .filter_map(|e| if let Event::$variant(r) = e { Some(r.clone()) } else { None })
            .collect::<Vec<_>>()
    };
}

#[test]
fn every_event_reads_back_equal_and_in_order() {
    let (_dir, reader, key, events) = written(40);
    let mut read = Vec::new();
    reader
        .for_each_event(key, |seq, event| {
            assert_eq!(seq, read.len() as u64);
            read.push(event);
            Ok::<_, tradebot_storage::StoreError>(())
        })
        .unwrap();
    // Artefacts stand beside the chain.
    let mut wanted = events;
    for event in &mut wanted {
        if let Event::ModelFitted(fit) = event {
            fit.artefact.clear();
        }
    }
    assert_eq!(read, wanted);
}

#[test]
fn records_of_each_kind_read_back_equal() {
    let (_dir, reader, key, events) = written(40);
    assert_eq!(reader.trades(key).unwrap(), of_kind!(events, TradeClosed));
    assert_eq!(reader.fills(key).unwrap(), of_kind!(events, Fill));
    assert_eq!(reader.intents(key).unwrap(), of_kind!(events, Intent));
    assert_eq!(reader.actions(key).unwrap(), of_kind!(events, ActionApplied));
    assert_eq!(reader.outcomes(key).unwrap(), of_kind!(events, Outcome));
    assert_eq!(reader.learned(key).unwrap(), of_kind!(events, Learned));
    assert_eq!(reader.regimes(key).unwrap(), of_kind!(events, Regime));
    assert_eq!(reader.risk_events(key).unwrap(), of_kind!(events, Risk));
    assert_eq!(reader.snapshots(key).unwrap(), of_kind!(events, Snapshot));
    assert_eq!(reader.latest_snapshot(key).unwrap(), Some(snapshot(39)));
    assert_eq!(reader.fits(key).unwrap().len(), 2);
    assert_eq!(reader.weights(key).unwrap().len(), 40 * 6);
}

#[test]
fn events_of_a_kind_can_be_followed_from_where_one_left_off() {
    let (_dir, reader, key, _) = written(30);
    let first = reader.events(key, Some("regime"), 0, 10).unwrap();
    assert_eq!(first.len(), 10);
    let rest = reader.events(key, Some("regime"), first[9].0 + 1, 100).unwrap();
    assert_eq!(rest.len(), 20);
    assert_eq!(rest[0].1, Event::Regime(regime(10)));
    assert!(reader.events(key, Some("regime"), rest[19].0 + 1, 100).unwrap().is_empty());
}

#[test]
fn a_decision_is_found_by_symbol_and_session_whole() {
    let (_dir, reader, key, _) = written(20);
    let found = reader.decision(key, symbol("IBM"), session(7)).unwrap();
    assert_eq!(found, Some(decision(7, 2)));
    assert_eq!(reader.decision(key, symbol("IBM"), session(20)).unwrap(), None);
    assert_eq!(reader.decision(key, symbol("XOM"), session(7)).unwrap(), None);
}

#[test]
fn decisions_are_filtered_by_symbol_session_verdict_and_reason() {
    let (_dir, reader, key, _) = written(20);
    let all = DecisionFilter::default();
    let lines = reader.decisions(key, &all).unwrap();
    assert_eq!(lines.len(), 80);
    assert!(lines.is_sorted_by_key(|l| (l.id.session, l.id.symbol)));
    let d = decision(0, 0);
    let forecast = d.consensus.unwrap();
    assert_eq!(lines[0].id, d.id);
    assert_eq!(lines[0].close, d.close);
    assert_eq!(lines[0].consensus, Some(forecast.mean));
    assert_eq!(lines[0].equal_weight, Some(forecast.equal_weight));

    let traded = DecisionFilter { traded: Some(true), ..all };
    assert_eq!(reader.decisions(key, &traded).unwrap().len(), 3);
    let held = DecisionFilter { reason: Some("already_held"), ..all };
    assert_eq!(reader.decisions(key, &held).unwrap().len(), 20);
    let one =
        DecisionFilter { symbol: Some(symbol("MSFT")), from: session(5), to: session(9), ..all };
    let lines = reader.decisions(key, &one).unwrap();
    assert_eq!(lines.len(), 5);
    assert!(lines.iter().all(|l| l.id.symbol == symbol("MSFT")));
    let last = reader.decisions(key, &DecisionFilter { limit: 2, ..one }).unwrap();
    assert_eq!(last, lines[3..], "the newest, in order");
}

#[test]
fn outcomes_come_with_the_forecasts_they_settle_in_the_order_of_learning() {
    let (_dir, reader, key, _) = written(20);
    let rows = reader.resolved(key).unwrap();
    assert_eq!(rows.len(), 16 * 4);
    assert!(rows.is_sorted_by_key(|r| (
        r.outcome.resolved,
        r.outcome.id.session,
        r.outcome.id.symbol
    )));
    let outcomes = reader.outcomes(key).unwrap();
    for (row, outcome) in rows.iter().zip(&outcomes) {
        assert_eq!(row.outcome, *outcome);
    }
    let d = decision(3, 2);
    let row = rows.iter().find(|r| r.outcome.id == d.id).unwrap();
    assert_eq!(row.consensus, d.consensus.as_ref().map(|c| c.mean));
    assert_eq!(row.row_rate, d.consensus.as_ref().map(|c| c.row_rate));
    assert_eq!(row.opinions.len(), 6);
    for (stored, issued) in row.opinions.iter().zip(&d.opinions) {
        assert_eq!(
            (stored.member, stored.raw, stored.mean, stored.weight),
            (issued.member, issued.raw, issued.mean, issued.weight)
        );
    }
    assert_eq!(reader.features(row.decision_seq).unwrap(), d.features);
    let per_session = reader.symbols_per_session(key).unwrap();
    assert_eq!(per_session.len(), 20);
    assert!(per_session.iter().all(|(_, n)| *n == 4));
}

#[test]
fn orders_stand_in_their_latest_state_and_intents_tell_their_story() {
    let (_dir, reader, key, _) = written(9);
    let orders = reader.orders(key).unwrap();
    let states: Vec<_> = orders.iter().map(|o| (o.order_id.as_str(), o.state)).collect();
    assert_eq!(
        states,
        [
            ("i0/entry", OrderState::Filled),
            ("i0/stop", OrderState::Filled),
            ("i8/entry", OrderState::Working)
        ]
    );
    let working = reader.working_orders(key).unwrap();
    assert_eq!(working.len(), 1);
    let story: Vec<String> =
        reader.intent_events(key, "i0").unwrap().into_iter().map(|e| e.2).collect();
    assert_eq!(story, ["intended", "entry_working", "entry_filled", "stop_working", "stop_filled"]);
}

#[test]
fn open_positions_are_those_of_the_last_snapshot() {
    for (cycles, open) in [(10, 1), (11, 1), (12, 0)] {
        let (_dir, reader, key, _) = written(cycles);
        let positions = reader.open_positions(key).unwrap();
        assert_eq!(positions, reader.latest_snapshot(key).unwrap().unwrap().positions);
        assert_eq!(positions.len(), open, "after {cycles} cycles");
    }
}

#[test]
fn the_equity_curve_agrees_with_the_snapshots() {
    let (_dir, reader, key, _) = written(12);
    let curve = reader.equity(key, Moment::MIN, Moment::MAX).unwrap();
    let snapshots = reader.snapshots(key).unwrap();
    assert_eq!(curve.len(), 12);
    for (point, s) in curve.iter().zip(&snapshots) {
        assert_eq!((point.session, point.equity, point.cash), (s.session, s.equity, s.cash));
        assert_eq!((point.drawdown, point.day_return), (s.drawdown, s.day_return));
        assert_eq!(point.positions as usize, s.positions.len());
    }
    assert_eq!(reader.equity(key, session(3), session(5)).unwrap().len(), 3);
}

#[test]
fn a_reader_sees_committed_groups_while_the_run_writes() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path(), Mode::Demo).unwrap();
    let run = store.begin_run(&start(1), now()).unwrap();
    let mut ledger = SqliteLedger::new(store, run, 100).unwrap();
    write_sessions(&mut ledger, 1, 0, 3);
    let reader = Store::open_read(dir.path(), Mode::Demo).unwrap();
    let key = reader.run(None).unwrap().key;
    assert_eq!(reader.latest_snapshot(key).unwrap(), None, "nothing is committed yet");
    ledger.commit(true).unwrap();
    assert_eq!(reader.latest_snapshot(key).unwrap(), Some(snapshot(2)));
    write_sessions(&mut ledger, 1, 3, 6);
    assert_eq!(reader.latest_snapshot(key).unwrap(), Some(snapshot(2)));
    ledger.commit(true).unwrap();
    assert_eq!(reader.latest_snapshot(key).unwrap(), Some(snapshot(5)));
    assert_eq!(reader.verify(&mut |_, _| ()).unwrap().anchors, 0);
    ledger.anchor().unwrap();
    assert_eq!(reader.verify(&mut |_, _| ()).unwrap().anchors, 1);
}

#[test]
fn tables_are_counted_by_name() {
    let (_dir, reader, _, events) = written(16);
    let tables = reader.tables().unwrap();
    let rows = |name: &str| tables.iter().find(|t| t.table == name).unwrap().rows;
    assert_eq!(rows("journal"), events.len() as u64);
    assert_eq!(rows("decisions"), 64);
    assert_eq!(rows("predictions"), 64 * 6);
    assert_eq!(rows("data_provenance"), 64);
    assert_eq!(rows("data_quality_violations"), 64);
    assert_eq!(rows("bracket_parameters"), 2);
    assert_eq!(rows("account_balance"), 16);
    assert_eq!(rows("risk_metrics"), 16);
    assert_eq!(rows("confidence_calibration"), 16);
    assert_eq!(rows("model_performance"), 16 * 6);
    assert!(reader.size_bytes().unwrap() > 100_000);
}

#[test]
fn closes_and_reasons_of_a_run_are_those_of_its_decisions() {
    let (_dir, reader, key, _) = written(9);
    let closes = reader.closes(key).unwrap();
    assert_eq!(closes.len(), 36);
    assert!(closes.is_sorted_by_key(|c| (c.0, c.1)));
    let d = decision(4, 2);
    let close = closes.iter().find(|c| (c.0, c.1) == (d.id.symbol, d.id.session)).unwrap();
    assert_eq!((Some(close.2), close.3), (d.close, 1.0));
    let reasons = reader.reasons(key).unwrap();
    assert_eq!(reasons, [("already_held".to_owned(), 9), ("below_break_even".to_owned(), 25)]);
}
