//! Members that enter the ensemble a second time, their scores read by another map.
//!
//! One map per member and policy row, since the row is the question: fitted on the last 750
//! outcomes of that row in which the member had an opinion, each by its uniqueness, and fitted anew
//! with every 21st session that had any. Before the first fit it answers the row's base rate.

use tradebot_calibration::Calibrated;
use tradebot_calibration::maps::MapMethod;
use tradebot_calibration::prequential::{
    Cadence, PrequentialMap, PrequentialMapConfig, ResolvedForecast,
};
use tradebot_domain::{MemberId, Regime};
use tradebot_ensemble::{ExpertMap, ExpertMaps};

use crate::shadow::Resolved;

/// Least weight that a map takes.
const WEIGHT_MIN: f64 = 1e-6;

/// The members with their experts: all members, then all of them through the first map, and so
/// on. Without maps the members.
pub(crate) fn with_experts(members: &[MemberId], maps: ExpertMaps) -> Vec<MemberId> {
    let name = |member: &MemberId, map: ExpertMap| {
        MemberId::new(&format!("{member}.{}", map.suffix()))
            .expect("names of members are short and made of the same characters")
    };
    let experts = maps.iter().flat_map(|map| members.iter().map(move |m| name(m, map)));
    members.iter().copied().chain(experts).collect()
}

/// The maps of all experts.
#[derive(Debug, Clone)]
pub(super) struct Experts {
    /// How many members there are without experts.
    members: usize,
    /// By expert, in their order, then by row.
    maps: Vec<[PrequentialMap<MapMethod>; 5]>,
    /// Outcomes so far, which names the next one.
    outcomes: u64,
    /// Sessions so far.
    now: i64,
}

impl Experts {
    pub(super) fn new(members: usize, maps: ExpertMaps) -> Self {
        let config = PrequentialMapConfig {
            cadence: Cadence::Moments(21),
            ..PrequentialMapConfig::default()
        };
        let map = |method: MapMethod| {
            let new =
                || PrequentialMap::new(method, config).expect("its own settings are in range");
            Regime::ALL.map(|_| new())
        };
        let maps = maps
            .iter()
            .flat_map(|which| (0..members).map(move |_| map(method_of(which))).collect::<Vec<_>>());
        Self { members, maps: maps.collect(), outcomes: 0, now: 0 }
    }

    /// How many members there are without experts.
    pub(super) const fn members(&self) -> usize {
        self.members
    }

    /// What a score has meant to the expert that stands at `index` among members and experts.
    pub(super) fn calibrate(&self, index: usize, row: Regime, raw: f64) -> Option<Calibrated> {
        let maps = self.maps.get(index.checked_sub(self.members)?)?;
        maps[row.index()].calibrated(self.now, raw).ok()
    }

    /// Learns what a session taught. To be called for every session.
    pub(super) fn learn(&mut self, resolved: &[Resolved]) -> Result<(), String> {
        self.now += 1;
        for Resolved { record, forecast } in resolved {
            let Some(won) = record.won else { continue };
            self.outcomes += 1;
            let (id, weight) = (self.outcomes, record.uniqueness.max(WEIGHT_MIN));
            let (issued_at, resolved_at) = (self.now - 1, self.now);
            let scores = &forecast.raw[self.members.min(forecast.raw.len())..];
            for (maps, raw) in self.maps.iter_mut().zip(scores) {
                let Some(p) = *raw else { continue };
                let row =
                    ResolvedForecast { id, issued_at, resolved_at, p, regime: None, won, weight };
                maps[record.row.index()].learn(&[row]).map_err(|e| e.to_string())?;
            }
        }
        Ok(())
    }
}

const fn method_of(map: ExpertMap) -> MapMethod {
    match map {
        ExpertMap::Platt => MapMethod::Platt,
        ExpertMap::Beta => MapMethod::BetaAbm,
        ExpertMap::Isotonic => MapMethod::Isotonic,
        ExpertMap::VennAbers => MapMethod::VennAbers,
    }
}
