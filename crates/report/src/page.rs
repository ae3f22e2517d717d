//! The frame of a page: head, title, contents, sections, footer; and the page of a run in it.

use tradebot_backtest::{Assessment, RunResult};

use crate::format::counted;
use crate::markup::{Markup, element};
use crate::sections::{self, Section, Subject, tone};
use crate::{ReportError, STYLE};

/// Nothing may be loaded and nothing may run, whatever stands in the page.
const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\" \
                      content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

/// Symbols named under the title.
const SYMBOLS_SHOWN: usize = 12;

/// What stands at the foot of every page.
const CAUTION: &str =
    "Simulated and past results say little about future ones. Nothing here is advice.";

/// A page of any kind.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// Names the page outside of it.
    pub(crate) title: String,
    /// Its first heading.
    pub(crate) heading: String,
    /// Under it: what the page is about.
    pub(crate) lead: Markup,
    /// The class that colours it by what was found.
    pub(crate) tone: &'static str,
    /// What is read first; a keyboard can skip to it.
    pub(crate) first: (&'static str, &'static str),
    /// The sections in order.
    pub(crate) sections: Vec<Section>,
    /// At the foot, before the caution; may be empty.
    pub(crate) foot: String,
}

impl Page {
    /// The whole document.
    pub(crate) fn into_html(self) -> String {
        let contents = contents(&self.sections);
        let main: Markup = self.sections.into_iter().map(section).collect();
        let skip = element("a", &[("class", "skip"), ("href", self.first.0)], self.first.1);
        let frame = element("main", &[("id", "top")], main);
        let header = element("header", &[], element("h1", &[], self.heading).and(self.lead));
        let body = element("body", &[("class", self.tone)], {
            let framed = element("div", &[("class", "frame")], contents.and(frame));
            skip.and(header).and(framed).and(footer(self.foot))
        });
        let html = element("html", &[("lang", "en")], head(&self.title).and(body));
        format!("<!DOCTYPE html>\n{}", html.into_string())
    }
}

/// The page of a run.
pub(crate) fn page(result: &RunResult, assessment: &Assessment) -> Result<String, ReportError> {
    let of = Subject { result, assessment };
    let page = Page {
        title: format!("{} · tradebot report", result.run_id),
        heading: heading(result),
        lead: lead(of),
        tone: tone(assessment.verdict.finding),
        first: ("#verdict", "Skip to the verdict"),
        sections: sections::all(of)?,
        foot: result.finished.as_ref().map_or_else(
            || "The run has no digest: it has not ended.".to_owned(),
            |finished| format!("Digest of the run: {}", finished.digest),
        ),
    };
    Ok(page.into_html())
}

/// The run's name, and that its market was made up where it was.
fn heading(result: &RunResult) -> String {
    let made_up = if result.started.is_synthetic() { ", SYNTHETIC market" } else { "" };
    format!("Run {}{made_up}", result.run_id)
}

fn head(title: &str) -> Markup {
    let meta = |html| Markup::literal(html);
    element(
        "head",
        &[],
        meta("<meta charset=\"utf-8\">\n")
            .and(meta("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"))
            .and(meta("<meta name=\"color-scheme\" content=\"light dark\">\n"))
            .and(meta(POLICY))
            .and(element("title", &[], title))
            .and(element("style", &[], Markup::literal(STYLE))),
    )
}

fn lead(of: Subject<'_>) -> Markup {
    let result = of.result;
    let span = of.span().map_or_else(
        || "no session yet".to_owned(),
        |(from, to)| {
            let sessions = counted(result.snapshots.len(), "session", "sessions");
            format!("{from} to {to}, {sessions}")
        },
    );
    let mut line = element("p", &[("class", "what")], {
        let mode = element("b", &[], result.mode.as_str());
        mode.and(format!(" · {span} · {}", symbols(of)))
    });
    if result.finished.is_none() {
        line.push(element(
            "p",
            &[("class", "notice"), ("role", "note")],
            "This run has not ended by itself: it is still running or was interrupted. All figures \
             are those so far.",
        ));
    }
    line
}

/// The first few symbols; all of them stand in the configuration.
fn symbols(of: Subject<'_>) -> String {
    let all = &of.result.started.symbols;
    let mut names: Vec<String> = all.iter().take(SYMBOLS_SHOWN).map(ToString::to_string).collect();
    if all.len() > SYMBOLS_SHOWN {
        names.push(format!("and {} more", all.len() - SYMBOLS_SHOWN));
    }
    names.join(", ")
}

fn contents(sections: &[Section]) -> Markup {
    let links: Markup = sections
        .iter()
        .map(|s| {
            let target = format!("#{}", s.id);
            element("li", &[], element("a", &[("href", &target)], s.title))
        })
        .collect();
    element("nav", &[("aria-label", "Contents")], element("ul", &[], links))
}

fn section(of: Section) -> Markup {
    let heading = format!("{}-h", of.id);
    element(
        "section",
        &[("id", of.id), ("aria-labelledby", &heading)],
        element("h2", &[("id", &heading)], of.title).and(of.body),
    )
}

fn footer(foot: String) -> Markup {
    let mut lines = Markup::default();
    if !foot.is_empty() {
        lines.push(element("p", &[], foot));
    }
    element("footer", &[], lines.and(element("p", &[], CAUTION)))
}
