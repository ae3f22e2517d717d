//! Reasons of decision records in plain words, and what would have changed them.

use tradebot_domain::{Moment, Shares};
use tradebot_features::SymbolFeatures;
use tradebot_journal::{CheckRecord, ConsensusRecord, DecisionRecord};

use super::super::explain::{number, relation};
use super::super::figures::probability;
use crate::output;

/// A reason for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Because {
    /// What kept the bot from trading, with its numbers; goes on after a colon, without its stop.
    pub sentence: String,
    /// What would have changed it, a sentence.
    pub change: Option<String>,
}

/// A position that was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holding {
    /// Shares at the entry.
    pub shares: Shares,
    /// Session of the entry.
    pub since: Moment,
    /// Session of the exit; none while it is open.
    pub until: Option<Moment>,
}

/// The reason of a record that is no trade.
pub(super) fn because(
    record: &DecisionRecord,
    reason: &str,
    detail: &str,
    holding: Option<&Holding>,
) -> Because {
    before_belief(reason, detail)
        .or_else(|| belief(record.consensus.as_ref()?, reason))
        .or_else(|| held(reason, holding))
        .or_else(|| room(record, reason, detail))
        .or_else(|| refused(record, reason))
        .unwrap_or_else(|| Because { sentence: detail.to_owned(), change: None })
}

fn told(sentence: String, change: impl Into<String>) -> Because {
    Because { sentence, change: Some(change.into()) }
}

/// What ends a cycle before anything is believed.
fn before_belief(reason: &str, detail: &str) -> Option<Because> {
    Some(match reason {
        "no_bar" => told(
            "no bar came for that session".to_owned(),
            "A bar for it: look for a gap with `tradebot data inspect`.",
        ),
        "gate_refused" => told(
            format!("the quality gate refused its bar ({detail})"),
            "A bar that keeps the contracts of the data. The refusal is for this session only; the \
             next bar is judged anew.",
        ),
        "not_warm" => told(
            format!("its features are not warm yet ({detail})"),
            format!(
                "{} bars of history before the session: data that reach further back.",
                SymbolFeatures::WARM_UP
            ),
        ),
        "regime_undetermined" => told(
            format!("the market's regime is not determined ({detail})"),
            "More history of the index before the session.",
        ),
        "no_bracket" => told(
            format!("no bracket can be put around its close ({detail})"),
            "A price at which stop and target are different ticks.",
        ),
        "costs_unknown" => told(
            format!("what the order would cost is not known ({detail})"),
            "More history of the symbol's volume, or the missing row under `execution`.",
        ),
        "abstention" => told(
            format!("the members abstain ({detail})"),
            "A member that has an opinion: learned ones have none before their first fit.",
        ),
        _ => return None,
    })
}

/// The consensus does not earn a size.
fn belief(c: &ConsensusRecord, reason: &str) -> Option<Because> {
    let (mean, even) = (probability(c.mean), probability(c.break_even));
    Some(match reason {
        "below_break_even" => told(
            format!("the consensus {mean} does not beat break-even {even}"),
            format!("A consensus above {even}: {} more.", probability(c.break_even - c.mean)),
        ),
        "row_unknown" => told(
            format!(
                "the consensus {mean} beats break-even {even}, but the row has only {:.0} \
                 effective outcomes, and exploration is off",
                c.row_n
            ),
            "More outcomes in this row, or `limits.unskilled_size` and `limits.explore_risk` that \
             allow exploration.",
        ),
        "size_not_earned" if c.skill_shown => told(
            format!(
                "the consensus {mean} with lower bound {} does not earn a size: break-even is \
                 {even}, the row's edge {:.3}",
                probability(c.lo),
                c.edge_wanted
            ),
            format!(
                "A lower bound above {even} and a mean above {}.",
                probability(c.break_even + c.edge_wanted)
            ),
        ),
        "size_not_earned" => told(
            format!(
                "the consensus {mean} beats break-even {even}, but no skill is shown, and the row's \
                 lower bound {} earns no size",
                probability(c.row_lo)
            ),
            "Skill shown out of sample, or `limits.unskilled_size` that allows drift or exploration.",
        ),
        "no_growth" => told(
            format!(
                "at the probability sized on, a bracket that wins {:.2} R or loses {:.2} R does not \
                 grow the account",
                c.mean_win, c.mean_loss
            ),
            format!("A lower bound above break-even {even}."),
        ),
        _ => return None,
    })
}

fn held(reason: &str, holding: Option<&Holding>) -> Option<Because> {
    if reason != "already_held" {
        return None;
    }
    let sentence = match holding {
        Some(h) => format!("it is held already: {} shares since {}", h.shares, h.since),
        None => "it is held already, or an entry is on its way".to_owned(),
    };
    let change = match holding.and_then(|h| h.until) {
        Some(until) => format!("There is one position per symbol; that one was closed on {until}."),
        None => "There is one position per symbol; that one would have to be closed.".to_owned(),
    };
    Some(told(sentence, change))
}

/// Sizing ran out of room.
fn room(record: &DecisionRecord, reason: &str, detail: &str) -> Option<Because> {
    Some(match reason {
        "drawdown_limit" => told(detail.to_owned(), "A drawdown below the limit."),
        "gate_closed" => {
            told(detail.to_owned(), "A value above zero in the policy's row or in the limits.")
        }
        "no_heat_room" => {
            told(detail.to_owned(), "Less risk open at the stops of other positions.")
        }
        "less_than_one_share" => {
            let fraction = record.sizing.last().map_or(0.0, |s| s.after);
            let one = number_after(detail, "one takes ").unwrap_or(f64::NAN);
            let sentence = format!(
                "the size allowed, {} of equity at risk, is less than one share, which takes {}",
                output::percent(fraction, 3),
                output::percent(one, 3)
            );
            let times = one / fraction;
            let change = if times.is_finite() && times > 0.0 {
                format!("{times:.1} times the equity, or a size so much larger.")
            } else {
                "A size above zero.".to_owned()
            };
            told(sentence, change)
        }
        _ => return None,
    })
}

/// The number that follows a phrase in a detail.
fn number_after(detail: &str, phrase: &str) -> Option<f64> {
    let (_, rest) = detail.split_once(phrase)?;
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').parse().ok()
}

/// A pre-trade check failed.
fn refused(record: &DecisionRecord, reason: &str) -> Option<Because> {
    let failed = record.checks.iter().find(|c| c.refuses())?;
    let sentence = match reason {
        "stopped" => "the drawdown stop is latched, so there are no entries".to_owned(),
        "correlation_unknown" => format!(
            "its {} is not known: they have fewer than 40 sessions in common",
            failed.limit.replace(' ', " with ")
        ),
        _ => format!(
            "the check {} failed: {} asked, {} allowed",
            failed.limit.replace('_', " "),
            number(&failed.limit, failed.asked),
            relation(failed)
        ),
    };
    Some(told(sentence, change_of(failed, reason)))
}

fn change_of(failed: &CheckRecord, reason: &str) -> String {
    let allowed = number(&failed.limit, failed.allowed);
    match reason {
        "stopped" => {
            "Its re-arming: a replay re-arms by itself after `limits.rearm_sessions`.".to_owned()
        }
        "daily_loss" => "A session that lost less; the next one is judged anew.".to_owned(),
        "max_positions" => format!("Another position closed first: this row allows {allowed}."),
        "correlation" | "correlation_unknown" => {
            let other = failed.limit.rsplit(' ').next().unwrap_or_default();
            format!("{other} not held, or a correlation of at most {allowed} with it.")
        }
        "messages_per_minute" | "messages_per_session" | "repeated_entry" | "entry_interval" => {
            "The next session: these are counted anew in each.".to_owned()
        }
        "order_value" | "turnover" | "sector" | "loss_streak" => format!(
            "{} instead, or `limits.{reason}.on_breach: warn`.",
            capitalised(&relation(failed))
        ),
        "unsettled_cash" => format!(
            "{} more that has settled: proceeds of sales settle within days.",
            number("cash", failed.asked - failed.allowed)
        ),
        "cash" => format!("{} more cash.", number("cash", failed.asked - failed.allowed)),
        _ => format!("{} instead.", capitalised(&relation(failed))),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
