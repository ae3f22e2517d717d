//! The journal as `journal export` gives it.

use serde_json::Value;

use super::Home;

/// Every entry of the latest run, in order.
pub(crate) fn entries(home: &Home) -> Vec<Value> {
    let export = home.ok(&["journal", "export"]);
    export.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The records of one kind, in order.
pub(crate) fn of_kind(entries: &[Value], kind: &str) -> Vec<Value> {
    entries.iter().filter(|entry| entry["kind"] == kind).map(|entry| body(entry).clone()).collect()
}

/// The record inside an entry.
pub(crate) fn body(entry: &Value) -> &Value {
    entry.get("body").unwrap_or(entry)
}

/// The session of an entry; none for the frame of a run.
pub(crate) fn session(entry: &Value) -> Option<&str> {
    let body = body(entry);
    let names = ["session", "exit_session", "resolved"];
    let direct = names.iter().find_map(|name| body[name].as_str());
    body["id"]["session"].as_str().filter(|_| entry["kind"] == "decision").or(direct)
}
