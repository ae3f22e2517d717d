//! Everything that is said of a run, in one value.
//!
//! [`assess()`] works on any run: finished or not, without trades, without forecasts, of a single
//! session. What cannot be known stays `None`, and the verdict says so.

use serde::{Deserialize, Serialize};
use tradebot_domain::Moment;
use tradebot_policy::Limits;

use crate::activity::{Activity, activity};
use crate::benchmark::{BenchmarkComparison, benchmark_returns, compare_with_benchmark};
use crate::bootstrap::{PerformanceIntervals, REPLICATIONS, performance_intervals};
use crate::costs::{CostAssessment, assess_costs};
use crate::monthly::{YearOfReturns, monthly_returns};
use crate::order_of_trades::{OtherOrders, other_orders};
use crate::performance::{Performance, SESSIONS_PER_YEAR, performance};
use crate::result::RunResult;
use crate::sharpe::{SharpeInference, sharpe_inference};
use crate::skill::{SESSIONS_MIN, SkillAssessment, assess_skill};
use crate::trades::{TradeAssessment, assess_trades, counted};
use crate::verdict::{Verdict, verdict};

/// What an assessment depends on besides the run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AssessmentConfig {
    /// Replicates of every bootstrap.
    pub replications: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Attempts made on this history, of which this run is the best; at least 1.
    pub trials: u32,
    /// Variance of the attempts' Sharpe ratios per session, where it is known.
    pub trial_variance: Option<f64>,
    /// Drawdown at which the account stops, a fraction of its peak.
    pub drawdown_limit: f64,
}

impl AssessmentConfig {
    /// For a run that was the only attempt: its own seed, and the drawdown limit that it met, or
    /// that of simulations when it met none.
    pub fn of(result: &RunResult) -> Self {
        let met = result.risk_events.iter().find(|r| r.event == DRAWDOWN_STOP).map(|r| r.limit);
        Self {
            replications: REPLICATIONS,
            seed: result.started.seed,
            trials: 1,
            trial_variance: None,
            drawdown_limit: met.unwrap_or(Limits::simulated().drawdown_max),
        }
    }
}

/// Name of the event that the engine writes when the drawdown limit stops entries.
const DRAWDOWN_STOP: &str = "drawdown_stop";

/// The deepest drawdown beside the limit. Fractions of the peak, positive.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DrawdownAgainstLimit {
    /// The limit.
    pub limit: f64,
    /// Deepest drawdown of the whole run; `None` without returns. Peaks are never forgotten here,
    /// while the engine begins anew when it re-arms.
    pub deepest: Option<f64>,
    /// Times the limit stopped entries.
    pub stops: usize,
}

/// The skill test that the run itself sizes by, as it stood at the end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OwnSkillTest {
    /// Sessions in it.
    pub sessions: u32,
    /// Mean advantage over the row rate less 1.645 Newey-West standard errors.
    pub lower: f64,
    /// It holds.
    pub shown: bool,
}

/// A run, judged. Serialises to JSON; figures that are not defined are null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The run.
    pub run_id: String,
    /// `demo`, `backtest` ...
    pub mode: String,
    /// The run ended by itself; otherwise all figures are those so far.
    pub finished: bool,
    /// First and last session with a close.
    pub span: Option<(Moment, Moment)>,
    /// Closes over 252.
    pub years: f64,
    /// What the figures below depend on.
    pub config: AssessmentConfig,
    /// The account's returns, close to close.
    pub performance: Performance,
    /// Bootstrap intervals of them.
    pub intervals: Option<PerformanceIntervals>,
    /// Inference on the Sharpe ratio.
    pub sharpe: Option<SharpeInference>,
    /// Use of the account.
    pub activity: Activity,
    /// Closed trades.
    pub trades: TradeAssessment,
    /// What trading cost.
    pub costs: CostAssessment,
    /// The drawdown beside its limit.
    pub drawdown: DrawdownAgainstLimit,
    /// The same trades in another order.
    pub other_orders: Option<OtherOrders>,
    /// Returns by month.
    pub monthly: Vec<YearOfReturns>,
    /// Beside buying and holding the same symbols.
    pub benchmark: Option<BenchmarkComparison>,
    /// Forecasts against outcomes.
    pub skill: SkillAssessment,
    /// The test that sizes depended on; `None` when nothing was learned.
    pub own_skill_test: Option<OwnSkillTest>,
    /// All of it in plain words.
    pub verdict: Verdict,
}

/// Judges a run as the only attempt; see [`AssessmentConfig::of`].
pub fn assess(result: &RunResult) -> Assessment {
    assess_with(result, AssessmentConfig::of(result))
}

/// Judges a run; less than one attempt counts as one.
pub fn assess_with(result: &RunResult, config: AssessmentConfig) -> Assessment {
    let config = AssessmentConfig { trials: config.trials.max(1), ..config };
    let returns = result.returns();
    let values: Vec<f64> = result.snapshots.iter().map(|s| s.benchmark).collect();
    let held = benchmark_returns(&values);
    let AssessmentConfig { replications, seed, trials, trial_variance, drawdown_limit } = config;
    let performance = performance(&returns);
    let activity = activity(result);
    let results: Vec<f64> = counted(&result.trades).map(|t| t.r_multiple).collect();
    let mut assessment = Assessment {
        run_id: result.run_id.clone(),
        mode: result.mode.clone(),
        finished: result.finished.is_some(),
        span: result.snapshots.first().map(|s| s.session).zip(last_session(result)),
        years: result.snapshots.len() as f64 / SESSIONS_PER_YEAR,
        config,
        performance,
        intervals: performance_intervals(&returns, &held, replications, seed),
        sharpe: sharpe_inference(&returns, trials, trial_variance),
        activity,
        trades: assess_trades(&result.trades),
        costs: assess_costs(&result.trades, activity.mean_equity, result.snapshots.len()),
        drawdown: DrawdownAgainstLimit {
            limit: drawdown_limit,
            deepest: performance.max_drawdown.map(f64::abs),
            stops: result.risk_events.iter().filter(|r| r.event == DRAWDOWN_STOP).count(),
        },
        other_orders: activity
            .median_risk
            .and_then(|risk| other_orders(&results, risk, replications, seed)),
        monthly: monthly_returns(
            result.snapshots.iter().skip(1).map(|s| (s.session.date(), s.day_return)),
        ),
        benchmark: compare_with_benchmark(&returns, &held),
        skill: assess_skill(&result.forecasts, result.members(), replications, seed),
        own_skill_test: own_skill_test(result),
        verdict: Verdict::default(),
    };
    assessment.verdict = verdict(&assessment, result);
    assessment
}

fn last_session(result: &RunResult) -> Option<Moment> {
    result.snapshots.last().map(|s| s.session)
}

fn own_skill_test(result: &RunResult) -> Option<OwnSkillTest> {
    let last = result.learned.last()?;
    Some(OwnSkillTest {
        sessions: last.skill_sessions,
        lower: last.skill_lower,
        shown: last.skill_sessions as usize >= SESSIONS_MIN && last.skill_lower > 0.0,
    })
}

#[cfg(test)]
mod tests;
