//! External interfaces: the checks of the last start, or those made now.

use std::path::Path;

use tradebot_broker_questrade::client::Client;
use tradebot_domain::Timestamp;
use tradebot_storage::{ApiCheck, Mode, Store};

use super::Finding;
use crate::cli::{CallingMode, DoctorArgs};
use crate::commands::Context;
use crate::commands::token::place;
use crate::exit::Failure;
use crate::live::probes::{self, Probe, age, questrade::Questrade};
use crate::live::{calls, usage::UsageRecorder};

/// A check that failed so long ago says little about today.
const FRESH_HOURS: i64 = 24;
/// One that passed so long ago should be made again.
const STALE_DAYS: i64 = 7;
const ASK: &str =
    "ask again: tradebot doctor --probe (with the same --environment and key as token status)";

/// The last check of every question, one line for each interface of each mode.
pub(super) fn latest(home: &Path) -> Vec<Finding> {
    let now = super::now();
    let mut findings = Vec::new();
    for mode in Mode::ALL.into_iter().filter(|m| m.database(home).is_file()) {
        // A database that does not read has a line of its own.
        let Ok(checks) = Store::open_read(home, mode).and_then(|reader| reader.api_checks()) else {
            continue;
        };
        findings.extend(by_api(&checks).into_iter().map(|checks| told(mode, checks, now)));
    }
    findings
}

/// Checks of one interface stand together.
fn by_api(checks: &[ApiCheck]) -> Vec<&[ApiCheck]> {
    checks.chunk_by(|a, b| a.api == b.api).collect()
}

/// One interface: the first question that failed, or that all is well.
fn told(mode: Mode, checks: &[ApiCheck], now: Timestamp) -> Finding {
    let name = format!("{} ({mode})", checks[0].api);
    let last = checks.iter().map(|c| c.at).max().unwrap_or(now);
    let hours = now.duration_since(last).as_hours();
    let when = age(last, now);
    let failed: Vec<&ApiCheck> = checks.iter().filter(|c| !c.passed).collect();
    if let Some(worst) = failed.first() {
        let found = format!("{} failed {when}: {}", worst.probe, worst.detail);
        let remedy = if worst.remedy.is_empty() { ASK.to_owned() } else { worst.remedy.clone() };
        return if hours < FRESH_HOURS {
            Finding::fail(name, found, remedy)
        } else {
            Finding::warn(name, found, format!("{remedy}; {ASK}"))
        };
    }
    let each: Vec<String> = checks.iter().map(|c| format!("{} {} ms", c.probe, c.millis)).collect();
    let found = format!("all well {when}: {}", each.join(", "));
    if hours < STALE_DAYS * 24 { Finding::ok(name, found) } else { Finding::warn(name, found, ASK) }
}

/// Asks now, notes the answers and gives a line for each.
///
/// # Errors
/// When the token's folder or its key cannot be used.
pub(super) fn asked(context: &Context, args: &DoctorArgs) -> Result<Vec<Finding>, Failure> {
    let environment = place::environment(&args.which)?;
    if !place::folder(&context.home, &environment).exists() {
        let add = format!("to set it up: tradebot token add --environment {}", environment.name());
        return Ok(vec![Finding::warn(Questrade::API, "not set up, and not asked", add)]);
    }
    let mode = mode(context, args.mode);
    let governor = calls::governor()?;
    // Whoever writes the database meanwhile counts these calls by what the broker says of them.
    let store = Store::open(&context.home, mode);
    let mut recorder = match &store {
        Ok(_) => Some(UsageRecorder::begin(governor.clone(), &context.home, mode)?),
        Err(_) => None,
    };
    let transport = calls::transport(environment.clone(), &governor)?;
    let sealed = place::store(context, &environment, place::key(&args.which)?)?;
    let custody = tradebot_broker_questrade::custody::Custodian::new(sealed, transport.clone());
    let probes: Vec<Box<dyn Probe>> =
        vec![Box::new(Questrade::new(Client::new(transport, custody)))];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rows = runtime.block_on(probes::ask_all(&probes, &governor));
    let mut findings: Vec<Finding> = rows.iter().map(line).collect();
    match store {
        Ok(store) => {
            probes::record(&store, &rows)?;
            if let Some(recorder) = &mut recorder {
                recorder.flush(&store)?;
            }
        }
        Err(error) => findings.push(Finding::warn(
            "checks",
            format!("these answers were not noted: {error}"),
            "nothing, while a bot is running: its own checks are on record",
        )),
    }
    Ok(findings)
}

fn line(check: &ApiCheck) -> Finding {
    let name = format!("{} {}", check.api, check.probe);
    let found = format!("{} ({} ms)", check.detail, check.millis);
    if check.passed {
        Finding::ok(name, found)
    } else {
        Finding::fail(name, found, check.remedy.clone())
    }
}

fn mode(context: &Context, named: Option<CallingMode>) -> Mode {
    match named {
        Some(CallingMode::Live) => Mode::Live,
        None if Mode::Live.database(&context.home).is_file() => Mode::Live,
        Some(CallingMode::Paper) | None => Mode::Paper,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn check(api: &str, probe: &str, passed: bool, at: &str) -> ApiCheck {
        ApiCheck {
            at: at.parse().unwrap(),
            api: api.to_owned(),
            probe: probe.to_owned(),
            passed,
            detail: "as found".to_owned(),
            remedy: if passed { String::new() } else { "do this".to_owned() },
            millis: 30,
        }
    }

    #[test]
    fn an_interface_is_one_line_with_its_age_and_what_to_do() {
        let now: Timestamp = "2026-03-02T14:30:00Z".parse().unwrap();
        let (today, long_ago) = ("2026-03-02T14:00:00Z", "2026-02-20T14:00:00Z");
        let told = |checks: &[ApiCheck]| told(Mode::Paper, checks, now);
        let good = [check("x", "session", true, today), check("x", "clock", true, today)];
        let finding = told(&good);
        assert_eq!((finding.level, finding.check.as_ref()), (Level::Ok, "x (paper)"));
        assert_eq!(finding.found, "all well 30 min ago: session 30 ms, clock 30 ms");
        let bad = [check("x", "session", true, today), check("x", "clock", false, today)];
        let finding = told(&bad);
        assert_eq!((finding.level, finding.remedy.as_deref()), (Level::Fail, Some("do this")));
        assert_eq!(finding.found, "clock failed 30 min ago: as found");
        let old = told(&[check("x", "session", false, long_ago)]);
        assert_eq!(old.level, Level::Warn);
        assert!(old.remedy.unwrap().contains("doctor --probe"));
        assert_eq!(told(&[check("x", "session", true, long_ago)]).level, Level::Warn);
    }
}
