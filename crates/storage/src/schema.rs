//! Bringing the tables up to date.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use crate::error::StoreError;

/// The migrations, compiled in.
mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The schema version that this program writes.
pub(crate) fn latest() -> i32 {
    let runner = embedded::migrations::runner();
    runner.get_migrations().iter().map(refinery::Migration::version).max().unwrap_or(0)
}

/// The schema version of a file: 0 for an empty one.
pub(crate) fn version(conn: &Connection) -> rusqlite::Result<i32> {
    conn.pragma_query_value(None, "user_version", |r| r.get(0))
}

/// Applies what is missing, all or nothing. A file that already holds something is copied first.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrate_to(conn, path, latest())
}

/// As [`migrate`], up to `target`.
fn migrate_to(conn: &mut Connection, path: &Path, target: i32) -> Result<(), StoreError> {
    let found = version(conn).map_err(|e| StoreError::sqlite(path, "reading the version", e))?;
    if (1..target).contains(&found) {
        let to = backup_path(path, found);
        let silent = None::<fn(rusqlite::backup::Progress)>;
        conn.backup("main", &to, silent).map_err(|e| StoreError::sqlite(&to, "backing up", e))?;
        tracing::info!(backup = %to.display(), from = found, to = target, "tables are brought up to date");
    }
    embedded::migrations::runner()
        .set_grouped(true)
        .set_abort_divergent(true)
        .set_abort_missing(true)
        .set_target(refinery::Target::Version(target))
        .run(conn)
        .map(|_| ())
        .map_err(|e| refused(path, e))
}

/// Where the disk is to blame, the error says so; everything else is the migration's own.
fn refused(path: &Path, error: refinery::Error) -> StoreError {
    let mut cause = std::error::Error::source(&error);
    while let Some(e) = cause {
        let code = e.downcast_ref::<rusqlite::Error>().and_then(rusqlite::Error::sqlite_error_code);
        match code {
            Some(ErrorCode::DiskFull) => return StoreError::DiskFull { path: path.to_owned() },
            Some(ErrorCode::ReadOnly) => return StoreError::ReadOnly { path: path.to_owned() },
            _ => cause = e.source(),
        }
    }
    StoreError::Migration { path: path.to_owned(), source: Box::new(error) }
}

/// `demo.db` becomes `demo.schema-3.db`.
fn backup_path(path: &Path, version: i32) -> PathBuf {
    path.with_extension(format!("schema-{version}.db"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(conn: &Connection) -> Vec<String> {
        let mut statement = conn
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .unwrap();
        statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn every_promised_table_is_there_and_strict() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        let mut conn = Connection::open(&path).unwrap();
        migrate(&mut conn, &path).unwrap();
        let have = tables(&conn);
        for wanted in [
            "positions",
            "orders",
            "trade_results",
            "account_balance",
            "risk_events",
            "predictions",
            "risk_metrics",
            "system_logs",
            "api_validation_log",
            "phase_execution_tracking",
            "api_usage_metrics",
            "data_provenance",
            "data_quality_violations",
            "confidence_calibration",
            "model_performance",
            "bracket_parameters",
            "portfolio_snapshots",
            "regime_state",
            "runs",
            "journal",
            "decisions",
            "outcomes",
            "fills",
            "order_intents",
            "intent_events",
            "model_artefacts",
            "ensemble_weights",
            "market_data",
            "feature_flags",
            "feature_flag_audit",
            "audit_log",
            "journal_anchors",
        ] {
            assert!(have.iter().any(|t| t == wanted), "{wanted} is missing");
        }
        let loose: Vec<String> = conn
            .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'refinery_%'")
            .unwrap()
            .query_map([], |r| r.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(loose, Vec::<String>::new(), "tables that are not STRICT");
    }

    #[test]
    fn each_migration_stamps_its_own_number_and_the_one_before_is_kept_as_a_backup() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("demo.db");
        let mut conn = Connection::open(&path).unwrap();
        let runner = embedded::migrations::runner();
        let mut targets: Vec<i32> =
            runner.get_migrations().iter().map(refinery::Migration::version).collect();
        targets.sort_unstable();
        let mut before = None;
        for target in targets {
            migrate_to(&mut conn, &path, target).unwrap();
            assert_eq!(version(&conn).unwrap(), target);
            if let Some(before) = before.replace(target) {
                let backup = Connection::open(backup_path(&path, before)).unwrap();
                assert_eq!(version(&backup).unwrap(), before);
            }
        }
        migrate(&mut conn, &path).unwrap();
        assert!(!backup_path(&path, latest()).exists(), "nothing to do, nothing to back up");
    }

    #[test]
    fn tables_of_daily_runs_take_minutes_after_the_migration_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("backtest.db");
        let mut conn = Connection::open(&path).unwrap();
        migrate_to(&mut conn, &path, 7).unwrap();
        let keep = |conn: &Connection, session: &str| {
            conn.execute(
                "INSERT INTO market_data (symbol, session, source, open, high, low, close, volume)
                 VALUES ('A', ?1, 'x', '1', '1', '1', '1', '1')",
                [session],
            )
        };
        keep(&conn, "2013-10-07").unwrap();
        assert!(keep(&conn, "2013-10-07T09:31").is_err());
        migrate(&mut conn, &path).unwrap();
        // The connection that migrated and a new one read the same checks.
        for (conn, minute) in [(&conn, "09:31"), (&Connection::open(&path).unwrap(), "09:32")] {
            keep(conn, &format!("2013-10-07T{minute}")).unwrap();
            for wrong in ["2013-10-07T9:31", "2013-10-7", "2013-10-07T09:31:00", ""] {
                assert!(keep(conn, wrong).is_err(), "{wrong}");
            }
            let sound: String = conn.query_row("PRAGMA integrity_check", [], |r| r.get(0)).unwrap();
            assert_eq!(sound, "ok");
            let loose =
                "SELECT count(*) FROM sqlite_schema WHERE instr(sql, 'GLOB ''????-??-??'')') > 0";
            let loose: i64 = conn.query_row(loose, [], |r| r.get(0)).unwrap();
            assert_eq!(loose, 0, "checks that know sessions only");
        }
    }

    #[test]
    fn an_applied_migration_that_was_edited_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("demo.db");
        let mut conn = Connection::open(&path).unwrap();
        migrate(&mut conn, &path).unwrap();
        conn.execute("UPDATE refinery_schema_history SET checksum = '1' WHERE version = 2", [])
            .unwrap();
        assert!(matches!(migrate(&mut conn, &path), Err(StoreError::Migration { .. })));
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("demo.db");
        let mut conn = Connection::open(&path).unwrap();
        conn.execute_batch("CREATE TABLE feature_flags (name TEXT)").unwrap();
        assert!(matches!(migrate(&mut conn, &path), Err(StoreError::Migration { .. })));
        assert_eq!(version(&conn).unwrap(), 0);
        assert_eq!(tables(&conn), ["feature_flags", "refinery_schema_history"]);
    }

    #[test]
    fn prices_and_money_are_never_stored_as_binary_fractions() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.db");
        let mut conn = Connection::open(&path).unwrap();
        migrate(&mut conn, &path).unwrap();
        let mut statement = conn
            .prepare(
                "SELECT t.name || '.' || c.name FROM pragma_table_list t, pragma_table_info(t.name) c
                 WHERE t.schema = 'main' AND c.type = 'REAL'",
            )
            .unwrap();
        let reals: Vec<String> =
            statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(!reals.is_empty());
        let money = [
            "price",
            "cash",
            "equity",
            "peak",
            "commission",
            "spread",
            "slippage",
            "planned_risk",
            "notional",
            "stop",
            "target",
            "entry_limit",
            "mark",
            "unrealised",
            "gross_",
            "net",
            "dividends",
            "costs",
            "open",
            "high",
            "low",
            "close",
        ];
        for column in reals {
            let name = column.split_once('.').unwrap().1;
            assert!(!money.contains(&name), "{column} must be decimal text");
        }
    }
}
