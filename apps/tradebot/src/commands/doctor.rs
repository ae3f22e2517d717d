//! `tradebot doctor`: this machine, the home folder and external interfaces, each finding with its
//! remedy.

use std::borrow::Cow;
use std::process::ExitCode;

use serde::Serialize;
use tradebot_domain::Timestamp;

use super::Context;
use super::page::Page;
use crate::cli::DoctorArgs;
use crate::exit::{self, Failure};
use crate::output;

mod files;
mod interfaces;
mod machine;
mod setup;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    /// As it should be.
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// Something does not work.
    Fail,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// What was looked at.
    check: Cow<'static, str>,
    level: Level,
    /// What was found.
    found: String,
    /// What to do about it; null when there is nothing to do.
    remedy: Option<String>,
}

impl Finding {
    fn ok(check: impl Into<Cow<'static, str>>, found: impl Into<String>) -> Self {
        Self { check: check.into(), level: Level::Ok, found: found.into(), remedy: None }
    }

    fn warn(
        check: impl Into<Cow<'static, str>>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (check, found) = (check.into(), found.into());
        Self { check, level: Level::Warn, found, remedy: Some(remedy.into()) }
    }

    fn fail(
        check: impl Into<Cow<'static, str>>,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { level: Level::Fail, ..Self::warn(check, found, remedy) }
    }
}

/// What `--json` prints. The names are a contract.
#[derive(Debug, Clone, Serialize)]
struct Diagnosis {
    /// Nothing failed.
    ok: bool,
    findings: Vec<Finding>,
}

/// Looks at everything and prints what it found.
///
/// # Errors
/// When stdout cannot be written, or with `--probe` the broker's token cannot be used. A failed
/// check is no error but exit code 1.
pub fn run(context: &Context, args: &DoctorArgs) -> Result<ExitCode, Failure> {
    let mut findings = vec![machine::program(), machine::sqlite()];
    findings.extend(files::home(&context.home));
    findings.extend(setup::configuration(context));
    findings.push(setup::bundled_policy());
    findings.push(setup::bundled_data());
    findings.push(setup::catalogue(&context.home));
    findings.extend(files::databases(&context.home));
    if args.probe {
        findings.extend(interfaces::asked(context, args)?);
    } else {
        findings.extend(interfaces::latest(&context.home));
    }
    findings.push(machine::calendar());
    findings.push(machine::gpu());
    findings.push(machine::terminal());
    findings.push(machine::variables());
    let ok = findings.iter().all(|f| f.level != Level::Fail);
    if args.json {
        output::json(&Diagnosis { ok, findings })?;
    } else {
        let mut page = Page::new();
        write(&mut page, &findings);
        output::line(&page.text())?;
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

/// Now; ages of checks are told by it.
#[expect(clippy::disallowed_methods, reason = "an app tells ages by the clock of the machine")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn write(page: &mut Page, findings: &[Finding]) {
    let mut rows = Vec::new();
    for f in findings {
        rows.push(vec![f.level.name().to_owned(), f.check.to_string(), f.found.clone()]);
        if let Some(remedy) = &f.remedy {
            rows.push(vec![String::new(), String::new(), format!("-> {remedy}")]);
        }
    }
    page.rows("<<~", &rows);
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    page.section(&match (count(Level::Fail), count(Level::Warn)) {
        (0, 0) => "All is well.".to_owned(),
        (0, warnings) => format!("It works; {warnings} to know about."),
        (failures, warnings) => format!("{failures} failed, {warnings} to know about."),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_finding_has_its_level_and_its_remedy_below() {
        let findings = [
            Finding::ok("sqlite", "3.53.0"),
            Finding::fail("home", "cannot be written", "choose another with --home DIR"),
        ];
        let mut page = Page::of_width(80);
        write(&mut page, &findings);
        let text = page.text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "  ok    sqlite  3.53.0");
        assert_eq!(lines[1], "  FAIL  home    cannot be written");
        assert_eq!(lines[2], "                -> choose another with --home DIR");
        assert_eq!(lines.last(), Some(&"1 failed, 0 to know about."));
    }
}
