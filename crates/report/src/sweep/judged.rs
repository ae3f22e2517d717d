//! The verdict on a sweep in words and numbers.

use super::{Sweep, SweepCell, SweepFinding};
use crate::format::{count, number, or_dash, percent};
use crate::markup::{Markup, element, facts};

/// The class that colours a page by its finding.
pub(super) const fn tone(finding: SweepFinding) -> &'static str {
    match finding {
        SweepFinding::Holds => "finding-good",
        SweepFinding::DoesNotHold => "finding-bad",
        SweepFinding::Undecided => "finding-mixed",
    }
}

const fn word(finding: SweepFinding) -> &'static str {
    match finding {
        SweepFinding::Holds => "Holds",
        SweepFinding::DoesNotHold => "Does not hold",
        SweepFinding::Undecided => "Undecided",
    }
}

/// Headline, numbers, sentences.
pub(super) fn body(of: &Sweep) -> Markup {
    let verdict = &of.verdict;
    let headline = if verdict.headline.is_empty() {
        "Whether the best cell holds was not tested: take it for the luckiest, not for the best."
    } else {
        verdict.headline.as_str()
    };
    let word = element("b", &[], format!("{}. ", word(verdict.finding)));
    let mut body = element("p", &[("class", "headline")], word.and(headline));
    body.push(numbers(of));
    let points = verdict.points.iter().map(|p| element("li", &[], p.as_str()));
    if !verdict.points.is_empty() {
        body.push(element("ul", &[("class", "points")], points.collect::<Markup>()));
    }
    body
}

fn numbers(of: &Sweep) -> Markup {
    let verdict = &of.verdict;
    let figure = |v: f64| number(v, of.decimals);
    let best = of.best.and_then(|best| of.value(best));
    let at = of.best.map_or_else(String::new, |best| described(of, best));
    let cards = [
        ("Best in sample", or_dash(best, figure), at),
        (
            "The same out of sample",
            or_dash(verdict.out_of_sample, figure),
            if verdict.out_of_sample.is_some() {
                "on sessions the choice has not seen".to_owned()
            } else {
                "not measured".to_owned()
            },
        ),
        ("Attempts", count(verdict.trials), "that the best one was picked from".to_owned()),
        (
            "Probability of overfitting (PBO)",
            or_dash(verdict.overfitting, |v| percent(v, 0)),
            "above 50 % picking does worse than dice".to_owned(),
        ),
        (
            "Deflated Sharpe ratio (DSR)",
            or_dash(verdict.deflated_sharpe, |v| percent(v, 1)),
            "95 % or more is wanted".to_owned(),
        ),
        (
            "Best of all by chance (p)",
            or_dash(verdict.superior_p_value, |v| number(v, 3)),
            "0.05 or less is wanted".to_owned(),
        ),
    ];
    let cards = cards.into_iter().map(|(name, value, beneath)| {
        let mut inner = element("dt", &[], name).and(element("dd", &[("class", "value")], value));
        if !beneath.is_empty() {
            inner.push(element("dd", &[("class", "beneath")], beneath));
        }
        element("dl", &[("class", "card")], inner)
    });
    element("div", &[("class", "cards few")], cards.collect::<Markup>())
}

/// The settings of a cell: `stop = 2.0; target = 3.0`.
pub(super) fn described(of: &Sweep, at: SweepCell) -> String {
    let fixed = of.panels.get(at.panel).map(|p| p.fixed.as_slice()).unwrap_or_default();
    let axes = [(&of.rows, at.row), (&of.columns, at.column)];
    let varied = axes.into_iter().filter_map(|(axis, place)| {
        let value = axis.values.get(place).filter(|_| !axis.name.is_empty())?;
        Some(format!("{} = {value}", axis.name))
    });
    let fixed = fixed.iter().map(|(name, value)| format!("{name} = {value}"));
    varied.chain(fixed).collect::<Vec<String>>().join("; ")
}

/// What the numbers of the verdict mean.
pub(super) fn glossary() -> Markup {
    facts(
        [
            (
                "In sample",
                "On the history that the setting was chosen by. The best of many cells is flattered \
                 there, even when no setting has any merit.",
            ),
            (
                "Attempts",
                "All settings that were tried on this history, those tried earlier and not shown \
                 included. Each is one more ticket in the lottery.",
            ),
            (
                "Probability of overfitting",
                "History is cut into halves in many ways. It is the share of them in which the best \
                 setting of one half is below the median on the other.",
            ),
            (
                "Deflated Sharpe ratio",
                "The probability that the true Sharpe ratio of the best setting is above what the \
                 best of as many settings without merit would show.",
            ),
            (
                "Best of all by chance",
                "How often resampled histories in which no setting has merit show a best one at \
                 least as good (test for superior predictive ability).",
            ),
            (
                "A map to trust",
                "Neighbouring cells look alike and the best one stands on a broad hill. A single \
                 bright cell among pale ones is what luck looks like.",
            ),
        ]
        .map(|(term, meaning)| (term.into(), meaning.into())),
    )
}
