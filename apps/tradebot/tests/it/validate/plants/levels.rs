//! Phases 9 to 12: edges, secrets, service levels, documentation.

use serde_json::{Value, json};
use tradebot_app::validate::Evidence;
use tradebot_app::validate::evidence::Repository;
use tradebot_app::validate::evidence::program::CANARY;
use tradebot_gpu_lifecycle::GpuState;

use crate::validate::Plant;

pub(crate) const PLANTS: &[Plant] = &[
    ("p09-gpu-absent", |e| e.edges.without_gpu = GpuState::Present(Vec::new())),
    ("p09-gpu-absent", |e| e.edges.without_gpu = GpuState::Absent { reason: String::new() }),
    ("p09-gpu-time", |e| e.edges.gpu_reading_s = 7.0),
    ("p10-secrets-log", |e| e.telemetry.secret_lines.push(format!("token={CANARY}"))),
    ("p10-secrets-log", |e| e.telemetry.secret_lines.clear()),
    ("p10-secrets-print", |e| e.telemetry.secret_prints.push(format!("Secret({CANARY})"))),
    ("p10-canary", |e| e.program.canary_in.push("logs/tradebot.log".to_owned())),
    ("p10-canary", |e| e.program.canary_searched = 0),
    ("p10-repository-triggers", |e| repository(e).triggers.retain(|t| t != "schedule")),
    ("p11-wide-cycle", |e| e.speed.wide_cycles.iter_mut().for_each(|s| *s = 2.1)),
    ("p11-wide-cycle", |e| e.speed.wide_opinions = 0),
    ("p11-bar-to-intent", |e| e.speed.single_cycles.iter_mut().for_each(|s| *s = 0.021)),
    ("p11-commit", |e| e.speed.commits.iter_mut().for_each(|s| *s = 0.1)),
    ("p11-commit", |e| e.speed.commits.clear()),
    ("p11-memory", |e| e.speed.peak_bytes = Some(201_000_000)),
    ("p11-memory", |e| e.speed.peak_bytes = None),
    ("p11-demo-memory", |e| e.program.summary["peak_rss_mb"] = json!(201.0)),
    ("p11-first-cycle", |e| e.program.summary["first_cycle_s"] = Value::Null),
    ("p12-commands-help", |e| e.program.help[2].about.clear()),
    ("p12-arguments-help", |e| e.program.help[2].silent_arguments.push("pace".to_owned())),
    ("p12-manual-page", |e| {
        let page = e.program.readers.iter_mut().find(|a| a.arguments == "man").unwrap();
        page.stdout = page.stdout.replace("backtest", "");
    }),
    ("p12-repository-pages", |e| repository(e).pages.retain(|p| !p.contains("README"))),
    ("p12-repository-tests", |e| repository(e).tests[0].1 = 0),
    ("p12-repository-crates", |e| repository(e).undescribed.push("engine".to_owned())),
];

/// Tests run inside the sources.
fn repository(e: &mut Evidence) -> &mut Repository {
    e.repository.as_mut().unwrap()
}
