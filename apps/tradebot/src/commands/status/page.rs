//! The state of a run for people.

use tradebot_domain::{Date, Timestamp};
use tradebot_ensemble::EnsembleConfig;
use tradebot_journal::{LearnedRecord, RegimeRecord};

use super::Status;
use crate::commands::figures::{
    age_words, counted, price, probability, signed_money, signed_percent,
};
use crate::commands::page::Page;
use crate::live::schedule;
use crate::live::status::{Activity, LiveStatus};
use crate::output;

impl Status {
    /// One page.
    pub(super) fn page(&self) -> Page {
        let mut page = Page::new();
        self.write(&mut page);
        page
    }

    fn write(&self, page: &mut Page) {
        page.title(&self.headline());
        if self.state == "unfinished" && self.live.is_none() {
            page.title(&format!("It is wanted to {}; the same command continues it.", self.to));
        }
        if let Some(live) = &self.live {
            live_section(page, live);
        }
        self.account(page);
        if let Some(regime) = &self.regime {
            regime_section(page, regime);
        }
        self.book(page);
        if let Some(learned) = &self.learned {
            learned_section(page, learned);
        }
        self.limits(page);
        page.section("Database");
        page.say(&self.database.display().to_string());
    }

    fn headline(&self) -> String {
        let sessions = counted(self.sessions, "session");
        let reached =
            self.session.map_or_else(String::new, |session| format!(", the last on {session}"));
        let state = match (self.state, self.process) {
            ("running", Some(process)) => format!("running in process {process}"),
            ("unfinished", _) => "not finished".to_owned(),
            (state, _) => state.to_owned(),
        };
        format!("{} is {state}: {sessions} done{reached}", self.run_id)
    }

    fn account(&self, page: &mut Page) {
        page.section("Account");
        let (Some(equity), Some(cash)) = (self.equity, self.cash) else {
            page.say("no session is done yet");
            return;
        };
        let percent = |p: Option<f64>| signed_percent(p.unwrap_or(0.0), 2);
        let limit = self
            .drawdown_limit
            .map_or_else(String::new, |l| format!("the limit is {}", output::percent(l, 0)));
        let stopped = if self.stopped { "; reached: entries are stopped" } else { "" };
        let drawdown = output::percent(self.drawdown.unwrap_or(0.0), 2);
        let open = |p: Option<f64>| output::percent(p.unwrap_or(0.0), 2);
        let since = format!("{} since the start", percent(self.total_return));
        page.rows(
            "<>~",
            &[
                ("equity", output::money(equity), since),
                ("cash", output::money(cash), String::new()),
                ("last day", percent(self.day_return), String::new()),
                ("drawdown", drawdown, format!("{limit}{stopped}")),
                ("heat", open(self.heat), "of equity is lost if all stops trade".to_owned()),
                ("invested", open(self.gross), String::new()),
            ]
            .map(|(name, figure, note)| vec![name.to_owned(), figure, note]),
        );
    }

    fn book(&self, page: &mut Page) {
        page.section("Positions: shares, last, stop, target, profit");
        if self.positions.is_empty() {
            page.say("none");
        }
        let rows: Vec<Vec<String>> = self
            .positions
            .iter()
            .map(|p| {
                vec![
                    p.symbol.to_string(),
                    p.shares.to_string(),
                    price(p.mark),
                    price(p.stop),
                    price(p.target),
                    signed_money(p.unrealised),
                ]
            })
            .collect();
        page.rows("<>>>>>", &rows);
        for order in &self.pending {
            let limit = order.price.map_or_else(String::new, |p| format!(" at {p} or below"));
            page.say(&format!(
                "on its way: {} of {} at the next open{limit} ({})",
                order.shares, order.symbol, order.intent_id
            ));
        }
    }

    fn limits(&self, page: &mut Page) {
        page.section("Last risk events");
        if self.risk_events.is_empty() {
            page.say("none");
        }
        let rows: Vec<Vec<String>> = self
            .risk_events
            .iter()
            .map(|r| {
                let numbers =
                    format!("{} of {}", output::percent(r.value, 2), output::percent(r.limit, 2));
                vec![r.session.to_string(), r.event.replace('_', " "), numbers, r.detail.clone()]
            })
            .collect();
        page.rows("<<>~", &rows);
    }
}

fn regime_section(page: &mut Page, r: &RegimeRecord) {
    page.section("Regime");
    let age = age_words(r.age);
    page.say(&format!(
        "{}, {age}, confidence {:.2}; a change within 5 sessions has a chance of {}",
        r.regime,
        r.confidence,
        output::percent(r.transition_probability, 0)
    ));
}

/// Weights and Brier scores of members, and whether they have shown skill.
/// What a run on live data waits for, and how fresh its data are.
fn live_section(page: &mut Page, live: &LiveStatus) {
    page.section("Live data");
    let wall = |at: Option<Timestamp>| {
        at.map_or_else(String::new, |at| {
            let local = schedule::eastern().to_datetime(at);
            format!("{} Eastern", local.strftime("%Y-%m-%d %H:%M"))
        })
    };
    let date = |date: Option<Date>| date.map_or_else(|| "none".to_owned(), |date| date.to_string());
    let activity = match live.activity {
        Activity::Recovering => "computing anew what is on record",
        Activity::Waiting => "waiting",
        Activity::Fetching => "asking the broker for a session",
        Activity::Troubled => "waiting for the broker",
        Activity::NeedsYou => "NEEDS YOU",
        Activity::Stopped => "stopped; the same command continues",
    };
    let next = live.next.clone().unwrap_or_default();
    let offset =
        live.clock_offset_ms.map_or_else(String::new, |ms| format!("clocks differ by {ms} ms"));
    page.rows(
        "<<~",
        &[
            ("process", activity.to_owned(), format!("told {}", wall(Some(live.at)))),
            ("next", format!("{next} of {}", date(live.next_session)), wall(live.next_at)),
            (
                "decided",
                date(live.decided),
                format!("bars complete {}", wall(live.data_complete_at)),
            ),
            ("broker", wall(live.broker_answered_at), offset),
        ]
        .map(|(name, figure, note)| vec![name.to_owned(), figure, note]),
    );
    if let Some(trouble) = &live.trouble {
        page.say(trouble);
    }
}

fn learned_section(page: &mut Page, learned: &LearnedRecord) {
    page.section("Learned: weight, Brier score, of the last 60 sessions");
    let rows: Vec<Vec<String>> = learned
        .members
        .iter()
        .map(|m| {
            vec![
                m.member.to_string(),
                probability(m.weight),
                format!("{:.4}", m.brier),
                format!("{:.4}", m.brier_60),
            ]
        })
        .collect();
    page.rows("<>>>", &rows);
    page.rows(
        "<>>",
        &[
            ("consensus", learned.consensus_brier),
            ("equal weights", learned.equal_weight_brier),
            ("row rate alone", learned.base_brier),
        ]
        .map(|(name, brier)| vec![name.to_owned(), String::new(), format!("{brier:.4}")]),
    );
    page.say(&skill_words(learned));
}

/// The skill test in a sentence.
pub(super) fn skill_words(learned: &LearnedRecord) -> String {
    let sessions =
        counted(usize::try_from(learned.skill_sessions).unwrap_or(usize::MAX), "session");
    let lower = learned.skill_lower;
    let needed = EnsembleConfig::default().skill_sessions_min;
    if learned.skill_sessions < needed {
        format!("Too early for skill: {sessions} scored, {needed} are needed.")
    } else if lower > 0.0 {
        format!("The members beat the row rate over {sessions}: lower bound {lower:+.6}, above 0.")
    } else {
        format!(
            "No skill is shown over {sessions}: the advantage over the row rate has the lower \
             bound {lower:+.6}, and above 0 is wanted."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        Status {
            live: None,
            run_id: "demo-0001".to_owned(),
            mode: "demo".to_owned(),
            state: "unfinished",
            process: None,
            to: "2013-12-31".parse().unwrap(),
            sessions: 1,
            session: Some("2005-03-01".parse().unwrap()),
            equity: Some("100123.45".parse().map(tradebot_domain::Money).unwrap()),
            cash: Some(tradebot_domain::Money::ZERO),
            total_return: Some(0.001_234),
            drawdown: Some(0.02),
            drawdown_limit: Some(0.1),
            day_return: Some(-0.000_01),
            heat: Some(0.01),
            gross: Some(0.5),
            stopped: false,
            regime: None,
            positions: Vec::new(),
            pending: Vec::new(),
            risk_events: Vec::new(),
            learned: None,
            database: "demo.db".into(),
        }
    }

    fn shown(status: &Status, width: usize) -> String {
        let mut page = Page::of_width(width);
        status.write(&mut page);
        page.text()
    }

    #[test]
    fn an_unfinished_run_says_how_it_goes_on() {
        let text = shown(&status(), 100);
        let head = "demo-0001 is not finished: 1 session done, the last on 2005-03-01\n\
                    It is wanted to 2013-12-31; the same command continues it.\n";
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("100,123.45") && text.contains("+0.12 % since the start"), "{text}");
        assert!(text.contains("last day") && text.contains("+0.00 %"), "{text}");
    }

    #[test]
    fn a_run_without_a_session_has_no_figures() {
        let empty = Status { equity: None, cash: None, session: None, sessions: 0, ..status() };
        assert!(shown(&empty, 60).contains("no session is done yet"));
    }

    #[test]
    fn it_fits_forty_columns() {
        let text = shown(&status(), 40);
        assert!(text.lines().all(|l| l.chars().count() <= 40), "{text}");
    }
}
