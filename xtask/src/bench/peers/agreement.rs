//! Whether two sides did the same work: their outputs side by side, before any ratio.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

/// How close two outputs must be under one key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// The same number.
    Same(&'static str),
    /// No further apart than this share of the greater.
    Relative(&'static str, f64),
    /// No further apart than this.
    Apart(&'static str, f64),
    /// What we say of ourselves is no greater than this.
    AtMost(&'static str, f64),
}

impl Rule {
    const fn key(self) -> &'static str {
        match self {
            Self::Same(key)
            | Self::Relative(key, _)
            | Self::Apart(key, _)
            | Self::AtMost(key, _) => key,
        }
    }

    /// The greatest distance allowed between two values.
    fn allowed(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Same(_) => 0.0,
            Self::Relative(_, share) => share * a.abs().max(b.abs()),
            Self::Apart(_, distance) | Self::AtMost(_, distance) => distance,
        }
    }
}

/// Where `ours` and `theirs` differ, as a sentence; `None` when every rule is kept.
///
/// A key that one side does not have, or that holds no number, is a difference.
pub(super) fn difference(rules: &[Rule], ours: &Value, theirs: &Value) -> Option<String> {
    rules.iter().find_map(|rule| {
        let key = rule.key();
        let theirs = if let Rule::AtMost(..) = rule { Some(0.0) } else { number(theirs, key) };
        let (Some(a), Some(b)) = (number(ours, key), theirs) else {
            return Some(format!("{key} is not on both sides"));
        };
        // A comparison that NaN fails.
        let close = (a - b).abs() <= rule.allowed(a, b);
        (!close).then(|| format!("{key}: ours {a}, theirs {b}"))
    })
}

/// Where two columns of values differ by more than `share` of the greatest value of theirs, as a
/// sentence; `None` where they do not. Both must be NaN at the same places.
pub(super) fn columns_apart(ours: &[f64], theirs: &[f64], share: f64) -> Option<String> {
    if ours.len() != theirs.len() {
        return Some(format!("{} values and {}", ours.len(), theirs.len()));
    }
    let greatest = theirs.iter().filter(|x| x.is_finite()).fold(0.0, |m: f64, x| m.max(x.abs()));
    let allowed = share * greatest;
    // One NaN makes a comparison that holds for nothing.
    let close = |(a, b): (&f64, &f64)| (a.is_nan() && b.is_nan()) || (a - b).abs() <= allowed;
    let at = ours.iter().zip(theirs).position(|pair| !close(pair))?;
    Some(format!("value {at}: ours {}, theirs {}", ours[at], theirs[at]))
}

/// The same of two files of little-endian `f64`.
///
/// # Errors
/// When one of the files cannot be read.
pub(super) fn files_apart(
    ours: &Path,
    theirs: &Path,
    share: f64,
) -> anyhow::Result<Option<String>> {
    let read = |path: &Path| -> anyhow::Result<Vec<f64>> {
        let bytes = std::fs::read(path).with_context(|| format!("{}", path.display()))?;
        Ok(bytes.as_chunks().0.iter().map(|eight| f64::from_le_bytes(*eight)).collect())
    };
    Ok(columns_apart(&read(ours)?, &read(theirs)?, share))
}

/// The number under a key; a key with slashes leads into objects.
fn number(check: &Value, key: &str) -> Option<f64> {
    check.pointer(&format!("/{key}"))?.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RULES: [Rule; 3] =
        [Rule::Same("fills"), Rule::Relative("equity", 1e-6), Rule::Apart("SMA/last", 0.5)];

    fn check(fills: u32, equity: f64, last: f64) -> Value {
        json!({ "fills": fills, "equity": equity, "SMA": { "last": last } })
    }

    #[test]
    fn equal_outputs_agree_and_so_do_those_within_what_is_allowed() {
        let ours = check(4, 1e6, 10.0);
        assert_eq!(difference(&RULES, &ours, &ours), None);
        assert_eq!(difference(&RULES, &ours, &check(4, 1e6 + 0.9, 10.5)), None);
    }

    #[test]
    fn the_first_key_that_differs_is_named_with_both_values() {
        let ours = check(4, 1e6, 10.0);
        for (theirs, said) in [
            (check(5, 1e6, 10.0), "fills: ours 4, theirs 5"),
            (check(4, 1e6 + 2.0, 10.0), "equity: ours 1000000, theirs 1000002"),
            (check(4, 1e6, 9.25), "SMA/last: ours 10, theirs 9.25"),
        ] {
            assert_eq!(difference(&RULES, &ours, &theirs).as_deref(), Some(said));
        }
    }

    #[test]
    fn what_we_say_of_ourselves_is_held_to_its_bound() {
        let rules = [Rule::AtMost("apart", 1e-12)];
        let said = |ours: Value| difference(&rules, &ours, &json!({}));
        assert_eq!(said(json!({ "apart": 1e-12 })), None);
        assert!(said(json!({ "apart": 2e-12 })).is_some());
        assert_eq!(said(json!({})).as_deref(), Some("apart is not on both sides"));
    }

    #[test]
    fn columns_agree_value_by_value_and_in_where_they_are_unsettled() {
        let theirs = [f64::NAN, -200.0, 0.5];
        let said = |ours: &[f64]| columns_apart(ours, &theirs, 0.01);
        assert_eq!(said(&[f64::NAN, -198.0, 2.5]), None);
        assert_eq!(said(&[f64::NAN, -197.9, 0.5]).unwrap(), "value 1: ours -197.9, theirs -200");
        assert!(said(&[1.0, -200.0, 0.5]).unwrap().starts_with("value 0"));
        assert!(said(&[f64::NAN, -200.0, f64::NAN]).unwrap().starts_with("value 2"));
        assert_eq!(said(&[f64::NAN, -200.0]).unwrap(), "2 values and 3");
    }

    #[test]
    fn what_one_side_does_not_tell_is_a_difference() {
        let ours = check(4, 1e6, 10.0);
        for theirs in [json!({}), json!(null), json!({ "fills": "4" }), json!({ "fills": null })] {
            let said = difference(&RULES, &ours, &theirs);
            assert_eq!(said.as_deref(), Some("fills is not on both sides"));
        }
    }
}
