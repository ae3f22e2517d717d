//! The real program in a home of its own: started, watched, interrupted, read.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) mod broker;
pub(crate) mod journal;
pub(crate) mod reference;

/// The application's own `main`.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_tradebot-under-test");

/// Far beyond what any command takes, even on a loaded machine: a hang fails instead of waiting.
const PATIENCE: Duration = Duration::from_mins(4);

/// A home folder and, beside it, the folder that commands are started in.
pub(crate) struct Home {
    root: TempDir,
}

impl Home {
    /// Neither has anything in it; the home does not even exist yet.
    pub(crate) fn new() -> Self {
        Self::of(tempfile::Builder::new().prefix("tradebot-home-").tempdir().unwrap())
    }

    fn of(root: TempDir) -> Self {
        std::fs::create_dir(root.path().join("desk")).unwrap();
        Self { root }
    }

    /// The home folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// A file of the home.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A file in the folder that commands are started in: input that is not the program's own.
    pub(crate) fn desk(&self, name: &str) -> PathBuf {
        self.root.path().join("desk").join(name)
    }

    /// Writes such a file and returns its path as text.
    pub(crate) fn input(&self, name: &str, text: &str) -> String {
        std::fs::write(self.desk(name), text).unwrap();
        self.desk(name).to_str().unwrap().to_owned()
    }

    /// Everything in the home, by name, without what the log leaves.
    pub(crate) fn names(&self) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.path()) else { return Vec::new() };
        let name = |entry: std::io::Result<std::fs::DirEntry>| {
            entry.unwrap().file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = folder.map(name).filter(|n| n != "logs").collect();
        names.sort();
        names
    }

    /// A call of the program with this home.
    pub(crate) fn tradebot(&self, args: &[&str]) -> Call {
        let mut call = Call::bare(&self.root.path().join("desk"), args);
        call.command.arg("--home").arg(self.path());
        call
    }

    /// Calls a command that must succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> Outcome {
        self.tradebot(args).run().code(0)
    }

    /// Calls a command that must succeed and print JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.ok(args).json()
    }
}

/// One call, before it is made.
pub(crate) struct Call {
    command: Command,
}

impl Call {
    /// Without a home, and with nothing of the environment that could say where one is.
    pub(crate) fn bare(folder: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(BINARY);
        clean(&mut command);
        command.args(args).current_dir(folder);
        Self { command }
    }

    pub(crate) fn arg(mut self, arg: &str) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With a file as its standard input.
    pub(crate) fn input(mut self, path: &str) -> Self {
        self.command.stdin(std::fs::File::open(path).unwrap());
        self
    }

    /// Runs to the end.
    pub(crate) fn run(self) -> Outcome {
        self.start().wait()
    }

    /// Starts and returns at once.
    pub(crate) fn start(self) -> Running {
        Running::of(self.command)
    }

    /// Runs with a stdout that nobody reads: the other end is closed before anything is written.
    pub(crate) fn with_nobody_reading(mut self) -> Outcome {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = now();
        let mut child = self.command.spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let (status, elapsed) = (output.status, begun.elapsed());
        Outcome { status, stdout: String::new(), stderr, elapsed }
    }

    /// The same call as the last arguments of another program.
    #[cfg(target_os = "linux")]
    pub(crate) fn after(self, mut other: Command) -> Self {
        other.arg(self.command.get_program()).args(self.command.get_args());
        self.replaced_by(other)
    }

    /// Another program in the same surroundings.
    #[cfg(target_os = "linux")]
    pub(crate) fn replaced_by(self, mut other: Command) -> Self {
        clean(&mut other);
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value {
                other.env(name, value);
            }
        }
        other.current_dir(self.command.get_current_dir().unwrap());
        Self { command: other }
    }
}

fn clean(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("TRADEBOT_") || text.starts_with("XDG_") {
            command.env_remove(&name);
        }
    }
    for name in ["HOME", "COLUMNS", "NO_COLOR", "RUST_LOG", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
}

/// A call that is under way. Dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    begun: Instant,
    stdout: Stream,
    stderr: Stream,
}

/// What a process has written so far, and the thread that reads on.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let mut block = [0; 8192];
            while let Ok(n) = pipe.read(&mut block) {
                if n == 0 {
                    break;
                }
                shared.lock().unwrap().extend_from_slice(&block[..n]);
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    fn all(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.so_far()
    }
}

impl Running {
    fn of(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = now();
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{command:?}: {e}"));
        let stdout = Stream::of(child.stdout.take().unwrap());
        let stderr = Stream::of(child.stderr.take().unwrap());
        Self { child, begun, stdout, stderr }
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `words` stand on stderr.
    pub(crate) fn when_it_says(self, words: &str) -> Self {
        self.when(|running| running.stderr.so_far().contains(words))
    }

    /// Waits until something holds.
    pub(crate) fn when(mut self, holds: impl Fn(&Self) -> bool) -> Self {
        while !holds(&self) {
            let ended = self.child.try_wait().unwrap().is_some();
            assert!(!ended || holds(&self), "it ended first: {}", self.wait());
            assert!(self.begun.elapsed() < PATIENCE, "it never came: {}", self.stderr.so_far());
            rest(5);
        }
        self
    }

    /// Sends a signal by its short name: INT, TERM.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status();
        assert!(sent.unwrap().success(), "kill -{name}");
    }

    /// Kills it without a warning after that time, unless it has ended; says whether it was hit.
    pub(crate) fn killed_after(mut self, time: Duration) -> bool {
        while self.begun.elapsed() < time && self.child.try_wait().unwrap().is_none() {
            rest(1);
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap().code().is_none()
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Outcome {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(self.begun.elapsed() < PATIENCE, "no end: {}", self.stderr.so_far());
            rest(3);
        };
        let elapsed = self.begun.elapsed();
        Outcome { status, stdout: self.stdout.all(), stderr: self.stderr.all(), elapsed }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// How a call ended.
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) elapsed: Duration,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let head: String = self.stdout.chars().take(4_000).collect();
        write!(f, "{}\n--- stdout\n{head}\n--- stderr\n{}", self.status, self.stderr)
    }
}

impl Outcome {
    /// It ended with this exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    /// Its stderr has all of these words; how lines are folded does not matter.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        let text = unfolded(&self.stderr);
        for word in words {
            assert!(text.contains(&unfolded(word)), "`{word}` is not said: {self}");
        }
        self
    }

    /// Its stdout has all of these words.
    #[track_caller]
    pub(crate) fn shows(self, words: &[&str]) -> Self {
        let text = unfolded(&self.stdout);
        for word in words {
            assert!(text.contains(&unfolded(word)), "`{word}` is not shown: {self}");
        }
        self
    }

    /// Its stdout as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {self}"))
    }

    /// Its stdout as CSV: the headings and the rows, all of the same length.
    #[track_caller]
    pub(crate) fn csv(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(self.stdout.as_bytes());
        let words = |r: &csv::StringRecord| r.iter().map(str::to_owned).collect::<Vec<_>>();
        let head = words(reader.headers().unwrap());
        let rows = reader.records().map(|r| words(&r.unwrap_or_else(|e| panic!("{e}: {self}"))));
        let rows = rows.collect();
        (head, rows)
    }
}

/// White space told apart by nothing but its presence.
fn unfolded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says why a test does not test here.
pub(crate) fn skipped(why: &str) {
    println!("skipped: {why}");
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long a process takes")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a test waits for a process")]
pub(crate) fn rest(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
