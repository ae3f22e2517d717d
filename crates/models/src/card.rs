//! What a reader must know about a member, as plain text.
//!
//! **Source:** the headings follow Mitchell et al. (2019), Model Cards for Model Reporting.

use std::fmt::Write as _;

use tradebot_domain::Regime;
use tradebot_features::{FEATURE_SET, feature_names};

use crate::input::column_name;
use crate::learned::{Body, Origin};
use crate::member::LearnedKind;

/// The event whose probability every member scores.
const QUESTION: &str = "if a long position is opened at the next open with the bracket of today's \
    policy row, does it end with a profit after costs?";
/// Columns named under "leans on".
const LEANINGS: usize = 8;

/// Card of a rule.
pub(crate) fn rule(name: &str, idea: &str, formula: &str, inputs: &[&str], limits: &str) -> String {
    let mut card = Card::titled(name);
    card.line("question", QUESTION);
    card.line("what it is", idea);
    card.line("score", formula);
    card.line("inputs", &format!("{} (feature set {FEATURE_SET})", inputs.join(", ")));
    card.line("trained on", "nothing: a fixed formula");
    card.line("limits", limits);
    card.line("use", "a score that ranks; read as a probability only after calibration");
    card.finish()
}

/// Card of a learned member.
pub(crate) fn learned(origin: &Origin, body: &Body) -> String {
    let mut card = Card::titled(origin.kind.name());
    card.line("question", QUESTION);
    card.line("what it is", what_it_is(origin.kind));
    card.line("inputs", &inputs(origin.feature_count));
    card.line("trained on", &trained_on(origin));
    card.line("parameters", &origin.kind.recipe());
    if let Body::Logistic(model) = body {
        card.line("chosen", &model.chosen());
    }
    card.line("seed", &origin.seed.to_string());
    card.line("leans on", &leans_on(body));
    card.line("limits", limits(origin.kind));
    card.line("use", "a score that ranks; read as a probability only after calibration");
    card.finish()
}

fn what_it_is(kind: LearnedKind) -> &'static str {
    match kind {
        LearnedKind::Logistic => {
            "logistic regression, every example by its uniqueness, with an L2 penalty that the \
             training set itself speaks for"
        }
        LearnedKind::NaiveBayes => {
            "naive Bayes: a normal distribution per feature and outcome, fitted by linfa, and a \
             categorical one for the policy row"
        }
        LearnedKind::Forest => {
            "mean of bagged histogram trees, each grown on examples drawn by uniqueness"
        }
        LearnedKind::Boosted => {
            "gradient-boosted histogram trees: each corrects the log odds of those before it"
        }
    }
}

fn limits(kind: LearnedKind) -> &'static str {
    match kind {
        LearnedKind::Logistic => {
            "straight lines only, no interactions between features or with the row; values beyond \
             5 standard deviations are cut; where little holds from one block of time to the next \
             the penalty is large and scores lie close to the rate of the row"
        }
        LearnedKind::NaiveBayes => {
            "treats features as independent, which they are not: scores spread too wide and need \
             calibration; values beyond 5 standard deviations are cut; uniqueness enters through \
             resampling, since the fit takes no weights"
        }
        LearnedKind::Forest => {
            "cannot go beyond what it has seen: outside the training range it repeats the nearest \
             leaf; scores lie close to the base rate when examples overlap much"
        }
        LearnedKind::Boosted => {
            "cannot go beyond what it has seen: outside the training range it repeats the nearest \
             leaves; a fixed number of small steps, so a strong signal is followed part of the way"
        }
    }
}

fn inputs(feature_count: usize) -> String {
    let rows = Regime::ALL.len();
    let set = if feature_count == feature_names().len() {
        format!("set {FEATURE_SET}: ")
    } else {
        String::new()
    };
    let names: Vec<_> = (0..feature_count).map(|i| column_name(i, feature_count)).collect();
    format!(
        "{feature_count} features ({set}{}) and the policy row ({rows} indicators)",
        names.join(", ")
    )
}

fn trained_on(origin: &Origin) -> String {
    let Origin { examples, effective, base_rate, first, last, .. } = origin;
    format!(
        "{examples} resolved outcomes decided {first} to {last}, shadow ones included, worth \
         {effective:.1} by uniqueness; base rate {base_rate:.4}"
    )
}

fn leans_on(body: &Body) -> String {
    match body {
        Body::BaseRate => {
            "nothing: the outcomes could not be told apart, so it answers the base rate".to_owned()
        }
        Body::Logistic(model) => {
            listed("coefficient per standard deviation", &model.leanings(), signed)
        }
        Body::NaiveBayes(model) => {
            listed("wins less losses in standard deviations", &model.leanings(), signed)
        }
        Body::Forest(model) => listed("share of all splits", &model.leanings(), share),
        Body::Boosted(model) => listed("share of all splits", &model.leanings(), share),
    }
}

pub(crate) fn listed(unit: &str, leanings: &[(String, f64)], format: fn(f64) -> String) -> String {
    let shown = leanings.iter().take(LEANINGS);
    let words: Vec<_> = shown.map(|(name, value)| format!("{name} {}", format(*value))).collect();
    format!("{} ({unit})", words.join(", "))
}

pub(crate) fn signed(x: f64) -> String {
    format!("{x:+.3}")
}

fn share(x: f64) -> String {
    format!("{:.1} %", 100.0 * x)
}

/// Lines of `heading  text`.
pub(crate) struct Card(String);

impl Card {
    pub(crate) fn titled(name: &str) -> Self {
        let mut card = Self(String::new());
        card.line("member", name);
        card
    }

    pub(crate) fn line(&mut self, heading: &str, text: &str) {
        writeln!(self.0, "{heading:<12}{text}").expect("a string takes all text");
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}
