//! What `explain` and `why` are about: one symbol in one session, or why there is no such decision.

use tradebot_domain::{Currency, Exchange, Moment, Symbol};
use tradebot_journal::{DecisionRecord, RunStarted};
use tradebot_storage::DecisionFilter;

use crate::exit::Failure;
use crate::reading::Found;
use crate::settings;

/// What was asked for and what the run has of it.
pub(crate) enum Lookup {
    /// The record.
    Decision(Box<DecisionRecord>),
    /// No record, and why.
    Absent(Absence),
}

/// There is no decision on a symbol in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absence {
    /// The symbol.
    pub symbol: Symbol,
    /// The date asked about.
    pub date: Moment,
    /// Why.
    pub kind: AbsenceKind,
    /// The nearest decision before the date.
    pub before: Option<Moment>,
    /// The nearest decision after the date.
    pub after: Option<Moment>,
}

/// Why there is no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AbsenceKind {
    /// The run begins later.
    BeforeRun(Moment),
    /// The run ends earlier.
    AfterRun(Moment),
    /// The run has come so far and no further.
    NotReached(Option<Moment>),
    /// The exchange was closed.
    Closed(Exchange),
    /// The symbol has no data before that date.
    NotListed(Moment),
    /// The symbol has no data after that date.
    Ended(Moment),
    /// The run has no decision on the symbol at all.
    NeverListed,
    /// The data have no such session.
    NoData,
}

/// Splits `AAPL@2005-03-01`, or `AAPL` and `2005-03-01`, into its parts.
///
/// # Errors
/// A usage failure when the date is missing or given twice.
pub(crate) fn split<'a>(
    subject: &'a str,
    date: Option<&'a str>,
) -> Result<(&'a str, &'a str), Failure> {
    match (subject.split_once('@'), date) {
        (Some(parts), None) => Ok(parts),
        (None, Some(date)) => Ok((subject, date)),
        (Some((_, first)), Some(second)) => Err(Failure::usage(format!(
            "two dates, {first} and {second}: name one session, as in AAPL@2005-03-01"
        ))),
        (None, None) => Err(Failure::usage(format!(
            "which session of {subject}? Name its date, as in: {subject} 2005-03-01, or {subject} latest"
        ))),
    }
}

/// The symbol of the run that was meant; upper and lower case do not matter.
///
/// # Errors
/// A usage failure with the symbols of the run.
pub(crate) fn symbol(found: &Found, name: &str) -> Result<Symbol, Failure> {
    let symbols = &found.info.start.symbols;
    let meant = |s: &&Symbol| s.as_str().eq_ignore_ascii_case(name);
    symbols.iter().find(meant).copied().ok_or_else(|| {
        let names: Vec<&str> = symbols.iter().map(Symbol::as_str).collect();
        let upper = name.to_ascii_uppercase();
        let hint = settings::closest(&upper, names.iter().copied())
            .map_or_else(String::new, |near| format!("; did you mean {near}?"));
        Failure::usage(format!("{} trades {}, not {name}{hint}", found.info.id, names.join(", ")))
    })
}

/// Finds the decision on a symbol of the run; `latest` is its last one.
///
/// # Errors
/// A usage failure for what is no date, or when the database cannot be read.
pub(crate) fn lookup(found: &Found, symbol: Symbol, date: &str) -> Result<Lookup, Failure> {
    let run = found.info.key;
    let sessions = || -> Result<Vec<Moment>, Failure> {
        let filter = DecisionFilter { symbol: Some(symbol), ..DecisionFilter::default() };
        let lines = found.reader.decisions(run, &filter)?;
        Ok(lines.iter().map(|line| line.id.session).collect())
    };
    let date = if date == "latest" {
        let last = sessions()?.last().copied();
        last.ok_or_else(|| Failure::work(format!("{} has no decision on {symbol}", found.info.id)))?
    } else {
        date.parse().map_err(|e| {
            Failure::usage(format!("`{date}` is not a date like 2005-02-28, nor `latest` ({e})"))
        })?
    };
    if let Some(record) = found.reader.decision(run, symbol, date)? {
        return Ok(Lookup::Decision(Box::new(record)));
    }
    let reached = found.reader.latest_snapshot(run)?.map(|s| s.session);
    Ok(Lookup::Absent(absence(&found.info.start, reached, symbol, date, &sessions()?)))
}

/// Why there is none, from what the run was given, how far it came, and the sessions on which the
/// symbol was decided on, in order.
fn absence(
    start: &RunStarted,
    reached: Option<Moment>,
    symbol: Symbol,
    date: Moment,
    sessions: &[Moment],
) -> Absence {
    let exchange = match start.currency {
        Currency::Usd => Exchange::Xnys,
        Currency::Cad => Exchange::Xtse,
    };
    let kind = match (sessions.first(), sessions.last()) {
        _ if date.date() < start.from => AbsenceKind::BeforeRun(start.from.into()),
        _ if date.date() > start.to => AbsenceKind::AfterRun(start.to.into()),
        _ if exchange.is_session(date.date()) == Ok(false) => AbsenceKind::Closed(exchange),
        _ if reached.is_none_or(|reached| date > reached) => AbsenceKind::NotReached(reached),
        (None, None) => AbsenceKind::NeverListed,
        (Some(first), _) if date < *first => AbsenceKind::NotListed(*first),
        (_, Some(last)) if date > *last => AbsenceKind::Ended(*last),
        _ => AbsenceKind::NoData,
    };
    let at = sessions.partition_point(|session| *session < date);
    let before = at.checked_sub(1).map(|i| sessions[i]);
    Absence { symbol, date, kind, before, after: sessions.get(at).copied() }
}

impl Absence {
    /// The reason as a machine reads it.
    pub(crate) const fn code(&self) -> &'static str {
        match self.kind {
            AbsenceKind::BeforeRun(_) => "before_run",
            AbsenceKind::AfterRun(_) => "after_run",
            AbsenceKind::NotReached(_) => "not_reached",
            AbsenceKind::Closed(_) => "no_session",
            AbsenceKind::NotListed(_) => "not_listed",
            AbsenceKind::Ended(_) => "ended",
            AbsenceKind::NeverListed => "never_listed",
            AbsenceKind::NoData => "no_data",
        }
    }

    /// The reason in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let Self { symbol, date, .. } = self;
        match self.kind {
            AbsenceKind::BeforeRun(from) => format!("the run begins on {from}, after {date}"),
            AbsenceKind::AfterRun(to) => format!("the run ends on {to}, before {date}"),
            AbsenceKind::NotReached(Some(to)) => format!("the run has come to {to}, not to {date}"),
            AbsenceKind::NotReached(None) => "the run has no finished session yet".to_owned(),
            AbsenceKind::Closed(exchange) => {
                format!("{exchange} held no session on {}, {date}", date.date().strftime("%A"))
            }
            AbsenceKind::NotListed(first) => {
                format!("{symbol} was not listed yet on {date}: its data begin on {first}")
            }
            AbsenceKind::Ended(last) => {
                format!("{symbol} has no data on {date}: they end on {last}")
            }
            AbsenceKind::NeverListed => {
                format!("{symbol} has no data in the sessions of the run: listed later, or ended")
            }
            AbsenceKind::NoData => format!("the data have no session of {symbol} on {date}"),
        }
    }

    /// The reason, and where to look instead.
    pub(crate) fn told(&self) -> String {
        match (self.before, self.after) {
            (None, None) => self.sentence(),
            _ => format!("{}; {}", self.sentence(), self.nearest()),
        }
    }

    fn nearest(&self) -> String {
        let symbol = self.symbol;
        match (self.before, self.after) {
            (Some(before), Some(after)) => {
                format!("the nearest decisions on {symbol} are {before} and {after}")
            }
            (Some(only), None) => format!("the last decision on {symbol} is {only}"),
            (None, Some(only)) => format!("the first decision on {symbol} is {only}"),
            (None, None) => format!("the run has no decision on {symbol}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::Money;

    fn date(text: &str) -> Moment {
        text.parse().unwrap()
    }

    fn start() -> RunStarted {
        RunStarted {
            from: date("2005-01-03").date(),
            to: date("2005-12-30").date(),
            symbols: vec![Symbol::new("FB").unwrap()],
            cash: Money::ZERO,
            currency: Currency::Usd,
            seed: 1,
            config_digest: String::new(),
            data_digest: String::new(),
            feature_set: String::new(),
            feature_names: Vec::new(),
            members: Vec::new(),
            warm_start: None,
        }
    }

    fn on(day: &str) -> Absence {
        let sessions = ["2005-03-01", "2005-03-04", "2005-03-08"].map(date);
        let symbol = Symbol::new("FB").unwrap();
        absence(&start(), Some(date("2005-06-30")), symbol, date(day), &sessions)
    }

    #[test]
    fn every_reason_for_a_missing_decision_is_told_apart() {
        for (day, code) in [
            ("2004-12-31", "before_run"),
            ("2006-01-03", "after_run"),
            ("2005-08-01", "not_reached"),
            ("2005-03-05", "no_session"),
            ("2005-03-25", "no_session"),
            ("2005-02-28", "not_listed"),
            ("2005-03-09", "ended"),
            ("2005-03-07", "no_data"),
        ] {
            assert_eq!(on(day).code(), code, "{day}");
        }
    }

    #[test]
    fn the_neighbours_are_named() {
        let saturday = on("2005-03-05");
        assert_eq!(saturday.sentence(), "XNYS held no session on Saturday, 2005-03-05");
        assert_eq!(saturday.nearest(), "the nearest decisions on FB are 2005-03-04 and 2005-03-08");
        assert_eq!(on("2005-02-28").nearest(), "the first decision on FB is 2005-03-01");
        assert_eq!(on("2005-03-09").nearest(), "the last decision on FB is 2005-03-08");
        let symbol = Symbol::new("FB").unwrap();
        let never = absence(&start(), Some(date("2005-06-30")), symbol, date("2005-03-01"), &[]);
        assert_eq!(never.code(), "never_listed");
        assert_eq!(never.nearest(), "the run has no decision on FB");
    }

    #[test]
    fn a_subject_needs_exactly_one_date() {
        assert_eq!(split("AAPL@2005-03-01", None).unwrap(), ("AAPL", "2005-03-01"));
        assert_eq!(split("AAPL", Some("latest")).unwrap(), ("AAPL", "latest"));
        assert!(split("AAPL", None).is_err());
        assert!(split("AAPL@2005-03-01", Some("2005-03-02")).is_err());
    }
}
