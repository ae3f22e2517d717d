//! The detectors on what the real engine has recorded: every feature, label and member.

use std::collections::{BTreeMap, BTreeSet};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use tradebot_calibration::Calibrated;
use tradebot_domain::{Moment, Regime, Symbol};
use tradebot_engine::learning::Learning;
use tradebot_engine::shadow::{Forecast, Resolved};
use tradebot_ensemble::EnsembleConfig;
use tradebot_journal::{
    DecisionId, DecisionRecord, Event, FitRecord, OutcomeRecord, RegimeRecord, RunStarted,
};

use super::Subject;
use super::detect::{CHANCE_ERRORS, Detector, holds_next_return, skill_errors};

/// What a run has put on record that could know the future.
#[derive(Debug, Clone)]
pub struct Recorded {
    start: RunStarted,
    decisions: BTreeMap<DecisionId, DecisionRecord>,
    outcomes: BTreeMap<DecisionId, OutcomeRecord>,
    regimes: BTreeMap<Moment, RegimeRecord>,
    fits: Vec<FitRecord>,
}

impl Recorded {
    /// Sorts the events of one run; `None` when they do not begin with its start.
    pub fn of(events: Vec<Event>) -> Option<Self> {
        let mut events = events.into_iter();
        let Some(Event::RunStarted(start)) = events.next() else { return None };
        let mut recorded = Self {
            start,
            decisions: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            regimes: BTreeMap::new(),
            fits: Vec::new(),
        };
        for event in events {
            match event {
                Event::Decision(d) => drop(recorded.decisions.insert(d.id, *d)),
                Event::Outcome(o) => drop(recorded.outcomes.insert(o.id, o)),
                Event::Regime(r) => drop(recorded.regimes.insert(r.session, r)),
                Event::ModelFitted(f) => recorded.fits.push(f),
                _ => {}
            }
        }
        Some(recorded)
    }

    /// All parts that are looked at, by name.
    fn parts(&self) -> Vec<String> {
        let features = self.start.feature_names.iter().map(|f| format!("feature {f}"));
        let labels = Regime::ALL.map(|row| format!("label {row}"));
        let of_member = |m: &tradebot_domain::MemberId| {
            ["score", "calibrated", "weight", "fit"].map(|what| format!("{m} {what}"))
        };
        let members = self.start.members.iter().flat_map(of_member);
        let rest = ["regime", "row rate", "consensus"].map(str::to_owned);
        features.chain(labels).chain(members).chain(rest).collect()
    }

    /// Parts of sessions up to `cut` that are not what they are in a run that ended with it.
    fn changed(&self, then: &Self, cut: Moment) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        let decided = self.decisions.values().filter(|d| d.id.session <= cut);
        for decision in decided {
            match then.decisions.get(&decision.id) {
                Some(other) => self.compare(decision, other, &mut changed),
                None => drop(changed.insert("consensus".to_owned())),
            }
        }
        let known = |o: &&OutcomeRecord| o.resolved <= cut;
        for outcome in self.outcomes.values().filter(known) {
            if then.outcomes.get(&outcome.id) != Some(outcome) {
                changed.insert(format!("label {}", outcome.row));
            }
        }
        for regime in self.regimes.values().filter(|r| r.session <= cut) {
            if then.regimes.get(&regime.session) != Some(regime) {
                changed.insert("regime".to_owned());
            }
        }
        for fit in self.fits.iter().filter(|f| f.session <= cut) {
            if !then.fits.contains(fit) {
                changed.insert(format!("{} fit", fit.member));
            }
        }
        changed
    }

    fn compare(&self, a: &DecisionRecord, b: &DecisionRecord, changed: &mut BTreeSet<String>) {
        for (at, name) in self.start.feature_names.iter().enumerate() {
            let bits = |d: &DecisionRecord| d.features.get(at).map(|x| x.to_bits());
            if bits(a) != bits(b) {
                changed.insert(format!("feature {name}"));
            }
        }
        for (at, member) in self.start.members.iter().enumerate() {
            let (a, b) = (a.opinions.get(at), b.opinions.get(at));
            let mut differs = |what: &str, differ: bool| {
                if differ {
                    changed.insert(format!("{member} {what}"));
                }
            };
            differs("score", a.map(|o| o.raw) != b.map(|o| o.raw));
            differs("calibrated", a.map(|o| o.mean) != b.map(|o| o.mean));
            differs("weight", a.map(|o| o.weight) != b.map(|o| o.weight));
        }
        if a.consensus != b.consensus {
            changed.insert("consensus".to_owned());
        }
        let rate = |d: &DecisionRecord| d.consensus.as_ref().map(|c| c.row_rate);
        if rate(a) != rate(b) {
            changed.insert("row rate".to_owned());
        }
    }

    /// Features that hold the next return, see [`holds_next_return`].
    fn held(&self) -> BTreeSet<String> {
        let mut by_symbol: BTreeMap<Symbol, Vec<&DecisionRecord>> = BTreeMap::new();
        for decision in self.decisions.values() {
            by_symbol.entry(decision.id.symbol).or_default().push(decision);
        }
        let continuous = |d: &DecisionRecord| d.close.map(|close| close * d.quality.adjustment);
        let holds = |at: usize| {
            let (mut now, mut delayed) = (Vec::new(), Vec::new());
            for decisions in by_symbol.values() {
                for three in decisions.windows(3) {
                    let closes = (continuous(three[1]), continuous(three[2]));
                    let (Some(close), Some(next)) = closes else { continue };
                    let change = (next / close).ln();
                    let value = |d: &DecisionRecord| d.features.get(at).copied();
                    now.extend(value(three[1]).map(|x| (x, change)));
                    delayed.extend(value(three[0]).map(|x| (x, change)));
                }
            }
            holds_next_return(&now, &delayed)
        };
        let names = self.start.feature_names.iter().enumerate();
        names.filter(|(at, _)| holds(*at)).map(|(_, name)| format!("feature {name}")).collect()
    }

    /// Members and consensus that have skill on outcomes dealt out at random within each row.
    fn skilled_on_dealt(&self, r_multiples: [f64; 5], seed: u64) -> BTreeSet<String> {
        let dealt = self.dealt(seed);
        let mut by_session: BTreeMap<Moment, (Vec<&DecisionRecord>, Vec<&OutcomeRecord>)> =
            BTreeMap::new();
        for decision in self.decisions.values() {
            by_session.entry(decision.id.session).or_default().0.push(decision);
        }
        for outcome in dealt.values() {
            by_session.entry(outcome.resolved).or_default().1.push(outcome);
        }
        let mut learning =
            Learning::new(&self.start.members, r_multiples, EnsembleConfig::default());
        let mut forecasts: BTreeMap<DecisionId, Forecast> = BTreeMap::new();
        let mut alarm = false;
        for (session, (decisions, outcomes)) in &by_session {
            let resolved = |o: &&OutcomeRecord| {
                let forecast = forecasts.get(&o.id)?.clone();
                Some(Resolved { record: (*o).clone(), forecast })
            };
            let resolved: Vec<Resolved> = outcomes.iter().filter_map(resolved).collect();
            let symbols = u32::try_from(decisions.len()).unwrap_or(u32::MAX);
            if learning.learn(symbols, alarm, &resolved).is_err() {
                return ["consensus".to_owned()].into();
            }
            let opinion = self.regimes.get(session).and_then(|r| r.second_opinion);
            alarm = opinion.is_some_and(|o| o.alarm);
            for decision in decisions {
                if let Some(forecast) = forecast_again(&learning, decision) {
                    forecasts.insert(decision.id, forecast);
                }
            }
        }
        self.skilled(&dealt, &forecasts)
    }

    fn skilled(
        &self,
        dealt: &BTreeMap<DecisionId, OutcomeRecord>,
        forecasts: &BTreeMap<DecisionId, Forecast>,
    ) -> BTreeSet<String> {
        let scored = |p: &dyn Fn(&Forecast) -> Option<f64>| {
            let one = |o: &OutcomeRecord| {
                let forecast = forecasts.get(&o.id)?;
                Some((p(forecast)?, forecast.row_rate, o.won?))
            };
            skill_errors(dealt.values().filter_map(one)) > CHANCE_ERRORS
        };
        let members = self.start.members.iter().enumerate();
        let mut skilled: BTreeSet<String> = members
            .filter(|(at, _)| scored(&|f: &Forecast| f.means.get(*at).copied().flatten()))
            .map(|(_, member)| format!("{member} calibrated"))
            .collect();
        if scored(&|f: &Forecast| Some(f.consensus)) {
            skilled.insert("consensus".to_owned());
        }
        skilled
    }

    /// Results dealt out anew among the outcomes of each row; everything else stays.
    fn dealt(&self, seed: u64) -> BTreeMap<DecisionId, OutcomeRecord> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut dealt = self.outcomes.clone();
        for row in Regime::ALL {
            let of_row: Vec<DecisionId> =
                dealt.values().filter(|o| o.row == row && o.won.is_some()).map(|o| o.id).collect();
            let mut ends: Vec<(Option<bool>, f64)> =
                of_row.iter().map(|id| (dealt[id].won, dealt[id].net_r)).collect();
            for last in (1..ends.len()).rev() {
                let other = rng.next_u64() % (last as u64 + 1);
                ends.swap(last, usize::try_from(other).expect("below a length"));
            }
            for (id, (won, net_r)) in of_row.iter().zip(ends) {
                if let Some(outcome) = dealt.get_mut(id) {
                    (outcome.won, outcome.net_r) = (won, net_r);
                }
            }
        }
        dealt
    }
}

/// What would have been forecast, had the learned state been this one.
fn forecast_again(learning: &Learning, decision: &DecisionRecord) -> Option<Forecast> {
    decision.consensus.as_ref()?;
    let raw: Vec<Option<f64>> = decision.opinions.iter().map(|o| o.raw).collect();
    let calibrate = |(member, raw): (usize, &Option<f64>)| {
        raw.and_then(|raw| learning.learner.calibrate(member, decision.row, raw).ok())
    };
    let calibrated: Vec<Option<Calibrated>> = raw.iter().enumerate().map(calibrate).collect();
    let consensus = learning.ensemble.combine(&calibrated).ok()?;
    Some(Forecast {
        raw,
        means: calibrated.iter().map(|c| c.as_ref().map(|c| c.mean)).collect(),
        consensus: consensus.mean,
        equal_weight: consensus.equal_weight,
        row_rate: learning.learner.row(decision.row).rate,
    })
}

/// Every feature, label and member of the engine with the alarms it raises.
///
/// - `whole`: a run. `cut`: the same run with the market ending earlier, and the last session of
///   each. `r_multiples`: those of the policy.
pub fn alarms(
    whole: &Recorded,
    cut: &[(Moment, Recorded)],
    r_multiples: [f64; 5],
    seed: u64,
) -> Vec<Subject> {
    let changed: BTreeSet<String> =
        cut.iter().flat_map(|(date, then)| whole.changed(then, *date)).collect();
    let held = whole.held();
    let skilled = whole.skilled_on_dealt(r_multiples, seed);
    let subject = |name: String| {
        let found = [
            (Detector::Prefix, &changed),
            (Detector::Shift, &held),
            (Detector::Permutation, &skilled),
        ];
        let alarms = found.iter().filter(|(_, of)| of.contains(&name)).map(|(d, _)| *d).collect();
        Subject { name, alarms }
    };
    whole.parts().into_iter().map(subject).collect()
}
