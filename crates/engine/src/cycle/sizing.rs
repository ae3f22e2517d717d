//! From beliefs to approvals.

use tradebot_brackets::CostModel;
use tradebot_execution::Unpriced;
use tradebot_journal::{DecisionRecord, SizingStep, Verdict};
use tradebot_regime::severity::HIGH;
use tradebot_risk::gap::STRESSED_SLIP_ATR;
use tradebot_risk::{Approved, Hold, Overlays, Proposal, Refusal, Sizer, review};

use super::Engine;
use crate::account::Mark;
use crate::candidate::{Candidate, Passed};

impl Engine {
    /// Sizes candidates in descending order of expected growth until room is used up.
    pub(super) fn size(
        &mut self,
        records: &mut [DecisionRecord],
        candidates: &[Candidate],
        mark: &Mark,
    ) -> Vec<Approved> {
        let mut order: Vec<(f64, &Candidate)> = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            if self.account.holds(self.symbols[candidate.symbol].symbol) {
                let verdict = &mut records[candidate.record].verdict;
                *verdict = Verdict::NoTrade {
                    reason: "already_held".to_owned(),
                    detail: "one position per symbol; the open one keeps its bracket".to_owned(),
                };
                continue;
            }
            if let Err(unpriced) = self.expected_costs(candidate, mark) {
                records[candidate.record].verdict = costs_unknown(&unpriced).verdict();
                continue;
            }
            match self.propose(candidate, &records[candidate.record], mark) {
                Ok(proposal) => order.push((proposal.expected_growth(), candidate)),
                Err((hold, steps)) => {
                    let record = &mut records[candidate.record];
                    record.sizing = steps;
                    record.verdict = held(&hold);
                }
            }
        }
        // A stable sort keeps symbol order among equals.
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        order
            .into_iter()
            .filter_map(|(_, candidate)| self.approve(candidate, records, mark))
            .collect()
    }

    fn propose(
        &self,
        candidate: &Candidate,
        record: &DecisionRecord,
        mark: &Mark,
    ) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
        let symbol = self.symbols[candidate.symbol].symbol;
        // Candidates without a price were passed over before.
        let costs = self.expected_costs(candidate, mark).unwrap_or(self.config.costs);
        let sizer = Sizer {
            row: self.config.policy.row(record.row),
            limits: &self.config.limits,
            costs: &costs,
            overlays: self.overlays(),
        };
        self.account.with_view(candidate.symbol, &self.symbols, mark, |view| {
            sizer.propose(symbol, &candidate.bracket, &candidate.belief, view)
        })
    }

    /// What this account's orders will be charged at most: see [`crate::account::Account::expected_costs`].
    fn expected_costs(&self, candidate: &Candidate, mark: &Mark) -> Result<CostModel, Unpriced> {
        let symbol = self.symbols[candidate.symbol].symbol;
        self.account.expected_costs(symbol, &candidate.bracket, mark)
    }

    /// Stops are assumed to slip while volatility is stressed, whatever the trend; and where the
    /// market is expected to move more than in the median of its year, sizes shrink in proportion.
    fn overlays(&self) -> Overlays {
        let stressed = self.regime.as_ref().is_some_and(|r| r.severity >= HIGH);
        let scaled = self.outlook.as_ref().filter(|_| self.config.limits.volatility_scaling);
        Overlays {
            gap_atr: stressed.then_some(STRESSED_SLIP_ATR),
            volatility_scale: scaled.map(|o| (o.median / o.volatility).min(1.0)),
        }
    }

    /// Proposes again with the room that is left, reviews, and reserves what is approved.
    fn approve(
        &mut self,
        candidate: &Candidate,
        records: &mut [DecisionRecord],
        mark: &Mark,
    ) -> Option<Approved> {
        let record = &mut records[candidate.record];
        let proposal = match self.propose(candidate, record, mark) {
            Ok(proposal) => proposal,
            Err((hold, steps)) => {
                record.sizing = steps;
                record.verdict = held(&hold);
                return None;
            }
        };
        record.sizing = proposal.steps().to_vec();
        let row = self.config.policy.row(record.row);
        let limits = &self.config.limits;
        let reviewed = self.account.with_view(candidate.symbol, &self.symbols, mark, |view| {
            review(proposal, row, limits, view)
        });
        match reviewed {
            Ok(approved) => {
                record.checks = approved.checks().to_vec();
                self.account.reserve(&approved, candidate.symbol);
                Some(approved)
            }
            Err((refusal, checks)) => {
                record.checks = checks;
                record.verdict = refused(&refusal);
                None
            }
        }
    }
}

/// What the venue would not take is not asked for.
pub(super) fn costs_unknown(unpriced: &Unpriced) -> Passed {
    Passed { reason: "costs_unknown", detail: unpriced.to_string() }
}

fn held(hold: &Hold) -> Verdict {
    Verdict::NoTrade { reason: hold.code().to_owned(), detail: hold.to_string() }
}

pub(super) fn refused(refusal: &Refusal) -> Verdict {
    Verdict::NoTrade { reason: refusal.code().to_owned(), detail: refusal.to_string() }
}
