//! Maps through which members may enter the ensemble a second time.

use serde::{Deserialize, Serialize};

/// A calibration map beside the one in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpertMap {
    /// A logistic curve through the score (Platt 1999).
    Platt,
    /// Beta calibration with three parameters (Kull, Silva Filho and Flach 2017).
    Beta,
    /// Isotonic regression (Zadrozny and Elkan 2002).
    Isotonic,
    /// Venn-ABERS (Vovk and Petej 2014).
    VennAbers,
}

impl ExpertMap {
    /// All, in the order in which their experts stand everywhere.
    pub const ALL: [Self; 4] = [Self::Platt, Self::Beta, Self::Isotonic, Self::VennAbers];

    /// The word in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Platt => "platt",
            Self::Beta => "beta",
            Self::Isotonic => "isotonic",
            Self::VennAbers => "venn_abers",
        }
    }

    /// What follows the member's name in that of its expert, as in `logistic.beta`.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::VennAbers => "venn",
            other => other.name(),
        }
    }
}

/// Which maps every member enters through beside its own. None by default.
///
/// Written as a list of names; the order given does not matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct ExpertMaps([bool; 4]);

/// A list that names no set of maps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpertMapsError {
    /// A name that is none.
    #[error("`{name}` is no map; platt, beta, isotonic and venn_abers are known")]
    Unknown {
        /// What was found.
        name: String,
    },
    /// A name that comes twice.
    #[error("`{name}` is named twice")]
    Twice {
        /// Which.
        name: &'static str,
    },
}

impl ExpertMaps {
    /// These maps.
    #[must_use]
    pub fn of(maps: &[ExpertMap]) -> Self {
        Self(ExpertMap::ALL.map(|map| maps.contains(&map)))
    }

    /// The maps chosen, in the order of [`ExpertMap::ALL`].
    pub fn iter(self) -> impl Iterator<Item = ExpertMap> {
        ExpertMap::ALL.into_iter().zip(self.0).filter_map(|(map, chosen)| chosen.then_some(map))
    }

    /// How many are chosen.
    pub fn count(self) -> usize {
        self.iter().count()
    }
}

impl TryFrom<Vec<String>> for ExpertMaps {
    type Error = ExpertMapsError;

    fn try_from(names: Vec<String>) -> Result<Self, ExpertMapsError> {
        let mut chosen = [false; 4];
        for name in names {
            let at = ExpertMap::ALL.iter().position(|map| map.name() == name);
            let at = at.ok_or(ExpertMapsError::Unknown { name })?;
            if std::mem::replace(&mut chosen[at], true) {
                return Err(ExpertMapsError::Twice { name: ExpertMap::ALL[at].name() });
            }
        }
        Ok(Self(chosen))
    }
}

impl From<ExpertMaps> for Vec<String> {
    fn from(maps: ExpertMaps) -> Self {
        maps.iter().map(|map| map.name().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_a_set_and_its_order_does_not_matter() {
        let maps: ExpertMaps = serde_json::from_str(r#"["venn_abers", "platt"]"#).unwrap();
        assert_eq!(maps, ExpertMaps::of(&[ExpertMap::Platt, ExpertMap::VennAbers]));
        assert_eq!(serde_json::to_string(&maps).unwrap(), r#"["platt","venn_abers"]"#);
        assert_eq!((maps.count(), ExpertMaps::default().count()), (2, 0));
    }

    #[test]
    fn what_is_no_map_and_what_comes_twice_is_named() {
        let refused =
            |list: &str| serde_json::from_str::<ExpertMaps>(list).unwrap_err().to_string();
        let unknown = refused(r#"["bta"]"#);
        assert!(unknown.contains("`bta` is no map; platt, beta, isotonic"), "{unknown}");
        assert!(refused(r#"["beta", "beta"]"#).contains("`beta` is named twice"));
    }
}
