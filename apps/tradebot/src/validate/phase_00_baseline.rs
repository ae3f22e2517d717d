//! Phase 0, the baseline: it runs, its tables are sound, every command answers.

use std::collections::BTreeSet;
use std::path::Path;

use tradebot_storage::Mode;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::holds;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p00-demo-runs", 0),
        "the demo runs without keys, settings or servers",
        (Bound::Exactly(0.0), "code"),
        demo_runs,
    ),
    Check::new(
        ("p00-demo-time", 0),
        "a stranger sees the demo's result in under a minute",
        (Bound::AtMost(60.0), "s"),
        |e| Measured::value(e.program.demo.elapsed_s),
    )
    .timing(),
    Check::new(("p00-tables", 0), "all tables are migrated", FAULTS, tables),
    Check::new(("p00-tables-fed", 0), "tables a demo feeds have rows", FAULTS, tables_fed),
    Check::new(("p00-integrity", 0), "the database file is sound", FAULTS, integrity),
    Check::new(("p00-foreign-keys", 0), "no row refers to nothing", FAULTS, foreign_keys),
    Check::new(("p00-strict", 0), "every table is strict about types", FAULTS, strict),
    Check::new(("p00-money-exact", 0), "money and prices are never REAL", FAULTS, money_exact),
    Check::new(("p00-times-utc", 0), "wall times are UTC", FAULTS, times_utc),
    Check::new(("p00-modes-apart", 0), "no mode reads another's database", FAULTS, modes_apart),
    Check::new(("p00-members-answer", 0), "every model answers", FAULTS, members_answer),
    Check::new(("p00-commands-answer", 0), "every command that reads answers", FAULTS, commands),
    Check::new(("p00-report-alone", 0), "the report needs nothing but itself", FAULTS, report),
    Check::new(("p00-wire-dialects", 0), "both dialects of the broker read", FAULTS, dialects),
    Check::new(("p00-wire-refusal", 0), "a refusal with status 200 is seen", FAULTS, |e| {
        holds(e.edges.refusal_seen, "a body with a code was taken for a reply")
    }),
    Check::not_built(
        ("p00-apis-validated", 0),
        "external interfaces are checked at the start",
        FAULTS,
    ),
];

/// Tables that the product promises.
const TABLES: [&str; 32] = [
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
    "journal_anchors",
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
];

/// Those that every demo feeds. Risk events come when a limit is reached; the rest belongs to live
/// modes.
const FED: [&str; 26] = [
    "positions",
    "orders",
    "trade_results",
    "account_balance",
    "predictions",
    "risk_metrics",
    "phase_execution_tracking",
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
    "journal_anchors",
    "system_logs",
    "market_data",
];

/// Words that name money or a price, alone or at the end of a column's name.
const MONEY: [&str; 18] = [
    "price",
    "cash",
    "equity",
    "peak",
    "commission",
    "cost",
    "costs",
    "risk",
    "notional",
    "stop",
    "target",
    "limit",
    "mark",
    "value",
    "net",
    "dividends",
    "close",
    "open",
];

fn demo_runs(e: &Evidence) -> Measured {
    let demo = &e.program.demo;
    let code = demo.code.map_or(f64::NAN, f64::from);
    Measured::value(code).saying(demo.stderr.lines().last().unwrap_or_default())
}

fn tables(e: &Evidence) -> Measured {
    let missing = TABLES.iter().filter(|t| e.database.rows(t).is_none());
    Measured::faults(TABLES.len(), missing.map(|t| format!("{t} is missing")))
}

fn tables_fed(e: &Evidence) -> Measured {
    let empty = FED.iter().filter(|t| e.database.rows(t).is_none_or(|rows| rows == 0));
    Measured::faults(FED.len(), empty.map(|t| format!("{t} is empty")))
}

fn integrity(e: &Evidence) -> Measured {
    let said = &e.database.integrity;
    Measured::faults(said.len(), said.iter().filter(|s| *s != "ok").cloned())
}

fn foreign_keys(e: &Evidence) -> Measured {
    let rows: u64 = e.database.tables.iter().map(|t| t.rows).sum();
    Measured::faults(usize::try_from(rows).unwrap_or(usize::MAX), e.database.dangling.clone())
}

fn strict(e: &Evidence) -> Measured {
    let loose = e.database.loose_tables.iter().map(|t| format!("{t} takes any type"));
    Measured::faults(e.database.tables.len(), loose)
}

fn money_exact(e: &Evidence) -> Measured {
    let columns = &e.database.real_columns;
    let is_money = |column: &&String| {
        let name = column.split_once('.').map_or(column.as_str(), |(_, name)| name);
        // Values beside a limit, in risk events, have the unit of that limit.
        let is_reading = column.as_str() == "risk_events.value";
        !is_reading && MONEY.contains(&name.rsplit('_').next().unwrap_or(name))
    };
    let found = columns.iter().filter(is_money);
    Measured::faults(columns.len(), found.map(|c| format!("{c} is REAL")))
}

fn times_utc(e: &Evidence) -> Measured {
    Measured::faults(e.database.time_columns, e.database.local_times.clone())
}

fn modes_apart(e: &Evidence) -> Measured {
    let other = |mode: &Mode| mode.database(Path::new("")).display().to_string();
    let others = Mode::ALL.iter().filter(|mode| **mode != Mode::Demo).map(other);
    let foreign = others.filter(|file| e.program.files.contains(file));
    let foreign = foreign.map(|file| format!("the demo wrote {file}"));
    let opened = e.database.other_mode.is_none();
    let opened = opened.then(|| "the demo's file was opened as that of a backtest".to_owned());
    Measured::faults(e.program.files.len() + 1, foreign.chain(opened))
}

fn members_answer(e: &Evidence) -> Measured {
    let opinions = e.run.decisions.iter().flat_map(|d| &d.opinions);
    let answered: BTreeSet<_> = opinions.filter(|o| o.raw.is_some()).map(|o| o.member).collect();
    let members = &e.run.info.start.members;
    let silent = members.iter().filter(|m| !answered.contains(m));
    Measured::faults(members.len(), silent.map(|m| format!("{m} never gave a score")))
}

fn commands(e: &Evidence) -> Measured {
    let readers = &e.program.readers;
    let failed = readers.iter().filter(|a| {
        let unreadable = a.arguments.ends_with("--json") && a.json().is_null();
        a.code != Some(0) || a.stdout.trim().is_empty() || unreadable
    });
    Measured::faults(
        readers.len(),
        failed.map(|a| {
            let said = a.stderr.lines().last().unwrap_or("printed nothing that reads");
            format!("`tradebot {}` ended with {:?}: {said}", a.arguments, a.code)
        }),
    )
}

fn report(e: &Evidence) -> Measured {
    let html = e.program.report.to_ascii_lowercase();
    let reaching =
        ["src=\"http", "src='http", "<link", "@import", "url(http", "fetch(", "href=\"//"];
    let found = reaching.iter().filter(|needle| html.contains(**needle));
    if !html.contains("<html") {
        return Measured::nothing("the demo left no report");
    }
    Measured::faults(reaching.len(), found.map(|needle| format!("the report contains {needle}")))
}

fn dialects(e: &Evidence) -> Measured {
    let replies = &e.edges.dialects;
    let differ = replies.iter().filter(|d| d.documented.is_err() || d.documented != d.live);
    Measured::faults(
        replies.len(),
        differ.map(|d| format!("{}: {:?} against {:?}", d.reply, d.documented, d.live)),
    )
}
