//! From the consensus to shares: basis, bracket, sizing, checks, verdict.

use tradebot_journal::{
    BracketRecord, CheckRecord, ConsensusRecord, DecisionRecord, SizeBasis, SizingStep, Verdict,
};

use super::super::figures::{amount, in_r, probability, signed_percent};
use super::super::page::Page;
use crate::output;

/// What the size was earned by, and why that.
pub(super) fn basis(page: &mut Page, record: &DecisionRecord) {
    let Some(consensus) = &record.consensus else { return };
    page.section("Basis of the size");
    page.say(&match basis_of(record) {
        Some(basis) => basis_words(basis, consensus),
        None => match &record.verdict {
            Verdict::NoTrade { detail, .. } => format!("none: {detail}"),
            Verdict::Trade { .. } => "none".to_owned(),
        },
    });
}

/// The basis of a trade; of a size that came to no trade, as its steps show it.
pub(super) fn basis_of(record: &DecisionRecord) -> Option<SizeBasis> {
    if let Verdict::Trade { basis, .. } = &record.verdict {
        return Some(*basis);
    }
    let step = |name: &str| record.sizing.iter().find(|s| s.step == name);
    let drift = || step("fraction").is_some_and(|s| s.note.contains(SizeBasis::Drift.name()));
    match (step("explore"), step("kelly")) {
        (Some(_), _) => Some(SizeBasis::Explore),
        (None, Some(_)) if drift() => Some(SizeBasis::Drift),
        (None, Some(_)) => Some(SizeBasis::Skill),
        (None, None) => None,
    }
}

fn basis_words(basis: SizeBasis, c: &ConsensusRecord) -> String {
    let (mean, lo, even) = (probability(c.mean), probability(c.lo), probability(c.break_even));
    let row_lo = probability(c.row_lo);
    match basis {
        SizeBasis::Skill => format!(
            "SKILL: the members have beaten the row rate out of sample; here the lower bound {lo} \
             beats break-even {even}, and the mean {mean} beats {} with the row's edge. Sized on \
             the lower bound.",
            probability(c.break_even + c.edge_wanted)
        ),
        SizeBasis::Drift => format!(
            "DRIFT: no skill is shown yet, but the row wins by itself: the lower bound {row_lo} of \
             its rate beats break-even {even}. Sized on {}, the smaller of that bound and the \
             consensus, with half the Kelly fraction.",
            probability(c.row_lo.min(c.mean))
        ),
        SizeBasis::Explore => format!(
            "EXPLORE: {}. The consensus {mean} beats break-even {even}, so a fixed small risk is \
             taken, to keep learning.",
            unearned(c)
        ),
    }
}

/// Why neither skill nor drift earned the size of an exploration.
fn unearned(c: &ConsensusRecord) -> String {
    let even = probability(c.break_even);
    if !c.skill_shown && c.row_lo <= c.break_even {
        let row_lo = probability(c.row_lo);
        format!("no skill is shown yet, and the row's lower bound {row_lo} is not above {even}")
    } else if c.skill_shown && c.lo <= c.break_even {
        format!(
            "skill is shown, but here the lower bound {} is not above {even}",
            probability(c.lo)
        )
    } else if c.skill_shown && c.mean <= c.break_even + c.edge_wanted {
        let wanted = probability(c.break_even + c.edge_wanted);
        format!("skill is shown, but here the mean {} is not above {wanted}", probability(c.mean))
    } else {
        format!("the row is not known well enough: {:.0} outcomes count so far", c.row_n)
    }
}

/// Prices with their distances from the close, and in units of planned risk from the limit.
pub(super) fn bracket(page: &mut Page, record: &DecisionRecord) {
    let (Some(b), Some(close)) = (&record.bracket, record.close) else { return };
    page.section("Bracket: price, from the close, from the limit");
    page.rows("<>>>", &bracket_rows(b, close));
    let trailing = b
        .trailing_atr
        .map_or_else(|| "the stop stays".to_owned(), |k| format!("the stop trails by {k} ATR"));
    page.say(&format!(
        "ATR {:.2}: the row asks for a stop at {} ATR and a target at {} times its distance; at \
         most {} sessions; {trailing}",
        b.atr, b.atr_multiplier, b.r_multiple, b.max_holding_sessions
    ));
}

fn bracket_rows(b: &BracketRecord, close: f64) -> Vec<Vec<String>> {
    let limit = b.entry_limit.to_f64();
    let risk = limit - b.stop.to_f64();
    let row = |name: &str, price: f64| {
        vec![
            name.to_owned(),
            format!("{price:.2}"),
            signed_percent(price / close - 1.0, 1),
            in_r((price - limit) / risk),
        ]
    };
    vec![
        row("target", b.target.to_f64()),
        row("entry limit", limit),
        row("close", close),
        row("stop", b.stop.to_f64()),
    ]
}

/// The fraction of equity at risk, step by step.
pub(super) fn sizing(page: &mut Page, record: &DecisionRecord) {
    if record.sizing.is_empty() {
        return;
    }
    page.section("Sizing: equity at risk, before -> after");
    let row = |s: &SizingStep| {
        let before = if s.before == 0.0 { String::new() } else { output::percent(s.before, 3) };
        let after = format!("-> {}", output::percent(s.after, 3));
        vec![s.step.clone(), before, after, s.note.clone()]
    };
    page.rows("<>>~", &record.sizing.iter().map(row).collect::<Vec<_>>());
}

/// Every pre-trade check, asked and allowed.
pub(super) fn checks(page: &mut Page, record: &DecisionRecord) {
    if record.checks.is_empty() {
        return;
    }
    page.section("Checks: asked, allowed");
    let row = |c: &CheckRecord| {
        let mark = match c {
            c if c.passed => "ok",
            c if c.is_warning() => "warning",
            _ => "NO",
        };
        vec![mark.to_owned(), c.limit.clone(), number(&c.limit, c.asked), relation(c)]
    };
    page.rows("<<><", &record.checks.iter().map(row).collect::<Vec<_>>());
}

/// What is allowed, in the words of the limit.
pub(crate) fn relation(check: &CheckRecord) -> String {
    let allowed = number(&check.limit, check.allowed);
    match check.limit.as_str() {
        "equity" => format!("above {allowed}"),
        "shares" | "entry_interval" => format!("at least {allowed}"),
        "bracket" => format!("stop below limit {allowed}"),
        "stopped" if check.passed => "not latched".to_owned(),
        "stopped" => "latched".to_owned(),
        "drawdown_stop" | "self_trade" => format!("below {allowed}"),
        "already_held" => "not held".to_owned(),
        _ => format!("at most {allowed}"),
    }
}

/// A number of a check, in the unit of its limit.
pub(crate) fn number(limit: &str, value: f64) -> String {
    if value == f64::MAX {
        return if matches!(limit, "entry_interval" | "self_trade") { "none" } else { "not known" }
            .to_owned();
    }
    match limit {
        "equity" | "cash" | "order_value" => amount(value),
        "shares"
        | "max_positions"
        | "participation"
        | "messages_per_minute"
        | "messages_per_session"
        | "repeated_entry"
        | "duplicate"
        | "loss_streak" => {
            format!("{:.0}", value.floor())
        }
        "entry_interval" => format!("{value:.0} min"),
        "already_held" => if value == 0.0 { "no" } else { "yes" }.to_owned(),
        "bracket" | "self_trade" => format!("{value:.2}"),
        _ if limit.starts_with("correlation") => format!("{value:.2}"),
        _ => output::percent(value, 2),
    }
}

/// How it ended.
pub(super) fn verdict(page: &mut Page, record: &DecisionRecord) {
    page.section("Verdict");
    page.say(&match &record.verdict {
        Verdict::Trade { intent_id, shares, basis, risk } => {
            let limit = record
                .bracket
                .map_or_else(String::new, |b| format!(" at {} or below", b.entry_limit));
            format!(
                "TRADE: buy {shares} shares at the next open{limit}, with {} at risk ({}, intent \
                 {intent_id})",
                output::money(*risk),
                basis.name()
            )
        }
        Verdict::NoTrade { reason, detail } => format!("NO TRADE ({reason}): {detail}"),
    });
}
