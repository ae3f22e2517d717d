//! Crates depend downward only, and the map names every crate.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::Complaint;

/// The workspace in reading order. A crate may use crates of earlier rows, and crates to its left
/// in its own row.
const LAYERS: &[&[&str]] = &[
    &["domain"],
    &["policy", "journal", "quality-gates", "brackets"],
    &["features", "regime", "models", "calibration", "ensemble"],
    &["risk", "execution"],
    &["engine", "simulator", "backtest"],
    &["report", "dashboard"],
];

/// Edges of the system: the only network, disk and GPU. They never see each other, and nothing but
/// apps and tests sees them. They may use what lies below composition.
const EDGES: &[&str] =
    &["market-data", "broker-questrade", "gpu-lifecycle", "storage", "telemetry"];

/// Rows an edge may use: everything below `engine`.
const EDGE_ROWS: usize = 4;

pub(super) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).context("ARCHITECTURE.md")?;
    let mut names: Vec<String> = fs::read_dir(root.join("crates"))?
        .map(|e| Ok(e?.file_name().to_string_lossy().into_owned()))
        .collect::<anyhow::Result<_>>()?;
    names.sort();
    for name in &names {
        let manifest = fs::read_to_string(root.join("crates").join(name).join("Cargo.toml"))?;
        for used in our_dependencies(&manifest) {
            complaints.extend(objection(name, &used));
        }
        if !map.contains(&format!("`{name}`")) {
            complaints.push(format!("ARCHITECTURE.md does not name the crate `{name}`"));
        }
    }
    Ok(complaints)
}

/// Names of our crates in the `[dependencies]` section (dev-dependencies may look anywhere).
fn our_dependencies(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut used = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim();
        } else if section == "[dependencies]"
            && let Some(rest) = line.strip_prefix("tradebot-")
        {
            used.extend(rest.split(['.', ' ', '=']).next().map(str::to_owned));
        }
    }
    used
}

fn place(name: &str) -> Option<(usize, usize)> {
    LAYERS
        .iter()
        .enumerate()
        .find_map(|(row, members)| Some((row, members.iter().position(|m| *m == name)?)))
}

/// Why this edge of the graph is not allowed; `None` when it is.
fn objection(from: &str, to: &str) -> Option<Complaint> {
    if EDGES.contains(&to) {
        return Some(format!("`{from}` may not depend on `{to}`: only apps and tests see edges"));
    }
    if EDGES.contains(&from) {
        return match place(to) {
            Some((row, _)) if row < EDGE_ROWS => None,
            _ => Some(format!("`{from}` may not depend on `{to}`: edges lie below composition")),
        };
    }
    match (place(from), place(to)) {
        (Some(user), Some(used)) if used < user => None,
        (Some(_), Some(_)) => Some(format!("`{from}` may not depend on `{to}`: it is read later")),
        _ => Some(format!("`{from}` -> `{to}`: give both a place in LAYERS")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_upward_or_on_an_edge_is_refused() {
        assert_eq!(objection("risk", "domain"), None);
        assert_eq!(objection("storage", "journal"), None);
        assert!(objection("domain", "risk").is_some());
        assert!(objection("engine", "storage").is_some());
        assert!(objection("storage", "engine").is_some());
        assert!(objection("storage", "telemetry").is_some());
        assert!(objection("models", "nowhere").is_some());
    }

    #[test]
    fn only_real_dependencies_count() {
        let manifest = "[dependencies]\ntradebot-domain.workspace = true\nserde.workspace = true\n\
                        [dev-dependencies]\ntradebot-storage.workspace = true\n";
        assert_eq!(our_dependencies(manifest), ["domain"]);
    }
}
