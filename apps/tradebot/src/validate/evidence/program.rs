//! The program itself, run as a user would run it.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use serde_json::Value;

use crate::cli::Cli;
use crate::exit::Failure;
use crate::validate::evidence::files_under;
use crate::validate::evidence::records::RunRecords;
use crate::validate::evidence::scenario::Scenario;
use crate::validate::suite::now;

/// A secret that stands in the program's environment and must never come out of it.
pub const CANARY: &str = "canary-7f3a91c2e4";

/// One run of the program.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The command line without the program's name.
    pub arguments: String,
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
    /// Wall time, seconds.
    pub elapsed_s: f64,
}

impl Answer {
    /// What it printed, as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_default()
    }
}

/// The help of one command.
#[derive(Debug, Clone)]
pub struct HelpPage {
    /// The command with its parents: `journal tail`.
    pub command: String,
    /// Its one-line description.
    pub about: String,
    /// Arguments that nothing is said about.
    pub silent_arguments: Vec<String>,
}

/// What the program printed and wrote.
#[derive(Debug, Clone)]
pub struct ProgramFacts {
    /// The demo.
    pub demo: Answer,
    /// Its summary.
    pub summary: Value,
    /// Name of its run.
    pub run_id: String,
    /// Files in the home folder after the demo, relative to it.
    pub files: Vec<String>,
    /// Its report.
    pub report: String,
    /// The log files that it left.
    pub log: String,
    /// The metrics that it left, as Prometheus reads them.
    pub metrics: String,
    /// Every command that reads, asked about the demo.
    pub readers: Vec<Answer>,
    /// Help of every command.
    pub help: Vec<HelpPage>,
    /// Places where the canary came out.
    pub canary_in: Vec<String>,
    /// Places that were searched for it.
    pub canary_searched: usize,
}

impl ProgramFacts {
    /// Runs the demo.
    ///
    /// # Errors
    /// When the program cannot be started, or the demo leaves no run to look at.
    pub fn gather(program: &Path, scenario: &Scenario, home: &Path) -> Result<Self, Failure> {
        let flags = scenario.flags();
        let mut arguments = vec!["run", "--mode", "demo", "--json", "-vvv", "--log-format", "json"];
        arguments.extend(flags.iter().map(String::as_str));
        let demo = ask(program, home, &arguments)?;
        let summary = demo.json();
        let run_id = summary["run_id"].as_str().unwrap_or_default().to_owned();
        if run_id.is_empty() {
            return Err(Failure::work(format!(
                "`tradebot {}` left no run (exit code {:?}): {}",
                demo.arguments, demo.code, demo.stderr
            )));
        }
        let report = summary["report"].as_str().map(std::fs::read_to_string);
        Ok(Self {
            summary,
            run_id,
            files: relative_files(home),
            report: report.and_then(Result::ok).unwrap_or_default(),
            log: all_text(&home.join("logs")),
            metrics: all_text(&home.join("metrics")),
            readers: Vec::new(),
            help: help(&mut Cli::command()),
            canary_in: Vec::new(),
            canary_searched: 0,
            demo,
        })
    }

    /// Asks every command that reads about the demo.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn read_with_every_command(
        &mut self,
        program: &Path,
        home: &Path,
        run: &RunRecords,
    ) -> Result<(), Failure> {
        let last = run.decisions.last().map(|d| d.id);
        let subject = run.intents.first().map(|i| i.decision).or(last);
        let Some(subject) = subject else { return Ok(()) };
        let (symbol, date) = (subject.symbol.to_string(), subject.session.to_string());
        let id = self.run_id.as_str();
        let asked: [&[&str]; 16] = [
            &["status", "--run", id, "--json"],
            &["positions", "--run", id, "--json"],
            &["orders", "--run", id, "--json"],
            &["trades", "--run", id, "--json"],
            &["account", "--run", id, "--json"],
            &["explain", &symbol, &date, "--run", id, "--json"],
            &["why", &symbol, &date, "--run", id, "--json"],
            &["report", id],
            &["journal", "verify", "--json"],
            &["journal", "tail", "--run", id, "-n", "5"],
            &["config", "show", "--json"],
            &["config", "check"],
            &["data", "list", "--json"],
            &["doctor", "--json"],
            &["completions", "bash"],
            &["man"],
        ];
        for arguments in asked {
            self.readers.push(ask(program, home, arguments)?);
        }
        Ok(())
    }

    /// Looks for the canary in everything that was printed and written.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn look_for_canary(&mut self, home: &Path) -> Result<(), Failure> {
        let canary = CANARY.as_bytes();
        let mut searched = 0;
        let mut found = Vec::new();
        let mut look = |place: &str, bytes: &[u8]| {
            searched += 1;
            if bytes.windows(canary.len()).any(|window| window == canary) {
                found.push(place.to_owned());
            }
        };
        for answer in self.readers.iter().chain([&self.demo]) {
            look(&answer.arguments, answer.stdout.as_bytes());
            look(&answer.arguments, answer.stderr.as_bytes());
        }
        for file in files_under(home) {
            look(&file.display().to_string(), &std::fs::read(&file)?);
        }
        (self.canary_searched, self.canary_in) = (searched, found);
        Ok(())
    }
}

/// Runs the program with almost no environment, in its own home folder.
///
/// # Errors
/// When it cannot be started.
pub fn ask(program: &Path, home: &Path, arguments: &[&str]) -> Result<Answer, Failure> {
    let begun = now();
    let output = Command::new(program)
        .args(arguments)
        .arg("--home")
        .arg(home)
        .current_dir(home)
        .env_clear()
        .envs(variables())
        .env("QUESTRADE_REFRESH_TOKEN", CANARY)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::work(format!("cannot run {}: {e}", program.display())))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Answer {
        arguments: arguments.join(" "),
        code: output.status.code(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        elapsed_s: begun.elapsed().as_secs_f64(),
    })
}

/// What Windows needs to start any program; nothing elsewhere.
fn variables() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    ["SystemRoot", "TEMP"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// Every file of a folder, one after the other.
fn all_text(folder: &Path) -> String {
    let files = files_under(folder);
    files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}

fn relative_files(home: &Path) -> Vec<String> {
    let relative = |path: &Path| path.strip_prefix(home).unwrap_or(path).display().to_string();
    files_under(home).iter().map(|path| relative(path)).collect()
}

/// Help pages of a command and everything below it.
fn help(root: &mut clap::Command) -> Vec<HelpPage> {
    root.build();
    let mut pages = Vec::new();
    collect("", root, &mut pages);
    pages
}

fn collect(parents: &str, command: &clap::Command, pages: &mut Vec<HelpPage>) {
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = format!("{parents}{}", sub.get_name());
        let silent = sub.get_arguments().filter(|a| a.get_help().is_none());
        pages.push(HelpPage {
            about: sub.get_about().map(ToString::to_string).unwrap_or_default(),
            silent_arguments: silent.map(|a| a.get_id().to_string()).collect(),
            command: name.clone(),
        });
        collect(&format!("{name} "), sub, pages);
    }
}
