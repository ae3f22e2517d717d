//! Whether a policy would have asked what another run asked.

use std::collections::{BTreeMap, BTreeSet};

use tradebot_brackets::{LabelVariant, Management, PartialExit};
use tradebot_domain::Regime;
use tradebot_execution::{bracket_record, management_record};
use tradebot_journal::{BracketRecord, DecisionId};
use tradebot_policy::{Policy, RowPolicy};

use super::LearnedSession;
use crate::candidate;

/// What was asked about one decision, as its journal holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// Raw close of the decision, currency per share.
    pub close: f64,
    /// The bracket around it.
    pub bracket: BracketRecord,
}

/// What a warm start took and what it left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recalled {
    /// Outcomes that are learned from.
    pub taken: usize,
    /// Outcomes that answer a question this policy does not ask, by row and by the variant that was
    /// asked: its options differ or, where the variant is the row's own, its distances or limits.
    pub left: BTreeMap<(Regime, LabelVariant), usize>,
}

impl Asked {
    /// The row would have written the same bracket around the same close, its R-multiple aside: what
    /// another one makes of an outcome is on record, what another stop, holding time or option would
    /// have made of it is not.
    pub fn is_of(&self, row: &RowPolicy) -> bool {
        let Self { close, bracket: asked } = *self;
        if asked.stop_scale.is_some() != row.stop_follows_forecast {
            return false;
        }
        let row = RowPolicy { r_multiple: asked.r_multiple, ..*row };
        let management = management_record(&candidate::management_of(&row));
        candidate::bracket(close, asked.atr, &row).is_ok_and(|bracket| {
            let stop_scale = asked.stop_scale;
            asked == BracketRecord { stop_scale, management, ..bracket_record(&bracket) }
        })
    }

    /// The name of the way to label: which options were on.
    pub fn variant(&self) -> LabelVariant {
        let options = self.bracket.management.map_or(Management::OFF, |m| Management {
            exit_on_reversal: m.exit_on_reversal,
            break_even_at_r: m.break_even_at_r,
            partial_exit: m
                .partial_exit_at_r
                .zip(m.partial_exit_share)
                .map(|(at_r, share)| PartialExit { at_r, share }),
        });
        options.variant(self.bracket.trailing_atr, self.bracket.stop_scale.is_some())
    }
}

impl Recalled {
    /// Outcomes that teach nothing here.
    pub fn left_in_all(&self) -> usize {
        self.left.values().sum()
    }
}

/// The sessions without what answers another question than the policy's, and how much that was.
///
/// Outcomes whose question is not on record count as asked by the row.
pub(crate) fn answers_of(
    policy: &Policy,
    sessions: &[LearnedSession],
) -> (Vec<LearnedSession>, Recalled) {
    let mut recalled = Recalled::default();
    let mut strangers: BTreeSet<DecisionId> = BTreeSet::new();
    for outcome in sessions.iter().flat_map(|session| &session.outcomes) {
        let (id, row) = (outcome.record.id, outcome.record.row);
        match outcome.asked.filter(|asked| !asked.is_of(policy.row(row))) {
            None => recalled.taken += 1,
            Some(asked) => {
                strangers.insert(id);
                *recalled.left.entry((row, asked.variant())).or_default() += 1;
            }
        }
    }
    let mut ours = sessions.to_vec();
    for session in &mut ours {
        session.outcomes.retain(|outcome| !strangers.contains(&outcome.record.id));
        session.candidates.retain(|of| !strangers.contains(&of.id));
    }
    (ours, recalled)
}
