//! Why there was no trade, and how often.

use super::{Subject, bar};
use crate::format::{count, percent, words as in_words};
use crate::markup::{Markup, element, paragraph};
use crate::table::{Table, figure, words};

/// Codes of the journal in plain words; one that is missing here is shown by itself.
const MEANINGS: [(&str, &str); 42] = [
    ("abstention", "no member had an opinion"),
    ("already_held", "a position in the symbol was open or on its way"),
    ("below_break_even", "the consensus did not beat break-even"),
    ("bracket_incomplete", "stop, entry limit and target were not in order"),
    ("bracket_missing", "there was no complete bracket to send with the order"),
    ("cash", "not enough cash"),
    ("correlation", "moves too much like something held"),
    ("correlation_unknown", "too little common history with something held"),
    ("costs_unknown", "what the order would cost was not known"),
    ("daily_loss", "the session lost more than the daily limit"),
    ("drawdown_limit", "the drawdown left nothing to risk"),
    ("drawdown_stop", "the drawdown limit was reached"),
    ("duplicate", "the same order had been sent already"),
    ("entry_interval", "too soon after the last entry into the symbol"),
    ("gate_closed", "a multiplier of the policy is zero"),
    ("gate_refused", "the data of the symbol failed the quality gate"),
    ("less_than_one_share", "the size came to less than one share"),
    ("loss_streak", "more losing trades in a row than the owner allows"),
    ("max_positions", "the regime allows no more positions"),
    ("messages_per_minute", "too many orders within a minute"),
    ("messages_per_session", "too many orders in the session"),
    ("no_bar", "no bar arrived"),
    ("no_bracket", "no bracket could be made"),
    ("no_growth", "the Kelly fraction was not above zero"),
    ("no_heat_room", "open risk had reached its limit"),
    ("not_warm", "too little history for the features"),
    ("notional", "the position would be too large for the account"),
    ("order_value", "the order was worth more than the owner allows"),
    ("participation", "too large for the volume of the symbol"),
    ("portfolio_heat", "open risk would exceed its limit"),
    ("price_collar", "the limit lay too far from the decision price"),
    ("regime_undetermined", "the regime was not determined yet"),
    ("repeated_entry", "too many entries into the symbol in one session"),
    ("risk_per_position", "risk of the position would exceed its limit"),
    ("row_unknown", "too few outcomes known in this regime"),
    ("sector", "too much in one sector for the owner"),
    ("self_trade", "it would have met an own sell order"),
    ("size_not_earned", "neither skill, drift nor exploration earned a size"),
    ("spread", "bid and ask were too far apart"),
    ("stopped", "entries were stopped by the drawdown limit"),
    ("turnover", "the session had entered as much as the owner allows"),
    ("unsettled_cash", "not enough cash had settled"),
];

pub(super) fn body(of: Subject<'_>) -> Markup {
    let mut reasons: Vec<(&String, u64)> =
        of.result.no_trade.iter().map(|(reason, n)| (reason, *n)).collect();
    // The most frequent first; the map is in order of names already, which decides ties.
    reasons.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let all: u64 = reasons.iter().map(|(_, n)| n).sum();
    let most = reasons.first().map_or(0, |(_, n)| *n);
    if all == 0 {
        return element("p", &[("class", "none")], "No decision against a trade is on record.");
    }
    let head = vec![words("Reason"), figure("Decisions"), words("Share"), words("Code")];
    let mut table = Table::new("Decisions that ended without an order", head);
    for (reason, n) in reasons {
        let meaning = MEANINGS.iter().find(|(code, _)| code == reason).map(|(_, meaning)| *meaning);
        let share = n as f64 / all as f64;
        table.row(vec![
            words(meaning.map_or_else(|| in_words(reason), str::to_owned)),
            figure(count(n)),
            words(bar(n as f64 / most as f64, percent(share, 1))),
            words(element("code", &[], reason.as_str())),
        ]);
    }
    let decisions = of
        .result
        .finished
        .as_ref()
        .map_or_else(String::new, |f| format!(" Of {} decisions in all.", count(f.decisions)));
    paragraph(format!(
        "Every symbol of every session ends in an order or in one of these reasons.{decisions}"
    ))
    .and(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_stand_in_order_and_none_twice() {
        assert!(MEANINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
