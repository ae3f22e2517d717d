//! The members of the ensemble, and the monthly refits of those that learn.

use std::collections::{BTreeMap, VecDeque};

use rayon::prelude::*;
use tradebot_domain::{MemberId, Moment, Regime};
use tradebot_features::feature_names;
use tradebot_journal::{DecisionId, FitRecord, Ledger, OutcomeRecord};
use tradebot_models::{
    Input, LearnedKind, LearnedMember, Member, TrainingSet, fit, from_bytes, rule_members,
};

use crate::config::Training;
use crate::error::EngineError;
use crate::warm::LearnedSession;

/// One example per symbol and session, waiting until its label may be used.
#[derive(Debug, Clone)]
struct Example {
    id: DecisionId,
    cycle: u32,
    row: Regime,
    features: Vec<f64>,
    label: Option<Label>,
}

#[derive(Debug, Clone, Copy)]
struct Label {
    /// `None`: the bracket was not entered, so there is nothing to learn.
    won: Option<bool>,
    uniqueness: f64,
}

/// All members, in the order in which they stand everywhere.
pub struct Roster {
    ids: Vec<MemberId>,
    rules: Vec<Box<dyn Member>>,
    learned: Vec<(LearnedKind, Option<Box<dyn LearnedMember>>)>,
    set: TrainingSet,
    waiting: VecDeque<Example>,
    /// Every example of the set, to be labelled anew; empty where nothing ever is.
    kept: Vec<Example>,
    keeps: bool,
    purge: u32,
    fitted_in: Option<(i16, i8)>,
}

impl Roster {
    /// How many members there are.
    pub fn size() -> usize {
        rule_members().len() + LearnedKind::ALL.len()
    }

    /// The built-in members. `purge` is the longest label horizon in sessions, entry included:
    /// an example is used only when even the slowest bracket of its day must have ended, so that
    /// quick losers do not enter before slow winners.
    pub fn new(purge: u32) -> Self {
        let rules = rule_members();
        let learned: Vec<_> = LearnedKind::ALL.into_iter().map(|k| (k, None)).collect();
        let ids = rules.iter().map(|m| m.id()).chain(learned.iter().map(|(k, _)| k.id())).collect();
        Self {
            ids,
            rules,
            learned,
            set: TrainingSet::new(feature_names().len()).with_horizon(purge),
            waiting: VecDeque::new(),
            kept: Vec::new(),
            keeps: false,
            purge,
            fitted_in: None,
        }
    }

    /// Keeps examples, so that [`relabel`](Self::relabel) can label them anew. To be called first.
    #[must_use]
    pub fn keeping(self, keeps: bool) -> Self {
        Self { keeps, ..self }
    }

    /// Names of the members.
    pub fn ids(&self) -> &[MemberId] {
        &self.ids
    }

    /// Score per member; `None` for one that abstains or was never fitted.
    pub fn opine(&self, input: &Input<'_>) -> Vec<Option<f64>> {
        let rules = self.rules.iter().map(|m| m.opine(input));
        let learned = self.learned.iter().map(|(_, m)| m.as_ref().and_then(|m| m.opine(input)));
        rules.chain(learned).collect()
    }

    /// Notes the features of a decision whose bracket is now in question.
    pub fn ask(&mut self, id: DecisionId, cycle: u32, row: Regime, features: &[f64]) {
        let features = features.to_vec();
        self.waiting.push_back(Example { id, cycle, row, features, label: None });
    }

    /// Notes how a bracket ended.
    pub fn answer(&mut self, outcome: &OutcomeRecord) {
        let at = self.waiting.partition_point(|e| e.id < outcome.id);
        if let Some(example) = self.waiting.get_mut(at).filter(|e| e.id == outcome.id) {
            example.label = Some(Label { won: outcome.won, uniqueness: outcome.uniqueness });
        }
    }

    /// Begins with the examples of an earlier run: all its outcomes are long known. Those without one
    /// under the multiple in force are kept only where they may be labelled anew.
    pub fn recall(
        &mut self,
        sessions: &[LearnedSession],
        known: impl Iterator<Item = OutcomeRecord>,
    ) {
        let known: BTreeMap<DecisionId, OutcomeRecord> = known.map(|r| (r.id, r)).collect();
        let mut outcomes: Vec<_> = sessions.iter().flat_map(|session| &session.outcomes).collect();
        outcomes.sort_by_key(|outcome| outcome.record.id);
        for outcome in outcomes {
            let (id, row) = (outcome.record.id, outcome.record.row);
            let label = known.get(&id).and_then(|r| Some((r.won?, r.uniqueness)));
            if let Some((won, uniqueness)) = label {
                self.set.push(id.session.date(), &outcome.features, row, won, uniqueness);
            }
            if self.keeps {
                let label = label.map(|(won, uniqueness)| Label { won: Some(won), uniqueness });
                let features = outcome.features.clone();
                self.kept.push(Example { id, cycle: 0, row, features, label });
            }
        }
    }

    /// A row asks something new: its decisions are labelled with what is known of the new question,
    /// or wait for it.
    pub fn relabel(&mut self, row: Regime, labels: &BTreeMap<DecisionId, (bool, f64)>) {
        for example in self.waiting.iter_mut().chain(&mut self.kept).filter(|e| e.row == row) {
            let known = labels.get(&example.id);
            example.label =
                known.map(|(won, uniqueness)| Label { won: Some(*won), uniqueness: *uniqueness });
        }
        self.set = TrainingSet::new(feature_names().len()).with_horizon(self.purge);
        for example in &self.kept {
            if let Some(Label { won: Some(won), uniqueness }) = example.label {
                self.set.push(
                    example.id.session.date(),
                    &example.features,
                    example.row,
                    won,
                    uniqueness,
                );
            }
        }
    }

    /// Refits all learned members when a new month begins and enough examples are known.
    ///
    /// A fit whose artefact the ledger already holds (a continued run) is read back instead.
    ///
    /// # Errors
    /// [`EngineError::Model`] when a member cannot be fitted or read back.
    pub fn refit_if_due(
        &mut self,
        session: Moment,
        cycle: u32,
        seed: u64,
        training: Training,
        ledger: &mut dyn Ledger,
    ) -> Result<Vec<FitRecord>, EngineError> {
        if !self.is_due(session, training) {
            return Ok(Vec::new());
        }
        self.admit_known(cycle);
        if self.set.len() < training.examples_min {
            return Ok(Vec::new());
        }
        self.fitted_in = Some((session.year(), session.month()));
        let set = &self.set;
        let stored: Vec<_> = LearnedKind::ALL
            .into_iter()
            .map(|kind| {
                let digest = set.digest(kind, seed);
                let bytes = ledger.artefact(&digest);
                (kind, digest, bytes)
            })
            .collect();
        let fitted: Vec<_> = stored
            .into_par_iter()
            .map(|(kind, digest, bytes)| {
                let member = match bytes {
                    Some(bytes) => from_bytes(kind, &bytes),
                    None => fit(kind, set, seed),
                };
                member.map(|m| (kind, digest, m)).map_err(|e| EngineError::Model {
                    member: kind.id().to_string(),
                    session,
                    detail: e.to_string(),
                })
            })
            .collect::<Result<_, _>>()?;
        let records =
            fitted.iter().map(|(kind, digest, m)| self.record(session, *kind, digest, m.as_ref()));
        let records = records.collect();
        self.learned = fitted.into_iter().map(|(kind, _, m)| (kind, Some(m))).collect();
        Ok(records)
    }

    fn is_due(&self, session: Moment, training: Training) -> bool {
        let months = |(year, month): (i16, i8)| i32::from(year) * 12 + i32::from(month);
        self.fitted_in.is_none_or(|last| {
            let since = months((session.year(), session.month())) - months(last);
            i64::from(since) >= i64::from(training.every_months)
        })
    }

    /// Moves examples that are older than the label horizon into the training set.
    fn admit_known(&mut self, cycle: u32) {
        while let Some(example) = self.waiting.front() {
            if example.cycle + self.purge > cycle {
                return;
            }
            if let Some(Label { won: Some(won), uniqueness }) = example.label {
                self.set.push(
                    example.id.session.date(),
                    &example.features,
                    example.row,
                    won,
                    uniqueness,
                );
            }
            let example = self.waiting.pop_front();
            self.kept.extend(example.filter(|_| self.keeps));
        }
    }

    fn record(
        &self,
        session: Moment,
        kind: LearnedKind,
        training_digest: &str,
        member: &dyn LearnedMember,
    ) -> FitRecord {
        let artefact = member.to_bytes();
        FitRecord {
            session,
            member: kind.id(),
            examples: u32::try_from(self.set.len()).unwrap_or(u32::MAX),
            first_example: self.set.first_session().unwrap_or(session.date()),
            last_example: self.set.last_session().unwrap_or(session.date()),
            base_rate: self.set.base_rate(),
            training_digest: training_digest.to_owned(),
            model_digest: blake3::hash(&artefact).to_hex().to_string(),
            card: member.card(),
            artefact,
        }
    }
}
