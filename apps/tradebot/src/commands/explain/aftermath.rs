//! What became of a decision: how its bracket ended, and the trade if it was taken.

use tradebot_journal::{OutcomeRecord, PositionRecord, TradeRecord};

use super::super::figures::{counted, exit_words, in_r, price, signed_money};
use super::super::page::Page;
use super::Explanation;
use crate::output;

/// The last section of the waterfall.
pub(super) fn section(page: &mut Page, explanation: &Explanation) {
    if explanation.decision.bracket.is_none() {
        return;
    }
    page.section("What became of it");
    match &explanation.outcome {
        Some(outcome) => page.say(&outcome_words(outcome)),
        None => page.say("The bracket has not ended in this run: no outcome yet."),
    }
    let steps = explanation.history.iter();
    let rows: Vec<Vec<String>> = steps
        .map(|s| vec![s.session.to_string(), s.event.replace('_', " "), s.note.clone()])
        .collect();
    page.rows("<<~", &rows);
    if let Some(trade) = &explanation.trade {
        page.rows("<>~", &trade_rows(trade));
    }
    if let Some(position) = &explanation.position {
        page.say(&position_words(position));
    }
}

/// How the bracket ended, in a sentence.
pub(crate) fn outcome_words(o: &OutcomeRecord) -> String {
    let held = counted(usize::try_from(o.sessions).unwrap_or(usize::MAX), "session");
    let subject = if o.taken { "The bracket" } else { "Not taken; its shadow" };
    let why = o.reason.map_or("", exit_words);
    let ambiguous =
        if o.ambiguous { " Stop and target lay inside one bar; the stop was assumed." } else { "" };
    match (o.won, o.reason) {
        (Some(won), _) => format!(
            "{subject} {} {} after costs: {why} on {}, after {held}.{ambiguous}",
            if won { "won" } else { "lost" },
            in_r(o.net_r),
            o.resolved
        ),
        (None, Some(_)) => format!("{subject} has no outcome: {why} on {}.", o.resolved),
        (None, None) => format!(
            "{subject} was not entered on {}: the open was above the limit, or no bar came. \
             Nothing is learned from it.",
            o.resolved
        ),
    }
}

fn trade_rows(t: &TradeRecord) -> Vec<Vec<String>> {
    let shares = |n| format!("{n} shares");
    [
        (
            "bought",
            price(t.entry_price),
            format!("{}, {}", t.entry_session, shares(t.entry_shares)),
        ),
        (
            "sold",
            price(t.exit_price),
            format!("{}, {}: {}", t.exit_session, shares(t.exit_shares), exit_words(t.reason)),
        ),
        ("gross", signed_money(t.gross), String::new()),
        ("dividends", signed_money(t.dividends), String::new()),
        ("costs", signed_money(-t.costs), String::new()),
        (
            "net",
            signed_money(t.net),
            format!("{} of {} at risk", in_r(t.r_multiple), output::money(t.planned_risk)),
        ),
    ]
    .map(|(name, figure, note)| vec![name.to_owned(), figure, note])
    .to_vec()
}

fn position_words(p: &PositionRecord) -> String {
    format!(
        "Still open: {} shares from {} on {}, last {}, stop {}, target {}: {} so far.",
        p.shares,
        price(p.entry_price),
        p.entry_session,
        price(p.mark),
        price(p.stop),
        price(p.target),
        signed_money(p.unrealised)
    )
}
