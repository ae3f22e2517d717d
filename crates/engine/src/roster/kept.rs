//! Every decision that the training set would take, to be labelled anew.

use tradebot_domain::{Moment, Regime, Symbol};
use tradebot_journal::DecisionId;
use tradebot_models::TrainingSet;

/// Decisions in the order of their admission, which is that of session and symbol; at most 32 bytes each.
///
/// Features of labelled ones are in the training set and are not held twice.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Sorted.
    symbols: Vec<Symbol>,
    decisions: Vec<Decision>,
    /// Features of those without a label, one after another.
    spare: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Decision {
    session: Moment,
    row: Regime,
    /// In the training set.
    is_in_set: bool,
    /// `NaN`: no label.
    uniqueness: f64,
    won: bool,
    symbol: u32,
}

impl Kept {
    /// Adds a decision, later than all others.
    pub(super) fn push(
        &mut self,
        id: DecisionId,
        row: Regime,
        features: &[f64],
        label: Option<(bool, f64)>,
    ) {
        let symbol = self.number_of(id.symbol);
        let (won, uniqueness) = label.unwrap_or((false, f64::NAN));
        if label.is_none() {
            self.spare.extend_from_slice(features);
        }
        let is_in_set = label.is_some();
        let session = id.session;
        self.decisions.push(Decision { session, row, is_in_set, uniqueness, won, symbol });
    }

    /// Lets go of the decisions that are not wanted; `width` is the number of features.
    pub(super) fn keep_only(&mut self, width: usize, wants: impl Fn(DecisionId) -> bool) {
        let wanted: Vec<bool> = self.ids().map(wants).collect();
        let (mut spare, mut held) = (Vec::new(), self.spare.chunks_exact(width));
        for (decision, wanted) in self.decisions.iter().zip(&wanted) {
            let here = if decision.is_in_set { None } else { held.next() };
            spare.extend_from_slice(here.filter(|_| *wanted).unwrap_or_default());
        }
        self.spare = spare;
        let mut wanted = wanted.into_iter();
        self.decisions.retain(|_| wanted.next().unwrap_or_default());
    }

    /// The decisions of the training set, in its order.
    pub(super) fn in_set(&self) -> impl Iterator<Item = DecisionId> {
        self.decisions.iter().filter(|d| d.is_in_set).map(|d| self.id_of(d))
    }

    fn ids(&self) -> impl Iterator<Item = DecisionId> {
        self.decisions.iter().map(|d| self.id_of(d))
    }

    fn id_of(&self, decision: &Decision) -> DecisionId {
        let Decision { session, symbol, .. } = *decision;
        DecisionId { session, symbol: self.symbols[symbol as usize] }
    }

    /// Takes the labels of a row away.
    pub(super) fn unlabel(&mut self, row: Regime) {
        for decision in self.decisions.iter_mut().filter(|d| d.row == row) {
            decision.uniqueness = f64::NAN;
        }
    }

    /// Labels a decision; nothing happens where there is none.
    pub(super) fn label(&mut self, id: DecisionId, (won, uniqueness): (bool, f64)) {
        let symbols = &self.symbols;
        let place = |d: &Decision| (d.session, symbols[d.symbol as usize]);
        if let Ok(at) = self.decisions.binary_search_by_key(&(id.session, id.symbol), place) {
            (self.decisions[at].won, self.decisions[at].uniqueness) = (won, uniqueness);
        }
    }

    /// Pushes what has a label now into `anew`, its features from the `old` set or from here.
    pub(super) fn rebuild(&mut self, old: &TrainingSet, anew: TrainingSet) -> TrainingSet {
        let (mut set, width) = (anew, old.feature_count());
        let (mut in_set, mut spare) = (0, std::mem::take(&mut self.spare).into_iter());
        for decision in &mut self.decisions {
            let here: Vec<f64>;
            let features = if decision.is_in_set {
                in_set += 1;
                old.features_of(in_set - 1)
            } else {
                here = spare.by_ref().take(width).collect();
                &here
            };
            decision.is_in_set = !decision.uniqueness.is_nan();
            if decision.is_in_set {
                let Decision { session, row, won, uniqueness, .. } = *decision;
                set.push(session.date(), features, row, won, uniqueness);
            } else {
                self.spare.extend_from_slice(features);
            }
        }
        set
    }

    /// Symbols of a run are few and known within its first sessions.
    fn number_of(&mut self, symbol: Symbol) -> u32 {
        let small = |at: usize| u32::try_from(at).expect("symbols are few");
        match self.symbols.binary_search(&symbol) {
            Ok(at) => small(at),
            Err(at) => {
                self.symbols.insert(at, symbol);
                let new = small(at);
                for decision in self.decisions.iter_mut().filter(|d| d.symbol >= new) {
                    decision.symbol += 1;
                }
                new
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tradebot_domain::Date;
    use tradebot_models::LearnedKind;

    use super::*;

    type Label = Option<(bool, f64)>;

    fn any_label() -> impl Strategy<Value = Label> {
        prop::option::of((any::<bool>(), 0.01..1.0_f64))
    }

    fn empty() -> TrainingSet {
        TrainingSet::new(2).with_horizon(7)
    }

    fn id_of(number: usize) -> DecisionId {
        let start: Date = "2011-01-03".parse().unwrap();
        let days = tradebot_domain::Span::new().days(i64::try_from(number).unwrap());
        // Symbols come up in another order than that of their names.
        let symbol = format!("S{}", (number * 7 + number / 3) % 10).parse().unwrap();
        DecisionId { session: Moment::daily(start + days), symbol }
    }

    fn features(number: usize) -> [f64; 2] {
        [number as f64, 1.0 / (number as f64 + 1.0)]
    }

    fn row_of(number: usize) -> Regime {
        Regime::ALL[number % 5]
    }

    proptest! {
        #[test]
        fn what_is_labelled_anew_is_the_set_that_those_labels_would_have_made(
            rounds in prop::collection::vec(prop::collection::vec(any_label(), 40), 1..4),
            moved in 0_usize..5,
        ) {
            let (mut kept, mut set) = (Kept::default(), empty());
            let mut labels: Vec<Label> = rounds[0].clone();
            for (number, label) in labels.iter().enumerate() {
                if let Some((won, u)) = *label {
                    set.push(id_of(number).session.date(), &features(number), row_of(number), won, u);
                }
                kept.push(id_of(number), row_of(number), &features(number), *label);
            }
            for round in &rounds[1..] {
                let row = Regime::ALL[moved];
                kept.unlabel(row);
                for (number, label) in round.iter().enumerate() {
                    if row_of(number) == row {
                        labels[number] = *label;
                        if let Some(label) = *label {
                            kept.label(id_of(number), label);
                        }
                    }
                }
                set = kept.rebuild(&set, empty());
            }
            let mut fresh = empty();
            for (number, label) in labels.iter().enumerate() {
                if let Some((won, u)) = *label {
                    fresh.push(id_of(number).session.date(), &features(number), row_of(number), won, u);
                }
            }
            prop_assert_eq!(set.len(), fresh.len());
            let digest = |set: &TrainingSet| set.digest(LearnedKind::Forest, 1);
            prop_assert_eq!(digest(&set), digest(&fresh));
        }
    }

    proptest! {
        #[test]
        fn what_is_not_wanted_is_gone_and_the_rest_can_be_labelled_anew(
            first in prop::collection::vec(any_label(), 40),
            wanted in prop::collection::vec(any::<bool>(), 40),
        ) {
            let (mut kept, mut set) = (Kept::default(), empty());
            for (number, label) in first.iter().enumerate() {
                if let (Some((won, u)), true) = (*label, wanted[number]) {
                    set.push(id_of(number).session.date(), &features(number), row_of(number), won, u);
                }
                kept.push(id_of(number), row_of(number), &features(number), *label);
            }
            kept.keep_only(2, |id| (0..40).any(|n| wanted[n] && id_of(n) == id));
            let labelled = |n: &usize| wanted[*n] && first[*n].is_some();
            prop_assert!(kept.in_set().eq((0..40).filter(labelled).map(id_of)));
            for number in (0..40).filter(|n| first[*n].is_none()) {
                kept.label(id_of(number), (false, 1.0));
            }
            let mut fresh = empty();
            for number in (0..40).filter(|n| wanted[*n]) {
                let (won, u) = first[number].unwrap_or((false, 1.0));
                fresh.push(id_of(number).session.date(), &features(number), row_of(number), won, u);
            }
            let digest = |set: &TrainingSet| set.digest(LearnedKind::Forest, 1);
            prop_assert_eq!(digest(&kept.rebuild(&set, empty())), digest(&fresh));
        }
    }

    #[test]
    fn a_decision_takes_thirty_two_bytes_at_most() {
        assert!(size_of::<Decision>() <= 32, "{}", size_of::<Decision>());
    }
}
