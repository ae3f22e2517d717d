//! `tradebot validate --leaks`: nothing knows the future, and what would is found.
//!
//! Two proofs. Twelve leaks are planted, one by one, into a compact study of real series; each must
//! be found, and the honest study must raise no alarm. Then the same detectors go over the real
//! engine: every feature, label and member of a run, against runs for which the market ended earlier.

mod made_up; // the world of the study

use std::process::ExitCode;

use serde::Serialize;
use tradebot_backtest::leaks::engine::{Recorded, alarms};
use tradebot_backtest::leaks::{Detector, Proof, Subject, prove};
use tradebot_backtest::replay;
use tradebot_domain::{CorporateAction, Date};
use tradebot_engine::{Engine, Silent};
use tradebot_journal::MemoryLedger;
use tradebot_market_data::{History, Series};

use super::suite::now;
use crate::exit::{FAILED, Failure};
use crate::market::Market;
use crate::output::{self, number, text};
use crate::replaying;
use crate::settings::{Settings, Universe};

/// What the engine is run on.
const SYMBOLS: [&str; 3] = ["AAPL", "IBM", "MSFT"];
const RANGE: (&str, &str) = ("2001-01-02", "2003-12-31");
/// Where the market ends for it: in a month, on a session of refits, and late.
const CUTS: [&str; 3] = ["2002-01-17", "2002-11-01", "2003-06-30"];
/// Deals outcomes out.
const SEED: u64 = 20_010_910;
/// Alarms told one by one.
const TOLD: usize = 20;

/// What `--json` prints. The names are a contract.
#[derive(Debug, Serialize)]
pub struct Leaks {
    /// Leaks planted.
    pub planted: usize,
    /// Leaks found.
    pub caught: usize,
    /// Honest parts that were accused.
    pub false_alarms: usize,
    /// Honest parts looked at: of the study and of the engine.
    pub clean: usize,
    /// Wall time, seconds.
    pub elapsed_s: f64,
    /// Each plant with who has found it.
    pub plants: Vec<Subject>,
    /// Honest parts that were accused, and by whom.
    pub accused: Vec<Subject>,
}

impl Leaks {
    fn of(proof: &Proof, engine: Vec<Subject>, elapsed_s: f64) -> Self {
        let clean = proof.clean.len() + engine.len();
        let honest = proof.clean.iter().cloned().map(|s| named("study", s));
        let engine = engine.into_iter().map(|s| named("engine", s));
        let accused: Vec<Subject> = honest.chain(engine).filter(|s| !s.alarms.is_empty()).collect();
        Self {
            planted: proof.plants.len(),
            caught: proof.caught(),
            false_alarms: accused.len(),
            clean,
            elapsed_s,
            plants: proof.plants.clone(),
            accused,
        }
    }

    /// All plants were found and nothing honest was accused.
    pub fn passed(&self) -> bool {
        self.caught == self.planted && self.false_alarms == 0
    }
}

fn named(whose: &str, subject: Subject) -> Subject {
    Subject { name: format!("{whose}: {}", subject.name), ..subject }
}

/// Runs both proofs and prints what they found.
///
/// # Errors
/// When something cannot be run at all. A leak that was found where none belongs, or one that was
/// not found, is no error: it is exit code 1.
pub fn run(json: bool, talk: &dyn Fn(&str)) -> Result<ExitCode, Failure> {
    let leaks = look(talk)?;
    if json {
        output::json(&leaks)?;
    } else {
        output::line(&told(&leaks))?;
    }
    Ok(if leaks.passed() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// Runs both proofs.
///
/// # Errors
/// As [`run`].
pub fn look(talk: &dyn Fn(&str)) -> Result<Leaks, Failure> {
    let begun = now();
    let history = History::bundled()?;
    let (proof, engine) = std::thread::scope(|scope| {
        talk("planting twelve leaks into a study, and looking for them");
        let proof = scope
            .spawn(|| -> Result<Proof, Failure> { Ok(prove(&made_up::world(&history)?, SEED)?) });
        talk("running the engine on a market that goes on, and on markets that end");
        (proof.join(), engine(&history))
    });
    let proof = proof.map_err(|_| Failure::work("the proof of the plants panicked"))??;
    Ok(Leaks::of(&proof, engine?, begun.elapsed().as_secs_f64()))
}

fn engine(history: &History) -> Result<Vec<Subject>, Failure> {
    let settings = settings();
    let whole = recorded(&settings, history)?;
    let mut cuts = Vec::new();
    for cut in CUTS {
        let date: Date = cut.parse()?;
        let to = Some(cut.to_owned());
        let universe = Universe { to, ..settings.universe.clone() };
        let settings = Settings { universe, ..settings.clone() };
        cuts.push((date.into(), recorded(&settings, &until(history, date))?));
    }
    let policy = tradebot_policy::Policy::bundled();
    Ok(alarms(&whole, &cuts, policy.r_multiples(), SEED))
}

fn settings() -> Settings {
    let own = Settings::default();
    let (from, to) = (Some(RANGE.0.to_owned()), Some(RANGE.1.to_owned()));
    let symbols = Some(SYMBOLS.map(str::to_owned).to_vec());
    Settings { universe: Universe { symbols, from, to, ..own.universe.clone() }, ..own }
}

/// What one run of the engine puts on record.
fn recorded(settings: &Settings, history: &History) -> Result<Recorded, Failure> {
    let market = Market::of(settings, history.clone())?;
    let config = replaying::engine_config(settings, &market)?;
    let (mut warm_up, mut sessions) = market.feeds()?;
    let mut engine = Engine::new(config)?;
    let mut ledger = MemoryLedger::default();
    let feeds = (&mut warm_up as _, &mut sessions as _);
    replay(&mut engine, feeds, &mut ledger, &mut Silent, &mut || false)?;
    Recorded::of(ledger.events).ok_or_else(|| Failure::work("a run without a beginning"))
}

/// A history as it was at 16:00 of a session: its VIX has not been published yet.
fn until(history: &History, date: Date) -> History {
    let of = |series: &Series| {
        let bars = series.bars.iter().copied().filter(|bar| bar.date.date() <= date).collect();
        let known = |action: &&CorporateAction| action.ex_date <= date;
        let actions = series.actions.iter().filter(known).copied().collect();
        let place = (series.currency, series.exchange);
        Series::new(series.symbol, place, bars, actions, series.source.clone())
    };
    History {
        series: history.series.iter().map(|(symbol, series)| (*symbol, of(series))).collect(),
        index: of(&history.index),
        vix: history.vix.iter().copied().filter(|(of, _)| *of < date).collect(),
        finer: history.finer.clone(),
    }
}

fn told(leaks: &Leaks) -> String {
    let by = |alarms: &[Detector]| {
        let names: Vec<&str> = alarms
            .iter()
            .map(|detector| match detector {
                Detector::Prefix => "prefix",
                Detector::Shift => "shift",
                Detector::Permutation => "permutation",
            })
            .collect();
        if names.is_empty() { "NOT FOUND".to_owned() } else { names.join(", ") }
    };
    let rows = |subjects: &[Subject]| -> Vec<Vec<String>> {
        subjects.iter().map(|s| vec![s.name.clone(), by(&s.alarms)]).collect()
    };
    let mut page = output::table(&[text("planted leak"), text("found by")], &rows(&leaks.plants));
    if !leaks.accused.is_empty() {
        let shown = &leaks.accused[..leaks.accused.len().min(TOLD)];
        page.push_str("\n\n");
        page.push_str(&output::table(&[text("accused"), text("by")], &rows(shown)));
    }
    let sums = [
        vec!["planted".to_owned(), leaks.planted.to_string()],
        vec!["caught".to_owned(), leaks.caught.to_string()],
        vec!["honest parts".to_owned(), leaks.clean.to_string()],
        vec!["false alarms".to_owned(), leaks.false_alarms.to_string()],
        vec!["seconds".to_owned(), format!("{:.1}", leaks.elapsed_s)],
    ];
    page.push_str("\n\n");
    page.push_str(&output::table(&[text("in all"), number("")], &sums));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(name: &str, alarms: &[Detector]) -> Subject {
        Subject { name: name.to_owned(), alarms: alarms.to_vec() }
    }

    fn leaks(plants: Vec<Subject>, clean: Vec<Subject>, engine: Vec<Subject>) -> Leaks {
        Leaks::of(&Proof { plants, clean }, engine, 1.5)
    }

    #[test]
    fn a_plant_that_nobody_finds_and_an_honest_part_that_is_accused_both_fail() {
        let found = || vec![subject("x", &[Detector::Prefix])];
        let honest = || vec![subject("y", &[])];
        assert!(leaks(found(), honest(), honest()).passed());
        assert!(!leaks(honest(), honest(), honest()).passed());
        assert!(!leaks(found(), found(), honest()).passed());
        assert!(!leaks(found(), honest(), found()).passed());
    }

    #[test]
    fn the_json_counts_plants_catches_and_false_alarms() {
        let plants = vec![subject("x", &[Detector::Prefix, Detector::Shift]), subject("z", &[])];
        let engine = vec![subject("feature rsi_14", &[Detector::Permutation])];
        let json = serde_json::to_value(leaks(plants, vec![subject("y", &[])], engine)).unwrap();
        assert_eq!(json["planted"], 2);
        assert_eq!(json["caught"], 1);
        assert_eq!(json["false_alarms"], 1);
        assert_eq!(json["clean"], 2);
        assert_eq!(json["elapsed_s"], 1.5);
        assert_eq!(json["plants"][0]["alarms"], serde_json::json!(["prefix", "shift"]));
        assert_eq!(json["accused"][0]["name"], "engine: feature rsi_14");
    }

    #[test]
    fn a_history_until_a_session_lacks_what_came_later() {
        let history = History::bundled().unwrap();
        let date: Date = "2015-03-31".parse().unwrap();
        let then = until(&history, date);
        assert!(then.index.last().unwrap() <= date);
        assert!(then.vix.last().unwrap().0 < date, "its close prints at 16:15");
        let split: Date = "2005-02-28".parse().unwrap();
        let before = until(&history, split.yesterday().unwrap());
        let apple = tradebot_domain::Symbol::new("AAPL").unwrap();
        assert!(history.series[&apple].actions.iter().any(|a| a.ex_date == split));
        assert!(before.series[&apple].actions.iter().all(|a| a.ex_date < split));
    }
}
