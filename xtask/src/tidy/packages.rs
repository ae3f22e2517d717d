//! The packages the product's owner named, each where its stage is.

use std::fs;
use std::path::Path;

use super::Complaint;

/// A stage of the product and the package that must carry it.
struct Wanted {
    package: &'static str,
    /// Manifest folder of the stage.
    stage: &'static str,
    /// Path that exists once the stage does; before that, nothing is owed.
    built: &'static str,
    /// What the source must contain to count as use.
    used_as: &'static str,
}

const fn wanted(
    package: &'static str,
    stage: &'static str,
    built: &'static str,
    used_as: &'static str,
) -> Wanted {
    Wanted { package, stage, built, used_as }
}

const SEVENTEEN: [Wanted; 17] = [
    wanted("clap", "apps/tradebot", "apps/tradebot/src/cli.rs", "clap::"),
    wanted("tokio", "apps/tradebot", "apps/tradebot/src/interrupt.rs", "tokio::"),
    wanted(
        "reqwest",
        "crates/broker-questrade",
        "crates/broker-questrade/src/transport.rs",
        "reqwest::",
    ),
    wanted("serde", "crates/journal", "crates/journal/src/event.rs", "serde::"),
    wanted("rusqlite", "crates/storage", "crates/storage/src/lib.rs", "rusqlite::"),
    wanted("refinery", "crates/storage", "migrations", "refinery::"),
    wanted("statrs", "crates/calibration", "crates/calibration/src/lib.rs", "statrs::"),
    wanted("ndarray", "crates/models", "crates/models/src/lib.rs", "ndarray::"),
    wanted("linfa", "crates/models", "crates/models/src/lib.rs", "linfa"),
    wanted("ta", "crates/features", "crates/features/src/lib.rs", "ta::"),
    wanted("metrics", "crates/telemetry", "crates/telemetry/src/lib.rs", "metrics::"),
    wanted(
        "metrics-exporter-prometheus",
        "crates/telemetry",
        "crates/telemetry/src/lib.rs",
        "metrics_exporter_prometheus::",
    ),
    wanted("tracing", "crates/telemetry", "crates/telemetry/src/lib.rs", "tracing"),
    wanted("backoff", "crates/market-data", "crates/market-data/src/retry.rs", "backoff::"),
    wanted("cached", "crates/market-data", "crates/market-data/src/cache.rs", "cached::"),
    wanted(
        "nvml-wrapper",
        "crates/gpu-lifecycle",
        "crates/gpu-lifecycle/src/lib.rs",
        "nvml_wrapper::",
    ),
    wanted("figment", "apps/tradebot", "apps/tradebot/src/settings.rs", "figment::"),
];

pub(super) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for w in &SEVENTEEN {
        let stage = root.join(w.stage);
        if !root.join(w.built).exists() {
            println!("tidy: {:<28} not yet: {} does not exist", w.package, w.built);
            continue;
        }
        let manifest = fs::read_to_string(stage.join("Cargo.toml"))?;
        let named = manifest.lines().any(|l| {
            l.strip_prefix(w.package).is_some_and(|rest| rest.starts_with([' ', '.', '=']))
        });
        match first_use(&stage, w.used_as)? {
            Some(place) if named => {
                println!("tidy: {:<28} {}", w.package, super::relative(root, &place));
            }
            _ => complaints.push(format!(
                "{} is not used in {}, though the stage exists ({})",
                w.package, w.stage, w.built
            )),
        }
    }
    Ok(complaints)
}

fn first_use(stage: &Path, used_as: &str) -> anyhow::Result<Option<std::path::PathBuf>> {
    let mut files = Vec::new();
    super::walk(&stage.join("src"), &mut files)?;
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        if code.into_iter().any(|l| l.contains(used_as)) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}
