//! A bracket, a belief and an account that a test changes in the one place it is about.

use tradebot_brackets::{Bracket, BracketSpec, CostModel};
use tradebot_domain::{Regime, Symbol, Tick};
use tradebot_journal::SizingStep;
use tradebot_policy::{Limits, Policy, RowPolicy};
use tradebot_risk::{Belief, BookView, Hold, Proposal, Standing, Traffic, propose};

pub(crate) const NO_COSTS: CostModel = CostModel {
    commission_per_share: 0.0,
    commission_min: 0.0,
    half_spread_bps: 0.0,
    slippage_bps: 0.0,
};

pub(crate) fn symbol(text: &str) -> Symbol {
    Symbol::new(text).unwrap()
}

pub(crate) fn row(regime: Regime) -> RowPolicy {
    *Policy::bundled().row(regime)
}

/// Close 100, stop 96, limit 100.80, target 108.
pub(crate) fn bracket() -> Bracket {
    bracket_of(100.0, 2.0)
}

/// The bracket two ATR wide, target twice as far, that stands around a close.
pub(crate) fn bracket_of(close: f64, atr: f64) -> Bracket {
    let spec = BracketSpec {
        atr_multiplier: 2.0,
        r_multiple: 2.0,
        stop_min: 0.005,
        stop_max: 0.5,
        max_holding_sessions: 20,
        trailing_atr: None,
    };
    Bracket::around_close(close, atr, &spec, Tick::CENT).unwrap()
}

/// Skill shown and a consensus well above break-even (1/3).
pub(crate) fn skilled() -> Belief {
    Belief {
        consensus_mean: 0.45,
        consensus_lo: 0.42,
        row_rate: 0.40,
        row_lo: 0.38,
        row_n: 200.0,
        mean_win: 2.0,
        mean_loss: 1.0,
        skill_shown: true,
    }
}

/// The same without skill: the row's lower bound 0.38 carries it.
pub(crate) fn drifting() -> Belief {
    Belief { skill_shown: false, ..skilled() }
}

/// Neither: only the consensus mean beats break-even.
pub(crate) fn exploring() -> Belief {
    Belief { row_lo: 0.30, ..drifting() }
}

/// A quiet account of 100,000 with nothing in it, for the bracket around 100.
pub(crate) fn quiet_book() -> BookView<'static> {
    BookView {
        equity: 100_000.0,
        cash: 100_000.0,
        unsettled: 0.0,
        drawdown: 0.0,
        drawdown_20: 0.0,
        day_return: 0.001,
        stopped: false,
        open_risk: 0.0,
        positions: 0,
        held: &[],
        close: 100.0,
        adv_20: 1e9,
        correlations: &[],
        spread: 0.0008,
        traffic: Traffic::default(),
        standing: Standing::default(),
        account: None,
    }
}

/// Everything [`propose`] takes; tests change single fields.
#[derive(Debug, Clone)]
pub(crate) struct Case<'a> {
    pub(crate) bracket: Bracket,
    pub(crate) belief: Belief,
    pub(crate) row: RowPolicy,
    pub(crate) limits: Limits,
    pub(crate) costs: CostModel,
    pub(crate) view: BookView<'a>,
}

impl Case<'_> {
    pub(crate) fn new(belief: Belief) -> Self {
        Self {
            bracket: bracket(),
            belief,
            row: row(Regime::TrendingLowVol),
            limits: Limits::simulated(),
            costs: CostModel::default(),
            view: quiet_book(),
        }
    }

    pub(crate) fn propose(&self) -> Result<Proposal, (Hold, Vec<SizingStep>)> {
        propose(
            symbol("AAPL"),
            &self.bracket,
            &self.belief,
            &self.row,
            &self.limits,
            &self.costs,
            &self.view,
        )
    }

    /// Shares proposed, 0 for a hold.
    pub(crate) fn shares(&self) -> u64 {
        self.propose().map_or(0, |p| p.shares().0)
    }

    #[track_caller]
    pub(crate) fn hold_code(&self) -> &'static str {
        self.propose().map_err(|(hold, _)| hold).expect_err("a hold").code()
    }
}

#[track_caller]
pub(crate) fn step<'a>(steps: &'a [SizingStep], name: &str) -> &'a SizingStep {
    steps.iter().find(|s| s.step == name).unwrap_or_else(|| panic!("no step `{name}`: {steps:#?}"))
}
