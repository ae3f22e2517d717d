//! `tradebot config`: every value in force with its origin, and a check of all of it.

use serde_json::Value;
use tradebot_domain::{Currency, Date, Symbol};
use tradebot_policy::Policy;
use tradebot_telemetry::{LogConfig, logging};

use super::Context;
use crate::cli::{ConfigCommand, Format};
use crate::exit::Failure;
use crate::output::{self, text};
use crate::settings::{self, Origin, Overrides, Settings};

/// Shows or checks the configuration.
///
/// # Errors
/// A usage failure with every problem found.
pub fn run(context: &Context, command: &ConfigCommand) -> Result<(), Failure> {
    match command {
        ConfigCommand::Show { json } => show(context, *json),
        ConfigCommand::Check => check(context),
    }
}

fn show(context: &Context, json: bool) -> Result<(), Failure> {
    let loaded = context.settings(Overrides::default())?;
    let columns = [text("key"), text("value"), text("from")];
    let cells = |o: &Origin| vec![o.key.clone(), written(&o.value), o.source.clone()];
    output::records(Format { json, csv: false }, &columns, &loaded.origins(), cells, "")
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn check(context: &Context) -> Result<(), Failure> {
    let file = settings::file(context.global.config.as_deref(), &context.home)?;
    let loaded = context.settings(Overrides::default())?;
    let problems = problems(&loaded.settings);
    if !problems.is_empty() {
        return Err(Failure::usage(format!(
            "configuration: {}",
            problems.join("\n               ")
        )));
    }
    let file = file.map_or_else(|| "no file, defaults".to_owned(), |f| f.display().to_string());
    let policy = match &loaded.settings.policy {
        None => format!("bundled rows, digest {}", &Policy::bundled().digest()[..16]),
        Some(path) => path.display().to_string(),
    };
    let set = loaded.origins().iter().filter(|o| o.source != "default").count();
    output::line(&format!("configuration: {file}, {set} values set: valid"))?;
    output::line(&format!("policy: {policy}: valid"))
}

/// What is wrong with values that did parse and that loading does not look into: names, dates and
/// the policy file, each with its key and what is allowed.
pub fn problems(settings: &Settings) -> Vec<String> {
    let mut problems = Vec::new();
    if let Err(e) = settings.account.currency.parse::<Currency>() {
        problems.push(format!("account.currency: {e}"));
    }
    universe(settings, &mut problems);
    problems.extend(settings.paper.pace().err());
    if !["text", "json"].contains(&settings.log.format.as_str()) {
        problems.push(format!("log.format is `{}`; text and json are known", settings.log.format));
    }
    let log = LogConfig { level: settings.log.level.clone(), ..LogConfig::default() };
    if let Err(e) = logging::subscriber(&log, std::io::sink) {
        problems.push(format!("log.level: {e}"));
    }
    if let Some(Err(errors)) = settings.policy.as_ref().map(|path| Policy::read(path)) {
        problems.extend(errors.to_string().lines().map(str::to_owned));
    }
    problems
}

fn universe(settings: &Settings, problems: &mut Vec<String>) {
    let universe = &settings.universe;
    if !["bundled", "catalogue"].contains(&universe.data.as_str()) {
        let found = &universe.data;
        problems.push(format!("universe.data is `{found}`; bundled and catalogue are known"));
    }
    for name in universe.symbols.iter().flatten() {
        if let Err(e) = Symbol::new(name.trim()) {
            problems.push(format!("universe.symbols: {e}"));
        }
    }
    for name in universe.sectors.keys() {
        if let Err(e) = Symbol::new(name.trim()) {
            problems.push(format!("universe.sectors: {e}"));
        }
    }
    let mut dates = Vec::new();
    for (key, value) in [("universe.from", &universe.from), ("universe.to", &universe.to)] {
        match value.as_ref().map(|text| (text, text.parse::<Date>())) {
            Some((text, Err(e))) => {
                problems.push(format!("{key} is `{text}`, no date like 2005-02-28: {e}"));
            }
            Some((_, Ok(date))) => dates.push(date),
            None => {}
        }
    }
    if let [from, to] = dates[..]
        && from > to
    {
        problems.push(format!("universe.from {from} lies after universe.to {to}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_problems() {
        assert_eq!(problems(&Settings::default()), Vec::<String>::new());
    }

    #[test]
    fn every_wrong_name_and_date_is_told_at_once() {
        let mut settings = Settings::default();
        settings.account.currency = "EUR".to_owned();
        settings.universe.data = "bundle".to_owned();
        settings.universe.symbols = Some(vec!["A B".to_owned()]);
        settings.universe.from = Some("2005-02-30".to_owned());
        settings.paper.maintenance = vec!["noon".to_owned()];
        settings.log.level = "tradebot=loud".to_owned();
        settings.log.format = "xml".to_owned();
        settings.policy = Some("no-such-policy.yaml".into());
        let found = problems(&settings);
        for key in [
            "account.currency",
            "universe.data",
            "universe.symbols",
            "universe.from",
            "paper.maintenance",
            "log.level",
            "log.format",
            "no-such-policy.yaml",
        ] {
            assert!(found.iter().any(|p| p.contains(key)), "{key}: {found:?}");
        }
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_a_problem() {
        let mut settings = Settings::default();
        settings.universe.from = Some("2006-01-03".to_owned());
        settings.universe.to = Some("2005-01-03".to_owned());
        assert_eq!(
            problems(&settings),
            ["universe.from 2006-01-03 lies after universe.to 2005-01-03"]
        );
    }
}
