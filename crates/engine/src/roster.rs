//! The members of the ensemble, and the monthly refits of those that learn.

use std::collections::{BTreeMap, VecDeque};

use rayon::prelude::*;
use tradebot_domain::{MemberId, Moment, Regime};
use tradebot_ensemble::ExpertMaps;
use tradebot_journal::{DecisionId, FitRecord, Ledger, OutcomeRecord};
use tradebot_models::{Input, LearnedKind, LearnedMember, Member, fit, from_bytes, rule_members};

use crate::config::Training;
use crate::error::EngineError;
use crate::learning::with_experts;
use crate::warm::LearnedSession;
use kept::Kept;
use sample::Sample;

mod kept;
mod sample;

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
    sample: Sample,
    waiting: VecDeque<Example>,
    /// Every decision that the sample would take, to be labelled anew; none where nothing ever is.
    kept: Option<Kept>,
    maps: ExpertMaps,
    purge: u32,
    fitted_in: Option<(i16, i8)>,
}

impl Roster {
    /// How many members there are, those included that enter through these maps.
    pub fn size(maps: ExpertMaps) -> usize {
        (rule_members().len() + LearnedKind::ALL.len()) * (1 + maps.count())
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
            sample: Sample::new(purge, 0, usize::MAX),
            waiting: VecDeque::new(),
            kept: None,
            maps: ExpertMaps::default(),
            purge,
            fitted_in: None,
        }
    }

    /// Lets every member enter the ensemble through these maps too. To be called first.
    #[must_use]
    pub fn through(self, maps: ExpertMaps) -> Self {
        Self { ids: with_experts(&self.ids, maps), maps, ..self }
    }

    /// Learns from so many examples at most, drawn from all by this seed. To be called first.
    #[must_use]
    pub fn drawing(self, examples_max: usize, seed: u64) -> Self {
        Self { sample: Sample::new(self.purge, seed, examples_max), ..self }
    }

    /// Keeps examples, so that [`relabelled`](Self::relabelled) can label them anew. To be called first.
    #[must_use]
    pub fn keeping(self, keeps: bool) -> Self {
        Self { kept: keeps.then(Kept::default), ..self }
    }

    /// Names of the members, then of their experts.
    pub fn ids(&self) -> &[MemberId] {
        &self.ids
    }

    /// Score per member, then per expert, which is that of its member; `None` for one that abstains
    /// or was never fitted.
    pub fn opine(&self, input: &Input<'_>) -> Vec<Option<f64>> {
        let rules = self.rules.iter().map(|m| m.opine(input));
        let learned = self.learned.iter().map(|(_, m)| m.as_ref().and_then(|m| m.opine(input)));
        let alone: Vec<Option<f64>> = rules.chain(learned).collect();
        alone.repeat(1 + self.maps.count())
    }

    /// Notes the features of a decision whose bracket is now in question.
    pub fn ask(&mut self, id: DecisionId, cycle: u32, row: Regime, features: &[f64]) {
        if !self.sample.wants(id) {
            return;
        }
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
        known: &BTreeMap<DecisionId, (bool, f64)>,
    ) {
        let mut outcomes: Vec<_> = sessions.iter().flat_map(|session| &session.outcomes).collect();
        outcomes.sort_by_key(|outcome| outcome.record.id);
        for outcome in outcomes {
            let (id, row) = (outcome.record.id, outcome.record.row);
            let label = known.get(&id).copied();
            self.admit(id, row, &outcome.features, label);
        }
    }

    /// A row asks something new, and nothing is known of it yet: what is, is told by
    /// [`label`](Self::label), and then [`relabelled`](Self::relabelled) makes the set anew.
    pub fn unlabel(&mut self, row: Regime) {
        self.waiting.iter_mut().filter(|e| e.row == row).for_each(|e| e.label = None);
        if let Some(kept) = &mut self.kept {
            kept.unlabel(row);
        }
    }

    /// How a decision ended under the multiple in force.
    pub fn label(&mut self, outcome: &OutcomeRecord) {
        if self.waiting.front().is_none_or(|first| first.id > outcome.id) {
            if let (Some(kept), Some(won)) = (&mut self.kept, outcome.won) {
                kept.label(outcome.id, (won, outcome.uniqueness));
            }
        } else {
            self.answer(outcome);
        }
    }

    /// The training set with the labels as they are now.
    pub fn relabelled(&mut self) {
        if let Some(kept) = &mut self.kept {
            let set = kept.rebuild(self.sample.set(), self.sample.empty_set());
            self.sample.replace(set, kept.in_set());
        }
    }

    fn admit(&mut self, id: DecisionId, row: Regime, features: &[f64], label: Option<(bool, f64)>) {
        if !self.sample.wants(id) {
            return;
        }
        if let Some(label) = label {
            self.sample.push(id, features, row, label);
        }
        if let Some(kept) = &mut self.kept {
            kept.push(id, row, features, label);
        }
        if self.sample.is_overfull() {
            self.thin();
        }
    }

    /// Lets go of what the sample does not take any more.
    fn thin(&mut self) {
        if !self.sample.thin() {
            return;
        }
        let sample = &self.sample;
        if let Some(kept) = &mut self.kept {
            kept.keep_only(sample.set().feature_count(), |id| sample.wants(id));
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
        self.thin();
        if self.sample.set().len() < training.examples_min {
            return Ok(Vec::new());
        }
        self.fitted_in = Some((session.year(), session.month()));
        let set = self.sample.set();
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
        while let Some(Example { id, row, features, label, .. }) =
            self.waiting.pop_front_if(|example| example.cycle + self.purge <= cycle)
        {
            let label = label.and_then(|label| Some((label.won?, label.uniqueness)));
            self.admit(id, row, &features, label);
        }
    }

    fn card(&self, kind: LearnedKind, member: &dyn LearnedMember) -> String {
        let mut card = member.card();
        let experts: Vec<String> =
            self.maps.iter().map(|map| format!("{}.{}", kind.id(), map.suffix())).collect();
        if !experts.is_empty() {
            card.extend(["weighed too as: ", &experts.join(", "), "\n"]);
        }
        card
    }

    fn record(
        &self,
        session: Moment,
        kind: LearnedKind,
        training_digest: &str,
        member: &dyn LearnedMember,
    ) -> FitRecord {
        let (artefact, set) = (member.to_bytes(), self.sample.set());
        FitRecord {
            session,
            member: kind.id(),
            examples: u32::try_from(set.len()).unwrap_or(u32::MAX),
            first_example: set.first_session().unwrap_or(session.date()),
            last_example: set.last_session().unwrap_or(session.date()),
            base_rate: set.base_rate(),
            training_digest: training_digest.to_owned(),
            model_digest: blake3::hash(&artefact).to_hex().to_string(),
            card: self.card(kind, member),
            artefact,
        }
    }
}
