//! Configuration, policies and data: what a run would be given.

use std::path::Path;

use tradebot_market_data::{Catalogue, History};
use tradebot_policy::Policy;

use super::Finding;
use crate::commands::{Context, config};
use crate::settings::{self, Overrides};

/// The configuration with its file, and the policy file that it names.
pub(super) fn configuration(context: &Context) -> Vec<Finding> {
    let file = match settings::file(context.global.config.as_deref(), &context.home) {
        Ok(Some(file)) => file.display().to_string(),
        Ok(None) => "no file, defaults".to_owned(),
        Err(failure) => return vec![refused(failure.to_string())],
    };
    let loaded = match context.settings(Overrides::default()) {
        Ok(loaded) => loaded,
        Err(failure) => return vec![refused(failure.to_string())],
    };
    let problems = config::problems(&loaded.settings);
    if !problems.is_empty() {
        return problems.into_iter().map(refused).collect();
    }
    let changed: Vec<String> = loaded
        .origins()
        .into_iter()
        .filter(|o| o.source != "default")
        .map(|o| format!("{} from {}", o.key, o.source))
        .collect();
    let changes = match changed.len() {
        0 => "nothing set apart from defaults".to_owned(),
        1..=4 => changed.join(", "),
        n => format!("{n} values set; tradebot config show lists them"),
    };
    vec![Finding::ok("configuration", format!("{file}; {changes}"))]
}

fn refused(problem: String) -> Finding {
    Finding::fail("configuration", problem, "correct it; tradebot config check checks it again")
}

/// The regime rows that ship with the program.
pub(super) fn bundled_policy() -> Finding {
    let digest = Policy::bundled().digest();
    Finding::ok("policy", format!("bundled rows valid, digest {}", &digest[..16]))
}

/// The market data that ship with the program: they decode, and they are the tested ones.
pub(super) fn bundled_data() -> Finding {
    match History::bundled() {
        Ok(history) => {
            let symbols = history.symbols();
            let bars: usize = history.series.values().map(|s| s.bars.len()).sum();
            let digest = history.digest(&symbols);
            Finding::ok(
                "data",
                format!(
                    "bundled: {} symbols, {bars} bars, digest {}",
                    symbols.len(),
                    &digest[..16]
                ),
            )
        }
        Err(e) => Finding::fail("data", e.to_string(), "build or install the program again"),
    }
}

/// The user's own data.
pub(super) fn catalogue(home: &Path) -> Finding {
    let broken = |e: tradebot_market_data::DataError| {
        Finding::fail("catalogue", e.to_string(), "do what the message says")
    };
    let catalogue = match Catalogue::open(home) {
        Ok(catalogue) => catalogue,
        Err(e) => return broken(e),
    };
    let symbols = catalogue.symbols();
    match symbols.iter().find_map(|s| catalogue.load(*s).err()) {
        Some(e) => broken(e),
        None if symbols.is_empty() => {
            Finding::ok("catalogue", "empty; tradebot data import FILE brings in data of your own")
        }
        None => Finding::ok("catalogue", format!("{} symbols, all read back", symbols.len())),
    }
}
