//! What a run had been taught at its end, worked out anew from its record.
//!
//! A row whose R-multiple has moved is taught by how its decisions would have ended under the last
//! one. This is the suite's own reading of the record, apart from the engine's.

use std::collections::BTreeMap;

use tradebot_brackets::adaptive::{CANDIDATES, candidate_r};
use tradebot_domain::Regime;
use tradebot_journal::{CandidatesRecord, DecisionId, OutcomeRecord};
use tradebot_policy::Policy;

use crate::validate::evidence::records::RunRecords;

impl RunRecords {
    /// Outcomes under the multiples in force at the end of the run: as they were where those were
    /// asked, else from the results under other multiples, where all of them are known.
    pub fn taught(&self) -> Vec<OutcomeRecord> {
        let in_force = self.multiples_at_the_end();
        let decisions = self.by_id();
        let others: BTreeMap<DecisionId, &CandidatesRecord> =
            self.candidates.iter().map(|c| (c.id, c)).collect();
        let taught = self.outcomes.iter().filter_map(|outcome| {
            let asked = decisions.get(&outcome.id)?.bracket.as_ref()?.r_multiple;
            let now = in_force[&outcome.row];
            if asked == now {
                return Some(outcome.clone());
            }
            under(outcome, others.get(&outcome.id)?, (asked, now))
        });
        taught.collect()
    }

    fn multiples_at_the_end(&self) -> BTreeMap<Regime, f64> {
        let policy = Policy::bundled();
        let begun = Regime::ALL.into_iter().map(|row| (row, policy.row(row).r_multiple));
        let mut multiples: BTreeMap<Regime, f64> = begun.collect();
        for moved in self.risks.iter().filter(|r| r.event == "r_adapted") {
            let of = |row: &Regime| moved.detail.starts_with(&format!("{row}: "));
            if let Some(row) = Regime::ALL.into_iter().find(of) {
                multiples.insert(row, moved.value);
            }
        }
        multiples
    }
}

fn under(
    outcome: &OutcomeRecord,
    others: &CandidatesRecord,
    (asked, now): (f64, f64),
) -> Option<OutcomeRecord> {
    let place = |r: f64| (0..CANDIDATES).find(|at| candidate_r(*at) == r);
    let at = |values: &[f64], place: usize| values.get(place).or(values.last()).copied();
    let net_r = at(&others.net_r, place(now)?)?;
    let (then, again) =
        (at(&others.uniqueness, place(asked)?)?, at(&others.uniqueness, place(now)?)?);
    let uniqueness = (outcome.uniqueness * again / then).min(1.0);
    Some(OutcomeRecord { won: Some(net_r > 0.0), net_r, uniqueness, ..outcome.clone() })
}
