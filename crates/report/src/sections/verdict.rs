//! The verdict in plain words.

use tradebot_backtest::Finding;

use super::Subject;
use crate::format::counted;
use crate::markup::{Markup, details, element};

/// Points that stand open; the rest are a click away.
const POINTS_OPEN: usize = 5;

/// The class that colours a page by its finding.
pub(crate) const fn tone(finding: Finding) -> &'static str {
    match finding {
        Finding::Skill => "finding-good",
        Finding::Loss => "finding-bad",
        Finding::GainWithoutSkill | Finding::CouldBeLuck => "finding-mixed",
        Finding::NothingToJudge | Finding::TooShort => "finding-open",
    }
}

pub(super) fn body(of: Subject<'_>) -> Markup {
    let verdict = &of.assessment.verdict;
    let headline = element("p", &[("class", "headline")], kept_together(&verdict.headline));
    let (open, more) = verdict.points.split_at(verdict.points.len().min(POINTS_OPEN));
    let mut body = headline.and(list(open));
    if !more.is_empty() {
        body.push(details(counted(more.len(), "more point", "more points"), list(more)));
    }
    body
}

/// A number and its sign of per cent on one line.
fn kept_together(text: &str) -> String {
    text.replace(" %", "\u{202f}%")
}

fn list(points: &[String]) -> Markup {
    if points.is_empty() {
        return Markup::default();
    }
    let items = points.iter().map(|point| element("li", &[], kept_together(point)));
    element("ul", &[("class", "points")], items.collect::<Markup>())
}
