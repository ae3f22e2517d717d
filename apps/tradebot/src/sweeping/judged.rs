//! What is left of the best trial when the search is paid for.

use std::path::Path;

use serde::Serialize;
use tradebot_backtest::overfit::{Advice, AdviceConfig, Panel, PanelVerdict, advise};
use tradebot_backtest::sharpe::SharpeEstimate;
use tradebot_backtest::sweep::results::Aggregate;
use tradebot_backtest::sweep::{Measure, Table, Trial};
use tradebot_report::{
    Sweep as Page, SweepAxis, SweepCell, SweepFinding, SweepPanel, SweepVerdict,
};
use tradebot_storage::{Mode, Store, Trial as Attempt, TrialKind};

use super::Swept;
use crate::attempts;
use crate::exit::Failure;
use crate::manifest::Program;
use crate::replaying::utc_now;

/// A trial as `--json` and tables show it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Place in the sweep, from 1.
    pub trial: usize,
    /// The point.
    pub parameters: String,
    /// What trials are ranked by; none where it is not defined.
    pub value: Option<f64>,
    /// Sharpe ratio per year.
    pub sharpe: Option<f64>,
    /// Growth per year.
    pub cagr: Option<f64>,
    /// Deepest drawdown, zero or negative.
    pub max_drawdown: Option<f64>,
    /// Round trips closed.
    pub trades: Option<u64>,
    /// Why there is no result.
    pub error: Option<String>,
}

/// All trials, the best first.
pub fn lines(table: &Table, measure: Measure) -> Vec<Line> {
    table.sorted(measure).into_iter().map(|trial| line(trial, measure)).collect()
}

fn line(trial: &Trial, measure: Measure) -> Line {
    let result = trial.result();
    let error = match &trial.state {
        tradebot_backtest::sweep::TrialState::Failed(why) => Some(why.clone()),
        tradebot_backtest::sweep::TrialState::Pending => Some("not run".to_owned()),
        tradebot_backtest::sweep::TrialState::Done(_) => None,
    };
    Line {
        trial: trial.number + 1,
        parameters: shown_id(trial),
        value: result.and_then(|r| measure.of(r)),
        sharpe: result.and_then(|r| r.sharpe),
        cagr: result.and_then(|r| r.cagr),
        max_drawdown: result.map(|r| r.max_drawdown),
        trades: result.map(|r| r.trades),
        error,
    }
}

/// The point as its keys were given.
pub fn shown_id(trial: &Trial) -> String {
    super::vary::shown(&trial.id()).replace(';', ", ")
}

/// Daily returns of all trials that have them, one column each; none without two of one length.
pub fn panel(table: &Table) -> Option<Panel> {
    let columns: Vec<Vec<f64>> =
        table.daily_returns().into_iter().map(|(_, returns)| returns.to_vec()).collect();
    (columns.len() > 1).then(|| Panel::from_columns(&columns).ok())?
}

/// Judges the best of a sweep, attempts on record that are not in it counted too.
pub fn verdict(home: &Path, swept: &Swept) -> Option<PanelVerdict> {
    let panel = panel(&swept.table)?;
    let own = u32::try_from(panel.strategies()).unwrap_or(u32::MAX);
    let uncounted = attempts::count(home).saturating_sub(own);
    let seed = swept.bench.settings().seed;
    advise(&panel, &AdviceConfig { uncounted, seed, ..AdviceConfig::default() }).ok()
}

/// Adds what the ledger of attempts does not know yet: also what a sweep that was killed had kept.
///
/// # Errors
/// When the database cannot be written.
pub fn record(home: &Path, swept: &Swept, kind: TrialKind) -> Result<(), Failure> {
    let at = utc_now();
    let code = Program::this().short();
    let source = swept.file.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into());
    let history = &swept.bench.market().history;
    let data_digest = history.digest(&swept.bench.market().symbols);
    let known = attempts::known(home);
    let mut found = Vec::new();
    for trial in swept.table.trials() {
        let Some(result) = trial.result() else { continue };
        let engine = swept.bench.engine(&trial.parameters)?;
        let config_digest = engine.started().config_digest;
        if known.contains(&(data_digest.clone(), config_digest.clone())) {
            continue;
        }
        let returns = result.daily_returns.as_deref().unwrap_or_default();
        let point: serde_json::Map<String, serde_json::Value> = trial
            .parameters
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_string().into()))
            .collect();
        found.push(Attempt {
            at,
            kind,
            source: source.clone(),
            question: serde_json::json!({ "strategy": swept.bench.strategy(), "varied": point })
                .to_string(),
            digest: swept.bench.came(&config_digest).unwrap_or_else(|| trial.digest.clone()),
            config_digest,
            data_digest: data_digest.clone(),
            code: code.clone(),
            seed: engine.config().seed,
            sessions: returns.len() as u64,
            sharpe: SharpeEstimate::of(returns).map(|estimate| estimate.ratio),
            final_equity: tradebot_domain::Money::from_f64(result.final_equity, 4)?,
        });
    }
    if !found.is_empty() {
        Store::open(home, Mode::Backtest)?.record_trials(&found)?;
    }
    Ok(())
}

/// The page with the heat map of the first two parameters and the verdict beside it.
///
/// # Errors
/// When a figure cannot be drawn.
pub fn page(swept: &Swept, verdict: Option<&PanelVerdict>) -> Result<String, Failure> {
    let space = &swept.varied.space;
    let names = space.names();
    let market = swept.bench.market();
    let description = format!(
        "{} from {} to {}, {} trials",
        market.symbols.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        market.from,
        market.to,
        swept.table.count().done
    );
    let page = Page {
        title: names.iter().map(|name| super::vary::shown(name)).collect::<Vec<_>>().join(", "),
        description,
        metric: metric(swept.measure).to_owned(),
        decimals: 2,
        higher_is_better: true,
        neutral: matches!(swept.measure, Measure::Sharpe | Measure::Calmar).then_some(0.0),
        verdict: shown(verdict),
        ..map(swept)
    };
    Ok(tradebot_report::sweep(&page)?)
}

/// One row where only one parameter is varied; the mean over all others where there are more.
fn map(swept: &Swept) -> Page {
    let space = &swept.varied.space;
    let axes = space.axes();
    let axis = |at: usize| {
        let ladder = &axes[at].ladder;
        let values = (0..ladder.len()).filter_map(|rung| ladder.value(rung));
        SweepAxis {
            name: super::vary::shown(&axes[at].name),
            values: values.map(|value| value.to_string()).collect(),
        }
    };
    let best = swept.table.best(swept.measure).map(|best| best.trial);
    let place = |at: usize| {
        best.and_then(|trial| axes[at].ladder.rung(trial.parameters.get(&axes[at].name)?))
    };
    if axes.len() == 1 {
        let mut row = vec![None; axes[0].ladder.len()];
        for trial in swept.table.trials() {
            let value = trial.result().and_then(|result| swept.measure.of(result));
            let rung = trial.parameters.get(&axes[0].name);
            if let Some(rung) = rung.and_then(|value| axes[0].ladder.rung(value)) {
                row[rung] = value;
            }
        }
        let rows = SweepAxis { name: String::new(), values: vec![String::new()] };
        let best = place(0).map(|column| SweepCell { panel: 0, row: 0, column });
        let panels = vec![SweepPanel { fixed: Vec::new(), cells: vec![row] }];
        return Page { rows, columns: axis(0), panels, best, ..Page::default() };
    }
    let pair = (axes[1].name.as_str(), axes[0].name.as_str());
    let map = swept.table.heat_map(space, pair, swept.measure, Aggregate::Mean);
    let fixed = match map.as_ref().map(|map| map.over.join(", ")) {
        Some(over) if !over.is_empty() => vec![("mean over".to_owned(), over)],
        _ => Vec::new(),
    };
    let cells = map.map(|map| map.cells).unwrap_or_default();
    // A mean over others is no trial, so no cell of such a map is the best one.
    let best = place(0).zip(place(1)).filter(|_| fixed.is_empty()).map(|(row, column)| SweepCell {
        panel: 0,
        row,
        column,
    });
    let panels = vec![SweepPanel { fixed, cells }];
    Page { rows: axis(0), columns: axis(1), panels, best, ..Page::default() }
}

fn shown(verdict: Option<&PanelVerdict>) -> SweepVerdict {
    let Some(verdict) = verdict else {
        let headline = "Fewer than two trials have results: there was no choice to judge.";
        return SweepVerdict { headline: headline.to_owned(), ..SweepVerdict::default() };
    };
    SweepVerdict {
        finding: match verdict.advice {
            Advice::Deploy => SweepFinding::Holds,
            Advice::DoNotDeploy => SweepFinding::DoesNotHold,
            Advice::Undecided => SweepFinding::Undecided,
        },
        headline: verdict.reason.clone(),
        points: Vec::new(),
        trials: verdict.trials.as_ref().map_or(0, |trials| trials.count),
        overfitting: verdict.overfitting,
        deflated_sharpe: verdict.deflated,
        superior_p_value: verdict.superior_p_value,
        out_of_sample: None,
    }
}

/// The name of a measure with its unit.
pub const fn metric(measure: Measure) -> &'static str {
    match measure {
        Measure::FinalEquity => "Final equity",
        Measure::TotalReturn => "Total return",
        Measure::Cagr => "Growth a year",
        Measure::Sharpe => "Sharpe ratio a year",
        Measure::MaxDrawdown => "Deepest drawdown",
        Measure::Calmar => "Calmar ratio",
    }
}
