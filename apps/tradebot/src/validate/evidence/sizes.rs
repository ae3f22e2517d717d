//! How sizes follow beliefs: recorded decisions, sized again with other probabilities.

use tradebot_brackets::{Bracket, CostModel};
use tradebot_domain::Symbol;
use tradebot_journal::{BracketRecord, ConsensusRecord, DecisionRecord};
use tradebot_policy::{Limits, Policy, RowPolicy, UnskilledSize};
use tradebot_risk::{Belief, BookView, Standing, Traffic, drawdown_multiplier, propose};

use crate::validate::evidence::records::RunRecords;

/// Decisions that are sized again.
const DECISIONS: usize = 40;
/// Probabilities of a sweep.
const SWEEP: [f64; 11] = [0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90];

/// One recorded decision, sized again.
#[derive(Debug, Clone)]
pub struct Resized {
    /// Which one, for people.
    pub decision: String,
    /// Consensus probability and shares, in ascending order of probability.
    pub sweep: Vec<(f64, u64)>,
    /// Shares on the calibrated consensus.
    pub on_calibrated: u64,
    /// Shares on what the members said before calibration, pooled by the same weights.
    pub on_raw: u64,
}

/// How sizes follow.
#[derive(Debug, Clone)]
pub struct SizeFacts {
    /// Recorded decisions, sized again.
    pub resized: Vec<Resized>,
    /// The drawdown limit in force.
    pub drawdown_max: f64,
    /// Drawdown and its multiplier, from no drawdown to beyond the limit.
    pub drawdown_curve: Vec<(f64, f64)>,
    /// Drawdown and shares of the first decision above, same drawdowns.
    pub drawdown_shares: Vec<(f64, u64)>,
}

impl SizeFacts {
    /// Sizes decisions spread evenly over the run again, in an empty account.
    pub fn gather(run: &RunRecords) -> Self {
        let candidates: Vec<_> = run.decisions.iter().filter_map(asked).collect();
        let step = (candidates.len() / DECISIONS).max(1);
        let chosen: Vec<_> = candidates.into_iter().step_by(step).collect();
        let drawdown_max = Limits::simulated().drawdown_max;
        let drawdowns: Vec<f64> = (0..=12).map(|i| drawdown_max * f64::from(i) / 10.0).collect();
        let shares = |d: f64| chosen.first().map_or(0, |q| q.shares(q.confident(), d));
        Self {
            drawdown_max,
            drawdown_curve: drawdowns
                .iter()
                .map(|d| (*d, drawdown_multiplier(*d, drawdown_max)))
                .collect(),
            drawdown_shares: drawdowns.iter().map(|d| (*d, shares(*d))).collect(),
            resized: chosen.iter().map(Question::resized).collect(),
        }
    }
}

/// A recorded decision that had an opinion.
struct Question<'a> {
    record: &'a DecisionRecord,
    bracket: Bracket,
    consensus: &'a ConsensusRecord,
}

fn asked(record: &DecisionRecord) -> Option<Question<'_>> {
    let (bracket, consensus) = (record.bracket.as_ref()?, record.consensus.as_ref()?);
    Some(Question { record, bracket: bracket_of(bracket), consensus })
}

const fn bracket_of(r: &BracketRecord) -> Bracket {
    Bracket {
        entry_limit: r.entry_limit,
        stop: r.stop,
        target: r.target,
        max_holding_sessions: r.max_holding_sessions,
        atr: r.atr,
        atr_multiplier: r.atr_multiplier,
        r_multiple: r.r_multiple,
        trailing_atr: r.trailing_atr,
    }
}

impl Question<'_> {
    fn resized(&self) -> Resized {
        let sweep = SWEEP.map(|p| (p, self.shares(self.belief(p), 0.0))).to_vec();
        Resized {
            decision: self.record.id.to_string(),
            sweep,
            on_calibrated: self.shares(self.belief(self.consensus.mean), 0.0),
            on_raw: self.shares(self.belief(self.raw_pool()), 0.0),
        }
    }

    /// What the members said before calibration, by the weights of the decision.
    fn raw_pool(&self) -> f64 {
        let said = self.record.opinions.iter().filter_map(|o| Some((o.raw?, o.weight)));
        let (sum, weight) = said.fold((0.0, 0.0), |(s, w), (raw, x)| (s + raw * x, w + x));
        if weight > 0.0 { sum / weight } else { f64::NAN }
    }

    /// The recorded belief with another probability, of a row that is known and members that
    /// have shown skill, so that sizes are earned by the probability alone.
    fn belief(&self, p: f64) -> Belief {
        let c = self.consensus;
        Belief {
            consensus_mean: p,
            consensus_lo: p - 0.01,
            row_rate: c.row_rate,
            row_lo: c.row_lo,
            row_n: 1_000.0,
            mean_win: c.mean_win,
            mean_loss: c.mean_loss,
            skill_shown: true,
        }
    }

    fn confident(&self) -> Belief {
        self.belief(0.8)
    }

    /// Shares in an account with nothing in it but this question. The Kelly fraction is so small
    /// that no cap hides what the probability does, and nothing is explored.
    fn shares(&self, belief: Belief, drawdown: f64) -> u64 {
        let held: [Symbol; 0] = [];
        let view = BookView {
            equity: 1e6,
            cash: 1e6,
            unsettled: 0.0,
            drawdown,
            drawdown_20: 0.0,
            day_return: 0.0,
            stopped: false,
            open_risk: 0.0,
            positions: 0,
            held: &held,
            close: self.record.close.unwrap_or(f64::NAN),
            adv_20: 1e9,
            correlations: &[],
            spread: 0.0008,
            traffic: Traffic::default(),
            standing: Standing::default(),
            account: None,
        };
        let row = RowPolicy { edge: 0.0, ..*Policy::bundled().row(self.record.row) };
        let limits = Limits {
            kelly_fraction: 0.002,
            unskilled_size: UnskilledSize::None,
            explore_risk: 0.0,
            ..Limits::simulated()
        };
        let costs = CostModel::default();
        propose(self.record.id.symbol, &self.bracket, &belief, &row, &limits, &costs, &view)
            .map_or(0, |proposal| proposal.shares().0)
    }
}
