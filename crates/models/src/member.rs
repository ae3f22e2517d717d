//! Who answers: the traits of members, and the kinds that learn.

use std::fmt;

use tradebot_domain::MemberId;

use crate::input::Input;
use crate::{boosted, forest, logistic, naive_bayes};

/// One voice of the ensemble.
pub trait Member: Send + Sync {
    /// Its name.
    fn id(&self) -> MemberId;

    /// Score in `0.0..=1.0`, higher for a likelier profit. `None`: the member abstains, because
    /// an input is missing, not finite or one too many; [`Input::check`] says which.
    fn opine(&self, input: &Input<'_>) -> Option<f64>;

    /// What it is, what it uses and where it ends: plain text for people.
    fn card(&self) -> String;
}

/// A member that was fitted to examples and can be stored.
pub trait LearnedMember: Member {
    /// The artefact: everything the member is. Equal members give equal bytes, on any machine.
    fn to_bytes(&self) -> Vec<u8>;
}

/// Which learner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LearnedKind {
    /// Logistic regression with an L2 penalty.
    Logistic,
    /// Gaussian naive Bayes.
    NaiveBayes,
    /// Bagged histogram trees.
    Forest,
    /// Gradient-boosted histogram trees.
    Boosted,
}

impl LearnedKind {
    /// All kinds, in the order in which their members stand everywhere.
    pub const ALL: [Self; 4] = [Self::Logistic, Self::NaiveBayes, Self::Forest, Self::Boosted];

    /// The name of the member: `logistic`, `naive_bayes` or `forest`.
    pub fn id(self) -> MemberId {
        member_id(self.name())
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Logistic => "logistic",
            Self::NaiveBayes => "naive_bayes",
            Self::Forest => "forest",
            Self::Boosted => "boosted",
        }
    }

    /// Method and hyper-parameters in one line: part of the training digest, so that a changed
    /// parameter never finds an artefact of the old one.
    pub(crate) fn recipe(self) -> String {
        match self {
            Self::Logistic => logistic::recipe(),
            Self::NaiveBayes => naive_bayes::recipe(),
            Self::Forest => forest::recipe(),
            Self::Boosted => boosted::recipe(),
        }
    }
}

impl fmt::Display for LearnedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

pub(crate) fn member_id(name: &'static str) -> MemberId {
    MemberId::new(name).expect("built-in names are short and plain")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learned_members_stand_in_a_fixed_order_under_their_names() {
        let names: Vec<_> = LearnedKind::ALL.into_iter().map(|k| k.id().to_string()).collect();
        assert_eq!(names, ["logistic", "naive_bayes", "forest", "boosted"]);
        assert_eq!(format!("{:>8}", LearnedKind::Forest), "  forest");
    }
}
