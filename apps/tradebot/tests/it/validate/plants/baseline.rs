//! Phases 0, 1 and 2: the program, its tables, its identity, what can be seen of it.

use serde_json::json;
use tradebot_broker_questrade::Retry;
use tradebot_journal::Verdict;
use tradebot_storage::TableCount;
use tradebot_telemetry::HealthState;

use crate::validate::Plant;

pub(crate) const PLANTS: &[Plant] = &[
    ("p00-demo-runs", |e| e.program.demo.code = Some(1)),
    ("p00-demo-runs", |e| e.program.demo.code = None),
    ("p00-demo-time", |e| e.program.demo.elapsed_s = 61.0),
    ("p00-tables", |e| e.database.tables.retain(|t| t.table != "risk_events")),
    ("p00-tables-fed", |e| empty(&mut e.database.tables, "model_performance")),
    ("p00-integrity", |e| e.database.integrity = vec!["row 7 missing from index".to_owned()]),
    ("p00-integrity", |e| e.database.integrity.clear()),
    ("p00-foreign-keys", |e| e.database.dangling.push("fills 12".to_owned())),
    ("p00-strict", |e| e.database.loose_tables.push("orders".to_owned())),
    ("p00-money-exact", |e| e.database.real_columns.push("fills.price".to_owned())),
    ("p00-money-exact", |e| e.database.real_columns.push("fills.spread_cost".to_owned())),
    ("p00-times-utc", |e| e.database.local_times.push("runs.ended_at 12:00".to_owned())),
    ("p00-modes-apart", |e| e.program.files.push("backtest.db".to_owned())),
    ("p00-modes-apart", |e| e.database.other_mode = None),
    ("p00-members-answer", |e| {
        for opinion in e.run.decisions.iter_mut().flat_map(|d| &mut d.opinions) {
            if opinion.member.as_str() == "forest" {
                opinion.raw = None;
            }
        }
    }),
    ("p00-commands-answer", |e| e.program.readers[3].code = Some(1)),
    ("p00-commands-answer", |e| e.program.readers[0].stdout = "Traceback".to_owned()),
    ("p00-commands-answer", |e| e.program.readers.clear()),
    ("p00-report-alone", |e| {
        e.program.report.push_str("<script src=\"https://example.org/x.js\"></script>");
    }),
    ("p00-report-alone", |e| e.program.report.clear()),
    ("p00-wire-dialects", |e| e.edges.dialects[0].live = Err("missing field".to_owned())),
    ("p00-wire-dialects", |e| {
        e.edges.dialects[1].documented = Ok("another price".to_owned());
    }),
    ("p00-wire-refusal", |e| e.edges.refusal_seen = false),
    ("p00-one-record", |e| {
        e.run.decisions.remove(1_000);
    }),
    ("p00-one-record", |e| e.run.decisions.push(e.run.decisions[1_000].clone())),
    ("p00-one-record", |e| {
        e.market.offered.remove(1_000);
    }),
    ("p00-reason-named", |e| {
        let refused = Verdict::NoTrade { reason: String::new(), detail: "none".to_owned() };
        e.run.decisions[100].verdict = refused;
    }),
    ("p00-reason-named", |e| {
        let refused = Verdict::NoTrade { reason: "not_warm".to_owned(), detail: String::new() };
        e.run.decisions[100].verdict = refused;
    }),
    ("p00-one-loop", |e| e.twins.backtest.stdout = json!({"digest": "f".repeat(64)}).to_string()),
    ("p00-one-loop", |e| e.twins.backtest.stdout.clear()),
    ("p00-threads", |e| e.twins.two_threads.digest = "f".repeat(64)),
    ("p00-threads", |e| e.twins.one_thread.digest.clear()),
    ("p00-continued", |e| e.twins.continued.digest = "f".repeat(64)),
    ("p00-continued", |e| e.twins.continued.equity = e.run.info.start.cash),
    ("p00-continued-midway", |e| e.twins.continued_from = 0),
    ("p00-continued-midway", |e| e.twins.continued_as_such = false),
    ("p00-reads-back", |e| e.run.digest_again = "f".repeat(64)),
    ("p00-summary-true", |e| e.program.summary["final_equity"] = json!("1000000")),
    ("p00-summary-true", |e| e.program.summary["cycles"] = json!(7)),
    ("p00-future-unknown", |e| {
        let last = e.twins.cut_decisions.iter_mut().rev().find(|d| !d.features.is_empty());
        last.unwrap().features[0] += 1e-12;
    }),
    ("p00-future-unknown", |e| {
        e.twins.cut_decisions.pop();
    }),
    ("p00-chain-verifies", |e| e.database.verified = Err("entry 12 was changed".to_owned())),
    ("p00-chain-verifies", |e| e.database.entries += 1),
    ("p00-tampering-found", |e| e.database.tampering[0].found = None),
    ("p00-tampering-found", |e| e.database.tampering.clear()),
    ("p00-tampering-found", |e| e.database.untouched = Some("a copy is refused".to_owned())),
    ("p01-phases-timed", |e| e.run.phases[2].count -= 1),
    ("p01-phases-timed", |e| {
        e.run.phases.pop();
    }),
    ("p01-json-logs", |e| e.program.log.push_str("WARN something happened\n")),
    ("p01-json-logs", |e| e.program.log.clear()),
    ("p01-prometheus", |e| e.program.metrics.push_str("tradebot_equity{ 12\n")),
    ("p01-prometheus", |e| e.program.metrics.clear()),
    ("p01-metrics-true", |e| {
        e.program.metrics.push_str("tradebot_fills_total{role=\"entry\"} 1\n");
    }),
    ("p01-metrics-true", |e| e.program.metrics = e.program.metrics.replace("_equity", "_money")),
    ("p01-health", |e| e.telemetry.worst = Some(HealthState::Ok)),
    ("p01-doctor", |e| {
        let doctor = e.program.readers.iter_mut().find(|a| a.arguments.starts_with("doctor"));
        let sick = json!({"ok": false, "findings": [{"check": "home", "level": "fail"}]});
        doctor.unwrap().stdout = sick.to_string();
    }),
    ("p01-analytics", |e| e.run.snapshots[700].day_return += 1e-6),
    ("p02-retry-classes", |e| {
        e.edges.retries.iter_mut().find(|(code, _)| *code == 1007).unwrap().1 = Retry::ReadsLater;
    }),
    ("p02-retry-classes", |e| {
        e.edges.retries.iter_mut().find(|(code, _)| *code == 1006).unwrap().1 = Retry::Never;
    }),
];

fn empty(tables: &mut [TableCount], name: &str) {
    tables.iter_mut().find(|t| t.table == name).unwrap().rows = 0;
}
