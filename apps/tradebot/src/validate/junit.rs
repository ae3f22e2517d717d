//! The outcome as JUnit XML, which continuous integration shows.

use std::fmt::Write as _;
use std::path::Path;

use crate::exit::Failure;
use crate::validate::outcome::{CheckResult, Outcome, PHASES, State};

/// Writes the outcome as one test suite per phase.
///
/// # Errors
/// When the file cannot be written.
pub fn write(outcome: &Outcome, file: &Path) -> Result<(), Failure> {
    std::fs::write(file, render(outcome))
        .map_err(|e| Failure::work(format!("cannot write {}: {e}", file.display())))
}

/// The XML. Failures that do not gate stand as skipped, with what was measured.
pub fn render(outcome: &Outcome) -> String {
    let totals = &outcome.totals;
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let skipped = outcome.checks.iter().filter(|c| is_skipped(c)).count();
    let _ = writeln!(
        xml,
        "<testsuites name=\"tradebot validate\" tests=\"{}\" failures=\"{}\" skipped=\"{skipped}\" time=\"{:.3}\">",
        totals.checks, totals.failed_gating, totals.elapsed_s
    );
    for (phase, name) in (0_u8..).zip(PHASES) {
        let rows: Vec<&CheckResult> = outcome.checks.iter().filter(|c| c.phase == phase).collect();
        if !rows.is_empty() {
            suite(&mut xml, phase, name, &rows);
        }
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(xml: &mut String, phase: u8, name: &str, rows: &[&CheckResult]) {
    let failures = rows.iter().filter(|c| is_failure(c)).count();
    let skipped = rows.iter().filter(|c| is_skipped(c)).count();
    let _ = writeln!(
        xml,
        "  <testsuite name=\"phase {phase}: {}\" tests=\"{}\" failures=\"{failures}\" skipped=\"{skipped}\">",
        escaped(name),
        rows.len()
    );
    for row in rows {
        case(xml, row);
    }
    xml.push_str("  </testsuite>\n");
}

fn case(xml: &mut String, row: &CheckResult) {
    let found = escaped(&format!(
        "{}: measured {} {}, wanted {}; {}",
        row.promise,
        row.measured_text(),
        row.unit,
        row.bound,
        row.detail
    ));
    let _ = write!(
        xml,
        "    <testcase classname=\"tradebot.phase_{:02}\" name=\"{}\" time=\"{:.6}\">",
        row.phase,
        escaped(row.id),
        row.elapsed_s
    );
    let inside = match row.state {
        State::Pass => String::new(),
        State::NotBuilt => "<skipped message=\"not built yet\"/>".to_owned(),
        State::Fail if row.gating => format!("<failure message=\"{found}\"/>"),
        State::Fail => format!("<skipped message=\"does not gate: {found}\"/>"),
    };
    let _ = writeln!(xml, "{inside}</testcase>");
}

fn is_failure(row: &CheckResult) -> bool {
    row.state == State::Fail && row.gating
}

fn is_skipped(row: &CheckResult) -> bool {
    row.state == State::NotBuilt || (row.state == State::Fail && !row.gating)
}

/// Text for an attribute. Characters that XML 1.0 cannot hold become question marks.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' | '\t' | '\r' => safe.push(' '),
            c if c.is_control() => safe.push('?'),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::check::{Bound, Check, Measured};

    fn outcome() -> Outcome {
        let check = Check {
            measure: Some(|_| Measured::value(0.0)),
            gating: crate::validate::Gating::Always,
            ..Check::not_built(("p00-x", 0), "a < b & \"c\"", (Bound::AtMost(1.0), "s"))
        };
        let row = |value| {
            let measured = Measured::value(value).saying("line\nof \u{1}");
            CheckResult::of(&check, Some(measured), true, 0.0)
        };
        Outcome::of(
            "quick",
            vec![row(0.0), row(2.0), CheckResult::of(&check, None, true, 0.0)],
            0.0,
        )
    }

    #[test]
    fn a_failure_is_a_failure_and_what_is_not_built_is_skipped() {
        let xml = render(&outcome());
        assert_eq!(xml.matches("<testcase").count(), 3);
        assert_eq!(xml.matches("<failure").count(), 1);
        assert_eq!(xml.matches("<skipped").count(), 1);
        assert!(xml.contains("tests=\"3\" failures=\"1\" skipped=\"1\""), "{xml}");
    }

    #[test]
    fn text_cannot_break_out_of_its_attribute() {
        let xml = render(&outcome());
        assert!(xml.contains("a &lt; b &amp; &quot;c&quot;"), "{xml}");
        assert!(xml.contains("line of ?"), "{xml}");
    }
}
