//! From sights to forecasts: scaling, members, calibration, weights; session by session.

use std::collections::BTreeMap;

use tradebot_calibration::{Learner, LearnerConfig, ResolvedOutcome};
use tradebot_domain::{MemberId, Regime};
use tradebot_ensemble::{AggregatingAlgorithm, Memory};
use tradebot_models::{Input, LearnedKind, LearnedMember, TrainingSet, fit};

use super::view::{Label, Seen, Sight};
use super::{Forecast, Part, Plant, REFIT_SESSIONS, Study, StudyError};
use crate::leaks::world::World;

/// Who forecasts.
const KINDS: [LearnedKind; 2] = [LearnedKind::Logistic, LearnedKind::NaiveBayes];
/// One bracket for all, so one row.
const ROW: Regime = Regime::TrendingLowVol;
/// Examples before the first fit.
const EXAMPLES_MIN: usize = 150;
/// Sessions of the month that the leaking fit goes through.
const TEST_SESSIONS: usize = 21;
const SEED: u64 = 1;

type Key = (usize, usize);

struct Learning<'a> {
    world: &'a World,
    seen: &'a Seen,
    labels: &'a BTreeMap<Key, Label>,
    plant: Option<Plant>,
    scale: Scale,
    scaled: BTreeMap<Key, Vec<f64>>,
    members: Vec<Box<dyn LearnedMember>>,
    raw: BTreeMap<Key, Vec<f64>>,
    means: BTreeMap<Key, Vec<f64>>,
    learner: Learner,
    weights: AggregatingAlgorithm,
    study: Study,
}

/// Studies all sessions. `future_weights` stand in for what the weights have learned.
pub(super) fn run(
    world: &World,
    seen: &Seen,
    labels: &BTreeMap<Key, Label>,
    plant: Option<Plant>,
    future_weights: Option<&[f64]>,
) -> Result<Study, StudyError> {
    let ids: Vec<MemberId> = KINDS.into_iter().map(LearnedKind::id).collect();
    let mut learning = Learning {
        world,
        seen,
        labels,
        plant,
        scale: Scale::new(seen.columns.len()),
        scaled: BTreeMap::new(),
        members: Vec::new(),
        raw: BTreeMap::new(),
        means: BTreeMap::new(),
        learner: Learner::new(LearnerConfig::default(), &ids, [1.5; 5]),
        weights: AggregatingAlgorithm::new(KINDS.len(), 2.0, Memory::Discount { gamma: 0.995 }),
        study: Study {
            columns: seen.columns.clone(),
            members: ids.iter().map(ToString::to_string).collect(),
            next_returns: seen.next_returns.clone(),
            ..Study::default()
        },
    };
    if plant == Some(Plant::ScalerOnAllData) {
        seen.sights.values().for_each(|sight| learning.scale.learn(&sight.features));
    }
    for session in 0..world.sessions().len() {
        learning.session(session, future_weights)?;
    }
    learning.study.final_weights = learning.weights.weights();
    Ok(learning.study)
}

impl Learning<'_> {
    fn session(
        &mut self,
        session: usize,
        future_weights: Option<&[f64]>,
    ) -> Result<(), StudyError> {
        self.learn_outcomes(session)?;
        self.scale_features(session);
        if session.is_multiple_of(REFIT_SESSIONS) {
            self.refit(session)?;
        }
        if self.members.is_empty() {
            return Ok(());
        }
        let stocks = self.stocks(session);
        for stock in stocks {
            self.forecast((session, stock), future_weights)?;
        }
        Ok(())
    }

    fn stocks(&self, session: usize) -> Vec<usize> {
        self.seen
            .sights
            .range((session, 0)..(session + 1, 0))
            .map(|((_, stock), _)| *stock)
            .collect()
    }

    /// Outcomes that became known in this session, or those that a plant takes for it.
    fn learn_outcomes(&mut self, session: usize) -> Result<(), StudyError> {
        let resolved: Vec<(Key, Label)> = self
            .labels
            .iter()
            .filter(|(_, l)| l.resolved == session)
            .map(|(k, l)| (*k, *l))
            .collect();
        for (key, label) in &resolved {
            let bits = label.net_r.to_bits();
            self.study.values.insert((session, key.1, Part::Label), bits ^ key.0 as u64);
        }
        if self.plant != Some(Plant::CalibratedOnScored) {
            self.calibrate_on(&resolved)?;
        }
        let charged: Vec<(Key, Label)> = if self.plant == Some(Plant::UnresolvedWeights) {
            let before = session.checked_sub(1);
            self.labels.iter().filter(|(k, _)| Some(k.0) == before).map(|(k, l)| (*k, *l)).collect()
        } else {
            resolved
        };
        for (key, label) in charged {
            if let Some(means) = self.means.get(&key) {
                let advice: Vec<Option<f64>> = means.iter().copied().map(Some).collect();
                self.weights.update(&advice, label.won);
            }
        }
        Ok(())
    }

    fn calibrate_on(&mut self, outcomes: &[(Key, Label)]) -> Result<(), StudyError> {
        let outcome = |(key, label): &(Key, Label)| ResolvedOutcome {
            row: ROW,
            raw: self.raw.get(key).map_or_else(
                || vec![None; KINDS.len()],
                |raw| raw.iter().copied().map(Some).collect(),
            ),
            won: label.won,
            uniqueness: 1.0,
            net_r: label.net_r,
        };
        let outcomes: Vec<ResolvedOutcome> = outcomes.iter().map(outcome).collect();
        Ok(self.learner.learn_session(1, &outcomes)?)
    }

    fn scale_features(&mut self, session: usize) {
        let seen = self.seen;
        let sights: Vec<(Key, &Sight)> =
            seen.sights.range((session, 0)..(session + 1, 0)).map(|(k, s)| (*k, s)).collect();
        for (key, sight) in sights {
            if self.plant != Some(Plant::ScalerOnAllData) {
                self.scale.learn(&sight.features);
            }
            let row = self.scale.apply(&sight.features);
            for (column, value) in (0_u16..).zip(&row) {
                let key = (key.0, key.1, Part::Feature(column));
                self.study.values.insert(key, value.to_bits());
            }
            self.study.rows.insert(key, row.clone());
            self.scaled.insert(key, row);
        }
    }

    /// Fits on what was known, or on what the plant takes for known.
    fn refit(&mut self, session: usize) -> Result<(), StudyError> {
        let through_test = self.plant == Some(Plant::FitThroughTest);
        let known = |key: &Key, label: &Label| match self.plant {
            Some(Plant::UnpurgedLabel) => key.0 < session,
            Some(Plant::FitThroughTest) => key.0 < session + TEST_SESSIONS,
            _ => label.resolved <= session,
        };
        let mut set = TrainingSet::new(self.seen.columns.len());
        for (key, label) in self.labels.iter().filter(|(key, label)| known(key, label)) {
            let of_future = self.seen.sights.get(key).filter(|_| through_test);
            let ahead = of_future.map(|sight| self.scale.apply(&sight.features));
            if let Some(row) = self.scaled.get(key).or(ahead.as_ref()) {
                set.push(self.world.sessions()[key.0], row, ROW, label.won, 1.0);
            }
        }
        if set.len() >= EXAMPLES_MIN {
            self.members =
                KINDS.into_iter().map(|kind| fit(kind, &set, SEED)).collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    fn forecast(&mut self, key: Key, future_weights: Option<&[f64]>) -> Result<(), StudyError> {
        let row = &self.scaled[&key];
        let input = Input { features: row, row: ROW };
        let raw: Vec<f64> =
            self.members.iter().map(|member| member.opine(&input).unwrap_or(0.5)).collect();
        self.raw.insert(key, raw.clone());
        let label = self.labels.get(&key).copied();
        // Before any plant: what forecasts are measured against leaks nothing.
        let base = self.learner.row(ROW).rate;
        if let Some(label) = label.filter(|_| self.plant == Some(Plant::CalibratedOnScored)) {
            self.calibrate_on(&[(key, label)])?;
        }
        let means = (0..KINDS.len())
            .map(|member| self.learner.calibrate(member, ROW, raw[member]).map(|c| c.mean))
            .collect::<Result<Vec<f64>, _>>()?;
        let advice: Vec<Option<f64>> = means.iter().copied().map(Some).collect();
        let weights = future_weights.map_or_else(|| self.weights.weights(), <[f64]>::to_vec);
        let p = match future_weights {
            None => self.weights.forecast(&advice).unwrap_or(0.5),
            Some(weights) => weights.iter().zip(&means).map(|(w, p)| w * p).sum(),
        };
        self.note(key, (&raw, &means, &weights), p);
        self.means.insert(key, means);
        if let Some(label) = label {
            self.study.forecasts.push(Forecast { session: key.0, p, base, won: label.won });
        }
        Ok(())
    }

    fn note(&mut self, key: Key, (raw, means, weights): (&[f64], &[f64], &[f64]), p: f64) {
        let mut note = |part: Part, value: f64| {
            self.study.values.insert((key.0, key.1, part), value.to_bits());
        };
        for member in 0..KINDS.len() {
            let at = u16::try_from(member).expect("few members");
            note(Part::Raw(at), raw[member]);
            note(Part::Calibrated(at), means[member]);
            note(Part::Weight(at), weights[member]);
        }
        note(Part::Consensus, p);
    }
}

/// Mean and deviation by column, of what has been seen so far.
struct Scale {
    count: f64,
    mean: Vec<f64>,
    squares: Vec<f64>,
}

impl Scale {
    fn new(columns: usize) -> Self {
        Self { count: 0.0, mean: vec![0.0; columns], squares: vec![0.0; columns] }
    }

    /// Welford's update.
    fn learn(&mut self, row: &[f64]) {
        self.count += 1.0;
        for ((mean, squares), x) in self.mean.iter_mut().zip(&mut self.squares).zip(row) {
            let before = x - *mean;
            *mean += before / self.count;
            *squares += before * (x - *mean);
        }
    }

    fn apply(&self, row: &[f64]) -> Vec<f64> {
        let scaled = |((mean, squares), x): ((&f64, &f64), &f64)| {
            let deviation = (squares / self.count.max(1.0)).sqrt();
            if deviation > 0.0 { (x - mean) / deviation } else { 0.0 }
        };
        self.mean.iter().zip(&self.squares).zip(row).map(scaled).collect()
    }
}
