//! How soon an operator forgets that it did not see the past: declared, searched for, printed.

use tradebot_domain::Bar;
use tradebot_features::operators::EwmaVolatility;
use tradebot_features::operators::memory::SETTLED;

use crate::operator::{Answer, Kind};
use crate::series::all;

/// A declaration is too careful when it is this many times what the search finds.
const CAREFUL: f64 = 1.5;

/// A series and what an operator that saw all of it says.
struct Seen<'a> {
    bars: &'a [Bar],
    answers: Vec<Answer>,
    /// Root mean square of each number in the answers.
    typical: Vec<f64>,
}

impl<'a> Seen<'a> {
    fn new(kind: Kind, bars: &'a [Bar]) -> Self {
        let answers = kind.answers(bars);
        let known: Vec<&Vec<f64>> = answers.iter().flatten().collect();
        let square = |i: usize| known.iter().map(|x| x[i] * x[i]).sum::<f64>() / known.len() as f64;
        let typical = (0..known[0].len()).map(|i| square(i).sqrt()).collect();
        Self { bars, answers, typical }
    }

    /// The first bar, counted from 1, from which on an instance that starts at `start` says the
    /// same. Differences are shares of the value or, where a value happens to be near zero, of the
    /// typical one.
    fn settled_with(&self, kind: Kind, start: usize, horizon: usize) -> usize {
        let mut fresh = kind.start();
        let end = self.bars.len().min(start + horizon);
        let rows = self.bars[start..end].iter().zip(&self.answers[start..end]);
        let mut last_different = 0;
        for (i, (bar, long)) in rows.enumerate() {
            if !fresh.update(bar).zip(long.as_ref()).is_some_and(|(f, l)| self.is_same(&f, l)) {
                last_different = i + 1;
            }
        }
        last_different + 1
    }

    fn is_same(&self, fresh: &[f64], long: &[f64]) -> bool {
        let rows = fresh.iter().zip(long).zip(&self.typical);
        rows.into_iter().all(|((f, l), t)| (f - l).abs() <= SETTLED * l.abs().max(*t))
    }
}

/// Where to start: all over the series, and in the month before each of its greatest shocks, which
/// a seed of a few days takes for the ordinary.
fn starts(bars: &[Bar], horizon: usize) -> Vec<usize> {
    let range = 300..bars.len() - horizon.min(bars.len() / 2);
    let shock = |i: &usize| (bars[*i].close / bars[*i - 1].close).ln().abs();
    let mut by_shock: Vec<usize> = range.clone().collect();
    by_shock.sort_by(|a, b| shock(b).total_cmp(&shock(a)));
    let near_shocks = by_shock.iter().take(6).flat_map(|at| at - 30..at + 1);
    range.clone().step_by(83).chain(near_shocks.filter(|start| range.contains(start))).collect()
}

/// The most bars that any start on any series needs.
fn search(kind: Kind, series: &[(&str, Vec<Bar>)]) -> usize {
    let horizon = 2 * kind.start().settling + 10;
    let most = |(_, bars): &(&str, Vec<Bar>)| {
        let seen = Seen::new(kind, bars);
        starts(bars, horizon).into_iter().map(|start| seen.settled_with(kind, start, horizon)).max()
    };
    series.iter().filter_map(most).max().unwrap()
}

/// Operator, bars declared, bars found.
type Finding = (Kind, usize, usize);

fn findings(kinds: Vec<Kind>) -> Vec<Finding> {
    let series = all();
    kinds.into_iter().map(|kind| (kind, kind.start().settling, search(kind, &series))).collect()
}

fn is_wrong(&(_, declared, found): &Finding) -> bool {
    declared < found || declared as f64 > CAREFUL * found as f64
}

#[test]
fn every_operator_settles_with_the_bar_it_declares_and_not_long_before() {
    let findings = findings(Kind::usual());
    println!("operator, declared, found: {findings:?}");
    assert_eq!(findings.into_iter().filter(is_wrong).collect::<Vec<_>>(), []);
}

#[test]
fn other_parameters_settle_with_the_bar_they_declare_and_not_long_before() {
    let findings = findings(Kind::other_parameters());
    println!("operator, declared, found: {findings:?}");
    assert_eq!(findings.into_iter().filter(is_wrong).collect::<Vec<_>>(), []);
}

#[test]
fn the_table_on_the_page_of_operators_is_what_they_declare() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/operators.rs"));
    let written: Vec<&str> = page.lines().filter(|line| line.starts_with("//! | `")).collect();
    let row = |kind: &Kind| {
        let running = kind.start();
        format!("//! | `{kind:?}` | {} | {} |", running.warm_up + 1, running.settling)
    };
    let declared: Vec<String> = Kind::usual().iter().map(row).collect();
    assert_eq!(written, declared, "the table should be\n{}", declared.join("\n"));
}

#[test]
fn a_mean_that_never_fades_never_settles() {
    assert_eq!(EwmaVolatility::new(1.0).settling(), usize::MAX);
}
