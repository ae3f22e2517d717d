//! Whether the runs differ by more than chance.

use super::none;
use super::side::{Compared, Side, paired_returns};
use crate::format::{UNDEFINED, count, interval, number, or_dash, percent, signed, signed_percent};
use crate::markup::{Markup, element, note};
use crate::measure::paired::{Paired, paired};
use crate::table::{Cell, Table, figure, words};

pub(super) fn body(of: &Compared<'_>) -> Markup {
    let Some((one, others)) = of.pairs() else {
        return none("Fewer than two runs: nothing to tell apart.");
    };
    if of.window.is_none() {
        return none(
            "The runs have no two sessions in common: what differs between them cannot be told \
             from what differs between their times.",
        );
    }
    let seed = one.run.started.seed;
    let tests: Vec<(&Side<'_>, Option<Paired>)> = others
        .iter()
        .map(|other| {
            let (ours, theirs) = paired_returns(one, other);
            (other, paired(&ours, &theirs, seed))
        })
        .collect();
    let sentences = tests.iter().map(|(other, test)| {
        element("p", &[("class", "headline")], sentence(one, other, test.as_ref()))
    });
    let sentences: Markup = sentences.collect();
    sentences.and(table(one, &tests)).and(note(
        "Differences are of returns in the same sessions, drawn anew in pairs and in stretches \
         (stationary bootstrap), so that what moved both runs does not count. Ranges hold 90 %; one \
         on both sides of zero means that the sign is not known. Returns are per cent of \
         equity a year, not compounded. The more runs are laid beside each other, the likelier one of them \
         stands out by chance alone.",
    ))
}

fn sentence(one: &Side<'_>, other: &Side<'_>, test: Option<&Paired>) -> String {
    let (a, b) = (&one.letter, &other.letter);
    let Some(test) = test else {
        return format!("{a} and {b} have no returns in common sessions.");
    };
    let Some(range) = test.mean_interval else {
        let equal = test.mean == 0.0 && test.share_ahead.is_none() && test.sessions >= 20;
        return if equal {
            format!("{a} and {b} earned the same in every session.")
        } else {
            format!("Too few sessions, or none that differ, to tell {a} and {b} apart.")
        };
    };
    if range.contains(0.0) {
        return format!("Which of {a} and {b} earns more cannot be told from chance.");
    }
    let (more, less) = if range.lo > 0.0 { (b, a) } else { (a, b) };
    format!("{more} earned more than {less}, by more than chance explains.")
}

fn table(one: &Side<'_>, tests: &[(&Side<'_>, Option<Paired>)]) -> Markup {
    let mut table = Table::new(
        format!("Each run less {}, on the same sessions", one.letter),
        vec![
            words("Run"),
            figure("Sessions"),
            figure("Return a year"),
            figure("90 % range"),
            figure("Ahead in"),
            figure("Sharpe ratio"),
            figure("90 % range"),
        ],
    );
    for (other, test) in tests {
        let mut cells = vec![words(format!("{} − {}", other.letter, one.letter))];
        cells.extend(test.as_ref().map_or_else(undefined, figures));
        table.row(cells);
    }
    table.into()
}

fn undefined() -> Vec<Cell> {
    (0..6).map(|_| figure(UNDEFINED)).collect()
}

fn figures(test: &Paired) -> Vec<Cell> {
    vec![
        figure(count(test.sessions)),
        figure(signed_percent(test.mean, 2)).toned(test.mean),
        figure(or_dash(test.mean_interval, |i| interval(i, |v| signed(v * 100.0, 2)))),
        figure(or_dash(test.share_ahead, |v| format!("{} of replicates", percent(v, 0)))),
        figure(or_dash(test.sharpe, |v| signed(v, 2))),
        figure(or_dash(test.sharpe_interval, |i| interval(i, |v| number(v, 2)))),
    ]
}
