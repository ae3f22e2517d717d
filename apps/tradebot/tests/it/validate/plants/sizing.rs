//! Phase 6: sizes, limits, brackets.

use tradebot_app::validate::Evidence;
use tradebot_domain::Shares;
use tradebot_journal::{CheckRecord, DecisionRecord, SizeBasis, Verdict};

use crate::validate::Plant;

pub(crate) const PLANTS: &[Plant] = &[
    ("p06-stop-and-target", |e| {
        let bracket = &mut e.run.intents[3].bracket;
        std::mem::swap(&mut bracket.stop, &mut bracket.target);
    }),
    ("p06-stop-and-target", |e| e.run.intents.clear()),
    ("p06-kelly-cap", |e| traded(e).sizing.last_mut().unwrap().after *= 10.0),
    ("p06-kelly-cap", |e| traded(e).sizing.clear()),
    ("p06-risk-row", |e| check(e, "risk_per_position").asked = 0.026),
    ("p06-risk-hard", |e| check(e, "risk_per_position").asked = 0.031),
    ("p06-heat-row", |e| check(e, "portfolio_heat").asked = 0.09),
    ("p06-heat-hard", |e| e.run.snapshots[500].heat = 0.081),
    ("p06-notional", |e| check(e, "notional").asked = 0.21),
    ("p06-risk-again", |e| e.run.intents[3].shares = Shares(1_000_000)),
    ("p06-positions", |e| check(e, "max_positions").asked = 13.0),
    ("p06-correlation", |e| {
        let checks = e.run.decisions.iter_mut().filter(|d| is_trade(d)).flat_map(|d| &mut d.checks);
        checks.filter(|c| c.limit.starts_with("correlation")).for_each(|c| c.asked = 0.99);
    }),
    ("p06-checks-made", |e| traded(e).checks.retain(|c| c.limit != "cash")),
    ("p06-checks-made", |e| check(e, "notional").passed = false),
    ("p06-whole-shares", |e| e.run.intents[3].shares = Shares::ZERO),
    ("p06-whole-shares", |e| e.run.intents[3].shares.0 += 1),
    ("p06-whole-shares", |e| {
        if let Verdict::Trade { shares, .. } = &mut traded(e).verdict {
            shares.0 += 1;
        }
    }),
    ("p06-stop-bounds", |e| {
        let asked = bracketed(e);
        asked.close = asked.close.map(|close| close * 1.3);
    }),
    ("p06-r-multiples", |e| {
        let bracket = bracketed(e).bracket.as_mut().unwrap();
        bracket.target = bracket.entry_limit;
    }),
    ("p06-drawdown-free", |e| e.sizes.drawdown_curve[0].1 = 0.99),
    ("p06-drawdown-limit", |e| {
        // The floor of the first system.
        e.sizes.drawdown_curve.iter_mut().for_each(|(_, m)| *m = m.max(0.3));
    }),
    ("p06-drawdown-falls", |e| e.sizes.drawdown_curve[5].1 = e.sizes.drawdown_curve[4].1),
    ("p06-drawdown-falls", |e| e.sizes.drawdown_shares[12].1 = 1),
    ("p06-drawdown-falls", |e| e.sizes.drawdown_shares[3].1 += 1_000_000),
    ("p06-drawdown-used", |e| {
        let mut steps = e.run.decisions.iter_mut().flat_map(|d| &mut d.sizing);
        steps.find(|s| s.step == "drawdown").unwrap().after *= 1.01;
    }),
    ("p06-drawdown-used", |e| {
        e.run.decisions.iter_mut().for_each(|d| d.sizing.retain(|s| s.step != "drawdown"));
    }),
    ("p06-stopped", |e| e.run.snapshots.iter_mut().for_each(|s| s.stopped = true)),
    ("p06-stopped", |e| e.run.snapshots.iter_mut().for_each(|s| s.drawdown = 0.10)),
    ("p06-basis", |e| {
        let explored = e.run.intents.iter_mut().find(|i| i.basis == SizeBasis::Explore);
        explored.unwrap().basis = SizeBasis::Drift;
    }),
    ("p06-basis", |e| {
        let drifted = e.run.intents.iter_mut().find(|i| i.basis == SizeBasis::Drift);
        drifted.unwrap().basis = SizeBasis::Skill;
    }),
    ("p06-adaptive-r", |e| e.adaptive.climbing.clear()),
    ("p06-adaptive-r", |e| {
        let moved = e.adaptive.climbing.iter_mut().find(|r| r.to_r > r.from_r).unwrap();
        moved.to_r += 0.1;
    }),
    ("p06-adaptive-r", |e| {
        let again = e.adaptive.nowhere.last().unwrap().clone();
        e.adaptive.nowhere.push(again);
    }),
    ("p06-r-on-record", |e| bracketed(e).bracket.as_mut().unwrap().r_multiple += 0.1),
    ("p06-throttles", |e| e.review.throttles[2].refused = None),
    ("p06-throttles", |e| e.review.throttles.clear()),
    ("p06-throttles", |e| e.review.clean.refused = Some("spread")),
    ("p06-controls", |e| e.review.warning[1].warned.clear()),
    ("p06-controls", |e| e.review.refusing[3].refused = None),
    ("p06-warnings", |e| e.run.risks.retain(|r| !r.event.ends_with("_warning"))),
    ("p06-warnings", |e| {
        let mut warned =
            e.run.decisions.iter_mut().filter(|d| is_trade(d)).flat_map(|d| &mut d.checks);
        warned.find(|c| c.is_warning()).unwrap().passed = true;
    }),
    ("p06-turnover-again", |e| check(e, "turnover").asked += 0.01),
];

const fn is_trade(decision: &DecisionRecord) -> bool {
    matches!(decision.verdict, Verdict::Trade { .. })
}

fn traded(e: &mut Evidence) -> &mut DecisionRecord {
    e.run.decisions.iter_mut().find(|d| is_trade(d)).unwrap()
}

fn bracketed(e: &mut Evidence) -> &mut DecisionRecord {
    e.run.decisions.iter_mut().find(|d| d.bracket.is_some()).unwrap()
}

fn check<'a>(e: &'a mut Evidence, limit: &str) -> &'a mut CheckRecord {
    traded(e).checks.iter_mut().find(|c| c.limit == limit).unwrap()
}
