//! What nobody has published about the API, and what the simulator does instead: the list printed
//! at start.

use figment::Figment;
use figment::providers::{Format as _, Yaml};
use serde::Deserialize;

/// The list as it stands in the repository.
pub const TEXT: &str = include_str!("../assumptions.yaml");

/// One assumption.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// Short name.
    pub id: String,
    /// What is assumed.
    pub says: String,
    /// `documented`, `observed`, `unknown` or `made-up`.
    pub basis: String,
    /// The setting that changes it, or `none`.
    pub knob: String,
    /// Default of that setting.
    #[serde(default)]
    pub default: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct File {
    assumptions: Vec<Assumption>,
}

/// All assumptions.
pub fn all() -> Vec<Assumption> {
    let file: Result<File, _> = Figment::from(Yaml::string(TEXT)).extract();
    file.expect("the list is compiled in, and a test reads it").assumptions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knobs::Knobs;

    #[test]
    fn every_assumption_names_a_setting_that_has_that_default() {
        let knobs = serde_json::to_value(Knobs::default()).unwrap();
        let all = all();
        assert!(all.len() > 40);
        for assumption in all {
            if assumption.knob == "none" {
                assert_eq!(assumption.default, None, "{}", assumption.id);
                continue;
            }
            let pointer = format!("/{}", assumption.knob.replace('.', "/"));
            assert_eq!(knobs.pointer(&pointer), assumption.default.as_ref(), "{}", assumption.id);
        }
    }

    #[test]
    fn ids_are_used_once_and_bases_are_of_four_kinds() {
        let all = all();
        let mut ids: Vec<&str> = all.iter().map(|a| a.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all.len());
        let kinds = ["documented", "observed", "unknown", "made-up"];
        assert!(all.iter().all(|a| kinds.contains(&a.basis.as_str())));
    }
}
