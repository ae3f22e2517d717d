//! The reasons behind a verdict, one function per subject.

use tradebot_journal::SizeBasis;

use super::words::{amount, chance, count, number, percent, span, years};
use super::{CLOSES_MIN, TRADES_MIN, is_skilled};
use crate::assess::Assessment;
use crate::performance::SESSIONS_PER_YEAR;
use crate::result::RunResult;
use crate::summary::Interval;

/// All points that there is something to say about, the weightiest first.
pub(super) fn all(of: &Assessment, result: &RunResult) -> Vec<String> {
    [
        state(of, result),
        length(of),
        growth(of),
        sharpe(of),
        attempts(of),
        Some(skill(of)),
        accuracy(of),
        members(of),
        bases(of, result),
        trades(of),
        costs(of, result),
        drawdown(of),
        benchmark(of),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn state(of: &Assessment, result: &RunResult) -> Option<String> {
    let mut says = Vec::new();
    if !of.finished {
        let until = of.span.map_or_else(|| "nothing so far".to_owned(), |(_, to)| to.to_string());
        says.push(format!("The run is not finished; what is judged ends with {until}."));
    }
    if let Some(origin) = &result.started.warm_start {
        says.push(format!("It began with what run {origin} had learned."));
    }
    (!says.is_empty()).then(|| says.join(" "))
}

fn length(of: &Assessment) -> Option<String> {
    let (closes, trades) = (of.activity.sessions, of.trades.all.trades);
    ((closes as f64) < CLOSES_MIN || trades < TRADES_MIN).then(|| {
        format!(
            "{} and {} are few: under {CLOSES_MIN:.0} sessions or {TRADES_MIN} trades no verdict \
             on luck is given.",
            count(closes, "session", "sessions"),
            count(trades, "closed trade", "closed trades"),
        )
    })
}

fn growth(of: &Assessment) -> Option<String> {
    let total = of.performance.total_return?;
    let a_year = of.performance.cagr.filter(|_| of.years >= 1.0).map_or_else(String::new, |cagr| {
        let interval = of.intervals.as_ref().and_then(|i| i.cagr);
        format!(", {} a year{}", percent(cagr), within(interval, percent))
    });
    let losing = of.intervals.as_ref().map_or_else(String::new, |intervals| {
        let share = percent(intervals.share_losing);
        format!("; {share} of the resampled histories lost money")
    });
    Some(format!("Equity changed by {} in {}{a_year}{losing}.", percent(total), years(of.years)))
}

fn sharpe(of: &Assessment) -> Option<String> {
    let sharpe = of.sharpe.as_ref()?;
    let interval = within(of.intervals.as_ref().and_then(|i| i.sharpe), number);
    let probable = sharpe.probabilistic.map_or_else(String::new, |p| {
        format!(" The probability that the true ratio is above 0 is {}.", chance(p))
    });
    let needed = match sharpe.minimum_track_record {
        Some(sessions) => format!(
            " To know that at 95 % takes {} at this ratio; there are {}.",
            years(sessions / SESSIONS_PER_YEAR),
            years(of.years),
        ),
        None => String::new(),
    };
    Some(format!("Sharpe ratio {} a year{interval}.{probable}{needed}", number(sharpe.annual)))
}

/// Only a gain can be the best of many.
fn attempts(of: &Assessment) -> Option<String> {
    let sharpe = of.sharpe.as_ref().filter(|s| s.annual > 0.0)?;
    let deflated = |trials: u32| {
        sharpe.deflated_if.iter().find(|d| d.trials == trials).and_then(|d| d.probability)
    };
    let hundred = chance(deflated(100)?);
    Some(if of.config.trials == 1 {
        format!(
            "It is judged as the only attempt on this history. Were it the best of 100, the \
             probability of a merit beyond theirs would be {hundred}: variants that were tried \
             and not counted make it look better than it is."
        )
    } else {
        format!(
            "As the best of {} attempts on this history, the probability of a merit beyond theirs \
             is {} (the best without any merit is expected to show {}).",
            of.config.trials,
            chance(sharpe.deflated.probability?),
            number(sharpe.deflated.benchmark_annual),
        )
    })
}

fn skill(of: &Assessment) -> String {
    let Some(consensus) = &of.skill.consensus else {
        return "No forecast has an outcome yet: nothing is known of skill.".to_owned();
    };
    let score = consensus.brier_skill.map_or_else(|| "not defined".to_owned(), percent);
    let interval = within(consensus.brier_skill_interval, percent);
    let meaning = match consensus.brier_skill_interval {
        None => "too few sessions to say more",
        Some(_) if is_skilled(of) => "the forecasts knew more than the base rate",
        Some(i) if i.lo > 0.0 && !consensus.shown => "good, but on too few sessions to count",
        Some(i) if i.lo > 0.0 => {
            "better than the base rate here, but the test that sizes depend on does not agree, so \
             no skill is claimed"
        }
        Some(i) if i.hi < 0.0 => "the forecasts were worse than the base rate",
        Some(_) => "no skill is shown",
    };
    format!(
        "Brier skill of the consensus against the base rate of its row: {score}{interval}; \
         {meaning}."
    )
}

fn accuracy(of: &Assessment) -> Option<String> {
    let consensus = of.skill.consensus.as_ref()?;
    Some(format!(
        "The consensus was on the right side of one half in {}{} of outcomes weighed by \
         uniqueness ({} worth {:.0}); always saying the more frequent outcome would have been \
         right in {}.",
        percent(consensus.accuracy),
        within(consensus.accuracy_interval, percent),
        count(consensus.forecasts, "outcome", "outcomes"),
        consensus.effective,
        percent(consensus.majority),
    ))
}

/// With several members, one in twenty looks skilled by chance.
fn members(of: &Assessment) -> Option<String> {
    let all = &of.skill.members;
    let shown: Vec<&str> = all.iter().filter(|m| m.shown).map(|m| m.name.as_str()).collect();
    if all.is_empty() {
        return None;
    }
    if shown.is_empty() {
        return Some(format!(
            "Of {} none has an interval of skill above 0 on enough sessions.",
            count(all.len(), "member", "members")
        ));
    }
    Some(format!(
        "Of {}, {} with an interval of skill above 0: {}. One in twenty would be by chance.",
        count(all.len(), "member", "members"),
        count(shown.len(), "stands", "stand"),
        shown.join(", "),
    ))
}

fn bases(of: &Assessment, result: &RunResult) -> Option<String> {
    let of_basis = |basis: SizeBasis, how: &str| {
        let (trades, net) = of.trades.by_basis.get(&basis).map_or((0, 0.0), |s| (s.trades, s.net));
        format!("{trades} {how} ({})", amount(net))
    };
    (of.trades.all.trades > 0).then(|| {
        format!(
            "Of {}, {}, {} and {}; net results in {}.",
            count(of.trades.all.trades, "closed trade", "closed trades"),
            of_basis(SizeBasis::Skill, "earned their size by skill"),
            of_basis(SizeBasis::Drift, "by the base rate of the row alone"),
            of_basis(SizeBasis::Explore, "only explored at a small fixed risk"),
            result.started.currency,
        )
    })
}

fn trades(of: &Assessment) -> Option<String> {
    let all = &of.trades.all;
    let expectancy = all.expectancy?;
    let t = all.sqn_uncapped.map_or_else(String::new, |t| {
        let small = if t.abs() < 2.0 { ", which chance explains" } else { "" };
        format!(" (t = {}{small}; overlapping trades make it look larger)", number(t))
    });
    let rate = all.win_rate.map_or_else(String::new, |r| format!(", {} won", percent(r)));
    let factor =
        all.profit_factor.map_or_else(String::new, |f| format!(", profit factor {}", number(f)));
    Some(format!("A trade made {} R on average{t}{rate}{factor}.", number(expectancy)))
}

fn costs(of: &Assessment, result: &RunResult) -> Option<String> {
    let costs = &of.costs;
    let paid = format!("{:.0} {}", costs.costs, result.started.currency);
    match (costs.share, costs.bearable_multiple) {
        (Some(share), Some(multiple)) if share < 1.0 => Some(format!(
            "Costs took {paid}, {} of the profit before costs; the same trades would have paid \
             for {} times the costs.",
            percent(share),
            number(multiple),
        )),
        (Some(_), _) => Some(format!("Costs took {paid}: more than the profit before them.")),
        (None, Some(_)) => {
            Some(format!("Costs took {paid}, and the trades lost money even before them."))
        }
        (None, None) => None,
    }
}

fn drawdown(of: &Assessment) -> Option<String> {
    let deepest = of.drawdown.deepest?;
    let beside = if deepest < of.drawdown.limit { "within" } else { "beyond" };
    let stops = match of.drawdown.stops {
        0 => String::new(),
        n => format!(" It stopped the account {}.", count(n, "time", "times")),
    };
    let worse = of.intervals.as_ref().and_then(|i| i.max_drawdown).map_or_else(String::new, |i| {
        format!(" One resampled history in twenty went {} deep or deeper.", percent(-i.lo))
    });
    Some(format!(
        "Deepest drawdown {}, {beside} the limit of {}.{stops}{worse}",
        percent(deepest),
        percent(of.drawdown.limit),
    ))
}

fn benchmark(of: &Assessment) -> Option<String> {
    let beside = of.benchmark.as_ref()?;
    let held = &beside.held;
    let (cagr, sharpe) = held.cagr.zip(held.sharpe)?;
    let same = beside.at_same_volatility.and_then(|same| same.cagr).zip(of.performance.cagr).map_or_else(
        String::new,
        |(same, run)| format!(
            " Held with only as much money as gives the run's volatility it made {} a year, the run {}.",
            percent(same),
            percent(run),
        ),
    );
    let ahead = of.intervals.as_ref().and_then(|i| i.sharpe_over_benchmark);
    let meaning = ahead.map_or_else(String::new, |interval| {
        let which = match interval {
            i if i.lo > 0.0 => "the run did better for its risk",
            i if i.hi < 0.0 => "holding did better for its risk",
            _ => "which of them is better for its risk cannot be told",
        };
        format!(" Difference of Sharpe ratios 90 % {}: {which}.", span(interval, number))
    });
    Some(format!(
        "Buying and holding the same symbols made {} a year at a Sharpe ratio of {} and a \
         drawdown of {}.{same}{meaning} Symbols chosen with hindsight flatter both.",
        percent(cagr),
        number(sharpe),
        percent(held.max_drawdown.unwrap_or_default().abs()),
    ))
}

/// ` (90 % interval a to b)`, or nothing.
fn within(interval: Option<Interval>, word: impl Fn(f64) -> String) -> String {
    interval.map_or_else(String::new, |i| format!(" (90 % interval {})", span(i, word)))
}
