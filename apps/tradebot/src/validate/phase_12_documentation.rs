//! Phase 12, documentation and tests: what a user finds, and what stands in the sources.

use super::check::{Bound, Check, Measured};
use super::evidence::Evidence;

const FAULTS: (Bound, &str) = (Bound::Exactly(0.0), "faults");

/// The checks.
pub const CHECKS: &[Check] = &[
    Check::new(("p12-commands-help", 12), "every command says what it does", FAULTS, commands),
    Check::new(("p12-arguments-help", 12), "every argument is explained", FAULTS, arguments),
    Check::new(("p12-manual-page", 12), "the manual page has every command", FAULTS, manual_page),
    Check::new(("p12-repository-pages", 12), "the pages a user needs are there", FAULTS, pages),
    Check::new(("p12-repository-tests", 12), "every package has tests", FAULTS, tests),
    Check::new(
        ("p12-repository-crates", 12),
        "every crate says what it does not know",
        FAULTS,
        crates,
    ),
];

/// What there must be a page about, and words of its file name.
const PAGES: [(&str, &[&str]); 5] = [
    ("the front page", &["readme.md"]),
    ("the architecture", &["architecture"]),
    ("a manual", &["manual", "guide"]),
    ("troubleshooting", &["troubleshoot"]),
    ("a reference", &["reference", "api"]),
];

fn commands(e: &Evidence) -> Measured {
    let help = &e.program.help;
    let silent = help.iter().filter(|page| page.about.trim().is_empty());
    Measured::faults(help.len(), silent.map(|page| format!("`{}` says nothing", page.command)))
}

fn arguments(e: &Evidence) -> Measured {
    let help = &e.program.help;
    let silent = help.iter().flat_map(|page| {
        page.silent_arguments.iter().map(move |a| format!("`{}`: {a}", page.command))
    });
    Measured::faults(help.len(), silent)
}

fn manual_page(e: &Evidence) -> Measured {
    let page = e.program.readers.iter().find(|a| a.arguments == "man");
    let text = page.map(|a| a.stdout.as_str()).unwrap_or_default();
    let top = e.program.help.iter().filter(|h| !h.command.contains(' '));
    let top: Vec<_> = top.collect();
    // In manual pages a hyphen is written with a backslash before it.
    let missing = top.iter().filter(|h| !text.contains(&h.command.replace('-', "\\-")));
    Measured::faults(top.len(), missing.map(|h| format!("`{}` is not in it", h.command)))
}

fn pages(e: &Evidence) -> Measured {
    let Some(repository) = &e.repository else { return Measured::nothing("not in the sources") };
    let names: Vec<String> = repository.pages.iter().map(|p| p.to_lowercase()).collect();
    let missing = PAGES
        .iter()
        .filter(|(_, words)| !names.iter().any(|name| words.iter().any(|w| name.contains(w))));
    Measured::faults(PAGES.len(), missing.map(|(what, _)| format!("{what} is missing")))
}

fn tests(e: &Evidence) -> Measured {
    let Some(repository) = &e.repository else { return Measured::nothing("not in the sources") };
    let bare = repository.tests.iter().filter(|(_, tests)| *tests == 0);
    Measured::faults(
        repository.tests.len(),
        bare.map(|(package, _)| format!("{package} has no test")),
    )
}

fn crates(e: &Evidence) -> Measured {
    let Some(repository) = &e.repository else { return Measured::nothing("not in the sources") };
    let silent = repository.undescribed.iter().map(|name| format!("{name} does not say"));
    Measured::faults(repository.crates, silent)
}
