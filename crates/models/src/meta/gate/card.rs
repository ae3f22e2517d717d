//! What a reader must know about a gate.

use super::{GateConfig, MetaGate};
use crate::card::{Card, listed, signed};
use crate::meta::fit::PRECISIONS;
use crate::meta::input::column_names;

impl MetaGate {
    /// What it is, what it learned from and where it ends: plain text for people.
    pub fn card(&self) -> String {
        let mut card = Card::titled("meta_gate");
        card.line(
            "question",
            "given that the policy would act on the consensus, does the bracket end with a profit \
             after costs?",
        );
        card.line(
            "what it is",
            "logistic regression under a normal prior, fitted to decisions acted on and their \
             outcomes; it can veto an act, never start one",
        );
        let names: Vec<String> = column_names().collect();
        card.line("inputs", &names.join(", "));
        card.line("trained on", &self.trained_on());
        card.line("parameters", &self.recipe());
        if let Some((fit, line)) = &self.fitted {
            card.line("chosen", &format!("precision {}, by evidence", fit.precision));
            let mut slopes: Vec<(String, f64)> = names.into_iter().zip(line.slopes()).collect();
            slopes.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
            card.line("leans on", &listed("log odds per standard deviation", &slopes, signed));
        }
        card.line(
            "limits",
            "straight lines only; where the consensus has used what there is to know nothing is \
             left for it, and it answers the base rate",
        );
        card.line("use", "a veto, once it has been better than the base rate by the skill test");
        card.finish()
    }

    fn trained_on(&self) -> String {
        let Some((fit, _)) = &self.fitted else {
            let (known, least) = (self.outcomes(), self.config.worth_min);
            return format!("nothing yet: {known} outcomes known, worth less than {least}");
        };
        format!(
            "{} outcomes decided {} to {}, worth {:.1}; base rate {:.4}",
            fit.outcomes, fit.first, fit.last, fit.worth, fit.base_rate
        )
    }

    fn recipe(&self) -> String {
        let GateConfig { horizon, worth_min, every_months, shared_movement } = self.config;
        format!(
            "meta_gate 1: refit every {every_months} months to outcomes whose horizon of {horizon} \
             sessions has passed, worth {worth_min} or more, by uniqueness over 1 + \
             {shared_movement} (decisions of the session - 1); precision of {PRECISIONS:?} by \
             evidence"
        )
    }
}
