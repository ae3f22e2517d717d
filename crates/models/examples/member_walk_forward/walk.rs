//! Members, calibration and consensus on their way through a stream, as the product does it.

use rayon::prelude::*;
use tradebot_calibration::{Calibrated, Learner, LearnerConfig, ResolvedOutcome, RowState};
use tradebot_domain::{MemberId, Regime};
use tradebot_ensemble::{Consensus, Ensemble, EnsembleConfig, ScoredOutcome};
use tradebot_models::{Input, LearnedKind, LearnedMember, Member, TrainingSet, fit, rule_members};
use tradebot_policy::Policy;

use crate::stream::Stream;

/// Fewest examples of a first fit.
const EXAMPLES_MIN: usize = 500;
const SEED: u64 = 42;

/// What was said of a question before anything was known of its answer.
pub(crate) struct Said {
    /// Score of each member.
    pub(crate) raw: Vec<Option<f64>>,
    /// The score as calibration read it.
    pub(crate) means: Vec<Option<f64>>,
    pub(crate) consensus: Consensus,
    pub(crate) row: RowState,
    /// Rate of all rows together, by uniqueness.
    pub(crate) rate: f64,
}

pub(crate) struct Walked {
    pub(crate) ids: Vec<MemberId>,
    pub(crate) said: Vec<Said>,
    /// Cards of the last fits.
    pub(crate) cards: Vec<String>,
    pub(crate) refits: usize,
}

struct Roster {
    rules: Vec<Box<dyn Member>>,
    kinds: Vec<LearnedKind>,
    learned: Vec<Box<dyn LearnedMember>>,
    set: TrainingSet,
    /// Questions before it are in the set.
    admitted: usize,
    fitted_in: Option<(i16, i8)>,
    refits: usize,
}

/// The longest life of a bracket, in sessions.
pub(crate) fn horizon() -> u32 {
    let policy = Policy::bundled();
    Regime::ALL.into_iter().map(|r| policy.row(r).max_holding_sessions).max().unwrap()
}

pub(crate) fn walk(stream: &Stream, kinds: &[LearnedKind]) -> Walked {
    let rules = rule_members();
    let ids: Vec<MemberId> =
        rules.iter().map(|m| m.id()).chain(kinds.iter().map(|kind| kind.id())).collect();
    let mut learner = Learner::new(LearnerConfig::default(), &ids, Policy::bundled().r_multiples());
    let mut ensemble = Ensemble::new(EnsembleConfig::default(), &ids);
    let mut roster = Roster::new(rules, kinds);
    let mut said: Vec<Said> = Vec::with_capacity(stream.asked.len());
    let (mut won, mut worth) = (2.0, 4.0);
    for (number, session) in stream.sessions.iter().enumerate() {
        let mut ended = session.ended.clone();
        ended.sort_unstable();
        let (resolved, scored): (Vec<_>, Vec<_>) =
            ended.iter().map(|at| outcome(stream, &said[*at], *at)).unzip();
        learner.learn_session(session.symbols, &resolved).unwrap();
        ensemble.learn_session_in(&scored).unwrap();
        for outcome in &resolved {
            worth += outcome.uniqueness;
            won += if outcome.won { outcome.uniqueness } else { 0.0 };
        }
        roster.refit_if_due(stream, number);
        for asked in &stream.asked[session.asked.clone()] {
            let row = asked.row;
            let raw = roster.opine(&Input { features: &asked.features, row });
            let calibrate = |(member, raw): (usize, &Option<f64>)| {
                raw.and_then(|raw| learner.calibrate(member, row, raw).ok())
            };
            let calibrated: Vec<Option<Calibrated>> =
                raw.iter().enumerate().map(calibrate).collect();
            let consensus = ensemble.combine_in(row, &calibrated).unwrap();
            let means = calibrated.iter().map(|c| c.as_ref().map(|c| c.mean)).collect();
            said.push(Said { raw, means, consensus, row: learner.row(row), rate: won / worth });
        }
    }
    let cards = roster.learned.iter().map(|m| m.card()).collect();
    Walked { ids, said, cards, refits: roster.refits }
}

fn outcome(stream: &Stream, said: &Said, at: usize) -> (ResolvedOutcome, (Regime, ScoredOutcome)) {
    let asked = &stream.asked[at];
    let ended = asked.ended.unwrap();
    let (row, won, uniqueness) = (asked.row, ended.won(), ended.uniqueness);
    let raw = said.raw.clone();
    let resolved = ResolvedOutcome { row, raw: raw.clone(), won, uniqueness, net_r: ended.net_r };
    let scored = ScoredOutcome {
        means: said.means.clone(),
        raw,
        consensus: said.consensus.mean,
        equal_weight: said.consensus.equal_weight,
        row_rate: said.row.rate,
        won,
        uniqueness,
    };
    (resolved, (row, scored))
}

impl Roster {
    fn new(rules: Vec<Box<dyn Member>>, kinds: &[LearnedKind]) -> Self {
        let (kinds, learned) = (kinds.to_vec(), Vec::new());
        let set = TrainingSet::new(tradebot_features::feature_names().len());
        Self { rules, kinds, learned, set, admitted: 0, fitted_in: None, refits: 0 }
    }

    fn opine(&self, input: &Input<'_>) -> Vec<Option<f64>> {
        let learned = 0..self.kinds.len();
        let learned = learned.map(|at| self.learned.get(at).and_then(|m| m.opine(input)));
        self.rules.iter().map(|m| m.opine(input)).chain(learned).collect()
    }

    /// With the first session of a month, on all questions whose horizon has passed.
    fn refit_if_due(&mut self, stream: &Stream, now: usize) {
        let date = stream.sessions[now].date;
        let month = (date.year(), date.month());
        if self.fitted_in == Some(month) {
            return;
        }
        while let Some(asked) = stream.asked.get(self.admitted) {
            if asked.session + horizon() as usize > now {
                break;
            }
            if let Some(e) = asked.ended {
                self.set.push(asked.date, &asked.features, asked.row, e.won(), e.uniqueness);
            }
            self.admitted += 1;
        }
        if self.set.len() < EXAMPLES_MIN {
            return;
        }
        self.fitted_in = Some(month);
        self.refits += 1;
        let fits = self.kinds.par_iter().map(|kind| fit(*kind, &self.set, SEED));
        self.learned = fits.collect::<Result<_, _>>().unwrap();
    }
}
