//! Phases 3 and 7: data, gates, regimes, policy.

use tradebot_app::validate::Evidence;
use tradebot_domain::{Decimal, Regime};
use tradebot_regime::RegimeReading;

use crate::validate::Plant;

pub(crate) const PLANTS: &[Plant] = &[
    ("p03-planted-refused", |e| e.gates.planted[4].refused_by = None),
    ("p03-planted-refused", |e| e.gates.planted.clear()),
    ("p03-planted-named", |e| e.gates.planted[4].refused_by = Some("gap")),
    ("p03-recovers", |e| e.gates.planted[2].admitted_after = None),
    ("p03-recovers", |e| e.gates.planted[2].admitted_after = Some(6)),
    ("p03-clean-passes", |e| e.gates.clean_refused = vec!["IBM".to_owned(); 4]),
    ("p03-refused-untraded", |e| {
        let decided = e.run.decisions.iter().find_map(|d| d.consensus.clone());
        let refused = e.run.decisions.iter_mut().find(|d| !d.quality.admitted);
        refused.unwrap().consensus = decided;
    }),
    ("p03-refused-untraded", |e| {
        // A gate that lets everything through leaves nothing to look at.
        e.run.decisions.iter_mut().for_each(|d| d.quality.admitted = true);
    }),
    ("p03-refused-why", |e| {
        let refused = e.run.decisions.iter_mut().find(|d| !d.quality.admitted);
        refused.unwrap().quality.violations.clear();
    }),
    ("p03-levels", |e| e.run.decisions[50].quality.level = "poor".to_owned()),
    ("p03-levels", |e| e.run.decisions[50].quality.score = 1.2),
    ("p03-provenance", |e| e.run.decisions[50].quality.source.clear()),
    ("p03-provenance", |e| e.run.decisions[50].quality.adjustment = 0.0),
    ("p03-bars-true", |e| e.run.decisions[50].quality.bar_digest = "0".repeat(16)),
    ("p03-violations-kept", |e| {
        let table = e.database.tables.iter_mut().find(|t| t.table == "data_quality_violations");
        table.unwrap().rows += 1;
    }),
    ("p03-bars-kept", |e| {
        let table = e.database.tables.iter_mut().find(|t| t.table == "market_data");
        table.unwrap().rows -= 1;
    }),
    ("p03-bundle", |e| e.market.series[0].bars -= 1),
    ("p03-bundle", |e| e.market.series[0].digest = "f".repeat(64)),
    ("p03-bundle", |e| {
        e.market.series.pop();
    }),
    ("p03-splits", |e| e.market.series[0].splits.clear()),
    ("p03-splits", |e| {
        let date = e.run.info.start.from;
        e.market.series[1].splits.push((date, Decimal::TWO));
    }),
    ("p03-dividends", |e| {
        e.market.series[3].dividends.pop();
    }),
    ("p03-dividends", |e| {
        for (_, amount) in &mut e.market.series[4].dividends {
            *amount = Decimal::ONE;
        }
    }),
    ("p03-bars-on-calendar", |e| e.market.series[0].off_calendar.push(e.run.info.start.from)),
    ("p03-bars-on-calendar", |e| e.market.series[0].missing.push(e.run.info.start.from)),
    ("p03-calendar", |e| e.market.sessions[0].1 += 1),
    ("p03-known-dates", |e| e.market.known_dates[0].2 = true),
    ("p07-five-rows", |e| {
        retain(e, |r| r.regime != Regime::ChoppyHighVol);
    }),
    ("p07-transition-share", |e| {
        retain(e, |r| r.regime != Regime::Transition);
    }),
    ("p07-switches", |e| {
        retain(e, |r| r.regime == Regime::TrendingLowVol);
    }),
    ("p07-rise-at-once", |e| {
        let readings = &mut e.regimes.readings;
        let at = (1..readings.len()).find(|at| {
            let (before, now) = (readings[at - 1].1, readings[*at].1);
            before.severity < 2 && now.severity >= 2 && now.regime == Regime::ChoppyHighVol
        });
        readings[at.unwrap()].1.regime = Regime::ChoppyLowVol;
    }),
    ("p07-fall-dwells", |e| {
        let readings = &mut e.regimes.readings;
        let at =
            (1..readings.len()).find(|at| readings[at - 1].1.severity < readings[*at].1.severity);
        let before = readings[at.unwrap() - 1].1.severity;
        readings[at.unwrap() + 1].1.severity = before;
    }),
    ("p07-confirmed", |e| {
        let readings = &mut e.regimes.readings;
        let at =
            (1..readings.len()).find(|at| readings[at - 1].1.trending != readings[*at].1.trending);
        readings[at.unwrap()].1.regime = Regime::TrendingLowVol;
    }),
    ("p07-confirmed", |e| {
        let settled = |r: &&mut (_, RegimeReading)| r.1.regime == Regime::TrendingLowVol;
        e.regimes.readings.iter_mut().rfind(settled).unwrap().1.regime = Regime::Transition;
    }),
    ("p07-second-opinions", |e| {
        let last = e.run.regimes.last_mut().unwrap();
        last.second_opinion.as_mut().unwrap().changed += 1e-9;
    }),
    ("p07-second-opinions", |e| {
        e.run.regimes.iter_mut().for_each(|r| r.second_opinion = None);
    }),
    ("p07-second-opinions", |e| {
        let rung = e.run.regimes.iter_mut().filter_map(|r| r.second_opinion.as_mut());
        rung.for_each(|o| o.alarm = !o.alarm);
    }),
    ("p07-second-opinions", |e| e.run.risks.retain(|r| r.event != "regime_disagreement")),
    ("p07-outlook-right", |e| e.regimes.outlooks.iter_mut().for_each(|o| o.p = 1.0 - o.p)),
    ("p07-outlook-right", |e| e.regimes.outlooks.clear()),
    ("p07-outlook-sure", |e| {
        // Sure of itself at random.
        e.regimes.outlooks.iter_mut().enumerate().for_each(|(i, o)| o.p = (i % 7) as f64 / 6.0);
    }),
    ("p07-outlook-skill", |e| e.regimes.outlooks.iter_mut().for_each(|o| o.p = o.har)),
    ("p07-outlook-used", |e| {
        e.run.regimes.iter_mut().for_each(|r| r.outlook = None);
    }),
    ("p07-outlook-used", |e| {
        let mut steps = e.run.decisions.iter_mut().flat_map(|d| &mut d.sizing);
        let step = steps.find(|s| s.step == "volatility" && s.after < s.before).unwrap();
        step.after = step.before;
    }),
    ("p07-rule-chooses", |e| e.run.regimes[300].regime = Regime::Transition),
    ("p07-stops-may-slip", |e| {
        e.run.decisions.iter_mut().for_each(|d| d.sizing.retain(|s| s.step != "gap"));
    }),
    ("p07-stops-may-slip", |e| {
        let mut steps = e.run.decisions.iter_mut().flat_map(|d| &mut d.sizing);
        let gap = steps.find(|s| s.step == "gap").unwrap();
        gap.after = gap.before + 0.01;
    }),
    ("p07-proxy-marked", |e| e.run.decisions[700].vix_is_proxy = Some(false)),
    ("p07-proxy-marked", |e| e.run.decisions.iter_mut().for_each(|d| d.vix_is_proxy = None)),
    ("p07-proxy-marked", |e| e.regimes.readings.last_mut().unwrap().1.vix_is_proxy = true),
    ("p07-row-in-force", |e| {
        let last = e.run.decisions.last_mut().unwrap();
        last.row = Regime::ALL.into_iter().find(|row| *row != last.row).unwrap();
    }),
    ("p07-row-brackets", |e| {
        let bracket = e.run.decisions.iter_mut().find_map(|d| d.bracket.as_mut()).unwrap();
        bracket.stop = bracket.entry_limit;
    }),
    ("p07-row-brackets", |e| {
        let bracket = e.run.decisions.iter_mut().find_map(|d| d.bracket.as_mut()).unwrap();
        bracket.max_holding_sessions += 1;
    }),
    ("p07-policy-table", |e| e.limits.rows[2].1.edge = 0.0),
    ("p07-policy-reads", |e| e.limits.unchanged_accepted = false),
    ("p07-policy-bounds", |e| e.limits.policies[3].accepted = true),
    ("p07-policy-bounds", |e| e.limits.policies.clear()),
    ("p07-limit-bounds", |e| e.limits.limits[0].accepted = true),
];

fn retain(e: &mut Evidence, keep: impl Fn(&RegimeReading) -> bool) {
    e.regimes.readings.retain(|(_, reading)| keep(reading));
}
