//! A command with a time limit.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How often a running command is looked at.
const POLL: Duration = Duration::from_millis(5);
/// How long the output may lag behind the end of the command.
const DRAIN: Duration = Duration::from_secs(1);
/// The most output that is read: a table of sixteen GPUs takes 3 kB.
const OUTPUT_BYTES_MAX: u64 = 1 << 20;

/// Why a command gave no output.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It cannot be started; usually there is none.
    #[error("`{program}` cannot be run: {source}")]
    Start {
        /// The command.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It ran too long and was killed, as happens when a GPU has fallen off the bus.
    #[error("`{program}` took longer than {limit:?} and was killed")]
    TimedOut {
        /// The command.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// It ended with an error: 9 when the driver does not run, 18 when library and driver differ.
    #[error("`{program}` ended with {status}: {output}")]
    Failed {
        /// The command.
        program: String,
        /// Its exit status.
        status: ExitStatus,
        /// The first line it printed.
        output: String,
    },
}

/// Runs a command and returns what it prints, unless it fails or takes longer than `limit`.
pub(super) fn run(
    program: &Path,
    arguments: &[&str],
    limit: Duration,
) -> Result<String, CommandError> {
    let name = || program.display().to_string();
    let start = |source| CommandError::Start { program: name(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(start)?;
    let output = drain(&mut child);
    let timed_out = || CommandError::TimedOut { program: name(), limit };
    let status = wait(&mut child, limit).map_err(start)?.ok_or_else(timed_out)?;
    // A grandchild may hold the pipe open: then there is no output to trust.
    let text = output.recv_timeout(DRAIN).map_err(|_| timed_out())?;
    if status.success() {
        return Ok(text);
    }
    let output = text.lines().next().unwrap_or("no output").trim().to_owned();
    Err(CommandError::Failed { program: name(), status, output })
}

/// Reads the output on a thread of its own, so that a full pipe never blocks the command.
fn drain(child: &mut Child) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(pipe) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if pipe.take(OUTPUT_BYTES_MAX).read_to_end(&mut bytes).is_ok() {
                // Nobody listens any more after a time-out.
                let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
            }
        });
    }
    receive
}

/// Waits for the end of a command; kills it and returns `None` when it takes longer than `limit`.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let polls = limit.as_millis() / POLL.as_millis();
    for _ in 0..=polls {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        pause();
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

#[expect(clippy::disallowed_methods, reason = "an edge that waits for another process")]
fn pause() {
    thread::sleep(POLL);
}
