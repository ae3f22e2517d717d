//! Absence, the fallback and its time limit, with a command of our own in the place of nvidia-smi.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a fixture that cannot be made fails its test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tradebot_gpu_lifecycle::{GpuState, Monitor, ReadingSource, Sources, read_gpus, smi};

const ROW: &str = "0, GPU-1a2b, Example GPU 24GB, 575.51, 24564, 8120, 16444, 37, 12, 58, 141.27, \
    350.00, [N/A], P2, 1905";

/// A script must not be started while another thread forks with the file still open for writing,
/// so scripts are written and run one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Writes an executable script.
fn script(folder: &TempDir, body: &str) -> PathBuf {
    let path = folder.path().join("nvidia-smi");
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The state with no library and this script, run for at most `limit`.
fn state(body: &str, limit: Duration) -> GpuState {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    monitor(script(&folder, body), limit).read()
}

fn monitor(nvidia_smi: PathBuf, time_limit: Duration) -> Monitor {
    let nvml_library = Some("no-such-library.so.0".into());
    Monitor::new(Sources { nvml_library, nvidia_smi, time_limit })
}

#[track_caller]
fn reason(state: GpuState) -> String {
    match state {
        GpuState::Absent { reason } => reason,
        GpuState::Present(readings) => panic!("{readings:?}"),
    }
}

const SECONDS: Duration = Duration::from_secs(10);

#[test]
fn without_library_and_command_the_gpu_is_absent_and_both_reasons_are_told() {
    let missing = Path::new("/no/such/folder/nvidia-smi").to_path_buf();
    let mut monitor = monitor(missing, SECONDS);
    for _ in 0..2 {
        let reason = reason(monitor.read());
        assert!(reason.contains("no-such-library.so.0"), "{reason}");
        assert!(reason.contains("nvidia-smi` cannot be run"), "{reason}");
    }
}

#[test]
fn reading_this_machine_never_fails_whatever_it_has() {
    match read_gpus() {
        GpuState::Absent { reason } => assert!(reason.contains("NVML"), "{reason}"),
        GpuState::Present(readings) => assert!(!readings.is_empty()),
    }
}

#[test]
fn the_command_is_the_fallback_and_is_asked_for_the_columns_we_read() {
    let body = format!(
        "[ \"$1\" = '--query-gpu={}' ] || exit 3\n\
         [ \"$2\" = '--format=csv,noheader,nounits' ] || exit 4\n\
         echo '{ROW}'",
        smi::COLUMNS
    );
    let state = state(&body, SECONDS);
    let [gpu] = state.readings() else { panic!("{state:?}") };
    assert_eq!(gpu.source, ReadingSource::NvidiaSmi);
    assert_eq!(gpu.temperature_c, Some(58.0));
    assert_eq!(gpu.ecc_enabled, None);
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<GpuState>(&json).unwrap(), state);
}

#[test]
fn a_driver_that_does_not_run_is_absence_with_its_own_words() {
    let body =
        "echo \"NVIDIA-SMI has failed because it couldn't communicate with the driver.\"\nexit 9";
    let reason = reason(state(body, SECONDS));
    assert!(reason.contains("couldn't communicate") && reason.contains('9'), "{reason}");
}

#[test]
fn a_command_that_hangs_is_killed_at_its_limit() {
    let reason = reason(state("exec sleep 600", Duration::from_millis(100)));
    assert!(reason.contains("longer than 100ms"), "{reason}");
}

#[test]
fn a_pipe_that_a_grandchild_keeps_open_does_not_hang_us() {
    let reason = reason(state(&format!("sleep 3 &\necho '{ROW}'"), SECONDS));
    assert!(reason.contains("was killed"), "{reason}");
}

#[test]
fn output_that_is_no_table_and_an_empty_table_are_absence() {
    assert!(reason(state("echo hello", SECONDS)).contains("1 columns"));
    assert!(reason(state("true", SECONDS)).contains("lists no GPU"));
}

#[test]
fn more_output_than_a_pipe_holds_does_not_block_the_command() {
    let body = format!("i=0\nwhile [ $i -lt 2000 ]; do echo '{ROW}'; i=$((i+1)); done");
    assert_eq!(state(&body, SECONDS).readings().len(), 2_000);
}
