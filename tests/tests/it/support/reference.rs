//! One uninterrupted run that many tests read or compare with.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use super::{Call, Home};

/// A range with trades of several kinds, refits, and a dividend on a held position, that a debug
/// build replays in a few seconds. Half a year of history before it warms the features up.
pub(crate) const RANGE: [&str; 6] =
    ["--symbols", "AAPL,IBM,MSFT", "--from", "2001-02-01", "--to", "2002-06-28"];

/// `run --mode demo` over the range, without a report, printing its summary as JSON. Members are
/// fitted early enough that refits fall into the range.
pub(crate) fn call(home: &Home) -> Call {
    over_range(home, &["run", "--mode", "demo", "--json", "--no-report"])
}

/// Any replay over the range.
pub(crate) fn over_range(home: &Home, arguments: &[&str]) -> Call {
    let arguments: Vec<&str> = arguments.iter().chain(&RANGE).copied().collect();
    home.tradebot(&arguments).env("TRADEBOT_TRAINING__EXAMPLES_MIN", "150")
}

/// The run.
pub(crate) struct Reference {
    /// Its home, for reading only.
    pub(crate) home: Home,
    /// What `--json` printed.
    pub(crate) summary: Value,
    /// How long it took here.
    pub(crate) elapsed: Duration,
}

/// The run, made by the first who asks.
pub(crate) fn reference() -> &'static Reference {
    static REFERENCE: OnceLock<Reference> = OnceLock::new();
    REFERENCE.get_or_init(|| {
        let home = Home::of(lasting());
        let outcome = call(&home).run().code(0);
        Reference { home, summary: outcome.json(), elapsed: outcome.elapsed }
    })
}

/// A folder that outlives its test, since a static is never dropped: the next process of these
/// tests removes what processes before it left.
fn lasting() -> tempfile::TempDir {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let of = |process: &str| format!("tradebot-reference-{process}-");
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process = name.strip_prefix("tradebot-reference-").and_then(|n| n.split('-').next());
        let gone =
            |p: &str| Path::new("/proc/self").exists() && !PathBuf::from("/proc").join(p).exists();
        if process.is_some_and(gone) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let own = of(&std::process::id().to_string());
    tempfile::Builder::new().prefix(&own).tempdir_in(folder).unwrap()
}

/// The three figures that a run is compared by.
pub(crate) fn identity(summary: &Value) -> [Value; 3] {
    ["digest", "trades", "final_equity"].map(|name| summary[name].clone())
}
