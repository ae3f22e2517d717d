//! `cargo xtask bench --peers`: the same work done by us and by well-known packages.
//!
//! 1. The data are written to files: made-up bars, an index, a matrix of returns.
//! 2. Our program and the peer's script work on them, one after the other, each in a process of
//!    its own, and print what came out with what it took.
//! 3. Outputs are compared. Where they differ there is no ratio.
//! 4. Our rate per CPU second over theirs is the ratio, held against its goal.
//!
//! A peer that is not installed is said to be so and counts as nothing; see `bench/peers/README.md`
//! for how to install them. A missed goal, differing outputs and an error make the task fail, and so
//! does a run that compared nothing.
//!
//! Read next: `comparisons`, the table of all rows.

mod agreement;
mod comparisons;
mod crossing;
mod data;
mod made_up;
mod outcome;
mod page;
mod session;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::record::Record;
use agreement::{Rule, difference, files_apart};
use comparisons::{Agree, Comparison};
use outcome::Outcome;
use session::{Answer, Session, Side};

/// The variable that names the interpreter, where `--python` does not.
pub(super) const INTERPRETER: &str = "TRADEBOT_PEERS_PYTHON";

/// A row and what came of it.
type Row = (Comparison, Outcome);

/// Compares, prints, and writes the manual's page when the whole suite was asked for.
pub(super) fn run(root: &Path, only: &[String], python: &str, json: bool) -> anyhow::Result<bool> {
    let mut chosen = comparisons::all();
    chosen.retain(|row| only.is_empty() || only.iter().any(|id| id == row.bench));
    anyhow::ensure!(!chosen.is_empty(), "no bench of {} has a peer", only.join(", "));
    let mut session = Session::begin(root, python)?;
    if let Err(reason) = session.python() {
        eprintln!("bench: {reason}; name one with --python or {INTERPRETER}");
    }
    let mut loops = Loops::default();
    let mut rows = Vec::new();
    for row in chosen {
        let outcome = compare(&mut session, &mut loops, &row);
        if json {
            println!("{}", json_line(&row, &outcome)?);
        } else {
            println!("{}", page::line(&row, &outcome));
        }
        rows.push((row, outcome));
    }
    eprintln!("bench: {}", summary(&rows));
    if only.is_empty() && !json {
        write_page(root, &rows, &session)?;
    }
    let compared = rows.iter().any(|(_, o)| matches!(o, Outcome::Compared { .. }));
    Ok(compared && !rows.iter().any(|(_, outcome)| outcome.fails()))
}

/// The crossing's expected outputs by number of bars, each worked out once.
#[derive(Default)]
struct Loops(BTreeMap<usize, Value>);

impl Loops {
    fn of(&mut self, bars: usize) -> &Value {
        self.0.entry(bars).or_insert_with(|| crossing::expected(&made_up::Columns::new(bars)))
    }
}

fn compare(session: &mut Session, loops: &mut Loops, row: &Comparison) -> Outcome {
    // The peer first: where it is not installed, ours need not run.
    let theirs = match one(session.peer(row.peer), row.their_name, row.peer.n) {
        Ok(record) => record,
        Err(outcome) => return outcome,
    };
    let ours = match one(session.ours(row.ours), row.our_name, row.peer.n) {
        Ok(record) => record,
        Err(Outcome::Broken { reason }) => {
            return Outcome::Broken { reason: format!("ours: {reason}") };
        }
        Err(outcome) => return outcome,
    };
    match disagreement(session, loops, row.agree, [&ours, &theirs]) {
        Some(reason) => Outcome::Differ { reason },
        None => Outcome::compare(ours, theirs, row.goal),
    }
}

/// The measurement of a name and an amount of work, or what came instead.
fn one(answer: Answer, name: &str, n: u64) -> Result<Record, Outcome> {
    match answer {
        Answer::NotInstalled(reason) => Err(Outcome::NotInstalled { reason }),
        Answer::Broken(reason) => Err(Outcome::Broken { reason }),
        Answer::Measured(records) => {
            let found = records.into_iter().find(|r| r.is(name) && r.n == n);
            let reason = format!("it measured no {name} of {n}");
            found.ok_or(Outcome::Broken { reason })
        }
    }
}

/// How far whole columns may be apart, as a share of the greatest value: rounding in another order.
const COLUMNS_APART: f64 = 1e-12;

/// Where outputs of ours and theirs differ.
fn disagreement(
    session: &Session,
    loops: &mut Loops,
    agree: Agree,
    [ours, theirs]: [&Record; 2],
) -> Option<String> {
    match agree {
        Agree::Columns { names, rules } => difference(rules, &ours.check, &theirs.check)
            .or_else(|| names.iter().find_map(|name| column_apart(session, name))),
        Agree::Together(rules) => difference(rules, &ours.check, &theirs.check),
        Agree::WithLoop { bars, ours: our_rules, theirs: their_rules } => {
            let expected = loops.of(bars);
            let against = |who: &str, rules: &[Rule], check: &Value| {
                difference(rules, check, expected).map(|d| format!("{who} against the loop: {d}"))
            };
            against("ours", our_rules, &ours.check)
                .or_else(|| against("theirs", their_rules, &theirs.check))
        }
    }
}

/// Where the columns of a name that both sides wrote differ.
fn column_apart(session: &Session, name: &str) -> Option<String> {
    let apart = || -> anyhow::Result<Option<String>> {
        let [ours, theirs] = [Side::Ours, Side::Theirs].map(|side| session.outputs(side));
        let file = format!("{name}.f64");
        files_apart(&ours?.join(&file), &theirs?.join(&file), COLUMNS_APART)
    };
    match apart() {
        Ok(found) => found.map(|found| format!("{name}, {found}")),
        Err(error) => Some(format!("{name}: {error:#}")),
    }
}

fn json_line(row: &Comparison, outcome: &Outcome) -> anyhow::Result<String> {
    let mut line = serde_json::to_value(outcome)?;
    let head = json!({
        "bench": row.bench,
        "what": row.what,
        "peer": row.peer.system,
        "goal": row.goal,
        "verdict": outcome.verdict(),
    });
    if let (Value::Object(line), Value::Object(head)) = (&mut line, head) {
        line.extend(head);
    }
    Ok(line.to_string())
}

/// How many rows came to what.
fn summary(rows: &[Row]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, outcome) in rows {
        *counts.entry(outcome.verdict()).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
    format!("{} comparisons: {}", rows.len(), parts.join(", "))
}

/// A page that says less than the one that stands would be a loss, so one with peers missing is not
/// written.
fn write_page(root: &Path, rows: &[Row], session: &Session) -> anyhow::Result<()> {
    let path = root.join("docs/src/reference/performance.md");
    let missing = rows.iter().any(|(_, o)| matches!(o, Outcome::NotInstalled { .. }));
    if let (Ok(python), false) = (session.python(), missing) {
        std::fs::write(&path, page::page(rows, python)?)?;
        println!("bench: wrote {}", crate::tidy::relative(root, &path));
    } else {
        println!("bench: a peer is missing, so {} stands", crate::tidy::relative(root, &path));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(check: &Value) -> Record {
        serde_json::from_value(json!({
            "bench": "B1", "system": "x", "n": 1_000, "unit": "bars/s", "rate_cpu": 2.0,
            "check": check
        }))
        .unwrap()
    }

    const FILLS: &[Rule] = &[Rule::Same("fills")];

    #[test]
    fn a_measurement_of_another_name_or_size_is_not_taken() {
        let measured = || Answer::Measured(vec![record(&Value::Null)]);
        assert!(one(measured(), "x", 1_000).is_ok());
        for (name, n) in [("x", 999), ("y", 1_000)] {
            assert!(matches!(one(measured(), name, n), Err(Outcome::Broken { .. })));
        }
    }

    #[test]
    fn both_sides_are_held_against_the_loop() {
        let agree = Agree::WithLoop { bars: 1_000, ours: FILLS, theirs: FILLS };
        let root = tempfile::tempdir().unwrap();
        let session = Session::begin(root.path(), "no-python").unwrap();
        let said = |ours: u32, theirs: u32| {
            let [ours, theirs] = [ours, theirs].map(|n| record(&json!({ "fills": n })));
            disagreement(&session, &mut Loops::default(), agree, [&ours, &theirs])
        };
        assert_eq!(said(34, 34), None);
        assert!(said(33, 34).unwrap().starts_with("ours against the loop: fills"));
        assert!(said(33, 33).unwrap().starts_with("ours"));
        assert!(said(34, 35).unwrap().starts_with("theirs against the loop: fills"));
    }

    #[test]
    fn columns_of_both_sides_are_read_and_a_missing_one_is_a_difference() {
        let root = tempfile::tempdir().unwrap();
        let session = Session::begin(root.path(), "no-python").unwrap();
        let write = |side, value: f64| {
            let path = session.outputs(side).unwrap().join("sma.f64");
            std::fs::write(path, value.to_le_bytes()).unwrap();
        };
        write(Side::Ours, 2.0);
        assert!(column_apart(&session, "sma").unwrap().starts_with("sma: "));
        write(Side::Theirs, 2.0);
        assert_eq!(column_apart(&session, "sma"), None);
        write(Side::Theirs, 2.1);
        assert_eq!(column_apart(&session, "sma").unwrap(), "sma, value 0: ours 2, theirs 2.1");
    }

    #[test]
    fn without_an_interpreter_nothing_is_compared_and_the_run_fails() {
        let root = tempfile::tempdir().unwrap();
        let passed = run(root.path(), &["B3".to_owned()], "there-is-no-such-python", true);
        assert!(!passed.unwrap());
        assert!(run(root.path(), &["B9".to_owned()], "python3", true).is_err());
    }

    #[test]
    fn verdicts_are_counted() {
        let row = comparisons::all()[0];
        let missing = Outcome::NotInstalled { reason: String::new() };
        let broken = Outcome::Broken { reason: String::new() };
        let rows = [(row, missing.clone()), (row, broken), (row, missing)];
        assert_eq!(summary(&rows), "3 comparisons: 1 BROKEN, 2 not installed");
    }
}
