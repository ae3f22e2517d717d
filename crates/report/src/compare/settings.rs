//! What the runs were given that is not the same.

use std::collections::BTreeSet;

use tradebot_backtest::RunResult;

use super::none;
use super::side::Compared;
use crate::format::{UNDEFINED, count, money, short, words as in_words};
use crate::markup::{Markup, note, paragraph};
use crate::table::{Table, figure, words};

/// Names of a list that are written out at most.
const NAMES_MAX: usize = 12;

/// A list of names that a run was given.
type List = (&'static str, fn(&RunResult) -> BTreeSet<String>);

/// A setting and its value in every run.
struct Setting {
    name: &'static str,
    values: Vec<String>,
}

impl Setting {
    fn differs(&self) -> bool {
        self.values.iter().any(|v| *v != self.values[0])
    }
}

pub(super) fn body(of: &Compared<'_>) -> Markup {
    if of.pairs().is_none() {
        return none("Fewer than two runs: nothing was set differently.");
    }
    let runs: Vec<&RunResult> = of.sides.iter().map(|s| s.run).collect();
    let (different, same): (Vec<Setting>, Vec<Setting>) =
        settings(&runs).into_iter().partition(Setting::differs);
    let head = std::iter::once(words("Setting"));
    let letters = of.sides.iter().map(|s| words(s.letter.as_str()));
    let mut table =
        Table::new("Settings that differ", head.chain(letters).collect()).with_class("names");
    for setting in &different {
        let values = setting.values.iter().map(|v| words(v.as_str()));
        table.row(std::iter::once(words(setting.name)).chain(values).collect());
    }
    let names: Vec<&str> = same.iter().map(|s| s.name).collect();
    let mut body = table.or("Nothing that a run records was set differently.");
    if !names.is_empty() {
        body.push(paragraph(format!("The same in all: {}.", names.join(", ").to_lowercase())));
    }
    body.and(lists(of)).and(note(
        "A run records what it was given only in part; everything else, limits and policy included, \
         is in the digest of its configuration. Digests are shown by their first digits. Where only \
         that digest differs, compare the files of configuration.",
    ))
}

fn settings(runs: &[&RunResult]) -> Vec<Setting> {
    let all = |name, of: &dyn Fn(&RunResult) -> String| Setting {
        name,
        values: runs.iter().map(|run| of(run)).collect(),
    };
    let digest = |text: &str| if text.is_empty() { UNDEFINED.to_owned() } else { short(text) };
    let symbols = |r: &RunResult| -> Vec<String> {
        r.started.symbols.iter().map(ToString::to_string).collect()
    };
    vec![
        all("Mode", &|r| r.mode.clone()),
        all("First session asked for", &|r| r.started.from.to_string()),
        all("Last session asked for", &|r| r.started.to.to_string()),
        all("Symbols", &|r| listed(&symbols(r))),
        all("Cash at the start", &|r| format!("{} {}", money(r.started.cash), r.started.currency)),
        all("Seed", &|r| r.started.seed.to_string()),
        all("Members", &|r| {
            let names: Vec<String> =
                r.started.members.iter().map(|m| in_words(m.as_str())).collect();
            listed(&names)
        }),
        all("Set of features", &|r| r.started.feature_set.clone()),
        all("Features", &|r| count(r.started.feature_names.len())),
        all("Began with what was learned by", &|r| {
            r.started.warm_start.clone().unwrap_or_else(|| "nothing".to_owned())
        }),
        all("Digest of configuration and policy", &|r| digest(&r.started.config_digest)),
        all("Digest of the data", &|r| digest(&r.started.data_digest)),
        all("Digest of decisions and fills", &|r| {
            r.finished.as_ref().map_or_else(|| UNDEFINED.to_owned(), |f| digest(&f.digest))
        }),
    ]
}

/// Names while they are few, and how many there are.
fn listed(names: &[String]) -> String {
    if names.len() <= NAMES_MAX {
        return names.join(", ");
    }
    format!("{}, and {} more", names[..NAMES_MAX].join(", "), names.len() - NAMES_MAX)
}

/// What each run has and the first has not, and the other way round, for the lists of names.
fn lists(of: &Compared<'_>) -> Markup {
    let Some((one, others)) = of.pairs() else { return Markup::default() };
    let lists: [List; 3] = [
        ("Symbols", |r| r.started.symbols.iter().map(ToString::to_string).collect()),
        ("Members", |r| r.started.members.iter().map(|m| in_words(m.as_str())).collect()),
        ("Features", |r| r.started.feature_names.iter().cloned().collect()),
    ];
    let mut table = Table::new(
        format!("Lists beside those of {}", one.letter),
        vec![words("List"), words("Run"), figure("In common"), words("Added"), words("Left out")],
    );
    for (name, list) in lists {
        for other in others {
            let (ours, theirs) = (list(one.run), list(other.run));
            if ours == theirs {
                continue;
            }
            let added: Vec<String> = theirs.difference(&ours).cloned().collect();
            let left_out: Vec<String> = ours.difference(&theirs).cloned().collect();
            table.row(vec![
                words(name),
                words(other.letter.as_str()),
                figure(count(ours.intersection(&theirs).count())),
                words(listed(&added)),
                words(listed(&left_out)),
            ]);
        }
    }
    if table.is_empty() { Markup::default() } else { table.into() }
}
