//! Phase 0, identity: the same inputs give the same run, whatever happens around it.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_journal::Verdict;

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;
use super::measures::distinct;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");
const ONE: (Bound, &str) = (Bound::Exactly(1.0), "digests");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(
        ("p00-one-record", 0),
        "each symbol of each cycle ends in one record",
        FAULTS,
        one_record,
    ),
    Check::new(("p00-reason-named", 0), "no trade without a named reason", FAULTS, reason_named),
    Check::new(("p00-one-loop", 0), "demo and backtest are one loop", ONE, one_loop),
    Check::new(("p00-threads", 0), "one thread or two decide the same", ONE, threads),
    Check::new(
        ("p00-continued", 0),
        "an interrupted run continues to the same end",
        ONE,
        continued,
    ),
    Check::new(
        ("p00-continued-midway", 0),
        "it continues from what is on record",
        (Bound::AtLeast(100.0), "entries"),
        continued_midway,
    ),
    Check::new(("p00-reads-back", 0), "the journal reads back to its digest", ONE, reads_back),
    Check::new(("p00-summary-true", 0), "the summary says what is on record", FAULTS, summary),
    Check::new(("p00-future-unknown", 0), "decisions do not know the future", FAULTS, future),
    Check::new(("p00-chain-verifies", 0), "the journal's chain adds up", FAULTS, chain),
    Check::new(("p00-tampering-found", 0), "changes of the journal are found", FAULTS, tampering),
];

fn one_record(e: &Evidence) -> Measured {
    let offered: BTreeSet<_> = e.market.offered.iter().collect();
    let mut records: BTreeMap<_, usize> = BTreeMap::new();
    for decision in &e.run.decisions {
        *records.entry(&decision.id).or_default() += 1;
    }
    let missing = offered.iter().filter(|id| !records.contains_key(**id));
    let missing = missing.map(|id| format!("{id} has no record"));
    let twice = records.iter().filter(|(_, n)| **n > 1);
    let twice = twice.map(|(id, n)| format!("{id} has {n} records"));
    let extra = records.keys().filter(|id| !offered.contains(**id));
    let extra = extra.map(|id| format!("{id} was never offered"));
    Measured::faults(offered.len(), missing.chain(twice).chain(extra))
}

fn reason_named(e: &Evidence) -> Measured {
    let refused = e.run.decisions.iter().filter_map(|d| match &d.verdict {
        Verdict::NoTrade { reason, detail } => Some((d.id, reason, detail)),
        Verdict::Trade { .. } => None,
    });
    let named = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let refused: Vec<_> = refused.collect();
    let silent = refused.iter().filter(|(_, r, detail)| !named(r) || detail.is_empty());
    Measured::faults(refused.len(), silent.map(|(id, r, d)| format!("{id}: `{r}`, `{d}`")))
}

/// The digest that the demo printed.
fn demo(e: &Evidence) -> String {
    text(&e.program.summary["digest"])
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn one_loop(e: &Evidence) -> Measured {
    let backtest = e.twins.backtest.json();
    let saying = e.twins.backtest.stderr.lines().last().unwrap_or_default();
    distinct([demo(e), text(&backtest["digest"])]).saying(saying)
}

fn threads(e: &Evidence) -> Measured {
    distinct([demo(e), e.twins.one_thread.digest.clone(), e.twins.two_threads.digest.clone()])
}

fn continued(e: &Evidence) -> Measured {
    let (one, continued) = (&e.twins.one_thread, &e.twins.continued);
    let end = |digest: &str, equity: String| format!("{digest} {equity}");
    distinct([
        end(&demo(e), text(&e.program.summary["final_equity"])),
        end(&one.digest, one.equity.to_string()),
        end(&continued.digest, continued.equity.to_string()),
    ])
}

fn continued_midway(e: &Evidence) -> Measured {
    if !e.twins.continued_as_such {
        return Measured::nothing("a new run was begun instead");
    }
    Measured::value(e.twins.continued_from as f64)
}

fn reads_back(e: &Evidence) -> Measured {
    distinct([demo(e), e.run.digest_again.clone()])
}

fn summary(e: &Evidence) -> Measured {
    let (said, run) = (&e.program.summary, &e.run);
    let equity = run.snapshots.last().map(|s| s.equity.to_string()).unwrap_or_default();
    let result = run.info.result.as_ref();
    let pairs = [
        ("run_id", text(&said["run_id"]), run.info.id.clone()),
        ("final_equity", text(&said["final_equity"]), equity),
        ("cycles", said["cycles"].to_string(), run.snapshots.len().to_string()),
        ("decisions", said["decisions"].to_string(), run.decisions.len().to_string()),
        ("trades", said["trades"].to_string(), result.map_or(0, |r| r.trades).to_string()),
    ];
    let differ = pairs.iter().filter(|(_, said, record)| said != record);
    Measured::faults(
        pairs.len(),
        differ.map(|(what, said, record)| format!("{what}: said {said}, on record {record}")),
    )
}

fn future(e: &Evidence) -> Measured {
    let cut = &e.twins.cut_decisions;
    let full: Vec<_> =
        e.run.decisions.iter().filter(|d| d.id.session.date() <= e.twins.cut_at).collect();
    let differ = full.iter().zip(cut).filter(|(full, cut)| **full != *cut);
    let differ = differ.map(|(full, _)| format!("{} differs when the data end", full.id));
    let count = full.len().abs_diff(cut.len());
    let counted = (count > 0).then(|| format!("{count} decisions more or less"));
    Measured::faults(full.len().min(cut.len()), differ.chain(counted))
}

fn chain(e: &Evidence) -> Measured {
    let entries = usize::try_from(e.database.entries).unwrap_or(usize::MAX);
    let complaint = match &e.database.verified {
        Err(complaint) => Some(complaint.clone()),
        Ok(n) if *n != e.database.entries => Some(format!("{n} of {entries} entries were seen")),
        Ok(_) => None,
    };
    Measured::faults(entries, complaint)
}

fn tampering(e: &Evidence) -> Measured {
    let missed = e.database.tampering.iter().filter(|t| t.found.is_none());
    let missed = missed.map(|t| format!("{} was not found", t.what));
    // A verification that refuses everything finds nothing.
    let untouched = e.database.untouched.iter().map(|said| format!("an untouched copy: {said}"));
    Measured::faults(e.database.tampering.len(), missed.chain(untouched))
}
