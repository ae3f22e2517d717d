//! What the run was given, and the digests that say whether two runs are the same.

use super::Subject;
use crate::format::{UNDEFINED, count, money, words as in_words};
use crate::markup::{Markup, details, element, facts, note};

pub(super) fn body(of: Subject<'_>) -> Markup {
    let (result, started) = (of.result, &of.result.started);
    let code = |text: &str| {
        if text.is_empty() { Markup::from(UNDEFINED) } else { element("code", &[], text) }
    };
    let list = |names: Vec<String>| Markup::from(names.join(", "));
    let finished = result.finished.as_ref();
    let config = &of.assessment.config;
    let pairs: Vec<(Markup, Markup)> = [
        ("Run", code(&result.run_id)),
        ("Mode", result.mode.as_str().into()),
        ("Sessions asked for", format!("{} to {}", started.from, started.to).into()),
        ("Sessions processed", {
            let cycles = finished.map_or(result.snapshots.len(), |f| f.cycles as usize);
            count(cycles).into()
        }),
        ("Symbols", list(started.symbols.iter().map(ToString::to_string).collect())),
        ("Cash at the start", format!("{} {}", money(started.cash), started.currency).into()),
        ("Members", list(started.members.iter().map(|m| in_words(m.as_str())).collect())),
        ("Began with what was learned by", code(started.warm_start.as_deref().unwrap_or_default())),
        ("Seed", started.seed.to_string().into()),
        ("Attempts counted", config.trials.to_string().into()),
        ("Replicates of ranges", count(config.replications).into()),
        ("Features", {
            format!("{}, {} of them", started.feature_set, started.feature_names.len()).into()
        }),
        ("Digest of configuration and policy", code(&started.config_digest)),
        ("Digest of the data", code(&started.data_digest)),
        ("Digest of decisions and fills", code(finished.map_or("", |f| f.digest.as_str()))),
    ]
    .map(|(name, value)| (Markup::from(name), value))
    .into();
    facts(pairs)
        .and(note(
            "Two runs with equal digests of configuration and data make the same decisions, and \
             then have equal digests of decisions and fills.",
        ))
        .and(features(of))
}

fn features(of: Subject<'_>) -> Markup {
    let names = &of.result.started.feature_names;
    if names.is_empty() {
        return Markup::default();
    }
    let items: Markup =
        names.iter().map(|name| element("li", &[], element("code", &[], name.as_str()))).collect();
    details("Names of the features", element("ul", &[("class", "columns")], items))
}
