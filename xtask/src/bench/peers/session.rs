//! One run of `bench --peers`: programs of both sides, each started once, and the data they share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::Context as _;
use tempfile::TempDir;

use super::data::Data;
use crate::bench::record::{self, Record, Said};

/// Variables that would bind a peer's linear algebra to a kernel other than that of this
/// processor.
const BINDING: [&str; 2] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];
/// Variables that keep libraries to one thread, so that CPU time is that of the work.
const ONE_THREAD: [&str; 3] = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"];

/// A program of ours and its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ours {
    /// An example of a crate.
    Example { package: &'static str, example: &'static str, args: &'static [Arg] },
    /// A bench of this very program.
    Bench(&'static str),
}

/// An argument of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arg {
    Text(&'static str),
    /// The path of a data file.
    File(Data),
    /// The folder that our whole outputs go to.
    Outputs,
}

/// A script of `bench/peers` and its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Peer {
    pub(super) script: &'static str,
    pub(super) system: &'static str,
    pub(super) n: u64,
    pub(super) reps: u32,
    pub(super) data: Data,
}

/// Who wrote an output.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Ours,
    Theirs,
}

/// What a side answered: measurements, or why there are none.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    Measured(Vec<Record>),
    NotInstalled(String),
    Broken(String),
}

/// See the head of this file.
pub(super) struct Session {
    root: PathBuf,
    python: Result<Python, String>,
    folder: TempDir,
    ours: BTreeMap<Ours, Answer>,
    peers: BTreeMap<Peer, Answer>,
}

/// The interpreter that runs the peers.
struct Python {
    program: String,
    version: String,
}

impl Session {
    /// # Errors
    /// When there is no place for the data.
    pub(super) fn begin(root: &Path, python: &str) -> anyhow::Result<Self> {
        Ok(Self {
            root: root.to_owned(),
            python: Python::find(python),
            folder: tempfile::tempdir().context("a folder for the data")?,
            ours: BTreeMap::new(),
            peers: BTreeMap::new(),
        })
    }

    /// Its version, or why there is none.
    pub(super) fn python(&self) -> Result<&str, &str> {
        self.python.as_ref().map(|p| p.version.as_str()).map_err(String::as_str)
    }

    /// Our measurements.
    pub(super) fn ours(&mut self, ours: Ours) -> Answer {
        if let Some(known) = self.ours.get(&ours) {
            return known.clone();
        }
        eprintln!("bench: {}", ours.command());
        let answer = self.run_ours(ours).into();
        self.ours.entry(ours).or_insert(answer).clone()
    }

    /// A peer's measurements.
    pub(super) fn peer(&mut self, peer: Peer) -> Answer {
        if let Some(known) = self.peers.get(&peer) {
            return known.clone();
        }
        let answer = match &self.python {
            Err(reason) => Answer::NotInstalled(reason.clone()),
            Ok(python) => {
                eprintln!("bench: {} {} --n {}", peer.script, peer.system, peer.n);
                self.run_peer(&python.program, peer).into()
            }
        };
        self.peers.entry(peer).or_insert(answer).clone()
    }

    /// The folder that a side writes whole outputs to.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn outputs(&self, side: Side) -> std::io::Result<PathBuf> {
        let folder = self.folder.path().join(match side {
            Side::Ours => "ours",
            Side::Theirs => "theirs",
        });
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    fn run_ours(&self, ours: Ours) -> anyhow::Result<Said> {
        let mut command = match ours {
            Ours::Bench(id) => {
                let mut command = Command::new(crate::release::this_program(&self.root)?);
                command.args(["bench", "--only", id, "--json"]);
                command
            }
            Ours::Example { package, example, args } => {
                let what = ["--package", package, "--example", example];
                let mut command = Command::new(crate::release::build(&self.root, &what)?);
                for arg in args {
                    match arg {
                        Arg::Text(text) => command.arg(text),
                        Arg::File(data) => command.arg(data.file(self.folder.path())?),
                        Arg::Outputs => command.arg(self.outputs(Side::Ours)?),
                    };
                }
                command
            }
        };
        said(&command.current_dir(&self.root).output()?)
    }

    fn run_peer(&self, python: &str, peer: Peer) -> anyhow::Result<Said> {
        let mut command = Command::new(python);
        command
            .arg(self.root.join("bench/peers").join(peer.script))
            .arg(peer.system)
            .args(["--n", &peer.n.to_string(), "--reps", &peer.reps.to_string()])
            .arg("--data")
            .arg(peer.data.file(self.folder.path())?)
            .arg("--outputs")
            .arg(self.outputs(Side::Theirs)?)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        for name in BINDING {
            command.env_remove(name);
        }
        for name in ONE_THREAD {
            command.env(name, "1");
        }
        said(&command.output()?)
    }
}

impl Ours {
    /// The command as a person would type it.
    pub(super) fn command(self) -> String {
        match self {
            Self::Bench(id) => {
                format!("cargo run --release -p tradebot-xtask -- bench --only {id} --json")
            }
            Self::Example { package, example, args } => {
                let words = args.iter().map(|arg| match arg {
                    Arg::Text(text) => format!(" {text}"),
                    Arg::File(_) => " FILE".to_owned(),
                    Arg::Outputs => " FOLDER".to_owned(),
                });
                let words: String = words.collect();
                let run = format!("cargo run --release -p {package} --example {example}");
                if words.is_empty() { run } else { format!("{run} --{words}") }
            }
        }
    }
}

impl Python {
    fn find(program: &str) -> Result<Self, String> {
        let ask = "import platform; print(platform.python_version())";
        let answer = Command::new(program).args(["-c", ask]).output();
        match answer {
            Ok(out) if out.status.success() => {
                let version = String::from_utf8_lossy(&out.stdout).trim().to_owned();
                Ok(Self { program: program.to_owned(), version })
            }
            Ok(out) => Err(format!("{program} ended with {}", out.status)),
            Err(error) => Err(format!("no Python interpreter: {error}")),
        }
    }
}

impl From<anyhow::Result<Said>> for Answer {
    fn from(said: anyhow::Result<Said>) -> Self {
        match said {
            Ok(Said::Measured(records)) => Self::Measured(records),
            Ok(Said::Missing { module, reason }) => {
                Self::NotInstalled(format!("{module}: {reason}"))
            }
            Err(error) => Self::Broken(format!("{error:#}")),
        }
    }
}

fn said(out: &Output) -> anyhow::Result<Said> {
    let errors = String::from_utf8_lossy(&out.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("no word");
    anyhow::ensure!(out.status.success(), "{}: {last}", out.status);
    record::read(&String::from_utf8_lossy(&out.stdout))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: Peer =
        Peer { script: "b3.py", system: "talib", n: 1_000, reps: 1, data: Data::MadeUp(1_000) };

    #[test]
    fn without_an_interpreter_every_peer_is_not_installed() {
        let root = tempfile::tempdir().unwrap();
        let mut session = Session::begin(root.path(), "there-is-no-such-python").unwrap();
        assert!(session.python().is_err());
        assert!(matches!(session.peer(PEER), Answer::NotInstalled(_)));
    }

    /// A stand-in for an interpreter: a shell script that prints what it is told to.
    #[cfg(unix)]
    fn session_with(script: &str) -> (TempDir, Session) {
        use std::os::unix::fs::PermissionsExt as _;
        let root = tempfile::tempdir().unwrap();
        let python = root.path().join("python");
        std::fs::write(&python, format!("#!/bin/sh\n[ \"$1\" = -c ] && exit 0\n{script}\n"))
            .unwrap();
        std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
        let session = Session::begin(root.path(), python.to_str().unwrap()).unwrap();
        (root, session)
    }

    #[cfg(unix)]
    #[test]
    fn a_missing_module_and_a_crash_are_told_apart() {
        let (_root, mut session) = session_with(r#"echo '{"missing":"talib","reason":"none"}'"#);
        assert!(matches!(session.peer(PEER), Answer::NotInstalled(r) if r == "talib: none"));
        let (_root, mut session) = session_with("echo 'Traceback' >&2; echo 'E: 7' >&2; exit 3");
        assert!(matches!(session.peer(PEER), Answer::Broken(r) if r.ends_with("3: E: 7")));
        let (_root, mut session) = session_with("echo all well");
        assert!(matches!(session.peer(PEER), Answer::Broken(_)));
    }

    #[cfg(unix)]
    #[test]
    fn a_peer_runs_once_and_without_the_variables_that_bind_it() {
        let line = r#"{"bench":"B3","task":"%s","system":"s","n":1,"unit":"u","rate_cpu":1.0}"#;
        let script = format!(
            "echo run >> \"$(dirname \"$0\")/runs\"\n\
             printf '{line}\\n' \"$(env | grep -c ^OPENBLAS_CORETYPE)-$OMP_NUM_THREADS\""
        );
        let (root, mut session) = session_with(&script);
        for _ in 0..2 {
            let Answer::Measured(records) = session.peer(PEER) else { panic!("measured") };
            assert!(records[0].is("0-1"), "{records:?}");
        }
        assert_eq!(std::fs::read_to_string(root.path().join("runs")).unwrap(), "run\n");
    }
}
