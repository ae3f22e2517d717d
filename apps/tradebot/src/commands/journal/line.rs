//! An event in a line.

use tradebot_domain::ActionKind;
use tradebot_journal::{ActionApplied, DecisionRecord, Event, FillRecord, OrderRecord, Verdict};

use crate::commands::figures::{age_words, in_r, probability, signed_money};
use crate::output;

/// What happened, in a line for people; session and kind stand beside it.
// tidy: long because it is one list of like things, an arm per kind
pub(super) fn words(event: &Event) -> String {
    match event {
        Event::RunStarted(r) => format!(
            "{} to {}, {} symbols, {} {}, seed {}",
            r.from,
            r.to,
            r.symbols.len(),
            output::money(r.cash),
            r.currency,
            r.seed
        ),
        Event::ActionApplied(r) => action(r),
        Event::Order(r) => order(r),
        Event::Fill(r) => fill(r),
        Event::TradeClosed(r) => format!(
            "{} {} ({}), {} by {}",
            r.symbol,
            signed_money(r.net),
            in_r(r.r_multiple),
            r.basis.name(),
            r.reason.name()
        ),
        Event::Outcome(r) => {
            let how = match r.won {
                Some(true) => format!("won {}", in_r(r.net_r)),
                Some(false) => format!("lost {}", in_r(r.net_r)),
                None => "no outcome".to_owned(),
            };
            format!("{} {how}{}", r.id, if r.taken { ", taken" } else { ", shadow" })
        }
        Event::Candidates(r) => {
            format!("{} under other multiples: {} ended apart", r.id, r.net_r.len())
        }
        Event::Learned(r) => format!(
            "{} outcomes, consensus Brier {:.4}, row rate {:.4}",
            r.outcomes, r.consensus_brier, r.base_brier
        ),
        Event::ModelFitted(r) => {
            format!(
                "{} on {} examples, base rate {}",
                r.member,
                r.examples,
                probability(r.base_rate)
            )
        }
        Event::Regime(r) => format!("{}, {}", r.regime, age_words(r.age)),
        Event::Decision(r) => decision(r),
        Event::Idle(r) => {
            format!("{} {}: {} cycles from {} to {}", r.symbol, r.reason, r.count, r.from, r.to)
        }
        Event::Intent(r) => format!(
            "{} {} of {}, limit {}, stop {}, target {}",
            r.intent_id,
            r.shares,
            r.symbol,
            r.bracket.entry_limit,
            r.bracket.stop,
            r.bracket.target
        ),
        Event::Risk(r) => format!("{}: {}", r.event, r.detail),
        Event::Snapshot(r) => format!(
            "equity {}, drawdown {}, {} positions",
            output::money(r.equity),
            output::percent(r.drawdown, 2),
            r.positions.len()
        ),
        Event::RunFinished(r) => format!(
            "{} sessions, {} decisions, {} trades, equity {}, digest {}",
            r.cycles,
            r.decisions,
            r.trades,
            output::money(r.final_equity),
            r.digest
        ),
    }
}

fn action(r: &ActionApplied) -> String {
    let what = match r.action.kind {
        ActionKind::Split { ratio } => format!("split {ratio} for 1"),
        ActionKind::Dividend { amount } => format!("dividend {amount} a share"),
    };
    format!("{} {what}: {} shares, {} cash", r.symbol, r.shares_after, signed_money(r.cash))
}

fn order(r: &OrderRecord) -> String {
    let price = r.price.map_or_else(String::new, |p| format!(" at {p}"));
    let note = if r.note.is_empty() { String::new() } else { format!(" ({})", r.note) };
    format!("{} {}: {} {}{price}{note}", r.order_id, r.state.name(), r.shares, r.symbol)
}

fn fill(r: &FillRecord) -> String {
    let costs = r.commission + r.spread_cost + r.slippage_cost;
    format!(
        "{} {} of {} at {}, costs {}",
        r.role.name(),
        r.shares,
        r.symbol,
        r.price,
        output::money(costs)
    )
}

fn decision(r: &DecisionRecord) -> String {
    match &r.verdict {
        Verdict::Trade { shares, basis, .. } => {
            format!("{} trade: {shares} shares, {}", r.id.symbol, basis.name())
        }
        Verdict::NoTrade { reason, detail } if detail.is_empty() => {
            format!("{} no trade: {reason}", r.id.symbol)
        }
        Verdict::NoTrade { reason, detail } => {
            format!("{} no trade: {reason}: {detail}", r.id.symbol)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::explain::sample;

    #[test]
    fn decisions_read_as_trade_or_reason() {
        let trade = Event::Decision(Box::new(sample::trade()));
        assert_eq!(words(&trade), "AAPL trade: 112 shares, drift");
        let refused = Event::Decision(Box::new(sample::refused("no_bar", "none came")));
        assert_eq!(words(&refused), "AAPL no trade: no_bar: none came");
        assert!(super::super::tail::KINDS.contains(&refused.kind()));
    }
}
