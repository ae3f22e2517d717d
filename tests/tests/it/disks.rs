//! Disks that are full or may not be written. A mount namespace of its own makes them; where that
//! is not allowed, these tests say so and pass.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::reference::{self, identity, reference};
use crate::support::{Call, Home, Outcome, skipped};

/// A shell in a mount namespace of its own, running as root.
fn namespace(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-eu", "-c", script, "sh"]).stdin(Stdio::null());
    command
}

/// Whether a small disk can be made here.
fn can_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut probe = namespace("mount -t tmpfs -o size=64k tmpfs \"$1\"");
    let probe = probe.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let can = probe.is_ok_and(|status| status.success());
    if !can {
        skipped("no mount namespace can be made here (it needs root and `unshare`)");
    }
    can
}

/// What a script in a namespace wrote about one call of the program.
fn outcome(folder: &Path, name: &str) -> (i32, String, String) {
    let read = |end: &str| std::fs::read_to_string(folder.join(format!("{name}.{end}"))).unwrap();
    (read("code").trim().parse().unwrap(), read("out"), read("err"))
}

/// Runs the call on a home of `kib` KiB, then again with plenty of space.
fn on_a_disk_of(kib: u64) -> ((i32, String, String), (i32, String, String)) {
    const SCRIPT: &str = r#"
        home=$1; notes=$2; size=$3; shift 3
        mount -t tmpfs -o size="$size"k tmpfs "$home"
        code=0; "$@" >"$notes/full.out" 2>"$notes/full.err" || code=$?
        echo $code >"$notes/full.code"
        mount -o remount,size=512m "$home"
        code=0; "$@" >"$notes/wide.out" 2>"$notes/wide.err" || code=$?
        echo $code >"$notes/wide.code"
    "#;
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let notes = tempfile::tempdir().unwrap();
    let mut command = namespace(SCRIPT);
    command.arg(home.path()).arg(notes.path()).arg(kib.to_string());
    let done = reference::call(&home).after(command).run();
    let _ = done.code(0);
    (outcome(notes.path(), "full"), outcome(notes.path(), "wide"))
}

/// A run that meets a full disk, as large as a share of what it needs, ends with what to do, and goes on when that was done.
fn full_at(percent: u64) {
    if !can_mount() {
        return;
    }
    let whole = std::fs::metadata(reference().home.file("demo.db")).unwrap().len();
    let kib = whole / 1024 * percent / 100;
    let ((code, out, err), (again, summary, said)) = on_a_disk_of(kib);
    println!("{kib} KiB: {}", err.lines().last().unwrap_or_default());
    assert_eq!((code, out.as_str()), (1, ""), "{kib} KiB: {err}");
    assert!(err.contains("no space left") && err.contains("free some space"), "{kib} KiB: {err}");
    assert_eq!(again, 0, "{kib} KiB, then plenty: {said}");
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(identity(&summary), identity(&reference().summary), "{kib} KiB");
    assert_eq!(summary["run_id"], "demo-0001", "it is continued, {kib} KiB: {said}");
}

#[test]
fn a_disk_too_small_for_empty_tables_is_said_to_be_full() {
    full_at(1);
}

#[test]
fn a_disk_that_fills_up_early_in_a_run_stops_it_safely() {
    full_at(15);
}

#[test]
fn a_disk_that_fills_up_late_in_a_run_stops_it_safely() {
    full_at(70);
}

/// Makes the home read-only by a bind mount and runs the call there.
fn read_only(home: &Home, call: Call) -> Outcome {
    const SCRIPT: &str = r#"
        home=$1; shift
        mount --bind "$home" "$home"; mount -o remount,ro,bind "$home"
        exec "$@"
    "#;
    let mut command = namespace(SCRIPT);
    command.arg(home.path());
    call.after(command).run()
}

#[test]
fn a_home_that_may_not_be_written_is_refused() {
    if !can_mount() {
        return;
    }
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let outcome = read_only(&home, reference::call(&home)).code(1);
    let outcome = outcome.says(&[home.path().to_str().unwrap(), "read-only"]);
    assert_eq!(outcome.stdout, "");
    assert_eq!(home.names(), Vec::<String>::new());
}

#[test]
fn a_finished_run_can_be_read_where_nothing_may_be_written() {
    if !can_mount() {
        return;
    }
    let home = Home::new();
    std::fs::create_dir(home.path()).unwrap();
    let copy = |name: &str| -> PathBuf {
        std::fs::copy(reference().home.file(name), home.file(name)).unwrap();
        home.file(name)
    };
    let database = copy("demo.db");
    copy("demo.anchors");
    let before = std::fs::read(&database).unwrap();
    for reader in [&["status"][..], &["trades"], &["account"], &["journal", "verify"]] {
        let _ = read_only(&home, home.tradebot(reader)).code(0);
    }
    let refused = read_only(&home, reference::call(&home)).code(1);
    let _ = refused.says(&["read-only"]);
    assert!(std::fs::read(&database).unwrap() == before);
}
