//! The outcome for people: a table where there is room, a few lines per check where there is not.

use std::fmt::Write as _;

use crate::output::{self, number, text};
use crate::validate::outcome::{CheckResult, Outcome, Readiness, State};

/// Columns below which rows become lines.
const ROOM: u16 = 90;

/// Rows, what failed and why, readiness by phase, and the sum.
pub fn render(outcome: &Outcome) -> String {
    let wide = output::terminal_width() >= ROOM;
    let (rows, readiness) = if wide {
        (wide_rows(&outcome.checks), wide_readiness(&outcome.readiness))
    } else {
        (narrow_rows(&outcome.checks), narrow_readiness(&outcome.readiness))
    };
    let mut page = rows;
    page.push_str(&not_kept(&outcome.checks));
    let _ = write!(page, "\n\nReadiness: gating checks passed\n{readiness}\n\n{}", sum(outcome));
    page
}

fn wide_rows(checks: &[CheckResult]) -> String {
    let columns = [
        text("check"),
        number("phase"),
        text("promise"),
        number("measured"),
        text("bound"),
        text("state"),
    ];
    let cells = |c: &CheckResult| {
        vec![
            c.id.to_owned(),
            c.phase.to_string(),
            c.promise.to_owned(),
            c.measured_text(),
            bound(c),
            shown(c).to_owned(),
        ]
    };
    output::table(&columns, &checks.iter().map(cells).collect::<Vec<_>>())
}

fn narrow_rows(checks: &[CheckResult]) -> String {
    let lines = |c: &CheckResult| {
        let measured = format!("{}, wanted {}", c.measured_text(), bound(c));
        [
            format!("{:9} {}", shown(c), c.id),
            output::folded(c.promise, 2),
            output::folded(&measured, 2),
        ]
        .join("\n")
    };
    checks.iter().map(lines).collect::<Vec<_>>().join("\n")
}

/// The bound with its unit; faults need none.
fn bound(row: &CheckResult) -> String {
    match row.unit {
        "faults" | "" => row.bound.clone(),
        unit => format!("{} {unit}", row.bound),
    }
}

/// A failure that does not gate carries a mark.
const fn shown(row: &CheckResult) -> &'static str {
    match row.state {
        State::Fail if !row.gating => "fail*",
        State::Fail => "FAIL",
        state => state.name(),
    }
}

/// What was not kept, and the first fault that was found.
fn not_kept(checks: &[CheckResult]) -> String {
    let failed: Vec<&CheckResult> = checks.iter().filter(|c| c.state == State::Fail).collect();
    if failed.is_empty() {
        return String::new();
    }
    let mut page = "\n\nNot kept".to_owned();
    if failed.iter().any(|c| !c.gating) {
        page.push_str(" (* does not gate)");
    }
    for row in failed {
        let (measured, bound) = (row.measured_text(), bound(row));
        let mut why = format!("{} {}: {measured}, wanted {bound}", shown(row), row.id);
        if !row.detail.is_empty() {
            let _ = write!(why, "; {}", row.detail);
        }
        let _ = write!(page, "\n{}", output::folded(&why, 2));
    }
    page
}

fn wide_readiness(phases: &[Readiness]) -> String {
    let columns =
        [number("phase"), text("about"), number("passed"), number("ready"), number("not built")];
    let cells = |p: &Readiness| {
        vec![p.phase.to_string(), p.name.to_owned(), passed(p), ready(p), p.not_built.to_string()]
    };
    output::table(&columns, &phases.iter().map(cells).collect::<Vec<_>>())
}

fn narrow_readiness(phases: &[Readiness]) -> String {
    let line = |p: &Readiness| {
        let parts = format!("{} {}: {}, {}", p.phase, p.name, passed(p), ready(p));
        output::folded(&format!("{parts}; {} not built", p.not_built), 2)
    };
    phases.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn passed(phase: &Readiness) -> String {
    format!("{} of {}", phase.passed, phase.gating)
}

fn ready(phase: &Readiness) -> String {
    phase.ready.map_or_else(|| "-".to_owned(), |ready| output::percent(ready, 0))
}

fn sum(outcome: &Outcome) -> String {
    let t = &outcome.totals;
    let verdict = if outcome.passed() { "passed" } else { "FAILED" };
    let sum = format!(
        "{verdict}: {} checks measured, {} kept, {} not kept ({} of them gating); {} not built; \
         {} profile, {:.1} s",
        t.measured, t.passed, t.failed, t.failed_gating, t.not_built, outcome.profile, t.elapsed_s
    );
    output::folded(&sum, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::check::{Bound, Check, Measured};
    use crate::validate::evidence::Evidence;

    fn row(value: f64, shown: bool) -> CheckResult {
        let measure: fn(&Evidence) -> Measured = |_| Measured::value(0.0);
        let check = Check::new(("p06-x", 6), "something small", (Bound::AtMost(1.0), "s"), measure);
        let check = if shown { check.shown() } else { check };
        let measured = Measured::value(value).saying("the first fault");
        CheckResult::of(&check, Some(measured), true, 0.0)
    }

    #[test]
    fn a_failure_is_seen_with_its_reason_and_whether_it_gates() {
        let page = not_kept(&[row(0.5, false), row(2.0, false), row(3.0, true)]);
        assert_eq!(
            page,
            "\n\nNot kept (* does not gate)\n  FAIL p06-x: 2, wanted <= 1 s; the first fault\n  fail* p06-x: 3, wanted <= 1 s; the first fault"
        );
        assert_eq!(not_kept(&[row(0.5, false)]), "");
    }

    #[test]
    fn narrow_rows_stand_below_each_other() {
        assert_eq!(
            narrow_rows(&[row(0.5, false)]),
            "pass      p06-x\n  something small\n  0.5, wanted <= 1 s"
        );
    }
}
