//! Refits of learned members, with the cards of the last ones.

use tradebot_domain::MemberId;
use tradebot_journal::FitRecord;

use super::Subject;
use crate::format::{count, listed, percent, short, words as in_words};
use crate::markup::{Markup, details, element, facts, note};
use crate::table::{Table, figure, words};

/// Refits shown one by one.
const SHOWN: usize = 60;

pub(super) fn body(of: Subject<'_>) -> Markup {
    let fits = &of.result.fits;
    if fits.is_empty() {
        return element("p", &[("class", "none")], "No member was refitted.");
    }
    let mut summary = Table::new(
        "Learned members",
        vec![
            words("Member"),
            figure("Refits"),
            words("First"),
            words("Last"),
            figure("Examples of the last"),
            figure("Wins among them"),
        ],
    );
    let mut cards = Markup::default();
    for (member, own) in by_member(fits) {
        let (Some(first), Some(last)) = (own.first(), own.last()) else { continue };
        summary.row(vec![
            words(in_words(member.as_str())),
            figure(count(own.len())),
            words(first.session.to_string()),
            words(last.session.to_string()),
            figure(count(last.examples)),
            figure(percent(last.base_rate, 1)),
        ]);
        let title = format!("Card of {}, fitted on {}", in_words(member.as_str()), last.session);
        cards.push(details(title, card(&last.card)));
    }
    Markup::from(summary)
        .and(cards)
        .and(one_by_one(fits))
        .and(note("A refit uses only examples whose outcome was known by then."))
}

/// A card as names and values where every line is one (name, two spaces or more, value), else as
/// it is written.
fn card(text: &str) -> Markup {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let pairs: Option<Vec<(Markup, Markup)>> = lines
        .iter()
        .map(|line| {
            let (name, value) = line.split_once("  ")?;
            let proper = !name.trim().is_empty() && !value.trim().is_empty();
            proper.then(|| (name.trim().into(), value.trim().into()))
        })
        .collect();
    match pairs {
        Some(pairs) if !pairs.is_empty() => facts(pairs),
        _ => element("pre", &[("tabindex", "0")], text),
    }
}

/// Refits of each member, members in order of their first refit.
fn by_member(fits: &[FitRecord]) -> Vec<(MemberId, Vec<&FitRecord>)> {
    let mut groups: Vec<(MemberId, Vec<&FitRecord>)> = Vec::new();
    for fit in fits {
        match groups.iter_mut().find(|(member, _)| *member == fit.member) {
            Some((_, own)) => own.push(fit),
            None => groups.push((fit.member, vec![fit])),
        }
    }
    groups
}

fn one_by_one(fits: &[FitRecord]) -> Markup {
    let last = &fits[fits.len().saturating_sub(SHOWN)..];
    let title = listed(last.len(), fits.len(), "refit", "refits");
    let mut table = Table::new(
        title.clone() + ", the latest first",
        vec![
            words("Session"),
            words("Member"),
            figure("Examples"),
            words("From"),
            words("To"),
            figure("Wins"),
            words("Training digest"),
            words("Model digest"),
        ],
    );
    for fit in last.iter().rev() {
        table.row(vec![
            words(fit.session.to_string()),
            words(in_words(fit.member.as_str())),
            figure(count(fit.examples)),
            words(fit.first_example.to_string()),
            words(fit.last_example.to_string()),
            figure(percent(fit.base_rate, 1)),
            words(element("code", &[], short(&fit.training_digest))),
            words(element("code", &[], short(&fit.model_digest))),
        ]);
    }
    details(title, table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_of_names_and_values_is_a_list_and_any_other_stays_as_it_is() {
        let list = card("member     forest\nwhat it is  trees & more\n").into_string();
        assert!(list.starts_with("<dl ") && list.contains("<dd>trees &amp; more</dd>"), "{list}");
        for other in ["", "one line", "member  forest\na sentence", "  \n", "  value"] {
            assert!(card(other).into_string().starts_with("<pre "), "{other:?}");
        }
    }
}
