//! Text that is no policy: strange YAML and noise.

use proptest::prelude::*;
use tradebot_policy::{Policy, ProblemKind};

use crate::BUNDLED;

fn first_kind(text: &str) -> ProblemKind {
    Policy::parse("x", text).expect_err("this is no policy").problems.remove(0).kind
}

#[test]
fn yaml_that_hides_what_a_line_means_is_refused() {
    let cases = [
        ("edge: 0.02", "edge: &small 0.02", "an anchor"),
        ("edge: 0.02", "edge: !!float 0.02", "a tag"),
        ("version: 1", "version: &one 1\n<<: {a: 1}", "an anchor"),
        ("version: 1", "version: 1\n<<: {a: 1}", "a merge key"),
        ("version: 1", "version: 1\n[1, 2]: 3", "a key that is not text"),
        ("version: 1", "--- {}\n---\nversion: 1", "a second document"),
    ];
    for (from, to, refused) in cases {
        let kind = first_kind(&BUNDLED.replacen(from, to, 1));
        assert!(
            matches!(kind, ProblemKind::Unsupported { what } if what == refused),
            "{to}: {kind}"
        );
    }
    let aliased = BUNDLED.replacen("edge: 0.02", "edge: &small 0.02", 1).replacen(
        "edge: 0.03",
        "edge: *small",
        1,
    );
    let told = Policy::parse("x", &aliased).unwrap_err().to_string();
    assert!(told.contains("regimes.CHOPPY_LOW_VOL.edge: an alias cannot be used here"), "{told}");
}

#[test]
fn a_syntax_error_is_told_with_its_line() {
    let line = 1 + BUNDLED.lines().position(|line| line.contains("edge: 0.02")).unwrap();
    let told = Policy::parse("x", &BUNDLED.replacen("    edge: 0.02", "    edge 0.02", 1));
    let told = told.unwrap_err();
    assert!(matches!(told.problems[0].kind, ProblemKind::Syntax { .. }), "{told}");
    let at = told.problems[0].at.unwrap();
    assert!((line..=line + 1).contains(&at.line), "{told}");
}

#[test]
fn nesting_without_end_is_stopped() {
    for bracket in ["[", "{a: ", "- "] {
        let told = Policy::parse("x", &bracket.repeat(5_000)).unwrap_err();
        let stopped = |kind: &ProblemKind| {
            matches!(kind, ProblemKind::TooDeep { .. } | ProblemKind::Syntax { .. })
        };
        assert!(told.problems.iter().any(|problem| stopped(&problem.kind)), "{told}");
    }
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = format!("\u{feff}{}", BUNDLED.replace('\n', "\r\n"));
    assert_eq!(Policy::parse("x", &text), Ok(Policy::bundled()));
}

proptest! {
    /// Whatever is read, the answer is a policy or a list of problems.
    #[test]
    fn noise_is_refused_without_a_panic(text in "[ \\n\\t:#&*!%\\[\\]{},.'\"|>a-c0-9<?-]{0,80}") {
        let told = Policy::parse("x", &text).unwrap_err();
        prop_assert!(!told.problems.is_empty());
    }

    /// A damaged policy is refused or still a policy; it never panics.
    #[test]
    fn a_file_cut_off_anywhere_is_refused_or_whole(at in 0..BUNDLED.len()) {
        let text = BUNDLED.get(..at).unwrap_or_default();
        match Policy::parse("x", text) {
            Ok(policy) => prop_assert_eq!(policy, Policy::bundled()),
            Err(told) => prop_assert!(!told.problems.is_empty()),
        }
    }
}
