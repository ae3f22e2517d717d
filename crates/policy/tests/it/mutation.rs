//! Any number of the bundled file, changed.

use proptest::prelude::*;
use tradebot_domain::Regime;
use tradebot_policy::schema::{self, Form, Setting};
use tradebot_policy::{Policy, ProblemKind};

use crate::BUNDLED;

/// A value of the file that is a number, or may be one.
#[derive(Debug, Clone)]
struct Slot {
    /// From 1.
    line: usize,
    /// From 1.
    column: usize,
    path: String,
    setting: Setting,
}

/// Every number of the file: the version, and of five rows 14 settings and 5 weights each.
fn slots() -> Vec<Slot> {
    let mut parents: Vec<&str> = Vec::new();
    let mut slots = Vec::new();
    for (i, line) in BUNDLED.lines().enumerate() {
        let Some((key, value)) = line.split_once(':').filter(|_| !line.contains('#')) else {
            continue;
        };
        parents.truncate((key.len() - key.trim_start().len()) / 2);
        parents.push(key.trim());
        if !value.is_empty() {
            let column = key.len() + 3;
            let setting = setting(key.trim());
            slots.push(Slot { line: i + 1, column, path: parents.join("."), setting });
        }
    }
    slots
}

fn setting(key: &str) -> Setting {
    schema::ROW
        .into_iter()
        .chain(schema::ANALYSTS)
        .chain([schema::VERSION])
        .find(|setting| setting.key == key)
        .unwrap_or_else(|| panic!("{key} is in no table"))
}

/// The file with that slot's value replaced.
fn with(slot: &Slot, value: &str) -> String {
    let mut lines: Vec<String> = BUNDLED.lines().map(str::to_owned).collect();
    lines[slot.line - 1].truncate(slot.column - 1);
    lines[slot.line - 1].push_str(value);
    lines.join("\n")
}

fn any_slot() -> impl Strategy<Value = Slot> {
    proptest::sample::select(slots())
}

/// Expects one problem: this slot's, and tells its range.
fn refused(slot: &Slot, value: &str) -> Result<ProblemKind, TestCaseError> {
    let told = Policy::parse("x", &with(slot, value)).expect_err(value);
    prop_assert_eq!(told.problems.len(), 1, "{}", told);
    let problem = &told.problems[0];
    let at = problem.at.expect("a value has a place");
    prop_assert_eq!((at.line, at.column), (slot.line, slot.column), "{}", told);
    prop_assert_eq!(&problem.key, &slot.path);
    let Setting { min, max, .. } = slot.setting;
    let range = if min == max { format!("only {min}") } else { format!("{min} to {max}") };
    prop_assert!(told.to_string().contains(&range), "{}", told);
    Ok(problem.kind.clone())
}

#[test]
fn the_file_holds_ninety_six_numbers() {
    assert_eq!(slots().len(), 1 + 5 * (schema::ROW.len() + schema::ANALYSTS.len()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// A number outside its range is refused by key, line, column, value and range.
    #[test]
    fn a_number_out_of_its_range_is_told_by_its_place(
        slot in any_slot(),
        below: bool,
        by in prop_oneof![1e-6_f64..1.0, 1.0..1e9],
    ) {
        let whole = slot.setting.form == Form::Count;
        let by = if whole { by.ceil() } else { by };
        let bad = if below { slot.setting.min - by } else { slot.setting.max + by };
        let kind = refused(&slot, &bad.to_string())?;
        let Setting { min, max, .. } = slot.setting;
        prop_assert_eq!(kind, ProblemKind::OutOfRange { value: bad, min, max });
    }

    /// What is no number is refused in the same way.
    #[test]
    fn what_is_no_number_is_told_by_its_place(
        slot in any_slot(),
        bad in proptest::sample::select(vec![
            "nan", ".nan", "NaN", "inf", ".inf", "-.inf", "abc", "0x1", "1_0", "1e", "+-1", "no",
            "true", "null", "~", "1 %", "'0.5'", "\"1\"", "[1]", "{a: 1}", "1.0.0", "None",
        ]),
    ) {
        let kind = refused(&slot, bad)?;
        prop_assert!(matches!(kind, ProblemKind::NotANumber { .. }), "{}", kind);
    }

    /// A number inside its range is taken, and nothing else changes.
    #[test]
    fn a_number_in_its_range_changes_its_own_field_alone(
        (regime, setting) in (0..5_usize, proptest::sample::select(schema::ROW.to_vec())),
        share in 0.0..=1.0_f64,
    ) {
        let path = format!("regimes.{}.{}", Regime::ALL[regime], setting.key);
        let slot = slots().into_iter().find(|slot| slot.path == path).unwrap();
        let (low, high) = match setting.key {
            "stop_min" => (setting.min, 0.079),
            "stop_max" => (0.026, setting.max),
            _ => (setting.min, setting.max),
        };
        let value = low + share * (high - low);
        let value = if setting.form == Form::Count { value.floor() } else { value.min(high) };
        let changed = Policy::parse("x", &with(&slot, &value.to_string())).unwrap();
        let mut expected = serde_json::to_value(Policy::bundled()).unwrap();
        let field = &mut expected[regime][setting.key];
        let same = field.as_f64() == Some(value);
        *field = match setting.form {
            Form::Count => serde_json::to_value(changed.row(Regime::ALL[regime])).unwrap()[setting.key].clone(),
            Form::Number | Form::NumberOrNone => value.into(),
            Form::YesOrNo => panic!("no key that must be there is a word"),
        };
        prop_assert_eq!(field.as_f64(), Some(value));
        prop_assert_eq!(serde_json::to_value(&changed).unwrap(), expected);
        prop_assert_eq!(changed.digest() == Policy::bundled().digest(), same);
    }
}
