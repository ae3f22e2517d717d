//! What a person sees at the end of a replay: figures with their base rates, and a plain verdict.

use std::collections::BTreeMap;

use tradebot_backtest::costs::{ambiguous, costs_by_kind};
use tradebot_backtest::skill::ForecasterSkill;
use tradebot_backtest::summary::Interval;
use tradebot_backtest::trades::TradeStatistics;
use tradebot_backtest::{Assessment, RunResult};
use tradebot_domain::Money;
use tradebot_journal::SizeBasis;

use crate::output::{Column, folded, money, number, percent, table, terminal_width, text as left};
use crate::replaying::Summary;

/// The summary of a replay.
pub fn text(summary: &Summary, result: &RunResult, assessment: &Assessment) -> String {
    let mut parts =
        vec![headline(summary, result), account(summary, result, assessment), trades(assessment)];
    parts.extend(costs(result));
    parts.extend(doubtful(result));
    if assessment.skill.forecasts > 0 {
        parts.push(skill(assessment));
    }
    parts.push(verdict(assessment));
    parts.extend(warnings(result));
    parts.push(footer(summary, result));
    parts.join("\n\n")
}

fn headline(summary: &Summary, result: &RunResult) -> String {
    let names: Vec<&str> = summary.symbols.iter().map(tradebot_domain::Symbol::as_str).collect();
    let synthetic =
        if result.started.is_synthetic() { "SYNTHETIC market, no real one\n" } else { "" };
    let line = folded(
        &format!(
            "{}: {} from {} to {}, {} {} at the start",
            summary.run_id,
            names.join(" "),
            summary.from,
            summary.to,
            money(result.started.cash),
            result.started.currency,
        ),
        0,
    );
    format!("{synthetic}{line}")
}

fn account(summary: &Summary, result: &RunResult, assessment: &Assessment) -> String {
    let performance = &assessment.performance;
    let intervals = assessment.intervals.as_ref();
    let held = assessment.benchmark.as_ref().map(|b| &b.held);
    let fraction = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| percent(v, 1));
    let ratio = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
    let range = |i: Option<Interval>, percent_digits: bool| match i {
        Some(i) if percent_digits => format!("{} to {}", percent(i.lo, 1), percent(i.hi, 1)),
        Some(i) => format!("{:.2} to {:.2}", i.lo, i.hi),
        None => "-".to_owned(),
    };
    let end = result.snapshots.last().map_or(0.0, |s| s.benchmark);
    let row = |name: &str, own: String, interval: String, other: String| {
        vec![name.to_owned(), own, interval, other]
    };
    let rows = vec![
        row("final equity", money(summary.final_equity), String::new(), rounded(end)),
        row(
            "growth a year",
            fraction(performance.cagr),
            range(intervals.and_then(|i| i.cagr), true),
            fraction(held.and_then(|h| h.cagr)),
        ),
        row(
            "deepest drawdown",
            fraction(performance.max_drawdown),
            range(intervals.and_then(|i| i.max_drawdown), true),
            fraction(held.and_then(|h| h.max_drawdown)),
        ),
        row(
            "Sharpe ratio",
            ratio(performance.sharpe),
            range(intervals.and_then(|i| i.sharpe), false),
            ratio(held.and_then(|h| h.sharpe)),
        ),
    ];
    let columns =
        [left("account"), number("this run"), number("90 % interval"), number("buy and hold")];
    table(&columns, &rows)
}

/// An amount of analysis for people: no more digits than it has.
fn rounded(amount: f64) -> String {
    Money::from_f64(amount, 0).map_or_else(|_| "-".to_owned(), money)
}

fn trades(assessment: &Assessment) -> String {
    let of = |basis: SizeBasis| assessment.trades.by_basis.get(&basis);
    let mut rows: Vec<Vec<String>> = [SizeBasis::Skill, SizeBasis::Drift, SizeBasis::Explore]
        .into_iter()
        .map(|basis| trade_row(basis.name(), of(basis)))
        .collect();
    rows.push(trade_row("all", Some(&assessment.trades.all)));
    let columns = [
        left("size earned by"),
        number("trades"),
        number("won"),
        number("mean R"),
        number("profit"),
    ];
    table(&columns, &rows)
}

/// Costs by kind, where the run was charged by terms.
fn costs(result: &RunResult) -> Option<String> {
    let kinds = costs_by_kind(&result.trades)?;
    let rows: Vec<Vec<String>> = kinds
        .named()
        .into_iter()
        .filter(|(_, paid)| *paid != Money::ZERO)
        .chain([("all", kinds.total())])
        .map(|(name, paid)| vec![name.to_owned(), money(paid.to_cents())])
        .collect();
    Some(table(&[left("costs of closed trades"), number("paid")], &rows))
}

/// What bars that held both stop and target leave open.
fn doubtful(result: &RunResult) -> Option<String> {
    let found = ambiguous(&result.trades)?;
    let text = format!(
        "{} of {} trades ended in a bar that held both their stop and their target; the stop was \
         assumed. Net of all trades: {} if each such bar is resolved against them, {} if for them.",
        found.trades,
        result.trades.len(),
        money(found.pessimistic.to_cents()),
        money(found.optimistic.to_cents()),
    );
    Some(folded(&text, 0))
}

/// What the owner's controls warned of, by kind; nothing when they were silent.
fn warnings(result: &RunResult) -> Option<String> {
    let mut kinds: BTreeMap<&str, u32> = BTreeMap::new();
    for event in &result.risk_events {
        if let Some(kind) = event.event.strip_suffix("_warning") {
            *kinds.entry(kind).or_default() += 1;
        }
    }
    let told: Vec<String> =
        kinds.iter().map(|(kind, times)| format!("{} {times}", kind.replace('_', " "))).collect();
    let text = format!(
        "Warnings at entries, by control: {}. `limits.NAME.on_breach: refuse` turns one into a limit.",
        told.join(", ")
    );
    (!told.is_empty()).then(|| folded(&text, 0))
}

fn trade_row(name: &str, trades: Option<&TradeStatistics>) -> Vec<String> {
    let Some(t) = trades else {
        return vec![
            name.to_owned(),
            "0".to_owned(),
            "-".to_owned(),
            "-".to_owned(),
            "-".to_owned(),
        ];
    };
    vec![
        name.to_owned(),
        t.trades.to_string(),
        t.win_rate.map_or_else(|| "-".to_owned(), |w| percent(w, 1)),
        t.expectancy.map_or_else(|| "-".to_owned(), |r| format!("{r:+.2}")),
        format!("{:+.2}", t.net),
    ]
}

fn skill(assessment: &Assessment) -> String {
    let skill = &assessment.skill;
    let all = skill.members.iter().chain(&skill.equal_weight).chain(&skill.consensus);
    let rows: Vec<Vec<String>> = all.map(skill_row).collect();
    let base = skill.consensus.as_ref().map_or_else(String::new, |c| {
        let text = format!(
            "{} of these brackets won. Always naming the more frequent outcome is right {} of the \
             time, the row's base rate {}.",
            percent(c.base_rate, 1),
            percent(c.majority, 1),
            percent(c.row_rate_accuracy, 1)
        );
        format!("\n{}", folded(&text, 0))
    });
    let columns: [Column; 5] = [
        left("out of sample"),
        number("forecasts"),
        number("right"),
        number("Brier"),
        number("skill over base rate, 90 %"),
    ];
    format!("{}{base}", table(&columns, &rows))
}

fn skill_row(s: &ForecasterSkill) -> Vec<String> {
    let skill = match (s.brier_skill, s.brier_skill_interval) {
        (Some(v), Some(i)) => {
            format!("{} ({} to {})", percent(v, 1), percent(i.lo, 1), percent(i.hi, 1))
        }
        (Some(v), None) => percent(v, 1),
        (None, _) => "-".to_owned(),
    };
    vec![
        s.name.clone(),
        s.forecasts.to_string(),
        percent(s.accuracy, 1),
        format!("{:.4}", s.brier),
        skill,
    ]
}

fn verdict(assessment: &Assessment) -> String {
    let mut lines = vec![folded(&assessment.verdict.headline, 0)];
    lines.extend(assessment.verdict.points.iter().map(|p| {
        let point = folded(p, 4);
        format!("  - {}", point.trim_start())
    }));
    lines.join("\n")
}

fn footer(summary: &Summary, result: &RunResult) -> String {
    let work = format!(
        "{} sessions, {} decisions in {:.1} s{}{}",
        summary.cycles,
        summary.decisions,
        summary.elapsed_s,
        summary.peak_rss_mb.map_or_else(String::new, |mb| format!(", {mb:.0} MB")),
        if summary.resumed { ", continued after an interruption" } else { "" },
    );
    let mut lines = vec![folded(&work, 0)];
    lines.push(format!("digest    {}", summary.digest));
    lines.push(format!("database  {}", summary.database.display()));
    if let Some(report) = &summary.report {
        lines.push(format!("report    {}", report.display()));
    }
    let symbol = summary.symbols.first().map_or("SYMBOL", tradebot_domain::Symbol::as_str);
    let last =
        result.snapshots.last().map_or_else(|| summary.to.clone(), |s| s.session.to_string());
    let explain = format!("tradebot explain {symbol} {last}");
    let next = [explain.as_str(), "tradebot trades", "tradebot status"];
    lines.push(if usize::from(terminal_width()) < 84 {
        format!("next\n  {}", next.join("\n  "))
    } else {
        format!("next      {}", next.join("   ·   "))
    });
    lines.join("\n")
}
