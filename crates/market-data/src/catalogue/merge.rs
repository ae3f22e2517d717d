//! New bars beside stored ones.

use std::collections::BTreeMap;

use tradebot_domain::{Bar, CorporateAction, Date, Moment};

use crate::history::Series;
use crate::import::series::Incoming;
use crate::import::{ActionSource, OnConflict};

/// The series that storing would give.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) bars: Vec<Bar>,
    pub(super) actions: Vec<CorporateAction>,
    pub(super) added: usize,
    pub(super) unchanged: usize,
    /// Stored and new bar of each date on which they differ.
    pub(super) conflicts: Vec<(Bar, Bar)>,
}

pub(super) fn merge(stored: Option<&Series>, new: &Incoming, on_conflict: OnConflict) -> Merged {
    let old: &[Bar] = stored.map_or(&[], |series| &series.bars);
    let mut bars: BTreeMap<Moment, Bar> = old.iter().map(|bar| (bar.date, *bar)).collect();
    let (mut added, mut unchanged, mut conflicts) = (0, 0, Vec::new());
    for bar in &new.bars {
        match bars.get_mut(&bar.date) {
            None => {
                added += 1;
                bars.insert(bar.date, *bar);
            }
            Some(held) if held == bar => unchanged += 1,
            Some(held) => {
                conflicts.push((*held, *bar));
                if on_conflict == OnConflict::Replace {
                    *held = *bar;
                }
            }
        }
    }
    let actions = merge_actions(stored, new, on_conflict);
    Merged { bars: bars.into_values().collect(), actions, added, unchanged, conflicts }
}

/// The stronger side's actions, and the other's where the stronger has no bars to know of any.
fn merge_actions(
    stored: Option<&Series>,
    new: &Incoming,
    on_conflict: OnConflict,
) -> Vec<CorporateAction> {
    let Some(stored) = stored else { return new.actions.clone() };
    if new.action_source == Some(ActionSource::None) {
        return stored.actions.clone();
    }
    let (strong, span, weak) = if on_conflict == OnConflict::Keep {
        (&stored.actions, span(&stored.bars), &new.actions)
    } else {
        (&new.actions, span(&new.bars), &stored.actions)
    };
    let mut actions = strong.clone();
    // The first bar of a series cannot tell an action of its own date.
    let unknown = |date: Date| span.is_none_or(|(first, last)| date <= first || date > last);
    actions.extend(weak.iter().filter(|a| unknown(a.ex_date) && !strong.contains(a)));
    actions.sort_by_key(|action| action.ex_date);
    actions
}

fn span(bars: &[Bar]) -> Option<(Date, Date)> {
    Some((bars.first()?.date.date(), bars.last()?.date.date()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradebot_domain::{ActionKind, Currency, Decimal, Exchange, Symbol};

    fn bar(day: i8, close: f64) -> Bar {
        let date = Moment::constant(2005, 1, day);
        Bar { date, open: close, high: close, low: close, close, volume: 1.0 }
    }

    fn split(day: i8) -> CorporateAction {
        let ratio = Decimal::TWO;
        CorporateAction { ex_date: Date::constant(2005, 1, day), kind: ActionKind::Split { ratio } }
    }

    fn stored() -> Series {
        let bars = vec![bar(3, 30.0), bar(4, 40.0), bar(5, 50.0)];
        let kind = (Currency::Usd, Exchange::Xnys);
        Series::new(Symbol::new("A").unwrap(), kind, bars, vec![split(4)], String::new())
    }

    fn new(source: ActionSource, actions: &[CorporateAction]) -> Incoming {
        Incoming {
            bars: vec![bar(4, 40.0), bar(5, 51.0), bar(6, 60.0)],
            actions: actions.to_vec(),
            action_source: Some(source),
            ..Incoming::default()
        }
    }

    #[test]
    fn new_sessions_are_added_equal_ones_counted_and_others_decided_by_the_user() {
        let incoming = new(ActionSource::None, &[]);
        for (choice, close) in
            [(OnConflict::Keep, 50.0), (OnConflict::Replace, 51.0), (OnConflict::Refuse, 50.0)]
        {
            let merged = merge(Some(&stored()), &incoming, choice);
            assert_eq!((merged.added, merged.unchanged, merged.conflicts.len()), (1, 1, 1));
            assert_eq!(merged.bars.iter().map(|b| b.close).collect::<Vec<_>>()[2], close);
            assert_eq!(merged.bars.len(), 4);
        }
    }

    #[test]
    fn a_file_without_actions_takes_none_away() {
        let merged = merge(Some(&stored()), &new(ActionSource::None, &[]), OnConflict::Replace);
        assert_eq!(merged.actions, [split(4)]);
    }

    #[test]
    fn actions_come_from_the_side_that_wins_and_beyond_it_from_the_other() {
        let incoming = new(ActionSource::AdjustedClose, &[split(5), split(6)]);
        let merged = merge(Some(&stored()), &incoming, OnConflict::Replace);
        assert_eq!(merged.actions, [split(4), split(5), split(6)]);
        let merged = merge(Some(&stored()), &incoming, OnConflict::Keep);
        assert_eq!(merged.actions, [split(4), split(6)]);
    }
}
