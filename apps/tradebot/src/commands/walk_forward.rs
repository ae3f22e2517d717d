//! `tradebot walk-forward`: what choosing the best settings would have earned on what came after.
//!
//! Every trial runs once over the whole history; what it did up to a session depends on nothing that
//! came later, so its returns can be cut anywhere. Before each test stretch the trial that was best
//! so far is chosen, and its returns on the stretch are what the choice earned.

use serde::Serialize;
use tradebot_backtest::performance::{Performance, performance};
use tradebot_backtest::splits::{Combinatorial, PathSharpes, Purging, Split, WalkForward, Window};
use tradebot_backtest::sweep::{Measure, Trial, TrialResult};
use tradebot_domain::Date;
use tradebot_storage::TrialKind;

use super::Context;
use super::sweep::stopped;
use crate::cli::{Learning, WalkForwardArgs};
use crate::exit::Failure;
use crate::output::{self, number, text};
use crate::sweeping::{self, Swept, judged};

/// Folds of the combinatorial check, and how many of them each split tests.
const FOLDS: (usize, usize) = (6, 2);

/// One refit of the choice.
#[derive(Debug, Clone, Serialize)]
struct Step {
    /// First and last session that the choice was made on.
    learned_from: Date,
    learned_to: Date,
    /// First and last session that it was tested on.
    tested_from: Date,
    tested_to: Date,
    /// What was chosen.
    chosen: String,
    /// The measure on what it was chosen by, and on what came after.
    in_sample: Option<f64>,
    out_of_sample: Option<f64>,
    /// Total return of the test.
    total_return: Option<f64>,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer {
    trials: usize,
    measure: Measure,
    purge: usize,
    embargo: usize,
    /// A purge shorter than positions may be open: figures are too good.
    leaks: bool,
    steps: Vec<Step>,
    /// All tests one after the other.
    out_of_sample: Performance,
    /// The trial that is best on the same sessions, known only afterwards.
    in_hindsight: Performance,
    /// The mean of all trials on the same sessions.
    without_choice: Performance,
    /// Sharpe ratios along the paths of the combinatorial check; none with too few sessions.
    paths: Option<PathSharpes>,
}

/// Runs what is missing of the sweep, chooses step by step, and prints what that earned.
///
/// # Errors
/// As [`sweeping::run`]; a usage failure for a purge shorter than the longest holding time, or
/// stretches that do not fit the history.
pub fn run(context: &Context, args: &WalkForwardArgs) -> Result<(), Failure> {
    let loaded = context.settings((&args.sweep.backtest).into())?;
    let swept = sweeping::run(&context.home, &loaded.settings, &args.sweep, context.global.quiet)?;
    judged::record(&context.home, &swept, TrialKind::WalkForward)?;
    stopped(&swept)?;
    let answer = walk(&swept, args)?;
    if args.sweep.backtest.replay.json {
        return output::json(&answer);
    }
    print(&answer)
}

fn walk(swept: &Swept, args: &WalkForwardArgs) -> Result<Answer, Failure> {
    let trials = swept.table.daily_returns();
    let Some(rows) = trials.first().map(|(_, returns)| returns.len()) else {
        return Err(Failure::work("no trial has a result"));
    };
    let sessions = swept.bench.sessions()?;
    let horizon = swept.bench.longest_holding(&swept.varied.space);
    let purge = args.purge.unwrap_or(horizon);
    let (purging, leaks) = purging(args, purge, horizon)?;
    let window = match args.learn {
        Learning::Expanding => Window::Expanding,
        Learning::Rolling => Window::Rolling(args.first),
    };
    let splits = WalkForward::every(rows, args.first, args.every, window, purging.clone())
        .map_err(|e| Failure::usage(format!("{e}; there are {rows} sessions with a return")))?;
    // A return belongs to the session after the one before it.
    let date = |row: usize| sessions[row + 1];
    let (mut steps, mut earned, mut tested) = (Vec::new(), Vec::new(), Vec::new());
    for split in splits {
        let best = best(&trials, &split, swept.measure);
        let after = of(best.1, &split.test_rows().collect::<Vec<_>>());
        let figures = TrialResult::of_returns(1.0, &after, 0, 0);
        steps.push(Step {
            learned_from: date(split.train[0].start),
            learned_to: date(split.train[split.train.len() - 1].end - 1),
            tested_from: date(split.test[0].start),
            tested_to: date(split.test[split.test.len() - 1].end - 1),
            chosen: judged::shown_id(best.0),
            in_sample: best.2,
            out_of_sample: swept.measure.of(&figures),
            total_return: performance(&after).total_return,
        });
        tested.extend(split.test_rows());
        earned.extend(after);
    }
    let on_the_same = |returns: &[f64]| of(returns, &tested);
    let measured = |returns: &[f64]| {
        swept.measure.of(&TrialResult::of_returns(1.0, &on_the_same(returns), 0, 0))
    };
    let hindsight = trials
        .iter()
        .max_by(|a, b| ranked(measured(a.1)).total_cmp(&ranked(measured(b.1))))
        .map(|(_, returns)| on_the_same(returns))
        .unwrap_or_default();
    let mean = |row: &usize| {
        trials.iter().map(|(_, returns)| returns[*row]).sum::<f64>() / trials.len() as f64
    };
    Ok(Answer {
        trials: trials.len(),
        measure: swept.measure,
        purge,
        embargo: args.embargo,
        leaks,
        steps,
        out_of_sample: performance(&earned),
        in_hindsight: performance(&hindsight),
        without_choice: performance(&tested.iter().map(mean).collect::<Vec<_>>()),
        paths: paths(&trials, rows, purging, swept.measure),
    })
}

fn purging(
    args: &WalkForwardArgs,
    purge: usize,
    horizon: usize,
) -> Result<(Purging, bool), Failure> {
    if args.let_it_leak {
        return Ok((Purging::leaking(purge, args.embargo), purge < horizon));
    }
    let purging = Purging::rows(purge, args.embargo, horizon).map_err(|e| {
        Failure::usage(format!(
            "--purge {purge}: {e}, the longest that a position may be open; leave --purge out, or \
             say --let-it-leak to see what a leak does"
        ))
    })?;
    Ok((purging, false))
}

type Series<'a> = (&'a Trial, &'a [f64]);

/// The trial that is best on what is learned from, its returns, and its figure there.
fn best<'a>(
    trials: &[Series<'a>],
    split: &Split,
    measure: Measure,
) -> (&'a Trial, &'a [f64], Option<f64>) {
    let rows: Vec<usize> = split.train_rows().collect();
    let figure =
        |returns: &[f64]| measure.of(&TrialResult::of_returns(1.0, &of(returns, &rows), 0, 0));
    let mut best: Option<(&Trial, &[f64], Option<f64>)> = None;
    for (trial, returns) in trials {
        let value = figure(returns);
        // The first of several that are equally good.
        if best.is_none_or(|(_, _, so_far)| ranked(value) > ranked(so_far)) {
            best = Some((trial, returns, value));
        }
    }
    best.expect("there is a trial: its returns were counted")
}

fn ranked(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NEG_INFINITY)
}

fn of(returns: &[f64], rows: &[usize]) -> Vec<f64> {
    rows.iter().map(|row| returns[*row]).collect()
}

/// The choice made on every combination of folds, along every path through all of history.
fn paths(
    trials: &[Series<'_>],
    rows: usize,
    purging: Purging,
    measure: Measure,
) -> Option<PathSharpes> {
    let splits = Combinatorial::new(rows, FOLDS.0, FOLDS.1, purging).ok()?;
    let results: Vec<Vec<f64>> = splits
        .iter()
        .map(|split| of(best(trials, &split, measure).1, &split.test_rows().collect::<Vec<_>>()))
        .collect();
    Some(PathSharpes::of(&splits.along_paths(&results).ok()?))
}

fn print(answer: &Answer) -> Result<(), Failure> {
    let columns = [
        text("learned to"),
        text("tested from"),
        text("to"),
        text("chosen"),
        number("in sample"),
        number("after"),
        number("return"),
    ];
    let plain = |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.2}"));
    let share =
        |value: Option<f64>| value.map_or_else(String::new, |v| format!("{:.1} %", 100.0 * v));
    let cells = |step: &Step| {
        vec![
            step.learned_to.to_string(),
            step.tested_from.to_string(),
            step.tested_to.to_string(),
            step.chosen.clone(),
            plain(step.in_sample),
            plain(step.out_of_sample),
            share(step.total_return),
        ]
    };
    output::records(crate::cli::Format::default(), &columns, &answer.steps, cells, "no step")?;
    let line = |name: &str, p: &Performance| {
        format!(
            "{name:<28}Sharpe ratio {:>6}, {:>8} a year, deepest drawdown {:>8}",
            plain(p.sharpe),
            share(p.cagr),
            share(p.max_drawdown)
        )
    };
    output::line(&format!(
        "\n{}\n{}\n{}",
        line("chosen before, tested after", &answer.out_of_sample),
        line("best in hindsight", &answer.in_hindsight),
        line("mean of all, no choice", &answer.without_choice)
    ))?;
    if let Some(paths) = &answer.paths {
        output::line(&format!(
            "Combinatorial check, {} paths: Sharpe ratio {} in the middle, {} at the least, {} of \
             paths did not earn anything.",
            paths.ratios.len(),
            plain(paths.median),
            plain(paths.least),
            share(paths.share_not_above_zero)
        ))?;
    }
    let caution = if answer.leaks {
        "THE PURGE IS SHORTER THAN POSITIONS MAY BE OPEN: these figures are too good."
    } else {
        "Nothing that was chosen had seen what it was tested on."
    };
    output::line(&format!(
        "Purge {} sessions, embargo {}, {} trials. {caution}",
        answer.purge, answer.embargo, answer.trials
    ))
}
