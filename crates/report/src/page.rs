//! The frame of the page: head, title, contents, sections.

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

/// The whole page.
pub(crate) fn page(result: &RunResult, assessment: &Assessment) -> Result<String, ReportError> {
    let of = Subject { result, assessment };
    let sections = sections::all(of)?;
    let contents = contents(&sections);
    let main: Markup = sections.into_iter().map(section).collect();
    let skip = element("a", &[("class", "skip"), ("href", "#verdict")], "Skip to the verdict");
    let frame = element("main", &[("id", "top")], main);
    let body = element("body", &[("class", tone(assessment.verdict.finding))], {
        let framed = element("div", &[("class", "frame")], contents.and(frame));
        skip.and(header(of)).and(framed).and(footer(of))
    });
    let html = element("html", &[("lang", "en")], head(of).and(body));
    Ok(format!("<!DOCTYPE html>\n{}", html.into_string()))
}

fn head(of: Subject<'_>) -> Markup {
    let title = format!("{} · tradebot report", of.result.run_id);
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

fn header(of: Subject<'_>) -> Markup {
    let result = of.result;
    let title = element("h1", &[], format!("Run {}", result.run_id));
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
    element("header", &[], title.and(line))
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

fn footer(of: Subject<'_>) -> Markup {
    let digest = of.result.finished.as_ref().map_or_else(
        || "The run has no digest: it has not ended.".to_owned(),
        |finished| format!("Digest of the run: {}", finished.digest),
    );
    element(
        "footer",
        &[],
        element("p", &[], digest).and(element(
            "p",
            &[],
            "Simulated and past results say little about future ones. Nothing here is advice.",
        )),
    )
}
